-- captions.lua: finds captions and credits, and which of them repeat another.
--
-- Saved web pages give a picture's words twice: once from its alt text, once from the caption
-- below. Three things betray a caption: a credit at its end ("Photo: VCG", "MINLU ZHANG/CHINA
-- DAILY", "(Foto: dpa)"); the same paragraph twice in a row (quotes and one or two letters may
-- differ); and an alt text broken off at its first quote, followed by the whole caption. The page
-- gets  caption[line] = {credit=, rule=}  and  copy[line] = line of the caption.

local names = require "names"
local shape = require "shape"
local byte, find, gsub, match, sub = string.byte, string.find, string.gsub, string.match, string.sub

local captions = {}

local LONGEST = 900    -- bytes of a caption
local TAIL = 90        -- bytes at its end where a credit is looked for

local function has_source(s)
    local low = shape.small(s)
    if names.source[low] then return true end
    local before, after = match(low, "^(.*)/%s*([^/]*)$")
    return before ~= nil and (names.source[after] ~= nil or names.source[before] ~= nil)
end

-- Position of the last blank of a string, or 0.
local function last_blank(s) return match(s, "^.*()%s") or 0 end

-- The last words of all credit words: most lines with a colon are told by them at once.
local LAST_WORD = {}
for words in pairs(names.credit) do LAST_WORD[match(words, "(%S+)$")] = true end

local function cjk_credit_word(low)
    for i = 4, 1, -1 do
        local word = sub(low, -3 * i)
        if #word == 3 * i and byte(word) >= 0xE3 and names.credit[word] then return word end
    end
    return nil
end

