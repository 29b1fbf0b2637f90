-- lines.lua: a text in lines and paragraphs; every other module reads what stands here. The cutting
-- itself is desk.text.paragraphs.
--
-- A page has, by line number (from 1):  s (the line without blanks and quote marks at its ends, ""
-- where it is blank), from and to (its first and last byte in the text), indent (leading blanks,
-- where there are any), hollow (a line that holds a quote mark alone: blank, but part of the
-- article). underlined tells that a line of signs stands right below another line, as long as that.
-- Paragraphs ("blocks") are runs of lines that are not blank:  first, last (line numbers), gap
-- (blank lines before), by block number; block_of gives the block of a line. Most blocks of most
-- pages are plain sentences: their kind is "prose" from the first. look holds the numbers of the
-- others, in order: whoever looks for something in a page goes through these alone. near[b]: block
-- b may repeat the one before it.

local byte, find = string.byte, string.find
local concat = table.concat

local lines = {}

-- The last byte of a line, its line end left out.
function lines.last_byte(page, i) return page.to[i] end

-- The size of paragraphs a to b, in bytes.
function lines.bytes(page, a, b) return page.to[page.last[b]] - page.from[page.first[a]] + 1 end

-- Takes the decoded text, gives the page.
function lines.read(text)
    local p = desk.text.paragraphs(text)
    return {
        s = p.text, from = p.first, to = p.last, indent = p.lead, hollow = p.empty, n = p.n,
        block_of = p.paragraph, blocks = p.count, first = p.from, last = p.upto, gap = p.gap,
        kind = p.kind, look = p.look, near = p.near, quoted = p.quoted, underlined = p.underlined,
    }
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

-- Where in page.look the first block stands that is not before block b. Articles are read in order:
-- it is looked for from where it was found last.
function lines.look_from(page, b)
    local look, at = page.look, page.looked or 1
    if at > 1 and look[at - 1] >= b then at = 1 end
    while look[at] and look[at] < b do at = at + 1 end
    page.looked = at
    return at
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
