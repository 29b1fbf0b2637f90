--- summarize/@NAME@: makes a summary of an article.
--
-- This one takes the longest sentences, in the order of the text. Make it yours:
--
--   copydesk plugin test summarize/@NAME@              runs test.lua
--   copydesk plugin try summarize/@NAME@ article.jsonl   shows the summary of an article
--   copydesk plugin check summarize/@NAME@             finds slips without running it
--   copydesk help desk.SummarizePlugin                 what may stand here
--   copydesk help desk.text                            words, sentences, ranks ...
--
-- Then name it in desk.lua: desk.summarize { "@NAME@" }

-- A module for all plugins, in scripts/lib: puts sentences together.
local excerpt = require "excerpt"

---@type desk.SummarizePlugin
local plugin = {
    kind = "summarize",
    name = "@NAME@", -- the folder's name
    version = "1.0.0", -- raise it when its answers change
    api = 1,
    about = "Summarises an article by its longest sentences.",

    -- Users set these in desk.lua: desk.summarize { { "@NAME@", sentences = 1 } }. What does not
    -- fit is refused before the plugin runs.
    options = {
        sentences = { type = "integer", default = 2, min = 1, max = 20, doc = "How many sentences." },
        max_bytes = { type = "integer", default = 800, min = 50, max = 10000, doc = "Longest summary." },
    },

    -- The language is known before, so that sentences are parted by its rules.
    needs = { "language" },
    gives = { "summary" },
}

--- Called for each article. An answer must depend on the arguments alone: there is no clock, no
--- file, and nothing is kept from the article before.
---@param article desk.Article
---@param options { sentences: integer, max_bytes: integer }
---@return desk.Summary
function plugin.run(article, options)
    local sentences = desk.text.sentences(article.text, article.language)
    local spans = {}
    for i = 1, sentences.n do
        spans[i] = { sentences.first[i], sentences.last[i] }
    end
    -- Longest first; of equally long ones the earlier: an order that leaves nothing to chance.
    table.sort(spans, function(a, b)
        local left, right = a[2] - a[1], b[2] - b[1]
        return left > right or (left == right and a[1] < b[1])
    end)
    local chosen = table.move(spans, 1, math.min(options.sentences, #spans), 1, {})
    table.sort(chosen, function(a, b)
        return a[1] < b[1]
    end)
    -- The answer's spans say which bytes of article.text the summary came from.
    return excerpt.make(article.text, chosen, options.max_bytes)
end

return plugin
