local t = require "support"

local head = [[kind = "tag", name = "odd", version = "1.0.0", api = 1, about = "A test.", ]]

--- Issues of a tag plugin with this source: "FILE:LINE level text", one a line.
local function issues(source, more, code)
    local desk = t.desk()
    more = more or {}
    more["test.lua"] = more["test.lua"] or "return {}"
    t.plugin(desk, "tag", "odd", source, more)
    local result = t.run({ "-C", desk, "plugin", "check", "tag/odd", "--json" })
    local lines = {}
    for _, issue in ipairs(t.json({ "-C", desk, "plugin", "check", "tag/odd", "--json" }, nil, result.code)) do
        lines[#lines + 1] = ("%s:%d %s %s"):format(issue.file, issue.line, issue.level, issue.text)
    end
    assert.equal(code or 3, result.code, result.out .. result.err)
    return table.concat(lines, "\n")
end

local function plugin(body, before, fields)
    return ("%s\nreturn { %s %s\nrun = function(article, options)\n%s\nreturn {}\nend }"):format(
        before or "", head, fields or "", body)
end

describe("plugin check", function()
    after_each(t.finish)

    it("finds nothing in what is shipped and in what plugin new writes", function()
        local desk = t.desk()
        for _, kind in ipairs { "ingest", "tag", "summarize", "export", "task" } do
            t.must({ "-C", desk, "plugin", "new", kind, "fresh" })
        end
        local out = t.must({ "-C", desk, "plugin", "check" }).out
        assert.truthy(out:find("^%d+ plugins: 0 errors, 0 warnings\n$"), out)
    end)

    local slips = {
        { "a global that should be local", plugin("count = 1"),
            "init.lua:4 error global 'count' cannot be set: write 'local count'" },
        { "a function that should be local", plugin("", "function helper() end"),
            "init.lua:1 error global 'helper' cannot be set: write 'local helper'" },
        { "an unknown global", plugin("retrun()"), "init.lua:4 error unknown global 'retrun'" },
        { "the nearest global", plugin("local a = tostrng(1)"),
            "init.lua:4 error unknown global 'tostrng'; did you mean 'tostring'?" },
        { "what is not there in a plugin", plugin("local t = os.time()"),
            "init.lua:4 error 'os' is not there in a plugin: a plugin has no processes, files, environment or clock; "
            .. "desk.date works with dates" },
        { "the nearest name in desk", plugin("local w = desk.text.wrods(article.text)"),
            "init.lua:4 error unknown name desk.text.wrods; did you mean desk.text.words?" },
        { "a name below a local", plugin("local w = text.wrods(article.text)", "local text = desk.text"),
            "init.lua:4 error unknown name desk.text.wrods; did you mean desk.text.words?" },
        { "a name two functions deep", plugin("local f = function() return text.wrods(article.text) end",
            "local text = desk.text"),
            "init.lua:4 error unknown name desk.text.wrods; did you mean desk.text.words?" },
        { "a misspelt method of string", plugin("local s = string.fnd('a', 'b')"),
            "init.lua:4 error unknown name string.fnd; did you mean string.find?" },
        { "a write into what is given", plugin("desk.json.decode = nil"),
            "init.lua:4 error desk.json.decode cannot be set: what a plugin is given is read-only" },
        { "a field that no article has", plugin("local h = article.headlin"),
            "init.lua:4 warning unknown field article.headlin; did you mean 'headline'?" },
        { "an option that is not there", plugin("local m = options.mix", nil,
            "options = { max = { type = 'integer', default = 1, doc = 'd' } },"),
            "init.lua:2 warning option 'max' is never read\n"
            .. "init.lua:4 error there is no option 'mix'; did you mean 'max'?" },
        { "an option that is not there, in a function inside", plugin("local f = function() return options.mix end f()", nil,
            "options = {},"), "init.lua:4 error there is no option 'mix'" },
        { "an option that no value fits", plugin("local m = options.max", nil,
            "options = { max = { type = 'integer', min = 3, max = 1, doc = 'd' } },"),
            "init.lua:2 error option 'max' has a min over its max: no value fits" },
        { "a file that is not declared", plugin("local d = desk.read('names.tsv')"), "init.lua:4 error "
            .. 'desk.read("names.tsv") needs uses = { read = { "names.tsv" } }', { ["names.tsv"] = "a" } },
        { "a file that is not there", plugin("local d = desk.read('name.tsv')"),
            "init.lua:4 error desk.read: 'name.tsv' is not in the plugin's folder" },
        { "a file that is declared in vain", plugin("", nil, "uses = { read = { 'names.tsv' } },"),
            "init.lua:2 warning uses.read names 'names.tsv', which desk.read is never asked for", { ["names.tsv"] = "a" } },
        { "a variable that is not declared", plugin("local l = desk.env('LANG')"),
            'init.lua:4 error desk.env("LANG") needs uses = { env = { "LANG" } }' },
        { "a variable that is declared in vain", plugin("", nil, "uses = { env = { 'LANG' } },"),
            "init.lua:2 warning uses.env names 'LANG', which desk.env is never asked for" },
        { "a module that is not there", plugin("local m = require 'helper'"), "init.lua:4 error module 'helper' is not "
            .. "there: require finds helper.lua in the plugin's folder and in scripts/lib, and lpeg" },
        { "a scheme that is said and not declared", plugin("local a = { scheme = 'ship', label = 'x' }"),
            "init.lua:4 warning says 'ship', which is not in gives: plugins that need it would run too early" },
        { "a scheme that is declared and never said", plugin("", nil, "gives = { 'ship' },"),
            "init.lua:2 warning gives names 'ship', which is never said" },
        { "a need that nobody fills", plugin("", nil, "needs = { 'langauge' },"),
            "init.lua:0 warning needs 'langauge', which no plugin gives; did you mean 'language'?" },
        { "a slip in a module", plugin("require 'help'"), "help.lua:2 error unknown global 'nothing'",
            { ["help.lua"] = "local M = {}\nM.x = nothing\nreturn M" } },
        { "a slip in test.lua", plugin(""), "test.lua:1 error unknown global 'case'", { ["test.lua"] = "return { case }" } },
        { "an unknown key of the manifest", "return {\n" .. head .. "\ngvies = {}, run = function() end }",
            "init.lua:3 error unknown key 'gvies'; did you mean 'gives'?" },
        { "a syntax error, once", "return {\n  kind = = 1 }", "init.lua:2 error unexpected symbol near '='" },
        { "a default that does not fit", plugin("local m = options.max", nil,
            "options = { max = { type = 'integer', default = 'x', doc = 'd' } },"), "a default does not fit" },
    }
    for _, slip in ipairs(slips) do
        it("finds " .. slip[1], function()
            local found = issues(slip[2], slip[4])
            assert.truthy(found:find(slip[3], 1, true), found)
            if slip[3]:find("^[%l.]+:%d") then
                assert.equal(slip[3], found)
            end
        end)
    end

    local fine = {
        { "a name that depends on the way", plugin([[
            local t = article.byline and desk.text or desk.json
            local f = t.decode or t.words]]) },
        { "a local that is set again", plugin("local f = text.anything", "local text = desk.text\ntext = { anything = 1 }") },
        { "a local that a function sets again", plugin("local f = text.anything",
            "local text = desk.text\nlocal function set() text = { anything = 1 } end\nset()") },
        { "an environment of one's own", plugin("local _ENV = { x = 1 }\nx = y") },
        { "a parameter that is set again", plugin("article = { headlin = 1 }\nlocal h = article.headlin") },
        { "names over 255 constants", plugin("local t = {" .. ("%d.5, "):rep(300):gsub("%%d", (function()
            local n = 0
            return function() n = n + 1 return tostring(n) end
        end)()) .. "}\nlocal w = desk.text.words('a')") },
        { "a file and a variable that are to be granted", plugin("local a, b = desk.read('/srv/a'), desk.env('LANG')", nil,
            "uses = { read = { '/srv/a' }, env = { 'LANG' } },") },
        { "a scheme that is known only when it runs", plugin("local a = { scheme = article.genre, label = 'x' }", nil,
            "gives = { 'ship' },") },
    }
    for _, case in ipairs(fine) do
        it("says nothing about " .. case[1], function()
            assert.equal("", issues(case[2], nil, 0))
        end)
    end

    it("finds a command that is used and not asked for, and one that is asked for in vain", function()
        local desk = t.desk()
        local task = [[
return { kind = "task", name = "odd", version = "1.0.0", api = 1, about = "A test.", on = { "schedule" }, %s
    run = function() return { { command = %q, text = "t", name = "n" } } end }
]]
        local function check(uses, command)
            t.plugin(desk, "task", "odd", task:format(uses, command))
            return t.run({ "-C", desk, "plugin", "check", "-q", "task/odd" }).out
        end
        assert.truthy(check("", "notify"):find("init.lua:2: error: notify runs a command of the user's, which needs "
            .. "uses = { command = true }", 1, true))
        assert.truthy(check("uses = { command = true },", "write"):find("init.lua:1: warning: uses.command asks for a "
            .. "command, but notify is never said", 1, true))
        assert.equal("", check("uses = { command = true },", "notify"))
    end)

    it("finds a name over 255 constants", function()
        local numbers = {}
        for i = 1, 300 do
            numbers[i] = i .. ".5"
        end
        local found = issues(plugin("local t = { " .. table.concat(numbers, ", ") .. " }\nlocal w = desk.txet"))
        assert.equal("init.lua:5 error unknown name desk.txet; did you mean desk.text?", found)
    end)

    it("knows the line far down in a long function", function()
        local lines = {}
        for i = 1, 400 do
            lines[i] = i % 7 == 0 and "" or i == 300 and ("\n"):rep(200) .. "local a = 1" or "a = " .. i .. " + a"
        end
        local found = issues(plugin("local a = 0\n" .. table.concat(lines, "\n") .. "\nretrun()"))
        assert.equal("init.lua:605 error unknown global 'retrun'", found)
    end)

    it("has notes, which are no failure", function()
        local desk = t.desk()
        t.plugin(desk, "tag", "odd", plugin("local m = options.max", nil, "options = { max = { type = 'integer' } },"))
        local out = t.must({ "-C", desk, "plugin", "check", "tag/odd" }).out
        assert.truthy(out:find("scripts/tag/odd/init.lua: note: there is no test.lua", 1, true), out)
        assert.truthy(out:find("scripts/tag/odd/init.lua:2: note: option 'max' has no doc", 1, true), out)
        assert.equal("", t.must({ "-C", desk, "plugin", "check", "--quiet", "tag/odd" }).out)
    end)

    it("calls no function of the plugin", function()
        local desk = t.desk()
        t.plugin(desk, "tag", "odd", plugin("while true do end"), { ["test.lua"] = "return {}" })
        t.must({ "-C", desk, "plugin", "check", "tag/odd" }, { seconds = 5 })
    end)
end)
