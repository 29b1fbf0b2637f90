--- ingest/@NAME@: cuts documents of one form into articles.
--
-- This one reads a list of notes: each begins with a line "== Headline". Make it yours:
--
--   copydesk plugin test ingest/@NAME@        runs test.lua
--   copydesk plugin try ingest/@NAME@ FILE    shows the cuts of a document, and why they are there
--   copydesk plugin check ingest/@NAME@       finds slips without running it
--   copydesk help desk.IngestPlugin           what may stand here
--   copydesk help desk.Draft                  what an article may hold
--
-- Then name it in desk.lua, before those that take anything: desk.ingest { "@NAME@", "digest", "text" }

local MARK = "^== +(%S.*)$"

---@type desk.IngestPlugin
local plugin = {
    kind = "ingest",
    name = "@NAME@", -- the folder's name
    version = "1.0.0", -- raise it when its cuts change
    api = 1,
    about = "Reads lists of notes, each under a line '== Headline'.",

    -- Users set these in desk.lua: desk.ingest { { "@NAME@", source = "Harbour office" } }.
    options = {
        source = { type = "string", default = "", doc = "Publisher of the notes; empty: not said." },
    },
}

--- How sure this plugin is that the document is one of its own: 0 (not mine) to 1. Each ingest
--- plugin of the desk is asked; the surest one cuts. `digest` and `text` claim little where they
--- only guess.
---@param document desk.Document
---@return number
function plugin.claims(document)
    return document.text:find("^== +%S") and 0.9 or 0
end

-- The lines of a text with their numbers, their first and their last byte.
local function each_line(text)
    local lines = desk.text.lines(text)
    local i = 0
    return function()
        i = i + 1
        if i <= lines.n then
            return i, text:sub(lines.first[i], lines.last[i]), lines.first[i], lines.last[i]
        end
    end
end

--- Called with each document that it won. An answer must depend on the arguments alone.
---@param document desk.Document
---@param options { source: string }
---@return desk.Draft[]
function plugin.run(document, options)
    local drafts = {}
    local draft, paragraphs
    for number, line, first, last in each_line(document.text) do
        local headline = line:match(MARK)
        if headline then
            draft = {
                headline = headline,
                first_line = number,
                range = { first, last }, -- bytes of document.text
                infosource = options.source ~= "" and options.source or nil,
                confidence = 1,
                -- Why the cut is here: `copydesk ingest --explain` shows it.
                evidence = { { rule = "mark", line = number, weight = 1, text = "a line '== Headline'" } },
            }
            paragraphs = {}
            drafts[#drafts + 1] = draft
        end
        if draft then
            if not headline and line ~= "" then
                paragraphs[#paragraphs + 1] = line
            end
            draft.body = table.concat(paragraphs, "\n\n") -- paragraphs, parted by an empty line
            draft.last_line = number
            draft.range[2] = last
        end
    end
    return drafts
end

return plugin
