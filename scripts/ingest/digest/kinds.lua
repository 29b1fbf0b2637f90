-- kinds.lua: what each paragraph of a page is, before anybody looks for articles.
--
-- kind[b] of a paragraph is one of
--   "caption"  a caption or its repeat            "rule"   signs alone: *** or -----
--   "note"     a label as "Editor's Note:"        "mark"   an end mark: "Global Times", "-30-"
--   "short"    one short line without full stop: a title, a sub-head, or prose cut short
--   "topped"   prose whose first line was broken off on purpose: perhaps a title on top of its text
--   "again"    a title given a second time             "prose"  anything else
-- The page also gets  short (the numbers of short and topped paragraphs, in order),  width (columns
-- at which prose was wrapped, or nil),  label[b] ("GT" in "GT: How ...") and speakers (the labels
-- that open several paragraphs),  times (how often a short line stands on the page, folded).

local names = require "names"
local shape = require "shape"
local byte, find, match, sub = string.byte, string.find, string.match, string.sub

local kinds = {}

local TITLE = 250     -- bytes of a title, at most
local MARK = 48       -- bytes of an end mark, at most

-- The word at the beginning of the line would still have stood on a line with that much room.
local function fits(s, room)
    if room <= 2 then return false end
    local word = match(s, "^%S+")
    if #word > 120 or shape.is_cjk(word) then return room > 6 end
    return shape.width(word) + 1 <= room - 1
end

-- The width of lines that are broken only where the next word does not fit; nil for a list or
-- verse. Takes their numbers.
local function filled(page, sample)
    local s, widths, widest = page.s, {}, 0
    for k, i in ipairs(sample) do
        local w = #s[i] <= 420 and shape.width(s[i]) or 999
        widths[k] = w
        if w > widest then widest = w end
    end
    if widest < 45 or widest > 140 then return nil end
    local early = 0
    for k, i in ipairs(sample) do
        if find(s[i], "^[%(%[]?%d+[%)%].]") or fits(s[i + 1], widest - widths[k]) then
            early = early + 1
        end
    end
    return early * 5 <= #sample and widest or nil
end

