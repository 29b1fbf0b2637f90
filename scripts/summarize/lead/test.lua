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
        name = "an empty text gives an empty summary",
        article = { headline = "Bridge", text = "", language = "en" },
        expect = { text = "", spans = {} },
    },
}
