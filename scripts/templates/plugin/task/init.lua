--- task/@NAME@: does something at a time, or after something happened.
--
-- This one writes a list of what is new. Make it yours:
--
--   copydesk plugin test task/@NAME@              runs test.lua
--   copydesk plugin try task/@NAME@ articles.jsonl  shows what it would do; nothing is done
--   copydesk plugin check task/@NAME@             finds slips without running it
--   copydesk help desk.TaskPlugin                 what may stand here
--   copydesk help desk.Command                    what a task may want done
--
-- Then give it a job in desk.lua:
--   desk.job { "news", cron = "0 7 * * 1-5", tz = "Europe/Paris", task = "@NAME@", to = "out" }

---@type desk.TaskPlugin
local plugin = {
    kind = "task",
    name = "@NAME@", -- the folder's name
    version = "1.0.0", -- raise it when its answers change
    api = 1,
    about = "Writes a list of what is new.",

    -- What a job may run it on: "schedule", "article.stored", "job.done", "job.failed", "item.quarantined".
    on = { "schedule" },

    -- Users set these in desk.lua: desk.job { ..., options = { title = "News" } }. What does not fit is
    -- refused before the plugin runs.
    options = {
        title = { type = "string", default = "What is new", min = 1, doc = "First line of the list." },
    },
}

--- Called once a run. The articles of event.articles are those that came since the last run and match the
--- job's query. The answer is a list of commands: all of them count, or none. The same event gives the same
--- answer, so a run that was interrupted is done again without harm.
---@param event desk.Event
---@param options { title: string }
---@return desk.Command[]
function plugin.run(event, options)
    if #event.articles == 0 then
        return {} -- nothing to do
    end
    local lines = { options.title, "" }
    for _, article in ipairs(event.articles) do
        lines[#lines + 1] = "- " .. article.headline
    end
    -- relative to the folder that the job's `to` names; desk.date.now() is the event's instant
    local name = desk.date.format(desk.date.now(), "date") .. ".txt"
    return { { command = "write", name = name, text = table.concat(lines, "\n") .. "\n" } }
end

return plugin
