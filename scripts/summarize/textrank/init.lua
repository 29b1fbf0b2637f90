--- summarize/textrank: the sentences that the others agree with.
--
-- Sentences are ranked by the PageRank of a graph in which two are joined as strongly as their words
-- overlap: Rada Mihalcea and Paul Tarau, "TextRank: Bringing Order into Texts", EMNLP 2004. The
-- inner loops are in C (desk.text.analyse():rank); here a mild preference for early sentences is
-- added (`lead`), questions and very short sentences are set back, and the best are given in the
-- order of the text.
--
-- Options: `sentences`; `lead` 0..1, how much an early place counts; `max_bytes`.

local excerpt = require "excerpt"

local SHORT_WORDS = 4
local SET_BACK = 0.3

local function scores(analysis, text, sentences, lead)
    local rank = analysis:rank {}
    local list = {}
    for i = 1, sentences.n do
        local score = rank[i] * (1 + lead / i)
        if sentences.words[i] < SHORT_WORDS or text:byte(sentences.last[i]) == 63 then
            score = score * SET_BACK
        end
        list[i] = { at = i, score = score, size = sentences.last[i] - sentences.first[i] + 1 }
    end
    table.sort(list, function(a, b)
        if a.score ~= b.score then
            return a.score > b.score
        end
        return a.at < b.at
    end)
    return list
end

local function best(list, options)
    local chosen, length = {}, 0
    for _, item in ipairs(list) do
        if #chosen == options.sentences then
            break
        end
        if #chosen == 0 or length + item.size <= options.max_bytes then
            chosen[#chosen + 1] = item.at
            length = length + item.size
        end
    end
    table.sort(chosen)
    return chosen
end

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
        local text = article.text
        local analysis = desk.text.analyse(text, article.language)
        local sentences = analysis:sentences()
        local spans = {}
        for i, at in ipairs(best(scores(analysis, text, sentences, options.lead), options)) do
            spans[i] = { sentences.first[at], sentences.last[at] }
        end
        return excerpt.make(text, spans, options.max_bytes)
    end,
}
