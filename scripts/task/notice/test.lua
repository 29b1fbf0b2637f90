local function quarantined(items)
    return { kind = "item.quarantined", at = "2026-05-05T05:06:07Z", items = items }
end

local item = { id = "12", document = "4", path = "/in/a.txt", stage = "ingest", plugin = "ingest/digest",
    version = "1.0.0", guard = "error", message = "init.lua:3: no", traceback = "stack traceback:\n\t[C]: in ?" }

return {
    {
        name = "tells of a failed job in a file of its own",
        event = { kind = "job.failed", at = "2026-05-05T05:06:07Z", local_time = "2026-05-05T07:06:07+02:00",
            items = { { job = "morning", at = "2026-05-05T05:00:00Z", message = "the disk is full" } } },
        expect = { { command = "write", name = "notice-2026-05-05-070607.txt", text = [[
copydesk: job morning failed

job morning failed at 2026-05-05T05:00:00Z
    the disk is full
    see: copydesk jobs history morning
]] } },
    },
    {
        name = "tells of a document in quarantine, its plugin, and how to try again",
        event = quarantined { item },
        expect = { { text = [[
copydesk: an item is in quarantine

document /in/a.txt waits in quarantine by ingest/digest@1.0.0
    init.lua:3: no
    stack traceback:
    	[C]: in ?
    try again: copydesk failed retry 12
]] } },
    },
    {
        name = "names an article by its headline, and leaves the traceback out",
        event = quarantined { { id = "3", article = "7", headline = "Ferry", plugin = "tag/x", version = "2.0.0",
            traceback = "stack traceback: ..." } },
        options = { traceback = false },
        expect = { { text = [[
copydesk: an item is in quarantine

article 7, "Ferry" waits in quarantine by tag/x@2.0.0
    try again: copydesk failed retry 3
]] } },
    },
    {
        name = "gives the text to the granted command",
        event = quarantined { item, item }, options = { by = "command", max = 1 },
        check = function(answer)
            assert(#answer == 1 and answer[1].command == "notify")
            assert(answer[1].title == "copydesk: 2 items are in quarantine")
            assert(answer[1].text:find("... and 1 more: copydesk failed", 1, true), answer[1].text)
        end,
    },
    {
        name = "cuts a long message between characters",
        event = quarantined { { id = "1", path = "a", message = ("é"):rep(3000), traceback = ("x"):rep(20000) } },
        check = function(answer)
            assert(utf8.len(answer[1].text) and #answer[1].text < 7000)
        end,
    },
    {
        name = "says nothing of nothing",
        event = { kind = "job.failed" }, expect = {},
    },
}
