--- tag/keywords: the words and phrases that an article is about.
--
-- Candidates are word n-grams that neither cross punctuation nor begin or end with a stop word
-- (desk.text.analyse():candidates). Each gets the product of
--   how often it stands there (log, so that the tenth time counts less than the first),
--   how early it comes first (a news text says what matters at its start),
--   a bonus for standing in the headline and for being a name,
--   and a length factor: phrases are rarer than words, so a repeated phrase says more.
-- Then, best first, a candidate is dropped when a better one holds all its words or it holds a better
-- one and adds too little. After Campos et al., "YAKE!", Information Sciences 509, 2020, for the
-- features; the weights are our own.
--
-- Options: `max`, `max_words`, `min_score` (relative to the best).
-- Tags: scheme "keyword", the most frequent form as label, score 0..1, the span of the first place.

local text = desk.text

local POSITION_HALF = 6 -- a candidate first seen in this sentence (from 0) counts about half
local HEADLINE_BONUS = 1.6
local NAME_BONUS = 1.25
local PHRASE_BONUS = { 1.0, 1.35, 1.45, 1.5, 1.5 }

local function headline_stems(article)
    local stems = {}
    local analysis = text.analyse(article.headline or "", article.language)
    for i = 1, analysis.tokens do
        stems[analysis:stem(i)] = true
    end
    return stems
end

-- Share of the candidate's stems that the headline has.
local function in_headline(stem, stems)
    local have, all = 0, 0
    for part in stem:gmatch("%S+") do
        all = all + 1
        if stems[part] then
            have = have + 1
        end
    end
    return all > 0 and have / all or 0
end

-- Whether a function word stands inside ("Est on Monday"): an accident, unless it is repeated.
local function holds_stopword(phrase, language)
    for word in phrase:gmatch("%f[%s]%s+(%S+)%s") do
        if text.is_stopword(word, language) then
            return true
        end
    end
    return false
end

local function worth_a_look(candidates, i, language)
    if candidates.words[i] == 1 or candidates.count[i] > 1 then
        return true
    end
    return candidates.capitals[i] > 0.5 and not holds_stopword(candidates.text[i], language)
end

local function scored(candidates, stems, language)
    local list = {}
    for i = 1, candidates.n do
        local words = candidates.words[i]
        local count = candidates.count[i]
        if worth_a_look(candidates, i, language) then
            local score = math.log(1 + count)
                * (1 / (1 + candidates.first_sentence[i] / POSITION_HALF) + 0.3)
                * PHRASE_BONUS[words]
                * (1 + (HEADLINE_BONUS - 1) * in_headline(candidates.stem[i], stems))
            if candidates.capitals[i] > 0.5 or candidates.acronym[i] > 0.5 then
                score = score * NAME_BONUS
            end
            list[#list + 1] = { score = score, at = i }
        end
    end
    table.sort(list, function(a, b)
        if a.score ~= b.score then
            return a.score > b.score
        end
        return a.at < b.at
    end)
    return list
end

-- Whether `inner` stands in `outer` as a run of whole words.
local function holds(outer, inner)
    return (" " .. outer .. " "):find(" " .. inner .. " ", 1, true) ~= nil
end

local function covered(stem, chosen)
    for _, other in ipairs(chosen) do
        if holds(other.stem, stem) or holds(stem, other.stem) then
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
        local candidates = analysis:candidates { max_words = options.max_words }
        local tags, chosen = desk.array {}, {}
        local list = scored(candidates, headline_stems(article), article.language)
        local best = list[1] and list[1].score or 1
        for _, item in ipairs(list) do
            local score = item.score / best
            if #tags == options.max or score < options.min_score then
                break
            end
            local at = item.at
            local stem = candidates.stem[at]
            if not covered(stem, chosen) then
                chosen[#chosen + 1] = { stem = stem }
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
