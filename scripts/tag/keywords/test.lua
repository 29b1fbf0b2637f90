local body = [[The harbour bridge will be closed for a year. The harbour bridge was built in 1931 and carries
trams, said the port authority.

Engineers of the port authority found rust in the cables. Trams will stop at the market. A ferry replaces the
trams until the harbour bridge opens again.]]

local function has(answer, label)
    for _, tag in ipairs(answer) do
        if tag.label == label then
            return tag
        end
    end
end

return {
    {
        name = "a repeated phrase comes before its words",
        article = { headline = "Harbour bridge to close", text = body, language = "en" },
        options = { max = 1 },
        expect = { { scheme = "keyword", label = "harbour bridge", score = 1.0 } },
    },
    {
        name = "a phrase stands once, not in pieces",
        article = { headline = "Harbour bridge to close", text = body, language = "en" },
        check = function(answer)
            assert(not has(answer, "bridge"), "'bridge' beside 'harbour bridge'")
            assert(has(answer, "port authority"), "no 'port authority'")
        end,
    },
    {
        name = "spans point at the label",
        article = { headline = "Harbour bridge to close", text = body, language = "en" },
        check = function(answer)
            local span = answer[1].spans[1]
            assert(body:sub(span[1], span[2]) == answer[1].label)
        end,
    },
    {
        name = "stop words are no keywords",
        article = { headline = "", text = "It was the of and then, for the most of it.", language = "en" },
        check = function(answer) assert(#answer == 0, #answer .. " keywords") end,
    },
    {
        name = "names that a function word joins by accident are no keyword",
        article = { headline = "Ferry", text = "It left Novi Grad on Monday and came back.", language = "en" },
        check = function(answer)
            assert(has(answer, "Novi Grad"), "no 'Novi Grad'")
            assert(not has(answer, "Grad on Monday"), "'Grad on Monday'")
        end,
    },
    {
        -- found by chance: its two best candidates differ in the sixteenth digit, the second being better
        name = "no score is over 1, also where two are as good as equal",
        article = { headline = "ivy daphne", language = "en", text = "Cedar Kelp alder. cedar hazel. "
            .. "juniper gorse Ivy cedar. gorse Juniper gorse birch. juniper Gorse Hazel Fir. cedar birch "
            .. "gorse gorse cedar. larch gorse. hazel ivy alder birch. daphne Ivy Kelp. kelp Larch gorse "
            .. "kelp Fir. gorse Gorse. elm birch Juniper. Larch Fir Kelp Gorse Hazel. gorse Larch. Gorse "
            .. "juniper Larch Birch. gorse fir fir cedar. larch hazel elm. Gorse hazel." },
        check = function(answer)
            for _, tag in ipairs(answer) do
                assert(tag.score <= 1, tag.label)
            end
        end,
    },
    {
        name = "max bounds the list",
        article = { headline = "Harbour bridge to close", text = body, language = "en" },
        options = { max = 2 },
        check = function(answer) assert(#answer == 2) end,
    },
    {
        name = "a line of base64 is no keyword",
        article = { headline = "Ferry", text = "The ferry is back. " .. ("QUJD"):rep(500) .. " The ferry sails." },
        check = function(answer)
            assert(has(answer, "ferry"), "no 'ferry'")
            for _, tag in ipairs(answer) do
                assert(#tag.label <= 200, #tag.label)
            end
        end,
    },
    {
        name = "an empty text has none",
        article = { headline = "Nothing", text = "", language = "en" },
        check = function(answer) assert(#answer == 0) end,
    },
}
