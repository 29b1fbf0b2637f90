-- Watched folders in a desk that runs.
local running = require "running"
local t = require "support"

local function config(desk, watch)
    t.write(desk .. "/desk.lua", [[
desk.ingest { "digest", "text" }
desk.tag { "language" }
]] .. watch)
    return desk
end

local function count(folder)
    return tonumber(t.shell("ls -A " .. t.quote(folder) .. " 2>/dev/null | wc -l"))
end

local function text(number)
    return ("Headline %d\n\nThe body of article number %d, which is short.\n"):format(number, number)
end

-- What lies in `below` is seen at `at`, and no event tells of what comes to `below`.
local function mount(below, at)
    if not os.execute("command -v bindfs >/dev/null 2>&1") then
        return false, "bindfs is not installed"
    elseif not os.execute(("bindfs %s %s >/dev/null 2>&1"):format(t.quote(below), t.quote(at))) then
        return false, "no file system can be mounted here (FUSE)"
    end
    return true
end

local function unmount(at)
    os.execute(("fusermount -uz %s 2>/dev/null || umount -l %s"):format(t.quote(at), t.quote(at)))
end

describe("a watched folder", function()
    after_each(running.finish)
    teardown(t.remove_program)

    it("takes in what is dropped and moves it", function()
        local desk = config(t.desk(), 'desk.watch { "inbox", settle = "50ms" }\n')
        local host = running.start(desk)
        t.shell("cp " .. t.quote(t.sample) .. " " .. t.quote(desk .. "/inbox/digest.txt"))
        running.wait(function() return t.read(desk .. "/done/digest.txt") end, "done/digest.txt")
        assert.equal(t.read(t.sample), t.read(desk .. "/done/digest.txt"))
        t.shell("cp " .. t.quote(t.sample) .. " " .. t.quote(desk .. "/inbox/again.txt"))
        running.wait(function() return t.read(desk .. "/duplicate/again.txt") end, "duplicate/")
        assert.equal(0, count(desk .. "/inbox"))
        assert.equal(0, host:stop())
    end)

    it("is watched in the desk that init makes", function()
        local desk = t.desk()
        local host = running.start(desk)
        t.write(desk .. "/inbox/a.txt", text(1))
        running.wait(function() return t.read(desk .. "/done/a.txt") end, "done/a.txt")
        assert.equal(0, host:stop())
    end)

    it("has the settings that the README shows", function()
        local readme = t.read(t.source .. "/README.md")
        local desk = config(t.desk(), assert(readme:match("```lua\n(desk%.watch {.-)```")))
        local host = running.start(desk)
        t.write(desk .. "/inbox/a.txt", text(1))
        running.wait(function() return t.read(desk .. "/done/a.txt") end, "done/a.txt")
        assert.equal(0, host:stop())
    end)

    it("puts what fails into failed with plugin, version and traceback, and tries it again", function()
        local desk = t.desk()
        t.plugin(desk, "ingest", "broken", [[
return { kind = "ingest", name = "broken", version = "3.2.1", api = 1, about = "A test.",
    claims = function() return 1 end,
    run = function(document) error("cannot cut " .. document.name) end }
]])
        t.write(desk .. "/desk.lua", 'desk.ingest { "broken" }\n'
            .. 'desk.watch { "inbox", settle = "50ms" }\n')
        local host = running.start(desk)
        t.write(desk .. "/inbox/a.txt", text(1))
        local report = desk .. "/failed/a.txt.error.json"
        running.wait(function() return t.read(desk .. "/failed/a.txt") and t.read(report) end, report)
        local said = t.lines(t.read(report):gsub("\n", " "))[1]
        assert.equal("ingest/broken", said.plugin)
        assert.equal("3.2.1", said.version)
        assert.matches("cannot cut a.txt", said.message)
        assert.matches("init.lua:3", said.traceback)
        assert.matches("^20%d%d%-", said.time)
        os.remove(report)
        running.wait(function() -- it fails once more
            local now = t.read(report)
            return now and not now:find(said.time, 1, true)
        end, "another report")
        assert.equal(0, host:stop())
        -- healed while nobody looked
        t.plugin(desk, "ingest", "broken", [[
return { kind = "ingest", name = "broken", version = "3.2.2", api = 1, about = "A test.",
    claims = function() return 1 end,
    run = function(document) return { { headline = document.name, body = document.text } } end }
]])
        t.must({ "-C", desk, "failed", "retry" })
        host = running.start(desk)
        running.wait(function() return t.read(desk .. "/done/a.txt") end, "done/a.txt")
        assert.is_nil(t.read(report))
        assert.equal(0, count(desk .. "/failed"))
        assert.equal(0, host:stop())
    end)

    it("tries again when a report is removed in the instant in which it is written", function()
        local desk = t.desk()
        t.plugin(desk, "ingest", "broken", [[
return { kind = "ingest", name = "broken", version = "1.0.0", api = 1, about = "A test.",
    claims = function() return 1 end, run = function() error("cannot cut") end }
]])
        t.write(desk .. "/desk.lua", 'desk.ingest { "broken" }\n'
            .. 'desk.watch { "inbox", settle = "50ms" }\n')
        local host = running.start(desk)
        local report = desk .. "/failed/a.txt.error.json"
        os.execute(("timeout 30 sh -c 'until rm \"$1\"; do :; done' sh %s >/dev/null 2>&1 &"):format(
            t.quote(report)))
        t.write(desk .. "/inbox/a.txt", text(1))
        running.wait(function() return t.read(report) end, "another report")
        assert.equal(0, host:stop())
    end)

    it("loses nothing when the kernel's queue runs over", function()
        local desk = config(t.desk(), 'desk.watch { "inbox", settle = "50ms" }\n')
        t.write(desk .. "/desk.lua", 'desk.ingest { "text" }\n'
            .. 'desk.watch { "inbox", settle = "50ms" }\n')
        local host = running.start(desk)
        host:signal("STOP")
        t.python_says([[
import sys
for i in range(20000):
    with open("%s/%05d.txt" % (sys.argv[1], i), "w") as f:
        f.write("Headline %d\n\nThe body of %d.\n" % (i, i))
]], desk .. "/inbox")
        t.shell("sleep 3")
        host:signal("CONT")
        running.wait(function() return count(desk .. "/done") == 20000 end, "20,000 in done/", 240)
        assert.equal(0, count(desk .. "/inbox"))
        assert.equal(0, count(desk .. "/duplicate"))
        assert.equal(0, host:stop())
        assert.equal("20000|20000", t.shell("sqlite3 " .. t.quote(desk .. "/.copydesk/store.db")
            .. " 'SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM articles)'"))
    end)

    it("leaves no file behind and takes none twice when the host is killed", function()
        local desk = config(t.desk(), 'desk.watch { "inbox", settle = "10ms" }\n')
        for round = 1, 4 do
            local host = running.start(desk)
            for i = 1, 40 do
                t.write(("%s/inbox/%d-%d.txt"):format(desk, round, i), text(round * 100 + i))
            end
            t.shell(("sleep 0.%d"):format(round))
            host:signal("KILL")
            running.wait(function() return host:code() end, "the end")
        end
        local host = running.start(desk)
        running.wait(function() return count(desk .. "/done") == 160 end, "160 in done/")
        assert.equal(0, host:stop())
        assert.equal(0, count(desk .. "/inbox") + count(desk .. "/duplicate"))
        assert.equal("160|160", t.shell("sqlite3 " .. t.quote(desk .. "/.copydesk/store.db")
            .. " 'SELECT (SELECT count(*) FROM documents), (SELECT count(*) FROM articles)'"))
    end)

    it("refuses settings that cannot be, before anything is taken in", function()
        local desk = config(t.desk(), 'desk.watch { "." }\n')
        local result = t.run({ "-C", desk, "run" })
        assert.equal(1, result.code)
        assert.matches("desk.lua:3: desk.watch: the folder .* holds the desk itself", result.err)
        config(desk, 'desk.watch { "inbox", aftr = "keep" }\n')
        result = t.run({ "-C", desk, "run" })
        assert.equal(1, result.code)
        assert.matches("desk.lua:3: desk.watch: unknown field 'aftr'; did you mean 'after'?",
            result.err, 1, true)
    end)

    it("leaves the user's files alone with after = keep", function()
        local desk = config(t.desk(), 'desk.watch { "inbox", settle = "50ms", after = "keep" }\n')
        t.write(desk .. "/inbox/a.txt", text(1))
        local before = t.shell("stat -c '%i %Y %Z' " .. t.quote(desk .. "/inbox/a.txt"))
        local host = running.start(desk)
        host:expect("a.txt: 1 article")
        assert.equal(0, host:stop())
        host = running.start(desk)
        t.write(desk .. "/inbox/b.txt", text(2))
        host:expect("b.txt: 1 article")
        assert.is_nil(host:log():find("a.txt", 1, true))
        assert.equal(0, host:stop())
        assert.equal(before, t.shell("stat -c '%i %Y %Z' " .. t.quote(desk .. "/inbox/a.txt")))
    end)

    it("that is mounted by FUSE is polled without being told to, and its files are moved within it", function()
        local desk, below = config(t.desk(),
            'desk.watch { "inbox", settle = "50ms", done = "inbox/done", duplicate = "twice" }\n'), t.folder()
        local mounted, why = mount(below, desk .. "/inbox")
        if not mounted then
            return pending(why)
        end
        t.shell("mkdir " .. below .. "/done")
        t.write(below .. "/done/a.txt", "another")
        local passed, problem = pcall(function()
            running.start(desk)
            local watch = t.json({ "-C", desk, "status", "--json" })[1].watches[1]
            assert.equal("fuse", watch.file_system)
            assert.is_true(watch.polled)
            t.write(below .. "/a.txt", text(1))
            t.write(below .. "/b.txt", text(1)) -- the one of the two that comes second leaves the mount
            local function gone() return not t.read(below .. "/a.txt") and not t.read(below .. "/b.txt") end
            running.wait(gone, "the next poll", 40)
            local first = t.read(below .. "/done/b.txt") and "b" or "a (2)"
            assert.equal(text(1), t.read(below .. "/done/" .. first .. ".txt"))
            assert.equal(text(1), t.read(desk .. "/twice/" .. (first == "b" and "a" or "b") .. ".txt"))
            assert.equal("another", t.read(below .. "/done/a.txt"))
            assert.equal(1, count(desk .. "/inbox")) -- done/ alone
        end)
        t.run { "-C", desk, "stop" } -- a mount that is in use stays
        unmount(desk .. "/inbox")
        assert(passed, problem)
    end)
end)
