-- Each case runs in two processes, a fresh one and one that ran other cases before: an answer that
-- depends on more than the input fails.

return {
    {
        name = "finds the word, whatever its case",
        article = { headline = "Ferries are back", text = "A ferry sails again. The Ferry is new." },
        -- What stands here must be in the answer; what is left out may be anything.
        expect = { { scheme = "topic", label = "ferry", score = 0.8, spans = { { 3, 7 }, { 26, 30 } } } },
    },
    {
        name = "looks for the word that is asked for",
        options = { word = "train" },
        article = { headline = "Late", text = "The train was late." },
        expect = { { label = "train" } },
    },
    {
        name = "says nothing where the word is not",
        article = { headline = "Calm", text = "Nothing sails today." },
        -- Where a comparison does not do, a function looks at the answer.
        check = function(answer)
            assert(#answer == 0, "a tag that should not be there")
        end,
    },
}
