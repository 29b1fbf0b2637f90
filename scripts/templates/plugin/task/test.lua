-- Each case runs in two processes, a fresh one and one that ran other cases before: an answer that
-- depends on more than the input fails.

return {
    {
        name = "writes a list of headlines",
        event = { kind = "schedule", at = "2026-05-04T07:00:00Z" },
        articles = { { headline = "Ferry is back", text = "It sails." }, { headline = "Train is late", text = "Again." } },
        -- What stands here must be in the answer; what is left out may be anything.
        expect = { { command = "write", name = "2026-05-04.txt",
            text = "What is new\n\n- Ferry is back\n- Train is late\n" } },
    },
    {
        name = "takes another title",
        options = { title = "News" },
        event = { kind = "schedule", at = "2026-05-04T07:00:00Z" },
        articles = { { headline = "Ferry is back", text = "It sails." } },
        expect = { { text = "News\n\n- Ferry is back\n" } },
    },
    {
        name = "writes nothing where nothing came",
        event = { kind = "schedule", at = "2026-05-04T07:00:00Z" },
        articles = {},
        expect = {},
    },
}
