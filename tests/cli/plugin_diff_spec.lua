local t = require "support"

local function has(text, part)
    assert.truthy(text:find(part, 1, true), text)
end

local function words(list)
    return ([[
        local tags = {}
        for i, word in ipairs %s do
            if article.text:lower():find(word[1], 1, true) then
                tags[#tags + 1] = { scheme = "word", label = word[1], score = word[2] }
            end
        end
        return tags]]):format(list)
end

--- A desk whose articles were tagged by tag/odd with this body.
local function desk_with(body)
    local desk = t.desk()
    t.plugin(desk, "tag", "odd", t.tagger("odd", body))
    t.write(desk .. "/desk.lua", 'desk.ingest { "text" }\ndesk.tag { "language", "odd" }\n')
    t.write(desk .. "/a.txt", "Ferry is back\n\nThe ferry sails again.\n")
    t.write(desk .. "/b.txt", "Train is late\n\nThe train is late again.\n")
    t.must({ "-C", desk, "ingest", desk .. "/a.txt", desk .. "/b.txt" })
    return desk
end

describe("plugin diff", function()
    after_each(t.finish)

    it("finds nothing where nothing was changed", function()
        local desk = desk_with(words '{ { "ferry", 0.5 }, { "train", 0.5 } }')
        assert.equal("2 articles: 0 changed, +0 -0 ~0\n", t.must({ "-C", desk, "plugin", "diff", "tag/odd" }).out)
    end)

    it("shows what is more, less and other, and in which article", function()
        local desk = desk_with(words '{ { "ferry", 0.5 }, { "train", 0.5 }, { "sails", 0.5 } }')
        t.plugin(desk, "tag", "odd", t.tagger("odd", words '{ { "ferry", 0.75 }, { "again", 1 }, { "train", 0.5 } }'))
        local out = t.must({ "-C", desk, "plugin", "diff", "tag/odd" }).out
        has(out, "article 1: Ferry is back\n    + word: again 1.00\n    ~ word: ferry 0.50 -> 0.75\n    - word: sails 0.50\n")
        has(out, "article 2: Train is late\n    + word: again 1.00\n")
        has(out, "2 articles: 2 changed, +2 -1 ~1\n")
    end)

    it("saves nothing", function()
        local desk = desk_with(words '{ { "ferry", 0.5 } }')
        local before = t.must({ "-C", desk, "show", "1", "--json" }).out
        t.plugin(desk, "tag", "odd", t.tagger("odd", words '{ { "again", 1 } }'))
        t.must({ "-C", desk, "plugin", "diff", "tag/odd" })
        assert.equal(before, t.must({ "-C", desk, "show", "1", "--json" }).out)
    end)

    it("takes the articles that are asked for", function()
        local desk = desk_with(words "{}")
        t.plugin(desk, "tag", "odd", t.tagger("odd", words '{ { "again", 1 } }'))
        has(t.must({ "-C", desk, "plugin", "diff", "tag/odd", "--last", "1" }).out, "1 article: 1 changed")
        has(t.must({ "-C", desk, "plugin", "diff", "tag/odd", "--query", "ferry" }).out, "article 1:")
        local changes = t.json({ "-C", desk, "plugin", "diff", "tag/odd", "2", "--json" })
        assert.equal(1, #changes)
        assert.equal("+", changes[1].changes[1].sign)
    end)

    it("hides the plugin's own words from it", function()
        local desk = desk_with(words '{ { "ferry", 0.5 } }')
        t.plugin(desk, "tag", "odd", t.tagger("odd", 'return { { scheme = "word", label = "n" .. #article.tags } }'))
        has(t.must({ "-C", desk, "plugin", "diff", "tag/odd", "1" }).out, "+ word: n0 1.00")
    end)

    it("uses the options of desk.lua, and others in their place", function()
        local desk = t.desk(t.sample)
        t.write(desk .. "/desk.lua", 'desk.ingest { "digest" }\ndesk.tag { "language", { "keywords", max = 4 } }\n')
        has(t.must({ "-C", desk, "plugin", "diff", "tag/keywords", "1" }).out, "- keyword: ")
        local out = t.must({ "-C", desk, "plugin", "diff", "tag/keywords", "-o", "max=10", "1" }).out
        has(out, "1 article: 0 changed")
    end)

    it("shows another language, and another summary", function()
        local desk = t.desk(t.sample)
        t.plugin(desk, "tag", "language", t.tagger("language", 'return { { field = "language", value = "fr" } }')
            :gsub("gives = {}", 'gives = { "language" }'), {})
        has(t.must({ "-C", desk, "plugin", "diff", "tag/language", "1" }).out, "~ language: en -> fr\n")
        t.plugin(desk, "summarize", "textrank", t.tagger("textrank", 'return { text = "Short.", spans = {} }')
            :gsub('kind = "tag"', 'kind = "summarize"')
            :gsub("gives = {}", "options = { sentences = { type = 'integer', default = 1 } }"), {})
        has(t.must({ "-C", desk, "plugin", "diff", "summarize/textrank", "1" }).out, "\n    + Short.\n")
    end)

    it("goes on where the plugin fails, and says so", function()
        local desk = desk_with(words "{}")
        t.plugin(desk, "tag", "odd", t.tagger("odd", 'if article.id == 2 then error("no two") end return {}'))
        local out = t.must({ "-C", desk, "plugin", "diff", "tag/odd" }, nil, 3).out
        has(out, "failed: scripts/tag/odd/init.lua:5: no two")
        has(out, "2 articles: 0 changed, +0 -0 ~0, 1 failed")
    end)

    it("refuses kinds that have no stored results", function()
        assert.equal(2, t.run({ "-C", t.desk(), "plugin", "diff", "export/json", "1" }).code)
    end)
end)
