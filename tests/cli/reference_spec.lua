--- The reference (scripts/types) and what is there are the same.
local t = require "support"

local entries, by_name = {}, {}

local function read_entries()
    entries = t.json({ "help", "--json" })
    for _, entry in ipairs(entries) do
        by_name[entry.name] = entry
    end
end

--- Runs `code` as the body of a tagger's run and gives the answer's error message.
local function message_of(kind, code, input)
    local desk = t.desk()
    local functions = {
        tag = "run = function(article) %s end",
        summarize = "run = function(article) %s end",
        ingest = "claims = function() return 1 end, run = function(document) %s end",
    }
    t.plugin(desk, kind, "odd", ("return { kind = %q, name = 'odd', version = '1.0.0', api = 1, about = 'A test.', "
        .. functions[kind] .. " }"):format(kind, code))
    local file = t.write(desk .. "/input", input or '{"headline":"H","text":"T"}\n')
    local args = { "-C", desk, "plugin", "try", kind .. "/odd", file }
    local result = t.run(args)
    return result.out .. result.err, result
end

local function names_of(list)
    local names = {}
    for _, item in ipairs(list) do
        names[#names + 1] = item.name
    end
    table.sort(names)
    return names
end

--- The names in "known are a, b, c".
local function known(message)
    local names = {}
    for name in assert(message:match("known are ([%w_, ]+)"), message):gmatch("[%w_]+") do
        names[#names + 1] = name
    end
    table.sort(names)
    return names
end

--- Runs a test.lua case of a tagger whose run has this body; all is asserted inside.
local function inside(body, article)
    local desk = t.desk()
    t.plugin(desk, "tag", "probe", t.tagger("probe", body), { ["test.lua"] =
        "return { { name = 'probe', article = " .. (article or "{ headline = 'H', text = 'T' }")
        .. ", check = function() end } }" })
    local result = t.run({ "-C", desk, "plugin", "test", "tag/probe" })
    assert.equal(0, result.code, result.out .. result.err)
end

local function quoted(list)
    local parts = {}
    for _, name in ipairs(list) do
        parts[#parts + 1] = ("%q"):format(name)
    end
    return "{ " .. table.concat(parts, ", ") .. " }"
end

describe("the reference", function()
    setup(read_entries)
    after_each(t.finish)

    it("names each function of desk, and no other", function()
        local documented = {}
        for _, entry in ipairs(entries) do
            if entry.name:find("^desk%.[%l_.]+$") then
                documented[#documented + 1] = entry.name
            end
        end
        inside(([[
            local documented, there = {}, {}
            local _ = desk.text
            local function walk(table, path)
                for name, value in pairs(table) do
                    there[path .. "." .. name] = true
                    if type(value) == "table" then walk(value, path .. "." .. name) end
                end
            end
            walk(desk, "desk")
            for _, name in ipairs %s do
                documented[name] = true
                assert(there[name], name .. " is documented and not there")
            end
            for name in pairs(there) do
                assert(documented[name], name .. " is there and not documented")
            end
            return {}]]):format(quoted(documented)))
    end)

    it("has the parameters that functions check", function()
        local good = { string = '"a b"', number = "1", integer = "1", T = "{}", any = "1",
            ["desk.Gazetteer"] = 'desk.text.gazetteer { "a" }' }
        local checks = {}
        for _, entry in ipairs(entries) do
            local valid = {}
            for i, param in ipairs(entry.kind == "function" and entry.params or {}) do
                local form = param.type
                local value = good[form] or form:find('^"') and form:match('^"[^"]+"') or "{}"
                local wrong = good[form] and (form:find "string" and "{}" or '"x"') or form:find('^"') and "{}" or "1"
                if form ~= "any" and param.name ~= "..." and not entry.name:find ":" then
                    valid[i] = wrong
                    checks[#checks + 1] = ("refuses(%q, %d, %s, %s)"):format(entry.name, i, entry.name,
                        table.concat(valid, ", "))
                end
                valid[i] = value
            end
        end
        assert.truthy(#checks > 25, #checks)
        inside([[
            local function refuses(name, number, f, ...)
                local fine, why = pcall(f, ...)
                assert(not fine and why:find("#" .. number, 1, true),
                    name .. " does not look at argument " .. number .. ": " .. tostring(why))
            end
            ]] .. table.concat(checks, "\n") .. "\nreturn {}")
    end)

    it("has the methods of an analysis, and no others", function()
        local there = {}
        local source = t.read(t.source .. "/plugins/text/lua_analysis.c")
        for name in source:match("luaL_Reg methods%[%] = (%b{})"):gmatch('{"([%l_]+)"') do
            there[#there + 1] = "desk.Analysis:" .. name
        end
        for _, name in ipairs(there) do
            assert.truthy(by_name[name], name)
        end
        local calls = {}
        for _, entry in ipairs(entries) do
            local name = entry.name:match("^desk%.Analysis:(.+)")
            if name then
                calls[#calls + 1] = ("assert(type(a.%s) == 'function', %q)"):format(name, name)
            end
        end
        for _, field in ipairs(by_name["desk.Analysis"].fields) do
            calls[#calls + 1] = ("assert(a.%s ~= nil, %q)"):format(field.name, field.name)
        end
        inside("local a = desk.text.analyse('The ferry is back.', 'en')\n" .. table.concat(calls, "\n")
            .. "\nreturn {}")
    end)

    for class, call in pairs {
        ["desk.Words"] = "desk.text.words(s)",
        ["desk.Spans"] = "desk.text.sentences(s)",
        ["desk.Candidates"] = "desk.text.analyse(s):candidates { beside = desk.text.analyse 'ferry' }",
        ["desk.Keywords"] = "desk.text.analyse(s):keywords()",
        ["desk.Names"] = "desk.text.analyse(s):names { classes = desk.text.classes { 'mister' } }",
    } do
        it("has the columns of " .. class, function()
            inside(([[
                local s = "The Ferry Company is back. Mister Jones was on board of the ferry."
                local there = {}
                for name in pairs(%s) do there[#there + 1] = name end
                table.sort(there)
                local a, b = table.concat(there, " "), table.concat(%s, " ")
                assert(a == b, a .. " is there, documented is " .. b)
                return {}]]):format(call, quoted(names_of(by_name[class].fields))))
        end)
    end

    it("has the fields of an article", function()
        inside(([[
            local there = {}
            for name in pairs(article) do there[#there + 1] = name end
            table.sort(there)
            local a, b = table.concat(there, " "), table.concat(%s, " ")
            assert(a == b, a .. " is there, documented is " .. b)
            return {}]]):format(quoted(names_of(by_name["desk.Article"].fields))),
            [[{ headline = "H", text = "T", language = "en", byline = "b", dateline = "d", genre = "g",
                infosource = "i", url = "https://example.org/", published = "2026-01-01", note = "n", uri = "u",
                summary = "s", id = 1, version = 1, received = "2026-01-01T00:00:00Z",
                tags = { { scheme = "x", label = "y" } }, captions = { { text = "c" } } }]])
    end)

    it("has the fields of a document", function()
        local out = message_of("ingest", [[
            local there = {}
            for name in pairs(document) do there[#there + 1] = name end
            error("known are " .. table.concat(there, ", "))]], "A line.\n")
        assert.same(names_of(by_name["desk.Document"].fields), known(out))
    end)

    for class, answer in pairs {
        ["desk.Tag"] = { "tag", "return { { qqqqqqqq = 1 } }" },
        ["desk.Summary"] = { "summarize", "return { qqqqqqqq = 1 }" },
        ["desk.Draft"] = { "ingest", "return { { qqqqqqqq = 1 } }" },
        ["desk.Caption"] = { "ingest", "return { { captions = { { qqqqqqqq = 1 } } } }" },
        ["desk.DraftLines"] = { "ingest", "return { { lines = { qqqqqqqq = 1 } } }" },
        ["desk.Evidence"] = { "ingest", "return { { evidence = { { qqqqqqqq = 1 } } } }" },
    } do
        it("has the keys of " .. class, function()
            assert.same(names_of(by_name[class].fields), known((message_of(answer[1], answer[2]))))
        end)
    end

    it("has the fields of a manifest", function()
        local names = {}
        for _, class in ipairs { "Plugin", "IngestPlugin", "TagPlugin", "SummarizePlugin", "ExportPlugin",
            "TaskPlugin" } do
            for _, field in ipairs(by_name["desk." .. class].fields) do
                names[field.name] = true
            end
        end
        local desk = t.desk()
        t.plugin(desk, "tag", "odd", "return { qqqqqqqq = 1 }")
        local result = t.run({ "-C", desk, "plugin", "test", "tag/odd" })
        for _, name in ipairs(known(result.err)) do
            assert.truthy(names[name] or name == "poll", name) -- of a kind that does not run yet
            names[name] = nil
        end
        assert.same({}, names)
    end)

    for class, key in pairs { ["desk.Uses"] = "uses = { qqqqqqqq = {} }",
        ["desk.Option"] = "options = { a = { type = 'string', qqqqqqqq = 1 } }" } do
        it("has the keys of " .. class, function()
            local desk = t.desk()
            t.plugin(desk, "tag", "odd", ("return { kind = 'tag', name = 'odd', version = '1.0.0', api = 1, "
                .. "about = 'A test.', run = function() end, %s }"):format(key))
            local result = t.run({ "-C", desk, "plugin", "test", "tag/odd" })
            assert.same(names_of(by_name[class].fields), known(result.err))
        end)
    end

    it("has pages that are up to date", function()
        local pages = {}
        for _, entry in ipairs(entries) do
            pages[entry.page] = true
        end
        for page in pairs(pages) do
            assert.equal(t.must({ "help", "--markdown", page }).out,
                t.read(t.source .. "/scripts/types/" .. page .. ".md"), "run .ci/reference.sh BUILD")
        end
    end)

    it("has stubs that are Lua", function()
        for file in t.shell("ls " .. t.source .. "/scripts/types/*.lua"):gmatch("%S+") do
            assert(loadfile(file))
        end
    end)
end)

describe("help on names", function()
    it("tells about a function", function()
        local out = t.must({ "help", "desk.text.stem" }).out
        assert.truthy(out:find("^desk%.text%.stem%(word, lang%)\n"), out)
        assert.truthy(out:find("lang: string or nil", 1, true), out)
    end)

    it("lists what a module holds", function()
        local out = t.must({ "help", "desk.date" }).out
        assert.truthy(out:find("desk.date.parse(text)", 1, true), out)
        assert.falsy(out:find("desk.text", 1, true), out)
    end)

    it("names the nearest one", function()
        local result = t.run({ "help", "desk.text.wrods" })
        assert.equal(2, result.code)
        assert.truthy(result.err:find("did you mean 'desk.text.words'?", 1, true), result.err)
    end)
end)
