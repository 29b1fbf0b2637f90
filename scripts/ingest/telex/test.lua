local story = [[
ZCZC 0412 RAIL
HEAD: Night train
 is back
BY: Élodie Marchetti
DATE: 2026-05-04
LANG: en
SOURCE: River Courier
CAPTION: The train (Photo: R. C.)
CAPTION: The platform
DESK: 7

The first
paragraph.

The second one.
NNNN
]]

return {
    {
        name = "reads fields, captions and paragraphs",
        document = { text = story },
        expect = { {
            headline = "Night train is back", byline = "Élodie Marchetti", published = "2026-05-04", language = "en",
            infosource = "River Courier", note = "DESK: 7", body = "The first paragraph.\n\nThe second one.",
            captions = { { text = "The train", credit = "R. C.", line = 8 }, { text = "The platform", line = 9 } },
            first_line = 1, last_line = 16, confidence = 1,
        } },
    },
    {
        name = "reads one story behind the other",
        document = { text = story .. "\n" .. story },
        expect = { { first_line = 1 }, { first_line = 18, last_line = 33 } },
    },
    {
        name = "ends a story without NNNN where the next begins, and is less sure",
        document = { text = "ZCZC 1\nHEAD: One\n\nText.\nZCZC 2\nHEAD: Two\n\nText.\nNNNN\n" },
        expect = { { headline = "One", last_line = 4, confidence = 0.6, evidence = { {}, { rule = "no-nnnn" } } },
            { headline = "Two", confidence = 1 } },
    },
    {
        name = "takes the first paragraph for a headline where there is none",
        document = { text = "ZCZC 1\n\nThe ferry is back.\nNNNN\n" },
        expect = { { headline = "The ferry is back.", body = "The ferry is back." } },
    },
    {
        name = "says who published it where the story does not",
        options = { source = "Harbour desk" },
        document = { text = "ZCZC 1\nHEAD: One\n\nText.\nNNNN\n" },
        expect = { { infosource = "Harbour desk" } },
    },
    {
        name = "claims what begins with ZCZC, and nothing else",
        document = { text = story },
        check = function(_, claim)
            assert(claim == 0.95)
        end,
    },
    {
        name = "leaves a letter about ZCZC alone",
        document = { text = "Dear desk,\n\nwhat is ZCZC?\n" },
        check = function(answer, claim)
            assert(claim == 0 and #answer == 0)
        end,
    },
}
