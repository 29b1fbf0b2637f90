--- export/@NAME@: writes articles to files.
--
-- This one writes a plain list of headlines. Make it yours:
--
--   copydesk plugin test export/@NAME@               runs test.lua
--   copydesk export --format @NAME@ --to FOLDER        writes what the desk holds
--   copydesk plugin check export/@NAME@              finds slips without running it
--   copydesk help desk.ExportPlugin                  what may stand here

---@type desk.ExportPlugin
local plugin = {
    kind = "export",
    name = "@NAME@", -- the folder's name
    version = "1.0.0", -- raise it when what it writes changes
    api = 1,
    about = "Writes a list of headlines.",

    -- Users set these: copydesk export --format @NAME@ --option mark="*". What does not fit is
    -- refused before the plugin runs.
    options = {
        file = { type = "string", default = "headlines.txt", min = 1, doc = "Name of the file." },
        mark = { type = "string", default = "-", doc = "Stands before each headline." },
    },
}

-- What one export needs while it goes on. Each export has a state of its own.
local file, mark

--- Called once, at the beginning. ctx:file is the only way to write: names are relative to the
--- folder that the user gave.
---@param ctx desk.ExportContext
function plugin.open(ctx)
    file = ctx:file(ctx.options.file)
    mark = ctx.options.mark
end

--- Called for each article, newest first.
---@param article desk.Article
function plugin.write(article)
    file:write(mark, " ", article.headline, "\n")
end

--- Called once, at the end: for sums and closing brackets.
function plugin.close() end

return plugin