-- The column at which hard-wrapped prose breaks, or nil where it is not wrapped: read from a few
-- long paragraphs, or, where there are none, from the middle lines of short ones together.
local function wrap_width(page)
    local widest, seen, found, pool = 0, 0, 0, {}
    for _, b in ipairs(page.look) do
        local f, l = page.first[b], page.last[b]
        if l - f >= 4 then
            local sample = {}
            for i = f + 1, math.min(l - 1, f + 6) do sample[#sample + 1] = i end
            local w = filled(page, sample)
            seen = seen + 1
            if w then
                found = found + 1
                if w > widest then widest = w end
            end
            if found >= 4 or seen >= 24 then break end
        elseif l - f >= 2 and #pool < 24 then
            for i = f + 1, l - 1 do pool[#pool + 1] = i end
        end
    end
    if found == 0 and #pool >= 4 then return filled(page, pool) end
    return widest > 0 and widest or nil
end

-- The line was broken although the next word would still have fitted.
local function broken_on_purpose(page, i)
    local w = page.width
    if not w then return false end
    local a, b = page.s[i], page.s[i + 1]
    if not b or b == "" or #a > TITLE then return false end
    return fits(b, w - shape.width(a))
end
kinds.broken_on_purpose = broken_on_purpose

local function folded(words)
    local set = {}
    for word in pairs(words) do set[shape.fold(word)] = true end
    return set
end
local NOTE, CLOSING = folded(names.note), folded(names.closing)

-- Last bytes of a label with its colon or its stars.
local MARKED = { [58] = true, [42] = true, [95] = true, [0x9A] = true }

-- The folded line without the marks that may stand around a label.
local function label_key(key)
    local bare = match(key, "^[%*_]*([^%*_:]*)")
    if sub(bare, -3) == "：" then bare = sub(bare, 1, -4) end
    return match(bare, "^(.*%S)") or bare
end

-- A line of at most MARK bytes that ends a sentence: still perhaps a rule or a mark, as "END." is.
local function closed_line(s)
    if #s > MARK then return "prose" end
    if shape.is_rule(s) then return "rule" end
    return CLOSING[shape.fold(s)] and "mark" or "prose"
end

-- The kind of a line that may be short; the second value is its folded form.
local function short_line(s, ending, closed)
    if shape.is_rule(s) then return names.closing[s] and "mark" or "rule" end
    local key = #s <= 80 and shape.fold(s) or nil
    if key and #s <= 60 then
        if CLOSING[key] then return "mark" end
        if NOTE[key] or (MARKED[byte(key, -1)] and NOTE[label_key(key)]) then return "note" end
    end
    if (ending == "call" or ending == "question") and closed then return "prose" end
    if #s > 170 and shape.weight(s) > 170 then return "prose" end
    if #s > 60 then
        if closed and find(s, "^[\"“„«]") then return "prose" end
        if find(s, ". ", 1, true) and find(s, "[%l%d]%. %u%l") then return "prose" end
    end
    return "short", key
end

local function one_line(page, line, b, s)
    if page.caption[line] or page.copy[line] then return "caption" end
    if #s > TITLE or (#s > MARK and byte(s, -1) == 46 and byte(s, -3) ~= 46) then return "prose" end
    local ending, closed = shape.ending(s)
    if ending == "stop" or ending == "comma" then return closed_line(s) end
    local kind, key = short_line(s, ending, closed)
    if key then
        page.times[key] = (page.times[key] or 0) + 1
        page.key[b] = key
    end
    return kind
end

local function many_lines(page, b, s)
    local f, l = page.first[b], page.last[b]
    if page.caption[f] and page.caption[l] then return "caption" end
    if #s <= TITLE and shape.ending(s) ~= "stop" then
        if l - f == 1 and not page.width and #page.s[l] <= 60 and shape.byline(page.s[l]) then
            return "topped"
        end
        if broken_on_purpose(page, f) and not shape.is_rule(page.s[f + 1]) then return "topped" end
        if not page.width and shape.weight(s) < 120 and #page.s[f + 1] > 160 then
            return "topped"
        end
    end
    return "prose"
end

-- A label opens several paragraphs, at least one of them speech: a speaker's name.
local function count_label(page, label, speech)
    local seen = page.labels[label] or { count = 0 }
    seen.count = seen.count + 1
    seen.speech = seen.speech or speech
    page.labels[label] = seen
    if seen.count > 1 and seen.speech then page.speakers[label] = true end
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

-- A short line after text and before anything but text may be an end mark.
local function may_close(page, b)
    local kind, key = page.kind, page.key[b]
    return key and kind[b] == "short" and #key <= MARK and OPEN[kind[b - 1]] and not OPEN[kind[b + 1]]
end

-- Such a line is an end mark when it is a house's name, or stands so more than once and text never
-- follows it.
local function end_marks(page)
    local key = page.key
    local closes, opens = {}, {}
    for _, b in ipairs(page.short) do
        local k = key[b]
        if may_close(page, b) then
            closes[k] = (closes[k] or 0) + 1
        elseif k and OPEN[page.kind[b + 1]] then
            opens[k] = true
        end
    end
    if not next(closes) then return end
    local sign = signers(page)
    for _, b in ipairs(page.short) do
        if may_close(page, b) then
            local k = key[b]
            local known = names.source[shape.unbracketed(k)] or sign[k]
            local learned = closes[k] > 1 and not opens[k] and shape.words(k) <= 4
            if known or learned then page.kind[b] = "mark" end
        end
    end
end

local function at_beginning(page, b)
    local above = page.kind[b - 1]
    return b == 1 or above == "mark" or above == "rule"
end

-- A title given twice at the beginning of an article: the second is left out.
local function repeated_titles(page)
    local kind, found = page.kind, false
    for below, line in pairs(page.copy) do
        local b, s = page.block_of[line], page.s[line]
        local pair = below > line and page.first[b + 1] == below and kind[b] == "caption"
        if pair and at_beginning(page, b) and OPEN[kind[b + 2]] and not page.caption[line].credit
            and #s <= 200 and not shape.ending(s) then
            kind[b], kind[b + 1] = "short", "again"
            page.caption[line] = nil
            page.short[#page.short + 1] = b
            found = true
        end
    end
    if found then table.sort(page.short) end
end

local function note_label(page, b, text)
    local label = shape.label(text)
    if not label then return end
    page.label[b] = label
    count_label(page, label, page.kind[b] == "prose" or shape.ending(text) == "question")
end

-- Gives a kind to every paragraph that has none yet.
function kinds.find(page)
    page.key, page.times, page.label, page.labels, page.speakers, page.short = {}, {}, {}, {}, {},
        {}
    page.width = wrap_width(page)
    local kind, first, last, s, short = page.kind, page.first, page.last, page.s, page.short
    for _, b in ipairs(page.look) do
        local f = first[b]
        local text = s[f]
        local k = last[b] == f and one_line(page, f, b, text) or many_lines(page, b, text)
        kind[b] = k
        if k == "short" or k == "topped" then short[#short + 1] = b end
        local colon = find(text, ":", 1, true)
        if (colon and colon < 42 or byte(text) >= 0xE3) and k ~= "caption" then
            note_label(page, b, text)
        end
    end
    end_marks(page)
    repeated_titles(page)
end

return kinds
