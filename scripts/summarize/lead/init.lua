--- summarize/lead: the first sentences.
--
-- News puts what matters first, so the lead is a summary that is hard to beat. Sentences that are
-- very short (a dateline, a cry) do not count against the number asked for.
--
-- Options: `sentences`; `max_bytes`, over which no further sentence is added.

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
            doc = "Once this long, no further sentence is added." },
    },
    needs = { "language" },
    gives = { "summary" },
    run = function(article, options)
        local text = article.text
        local sentences = desk.text.sentences(text, article.language)
        local parts, spans, counted, length = {}, desk.array {}, 0, 0
        for i = 1, sentences.n do
            local first, last = sentences.first[i], sentences.last[i]
            if counted == options.sentences or (length > 0 and length + last - first >= options.max_bytes) then
                break
            end
            parts[#parts + 1] = (text:sub(first, last):gsub("%s+", " "))
            spans[#spans + 1] = { first, last }
            length = length + last - first + 1
            if last - first + 1 >= SHORT then
                counted = counted + 1
            end
        end
        return { text = table.concat(parts, " "), spans = spans }
    end,
}
