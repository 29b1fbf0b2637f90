--- tag/keywords: the words and phrases that an article is about.
--
-- Candidates are word n-grams that neither cross punctuation nor begin or end with a stop word; a
-- phrase that stands once must be a name. Each gets the product of
--   how often it stands there (log, so that the tenth time counts less than the first),
--   how early it comes first (a news text says what matters at its start),
--   a bonus for standing in the headline and for being a name,
--   and a length factor: phrases are rarer than words, so a repeated phrase says more.
-- Then, best first, a candidate is dropped when a better one holds it or it holds a better one. After
-- Campos et al., "YAKE!", Information Sciences 509, 2020, for the features; the weights are our own. The
-- loops are in C (desk.text.analyse():keywords).
--
-- Options: `max`, `max_words`, `min_score` (relative to the best).
-- Tags: scheme "keyword", the most frequent form as label, score 0..1, the span of the first place.

local text = desk.text

local LIMIT = 32 -- candidates looked at: more give no better keywords, and cost

-- What desk.text is asked for; `run` adds what differs from call to call.
local wanted = {
    early = 6, -- a candidate first seen in this sentence counts about half
    late = 0.3,
    shared = 1.6, -- with the headline
    name = 1.25,
    phrase = { 1.0, 1.35, 1.45, 1.5, 1.5 },
    longest = 200, -- bytes: what is longer is an address, a key, a line of base64
}

return {
    kind = "tag",
    name = "keywords",
    version = "1.0.0",
    api = 1,
    about = "Tags the words and phrases that an article is about.",
    options = {
        max = { type = "integer", default = 10, min = 1, max = 100, doc = "Most keywords given." },
        max_words = { type = "integer", default = 3, min = 1, max = 5,
            doc = "Most words in one keyword." },
        min_score = { type = "number", default = 0.15, min = 0, max = 1,
            doc = "Lowest score kept; the best has 1." },
    },
    needs = { "language" },
    gives = { "keyword" },
    run = function(article, options)
        local analysis <close> = text.analyse(article.text, article.language)
        local headline <close> = text.analyse(article.headline or "", article.language or analysis.language)
        wanted.beside = headline
        wanted.max = options.max
        wanted.max_words = options.max_words
        wanted.min_score = options.min_score
        wanted.limit = math.max(LIMIT, 3 * options.max)
        local found, tags = analysis:keywords(wanted), desk.array {}
        local label, score, first, last = found.text, found.score, found.first, found.last
        for i = 1, found.n do
            tags[i] = {
                scheme = "keyword",
                label = label[i],
                score = score[i],
                spans = { { first[i], last[i] } },
            }
        end
        return tags
    end,
}
