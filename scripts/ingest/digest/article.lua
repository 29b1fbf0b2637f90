-- article.lua: reads one article: title, writer, note, captions, sub-heads, end mark, body.
-- Takes the page, the plan, one cut and the last line that belongs to it; gives the draft of the plugin contract.

local lines = require "lines"
local names = require "names"
local shape = require "shape"
local kinds = require "kinds"
local structure = require "structure"
local titles = require "titles"
local headline = require "headline"
local dates = require "dates"
local byte, find, gsub, match, sub = string.byte, string.find, string.gsub, string.match, string.sub
local concat = table.concat

local article = {}

local PROSE = { prose = true, topped = true }

-- The last line of the title that begins on line f.
local function title_end(page, f, l)
    local s = page.s
    local caps = shape.is_caps(s[f])
    local upto = f
    while upto < l and upto - f < 3 do
        local below = s[upto + 1]
        if shape.byline(below) or #below > 160 or (page.caption[upto + 1] and not page.caption[upto]) then break end
        if caps then
            if not shape.is_caps(below) then break end
        elseif not page.width or shape.width(s[upto]) < 0.6 * page.width or kinds.broken_on_purpose(page, upto) then
            break
        end
        upto = upto + 1
    end
    return upto
end

-- Two lines are joined without a blank between two CJK letters and after a word broken at its hyphen.
local function tight(before, after)
    local c = byte(before, -1)
    if c == 45 then return find(after, "^%l") and find(before, "%w%-$", -2) end
    if c < 0x80 or byte(after) < 0xE3 then return false end
    local lead = byte(before, -3)
    return lead ~= nil and lead >= 0xE3 and lead <= 0xEF
end

-- Lines f to l as one paragraph.
local function join(s, f, l)
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

-- A field on one line, of a length that fields have.
local function field(s, letters)
    if not s then return nil end
    if find(s, "%c") then s = gsub(s, "%c+", " ") end
    if #s > 4 * letters then s = headline.cut(s, letters) end
    return find(s, "%S") and s or nil
end

local function clean_title(s)
    if find(s, "%s%s") or find(s, "\t", 1, true) then s = gsub(s, "%s+", " ") end
    return byte(s) == 42 and match(s, "^%*%*(.+)%*%*$") or s
end

local function new(page, cut, last)
    return { page = page, cut = cut, first = cut.line, last = last, title = {}, byline = {}, captions = {}, repeats = {}, subheads = {},
        body = {}, head = {}, labels = {}, pictures = {}, paragraphs = {} }
end

