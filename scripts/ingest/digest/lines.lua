-- lines.lua: cuts a text into lines and paragraphs, once; every other module reads what stands
-- here.
--
-- A page has, by line number (from 1):  s (the line without blanks and quote marks at its ends, ""
-- where it is blank), from (its first byte in the text), indent (leading blanks, where there are
-- any), hollow (a line that holds a quote mark alone: blank, but part of the article). underlined
-- tells that a line of signs stands right below another line, as long as that. Paragraphs
-- ("blocks") are runs of lines that are not blank:  first, last (line numbers), gap (blank lines
-- before), by block number; block_of gives the block of a line.

local shape = require "shape"
local byte, find, match = string.byte, string.find, string.match
local concat = table.concat

local lines = {}

local RULE_SIGN = { [0xE2] = true, [0xC2] = true }
for c in string.gmatch("*-=~_#+.<>^\"|/", ".") do RULE_SIGN[byte(c)] = true end

local function line_end(text)
    if not find(text, "\n", 1, true) and find(text, "\r", 1, true) then return 13 end
    return 10
end

local function cut(text, page)
    local size, list = #text, desk.text.strip_lines(text)
    page.s, page.from, page.indent, page.n = list.text, list.first, list.lead, list.n
    page.from[page.n + 1] = size + (size > 0 and byte(text, size) == line_end(text) and 1 or 2)
end

-- The last byte of a line, its line end left out.
function lines.last_byte(page, i)
    local to = page.from[i + 1] - 2
    if byte(page.text, to) == 13 and to >= page.from[i] then to = to - 1 end
    return to
end

-- The size of paragraphs a to b, in bytes.
function lines.bytes(page, a, b) return lines.last_byte(page,
    page.last[b]) - page.from[page.first[a]] + 1 end

-- A text quoted as in mail ("> " before each line): the marks are taken off.
local function unquote(page)
    local s, n = page.s, page.n
    local ink, quoted = 0, 0
    for i = 1, n do
        local c = byte(s[i], 1)
        if c then
            ink = ink + 1
            if c == 62 then quoted = quoted + 1 end
        end
        if i == 64 and quoted * 4 < ink then return end
    end
    if quoted < 4 or quoted * 3 < ink * 2 then return end
    page.quoted = true
    for i = 1, n do
        if byte(s[i], 1) == 62 then
            local rest = desk.text.strip(match(s[i], "^>[> ]*(.*)$"))
            if rest == "" then page.hollow[i] = true end
            s[i] = rest
        end
    end
end

-- Signs alone part paragraphs, unless they underline the line above, the first of its paragraph.
local function parts(page, i, open)
    local s = page.s[i]
    if not RULE_SIGN[byte(s)] or not shape.is_rule(s) then return false end
    if not open then return true end
    if #s < 3 or not shape.underline(s) then return #s > 4 end
    local above = page.s[i - 1]
    if #above > shape.LONGEST then return true end
    local chars, width, length = shape.chars(above), shape.width(above), shape.chars(s)
    local off = math.min(math.abs(chars - length), math.abs(width - length),
        math.abs(#above - length))
    if off > 2 and off * 5 > width then return true end
    page.underlined = true
    return false
end

local function paragraphs(page)
    local s = page.s
    local first, last, gap, block_of = page.first, page.last, page.gap, page.block_of
    local b, blanks, open = 0, 0, false
    for i = 1, page.n do
        local line = s[i]
        if line == "" then
            blanks, open = blanks + 1, false
        else
            local rule = RULE_SIGN[byte(line)] and parts(page, i, open)
            if rule or not open then
                b = b + 1
                first[b], gap[b] = i, blanks
                open, blanks = not rule, 0
            end
            last[b], block_of[i] = i, b
        end
    end
    page.blocks = b
end

-- Takes the decoded text, gives the page.
function lines.read(text)
    local page = { text = text, hollow = {}, first = {}, last = {}, gap = {}, block_of = {} }
    cut(text, page)
    unquote(page)
    paragraphs(page)
    return page
end

-- Two lines are joined without a blank between two CJK letters and after a word broken at its
-- hyphen.
local function tight(before, after)
    local c = byte(before, -1)
    if c == 45 then return find(after, "^%l") and find(before, "%w%-$", -2) end
    if c < 0x80 or byte(after) < 0xE3 then return false end
    local lead = byte(before, -3)
    return lead ~= nil and lead >= 0xE3 and lead <= 0xEF
end

-- Lines f to l as one paragraph.
function lines.join(s, f, l)
    if f == l then return s[f] end
    local plain = true
    for i = f, l - 1 do
        local c = byte(s[i], -1)
        if c == 45 or c >= 0x80 then
            plain = false
            break
        end
    end
    if plain then return concat(s, " ", f, l) end
    local out = { s[f] }
    for i = f + 1, l do
        if not tight(s[i - 1], s[i]) then out[#out + 1] = " " end
        out[#out + 1] = s[i]
    end
    return concat(out)
end

-- The last line from `from` back to `floor` that is not blank, hollow lines counted as ink.
function lines.back(page, from, floor)
    local i = from
    while i > floor and page.s[i] == "" and not page.hollow[i] do i = i - 1 end
    return i
end

-- The first line from `from` on to `ceiling` that is not blank, or nil.
function lines.on(page, from, ceiling)
    for i = from, ceiling do
        if page.s[i] ~= "" then return i end
    end
    return nil
end

return lines
