--- summarize/lead: the first sentences.
--
-- News puts what matters first, so the lead is a summary that is hard to beat. Sentences that are
-- very short (a dateline, a cry) do not count against the number asked for.
--
-- Options: `sentences`, `max_bytes`.

local excerpt = require "excerpt"

local SHORT = 20 -- bytes

return {
    kind = "summarize",
    name = "lead",
    version = "1.0.0",
    api = 1,
    about = "Summarises an article by its first sentences.",
    options = {
        sentences = { type = "integer", default = 2, min = 1, max = 20, doc = "How many sentences." },
        max_bytes = { type = "integer", default = 800, min = 50, max = 10000,
            doc = "Longest summary: sentences that do not fit are left out." },
    },
    needs = { "language" },
    gives = { "summary" },
    run = function(article, options)
        local sentences = desk.text.sentences(article.text, article.language)
        local spans, counted = {}, 0
        for i = 1, sentences.n do
            if counted == options.sentences then
                break
            end
            local first, last = sentences.first[i], sentences.last[i]
            spans[i] = { first, last }
            if last - first + 1 >= SHORT then
                counted = counted + 1
            end
        end
        return excerpt.make(article.text, spans, options.max_bytes)
    end,
}
