-- kinds.lua: what each paragraph of a page is, before anybody looks for articles.
--
-- kind[b] of a paragraph is one of
--   "caption"  a caption or its repeat            "rule"   signs alone: *** or -----
--   "note"     a label as "Editor's Note:"        "mark"   an end mark: "Global Times", "-30-"
--   "short"    one short line without full stop: a title, a sub-head, or prose cut short
--   "topped"   prose whose first line was broken off on purpose: perhaps a title on top of its text
--   "prose"    anything else
-- The page also gets  width (columns at which prose was wrapped, or nil),  label[b] and labels (how often each
-- label such as "GT" opens a paragraph),  times (how often a short line stands on the page, folded).

local names = require "names"
local shape = require "shape"
local find, match, sub = string.find, string.match, string.sub

local kinds = {}

local TITLE = 250     -- bytes of a title, at most
local MARK = 48       -- bytes of an end mark, at most

-- The column at which hard-wrapped prose breaks: the longest inner line of long paragraphs, or nil.
local function wrap_width(page)
    local widest, seen = 0, 0
    for b = 1, page.blocks do
        local f, l = page.first[b], page.last[b]
        if l - f >= 3 then
            seen = seen + 1
            for i = f + 1, math.min(l - 1, f + 6) do
                local s = page.s[i]
                if #s > widest and #s <= 420 then
                    local w = shape.width(s)
                    if w > widest and w <= 140 then widest = w end
                end
            end
        end
        if seen >= 60 then break end
    end
    if seen > 0 and widest >= 30 then return widest end
    return nil
end

-- The line was broken although the next word would still have fitted.
local function broken_on_purpose(page, i)
    local w = page.width
    if not w then return false end
    local a, b = page.s[i], page.s[i + 1]
    if not b or b == "" or #a > TITLE then return false end
    local room = w - shape.width(a)
    if room <= 2 then return false end
    local word = match(b, "^%S+")
    if #word > 120 or shape.is_cjk(word) then return room > 6 end
    return shape.width(word) + 1 <= room - 1
end
kinds.broken_on_purpose = broken_on_purpose

local function is_note(s)
    if #s > 60 then return false end
    local label = match(s, "^[%*_]*(.-)[:：]?[%*_]*[:：]?$")
    return names.note[(string.gsub(shape.small(label), "’", "'"))] == true
end
kinds.is_note = is_note

local function one_line(page, b, s)
    if page.caption[page.first[b]] or page.copy[page.first[b]] then return "caption" end
    if #s > TITLE then return "prose" end
    local ending, closed = shape.ending(s)
    if ending == "stop" or ending == "comma" then
        if #s <= MARK and shape.is_rule(s) then return "rule" end
        return names.closing[shape.small(s)] and "mark" or "prose"
    end
    if shape.is_rule(s) then return names.closing[s] and "mark" or "rule" end
    if #s <= MARK and names.closing[shape.small(s)] then return "mark" end
    if is_note(s) then return "note" end
    if (ending == "call" or ending == "question") and closed then return "prose" end
    if shape.weight(s) > 170 then return "prose" end
    if find(s, "^[\"“„«]") and closed and #s > 60 then return "prose" end
    if find(s, "[%l%d]%. %u%l") and #s > 60 then return "prose" end
    return "short"
end

local function many_lines(page, b, s)
    local f, l = page.first[b], page.last[b]
    if page.caption[f] and page.caption[l] then return "caption" end
    if #s <= TITLE and shape.ending(s) ~= "stop" then
        if l - f == 1 and not page.width and #page.s[l] <= 60 and shape.byline(page.s[l]) then return "topped" end
        if broken_on_purpose(page, f) and not shape.is_rule(page.s[f + 1]) then return "topped" end
        if not page.width and shape.weight(s) < 120 and #page.s[f + 1] > 160 then return "topped" end
    end
    return "prose"
end

local function count_short(page, b, s)
    if #s > 80 then return end
    local key = shape.fold(s)
    page.times[key] = (page.times[key] or 0) + 1
    page.key[b] = key
end

-- Sources that sign pictures on this page: they may sign reports too.
local function signers(page)
    local sign = {}
    for _, c in pairs(page.caption) do
        if c.credit and #c.credit < 60 then
            sign[shape.small(c.credit)] = true
            local house = match(c.credit, "/%s*([^/]+)$")
            if house then sign[shape.small(house)] = true end
        end
    end
    return sign
end

local OPEN = { prose = true, topped = true }

-- A short line is an end mark when it is a house's name, or stands more than once, and prose never follows it.
local function end_marks(page)
    local kind, key, times = page.kind, page.key, page.times
    local sign = signers(page)
    local followed = {}
    for b = 1, page.blocks do
        local k = key[b]
        if k and times[k] > 1 and OPEN[kind[b + 1]] then followed[k] = (followed[k] or 0) + 1 end
    end
    for b = 2, page.blocks do
        local k = key[b]
        if k and kind[b] == "short" and #k <= MARK and not OPEN[kind[b + 1]] and OPEN[kind[b - 1]] then
            local s = page.s[page.first[b]]
            local bare = match(k, "^[%(%[（]?(.-)[%)%]）]?$")
            local known = names.source[bare] ~= nil or sign[k]
            local learned = times[k] > 1 and not followed[k] and shape.words(s) <= 4
            if known or learned then kind[b] = "mark" end
        end
    end
end

-- Gives every paragraph its kind.
function kinds.find(page)
    page.kind, page.key, page.times, page.label, page.labels = {}, {}, {}, {}, {}
    page.width = wrap_width(page)
    local kind, first, last, s = page.kind, page.first, page.last, page.s
    for b = 1, page.blocks do
        local f = first[b]
        local text = s[f]
        if last[b] == f then
            kind[b] = one_line(page, b, text)
            if kind[b] == "short" then count_short(page, b, text) end
        else
            kind[b] = many_lines(page, b, text)
        end
        if kind[b] ~= "caption" and find(sub(text, 1, 44), "[:\xEF]") then
            local label = shape.label(text)
            if label then
                page.label[b] = label
                page.labels[label] = (page.labels[label] or 0) + 1
            end
        end
    end
    end_marks(page)
end

return kinds
