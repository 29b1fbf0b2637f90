local text = [[The old harbour bridge will be closed for repairs. Birds nest in the park. The repairs of the harbour
bridge will take a year, because the cables of the bridge are rusty. Do you like trams? The port pays for the
repairs of the bridge.]]

local article = { headline = "Bridge", text = text, language = "en" }

return {
    {
        name = "picks what the other sentences are about",
        article = article,
        options = { sentences = 1 },
        check = function(answer)
            assert(answer.text:find("repairs", 1, true), answer.text)
        end,
    },
    {
        name = "leaves the odd sentence and the question out",
        article = article,
        options = { sentences = 3 },
        check = function(answer)
            assert(not answer.text:find("Birds", 1, true), answer.text)
            assert(not answer.text:find("trams", 1, true), answer.text)
        end,
    },
    {
        name = "keeps the order of the text",
        article = article,
        options = { sentences = 3 },
        check = function(answer)
            for i = 2, #answer.spans do
                assert(answer.spans[i][1] > answer.spans[i - 1][2])
            end
        end,
    },
    {
        name = "a text of one sentence is its own summary",
        article = { headline = "Bridge", text = "The bridge is closed for a whole year.", language = "en" },
        expect = { text = "The bridge is closed for a whole year.", spans = { { 1, 38 } } },
    },
    {
        name = "a text without full stops is cut at a word",
        article = { headline = "Bridge", text = ("bridge "):rep(5000), language = "en" },
        options = { max_bytes = 50 },
        check = function(answer)
            assert(answer.text == ("bridge "):rep(6) .. "bridge…", answer.text)
            assert(answer.spans[1][2] == 48)
        end,
    },
    {
        name = "one endless word is cut between characters",
        article = { headline = "Bridge", text = ("ő"):rep(5000), language = "hu" },
        options = { max_bytes = 51 },
        check = function(answer) assert(answer.text == ("ő"):rep(25) .. "…", answer.text) end,
    },
    {
        name = "an empty text gives an empty summary",
        article = { headline = "Bridge", text = "", language = "en" },
        expect = { text = "", spans = {} },
    },
}
