local function article(body)
    return { headline = "H", text = body, language = "en" }
end

return {
    {
        name = "says what a rule of rules.txt finds, and where",
        article = article "The ferry left. Two Ferries came.",
        expect = { { scheme = "topic", label = "shipping", score = 0.75, spans = { { 5, 9 }, { 21, 27 } } } },
    },
    {
        name = "a star stands for the rest of a word",
        article = article "Trainspotters met.",
        expect = { { label = "rail", spans = { { 1, 13 } } } },
    },
    {
        name = "a phrase is these words in a row",
        article = article "Industrial\naction, not action alone.",
        expect = { { label = "strikes", spans = { { 1, 17 } } } },
    },
    {
        name = "rules of desk.lua come on top, with schemes of their own",
        options = { rules = { "desk/beekeeping: bee, bees, hive*" } },
        article = article "The bees left their hives.",
        expect = { { scheme = "desk", label = "beekeeping", spans = { { 5, 8 }, { 21, 25 } } } },
    },
    {
        name = "case and accents do not matter",
        options = { rules = { "café: CAFE" } },
        article = article "Le Café est ouvert.",
        expect = { { label = "café" } },
    },
    {
        name = "as many places as are asked for",
        options = { min = 2 },
        article = article "One ferry.",
        expect = {},
    },
}
