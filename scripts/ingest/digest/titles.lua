-- titles.lua: bare digests, where nothing but a short line between blank ones tells where an
-- article begins.
--
-- Each short line is weighed: its shape, what stands before and after it, and whether its words
-- belong to the text below rather than to the text above (a title names what its article is about;
-- a line within an article shares its words with both sides: the idea of Hearst's TextTiling, asked
-- of one line instead of every gap). The weights sum to the confidence; from CUT on an article
-- begins. Two things are learned from the page itself: whether wide gaps part the articles, and
-- whether pictures or notes follow the titles, so that a short line without is a sub-head.

local shape = require "shape"
local evidence = require("structure").evidence
local byte, find, gmatch, sub = string.byte, string.find, string.gmatch, string.sub

local titles = {}

local CUT = 0.5
local MOST = 40000    -- short lines of a page; one with more is a list, no digest
local NEAR = 700      -- bytes of text above and below that are compared with the title

local PROSE = { prose = true, topped = true }

local function text_near(page, b, step, limit)
    local parts, size, n = {}, 0, 0
    local k = b + step
    if step == 1 and page.kind[b] == "topped" then k = b end
    while k >= 1 and k <= page.blocks and size < NEAR and n < 6 do
        if PROSE[page.kind[k]] or (k ~= b and page.kind[k] == "caption") then
            local f, l = page.first[k], page.last[k]
            if k == b then f = f + 1 end
            for i = f, math.min(l, f + 12) do
                local s = page.s[i]
                if #s > limit then s = step == 1 and sub(s, 1, limit) or sub(s, -limit) end
                parts[#parts + 1] = s
                size = size + #s
            end
        elseif step == -1 and k ~= b and page.kind[k] == "mark" then
            break
        end
        k, n = k + step, n + 1
    end
    return shape.small(table.concat(parts, " "))
end

local function stems(title)
    local list = {}
    local small = shape.small(title)
    for word in gmatch(small, "[%w\x80-\xFF]+") do
        if find(word, "[\xE3-\xED][\x80-\xBF][\x80-\xBF]") then
            local letters = {}
            for letter in gmatch(word, "[\xE3-\xED][\x80-\xBF][\x80-\xBF]") do
                letters[#letters + 1] = letter
            end
            for i = 1, #letters - 1 do list[#list + 1] = letters[i] .. letters[i + 1] end
        elseif #word >= 4 then
            local stem = sub(word, 1, find(word, "[\x80-\xFF]") and 8 or 5)
            if find(stem, "[\xC2-\xF4]$") then stem = sub(stem, 1, -2) end
            list[#list + 1] = stem
        end
        if #list >= 24 then break end
    end
    return list
end

-- The shares of the title's words that come in the text below and in the text above.
local function cohesion(page, b, title)
    local list = stems(title)
    if #list == 0 then return 0, 0 end
    local below, above = text_near(page, b, 1, NEAR), text_near(page, b, -1, NEAR)
    local down, up = 0, 0
    for _, stem in ipairs(list) do
        if find(below, stem, 1, true) then down = down + 1 end
        if find(above, stem, 1, true) then up = up + 1 end
    end
    return down / #list, up / #list
end

-- What stands below titles, and seldom below other lines.
local COMPANY = { caption = true, note = true }

-- What the page does with gaps: the width that parts articles, when long text never follows it.
local function learn_gaps(page, candidates)
    local prose = {}
    for b = 2, page.blocks do
        if page.kind[b] == "prose" then
            local g = math.min(page.gap[b], 9)
            prose[g] = (prose[g] or 0) + 1
        end
    end
    local wide, wide_prose, against = 0, 0, 0
    for _, c in ipairs(candidates) do
        if page.gap[c.b] >= 2 then
            wide = wide + 1
        elseif COMPANY[page.kind[c.b + 1]] then
            against = against + 1
        end
    end
    for g, count in pairs(prose) do
        if g >= 2 then wide_prose = wide_prose + count end
    end
    local strict = wide >= 2 and wide_prose == 0 and wide * 2 >= #candidates and against * 4 <= wide
    return { strict = strict, clean = wide_prose * 3 <= wide, prose = prose }
end

local function shape_weight(page, b, ev, line, s)
    local words, weight = shape.words(s), shape.weight(s)
    evidence(ev, "title-shape", line, 0.26,
        "a short line without full stop, alone between blank lines")
    if weight < 16 then
        evidence(ev, "very-short", line, -0.14, "shorter than titles are")
    elseif weight > 130 then
        evidence(ev, "long", line, -0.08, "longer than titles are")
    end
    if words == 1 and not shape.is_cjk(s) then evidence(ev, "one-word", line, -0.15, "one word") end
    local ending, closed = shape.ending(s)
    if ending == "colon" then evidence(ev, "colon", line, -0.3, "ends with a colon") end
    if closed and ending then evidence(ev, "quotation", line, -0.15, "ends as speech does") end
    if find(s, "^%l") or find(s, "^%- ") or find(s, "^•") then
        evidence(ev, "small-letter", line, -0.25, "begins as no title does")
    end
    if shape.is_caps(s) then evidence(ev, "capitals", line, 0.2, "written in capitals") end
    local label = page.label[b]
    if label and page.speakers[label] then
        evidence(ev, "speaker", line, -0.5, "the label \"" .. label
            .. "\" opens several lines, as a speaker's name does")
    end
    local key = page.key[b]
    if key and page.times[key] > 1 then
        evidence(ev, "repeated-line", line, -0.4, "the same line stands elsewhere too")
    end
end

local function before_weight(page, b, ev, gaps)
    local gap, line = page.gap[b], page.first[b]
    local before = page.kind[b - 1]
    if b == 1 then
        evidence(ev, "beginning", line, 0.4, "the text begins here")
        return
    end
    if gap >= 2 then
        local rate = gaps.prose[math.min(gap, 9)] or 0
        local weight = gaps.strict and 0.4 or (rate == 0 and 0.3) or (gaps.clean and 0.2) or 0.08
        if gap >= 4 and rate == 0 then weight = weight + 0.1 end
        evidence(ev, "blank-before", line, weight, gap .. " blank lines before it")
    elseif gaps.strict then
        evidence(ev, "narrow-gap", line, -0.3, "wider gaps part the articles of this page")
    end
    if before == "mark" then
        evidence(ev, "end-mark-before", page.first[b - 1], 0.35, "an end mark before it")
    elseif before == "rule" then
        evidence(ev, "rule-before", page.first[b - 1], 0.35, "a rule before it")
    elseif before == "short" and page.kind[b - 2] ~= "mark" then
        evidence(ev, "line-before", page.first[b - 1], -0.15, "another short line before it")
    elseif before == "caption" then
        local k = b - 2
        while k > 0 and k > b - 40 and page.kind[k] == "caption" do k = k - 1 end
        if PROSE[page.kind[k]] or page.kind[k] == "mark" then
            evidence(ev, "caption-before", page.first[b - 1], 0.16, "captions end the text above")
        else
            evidence(ev, "caption-before", page.first[b - 1], -0.05,
                "a caption right below a title stands before it")
        end
    elseif before == "prose" then
        local l = page.last[b - 1]
        local s = page.s[l]
        local ending = shape.ending(s)
        if ending == "comma" or ending == "colon" then
            evidence(ev, "open-sentence", l, -0.2, "the text above is not at its end")
        elseif ending == "stop" or ending == "call" or ending == "question" then
            evidence(ev, "full-stop-before", l, 0.06, "the text above ends with a full stop")
        end
    end
end

-- "BEIJING, May 7 (Xinhua) -- ", "LONDON (AP) - "
local LATIN_DATELINE = "^[%u\xC3-\xD0\x80-\xBF][%u%s%.,'\xC3-\xD0\x80-\xBF%-]+[%s,][^%.]-%-%-? "
local AGENCY = "^[^%.%(]-%([%w\x80-\xFF /]+%)[%s:]*[%-\xE2]"

local function cjk_dateline(head)
    if sub(head, 1, 9) == "新华社" or sub(head, 1, 9) == "本报讯" then return true end
    if sub(head, 1, 3) == "【" then return find(head, "】", 1, true) ~= nil end
    local at = find(head, "日电", 1, true) or find(head, "日讯", 1, true)
    return at ~= nil and not find(sub(head, 1, at), "。", 1, true)
end

-- Does a text begin with town, day or agency and a dash?
local function dateline(s)
    local head = sub(s, 1, 90)
    local c = byte(head)
    if c >= 0xE3 then return cjk_dateline(head) end
    if c == 40 then return find(head, "^%([%w\x80-\xFF ]+%) %u") ~= nil end
    if not find(head, " -", 1, true) and not find(head, ")-", 1, true)
        and not find(head, "\xE2\x80\x93", 1, true) and not find(head, "\xE2\x80\x94", 1, true) then
        return false
    end
    if find(head, "^%u[%u%s%.']+[,%s]") and find(head, LATIN_DATELINE) then return true end
    return find(head, AGENCY) ~= nil and find(head, "%u%u") ~= nil
end
titles.dateline = dateline

-- Text stands below: directly, or after a blank line.
local function text_below(page, b, ev)
    local line, l = page.first[b], page.first[b + 1]
    if page.kind[b] == "topped" then
        if shape.byline(page.s[line + 1]) then
            evidence(ev, "byline-after", line + 1, 0.4, "the writer's name below")
        else
            evidence(ev, "text-below", line + 1, 0.4,
                "broken off before the margin, text directly below")
        end
        return
    end
    if shape.byline(page.s[l]) and #page.s[l] < 80 then
        evidence(ev, "byline-after", l, 0.35, "the writer's name below")
    elseif page.kind[b + 1] == "topped" and not page.width then
        evidence(ev, "title-follows", l, -0.2, "a title follows")
    elseif page.gap[b + 1] >= 3 then
        evidence(ev, "text-far", l, -0.1, "the text below is far")
    else
        evidence(ev, "text-after", l, 0.1, "text follows")
    end
    if dateline(page.s[l]) then
        evidence(ev, "dateline-after", l, 0.2, "the text begins with a dateline")
    end
end

-- What follows, where it is not text: kind -> rule, weight, words.
local FOLLOWS = {
    again = { "title-again", 0.3, "the same line stands below again, then the text" },
    caption = { "caption-after", 0.34, "a caption follows" },
    note = { "note-after", 0.36, "an editor's note follows" },
    rule = { "no-text", -0.35, "no text follows" },
    mark = { "no-text", -0.35, "no text follows" },
    short = { "line-after", -0.2, "another short line follows" },
}

-- Weighs what follows the line; gives "text", "caption", "note" or nil.
local function after_weight(page, b, ev)
    local nx, line = page.kind[b + 1], page.first[b]
    if page.kind[b] == "topped" or PROSE[nx] then
        text_below(page, b, ev)
        return "text"
    end
    if not nx then
        evidence(ev, "end-of-text", line, -0.5, "nothing follows")
        return nil
    end
    local l = page.first[b + 1]
    local follows = FOLLOWS[nx]
    if nx == "short" and shape.byline(page.s[l]) then
        evidence(ev, "byline-after", l, 0.35, "the writer's name below")
        return nil
    end
    evidence(ev, follows[1], l, follows[2], follows[3])
    return nx == "again" and "text" or (COMPANY[nx] and nx) or nil
end

local function cohesion_weight(page, b, ev, line, s)
    local down, up = cohesion(page, b, s)
    local diff = down - up
    if b == 1 then return end
    local weight = math.max(-0.2, math.min(0.3, 0.45 * diff))
    if weight > 0.02 or weight < -0.02 then
        weight = math.floor(weight * 100 + 0.5) / 100
        evidence(ev, diff > 0 and "words-below" or "words-above", line, weight, string.format(
            "of its words %d%% come in the text below, %d%% in the text above",
                math.floor(down * 100 + 0.5), math.floor(up * 100 + 0.5)))
    end
end

local function total(ev)
    local sum = 0
    for _, e in ipairs(ev) do sum = sum + e.weight end
    return sum
end

-- Where most sure titles are followed by a picture or a note, a line that is not is rather a
-- sub-head.
local function learn_company(page, candidates)
    local sure, kept = 0, 0
    for _, c in ipairs(candidates) do
        if c.sum >= 0.6 then
            sure = sure + 1
            if c.follow == "caption" or c.follow == "note" then kept = kept + 1 end
        end
    end
    local share = sure > 1 and kept / sure or 0
    if share < 0.6 then return end
    local missing = share > 0.7 and 0.1 + 0.4 * (share - 0.7) or 0.1
    missing = math.floor(missing * 100 + 0.5) / 100
    for _, c in ipairs(candidates) do
        if c.follow == "text" and not c.supported then
            local s = page.s[c.line]
            local weight, words = shape.weight(s), shape.words(s)
            evidence(c.ev, "no-company", c.line, -missing,
                "the sure titles of this page have a caption or a note below")
            if words <= 3 or weight <= 22 then
                evidence(c.ev, "sub-head", c.line, -0.15, "as short as a sub-head")
            elseif words <= 5 and weight <= 30 then
                evidence(c.ev, "sub-head", c.line, -0.06, "nearly as short as a sub-head")
            end
            c.sum = total(c.ev)
        end
    end
end

local SUPPORT = { ["end-mark-before"] = true, ["rule-before"] = true, ["byline-after"] = true,
    ["beginning"] = true }

local function weigh(page, b, gaps)
    local line = page.first[b]
    local s = page.s[line]
    local ev = {}
    shape_weight(page, b, ev, line, s)
    before_weight(page, b, ev, gaps)
    local follow = after_weight(page, b, ev)
    local sum = total(ev)
    if sum > 0.18 and sum < 0.6 then cohesion_weight(page, b, ev, line, s) end
    local supported = false
    for _, e in ipairs(ev) do
        if SUPPORT[e.rule] or (e.rule == "blank-before" and e.weight >= 0.2) then
            supported = true
        end
    end
    return { b = b, line = line, ev = ev, sum = total(ev), follow = follow, supported = supported }
end

-- Cuts a page at the lines that are titles more likely than not. Always gives a plan; it may hold
-- one cut.
function titles.find(page)
    local candidates = {}
    for _, b in ipairs(#page.short <= MOST and page.short or {}) do
        if page.kind[b] == "short" or page.kind[b] == "topped" then
            candidates[#candidates + 1] = { b = b }
        end
    end
    local gaps = learn_gaps(page, candidates)
    for i, c in ipairs(candidates) do candidates[i] = weigh(page, c.b, gaps) end
    learn_company(page, candidates)
    local plan = { form = "titles", cuts = {}, outside = {} }
    for _, c in ipairs(candidates) do
        if c.sum >= CUT then
            plan.cuts[#plan.cuts + 1] = { line = c.line, evidence = c.ev, confidence = c.sum,
                b = c.b }
        end
    end
    for _, b in ipairs(page.look) do
        if page.kind[b] == "rule" then plan.outside[page.first[b]] = "separator" end
    end
    return plan
end

return titles
