--- tag/language: which language an article is written in.
--
-- Suggests the field `language` (BCP 47: "fr", "sr", "sr-Latn", "zh-Hans") from the article's own text, by
-- script and character n-grams (desk.text.language). What the document itself said stays as it is.
--
-- Options: `min_score`, below which nothing is said; `fallback`, said then (default: nothing).
-- Limits: a few words are not enough to tell close relatives (Serbian, Croatian) apart.

local text = desk.text

-- So many bytes tell as much as the whole. The cut may part a character; that does no harm.
local ENOUGH = 1500
-- The script that goes without saying (CLDR, likely subtags); Chinese names its own always.
local USUAL_SCRIPT = { sr = "Cyrl" }
-- A body shorter than this (bytes) is judged together with its headline.
local SHORT = 400

local function sample(article)
    local body = article.text or ""
    if #body < SHORT and article.headline then
        return article.headline .. "\n" .. body
    end
    return body:sub(1, ENOUGH)
end

return {
    kind = "tag",
    name = "language",
    version = "1.0.0",
    api = 1,
    about = "Says which language an article is written in.",
    options = {
        min_score = { type = "number", default = 0.5, min = 0, max = 1,
            doc = "Lowest score at which a language is said." },
        fallback = { type = "string", default = "",
            doc = "BCP 47 tag that is said when none is sure enough; empty: none." },
    },
    needs = {},
    gives = { "language" },
    run = function(article, options)
        if article.language then
            return desk.array {}
        end
        local code, score, script = text.language(sample(article))
        if code and score >= options.min_score then
            if script and script ~= "" and script ~= USUAL_SCRIPT[code] then
                code = code .. "-" .. script
            end
            return { { field = "language", value = code, score = score } }
        end
        if options.fallback ~= "" then
            return { { field = "language", value = options.fallback, score = 0 } }
        end
        return desk.array {}
    end,
}
