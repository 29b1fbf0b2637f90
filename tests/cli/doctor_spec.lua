-- copydesk doctor: this machine, this desk, and the walls around plugins.
local desk = require "support"

local function found(list, state, words)
    for _, finding in ipairs(list) do
        if finding.state == state and finding.text:find(words, 1, true) then
            return finding
        end
    end
    assert(false, ("nothing is '%s' with '%s':\n%s"):format(state, words, desk.encode(list)))
end

describe("doctor", function()
    after_each(desk.finish)

    it("finds a new desk well", function()
        local list = desk.json { "-C", desk.desk(desk.sample), "doctor", "--json" }
        found(list, "well", "SQLite")
        found(list, "well", "tzdata")
        found(list, "well", "seccomp")
        found(list, "well", "1 documents, 6 articles")
        found(list, "well", "inbox is there")
    end)

    it("looks at the machine and the shipped plugins where there is no desk", function()
        local list = desk.json({ "doctor", "--json" }, { cd = desk.folder() })
        found(list, "note", "there is none here")
        found(list, "well", "were found")
    end)

    it("says that anyone can write to desk.lua, and fails", function()
        local dir = desk.desk()
        desk.shell("chmod o+w " .. desk.quote(dir) .. "/desk.lua")
        local list = desk.json({ "-C", dir, "doctor", "--json" }, nil, 1)
        assert.equals("run chmod o-w on it", found(list, "unwell", "anyone can write to").advice)
    end)

    it("says which watched folder is not there", function()
        local dir = desk.desk()
        desk.write(dir .. "/desk.lua", "desk.watch { 'inbox' }\ndesk.watch { 'gone' }\n")
        local list = desk.json({ "-C", dir, "doctor", "--json" }, nil, 1)
        found(list, "unwell", "desk.lua:2: " .. desk.shell("realpath " .. desk.quote(dir)) .. "/gone")
    end)

    it("says which job has a zone that nobody knows", function()
        local dir = desk.desk()
        desk.write(dir .. "/desk.lua", [[desk.job { "daily", cron = "0 7 * * *", tz = "Europe/Pariss",
            export = "json", to = "out/a.jsonl" }]])
        local list = desk.json({ "-C", dir, "doctor", "--json" }, nil, 1)
        found(list, "unwell", "Europe/Pariss")
    end)

    it("says which plugin of desk.lua cannot be loaded, and notes those that nobody uses", function()
        local dir = desk.desk()
        desk.plugin(dir, "tag", "broken", "syntax(")
        local list = desk.json { "-C", dir, "doctor", "--json" }
        found(list, "note", "tag/broken/init.lua:1")
        desk.write(dir .. "/desk.lua", "desk.ingest { 'text' } desk.tag { 'broken' }")
        found(desk.json({ "-C", dir, "doctor", "--json" }, nil, 1), "unwell", "tag/broken/init.lua:1")
    end)

    it("says that the store cannot be opened", function()
        local dir = desk.desk(desk.sample)
        desk.write(dir .. "/.copydesk/store.db", ("no database "):rep(1000))
        desk.spoilt(dir)
        local result = desk.must({ "-C", dir, "doctor" }, nil, 1)
        assert.is_truthy(result.out:find("UNWELL  store", 1, true), result.out)
    end)

    it("says that too few files may be open", function()
        local result = desk.run({ "doctor" }, { cd = desk.folder(),
            prefix = "sh -c 'ulimit -n 100; exec \"$@\"' sh" })
        assert.equals(1, result.code)
        assert.is_truthy(result.out:find("ulimit -n 1024", 1, true), result.out)
    end)

    it("prints only what is to be seen to with --quiet", function()
        local out = desk.must({ "-C", desk.desk(), "doctor", "--quiet" }, { user = nil }).out
        assert.is_nil(out:find("\nok", 1, true), out)
        assert.is_truthy(out:find("0 unwell", 1, true), out)
    end)
end)

describe("doctor --sandbox", function()
    local folder = desk.bin:gsub("/bin/copydesk$", "") .. "/share/copydesk/scripts/escapes/"

    after_each(desk.finish)

    local function try(code)
        local tried = {}
        for _, escape in ipairs(desk.json({ "doctor", "--sandbox", "--json" }, { seconds = 300 }, code)) do
            tried[escape.escape] = escape
        end
        return tried
    end

    it("finds that each published escape meets the wall that it should", function()
        if desk.sanitized then
            return pending("skipped: the walls of a sanitizer's build are not those of users")
        end
        local count = 0
        for name, escape in pairs(try()) do
            count = count + 1
            assert.is_false(escape.through, name .. " got through: " .. escape.message)
            assert.is_true(escape.expected, name .. " met " .. escape.wall .. ": " .. escape.message)
        end
        assert.is_true(count >= 78, count .. " escapes were tried")
    end)

    it("fails on one that gets through, on one that does not load, and notes a wall not meant", function()
        if desk.sanitized then
            return pending("skipped: the walls of a sanitizer's build are not those of users")
        end
        desk.shell("mkdir " .. desk.quote(folder) .. "aside && mv " .. desk.quote(folder) .. "[a-z]*.lua "
            .. desk.quote(folder) .. "aside/")
        desk.write(folder .. "open.lua", "-- An escape.\n-- wall: sandbox\n"
            .. "return { { scheme = 'escape', label = 'through' } }\n")
        desk.write(folder .. "slip.lua", "-- An escape.\n-- wall: sandbox\nreturn {\n")
        desk.write(folder .. "other.lua", "-- An escape.\n-- wall: memory\nerror('x')\n")
        local tried = try(1)
        desk.shell("cd " .. desk.quote(folder) .. " && rm *.lua && mv aside/*.lua . && rmdir aside")
        assert.is_true(tried.open.through)
        assert.is_true(tried.slip.through)
        assert.is_false(tried.other.through)
        assert.is_false(tried.other.expected)
    end)
end)
