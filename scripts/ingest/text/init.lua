-- ingest/text: reads a plain text or a Markdown file as one article.
--
-- The headline is, in this order: title of the front matter; the first Markdown heading (# or
-- underlined); the first line, when it is short, ends without a full stop and a blank line or a
-- writer's line follows; else the first sentence, cut at a word's end after 90 letters (then the
-- body keeps it whole). Front matter is what Hugo and Jekyll write: lines `key: value` between two
-- lines of ---; title, author, date, language or lang, url, source are read, the others are left
-- out. Images of Markdown are captions, not body; deeper headings stay as paragraphs of their own.
--
-- Claims little (0.1, Markdown 0.2), so that any plugin that knows its form wins. No options.
-- Limits: front matter of nested YAML is not read; a line longer than 2,000 bytes is not looked at
-- as a heading.

local headline = require "headline"
local byte, find, gsub, match, sub = string.byte, string.find, string.gsub, string.match, string.sub

local LONG = 2000        -- bytes of a line that is looked at
local TITLE = 160        -- letters of a first line that may be a title

local text = desk.text

local function unquoted(value)
    return match(value, "^\"(.*)\"$") or match(value, "^'(.*)'$") or value
end

-- Reads the front matter: gives its keys and the line after it.
local function front_matter(list)
    local fence = list[1]
    if fence ~= "---" and fence ~= "+++" then return {}, 1 end
    local keys = {}
    for i = 2, math.min(#list, 200) do
        local s = list[i]
        if s == fence or (fence == "---" and s == "...") then return keys, i + 1 end
        if #s <= LONG then
            local key, value = match(s, "^([%w_%-]+)%s*[:=]%s*(.*)$")
            if key then keys[key:lower()] = unquoted(value) end
        end
    end
    return {}, 1
end

-- The lines where title and writer mostly stand: the first three from the first that is not blank.
-- By number: text, and first, the byte where they begin. All lines where front matter may stand.
local function head_of(whole, first, first_line)
    if first_line == 1 and (find(whole, "^%s*%-%-%-") or find(whole, "^%s*%+%+%+")) then
        local lines = text.strip_lines(whole)
        return { text = lines.text, first = lines.first, all = true }
    end
    local one, second = text.line(whole, first)
    local two, third
    if second then two, third = text.line(whole, second) end
    local three = third and text.line(whole, third)
    return { text = { one, two, three }, first = { first, second, third }, all = not third }
end

-- The line from i on that is not blank; reads on where the lines at hand are not enough.
local function next_ink(head, i, whole)
    local list = head.text
    while list[i] == "" do i = i + 1 end
    if list[i] then return i end
    if head.all then return nil end
    local s, at = nil, head.first[1]
    for n = 1, math.huge do
        head.first[n] = at
        s, at = text.line(whole, at)
        list[n] = s
        if not at or (n >= i and s ~= "") then break end
    end
    head.all = not at
    return next_ink(head, i, whole)
end

local function heading(s)
    if byte(s) ~= 35 or #s > LONG then return nil end
    local title = match(s, "^#+%s+(.*)$")
    if not title then return nil end
    title = gsub(title, "%s+#+$", "")
    return title ~= "" and title or nil
end

local function is_underline(s)
    return #s <= LONG and (find(s, "^===+$") or find(s, "^%-%-%-+$")) ~= nil
end

local STOPS = { ["。"] = true, ["！"] = true, ["？"] = true, ["…"] = true, ["；"] = true, ["，"] = true,
    ["："] = true, ["."] = true, ["!"] = true, [";"] = true, [":"] = true, [","] = true }

local function ends_open(s)
    return not STOPS[sub(s, -1)] and not STOPS[sub(s, -3)]
end

local BYLINE = "^[Bb][Yy] %u[^%.]*$"

-- The headline that stands in the text, the line it takes, the line after it. `last`: the text's
-- last line.
local function standing_title(list, i, last)
    local s = list[i]
    local title = heading(s)
    if title then return title, i, i + 1 end
    local below = list[i + 1]
    if below and #s <= LONG and is_underline(below) and not is_underline(s) then
        return s, i, i + 2
    end
    if #s <= 4 * TITLE and text.chars(s) <= TITLE and ends_open(s) and last > i
        and (not below or below == "" or find(below, BYLINE)) then
        return s, i, i + 1
    end
    return nil
end

local function add_image(draft, s, i)
    local alt = match(s, "^!%[(.-)%]%(%S*%)$")
    if not alt then return false end
    if alt ~= "" then
        draft.captions[#draft.captions + 1] = { text = alt, line = i, repeats = {} }
        draft.lines.captions[#draft.lines.captions + 1] = i
    end
    return true
end

-- A line of the body that begins with # or !: gives the text that it adds, and whether a paragraph is
-- open behind it; nil where it is a line as any other.
local function marked_line(s, n, draft, state)
    local title = heading(s)
    if title then
        draft.lines.subheads[#draft.lines.subheads + 1] = n
        return (state == "none" and "" or "\n\n") .. title, "closed"
    end
    if #s <= LONG and byte(s) == 33 and add_image(draft, s, n) then return "", state end
    return nil
end

local STOPS_AT = "#!"

-- The body from the head's line i on: paragraphs parted by a blank line, each on one line.
local function read_body(whole, head, i, above, draft)
    local parts, body, state = {}, draft.lines.body, "none"
    local at, n, s = head.first[i], i and i + above, head.text[i]
    while at do
        local mark, added, after = byte(s), nil, nil
        if mark == 35 or mark == 33 then added, after = marked_line(s, n, draft, state) end
        if added then
            parts[#parts + 1], state, n = added, after, n + 1
            s, at = text.line(whole, at)
            s = at and text.line(whole, at)
        else
            local part, lines
            part, lines, state, at, n = text.unwrap(whole, STOPS_AT, at, n, state)
            parts[#parts + 1] = part
            if #body == 0 then body = lines else table.move(lines, 1, #lines, #body + 1, body) end
            s = at and text.line(whole, at)
        end
    end
    draft.lines.body = body
    return table.concat(parts)
end

local function read_byline(head, i, draft, above, whole)
    local at = next_ink(head, i, whole)
    local s = at and head.text[at]
    local name = s and #s <= 120 and match(s, "^[%*_]*[Bb][Yy] (%u[^%.%*_]*)[%*_]*$")
    if not name then return i end
    draft.byline, draft.lines.byline = name, { at + above }
    return at + 1
end

local function run(document)
    local whole = document.text
    local first_line, first, last_line, last = text.ink(whole)
    if not first_line then return {} end
    local head, above = head_of(whole, first, first_line), first_line - 1
    local keys, i = {}, 1
    if first_line == 1 then keys, i = front_matter(head.text) end
    local at = next_ink(head, i, whole) or last_line - above
    local draft = { captions = {}, lines = { title = {}, byline = {}, captions = {},
        caption_repeats = {}, subheads = {}, body = {} } }
    local title, title_line, after = standing_title(head.text, at, last_line - above)
    local rule, why = "first-sentence", "no title stands above the text"
    if title then
        draft.lines.title, rule, why = { title_line + above }, "first-line",
            "a short line or heading above the text"
        at = read_byline(head, after, draft, above, whole)
    end
    if keys.title and keys.title ~= "" then
        title, rule, why = keys.title, "front-matter", "the front matter names it"
    end
    draft.headline = title or headline.of(head.text[at])
    draft.body = read_body(whole, head, next_ink(head, at, whole), above, draft)
    draft.byline = draft.byline or keys.author
    draft.language, draft.url, draft.infosource, draft.published = keys.language or keys.lang,
        keys.url, keys.source, keys.date
    draft.first_line, draft.last_line = first_line, last_line
    draft.range = { first, last }
    draft.confidence = title and 0.9 or 0.5
    draft.evidence = { { rule = rule, line = at + above, weight = draft.confidence, text = why } }
    return { draft }
end

local function claims(document)
    local name = document.name or ""
    if find(name, "%.md$") or find(name, "%.markdown$") then return 0.2 end
    return 0.1
end

return {
    kind = "ingest",
    name = "text",
    version = "1.0.0",
    api = 1,
    about = "Reads a plain text or Markdown file as one article.",
    claims = claims,
    run = run,
}
