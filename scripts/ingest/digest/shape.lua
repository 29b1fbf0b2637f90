-- shape.lua: what one line looks like. No language is assumed: letters are told by their bytes, the
-- case of Latin, Greek and Cyrillic letters by the ranges of their UTF-8 encoding, CJK text by its
-- three-byte letters; what counts letters and signs is desk.text's. The others look at no more than a few
-- hundred bytes, so that a line of a megabyte costs what a short one does.

local names = require "names"
local byte, find, gsub, lower, match, sub = string.byte, string.find, string.gsub, string.lower,
    string.match, string.sub

local shape = {}

-- Longest line, in bytes, that is looked at as a title, a label or a mark.
shape.LONGEST = 400

local CONT = "[\x80-\xBF]"
local text = desk.text

shape.chars, shape.words, shape.cases, shape.small = text.chars, text.count_words, text.cases,
    text.lower
shape.width, shape.weight, shape.is_rule = text.columns, text.weight, text.is_rule

-- What desk.text.signs tells: one look at a line's bytes, where a pattern would take one each.
local signs = text.signs
local DIGIT, CONTROL, BLANKS, WIDE, QUOTE, TICK, CALL = 1, 16, 32, 64, 128, 256, 4096
shape.signs = signs
shape.NUMBERS, shape.CONTROL, shape.BLANKS, shape.WIDE = 2, CONTROL, BLANKS, WIDE
shape.COLON, shape.SLASH, shape.CLOSER = 512, 1024, 2048

local CJK = "[\xE3-\xED]" .. CONT .. CONT
function shape.is_cjk(s) return signs(s) & WIDE ~= 0 and find(s, CJK) ~= nil end

-- All letters are capitals, and there are enough of them to mean it.
function shape.is_caps(s)
    if #s > shape.LONGEST or find(s, "%l") then return false end
    local up, low = shape.cases(s)
    return low == 0 and up >= 5 and up * 2 >= shape.chars(s)
end

-- Quotes of any kind, blanks of any kind and case make no difference to what is the same text.
function shape.fold(s)
    if signs(s) & (WIDE | QUOTE | TICK | CONTROL | BLANKS) == 0 and byte(s, -1) ~= 32
        and byte(s) ~= 32 then
        return lower(s)
    end
    if find(s, "[\xC2\xE2\xE3]") then
        s = gsub(s, "\xE2\x80[\x98-\x9F\xB9\xBA]", "")
        s = gsub(s, "\xC2[\xAB\xBB]", "")
        s = gsub(s, "\xC2\xA0", " ")
        s = gsub(s, "\xE3\x80[\x80\x8C-\x8F\x9D-\x9F]", " ")
        s = gsub(s, "\xE2\x80[\x90-\x95]", "-")
    end
    s = shape.small(s)
    if find(s, "[\"'`]") then s = gsub(s, "[\"'`]", "") end
    if find(s, "%s%s") or find(s, "^%s") or find(s, "[\t\n]") or byte(s, -1) == 32 then
        s = gsub(s, "%s+", " ")
        s = match(s, "^ ?(.*%S)") or ""
    end
    return s
end

-- How the line ends: "stop", "call", "question", "colon", "comma", or nil. The second value tells
-- whether quotes or brackets follow that sign.
shape.ending = text.ending

-- A run of one sign, as under a Setext title: gives the sign and the number of times.
function shape.underline(s)
    local c = match(s, "^[%-=~%^_%*\"#%.%+]")
    if c and #s >= 3 and find(s, "^%" .. c .. "+$") then return c, #s end
    local u = match(s, "^(\xE2[\x94-\x96]" .. CONT .. ")") or match(s, "^(\xE2\x80[\x93-\x95])")
    if u and #s >= 9 and #s <= 900 and gsub(s, u, "") == "" then return u, #s // 3 end
    return nil
end

-- The label of a line such as "GT: How do you ...": gives the label, or nil.
function shape.label(s)
    if #s > 46 then s = sub(s, 1, 46) end
    local at = find(s, ":", 1, true)
    if not at or at > 41 then
        at = find(s, "：", 1, true)
        if not at or at > 41 then return nil end
    end
    if at < 2 or find(sub(s, at, at + 2), "^:[/%d]") then return nil end
    local label = sub(s, 1, at - 1)
    if find(label, "[%.!%?\",;]") or shape.words(label) > 5 then return nil end
    return label
