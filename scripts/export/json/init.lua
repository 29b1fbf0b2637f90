--- export/json: ninjs 3.1 (IPTC), one object a line.
--
-- Each line of `articles.jsonl` is one news object of type "text": headlines, bodies, descriptions
-- (summary, editor's note for readers), by, language, people, places, organisations, subjects,
-- infoSources, genres, associations (captions) and altIds. A field that would be empty is left out.
--
-- Options: `file`, the name of the file; `profile`.

local PICTURE = "picture"

local function put(object, key, value)
    if value ~= nil and value ~= "" then
        object[key] = value
    end
end

local function list_of(article, scheme, make)
    local list = desk.array {}
    for _, tag in ipairs(article.tags) do
        if tag.scheme == scheme then
            list[#list + 1] = make(tag)
        end
    end
    return #list > 0 and list or nil
end

local function named(tag)
    return { name = tag.label, literal = tag.code }
end

local function subject(tag)
    return { name = tag.label, relevance = math.floor(tag.score * 100 + 0.5), creator = tag.plugin }
end

local function word_count(text)
    local _, count = text:gsub("%S+", "")
    return count
end

local function descriptions(article)
    local list = desk.array {}
    if article.summary and article.summary ~= "" then
        list[#list + 1] = { role = "summary", contentType = "text/plain", value = article.summary }
    end
    if article.note and article.note ~= "" then
        list[#list + 1] = { role = "editorsnote", contentType = "text/plain", value = article.note }
    end
    return #list > 0 and list or nil
end

local function associations(article)
    local list = desk.array {}
    for i, caption in ipairs(article.captions) do
        local item = {
            name = "picture-" .. i,
            uri = article.uri .. ":picture-" .. i,
            type = PICTURE,
            descriptions = { { role = "caption", contentType = "text/plain", value = caption.text } },
        }
        put(item, "by", caption.credit)
        list[#list + 1] = item
    end
    return #list > 0 and list or nil
end

local function date_time(value)
    if not value or value == "" then
        return nil
    end
    return value:match("^%d%d%d%d%-%d%d%-%d%d$") and value .. "T00:00:00Z" or value
end

local function ninjs(article, options)
    local object = {
        uri = article.uri,
        type = "text",
        representationType = "full",
        version = tostring(article.version),
        versionCreated = article.received,
        pubStatus = "usable",
        standard = { name = "ninjs", version = "3.1" },
        headlines = { { role = "main", contentType = "text/plain", value = article.headline } },
        bodies = { {
            role = "main", contentType = "text/plain", value = article.text,
            charCount = utf8.len(article.text), wordCount = word_count(article.text),
        } },
        altIds = { { role = "copydesk", value = tostring(article.id) } },
    }
    put(object, "title", article.headline)
    put(object, "profile", options.profile)
    put(object, "by", article.byline)
    put(object, "language", article.language)
    put(object, "contentCreated", date_time(article.published))
    put(object, "descriptions", descriptions(article))
    put(object, "associations", associations(article))
    put(object, "people", list_of(article, "person", named))
    put(object, "places", list_of(article, "place", named))
    put(object, "organisations", list_of(article, "organisation", named))
    put(object, "subjects", list_of(article, "keyword", subject))
    if article.infosource then
        object.infoSources = { { name = article.infosource, role = "publisher" } }
    end
    if article.genre then
        object.genres = { { name = article.genre } }
    end
    if article.url then
        object.altIds[2] = { role = "canonical-url", value = article.url }
    end
    return object
end

local context

return {
    kind = "export",
    name = "json",
    version = "1.0.0",
    api = 1,
    about = "Writes ninjs 3.1, one JSON object a line.",
    options = {
        file = { type = "string", default = "articles.jsonl", doc = "Name of the file." },
        profile = { type = "string", default = "", doc = "ninjs profile; empty: none." },
    },
    open = function(ctx)
        context = ctx
        ctx:file(ctx.options.file):write("")
    end,
    write = function(article)
        local line = desk.json.encode(ninjs(article, context.options))
        context:file(context.options.file):write(line, "\n")
    end,
    close = function() end,
}
