local t = require "support"

local commands = { "init", "ingest", "list", "show", "search", "export", "failed", "failed retry",
    "plugins", "plugin new", "plugin check", "plugin try", "plugin diff", "plugin bench", "plugin test",
    "status", "reload", "stop", "check", "help", "version" }

local function words(text)
    local list = {}
    for word in text:gmatch("%S+") do
        list[#list + 1] = word
    end
    return list
end

describe("help", function()
    after_each(t.finish)

    for _, command in ipairs(commands) do
        it("tells about " .. command, function()
            local args = words(command)
            args[#args + 1] = "--help"
            local result = t.must(args)
            assert.truthy(result.out:find("Usage: copydesk [-C DIR] " .. command, 1, true))
            assert.equal("", result.err)
        end)
    end

    it("lists each command", function()
        local out = t.must({ "--help" }).out
        for _, command in ipairs(commands) do
            assert.truthy(out:find("\n  " .. command .. " ", 1, true), command)
        end
        assert.falsy(out:find("worker", 1, true))
    end)

    it("is misuse without a command", function()
        assert.equal(2, t.run({}).code)
    end)

    it("names the nearest command", function()
        local result = t.run({ "serach", "x" })
        assert.equal(2, result.code)
        assert.truthy(result.err:find("did you mean 'search'?", 1, true))
    end)

    it("names the nearest option", function()
        local result = t.run({ "list", "--jsno" })
        assert.equal(2, result.code)
        assert.truthy(result.err:find("did you mean '--json'?", 1, true))
    end)

    it("says which operand is missing or too much", function()
        assert.equal(2, t.run({ "show" }).code)
        local result = t.run({ "show", "1", "2" })
        assert.equal(2, result.code)
        assert.truthy(result.err:find("'2' is too much", 1, true))
        result = t.run({ "list", "2" })
        assert.truthy(result.err:find("'2' is too much: copydesk list\n", 1, true), result.err)
    end)

    it("refuses an id that is no number", function()
        local result = t.run({ "show", "one" })
        assert.equal(2, result.code)
        assert.truthy(result.err:find("'one'", 1, true))
    end)

    it("prints the version, for scripts too", function()
        assert.truthy(t.must({ "version" }).out:match("^copydesk %d+%.%d+%.%d+\n$"))
        assert.truthy(t.json({ "version", "--json" })[1].version)
    end)

    it("says what to do where there is no desk", function()
        local result = t.run({ "list" }, { cd = t.folder() })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("copydesk init", 1, true), result.err)
    end)

    it("fails when standard output cannot be written", function()
        local result = t.run({ "--help" }, { prefix = "sh -c '\"$0\" \"$@\" >/dev/full'" })
        assert.equal(1, result.code)
    end)
end)

describe("the first word of several commands", function()
    it("lists them", function()
        for _, words in ipairs { { "plugin", "--help" }, { "help", "plugin" } } do
            local out = t.must(words).out
            for _, name in ipairs { "new", "test", "try", "diff", "bench", "check", "grant" } do
                assert.truthy(out:find("  plugin " .. name .. " ", 1, true), out)
            end
        end
        local alone = t.must({ "plugin" }, nil, 2)
        assert.truthy(alone.out:find("  plugin new ", 1, true), alone.out)
    end)

    it("lists them behind its own help where it is a command itself", function()
        for _, group in ipairs { "jobs", "failed" } do
            local out = t.must({ group, "--help" }).out
            assert.truthy(out:find("Options:.*Commands:\n  " .. group .. " %l"), out)
        end
        assert.falsy(t.must({ "failed", "retry", "--help" }).out:find("Commands:", 1, true))
        assert.falsy(t.must({ "list", "--help" }).out:find("Commands:", 1, true))
    end)
end)

describe("colour", function()
    local function on_terminal(environment)
        return t.shell("env " .. environment .. " script -qec " .. t.quote(t.bin .. " failed --help; "
            .. t.bin .. " plugins") .. " /dev/null </dev/null")
    end

    it("is there on a terminal", function()
        assert.truthy(on_terminal("-u NO_COLOR TERM=xterm"):find("\27[", 1, true))
    end)

    it("is never there with NO_COLOR", function()
        assert.falsy(on_terminal("NO_COLOR=1 TERM=xterm"):find("\27[", 1, true))
    end)

    it("is never there in a pipe", function()
        assert.falsy(t.must({ "plugins" }, { env = { "TERM=xterm" } }).out:find("\27", 1, true))
    end)
end)
