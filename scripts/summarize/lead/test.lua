local text = "The bridge is closed. It will stay closed for a year, said the port.\n\nTrams stop at the market."

return {
    {
        name = "gives the first sentences and their spans",
        article = { headline = "Bridge", text = text, language = "en" },
        expect = {
            text = "The bridge is closed. It will stay closed for a year, said the port.",
            spans = { { 1, 21 }, { 23, 68 } },
        },
    },
    {
        name = "a cry does not count as a sentence",
        article = { headline = "Bridge", text = "Closed! " .. text, language = "en" },
        options = { sentences = 1 },
        expect = { text = "Closed! The bridge is closed." },
    },
    {
        name = "stops before it grows too long",
        article = { headline = "Bridge", text = text, language = "en" },
        options = { sentences = 3, max_bytes = 50 },
        expect = { text = "The bridge is closed." },
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
