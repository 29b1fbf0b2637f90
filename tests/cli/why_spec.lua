-- copydesk why, and copydesk watch DIR.
local running = require "running"
local t = require "support"

local function desk_with(watch)
    local desk = t.desk()
    t.write(desk .. "/desk.lua", 'desk.ingest { "text" }\n' .. watch .. "\n")
    return desk
end

local function why(desk, path, options)
    return t.must({ "-C", desk, "why", path }, options).out
end

local body = "A headline\n\nSome words of a body.\n"

describe("why", function()
    after_each(running.finish)

    it("tells what was seen and decided, by either name, with a desk running and without", function()
        local desk = desk_with('desk.watch { "inbox", settle = "50ms" }')
        local host = running.start(desk)
        t.write(desk .. "/inbox/a.txt", body)
        running.wait(function() return t.read(desk .. "/done/a.txt") end, "done/a.txt")
        t.write(desk .. "/inbox/b.txt", body)
        running.wait(function() return t.read(desk .. "/duplicate/b.txt") end, "duplicate/b.txt")
        for _ = 1, 2 do
            local said = why(desk, desk .. "/inbox/b.txt")
            assert.matches("^inbox/b.txt\n  seen at 20.*, %d+ events?, settled after %d+ ms\n", said)
            assert.matches("duplicate: same content as document 1 (inbox/a.txt), moved to duplicate/b.txt",
                said, 1, true)
            assert.matches("done: document 1, moved to done/a.txt", why(desk, desk .. "/done/a.txt"), 1, true)
            assert.matches("moved to done/a.txt", why(desk, "inbox/a.txt"), 1, true)
            host:stop()
        end
        local found = t.json({ "-C", desk, "why", "--json", "inbox/b.txt" })[1]
        assert.equal("gone", found.now)
        assert.is_false(found.running)
        assert.equal("duplicate", found.seen[1].outcome)
        assert.equal("moved", found.seen[1].state)
        assert.equal(1, found.seen[1].document.id)
        assert.equal(desk .. "/inbox/a.txt", found.seen[1].document.path)
    end)

    it("tells what is in the way of a file that was not looked at", function()
        local desk = desk_with('desk.watch { "inbox", settle = "1h", recursive = false, ignore = { "*.bak" } }')
        t.shell("mkdir -p " .. desk .. "/inbox/sub")
        for _, name in ipairs { "a.txt", "b.bak", ".c", "sub/d.txt" } do
            t.write(desk .. "/inbox/" .. name, body)
        end
        t.shell("ln -s a.txt " .. desk .. "/inbox/link; mkfifo " .. desk .. "/inbox/pipe")
        local expected = {
            ["inbox/a.txt"] = "is to rest for another %d+ s; then `copydesk run` takes it in",
            ["inbox/b.bak"] = "ignored: '%*.bak' of ignore in desk.lua",
            ["inbox/.c"] = "ignored: '%.%*' of the names that are always ignored",
            ["inbox/sub/d.txt"] = "recursive is false",
            ["inbox/link"] = "a symbolic link",
            ["inbox/pipe"] = "it is no file",
            ["desk.lua"] = "in no watched folder",
            ["inbox"] = "a watched folder: what is dropped into it",
            ["inbox/"] = "a watched folder: what is dropped into it",
            ["inbox/sub"] = "recursive is false",
        }
        for name, words in pairs(expected) do
            assert.matches(words, why(desk, name))
        end
        t.write(desk .. "/desk.lua", 'desk.ingest { "text" }\ndesk.watch { "inbox" }\n')
        assert.matches("a folder inside a watched one: the files in it are taken in", why(desk, "inbox/sub"))
    end)

    it("fails for what was never seen and is not there", function()
        local desk = desk_with('desk.watch { "inbox" }')
        local result = t.must({ "-C", desk, "why", "inbox/none" }, nil, 1)
        assert.equal("", result.out)
        assert.matches("inbox/none was never seen, and there is no file of that name", result.err)
        assert.equal("gone", t.json({ "-C", desk, "why", "--json", "inbox/none" }, nil, 1)[1].now)
    end)

    it("tells what keeps a decided file where it is, as status does, until it is gone", function()
        local desk = desk_with('desk.watch { "inbox", settle = "50ms", done = "away/done" }')
        local host = running.start(desk)
        t.write(desk .. "/away", "a file where a folder should be")
        t.write(desk .. "/inbox/a.txt", body)
        host:expect("inbox/a.txt stays where it is, and is tried again: cannot make the folder")
        local status = t.must({ "-C", desk, "status" }, nil, 1)
        assert.matches("1 file cannot be moved out of a watched folder", status.out)
        local said = why(desk, "inbox/a.txt"):gsub("%s+", " ")
        assert.matches("it cannot be moved; the running desk tries again:", said, 1, true)
        assert.matches("cannot make the folder .*/away", said)
        assert.matches("away", t.json({ "-C", desk, "why", "--json", "inbox/a.txt" })[1].stuck)
        os.remove(desk .. "/away")
        running.wait(function() return t.read(desk .. "/away/done/a.txt") end, "away/done/a.txt")
        running.wait(function() return t.run({ "-C", desk, "status" }).code == 0 end, "a desk that is well")
        local _, count = host:log():gsub("stays where it is", "")
        assert.equal(1, count)
    end)

    it("shortens a name that has no room for its report, or for a number", function()
        local desk = desk_with('desk.watch { "inbox", settle = "50ms" }')
        running.start(desk)
        local name = ("ж"):rep(125) .. ".txt" -- 254 bytes
        t.write(desk .. "/inbox/" .. name, "")
        local short = ("ж"):rep((255 - #".error.json" - #".txt") // 2) .. ".txt"
        running.wait(function() return t.read(desk .. "/failed/" .. short) end, "failed/" .. short)
        assert.truthy(t.read(desk .. "/failed/" .. short .. ".error.json"))
        t.must({ "-C", desk, "status" })
        for i = 1, 2 do
            t.write(desk .. "/inbox/" .. name, body .. i)
            running.wait(function() return not t.read(desk .. "/inbox/" .. name) end, "the inbox to be empty")
        end
        assert.equal(body .. "1", t.read(desk .. "/done/" .. name))
        assert.equal(body .. "2", t.read(desk .. "/done/" .. ("ж"):rep((255 - #" (2)" - #".txt") // 2) .. " (2).txt"))
    end)

    it("tells of the reason when a file failed", function()
        local desk = desk_with('desk.watch { "inbox", settle = "50ms" }')
        t.write(desk .. "/inbox/empty.txt", "")
        local host = running.start(desk)
        running.wait(function() return t.read(desk .. "/failed/empty.txt.error.json") end, "the report")
        host:stop()
        local said = why(desk, "inbox/empty.txt")
        assert.matches("failed: document 1, moved to failed/empty.txt\n    %S", said)
    end)

    it("is misused without a path", function()
        assert.equal(2, t.run({ "why" }).code)
        assert.matches("the path is empty", t.must({ "-C", t.desk(), "why", "" }, nil, 2).err)
    end)
end)

describe("watch DIR", function()
    after_each(running.finish)
    teardown(t.remove_program)

    it("watches a folder with a small desk inside, in which the other commands work", function()
        local dir = t.folder()
        t.write(dir .. "/a.txt", body)
        local host = running.start(dir, { command = { "watch", dir, "--settle", "50ms" } })
        running.wait(function() return t.read(dir .. "/done/a.txt") end, "done/a.txt")
        t.shell("mkdir " .. dir .. "/sub")
        t.write(dir .. "/sub/b.txt", "Another\n\nOther words.\n")
        running.wait(function() return t.read(dir .. "/done/sub/b.txt") end, "done/sub/b.txt")
        assert.equal(0, host:stop())
        assert.matches("Another", t.must({ "list" }, { cd = dir }).out)
        assert.matches("moved to done/a.txt", t.must({ "why", "a.txt" }, { cd = dir }).out, 1, true)
        local again = t.run({ "watch", dir, "--settle", "1s" })
        assert.equal(2, again.code)
        assert.matches(".copydesk/desk.lua: change them", again.err, 1, true)
    end)

    it("touches no file with --after keep", function()
        local dir = t.folder()
        t.write(dir .. "/a.txt", body)
        local before = t.shell("stat -c '%i %Z' " .. dir .. "/a.txt")
        local host = running.start(dir, { command = { "watch", dir, "--after", "keep", "--settle", "50ms" } })
        host:expect("a.txt: 1 article")
        assert.equal(0, host:stop())
        assert.equal(before, t.shell("stat -c '%i %Z' " .. dir .. "/a.txt"))
        assert.equal("a.txt", t.shell("ls " .. dir))
        assert.matches("left where it is", t.must({ "why", "a.txt" }, { cd = dir }).out, 1, true)
    end)

    it("refuses a desk, what lies in one, and what is no folder", function()
        local desk = t.desk()
        assert.matches("is a desk of its own", t.must({ "watch", desk }, {}, 1).err)
        assert.matches("lies in the desk", t.must({ "watch", desk .. "/inbox" }, {}, 1).err)
        assert.matches("No such file", t.must({ "watch", desk .. "/none" }, {}, 1).err)
        local dir = t.folder()
        assert.matches("--settle 'soon'", t.must({ "watch", dir, "--settle", "soon" }, {}, 2).err, 1, true)
        assert.equal("", t.shell("ls -A " .. dir))
    end)
end)
