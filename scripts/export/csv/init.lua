--- export/csv: a table of articles, for spreadsheets (RFC 4180).
--
-- Columns are fields of an article (headline, language, published ...), "text", "summary", "words", or
-- "tags:SCHEME" for the labels of a scheme, joined by "; ". What a spreadsheet would take for a formula gets an
-- apostrophe in front.
--
-- Options: `columns`, `file`, `separator`, `bom`.

local FIELDS = { id = true, version = true, uri = true, headline = true, text = true, language = true, byline = true,
    dateline = true, genre = true, infosource = true, url = true, published = true, received = true, note = true,
    summary = true }

local function labels(article, scheme)
    local list = {}
    for _, tag in ipairs(article.tags) do
        if tag.scheme == scheme then
            list[#list + 1] = tag.label
        end
    end
    return table.concat(list, "; ")
end

local function count_words(article)
    return desk.text.words(article.text).n
end

-- The function that gives a column's value; a column that is not there stops the export before it begins.
local function reader(column)
    local scheme = column:match("^tags:(%S+)$")
    if scheme then
        return function(article) return labels(article, scheme) end
    elseif column == "words" then
        return count_words
    elseif FIELDS[column] then
        return function(article) return article[column] end
    end
    error(("there is no column '%s': give a field of an article, words, or tags:SCHEME"):format(column), 0)
end

local function cell(value, separator)
    local text = value == nil and "" or tostring(value)
    if text:find("^[=+@%-\t\r]") and not tonumber(text) then
        text = "'" .. text -- OWASP, "CSV Injection"
    end
    if text:find('["\r\n]') or text:find(separator, 1, true) then
        text = '"' .. text:gsub('"', '""') .. '"'
    end
    return text
end

local file, separator, readers

local function write_row(values)
    for i, value in ipairs(values) do
        file:write(i > 1 and separator or "", cell(value, separator))
    end
    file:write("\r\n")
end

return {
    kind = "export",
    name = "csv",
    version = "1.0.0",
    api = 1,
    about = "Writes a table of articles, for spreadsheets.",
    options = {
        columns = { type = "list", min = 1, doc = "Columns, in order: fields, words, tags:SCHEME.",
            default = { "id", "received", "headline", "language", "infosource", "words", "tags:keyword" } },
        file = { type = "string", default = "articles.csv", min = 1, doc = "Name of the file." },
        separator = { type = "string", default = ",", choices = { ",", ";", "\t" }, doc = "Between two columns." },
        bom = { type = "boolean", default = false, doc = "Begin with a byte order mark, as Excel wants it." },
    },
    open = function(ctx)
        readers = {}
        for i, column in ipairs(ctx.options.columns) do
            readers[i] = reader(column)
        end
        file, separator = ctx:file(ctx.options.file), ctx.options.separator
        file:write(ctx.options.bom and "\xEF\xBB\xBF" or "")
        write_row(ctx.options.columns)
    end,
    write = function(article)
        local values = {}
        for i, read in ipairs(readers) do
            values[i] = read(article) or ""
        end
        write_row(values)
    end,
    close = function() end,
}
