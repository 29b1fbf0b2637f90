--- task/notice: says that something failed: a job, or a plugin on an item that is now in quarantine.
--
-- Into a file, a new one for each notice:
--
--   desk.job { "notices", on = { "job.failed", "item.quarantined" }, task = "notice", to = "notices" }
--
-- or by a command, which gets the text on its standard input. Which command that is, desk.lua says, and
-- `copydesk plugin grant task/notice` gives the line to begin with:
--
--   desk.job { "notices", on = { "job.failed" }, task = "notice", options = { by = "command" } }
--   desk.grant { "task/notice", command = { "/usr/bin/mail", "-s", "copydesk", "me@example.org" },
--                manifest = "..." }
--
-- Options
--   by         "file" or "command"
--   name       of the file; {date} and {time} are those of the event
--   max        most items told of in full; of the rest only the number is said
--   traceback  false: without the plugin's traceback

-- A notice is for reading: what is longer is cut, so that it also fits a command's input.
local MESSAGE_BYTES, TRACEBACK_BYTES = 2000, 4000

local function cut(text, most)
    if #text <= most then return text end
    local last = most
    while last > 0 and (text:byte(last + 1) & 0xC0) == 0x80 do
        last = last - 1
    end
    return text:sub(1, last) .. " ..."
end

local function indented(text)
    return "    " .. (text:gsub("%s+$", ""):gsub("\n", "\n    "))
end

local function job_lines(item)
    local lines = { ("job %s failed%s"):format(item.job or "?", item.at and " at " .. item.at or "") }
    if item.message and item.message ~= "" then
        lines[#lines + 1] = indented(cut(item.message, MESSAGE_BYTES))
    end
    if item.job then
        lines[#lines + 1] = "    see: copydesk jobs history " .. item.job
    end
    return lines
end

local function item_lines(item, options)
    local what = item.headline and ('article %s, "%s"'):format(item.article or "?", item.headline)
        or ("document %s"):format(item.path or item.document or "?")
    local plugin = item.plugin and item.plugin ~= ""
        and (" by %s%s"):format(item.plugin, item.version and "@" .. item.version or "") or ""
    local lines = { ("%s waits in quarantine%s"):format(what, plugin) }
    if item.message and item.message ~= "" then
        lines[#lines + 1] = indented(cut(item.message, MESSAGE_BYTES))
    end
    if options.traceback and item.traceback and item.traceback ~= "" then
        lines[#lines + 1] = indented(cut(item.traceback, TRACEBACK_BYTES))
    end
    if item.id then
        lines[#lines + 1] = "    try again: copydesk failed retry " .. item.id
    end
    return lines
end

local function title_of(event)
    local items = event.items
    if event.kind == "job.failed" then
        return #items == 1 and ("job %s failed"):format(items[1].job or "?") or #items .. " jobs failed"
    end
    return #items == 1 and "an item is in quarantine" or #items .. " items are in quarantine"
end

local function text_of(event, options)
    local parts = { "copydesk: " .. title_of(event) }
    for i, item in ipairs(event.items) do
        if i > options.max then
            parts[#parts + 1] = ("... and %d more: copydesk failed"):format(#event.items - options.max)
            break
        end
        local lines = event.kind == "job.failed" and job_lines(item) or item_lines(item, options)
        parts[#parts + 1] = table.concat(lines, "\n")
    end
    return table.concat(parts, "\n\n") .. "\n"
end

local function file_name(event, options)
    local instant = event.local_time or event.at
    return (options.name:gsub("{(%a+)}", {
        date = instant:sub(1, 10),
        time = (instant:sub(12, 19):gsub(":", "")),
    }))
end

return {
    kind = "task",
    name = "notice",
    version = "1.0.0",
    api = 1,
    about = "Says that a job failed or that an item went to quarantine: in a file, or by a command.",
    on = { "job.failed", "item.quarantined" },
    uses = { command = true },
    options = {
        by = { type = "string", default = "file", choices = { "file", "command" }, doc = "How it is said." },
        name = { type = "string", default = "notice-{date}-{time}.txt", min = 1, max = 150,
            doc = "The file; {date} and {time} are those of the event." },
        max = { type = "integer", default = 10, min = 1, max = 10, doc = "Most items told of in full." },
        traceback = { type = "boolean", default = true, doc = "With the plugin's traceback." },
    },
    run = function(event, options)
        if not event.items or #event.items == 0 then
            return {}
        end
        local text = text_of(event, options)
        if options.by == "command" then
            return { { command = "notify", title = "copydesk: " .. title_of(event), text = text } }
        end
        return { { command = "write", name = file_name(event, options), text = text } }
    end,
}
