--- summarize/textrank: the sentences that the others agree with.
--
-- Sentences are ranked by the PageRank of a graph in which two are joined as strongly as their words
-- overlap: Rada Mihalcea and Paul Tarau, "TextRank: Bringing Order into Texts", EMNLP 2004. On top of
-- that come a mild preference for early sentences (`lead`) and a set-back for questions and very short
-- sentences. The best are given in the order of the text. The loops are in C
-- (desk.text.analyse():best_sentences).
--
-- Options: `sentences`; `lead` 0..1, how much an early place counts; `max_bytes`.

local excerpt = require "excerpt"

-- What desk.text is asked for; `run` adds what differs from call to call.
local wanted = { short_words = 4, set_back = 0.3 }

return {
    kind = "summarize",
    name = "textrank",
    version = "1.0.0",
    api = 1,
    about = "Summarises an article by its most central sentences.",
    options = {
        sentences = { type = "integer", default = 3, min = 1, max = 50, doc = "How many sentences." },
        lead = { type = "number", default = 0.5, min = 0, max = 5,
            doc = "How much an early place in the text counts; 0: not at all." },
        max_bytes = { type = "integer", default = 1200, min = 50, max = 100000,
            doc = "Longest summary: sentences that do not fit are left out." },
    },
    needs = { "language" },
    gives = { "summary" },
    run = function(article, options)
        local analysis <close> = desk.text.analyse(article.text, article.language)
        wanted.count = options.sentences
        wanted.lead = options.lead
        wanted.max_bytes = options.max_bytes
        local found, spans = analysis:best_sentences(wanted), {}
        for i = 1, found.n do
            spans[i] = { found.first[i], found.last[i] }
        end
        return excerpt.make(article.text, spans, options.max_bytes)
    end,
}
