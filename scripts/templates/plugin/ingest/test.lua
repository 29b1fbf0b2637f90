-- Each case runs in two processes, a fresh one and one that ran other cases before: an answer that
-- depends on more than the input fails.

local notes = [[
== Ferry is back
It sails again.

From Calais.
== Train is late
By an hour.
]]

return {
    {
        name = "makes an article of each note",
        document = { text = notes },
        -- What stands here must be in the answer; what is left out may be anything.
        expect = {
            { headline = "Ferry is back", body = "It sails again.\n\nFrom Calais.", first_line = 1 },
            { headline = "Train is late", body = "By an hour.", first_line = 5, last_line = 6 },
        },
    },
    {
        name = "knows its own",
        document = { text = notes },
        -- A function is given the answer, and what claims() gave.
        check = function(_, claim)
            assert(claim > 0.5)
        end,
    },
    {
        name = "leaves other documents alone",
        document = { text = "A letter.\n\nIt says == nothing." },
        check = function(answer, claim)
            assert(claim == 0 and #answer == 0)
        end,
    },
    {
        name = "says who published it where the option does",
        options = { source = "Harbour office" },
        document = { text = notes },
        expect = { { infosource = "Harbour office" }, {} },
    },
}
