-- heads.lua: what stands above and below the text of messages and archived documents: headers such
-- as "From: ..." or "BYLINE: ...", the centred house and day of a document, the owner's line at its
-- end. All functions fill the article `a` that article.lua reads (title_text, byline_text,
-- date_text, ...).

local lines = require "lines"
local names = require "names"
local shape = require "shape"
local find, match = string.find, string.match

local heads = {}

-- A writer from "Name <address>", "address (Name)" or a bare name.
local function writer(value)
    return match(value, "^\"?([^<\"]-)\"?%s*<.*>$") or match(value, "^%S+@%S+ %((.-)%)$") or value
end

-- Reads one header line.
function heads.header(a, line)
    local key, value = match(a.page.s[line], "^([%a\x80-\xFF][%w%-\x80-\xFF ]*)%s*:%s*(.*)$")
    if not key or #key > 24 or value == "" then return end
    local low = shape.small(key)
    if names.from[low] then
        a.byline_text = writer(value)
        a.byline[#a.byline + 1] = line
    elseif names.subject[low] then
        a.title_text, a.title = value, { line }
    elseif names.date[low] then
        a.date_text = a.date_text or value
    elseif low == "url" or low == "link" then
        a.url = match(value, "https?://%S+")
    end
end

-- "LENGTH: 286 words", "LOAD-DATE: ...", "Load-Date: ..."
local function is_label(s)
    if #s > 200 then return false end
    return find(s, "^%u[%u%-]+ ?%u*:%s?") ~= nil or find(s, "^Load%-Date: ") ~= nil
end

-- The lines above the text by their place: centred, or plain; the last of them. Labels are read at
-- once.
local function above_text(a)
    local page, plain, centred = a.page, {}, {}
    local labelled, upto = false, a.first
    for line = a.first + 1, a.last do
        local s = page.s[line]
        if s ~= "" then
            if is_label(s) then
                heads.header(a, line)
                labelled = true
            elseif labelled or #s > 250 or (#plain > 0
                and page.kind[page.block_of[line]] == "prose") then
                break
            elseif (page.indent[line] or 0) > 3 then
                centred[#centred + 1] = line
            else
                plain[#plain + 1] = line
            end
            upto = line
        end
    end
    return plain, centred, upto
end

-- The title is the last plain line that is no date.
local function choose_title(a, plain, centred)
    local page, pick = a.page, nil
    for _, i in ipairs(plain) do
        if not shape.has_date(page.s[i]) or shape.words(page.s[i]) > 6 then pick = i end
    end
    pick = pick or plain[#plain] or centred[1] or a.first
    local b = page.block_of[pick]
    local top, bottom = page.first[b], page.last[b]
    while bottom > pick and is_label(page.s[bottom]) do bottom = bottom - 1 end
    for i = top, bottom do a.title[#a.title + 1] = i end
    a.title_text = lines.join(page.s, top, bottom)
end

-- The head of a numbered document: house and day in the middle of the line, then the title, then
-- labels. Gives its last line.
function heads.document(a)
    local page = a.page
    local plain, centred, upto = above_text(a)
    if not a.title_text then choose_title(a, plain, centred) end
    local house = centred[1] or (#plain > 1 and plain[1])
    if house and not shape.has_date(page.s[house]) then a.infosource = page.s[house] end
    for _, i in ipairs(centred) do
        if not a.date_text and shape.has_date(page.s[i]) then a.date_text = page.s[i] end
    end
    return upto
end

local function is_owner(s)
    local low = #s <= 200 and shape.small(s) or ""
    return find(low, "^copyright") or find(low, "^©") or find(low, "all rights reserved", 1, true)
        or names.closing[low]
end

-- Labels and the owner's line under the text; gives the last line of the text itself.
function heads.document_tail(a, from)
    local page, line = a.page, a.last
    while line > from do
        local s = page.s[line]
        if s ~= "" then
            if is_label(s) then
                heads.header(a, line)
            elseif not a.end_mark and is_owner(s) then
                a.end_mark = line
            else
                break
            end
        end
        line = line - 1
    end
    return line
end

return heads