end

-- The number or bullet before an entry of a list of contents: gives the entry and the number.
function shape.unnumbered(s)
    local n, rest = match(s, "^[%[%(]?(%d%d?%d?)[%]%)%.:]+%s*(%S.*)$")
    if rest and not find(rest, "^%d") then return rest, tonumber(n) end
    n, rest = match(s, "^(%d%d?)%s+[%-–—%.|]+%s+(%S.*)$")
    if rest then return rest, tonumber(n) end
    n, rest = match(s, "^[№#]+%s?(%d+)[%.:%)]?%s+(%S.*)$")
    if rest then return rest, tonumber(n) end
    n, rest = match(s, "^(%d%d?)%s*[\xE3\xEF]" .. CONT .. CONT .. "%s*(%S.*)$")
    if rest and find(s, "^%d+%s*、") or rest and find(s, "^%d+%s*．") then
        return rest, tonumber(n)
    end
    n, rest = match(s, "^（(%d%d?)）%s*(%S.*)$")
    if rest then return rest, tonumber(n) end
    rest = match(s, "^[%-%*%+]%s+(%S.*)$") or match(s, "^•%s*(%S.*)$") or match(s, "^·%s*(%S.*)$")
        or match(s, "^–%s+(%S.*)$")
    if rest then return rest, nil end
    return s, nil
end

-- Four digits of a year, or the signs of a date.
function shape.has_date(s)
    return find(s, "%f[%d][12][089]%d%d%f[%D]") ~= nil
end

-- The words of names.byline by their first byte, in both cases.
local BYLINE = {}
for _, word in ipairs(names.byline) do
    local b = byte(word)
    BYLINE[b] = BYLINE[b] or {}
    table.insert(BYLINE[b], word)
end
for b = 97, 122 do BYLINE[b - 32] = BYLINE[b] end
BYLINE[0xD0] = BYLINE[0xD0] or BYLINE[0xD1]

local function name_after(plain, word)
    local rest = sub(plain, #word + 1)
    local open = byte(word, -1) == 58 or byte(word, -1) == 47 or byte(word) >= 0xE3
    local name = match(rest, open and "^[%s:/]*(%S.*)$" or "^%s+(%S.*)$")
    if name and sub(name, 1, 3) == "：" then name = match(name, "^：%s*(%S.*)$") end
    return name and shape.is_name(name) and name or nil
end

-- A writer's line: gives the name, or nil.
function shape.byline(s)
    if #s > 120 or #s < 4 then return nil end
    local plain = match(s, "^[%*_]+([^%*_]+)[%*_]*$") or s
    local list = BYLINE[byte(plain)]
    if not list then return nil end
    local low = shape.small(sub(plain, 1, 40))
    for _, word in ipairs(list) do
        if sub(low, 1, #word) == word then
            local name = name_after(plain, word)
            if name then return name end
        end
    end
    return nil
end

-- The text without one pair of round brackets around it.
function shape.unbracketed(s)
    return match(s, "^[%(%[](.*)[%)%]]$") or (sub(s, 1, 3) == "（" and sub(s, -3) == "）" and sub(s,
        4, -4)) or s
end

-- Could be the name of one or a few people: short, no digits, no stop, no small word at its
-- beginning.
function shape.is_name(s)
    if #s > 90 or signs(s) & (DIGIT | CALL | QUOTE) ~= 0
        or (find(s, ".", 1, true) and find(s, "%a%a%a%a%.%s")) then
        return false
    end
    if shape.words(s) > 9 then return false end
    if shape.is_cjk(s) then return shape.chars(s) <= 20 and not shape.ending(s) end
    local low = match(s, "^%l")
    local up = shape.cases(s)
    return not low and up >= 1 and shape.ending(s) == nil or (not low and up >= 2 and #s < 60
        and find(s, "%u%.$") ~= nil)
end

return shape
