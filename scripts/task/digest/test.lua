local function article(id, fields)
    local base = { id = id, headline = "Headline " .. id, text = "Text.", language = "en",
        infosource = "Courier", received = ("2026-05-04T08:00:%02dZ"):format(id), summary = "Summary " .. id .. "." }
    for key, value in pairs(fields or {}) do
        base[key] = value
    end
    return base
end

local event = { kind = "schedule", job = "morning", at = "2026-05-05T05:00:00Z",
    local_time = "2026-05-05T07:00:00+02:00" }

local function text_of(answer)
    assert(#answer == 1 and answer[1].command == "write", "one file expected")
    return answer[1].text
end

-- The order in which texts stand in the answer.
local function in_order(answer, ...)
    local at = 1
    for _, part in ipairs { ... } do
        local found = text_of(answer):find(part, at, true)
        assert(found, "'" .. part .. "' is not where it should be in\n" .. text_of(answer))
        at = found + 1
    end
end

return {
    {
        name = "writes one Markdown file named by the date of the run",
        event = event, articles = { article(1), article(2) },
        expect = { { command = "write", name = "digest-2026-05-05.md", text = [[
# Digest, 2026-05-05

2 articles

## Courier

### Headline 2

*2026-05-04 · en*

Summary 2.

### Headline 1

*2026-05-04 · en*

Summary 1.
]] } },
    },
    {
        name = "names the file by date, time and job in the job's zone",
        event = event, articles = { article(1) }, options = { name = "{job}/{date}-{time}.txt" },
        expect = { { name = "morning/2026-05-05-070000.txt" } },
    },
    {
        name = "says nothing when nothing is new",
        event = event, articles = {}, expect = {},
    },
    {
        name = "writes an empty digest when asked to",
        event = event, articles = {}, options = { empty = true },
        check = function(answer) in_order(answer, "# Digest, 2026-05-05", "0 articles") end,
    },
    {
        name = "keeps the newest and says how many are left out",
        event = event, articles = { article(3), article(2), article(1) }, options = { max = 1 },
        check = function(answer)
            in_order(answer, "1 article", "Headline 3", "2 older articles are left out.")
            assert(not text_of(answer):find("Headline 2", 1, true))
        end,
    },
    {
        name = "picks by tags, of any scheme or of one",
        event = event, options = { tags = { "rail", "place:Paris" } },
        articles = {
            article(1, { tags = { { scheme = "topic", label = "rail" } } }),
            article(2, { tags = { { scheme = "person", label = "Paris" } } }),
            article(3, { tags = { { scheme = "place", label = "Paris" } } }),
        },
        check = function(answer)
            in_order(answer, "Headline 3", "Headline 1")
            assert(not text_of(answer):find("Headline 2", 1, true))
        end,
    },
    {
        name = "groups by the best tag of a scheme, largest first, the rest last",
        event = event, options = { group = "topic" },
        articles = {
            article(1, { tags = { { scheme = "topic", label = "tram", score = 0.9 },
                { scheme = "topic", label = "rail", score = 0.4 } } }),
            article(2, { tags = { { scheme = "topic", label = "rail", score = 0.5 } } }),
            article(3),
            article(4, { tags = { { scheme = "topic", label = "rail" } } }),
        },
        check = function(answer)
            in_order(answer, "## rail", "Headline 4", "Headline 2", "## tram", "Headline 1", "## Other",
                "Headline 3")
        end,
    },
    {
        name = "groups by language",
        event = event, options = { group = "language" },
        articles = { article(1, { language = "fr" }), article(2), article(3) },
        check = function(answer) in_order(answer, "## en", "## fr", "*Courier · 2026-05-04*") end,
    },
    {
        name = "writes no groups when there shall be none",
        event = event, options = { group = "none" }, articles = { article(1) },
        check = function(answer) assert(not text_of(answer):find("\n## ", 1, true)) end,
    },
    {
        name = "leaves summaries out",
        event = event, options = { summary = false }, articles = { article(1) },
        check = function(answer) assert(not text_of(answer):find("Summary", 1, true)) end,
    },
    {
        name = "takes no text of an article for markup",
        event = event,
        articles = { article(1, { headline = "# <b> [x](y) *z*", summary = "1. & - `code`",
            url = "javascript:alert(1)" }) },
        check = function(answer)
            in_order(answer, "### \\# \\<b\\> \\[x\\](y) \\*z\\*", "1\\. \\& - \\`code\\`")
            assert(not text_of(answer):find("javascript", 1, true))
        end,
    },
    {
        name = "writes HTML in which no text of an article is markup",
        event = event, options = { format = "html", title = "What's new" },
        articles = { article(1, { headline = "<b> & \"c\"", url = "https://example.org/a?b=1&c=2" }) },
        check = function(answer)
            assert(answer[1].name == "digest-2026-05-05.html")
            in_order(answer, "<title>What&#39;s new, 2026-05-05</title>", "<h2>Courier</h2>",
                '<article lang="en">', '<a href="https://example.org/a?b=1&amp;c=2">&lt;b&gt; &amp; &quot;c&quot;</a>',
                "<p>Summary 1.</p>", "</html>")
        end,
    },
    {
        name = "runs when articles are stored, too",
        event = { kind = "article.stored", at = "2026-05-05T05:00:00Z" }, articles = { article(1) },
        expect = { { name = "digest-2026-05-05.md" } },
    },
}
