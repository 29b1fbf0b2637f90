local t = require "support"

local splitter = [[
return {
    kind = "ingest", name = "pictures", version = "1.0.0", api = 1, about = "One article, two pictures.",
    options = {}, needs = {}, gives = {},
    claims = function() return 1 end,
    run = function(document)
        return { { headline = "Pictures", body = document.text, captions = {
            { text = "A ferry. Photo: Ana Lind", credit = "Ana Lind" },
            { text = "A bridge.", credit = "Bo Berg" } } } }
    end,
}
]]

describe("show", function()
    after_each(t.finish)

    local function shown(text)
        local desk = t.desk()
        t.plugin(desk, "ingest", "pictures", splitter)
        t.write(desk .. "/desk.lua", 'desk.ingest { "pictures" }\ndesk.summarize { { "lead", sentences = 20 } }\n')
        t.must({ "-C", desk, "ingest", "-" }, { input = text })
        return t.must({ "-C", desk, "show", "1" }).out
    end

    it("gives a credit once", function()
        local out = shown("The ferry sails.")
        assert.truthy(out:find("[picture] A ferry. Photo: Ana Lind\n", 1, true), out)
        assert.truthy(out:find("[picture] A bridge. (Bo Berg)\n", 1, true), out)
    end)

    it("gives a long summary whole", function()
        local text = ("The ferry sails to the island on Monday. "):rep(9):sub(1, -2)
        local summary = shown(text):match("\nsummary%s+([^\n]+)")
        assert.equal(text, summary)
    end)
end)

describe("JSON output", function()
    after_each(t.finish)

    it("writes 0.8 as 0.8", function()
        local desk = t.desk()
        t.plugin(desk, "tag", "one", t.tagger("one", 'return { { scheme = "x", label = "y", score = 0.8 } }'))
        local result = t.must({ "-C", desk, "plugin", "try", "tag/one", "-" }, { input = '{"text":"A."}\n' })
        assert.truthy(result.out:find('"score":0.8,', 1, true), result.out)
    end)
end)
