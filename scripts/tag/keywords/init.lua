--- tag/keywords: the words and phrases that an article is about.
--
-- Candidates are word n-grams that neither cross punctuation nor begin or end with a stop word
-- (desk.text.analyse():candidates). Each gets the product of
--   how often it stands there (log, so that the tenth time counts less than the first),
--   how early it comes first (a news text says what matters at its start),
--   a bonus for standing in the headline and for being a name,
--   and a length factor: phrases are rarer than words, so a repeated phrase says more.
-- Then, best first, a candidate is dropped when a better one holds it or it holds a better one. After Campos et al., "YAKE!", Information Sciences 509, 2020, for the
-- features; the weights are our own.
--
-- Options: `max`, `max_words`, `min_score` (relative to the best).
-- Tags: scheme "keyword", the most frequent form as label, score 0..1, the span of the first place.

local LONGEST = 200 -- bytes: what is longer is an address, a key, a line of base64
local text = desk.text

local POSITION_HALF = 6 -- a candidate first seen in this sentence counts about half
local HEADLINE_BONUS = 1.6
local NAME_BONUS = 1.25
local LIMIT = 32 -- candidates looked at: more give no better keywords, and cost
local PLACES = 1000 -- more than there are candidates
local PHRASE_BONUS = { 1.0, 1.35, 1.45, 1.5, 1.5 }

local function worth_a_look(candidates, i)
    if candidates.last[i] - candidates.first[i] >= LONGEST then
        return false
    end
    if candidates.words[i] == 1 or candidates.count[i] > 1 then
        return true
    end
    -- a function word inside ("Est on Monday") is an accident, unless it is repeated
    return candidates.capitals[i] > 0.5 and candidates.stops[i] == 0
end

local function score_of(candidates, i)
    local score = math.log(1 + candidates.count[i])
        * (1 / (1 + candidates.first_sentence[i] / POSITION_HALF) + 0.3)
        * PHRASE_BONUS[candidates.words[i]]
        * (1 + (HEADLINE_BONUS - 1) * candidates.shared[i])
    if candidates.capitals[i] > 0.5 or candidates.acronym[i] > 0.5 then
        score = score * NAME_BONUS
    end
    return score
end

-- Numbers of the candidates, best first, their scores, and the highest. They are sorted as numbers made of score and place: Lua sorts
-- those several times faster than through a function.
local function best_first(candidates)
    local keys, scores, best = {}, {}, 0 -- the first key's score may be a hair below the best
    for i = 1, candidates.n do
        if worth_a_look(candidates, i) then
            scores[i] = score_of(candidates, i)
            best = math.max(best, scores[i])
            keys[#keys + 1] = -math.floor(scores[i] * 1e6) * PLACES + i
        end
    end
    table.sort(keys)
    for rank, key in ipairs(keys) do
        keys[rank] = key % PLACES
    end
    return keys, scores, best
end

-- Whether a better one holds it as a run of whole words, or it holds a better one. Stems stand between
-- blanks, so that only whole words are found.
local function covered(stem, chosen)
    for _, other in ipairs(chosen) do
        if other:find(stem, 1, true) or stem:find(other, 1, true) then
            return true
        end
    end
    return false
end

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
        local analysis = text.analyse(article.text, article.language)
        local candidates = analysis:candidates {
            max_words = options.max_words,
            limit = math.max(LIMIT, 3 * options.max),
            beside = text.analyse(article.headline or "", article.language or analysis.language),
        }
        local tags, chosen = desk.array {}, {}
        local list, scores, best = best_first(candidates)
        for _, at in ipairs(list) do
            local score = scores[at] / best
            if #tags == options.max or score < options.min_score then
                break
            end
            local stem = " " .. candidates.stem[at] .. " "
            if not covered(stem, chosen) then
                chosen[#chosen + 1] = stem
                tags[#tags + 1] = {
                    scheme = "keyword",
                    label = candidates.text[at],
                    score = score,
                    spans = { { candidates.first[at], candidates.last[at] } },
                }
            end
        end
        return tags
    end,
}
