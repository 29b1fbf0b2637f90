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

local function next_ink(list, i)
    while list[i] == "" do i = i + 1 end
    return list[i] and i or nil
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

-- The headline that stands in the text, the lines it takes, the line after it.
local function standing_title(list, i)
    local s = list[i]
    local title = heading(s)
    if title then return title, { i }, i + 1 end
    local below = list[i + 1]
    if below and #s <= LONG and is_underline(below) and not is_underline(s) then
        return s, { i }, i + 2
    end
    if #s <= 4 * TITLE and text.chars(s) <= TITLE and ends_open(s) and next_ink(list, i + 1)
        and (not below or below == "" or find(below, BYLINE)) then
        return s, { i }, i + 1
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

-- The paragraphs from line i on.
local function read_body(list, i, draft)
    local paragraphs, open = {}, {}
    local function close()
        if #open > 0 then paragraphs[#paragraphs + 1] = table.concat(open, " ") end
        open = {}
    end
    for n = i, #list do
        local s = list[n]
        local title = heading(s)
        if s == "" then
            close()
        elseif title then
            close()
            paragraphs[#paragraphs + 1] = title
            draft.lines.subheads[#draft.lines.subheads + 1] = n
        elseif #s > LONG or not (byte(s) == 33 and add_image(draft, s, n)) then
            open[#open + 1] = s
            draft.lines.body[#draft.lines.body + 1] = n
        end
    end
    close()
    return table.concat(paragraphs, "\n\n")
end

local function read_byline(list, i, draft)
    local at = next_ink(list, i)
    local s = at and list[at]
    local name = s and #s <= 120 and match(s, "^[%*_]*[Bb][Yy] (%u[^%.%*_]*)[%*_]*$")
    if not name then return i end
    draft.byline, draft.lines.byline = name, { at }
    return at + 1
end

local function last_ink(list)
    for i = #list, 1, -1 do
        if list[i] ~= "" then return i end
    end
end

local function run(document)
    local lines = text.strip_lines(document.text)
    local list = lines.text
    local last = last_ink(list)
    if not last then return {} end
    local keys, i = front_matter(list)
    local at = next_ink(list, i) or last
    local draft = { captions = {}, lines = { title = {}, byline = {}, captions = {},
        caption_repeats = {}, subheads = {}, body = {} } }
    local title, title_lines, after = standing_title(list, at)
    local rule, why = "first-sentence", "no title stands above the text"
    if title then
        draft.lines.title, rule, why = title_lines, "first-line",
            "a short line or heading above the text"
        at = read_byline(list, after, draft)
    end
    if keys.title and keys.title ~= "" then
        title, rule, why = keys.title, "front-matter", "the front matter names it"
    end
    draft.headline = title or headline.of(list[at])
    draft.body = read_body(list, at, draft)
    draft.byline = draft.byline or keys.author
    draft.language, draft.url, draft.infosource, draft.published = keys.language or keys.lang,
        keys.url, keys.source, keys.date
    local first = next_ink(list, 1)
    draft.first_line, draft.last_line = first, last
    draft.range = { lines.first[first], lines.last[last] }
    draft.confidence = title and 0.9 or 0.5
    draft.evidence = { { rule = rule, line = at, weight = draft.confidence, text = why } }
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
