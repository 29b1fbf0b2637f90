--- export/markdown: one Markdown file an article, with front matter that Hugo reads.
--
-- Front matter is YAML: title, date, author, language, tags, places, people, organisations, schemes (tags of all other schemes), summary,
-- source, and copydesk's own id. Strings are always quoted (YAML 1.2, double-quoted style), so that
-- no headline can be taken for something else. The body is plain text: what Markdown would read as
-- markup at the start of a line is escaped. Captions follow as a list.
--
-- Names are safe on any file system: letters, digits and hyphens of the headline, then the id:
-- "ferry-is-back-17.md".
--
-- Options: `folder` by "none" or "date" (2026/05/ferry-is-back-17.md); `max_name`.

local ESCAPES = { ["\\"] = "\\\\", ['"'] = '\\"', ["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r" }

-- YAML takes no control characters, C1 among them, and reads U+2028 and U+2029 as ends of lines.
local function quoted(value)
    local escaped = value:gsub('[\\"%c]', function(c)
        return ESCAPES[c] or string.format("\\x%02X", c:byte())
    end)
    escaped = escaped:gsub("\xC2([\x80-\x9F])", function(c)
        return string.format("\\x%02X", c:byte())
    end)
    escaped = escaped:gsub("\u{2028}", "\\L"):gsub("\u{2029}", "\\P"):gsub("\u{FEFF}", "\\uFEFF")
    escaped = escaped:gsub("\u{FFFE}", "\\uFFFE"):gsub("\u{FFFF}", "\\uFFFF")
    return '"' .. escaped .. '"'
end

local function labels(article, scheme)
    local list = {}
    for _, tag in ipairs(article.tags) do
        if tag.scheme == scheme then
            list[#list + 1] = quoted(tag.label)
        end
    end
    return list
end

-- Schemes that have a key of their own in the front matter; all others stand under `schemes`.
local KEYS = { keyword = "tags", place = "places", person = "people", organisation = "organisations" }

-- Tags come ordered by scheme.
local function other_schemes(article)
    local list, last = {}, nil
    for _, tag in ipairs(article.tags) do
        if not KEYS[tag.scheme] and tag.scheme ~= last then
            last = tag.scheme
            list[#list + 1] = "  " .. quoted(last) .. ": ["
                .. table.concat(labels(article, last), ", ") .. "]"
        end
    end
    return #list > 0 and "schemes:\n" .. table.concat(list, "\n") or nil
end

local function front_matter(article)
    local lines = { "---" }
    local function put(key, value)
        if value and value ~= "" then
            lines[#lines + 1] = key .. ": " .. quoted(value)
        end
    end
    local function put_list(key, list)
        if #list > 0 then
            lines[#lines + 1] = key .. ": [" .. table.concat(list, ", ") .. "]"
        end
    end
    put("title", article.headline)
    lines[#lines + 1] = "date: " .. (article.published or article.received)
    put("author", article.byline)
    put("language", article.language)
    put("source", article.infosource)
    put("canonical", article.url)
    put("summary", article.summary)
    for _, scheme in ipairs { "keyword", "place", "person", "organisation" } do
        put_list(KEYS[scheme], labels(article, scheme))
    end
    lines[#lines + 1] = other_schemes(article)
    put("copydesk", article.uri)
    lines[#lines + 1] = "---"
    return table.concat(lines, "\n") .. "\n"
end

-- What would begin a heading, list, quotation, rule, code or table at the start of a line.
local function escape_line(line)
    line = line:gsub("([\\`*_%[%]<>])", "\\%1")
    line = line:gsub("^(%s*)([#+%-=|~])", "%1\\%2")
    line = line:gsub("^(%s*%d+)([.)])", "%1\\%2")
    return line
end

local function escape(text)
    local lines = {}
    for line in (text .. "\n"):gmatch("(.-)\r?\n") do
        lines[#lines + 1] = escape_line(line)
    end
    return table.concat(lines, "\n")
end

local function captions(article)
    local lines = {}
    for _, caption in ipairs(article.captions) do
        local credit = caption.credit or ""
        -- many captions end with their credit: it is not said twice
        credit = caption.text:find(credit, 1, true) and "" or " (" .. credit .. ")"
        lines[#lines + 1] = "- " .. escape((caption.text .. credit):gsub("%s+", " "))
    end
    return #lines > 0 and "\n\n" .. table.concat(lines, "\n") or ""
end

-- The headline in letters that each file system and each shell takes. What is not ASCII stays, but
-- for controls and signs of Latin-1 (U+0080 to U+00BF), general punctuation with its marks of
-- direction (U+2000 to U+207F), the signs of CJK (U+3000 to U+303F, but for the letters there) and
-- the byte order mark.
local function slug(headline, max)
    local name = desk.text.fold(headline)
        :gsub("\xC2[\x80-\xBF]", " "):gsub("\xE2[\x80-\x81][\x80-\xBF]", " ")
        :gsub("\xE3\x80[\x80-\x84\x88-\xBF]", " "):gsub("\u{FEFF}", " ")
        :gsub("[^%w\x80-\xFF]+", "-"):gsub("^%-+", ""):gsub("%-+$", "")
    if #name > max then
        local cut = max
        while cut > 0 and (name:byte(cut + 1) or 0) >= 0x80 and (name:byte(cut + 1) or 0) < 0xC0 do
            cut = cut - 1
        end
        name = name:sub(1, cut):gsub("%-+$", "")
    end
    return name
end

local function file_name(article, options)
    local name = slug(article.headline, options.max_name)
    name = (name ~= "" and name .. "-" or "") .. article.id .. ".md"
    if options.folder == "date" then
        local year, month = (article.published or article.received):match("^(%d%d%d%d)%-(%d%d)")
        if year then
            return year .. "/" .. month .. "/" .. name
        end
    end
    return name
end

local context

return {
    kind = "export",
    name = "markdown",
    version = "1.0.0",
    api = 1,
    about = "Writes one Markdown file an article, with front matter for Hugo.",
    options = {
        folder = { type = "string", choices = { "none", "date" }, default = "none",
            doc = "Folders by year and month, or none." },
        max_name = { type = "integer", default = 60, min = 10, max = 120,
            doc = "Longest part of a file's name that comes from the headline, in bytes." },
    },
    open = function(ctx)
        context = ctx
    end,
    write = function(article)
        context:file(file_name(article, context.options)):write(
            front_matter(article), "\n", escape(article.text), captions(article), "\n")
    end,
    close = function() end,
}
