local function find(answer, scheme, label)
    for _, tag in ipairs(answer) do
        if tag.scheme == scheme and tag.label == label then
            return tag
        end
    end
end

local function article(text, language)
    return { headline = "A test", text = text, language = language or "en" }
end

local visit = [[
President Marie Keller arrived in Belgrade on Monday for talks with the Serbian government. "We build
bridges," Keller said at the University of Novi Grad.

The Danube Shipping Company will carry the first passengers from France in May, said its director, Pavle
Simic. UNESCO supports the plan.]]

return {
    {
        name = "a country is found by its name, with its code",
        article = article("The ferry left France in the morning. France waits."),
        expect = { { scheme = "place", label = "France", code = "FR" } },
    },
    {
        name = "a demonym speaks for its country, less than the name",
        article = article(visit),
        check = function(answer)
            local serbia, france = find(answer, "place", "Serbia"), find(answer, "place", "France")
            assert(serbia and france, "Serbia or France is missing")
        end,
    },
    {
        name = "a capital is a place of its own",
        article = article(visit),
        check = function(answer) assert(find(answer, "place", "Belgrade")) end,
    },
    {
        name = "a person is found by a title, and the surname counts for the full name",
        article = article(visit),
        check = function(answer)
            local keller = find(answer, "person", "Marie Keller")
            assert(keller, "no Marie Keller")
            assert(#keller.spans == 2, #keller.spans .. " spans")
            assert(not find(answer, "person", "Keller"), "the surname stands alone")
        end,
    },
    {
        name = "a person is found by a verb of speech",
        article = article(visit),
        check = function(answer) assert(find(answer, "person", "Pavle Simic")) end,
    },
    {
        name = "organisations are found by their words and as acronyms",
        article = article(visit),
        check = function(answer)
            assert(find(answer, "organisation", "University of Novi Grad"), "no university")
            assert(find(answer, "organisation", "Danube Shipping Company"), "no company")
            assert(find(answer, "organisation", "UNESCO"), "no acronym")
        end,
    },
    {
        name = "a paper that was told something is no person",
        article = article("It is late, she told the River Dispatch on Monday."),
        check = function(answer) assert(not find(answer, "person", "River Dispatch")) end,
    },
    {
        name = "each span holds what the tag says",
        article = article(visit),
        check = function(answer)
            local span = find(answer, "person", "Pavle Simic").spans[1]
            local got = visit:sub(span[1], span[2]):gsub("%s+", " ")
            assert(got == "Pavle Simic", got)
        end,
    },
    {
        name = "places are found in Chinese",
        article = article("渡轮从法国出发，开往塞尔维亚。", "zh"),
        check = function(answer)
            assert(find(answer, "place", "France"), "no 法国")
            assert(find(answer, "place", "Serbia"), "no 塞尔维亚")
        end,
    },
    {
        name = "places are found in Serbian Cyrillic",
        article = article("Брод је кренуо за Београд. Србија га чека.", "sr"),
        check = function(answer) assert(find(answer, "place", "Serbia")) end,
    },
    {
        name = "'us' in small letters is no country",
        article = article("They told us to wait for us."),
        check = function(answer) assert(#answer == 0) end,
    },
    {
        name = "what is too long for a name is none",
        article = article("The " .. ("A"):rep(600) .. " Company said Peter " .. ("Bb"):rep(400) .. " was in France."),
        check = function(answer)
            assert(#answer > 0)
            for _, tag in ipairs(answer) do
                assert(#tag.label <= 200, #tag.label)
            end
        end,
    },
    {
        name = "an empty text has none",
        article = article(""),
        check = function(answer) assert(#answer == 0) end,
    },
}
