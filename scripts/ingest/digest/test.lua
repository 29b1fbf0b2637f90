-- Tests of ingest/digest: one behaviour a case; all texts are invented.

local function lines(...) return table.concat({ ... }, "\n") .. "\n" end

-- Paragraphs of two short articles, to be put in many forms.
local BEES = "Bees have returned to the harbour after nine years. Two hives stand on the roof of the old customs house."
local BEES2 = "The harbour master feeds them sugar in spring and takes no honey."
local BRIDGE = "The new bridge over the Drava will be painted red. The council voted for the colour on Monday evening."
local BRIDGE2 = "Painters from Osijek will begin in June, when the water of the Drava is low."

local function headlines(drafts)
    local list = {}
    for i, d in ipairs(drafts) do list[i] = d.headline end
    return table.concat(list, " | ")
end

local function titles(...)
    local want = table.concat({ ... }, " | ")
    return function(drafts)
        local got = headlines(drafts)
        assert(got == want, "expected " .. want .. ", got " .. got)
    end
end

local TWO = titles("Bees return to the harbour", "Bridge over the Drava to be red")

return {
    {
        name = "an empty text has no article",
        document = { name = "a.txt", text = "\n \n\xC2\xA0\n" },
        check = function(drafts) assert(#drafts == 0) end,
    },
    {
        name = "a text without any reason to cut is one article",
        document = { name = "a.txt", text = lines("Bees return to the harbour", "", BEES, "",
            BEES2) },
        expect = { { headline = "Bees return to the harbour", first_line = 1, last_line = 5,
            body = BEES .. "\n\n" .. BEES2 } },
    },
    {
        name = "a text that begins with a sentence keeps it in the body and takes its headline from it",
        document = { name = "a.txt", text = lines(BEES, "", BEES2) },
        expect = { { headline = "Bees have returned to the harbour after nine years.", body = BEES
            .. "\n\n" .. BEES2 } },
    },
    {
        name = "bare titles are told by the words they share with the text below",
        document = { name = "a.txt", text = lines("Bees return to the harbour", "", BEES, "",
            BEES2, "", "Bridge over the Drava to be red", "", BRIDGE, "", BRIDGE2) },
        expect = { { first_line = 1, last_line = 5 }, {
            headline = "Bridge over the Drava to be red", first_line = 7, last_line = 11 } },
    },
    {
        name = "every cut carries rules, lines and weights that sum to its confidence",
        document = { name = "a.txt", text = lines("Bees return to the harbour", "", BEES, "", "",
            "Bridge over the Drava to be red", "", BRIDGE) },
        check = function(drafts)
            local sum = 0
            for _, e in ipairs(drafts[2].evidence) do
                assert(e.rule and e.line and #e.text > 0)
                sum = sum + e.weight
            end
            assert(math.abs(math.max(0.01, math.min(0.99, sum)) - drafts[2].confidence) < 0.001,
                sum)
        end,
    },
    {
        name = "a caption doubled with another apostrophe is one caption and no body",
        document = { name = "a.txt", text = lines("Bees return to the harbour", "",
            "The harbour's new hives Photo: Nora Lind", "",
            "The harbour’s new hives Photo: Nora Lind", "", BEES) },
        expect = { { captions = { { text = "The harbour's new hives Photo: Nora Lind",
            credit = "Nora Lind", line = 3, repeats = { 5 } } },
            body = BEES, lines = { captions = { 3 }, caption_repeats = { 5 }, body = { 7 } } } },
    },
    {
        name = "an alt text broken off at a quote repeats the caption below",
        document = { name = "a.txt", text = lines("Bees return to the harbour", "",
            "A hive that the children call", "",
            "A hive that the children call “the palace” ANA LIND/RIVER COURIER", "", BEES) },
        expect = { { lines = { captions = { 5 }, caption_repeats = { 3 } }, captions = { {
            credit = "ANA LIND/RIVER COURIER", repeats = { 3 } } } } },
    },
    {
        name = "a short line given twice is the title of a graphic",
        document = { name = "a.txt", text = lines("Bees return to the harbour", "", BEES, "",
            BEES2, "", "Nine Years in Numbers", "", "Nine Years in Numbers") },
        expect = { { headline = "Bees return to the harbour", lines = { captions = { 7 },
            caption_repeats = { 9 }, body = { 3, 5 } } } },
    },
    {
        name = "an end mark closes an article, captions may follow it",
        document = { name = "a.txt", text = lines("Bees return to the harbour", "", BEES, "",
            "Tanjug", "", "The hives Photo: Tanjug", "",
            "Bridge over the Drava to be red", "", BRIDGE, "", "Tanjug") },
        expect = { { last_line = 7, infosource = "Tanjug", lines = { end_mark = 5, captions = {
            7 } } }, { first_line = 9, lines = { end_mark = 13 } } },
    },
    {
        name = "speakers who take turns make an interview, its note is kept and its reporters are found",
        document = { name = "a.txt", text = lines("The willow gives way, says the botanist", "",
            "Editor’s Note:", "",
            "In spring our reporters Dana Brandt and Milos Peric met the botanist Ilona Vadas.",
                "", "RC: What has changed?", "",
            "Vadas: The mayors call me now.", "", "RC: Why willows?", "",
                "Vadas: A willow gets up again after the flood.") },
        expect = { { genre = "interview", byline = "Dana Brandt, Milos Peric",
            note = "In spring our reporters Dana Brandt and Milos Peric met the botanist Ilona Vadas.",
            lines = { body = { 5, 7, 9, 11, 13 } } } },
    },
    {
        name = "rules part articles; a masthead and the rules belong to none",
        document = { name = "a.txt", text = lines("Morning Letter, 7 May 2024", "",
            "Bees return to the harbour", "By Odile Marchand", "", BEES, "", BEES2, "", "",
            "* * *", "", "Bridge over the Drava to be red", "By Luc Ferrand", "", BRIDGE, "", "",
                "* * *", "", "Old ferry sold for one euro", "By Luc Ferrand", "",
            "The ferry has found a buyer. She will sleep on it.") },
        expect = { { first_line = 3, last_line = 8, byline = "Odile Marchand" }, { first_line = 13,
            last_line = 16, byline = "Luc Ferrand" }, { first_line = 21 } },
    },
    {
        name = "where rules part the articles, a short line is no title",
        document = { name = "a.txt", text = lines("Bees return to the harbour", "", BEES, "",
            "Nobody knows why", "", BEES2, "", "***", "", "Bridge over the Drava to be red",
            "", BRIDGE, "", "***", "", "Old ferry sold for one euro", "",
                "The ferry has found a buyer. She will sleep on it.") },
        check = titles("Bees return to the harbour", "Bridge over the Drava to be red",
            "Old ferry sold for one euro"),
    },
    {
        name = "titles that a list of contents names",
        document = { name = "a.txt", text = lines("CONTENTS", "", "1) Bees return to the harbour",
            "2) Bridge over the Drava to be red", "", "", "1) Bees return to the harbour",
            "", BEES, "", "", "2) Bridge over the Drava to be red", "", BRIDGE, "", BRIDGE2) },
        expect = { { headline = "Bees return to the harbour", first_line = 7, last_line = 9 }, {
            headline = "Bridge over the Drava to be red", first_line = 12 } },
    },
    {
        name = "titles in capitals, one on two lines, closed by -30-",
        document = { name = "a.txt", text = lines("BEES RETURN TO", "THE HARBOUR",
            "BAR, May 7 (Tanjug) -- Bees have returned to the harbour after",
            "nine years, the port said on Tuesday.",
            "", "-30-", "", "", "BRIDGE TO BE RED", "",
                "The new bridge over the Drava will be painted red. The council voted",
                "for the colour on Monday.", "", "-30-") },
        expect = { { headline = "BEES RETURN TO THE HARBOUR", dateline = "BAR, May 7 (Tanjug)",
            lines = { end_mark = 6, title = { 1, 2 } },
            body = "BAR, May 7 (Tanjug) -- Bees have returned to the harbour after nine years, the port said on Tuesday." },
                { headline = "BRIDGE TO BE RED", last_line = 14 } },
    },
    {
        name = "a digest quoted as in mail",
        document = { name = "a.txt", text = lines("> BEES RETURN TO THE HARBOUR",
            "> Bees have returned to the harbour after nine", "> years.", ">", "> BRIDGE TO BE RED",
            "> The new bridge over the Drava will be painted", "> red.", ">") },
        expect = { { headline = "BEES RETURN TO THE HARBOUR", last_line = 4,
            body = "Bees have returned to the harbour after nine years." }, { first_line = 5 } },
    },
    {
        name = "a mail digest: rules, headers, contents and farewell belong to no article",
        document = { name = "a.txt", text = lines("Harbour Digest   Tuesday, 7 May 2024", "",
            "Today's Topics:", "", "    Bees return to the harbour",
            "    Bridge over the Drava to be red", "",
            "----------------------------------------", "", "Date: Tue, 7 May 2024 08:15:00 +0200",
                "From: Petra Kolar <kolar@example.org>", "Subject: Bees return to the harbour", "",
                BEES, "",
            "------------------------------", "", "From: Luc Ferrand <luc@example.org>",
                "Subject: Bridge over the", "  Drava to be red", "", BRIDGE, "",
                "------------------------------", "", "End of Harbour Digest") },
        expect = { { headline = "Bees return to the harbour", first_line = 10, last_line = 14,
            byline = "Petra Kolar", published = "2024-05-07T08:15:00+02:00" },
            { headline = "Bridge over the Drava to be red", first_line = 18, last_line = 22 } },
    },
    {
        name = "underlined titles",
        document = { name = "a.txt", text = lines("Bees return to the harbour",
            "==========================", "", BEES, "", "Bridge over the Drava to be red",
            "===============================", "", BRIDGE) },
        check = TWO,
    },
    {
        name = "Markdown: the level above the articles is a masthead, the level below holds sub-heads",
        document = { name = "a.md", text = lines("# Revue de presse", "",
            "## Les abeilles reviennent au port", "", "*Par Odile Marchand*", "",
            "![Une ruche. Photo : Luc Ferrand](ruche.jpg)", "",
            "Les abeilles sont revenues au port.", "", "### Une longue absence", "",
                "Elles étaient parties depuis neuf ans.", "", "---", "", "## Le pont sera rouge",
                "", "Le conseil a voté lundi.") },
        expect = { { headline = "Les abeilles reviennent au port", byline = "Odile Marchand",
            captions = { { text = "Une ruche. Photo : Luc Ferrand", credit = "Luc Ferrand" } },
            lines = { subheads = { 11 } }, last_line = 13 }, { headline = "Le pont sera rouge",
                first_line = 17 } },
    },
    {
        name = "one title with sub-heads is one article",
        document = { name = "a.md", text = lines("# Bees return to the harbour", "", BEES .. " "
            .. BEES2 .. " " .. BRIDGE, "", "## What the bees found", "", BEES2, "",
            "## What the bees left", "", BEES) },
        check = titles("Bees return to the harbour"),
    },
    {
        name = "numbered documents of an archive with their labels",
        document = { name = "a.txt", text = lines("                    1 of 2 DOCUMENTS", "", "",
            "                    The Evening Post", "", "                    May 7, 2024 Tuesday",
            "", "Bees return to the harbour", "",
            "BYLINE: Odile Marchand", "", "LENGTH: 20 words", "", "", BEES, "",
                "LOAD-DATE: May 8, 2024", "", "Copyright 2024 Example Press", "", "",
                "                    2 of 2 DOCUMENTS", "", "",
            "                    The Evening Post", "", "                    May 6, 2024 Monday",
                "", "Bridge over the Drava to be red", "", "LENGTH: 20 words", "", "", BRIDGE) },
        expect = { { headline = "Bees return to the harbour", byline = "Odile Marchand",
            infosource = "The Evening Post", published = "2024-05-07", body = BEES, first_line = 1,
            last_line = 19,
            lines = { end_mark = 19, body = { 15 } } }, {
                headline = "Bridge over the Drava to be red", first_line = 22,
                published = "2024-05-06" } },
    },
    {
        name = "Chinese: titles without capitals, ideographic stops, credits in brackets",
        document = { name = "a.txt", text = lines("蜜蜂九年后回到旧港口", "", "旧港口屋顶上的蜂箱。（新华社记者 王丽 摄）", "",
            "九年以后，蜜蜂又回到了旧港口。两个蜂箱放在海关旧楼的屋顶上。", "", "港口负责人说，春天要给蜜蜂喂糖。", "",
            "河上新桥将漆成红色", "", "新桥将漆成红色，市议会星期一晚上通过了这个决定。", "", "油漆工人六月开工，那时河水最浅。") },
        expect = { { headline = "蜜蜂九年后回到旧港口", lines = { captions = { 3 } } }, {
            headline = "河上新桥将漆成红色", first_line = 9, last_line = 13 } },
    },
    {
        name = "Serbian in Cyrillic: capitals are known there too",
        document = { name = "a.txt", text = lines("ПЧЕЛЕ СЕ ВРАЋАЈУ У ЛУКУ", "",
            "Пчеле су се после девет година вратиле у луку. Две кошнице стоје на крову.", "", "",
            "МОСТ ЋЕ БИТИ ЦРВЕН", "",
            "Нови мост на Драви биће обојен у црвено. Већ је гласало у понедељак.") },
        check = titles("ПЧЕЛЕ СЕ ВРАЋАЈУ У ЛУКУ", "МОСТ ЋЕ БИТИ ЦРВЕН"),
    },
    {
        name = "German: a writer's line and a credit in that tongue",
        document = { name = "a.txt", text = lines("Bienen kehren in den Hafen zurück",
            "Von Jutta Brandl", "", "Die Bienen auf dem Dach Foto: dpa", "",
            "Die Bienen sind nach neun Jahren in den Hafen zurückgekehrt.", "", "",
            "Brücke über die Drau wird rot", "Von Emil Horvath", "",
                "Die neue Brücke über die Drau wird rot gestrichen.") },
        expect = { { byline = "Jutta Brandl", captions = { { credit = "dpa" } } }, {
            headline = "Brücke über die Drau wird rot", byline = "Emil Horvath" } },
    },
    {
        name = "line ends of Windows change nothing, ranges are bytes of the text as it is",
        document = { name = "a.txt",
            text = "Bees return\r\n===========\r\n\r\nThe hives stand.\r\n\r\nBridge red\r\n==========\r\n\r\nIt dries.\r\n" },
        expect = { { headline = "Bees return", body = "The hives stand.", range = { 1, 44 },
            last_line = 4 }, { headline = "Bridge red", range = { 49, 83 } } },
    },
    {
        name = "hostile input gets an answer",
        document = { name = "a.txt", text = ("a: b/c (Photo: "):rep(4000) .. "\n\n"
            .. ("\xFF\0“"):rep(2000) .. "\n\n" .. ("***\n\n"):rep(500) .. ("\"'"):rep(3000) },
        check = function(drafts) assert(#drafts >= 1) end,
    },
}