-- Headers of mail and archives: "From: ...", "BYLINE: ...". True when the line is one.
local function header(a, line)
    local key, value = match(a.page.s[line], "^([%a\x80-\xFF][%w%-\x80-\xFF ]*)%s*:%s*(.*)$")
    if not key or #key > 24 then return false end
    local low = shape.small(key)
    if names.from[low] and value ~= "" then
        a.byline_text = match(value, "^\"?(.-)\"?%s*<.*>$") or match(value, "^%S+@%S+ %((.-)%)$") or value
        a.byline[#a.byline + 1] = line
    elseif names.subject[low] and value ~= "" then
        a.title_text = value
        a.title = { line }
    elseif names.date[low] then
        a.date_text = a.date_text or value
    elseif low == "url" or low == "link" then
        a.url = match(value, "https?://%S+")
    end
    a.head[#a.head + 1] = line
    return true
end

local function is_archive_label(s)
    return #s <= 200 and find(s, "^%u[%u%-]+ ?%u*:%s?") ~= nil or (#s <= 120 and find(s, "^[A-Z][%a%-]+: ") ~= nil and find(s, "^Load%-Date") ~= nil)
end

-- The head of a numbered document: house and day in the middle of the line, then the title, then labels.
local function document_head(a)
    local page, line = a.page, a.first + 1
    local plain, centred, upto = {}, {}, a.first
    while line <= a.last do
        local s = page.s[line]
        if s ~= "" then
            if #s > 250 or (#plain > 0 and page.kind[page.block_of[line]] == "prose" and not is_archive_label(s)) then break end
            if is_archive_label(s) then
                header(a, line)
                a.labelled = true
            elseif a.labelled then
                break
            elseif page.indent[line] and page.indent[line] > 3 then
                centred[#centred + 1] = line
            else
                plain[#plain + 1] = line
            end
            upto = line
        end
        line = line + 1
    end
    if not a.title_text then
        local pick
        for _, i in ipairs(plain) do
            if not shape.has_date(page.s[i]) or shape.words(page.s[i]) > 6 then pick = i end
        end
        pick = pick or plain[#plain] or centred[1] or a.first
        local top, bottom = page.first[page.block_of[pick]], page.last[page.block_of[pick]]
        while bottom > pick and is_archive_label(page.s[bottom]) do bottom = bottom - 1 end
        for i = top, bottom do a.title[#a.title + 1] = i end
        a.title_text = join(page.s, top, bottom)
    end
    local house = centred[1] or (#plain > 1 and plain[1])
    if house and not shape.has_date(page.s[house]) then a.infosource = page.s[house] end
    for _, i in ipairs(centred) do
        if shape.has_date(page.s[i]) then a.date_text = a.date_text or page.s[i] end
    end
    return upto
end

-- Labels and the owner's line under the text; gives the last line of the text itself.
local function document_tail(a, from)
    local page, line = a.page, a.last
    local mark
    while line > from do
        local s = page.s[line]
        if s ~= "" then
            local low = #s <= 200 and shape.small(s) or ""
            if is_archive_label(s) then
                header(a, line)
            elseif not mark and (find(low, "^copyright") or find(low, "^©") or find(low, "all rights reserved") or names.closing[low]) then
                mark = line
            else
                break
            end
        end
        line = line - 1
    end
    a.end_mark = mark
    return line
end

-- The article begins with its text: a sentence, a long line, a paragraph of several lines.
local function untitled(page, f)
    local b = page.block_of[f]
    if page.kind[b] ~= "prose" then return page.kind[b] == "caption" end
    local s = page.s[f]
    return #s > 250 or shape.ending(s) == "stop" or page.last[b] - f > 2
end

local function read_title(a)
    local page, cut = a.page, a.cut
    if cut.header == "documents" then return document_head(a) end
    if cut.header == "mail" then
        for i = a.first, cut.header_last do header(a, i) end
        a.title_text, a.title = cut.title, { cut.title_lines[1] }
        return cut.header_last
    end
    local f, upto = cut.line, nil
    if not cut.title_lines and untitled(page, f) then
        a.title_text = headline.of(page.s[f])
        return f - 1
    end
    if cut.title_lines then
        f, upto = cut.title_lines[1], cut.title_lines[2]
    else
        upto = title_end(page, f, page.last[page.block_of[f]])
    end
    for i = f, upto do a.title[#a.title + 1] = i end
    a.title_text = cut.title or join(page.s, f, upto)
    return math.max(upto, cut.header_last or 0)
end

-- A writer's line right below the title, known by its word or, when nothing else stands there, by its shape.
local function read_byline(a, at)
    local page = a.page
    local line = at + 1
    if line > a.last then return at end
    local below = page.s[line] ~= ""
    if not below then
        while line <= a.last and page.s[line] == "" do line = line + 1 end
        if line > a.last or line - at > 3 then return at end
    end
    local s = page.s[line]
    local name = shape.byline(s)
    if not name and below and page.block_of[line] == page.block_of[at] and page.last[page.block_of[at]] == line
        and #s <= 60 and shape.words(s) <= 4 and shape.is_name(s) and PROSE[page.kind[page.block_of[line] + 1]] then
        name = s
    end
    if not name then return at end
    a.byline[#a.byline + 1] = line
    a.byline_text = a.byline_text or name
    return line
end

-- Saved pages give the title again above the text.
local function skip_again(a, at)
    local page = a.page
    local line = lines.on(page, at + 1, math.min(a.last, at + 4))
    if line and #page.s[line] <= 250 and byte(page.s[line]) == byte(a.title_text) and page.s[line] == a.title_text then return line end
    return at
end

-- An article with more pictures than this is none; the rest is read as text.
local MOST_CAPTIONS = 900

local function add_caption(a, line)
    local page = a.page
    local original = page.copy[line]
    if original and original >= a.first and original <= a.last then
        a.repeats[#a.repeats + 1] = line
        local p = a.pictures[original]
        if not p then
            p = { repeats = {} }
            a.pictures[original] = p
        end
        p.repeats[#p.repeats + 1] = line
        return
    end
    local c = page.caption[line] or { text = page.s[line] }
    local key = page.s[line]
    local seen = a.seen[key]
    if seen then
        a.repeats[#a.repeats + 1] = line
        table.insert(a.pictures[seen].repeats, line)
        return
    end
    a.seen[key] = line
    local p = a.pictures[line] or { repeats = {} }
    a.pictures[line] = p
    p.text, p.credit, p.line = c.text or page.s[line], c.credit, line
    a.captions[#a.captions + 1] = line
end

-- A short line within the text that names the part below.
local function is_subhead(page, b, has_body)
    if not has_body or page.kind[b] ~= "short" or not PROSE[page.kind[b + 1]] then return false end
    local s = page.s[page.first[b]]
    local ending = shape.ending(s)
    if ending == "colon" or ending == "question" and page.label[b] or shape.weight(s) > 60 or shape.words(s) > 8 then return false end
    if find(s, "^[%l%-\"'•]") or find(s, "^[“‘«„–—]") then return false end
    if page.label[b] and page.speakers[page.label[b]] then return false end
    local above = page.kind[b - 1]
    if above == "prose" and not shape.ending(page.s[page.last[b - 1]]) then return false end
    return true
end

-- Lines of the body that are named, at most; the text itself is always whole.
local MOST_LINES = 500000

local function paragraph(a, f, l)
    local body = a.body
    local n = #body - f + 1
    if #body < MOST_LINES then
        for i = f, l do body[n + i] = i end
    end
    a.paragraphs[#a.paragraphs + 1] = join(a.page.s, f, l)
end

local function read_block(a, b, f, l)
    local page, plan = a.page, a.plan
    local kind = page.kind[b]
    if kind == "prose" and not plan.subheads then
        if page.label[b] and f == page.first[b] then a.labels[#a.labels + 1] = page.label[b] end
        return paragraph(a, f, l)
    end
    if plan.outside[f] then return end
    if plan.subheads and plan.subheads[f] then
        a.subheads[#a.subheads + 1] = f
        local _, title = structure.heading(page.s[f])
        a.paragraphs[#a.paragraphs + 1] = title or page.s[f]
        local under = math.max(plan.subheads[f], f)
        if under < l then paragraph(a, under + 1, l) end
        return
    end
    if (plan.marks and plan.marks[f]) or kind == "mark" then
        a.end_mark = a.end_mark or f
        return
    end
    if kind == "note" then
        a.note_line = a.note_line or f
        a.note_at = a.note_at or #a.paragraphs + 1
    elseif kind == "caption" and #a.captions < MOST_CAPTIONS then
        for i = f, l do add_caption(a, i) end
    elseif kind == "rule" or kind == "again" then
        return
    elseif is_subhead(page, b, #a.body > 0) then
        a.subheads[#a.subheads + 1] = f
        a.paragraphs[#a.paragraphs + 1] = page.s[f]
    else
        if page.label[b] and f == page.first[b] then a.labels[#a.labels + 1] = page.label[b] end
        paragraph(a, f, l)
    end
end

local function read_body(a, from, to)
    local page = a.page
    local line = from
    while line <= to do
        local b = page.block_of[line]
        if b then
            local l = math.min(page.last[b], to)
            read_block(a, b, line, l)
            line = l + 1
        else
            line = line + 1
        end
    end
end

-- Labels that take turns at the beginning of paragraphs: an interview.
local function genre(a)
    if #a.labels < 3 then return nil end
    local turns, seen, kinds_of, before = 0, {}, 0, nil
    for _, label in ipairs(a.labels) do
        if #label <= 36 and shape.words(label) <= 4 then
            if not seen[label] then
                seen[label] = 0
                kinds_of = kinds_of + 1
            end
            seen[label] = seen[label] + 1
            if before and before ~= label then turns = turns + 1 end
            before = label
        end
    end
    local twice = 0
    for _, count in pairs(seen) do
        if count >= 2 then twice = twice + 1 end
    end
    if (twice >= 2 and turns >= 3) or (twice >= 1 and kinds_of >= 2 and turns >= 2 and kinds_of <= 4) then return "interview" end
    return nil
end

-- "... Global Times reporters Chen Qingqing and Bai Yunyi (GT) interviewed ..." in a note.
local REPORTERS = { "reporters? ", "correspondents? ", "journalistes? ", "Reporter ", "Redakteure? ", "periodistas? ", "giornalisti? " }

local function byline_of_note(note)
    local head = sub(note, 1, 1500)
    for _, word in ipairs(REPORTERS) do
        local _, e = find(head, word)
        if e then
            local rest = sub(head, e + 1, e + 120)
            local name = "%u[%w'%-\x80-\xFF]+ %u[%w'%-\x80-\xFF]+"
            local one = match(rest, "^" .. name)
            if one then
                local after = sub(rest, #one + 1)
                local two = match(after, "^,? and (" .. name .. ")") or match(after, "^ et (" .. name .. ")") or match(after, "^ und (" .. name .. ")")
                    or match(after, "^ y (" .. name .. ")") or match(after, "^ e (" .. name .. ")")
                return two and one .. ", " .. two or one
            end
        end
    end
    return nil
end

local function source_of(mark)
    local s = shape.unbracketed(mark)
    return names.source[shape.small(s)] or (shape.is_name(s) and not names.closing[shape.small(s)] and s) or nil
end

local function dateline(text)
    if not text or not titles.dateline(text) then return nil end
    local head = sub(text, 1, 110)
    return match(head, "^([^%)]*%))%s*%-") or match(head, "^([^%)]*%))%s*–") or match(head, "^([^%)]*%))%s*—")
        or match(head, "^([^%-]-)%s+%-%-?%s") or match(head, "^(.-)%s–%s") or match(head, "^(.-)%s—%s") or match(head, "^(新华社.-电)")
end

local function caption_list(a)
    local list = {}
    for _, line in ipairs(a.captions) do
        local p = a.pictures[line]
        list[#list + 1] = { text = p.text, credit = p.credit, line = line, repeats = p.repeats }
    end
    return list
end

local function first_text(a) return a.body[1] and a.page.s[a.body[1]] end

local UNTITLED = "…"

local function draft(a)
    local page = a.page
    local note = a.note_at and a.paragraphs[a.note_at]
    local roles = { title = a.title, byline = a.byline, end_mark = a.end_mark, captions = a.captions, caption_repeats = a.repeats,
        subheads = a.subheads, body = a.body }
    local mark = a.end_mark and page.s[a.end_mark]
    return {
        headline = field(clean_title(a.title_text), 160) or UNTITLED, body = concat(a.paragraphs, "\n\n"),
        byline = field(a.byline_text or (note and byline_of_note(note)), 200), dateline = field(dateline(first_text(a)), 120), genre = genre(a), published = a.date_text and dates.read(a.date_text),
        infosource = field(a.infosource or (mark and source_of(mark)), 100), url = a.url and #a.url <= 2000 and a.url or nil,
        note = note and headline.cut(note, 1500),
        first_line = a.first, last_line = a.last, range = { page.from[a.first], lines.last_byte(page, a.last) },
        captions = caption_list(a), lines = roles, confidence = a.cut.confidence, evidence = a.cut.evidence,
    }
end

function article.read(page, plan, cut, last)
    local a = new(page, cut, last)
    a.plan, a.seen = plan, {}
    local at = read_title(a)
    if at >= a.first then at = read_byline(a, skip_again(a, at)) end
    local upto = last
    if cut.header == "documents" then upto = document_tail(a, at) end
    read_body(a, at + 1, upto)
    return draft(a)
end

return article
