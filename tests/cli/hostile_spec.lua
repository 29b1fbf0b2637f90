-- Names, texts and surroundings that mean harm: nothing steers the terminal, nothing is lost.
local desk = require "support"

local ESCAPES = "\27]0;title\7\27[31m\u{9B}2J\u{202E}"

local function clean(text)
    assert.is_nil(text:find("[\1-\8\11-\31\127]"), "a control character in: " .. text)
    assert.is_nil(text:find("\u{9B}", 1, true), "a C1 control in: " .. text)
    assert.is_nil(text:find("\u{202E}", 1, true), "a change of direction in: " .. text)
    assert.is_not_nil(utf8.len(text), "broken UTF-8 in: " .. text)
end

describe("what comes from outside", function()
    after_each(desk.finish)

    it("does not reach the terminal as escapes in a file's name", function()
        local dir = desk.desk()
        local folder = desk.folder()
        desk.write(folder .. "/a" .. ESCAPES .. "\255.txt", "A headline\n\nSome text.\n")
        desk.write(folder .. "/b\ncopydesk: all is well.txt", "")
        local result = desk.must({ "-C", dir, "ingest", folder }, nil, 3)
        clean(result.out)
        clean(result.err)
        assert.is_nil(("\n" .. result.err):find("\ncopydesk: all is well", 1, true))
    end)

    it("is valid JSON whatever a file is called", function()
        local dir = desk.desk()
        local folder = desk.folder()
        desk.write(folder .. "/a\255\254" .. ESCAPES .. ".txt", "A headline\n\nSome text.\n")
        desk.write(folder .. "/b\255.txt", "")
        local list = desk.json({ "-C", dir, "ingest", "--json", folder }, nil, 3)
        assert.equals(2, #list)
        for _, line in ipairs(list) do
            assert.is_truthy(line.path:find("%.txt$"))
        end
        assert.is_truthy(desk.json({ "ingest", "--explain", "--json", folder })[1].path)
    end)

    it("does not reach the terminal as escapes in an error of desk.lua", function()
        local dir = desk.desk()
        desk.write(dir .. "/desk.lua", "error('" .. ESCAPES .. "\\ncopydesk: all is well')")
        local result = desk.must({ "-C", dir, "ingest", desk.sample }, nil, 1)
        clean(result.err)
        assert.is_nil(result.err:find("\ncopydesk: all is well", 1, true))
    end)

    it("does not reach the terminal as escapes in a plugin's error, description or test", function()
        local dir = desk.desk()
        desk.plugin(dir, "tag", "evil", ([[
return { kind = "tag", name = "evil", version = "1.0.0", api = 1, about = %q,
    run = function() error(%q) end }
]]):format(ESCAPES, ESCAPES), { ["test.lua"] = ("return { { name = %q, article = { text = 'x' } } }")
            :format(ESCAPES) })
        clean(desk.must({ "-C", dir, "plugins" }).out)
        local test = desk.run { "-C", dir, "plugin", "test", "tag/evil" }
        assert.equals(1, test.code)
        clean(test.out)
        clean(test.err)
    end)
end)

describe("closed standard streams", function()
    after_each(desk.finish)

    local function shell(dir, words)
        return desk.shell(("{ %s -C %s %s; echo code $?; }"):format(desk.bin, desk.quote(dir), words))
    end

    it("are no reason to write into the store", function()
        local dir = desk.desk()
        for _, closed in ipairs { "<&-", ">&-", "<&- >&-" } do
            local said = shell(dir, "ingest " .. desk.quote(desk.sample) .. " " .. closed)
            assert.is_nil(said:find("Assert", 1, true), said)
        end
        assert.is_true(#desk.json { "-C", dir, "list", "--json" } > 0)
    end)

    it("are a failure where something was to be printed or read", function()
        local dir = desk.desk(desk.sample)
        assert.is_truthy(shell(dir, "list >&-"):find("standard output", 1, true))
        assert.is_truthy(shell(dir, "ingest - <&-"):find("standard input", 1, true))
        assert.is_truthy(shell(dir, "list 2>&- | tail -1"):find("code 0"))
    end)
end)

describe("an option nobody knows", function()
    it("is named, also in the middle of a word", function()
        local result = desk.must({ "ingest", "-qx", "file" }, nil, 2)
        assert.is_truthy(result.err:find("unknown option '-x'", 1, true), result.err)
    end)
end)

describe("a store that somebody touched", function()
    local dir
    before_each(function() dir = desk.desk(desk.sample) end)
    after_each(desk.finish)

    local function refused(command, words)
        local result = desk.must({ "-C", dir, command, command == "ingest" and desk.sample or nil },
            { seconds = 10 }, 1)
        assert.is_truthy(result.err:find(words, 1, true), result.err)
    end

    it("is refused with a schema number below zero", function()
        desk.python_says([[
import sqlite3, sys
store = sqlite3.connect(sys.argv[1])
store.execute("PRAGMA user_version=-5")
store.commit()]], dir .. "/.copydesk/store.db")
        refused("list", "restore it from a copy")
        refused("ingest", "restore it from a copy")
        desk.spoilt(dir)
    end)

    it("is not waited for where it is a pipe", function()
        desk.shell("cd " .. desk.quote(dir) .. "/.copydesk && rm store.db && mkfifo store.db")
        refused("list", "is no file")
        refused("ingest", "is no file")
        desk.spoilt(dir)
    end)

    it("is missed, and what to do is said", function()
        os.remove(dir .. "/.copydesk/store.db")
        refused("list", "remove that folder")
        refused("ingest", "remove that folder")
        desk.shell("rm -r " .. desk.quote(dir) .. "/.copydesk")
        refused("list", "`copydesk ingest` makes one")
        desk.must { "-C", dir, "ingest", desk.sample }
    end)
end)

describe("a shell with tight limits", function()
    after_each(desk.finish)

    local function under(limit, dir, ...)
        return desk.run({ "-C", dir, ... }, { prefix = "sh -c 'ulimit " .. limit .. '; exec "$@"\' sh' })
    end

    it("on address space is kept to", function()
        if desk.sanitized then
            return pending("skipped: a sanitizer takes more memory than the limit")
        end
        local dir = desk.desk()
        local result = under("-v 1000000", dir, "ingest", desk.sample)
        assert.equals(0, result.code, result.err)
    end)

    it("on file size is an error with words, and nothing is half done", function()
        local dir = desk.desk()
        local result = under("-f 20", dir, "ingest", desk.sample)
        assert.equals(1, result.code, result.err)
        assert.is_truthy(result.err:find("disk is full", 1, true), result.err)
        desk.must { "-C", dir, "ingest", desk.sample }
    end)

    it("on open files is named", function()
        local result = under("-n 6", desk.desk(), "list")
        assert.equals(1, result.code)
        assert.is_truthy(result.err:find("too many open files", 1, true), result.err)
    end)
end)

describe("a plugin that is broken or odd", function()
    after_each(desk.finish)

    it("can be listed and tested though desk.lua names it, and stops no export", function()
        local dir = desk.desk(desk.sample)
        desk.plugin(dir, "tag", "keywords", "syntax(", { ["test.lua"] = "return {}" })
        local list = desk.must({ "-C", dir, "plugins" }, nil, 3)
        assert.is_truthy(list.out:find("tag/keywords/init.lua:1", 1, true), list.out)
        assert.is_truthy(list.out:find("tag/entities", 1, true), list.out)
        desk.must { "-C", dir, "plugin", "test", "export/json" }
        desk.must { "-C", dir, "export", "--format", "json", "--to", desk.folder() .. "/a.jsonl" }
        for _, words in ipairs { { "ingest", desk.sample }, { "ingest", "--explain", desk.sample } } do
            local result = desk.must({ "-C", dir, table.unpack(words) }, nil, 1)
            assert.is_truthy(result.err:find("tag/keywords/init.lua:1", 1, true), result.err)
        end
    end)

    it("may begin with a byte order mark, as may desk.lua", function()
        local dir = desk.desk()
        desk.plugin(dir, "tag", "marked", "\u{FEFF}" .. desk.tagger("marked", "return require 'more'"),
            { ["more.lua"] = "\u{FEFF}return {}" })
        desk.write(dir .. "/desk.lua", "\u{FEFF}desk.ingest { 'text' } desk.tag { 'marked' }\r\n")
        desk.must { "-C", dir, "ingest", desk.sample }
    end)

    it("is refused by name where a file's name is no UTF-8", function()
        local dir = desk.desk()
        local folder = desk.plugin(dir, "tag", "odd", desk.tagger("odd", "return {}"))
        desk.write(folder .. "/a\255.lua", "return {}")
        desk.write(dir .. "/desk.lua", "desk.ingest { 'text' } desk.tag { 'odd' }")
        local result = desk.must({ "-C", dir, "ingest", desk.sample }, nil, 1)
        assert.is_truthy(result.err:find("no UTF-8 name", 1, true), result.err)
    end)
end)

describe("answers far larger than their documents", function()
    after_each(desk.finish)

    it("are not all in the host at once", function()
        if desk.sanitized then
            return pending("skipped: a sanitizer takes more memory than the limit")
        end
        local dir, folder = desk.desk(), desk.folder()
        for i = 1, 12 do
            desk.write(folder .. "/" .. i, "Document " .. i .. "\n")
        end
        desk.plugin(dir, "ingest", "swell", [[
return { kind = "ingest", name = "swell", version = "1.0.0", api = 1, about = "A test.",
    claims = function() return 1 end,
    run = function()
        local list = {}
        for i = 1, 200 do list[i] = { headline = "h" .. i, body = ("word "):rep(60000) .. i } end
        return list
    end }
]])
        desk.write(dir .. "/desk.lua", "desk.ingest { 'swell' }")
        local peak = desk.python_says([[
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)]], desk.bin, "-C", dir, "ingest", folder)
        assert.is_true(tonumber(peak) < 512 * 1024, "a process took " .. peak .. " KiB")
    end)
end)
