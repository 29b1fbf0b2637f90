-- article.lua: reads one article: title, writer, note, captions, sub-heads, end mark, body. Takes
-- the page, the plan, one cut and the last line that belongs to it; gives the draft of the plugin
-- contract.

local lines = require "lines"
local names = require "names"
local shape = require "shape"
local kinds = require "kinds"
local heads = require "heads"
local structure = require "structure"
local titles = require "titles"
local headline = require "headline"
local dates = require "dates"
local byte, find, gsub, match, sub = string.byte, string.find, string.gsub, string.match, string.sub
local concat, move, unpack = table.concat, table.move, table.unpack

local article = {}

local PROSE = { prose = true, topped = true }

-- The last line of the title that begins on line f.
local function title_end(page, f, l)
    local s = page.s
    local caps = shape.is_caps(s[f])
    local upto = f
    while upto < l and upto - f < 3 do
        local below = s[upto + 1]
        if shape.byline(below) or #below > 160 then break end
        if page.caption[upto + 1] and not page.caption[upto] then break end
        if caps then
            if not shape.is_caps(below) then break end
        elseif not page.width or shape.width(s[upto]) < 0.6 * page.width
            or kinds.broken_on_purpose(page, upto) then
            break
        end
        upto = upto + 1
    end
    return upto
end

-- A field on one line, of a length that fields have.
local function field(s, letters)
    if not s then return nil end
    if shape.signs(s) & shape.CONTROL ~= 0 then s = gsub(s, "%c+", " ") end
    if #s > 4 * letters then s = headline.cut(s, letters) end
    return find(s, "%S") and s or nil
end

local function clean_title(s)
    if shape.signs(s) & (shape.CONTROL | shape.BLANKS) ~= 0 then s = gsub(s, "%s+", " ") end
    return byte(s) == 42 and match(s, "^%*%*(.+)%*%*$") or s
end

local function new(page, plan, cut, last)
    return {
        page = page, plan = plan, cut = cut, first = cut.line, last = last,
        title = {}, byline = {}, captions = {}, repeats = {}, subheads = {}, body = {},
            -- line numbers
        paragraphs = {}, labels = {}, pictures = {}, seen = {},
    }
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
    if cut.header == "documents" then return heads.document(a) end
    if cut.header == "mail" then
        for i = a.first, cut.header_last do heads.header(a, i) end
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
    a.title_text = cut.title or lines.join(page.s, f, upto)
    return math.max(upto, cut.header_last or 0)
end

-- The second and last line of the title's paragraph, with text below, shaped as a name.
local function looks_like_writer(page, line, at)
    local s, b = page.s[line], page.block_of[line]
    return b == page.block_of[at] and page.last[b] == line and PROSE[page.kind[b + 1]]
        and #s <= 60 and shape.words(s) <= 4 and shape.is_name(s)
end

