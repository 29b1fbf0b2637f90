-- Each case runs in two processes, a fresh one and one that ran other cases before: an answer that
-- depends on more than the input fails.

local text = "It rained. The ferry sailed from Calais at noon and came back in the evening. "
    .. "Nobody was seasick. The captain said that she had never seen a sea as calm as this one."

return {
    {
        name = "takes the longest sentences, in the order of the text",
        article = { headline = "Calm sea", text = text, language = "en" },
        -- What stands here must be in the answer; what is left out may be anything.
        expect = { spans = { { 12, 77 }, { 99, 165 } } },
    },
    {
        name = "takes as many as it is asked for",
        options = { sentences = 1 },
        article = { headline = "Calm sea", text = text, language = "en" },
        -- Where a comparison does not do, a function looks at the answer.
        check = function(answer)
            assert(#answer.spans == 1)
            assert(answer.text:find("captain", 1, true), answer.text)
        end,
    },
    {
        name = "has nothing to say about an empty text",
        article = { headline = "Empty", text = "" },
        expect = { text = "" },
    },
}
