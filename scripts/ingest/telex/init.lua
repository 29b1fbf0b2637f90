--- ingest/telex: reads files of an editorial system: stories between ZCZC and NNNN, as teleprinters sent them.
--
--   ZCZC 0412 RAIL
--   HEAD: Night train is back
--   BY: Élodie Marchetti
--   FROM: Budapest
--   DATE: 2026-05-04
--   LANG: en
--   SOURCE: River Courier
--   CAPTION: The train at Gare de l'Est (Photo: R. C.)
--
--   The first paragraph.
--
--   The second one.
--   NNNN
--
-- A field may go on in lines that begin with a blank. CAPTION may stand there several times; a field that is not
-- known becomes a line of the note, so nothing is lost. A story without NNNN ends where the next one begins, and
-- its confidence is lower. To read a form of your own, copy this folder and change FIELDS and the two marks.
--
-- Claims 0.95 where the text begins with ZCZC; else nothing. Options: `source`.

local FIELDS = { HEAD = "headline", BY = "byline", FROM = "dateline", DATE = "published", LANG = "language",
    SOURCE = "infosource", GENRE = "genre", URL = "url" }

local function each_line(text)
    local lines = desk.text.lines(text)
    return function(_, i)
        if i < lines.n then
            return i + 1, text:sub(lines.first[i + 1], lines.last[i + 1])
        end
    end, lines, 0
end

-- Stories as runs of lines: { from, to, closed }.
local function find_stories(text)
    local stories, open = {}, nil
    for number, line in each_line(text) do
        if line:find("^ZCZC%f[%s\0]") then
            if open then open.to = number - 1 end
            open = { from = number, to = number, mark = line }
            stories[#stories + 1] = open
        elseif open and line:find("^NNNN%s*$") then
            open.to, open.closed, open = number, true, nil
        elseif open then
            open.to = number
        end
    end
    return stories
end

local function read_caption(value, number)
    local text, credit = value:match("^(.-)%s*%(Photo:%s*(.-)%)$")
    return { text = text or value, credit = credit, line = number }
end

local function keep_field(draft, name, value, number)
    if name == "CAPTION" then
        draft.captions[#draft.captions + 1] = read_caption(value, number)
    elseif FIELDS[name] then
        draft[FIELDS[name]] = value
    else
        draft.note = (draft.note and draft.note .. "\n" or "") .. name .. ": " .. value
    end
end

-- The fields, up to the first empty line; gives the line behind it.
local function read_fields(draft, lines, from, to)
    local name, value, begun
    local number = from
    local function done()
        if name then keep_field(draft, name, value, begun) end
        name = nil
    end
    while number <= to and lines[number]:find("%S") do
        local key, rest = lines[number]:match("^(%u[%u%-]*):%s*(.-)%s*$")
        if key then
            done()
            name, value, begun = key, rest, number
        elseif name then
            value = value .. " " .. lines[number]:match("^%s*(.-)%s*$")
        else
            break -- a story without fields
        end
        number = number + 1
    end
    done()
    return number
end

local function read_body(lines, from, to)
    local paragraphs, current = {}, {}
    for number = from, to + 1 do
        local line = number <= to and lines[number] or ""
        if line:find("%S") then
            current[#current + 1] = line:match("^%s*(.-)%s*$")
        elseif #current > 0 then
            paragraphs[#paragraphs + 1] = table.concat(current, " ")
            current = {}
        end
    end
    return table.concat(paragraphs, "\n\n")
end

local function read_story(lines, story, options)
    local draft = {
        captions = desk.array {},
        first_line = story.from,
        last_line = story.to,
        confidence = story.closed and 1 or 0.6,
        evidence = { { rule = "zczc", line = story.from, weight = 1, text = story.mark } },
    }
    if not story.closed then
        draft.evidence[2] = { rule = "no-nnnn", line = story.to, weight = -0.4, text = "the end mark is missing" }
    end
    local last = story.closed and story.to - 1 or story.to
    local body = read_fields(draft, lines, story.from + 1, last)
    draft.body = read_body(lines, body, last)
    draft.headline = draft.headline or draft.body:match("^[^\n]+") or story.mark
    draft.infosource = draft.infosource or (options.source ~= "" and options.source or nil)
    return draft
end

return {
    kind = "ingest",
    name = "telex",
    version = "1.0.0",
    api = 1,
    about = "Reads stories between ZCZC and NNNN, with fields in front.",
    options = {
        source = { type = "string", default = "", doc = "Publisher of stories that name none." },
    },
    claims = function(document)
        return document.text:find("^%s*ZCZC%f[%s]") and 0.95 or 0
    end,
    run = function(document, options)
        local lines, drafts = {}, desk.array {}
        for number, line in each_line(document.text) do
            lines[number] = line
        end
        for _, story in ipairs(find_stories(document.text)) do
            drafts[#drafts + 1] = read_story(lines, story, options)
        end
        return drafts
    end,
}
