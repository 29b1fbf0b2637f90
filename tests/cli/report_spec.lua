--- A plugin's error tells its author where, in which function, on what, with which options.
local t = require "support"

local body = [[
        local function find(text)
            return text.ship.name
        end
        local found = find(article.text)
        return { { scheme = "ship", label = found } }]]

local function has(text, part)
    assert.truthy(text:find(part, 1, true), text)
end

local function shows_all(text)
    has(text, "scripts/tag/ships/init.lua:6")
    has(text, "in find, called by run")
    has(text, "article ")
    has(text, ">     6 |             return text.ship.name")
    has(text, "      7 |         end")
end

local function desk_with(code, more)
    local desk = t.desk()
    t.plugin(desk, "tag", "ships", code or t.tagger("ships", body), more)
    t.write(desk .. "/desk.lua", 'desk.ingest { "text" }\ndesk.tag { "ships" }\n')
    return desk
end

describe("an error of a plugin", function()
    after_each(t.finish)

    it("shows its place in quarantine", function()
        local desk = desk_with()
        local file = t.write(desk .. "/a.txt", "Ferry is back\n\nIt sails again.\n")
        t.run({ "-C", desk, "ingest", file })
        local waiting = t.json({ "-C", desk, "failed", "--json" })
        assert.equal(1, #waiting)
        shows_all(waiting[1].message .. "\n" .. waiting[1].traceback)
        has(waiting[1].traceback, '"Ferry is back"')
    end)

    it("shows it, line by line, in the list of what failed", function()
        local desk = desk_with()
        local file = t.write(desk .. "/a.txt", "Ferry is back\n\nIt sails again.\n")
        t.run({ "-C", desk, "ingest", file })
        shows_all(t.must({ "-C", desk, "failed" }).out)
    end)

    it("shows it where an export fails", function()
        local desk = t.desk(t.sample)
        t.plugin(desk, "export", "odd", [[
return { kind = "export", name = "odd", version = "1.0.0", api = 1, about = "A test.",
    open = function() end, close = function() end,
    write = function(article) return article.text.x.y end }
]])
        local result = t.run({ "-C", desk, "export", "--format", "odd", "--to", desk .. "/out" })
        assert.equal(1, result.code)
        has(result.err, ">     3 |     write = function(article) return article.text.x.y end }")
        has(result.err, "article 6 ")
    end)

    it("shows it in a try", function()
        local desk = desk_with()
        local result = t.run({ "-C", desk, "plugin", "try", "tag/ships", "-" },
            { input = '{"id":17,"headline":"Ferry is back","text":"It sails."}\n' })
        local answer = t.decode(result.out)
        shows_all(answer.error.message .. "\n" .. answer.error.traceback)
        has(answer.error.traceback, 'article 17 "Ferry is back"')
    end)

    it("shows it in a test, with the options of the case", function()
        local code = t.tagger("ships", body):gsub("needs = {}", "options = { min = { type = 'integer', default = 3 } }")
        local desk = desk_with(code, { ["test.lua"] = [[
return { { name = "finds", options = { min = 5 }, article = { headline = "H", text = "T" }, expect = {} } }
]] })
        local result = t.run({ "-C", desk, "plugin", "test", "tag/ships" })
        assert.equal(1, result.code)
        shows_all(result.out .. result.err)
        has(result.err, "options min = 5")
    end)

    it("shows the line of test.lua where a check fails", function()
        local desk = desk_with(t.tagger("ships", "return {}"), { ["test.lua"] = [[
return { { name = "finds", article = { headline = "H", text = "T" },
    check = function(answer)
        assert(#answer == 1, "no ship")
    end } }
]] })
        local result = t.run({ "-C", desk, "plugin", "test", "tag/ships" })
        has(result.err, ">     3 |         assert(#answer == 1, \"no ship\")")
    end)

    it("shows the lines of a plugin that cannot be loaded", function()
        local desk = desk_with("return {\n    kind = 'tag',,\n}\n")
        local result = t.run({ "-C", desk, "plugin", "test", "tag/ships" })
        has(result.err, "scripts/tag/ships/init.lua:2")
        has(result.err, ">     2 |     kind = 'tag',,")
    end)

    it("shows the lines of desk.lua", function()
        local desk = t.desk()
        t.write(desk .. "/desk.lua", 'desk.ingest { "text" }\ndesk.tga { "keywords" }\n')
        local result = t.run({ "-C", desk, "plugin", "test", "tag/language" })
        has(result.err, "desk.lua:2")
        has(result.err, '>     2 | desk.tga { "keywords" }')
    end)

    it("is one line in the list of plugins", function()
        local desk = desk_with("return {\n    kind = 'tag',,\n}\n")
        local out = t.run({ "-C", desk, "plugins" }).out
        has(out, "scripts/tag/ships/init.lua:2")
        assert.falsy(out:find(">     2 |", 1, true), out)
    end)

    it("shows where the function begins whose answer is refused", function()
        local desk = desk_with(t.tagger("ships", "return { { scheme = 'ship', label = 'x', score = 3 } }"))
        local file = t.write(desk .. "/a.txt", "Ferry is back\n\nIt sails again.\n")
        t.run({ "-C", desk, "ingest", file })
        local waiting = t.json({ "-C", desk, "failed", "--json" })
        has(waiting[1].message, "scripts/tag/ships/init.lua:4: answer[1].score")
        has(waiting[1].traceback, '"Ferry is back"')
        has(waiting[1].traceback, ">     4 |     run = function(article, options)")
    end)

    it("fails a test with an answer that would be refused", function()
        for kind, case in pairs { tag = "return { { scheme = 'ship', label = 'x', score = 3 } }",
            summarize = "return { text = 'x', spans = { { 1, 400 } } }" } do
            local desk = t.desk()
            local code = t.tagger("odd", case):gsub('kind = "tag"', ("kind = %q"):format(kind))
            t.plugin(desk, kind, "odd", code, { ["test.lua"] =
                "return { { name = 'c', article = { headline = 'H', text = 'T' }, check = function() end } }" })
            local result = t.run({ "-C", desk, "plugin", "test", kind .. "/odd" })
            assert.equal(1, result.code)
            has(result.err, "answer")
        end
    end)

    it("shows where the function begins whose drafts are refused, in quarantine and in a try", function()
        local desk = t.desk()
        t.plugin(desk, "ingest", "odd", [[
local plugin = { kind = "ingest", name = "odd", version = "1.0.0", api = 1, about = "A test.",
    options = { depth = { type = "integer", default = 3 } } }
function plugin.claims() return 1 end
function plugin.run(document)
    return { { headline = "H" } }
end
return plugin
]])
        t.write(desk .. "/desk.lua", 'desk.ingest { "odd" }\n')
        local file = t.write(desk .. "/a.txt", "Ferry is back\n")
        local tried = t.run({ "-C", desk, "plugin", "try", "ingest/odd", file })
        local ingested = t.run({ "-C", desk, "ingest", file })
        local waiting = t.json({ "-C", desk, "failed", "--json" })[1]
        for _, text in ipairs { tried.err, waiting.message .. "\n" .. waiting.traceback } do
            has(text, "scripts/ingest/odd/init.lua:4: answer[1].body")
            has(text, ">     4 | function plugin.run(document)")
            has(text, "document a.txt (14 bytes)")
            has(text, "options depth = 3")
        end
        has(ingested.err, "scripts/ingest/odd/init.lua:4: answer[1].body")
    end)
end)