-- A writer's line below the title; gives the last line that was read.
local function read_byline(a, at)
    local page = a.page
    local line = lines.on(page, at + 1, math.min(a.last, at + 3))
    if not line then return at end
    local s = page.s[line]
    local name = shape.byline(s) or (line == at + 1 and looks_like_writer(page, line, at) and s)
    if not name then return at end
    a.byline[#a.byline + 1] = line
    a.byline_text = a.byline_text or name
    return line
end

-- Saved pages give the title again above the text.
local function skip_again(a, at)
    local page = a.page
    local line = lines.on(page, at + 1, math.min(a.last, at + 4))
    return line and page.s[line] == a.title_text and line or at
end

-- An article with more pictures than this is none; the rest is read as text.
local MOST_CAPTIONS = 900

local function picture(a, line)
    local p = a.pictures[line]
    if not p then
        p = { repeats = {} }
        a.pictures[line] = p
    end
    return p
end

local function add_repeat(a, line, original)
    a.repeats[#a.repeats + 1] = line
    local list = picture(a, original).repeats
    list[#list + 1] = line
end

local function add_caption(a, line)
    local page = a.page
    local original = page.copy[line]
    if original and original >= a.first and original <= a.last then
        return add_repeat(a, line, original)
    end
    local s = page.s[line]
    if a.seen[s] then return add_repeat(a, line, a.seen[s]) end
    a.seen[s] = line
    local c, p = page.caption[line], picture(a, line)
    p.text, p.credit, p.line = c and c.text or s, c and c.credit, line
    a.captions[#a.captions + 1] = line
end

-- A short line within the text that names the part below.
local function is_subhead(page, b, has_body)
    if not has_body or page.kind[b] ~= "short" or not PROSE[page.kind[b + 1]] then return false end
    local s = page.s[page.first[b]]
    local ending = shape.ending(s)
    local label = page.label[b]
    if ending == "colon" or (label and (ending == "question" or page.speakers[label])) then
        return false
    end
    if shape.weight(s) > 60 or shape.words(s) > 8 or find(s, "^[%l%-\"'•]") or find(s,
        "^[“‘«„–—]") then
        return false
    end
    return page.kind[b - 1] ~= "prose" or shape.ending(page.s[page.last[b - 1]]) ~= nil
end

-- Lines of the body that are named, at most; the text itself is always whole.
local MOST_LINES = 500000

local function paragraph(a, f, l)
    local body = a.body
    local n = #body - f + 1
    if #body < MOST_LINES then
        for i = f, l do body[n + i] = i end
    end
    a.paragraphs[#a.paragraphs + 1] = lines.join(a.page.s, f, l)
end

-- Text of block b, from line f on; a speaker's label at its beginning is noted.
local function prose(a, b, f, l)
    local label = a.page.label[b]
    if label and f == a.page.first[b] then a.labels[#a.labels + 1] = label end
    paragraph(a, f, l)
end

-- A heading below the article's own level; text may follow it in the same block.
local function heading(a, f, l)
    a.subheads[#a.subheads + 1] = f
    local _, title = structure.heading(a.page.s[f])
    a.paragraphs[#a.paragraphs + 1] = title or a.page.s[f]
    local under = math.max(a.plan.subheads[f], f)
    if under < l then paragraph(a, under + 1, l) end
end

local function read_block(a, b, f, l)
    local page, plan = a.page, a.plan
    local kind = page.kind[b]
    if kind == "prose" and not plan.subheads then return prose(a, b, f, l) end
    if plan.outside[f] or kind == "again" then return end
    if plan.subheads and plan.subheads[f] then return heading(a, f, l) end
    if kind == "mark" or (plan.marks and plan.marks[f]) then
        a.end_mark = a.end_mark or f
    elseif kind == "note" then
        a.note_at = a.note_at or #a.paragraphs + 1
    elseif kind == "caption" and #a.captions < MOST_CAPTIONS then
        for i = f, l do add_caption(a, i) end
    elseif is_subhead(page, b, #a.body > 0) then
        a.subheads[#a.subheads + 1] = f
        a.paragraphs[#a.paragraphs + 1] = page.s[f]
    elseif kind ~= "rule" then
        prose(a, b, f, l)
    end
end

-- Plain sentences in blocks b to l, a line each, go into the body as they stand.
local function plain(a, b, l)
    local page, paragraphs, body = a.page, a.paragraphs, a.body
    local s, first = page.s, page.first
    if l > b and first[l] - first[b] == 2 * (l - b) and a.note_at ~= #paragraphs + 1 then
        paragraphs[#paragraphs + 1] = concat(s, "\n", first[b], first[l]) -- one blank line between
    else
        for n = b, l do paragraphs[#paragraphs + 1] = s[first[n]] end
    end
    if #body == 0 and l - b < 200 then
        a.body = { unpack(first, b, l) } -- made at once in its size
    elseif #body < MOST_LINES then
        move(first, b, l, #body + 1, body)
    end
end

local function read_body(a, from, to)
    local page = a.page
    local look, first, last = page.look, page.first, page.last
    local line = lines.on(page, from, to)
    local b = line and page.block_of[line]
    local at = b and lines.look_from(page, b)
    while line and line <= to do
        if look[at] == b then
            read_block(a, b, line, math.min(last[b], to))
            b, at = b + 1, at + 1
        else
            local l = (look[at] or page.blocks + 1) - 1
            while first[l] > to do l = l - 1 end
            plain(a, b, l)
            b = l + 1
        end
        line = first[b]
    end
end

-- Labels that take turns at the beginning of paragraphs: an interview.
local function genre(a)
    if #a.labels < 3 then return nil end
    local turns, count, speakers, twice, before = 0, {}, 0, 0, nil
    for _, label in ipairs(a.labels) do
        if #label <= 36 and shape.words(label) <= 4 then
            count[label] = (count[label] or 0) + 1
            if count[label] == 1 then speakers = speakers + 1 end
            if count[label] == 2 then twice = twice + 1 end
            if before and before ~= label then turns = turns + 1 end
            before = label
        end
    end
    local long = twice >= 2 and turns >= 3
    local brief = twice >= 1 and turns >= 2 and speakers >= 2 and speakers <= 4
    return (long or brief) and "interview" or nil
end

-- "... Global Times reporters Chen Qingqing and Bai Yunyi (GT) interviewed ..." in a note.
local REPORTERS = { "reporters? ", "correspondents? ", "journalistes? ", "Reporter ",
    "Redakteure? ", "periodistas? ",
    "giornalisti? " }
local AND = { "^,? and ", "^ et ", "^ und ", "^ y ", "^ e " }
local NAME = "%u[%w'%-\x80-\xFF]+ %u[%w'%-\x80-\xFF]+"

local function two_names(rest)
    local one = match(rest, "^" .. NAME)
    if not one then return nil end
    local after = sub(rest, #one + 1)
    for _, word in ipairs(AND) do
        local two = match(after, word .. "(" .. NAME .. ")")
        if two then return one .. ", " .. two end
    end
    return one
end

local function byline_of_note(note)
    local head = sub(note, 1, 1500)
    for _, word in ipairs(REPORTERS) do
        local _, e = find(head, word)
        local found = e and two_names(sub(head, e + 1, e + 120))
        if found then return found end
    end
    return nil
end

local function source_of(mark)
    local s = shape.unbracketed(mark)
    local low = shape.small(s)
    return names.source[low] or (shape.is_name(s) and not names.closing[low] and s) or nil
end

-- Town, day and agency before the first dash.
local DATELINES = { "^([^%)]*%))%s*%-", "^([^%)]*%))%s*–", "^([^%)]*%))%s*—",
    "^([^%-]-)%s+%-%-?%s", "^(.-)%s–%s", "^(.-)%s—%s",
    "^(新华社.-电)" }

local function dateline(text)
    if not text or not titles.dateline(text) then return nil end
    local head = sub(text, 1, 110)
    for _, pattern in ipairs(DATELINES) do
        local found = match(head, pattern)
        if found then return found end
    end
    return nil
end

local function caption_list(a)
    local list = {}
    for _, line in ipairs(a.captions) do
        local p = a.pictures[line]
        list[#list + 1] = { text = p.text, credit = p.credit, line = line, repeats = p.repeats }
    end
    return list
end

local UNTITLED = "…"

local function draft(a)
    local page, first_text = a.page, a.body[1] and a.page.s[a.body[1]]
    local note = a.note_at and a.paragraphs[a.note_at]
    local mark = a.end_mark and page.s[a.end_mark]
    return {
        headline = field(clean_title(a.title_text), 160) or UNTITLED,
        body = concat(a.paragraphs, "\n\n"),
        byline = field(a.byline_text or (note and byline_of_note(note)), 200),
        dateline = field(dateline(first_text), 120),
        genre = genre(a),
        infosource = field(a.infosource or (mark and source_of(mark)), 100),
        url = a.url and #a.url <= 2000 and a.url or nil,
        published = a.date_text and dates.read(a.date_text),
        note = note and headline.cut(note, 1500),
        captions = caption_list(a),
        lines = { title = a.title, byline = a.byline, end_mark = a.end_mark, captions = a.captions,
            caption_repeats = a.repeats, subheads = a.subheads, body = a.body },
        first_line = a.first, last_line = a.last,
        range = { page.from[a.first], lines.last_byte(page, a.last) },
        confidence = a.cut.confidence, evidence = a.cut.evidence,
    }
end

-- Takes the page, the plan, one of its cuts and the last line of the article; gives the draft.
function article.read(page, plan, cut, last)
    local a = new(page, plan, cut, last)
    local at = read_title(a)
    if at >= a.first then at = read_byline(a, skip_again(a, at)) end
    local upto = last
    if cut.header == "documents" then upto = heads.document_tail(a, at) end
    read_body(a, at + 1, upto)
    return draft(a)
end

return article
