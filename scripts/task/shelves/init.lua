--- task/shelves: files articles by language: a text file each, in a folder of its language.
--
--   desk.job { "shelves", on = { "article.stored" }, task = "shelves", to = "shelves" }
--   desk.job { "shelves", cron = "0 6 * * *", task = "shelves", to = "shelves" }
--
-- The first files each article as soon as it is stored, the second what came in the day. A new version of an
-- article takes the place of the old one. Articles whose language is not known go to `unknown`.
--
-- Options: `by` ("language", "source"), `unknown`.

-- A part of a file's name: small letters, digits and hyphens.
local function slug(text)
    local name = desk.text.fold(text):gsub("[^%w]+", "-"):gsub("^%-+", ""):gsub("%-+$", "")
    return name:sub(1, 60):gsub("%-+$", "")
end

local function shelf_of(article, options)
    local name = options.by == "source" and article.infosource or options.by == "language" and article.language
    local shelf = name and slug(name) or ""
    return shelf ~= "" and shelf or options.unknown
end

local function page(article)
    local head = { article.headline }
    for _, field in ipairs { "byline", "dateline", "infosource", "published", "url" } do
        if article[field] then
            head[#head + 1] = field .. ": " .. article[field]
        end
    end
    return table.concat(head, "\n") .. "\n\n" .. article.text .. "\n"
end

return {
    kind = "task",
    name = "shelves",
    version = "1.0.0",
    api = 1,
    about = "Files articles by language, a text file each.",
    on = { "schedule", "article.stored" },
    options = {
        by = { type = "string", default = "language", choices = { "language", "source" }, doc = "What makes a shelf." },
        unknown = { type = "string", default = "unknown", min = 1, doc = "Shelf of articles of which it is not known." },
    },
    run = function(event, options)
        local commands = desk.array {}
        for _, article in ipairs(event.articles) do
            local name = slug(article.headline)
            commands[#commands + 1] = {
                command = "write",
                name = ("%s/%06d%s.txt"):format(shelf_of(article, options), article.id or 0,
                    name ~= "" and "-" .. name or ""),
                text = page(article),
            }
        end
        return commands
    end,
}