-- The known credit word that ends where the colon stands.
local function credit_word(head)
    head = match(#head > 44 and sub(head, -44) or head, "^(.*%S)") or ""
    if byte(head, -1) and byte(head, -1) >= 0x80 and find(head, "[\xE3-\xED]", -3) then
        return cjk_credit_word(head)
    end
    local from = last_blank(head)
    local last = shape.small(sub(head, from + 1))
    if not LAST_WORD[last] and not LAST_WORD[match(last, "^[%(%[\"]*(.*)$")] then return nil end
    local low = shape.small(head)
    for _ = 1, 3 do
        local word = match(sub(low, from + 1), "^[%(%[\"]*(.*)$")
        if names.credit[word] then return word end
        if from == 0 then break end
        from = last_blank(sub(low, 1, from - 1))
    end
    return nil
end

local function colon_credit(tail)
    local at, width = match(tail, "^.*():"), 1
    if find(tail, "\xEF", 1, true) then
        local wide = match(tail, "^.*()\xEF\xBC\x9A")
        if wide and (not at or wide > at) then at, width = wide, 3 end
    end
    if not at then return nil end
    local name = match(sub(tail, at + width), "^%s*(.*)$")
    if name == "" or #name > 64 or find(name, "[!%?]") or shape.words(name) > 9 then return nil end
    if credit_word(sub(tail, 1, at - 1)) then return name end
    return nil
end

-- What stands between the last `open` and `close` at the end; the signs are of several bytes.
local function between(s, open, close)
    if sub(s, -#close) ~= close then return nil end
    local at, from = nil, 1
    repeat
        local i = find(s, open, from, true)
        at, from = i or at, i and i + #open
    until not i
    return at and sub(s, at + #open, -1 - #close) or nil
end

-- "(Photo by Xie Hao/Xinhua)", "[Photo/Agencies]", "（新华社记者 王 摄）", "(Xinhua/Li Xin)"
local function bracket_credit(tail)
    local inner = match(tail, "[%(%[]([^%(%)%[%]]+)[%)%]]$") or between(tail, "（", "）")
        or between(tail, "【", "】")
    if not inner or #inner > 80 then return nil end
    local by = match(inner, "^[Pp]hoto by (.+)$") or match(inner, "^[Pp]hoto[/ ]+(.+)$")
        or match(inner, "^[Ff]oto[/ ]+(.+)$")
        or match(inner, "^(.+)摄$") or match(inner, "^(.+)供图$") or match(inner,
            "^AP Photo[/ ]*(.*)$")
        or match(inner, "^[Cc]ourtesy of (.+)$")
    if by then return by end
    local named = colon_credit(inner)
    if named then return named end
    if find(inner, "/", 1, true) and has_source(inner) then return inner end
    return nil
end

-- "JANE DOE/CHINA DAILY", "REUTERS/Name Name", "Li Hao/GT" without a credit word
local function slash_credit(tail)
    local before, after = match(tail, "^(.*)/([^/]+)$")
    if not before or #after > 40 then return nil end
    local low = shape.small(after)
    local left = match(before, "(%S+%s%S+%s%S+)$") or match(before, "(%S+%s%S+)$") or match(before,
        "(%S+)$") or ""
    local last = match(left, "(%S+)$") or ""
    if names.source[low] then
        local up, small = shape.cases(last)
        if up >= 1 and (small > 0 or #last > 1) then
            local two = match(left, "(%S+%s%S+)$") or last
            return two .. "/" .. after
        end
    end
    if names.source[shape.small(last)] and shape.is_name(after) then return last .. "/" .. after end
    local _, low_after = shape.cases(after)
    local _, low_last = shape.cases(last)
    if low_after == 0 and low_last == 0 and find(after, "%u%u") and find(last, "%u%u")
        and find(left, " ") then
        return (match(left, "(%u%S*%s%u%S*)$") or last) .. "/" .. after
    end
    return nil
end

local function courtesy(tail)
    if find(tail, "ourtesy of", 1, true) then return match(tail, "[Cc]ourtesy of ([^%.]+)$") end
    if sub(tail, -3) == "VCG" then return "VCG" end
    if find(tail, "©", 1, true) then return match(tail, "©%s?([^%.]+)$") end
    return match(tail, "图/(%S+)$") or match(tail, "图｜(%S+)$") or match(tail, "摄影｜(%S+)$")
end

local function credit_of(tail, last)
    if last == 41 or last == 93 or (last and last >= 0x80) then
        local credit = bracket_credit(tail)
        if credit then return credit end
    end
    return colon_credit(tail) or (find(tail, "/", 1, true) and slash_credit(tail)) or courtesy(tail)
end

-- Bytes that end a sentence or a quotation: a line that ends so has no credit, unless a colon is
-- near its end.
local CLOSED = { [46] = true, [33] = true, [63] = true, [34] = true, [39] = true, [44] = true,
    [59] = true, [58] = true }

-- Few lines without one of these have a credit.
local CREDITED = shape.COLON | shape.SLASH | shape.CLOSER | shape.WIDE

-- The credit at the end of a line, or nil.
function captions.credit(s)
    local last = byte(s, -1)
    if CLOSED[last] then
        if last ~= 46 or not find(s, ":", -50, true) then return nil end
    elseif last >= 0x80 and (sub(s, -3) == "”" or sub(s, -3) == "。") then
        return nil
    end
    local tail = #s > TAIL and match(sub(s, -TAIL), "^[\x80-\xBF]*(.*)$") or s
    if shape.signs(tail) & CREDITED == 0 and sub(tail, -3) ~= "VCG"
        and not find(tail, "ourtesy of", 1, true) then
        return nil
    end
    if find(tail, "\xC2\xA0", 1, true) then tail = gsub(tail, "\xC2\xA0", " ") end
    if last == 46 then tail = match(tail, "^(.*[^%s%.])") or "" end
    return credit_of(tail, byte(tail, -1))
end

-- The same text but for a few letters ("inffation", "inflation"): only for texts long enough.
local function nearly(a, b)
    local n, m = #a, #b
    if n < 40 or m < 40 or n - m > 4 or m - n > 4 then return false end
    local i = 1
    while i <= n and i <= m and byte(a, i) == byte(b, i) do i = i + 1 end
    local x, y = n, m
    while x >= i and y >= i and byte(a, x) == byte(b, y) do x, y = x - 1, y - 1 end
    return x - i < 4 and y - i < 4
end

local function same(a, b)
    if a == b then return true end
    local d = #a - #b
    if d > 40 or d < -40 or byte(a, -1) ~= byte(b, -1) or byte(a, -3) ~= byte(b, -3) or byte(a,
        -5) ~= byte(b, -5) then
        return false
    end
    if find(a, "^%w") and find(b, "^%w") and byte(a) ~= byte(b) then return false end
    local fa, fb = shape.fold(a), shape.fold(b)
    return fa == fb or nearly(fa, fb)
end

-- `a` is `b` broken off before a quote.
local function broken_off(a, b)
    if #a < 8 or #b <= #a or byte(a) ~= byte(b) or sub(b, 1, #a) ~= a then return false end
    local rest = match(sub(b, #a + 1, #a + 12), "^%s*(.*)$")
    return find(rest, "^[\"']") ~= nil or find(rest, "^\xE2\x80[\x98-\x9F]") ~= nil or find(rest,
        "^\xC2[\xAB\xBB]") ~= nil
        or find(rest, "^\xE3\x80[\x8C-\x8F]") ~= nil
end

local function markdown_image(s)
    local alt = match(s, "^!%[(.*)%]%(%S*%)$") or match(s, "^!%[(.*)%]%(%S+ \".*\"%)$") or match(s,
        "^%[!%[(.*)%]%(%S*%)%]%(%S*%)$")
    return alt
end

local function mark(page, line, credit, rule, text)
    page.caption[line] = { credit = credit, rule = rule, text = text }
end

-- Looks at pairs of paragraphs that follow one another.
local function pair(page, a, b, fa, fb)
    if same(a, b) then
        local original = page.copy[fa] or fa
        page.copy[fb] = original
        if not page.caption[original] then
            mark(page, original, nil, "doubled", page.s[original])
        end
        return
    end
    if broken_off(a, b) and not page.copy[fa] then
        page.caption[fa] = nil
        page.copy[fa] = fb
        if not page.caption[fb] then mark(page, fb, captions.credit(b), "broken-off", b) end
    end
end

local function wrapped_credit(page, b)
    local f, l = page.first[b], page.last[b]
    if #page.s[l] > 200 then return end
    if not find(page.s[l], "[:/：]") then return end
    local credit = captions.credit(page.s[l])
    if not credit or page.s[f - 1] == nil or #page.s[f] < 20 then return end
    for i = f, l do mark(page, i, i == l and credit or nil, "credit", page.s[i]) end
end

-- What one line says by itself: an image of Markdown, a credit.
local function alone(page, line, text)
    local alt = byte(text) == 33 and markdown_image(text)
    if alt then return mark(page, line, captions.credit(alt), "image", alt) end
    local credit = captions.credit(text)
    if credit then mark(page, line, credit, "credit", text) end
end

-- Marks the captions of a whole page.
function captions.find(page)
    page.caption, page.copy = {}, {}
    local s, first, last, near = page.s, page.first, page.last, page.near
    for _, b in ipairs(page.look) do
        local f, l = first[b], last[b]
        local text = s[f]
        if l > f or #text > LONGEST then
            if l > f and l - f <= 2 then wrapped_credit(page, b) end
        else
            local line = near[b] and first[b - 1]
            local before = line and s[line]
            if text ~= before and (byte(text, -1) ~= 46 or find(text, ":", -50, true)) then
                alone(page, f, text)
            end
            if before then pair(page, before, text, line, f) end
        end
    end
end

return captions
