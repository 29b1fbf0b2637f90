-- Tests of ingest/text: one behaviour a case; all texts are invented.
return {
    {
        name = "a heading is the headline",
        document = { name = "bees.md",
            text = "# Bees return to the harbour\n\nThe first hives were set up on Monday.\n" },
        expect = { { headline = "Bees return to the harbour",
            body = "The first hives were set up on Monday.", first_line = 1, last_line = 3 } },
    },
    {
        name = "a short first line is the headline",
        document = { name = "a.txt",
            text = "Bees return to the harbour\n\nThe first hives\nwere set up on Monday.\n\nMore follow.\n" },
        expect = { { headline = "Bees return to the harbour",
            body = "The first hives were set up on Monday.\n\nMore follow." } },
    },
    {
        name = "an underlined title is the headline",
        document = { name = "a.txt", text = "Bees return\n===========\n\nThe first hives stand." },
        expect = { { headline = "Bees return", body = "The first hives stand." } },
    },
    {
        name = "front matter gives title, writer and language",
        document = { name = "a.md",
            text = "---\ntitle: \"Les abeilles reviennent\"\nauthor: Odile Marchand\nlang: fr\ndate: 2024-05-07\n---\n\nLes ruches sont là.\n" },
        expect = { { headline = "Les abeilles reviennent", byline = "Odile Marchand",
            language = "fr", published = "2024-05-07", body = "Les ruches sont là." } },
    },
    {
        name = "without a title the first sentence is cut at a word",
        document = { name = "a.txt",
            text = "The council of the small town at the mouth of the river voted on Monday evening for a new bridge that nobody had asked for. It will be red.\n" },
        check = function(drafts)
            local h = drafts[1].headline
            assert(utf8.len(h) <= 91 and h:sub(-3) == "…", h)
            assert(h:find("^The council of the small town at the mouth of the river"), h)
            assert(drafts[1].body:find("It will be red", 1, true))
        end,
    },
    {
        name = "a Chinese sentence ends at its full stop",
        document = { name = "a.txt", text = "渔民们星期一回到了港口。他们带回了很多鱼。" },
        expect = { { headline = "渔民们星期一回到了港口。" } },
    },
    {
        name = "CRLF and blank lines at the ends do not matter",
        document = { name = "a.txt", text = "\r\n\r\nBees return\r\n\r\nThe hives stand.\r\n\r\n" },
        expect = { { headline = "Bees return", body = "The hives stand.", first_line = 3,
            last_line = 5, range = { 5, 35 } } },
    },
    {
        name = "an image is a caption, not body",
        document = { name = "a.md",
            text = "# Bees\n\n![A hive on the pier](hive.jpg)\n\nThe hives stand.\n\n## Honey\n\nSoon." },
        expect = { { body = "The hives stand.\n\nHoney\n\nSoon.", captions = { {
            text = "A hive on the pier", line = 3 } }, lines = { subheads = { 7 } } } },
    },
    {
        name = "lines that begin as markup does and are none stay in their paragraph",
        document = { name = "a.md", text = "#bees return.\n#and stay\n!so\n![](x.jpg)\nit is.\n\n# Honey\n" },
        expect = { { body = "#bees return. #and stay !so it is.\n\nHoney",
            lines = { body = { 1, 2, 3, 5 }, subheads = { 7 } } } },
    },
    {
        name = "a writer may stand many blank lines below the title",
        document = { name = "a.txt", text = "\n\nBees return\n===\n\n\n\n\nBy Ana Bee\n\n\nThe hives stand." },
        expect = { { headline = "Bees return", byline = "Ana Bee", body = "The hives stand.",
            lines = { title = { 3 }, byline = { 9 }, body = { 12 } } } },
    },
    {
        name = "an empty text has no article",
        document = { name = "a.txt", text = " \n\n" },
        check = function(drafts) assert(#drafts == 0) end,
    },
    {
        name = "bytes that are no letters do no harm",
        document = { name = "a.txt", text = "\0\1\2" .. ("\xFF"):rep(3000) .. "\n\n\0" },
        check = function(drafts) assert(#drafts == 1 and #drafts[1].headline > 0) end,
    },
}
