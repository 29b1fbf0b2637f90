--- tag/rules: tags articles by a file of rules that anybody can edit.
--
-- rules.txt has a rule a line: what to say, a colon, and words or phrases that say it:
--
--   rail: train*, tram, "night train", metro
--   topic/strike: strike, walkout
--
-- Case and accents do not matter. `train*` is any word that begins so; a phrase in quotes is these words in a
-- row; `scheme/label` says the scheme (else the option's). Lines that begin with # are remarks.
--
-- For rules of your own copy this folder into your desk's scripts/tag/, edit rules.txt, and name it in desk.lua:
-- desk.tag { ..., "rules" }. Or give rules there: { "rules", rules = { "rail: train*, tram" } }; they come on top.
--
-- Options: `rules`, `scheme`, `min` (places that are needed).
-- Tags: a score that grows with the number of places, and the places as spans.

local text = desk.text

-- "night train" -> { "night", "train" }, folded; the last word may be "train*".
local function parse_phrase(phrase, where)
    local prefix = phrase:find("%*$") ~= nil
    local words = text.words(phrase)
    if words.n == 0 then
        error(("%s: '%s' holds no word"):format(where, phrase), 0)
    end
    return { words = words.word, n = words.n, prefix = prefix }
end

local function parse_rule(line, where)
    local name, phrases = line:match("^%s*([^:]-)%s*:%s*(.-)%s*$")
    if not name or name == "" or phrases == "" then
        error(("%s: a rule is written as  label: word, word*, \"a phrase\""):format(where), 0)
    end
    local scheme, label = name:match("^(%S-)/(.+)$")
    local rule = { scheme = scheme, label = label or name, phrases = {} }
    for phrase in phrases:gmatch("[^,]+") do
        rule.phrases[#rule.phrases + 1] = parse_phrase(phrase:gsub('"', " "), where)
    end
    return rule
end

local function parse_file(source)
    local rules, number = {}, 0
    for line in (source .. "\n"):gmatch("(.-)\r?\n") do
        number = number + 1
        if line:find("%S") and not line:find("^%s*#") then
            rules[#rules + 1] = parse_rule(line, "rules.txt:" .. number)
        end
    end
    return rules
end

-- Once, when the plugin is loaded.
local from_file = parse_file(desk.read "rules.txt")

local function matches(words, at, phrase)
    for i = 1, phrase.n do
        local word, wanted = words.word[at + i - 1], phrase.words[i]
        local begins = i == phrase.n and phrase.prefix
        if not word or (begins and word:sub(1, #wanted) ~= wanted) or (not begins and word ~= wanted) then
            return false
        end
    end
    return true
end

-- Where each first word of a phrase stands; prefixes are few and are tried everywhere.
local function places_of(words)
    local places = {}
    for i = 1, words.n do
        local list = places[words.word[i]]
        if list then
            list[#list + 1] = i
        else
            places[words.word[i]] = { i }
        end
    end
    return places
end

local function add_spans(words, places, phrase, spans)
    local function try(at)
        if matches(words, at, phrase) then
            spans[#spans + 1] = { words.first[at], words.last[at + phrase.n - 1] }
        end
    end
    if phrase.n == 1 and phrase.prefix then
        for at = 1, words.n do
            try(at)
        end
    else
        for _, at in ipairs(places[phrase.words[1]] or {}) do
            try(at)
        end
    end
end

local function in_order(a, b)
    return a[1] < b[1] or (a[1] == b[1] and a[2] < b[2])
end

return {
    kind = "tag",
    name = "rules",
    version = "1.0.0",
    api = 1,
    about = "Tags articles by a file of rules that anybody can edit.",
    options = {
        rules = { type = "list", default = {}, doc = 'More rules: { "rail: train*, tram" }.' },
        scheme = { type = "string", default = "topic", min = 1, doc = "Scheme of rules that name none." },
        min = { type = "integer", default = 1, min = 1, max = 100, doc = "Places that are needed." },
    },
    needs = {},
    gives = { "topic" },
    uses = { read = { "rules.txt" } },
    run = function(article, options)
        local rules = table.move(from_file, 1, #from_file, 1, {})
        for i, line in ipairs(options.rules) do
            rules[#rules + 1] = parse_rule(line, "option rules[" .. i .. "]")
        end
        local words = text.words(article.text)
        local places, tags = places_of(words), desk.array {}
        for _, rule in ipairs(rules) do
            local spans = {}
            for _, phrase in ipairs(rule.phrases) do
                add_spans(words, places, phrase, spans)
            end
            if #spans >= options.min then
                table.sort(spans, in_order)
                tags[#tags + 1] = {
                    scheme = rule.scheme or options.scheme,
                    label = rule.label,
                    score = 1 - 0.5 ^ #spans,
                    spans = spans,
                }
            end
        end
        return tags
    end,
}
