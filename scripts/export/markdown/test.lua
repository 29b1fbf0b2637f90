local function article(fields)
    local base = {
        id = 17, uri = "urn:copydesk:0123:1", headline = "Ferry is back", text = "It sails again.",
        received = "2026-05-04T08:00:00Z", language = "en",
    }
    for key, value in pairs(fields or {}) do
        base[key] = value
    end
    return base
end

local function only(answer)
    local name, content = next(answer)
    assert(name and next(answer, name) == nil, "one file expected")
    return name, content
end

return {
    {
        name = "writes a file named by headline and id",
        articles = { article() },
        check = function(answer) assert(answer["ferry-is-back-17.md"]) end,
    },
    {
        name = "front matter quotes what YAML could misread",
        articles = { article { headline = 'He said: "no" # really' } },
        check = function(answer)
            local _, content = only(answer)
            assert(content:find('title: "He said: \\"no\\" # really"', 1, true), content)
        end,
    },
    {
        name = "tags are listed by scheme",
        articles = { article { tags = {
            { scheme = "keyword", label = "ferry", score = 1 },
            { scheme = "place", label = "France", code = "FR", score = 1 },
        } } },
        check = function(answer)
            local _, content = only(answer)
            assert(content:find('tags: ["ferry"]', 1, true), content)
            assert(content:find('places: ["France"]', 1, true), content)
        end,
    },
    {
        name = "tags of one's own schemes are there, too",
        articles = { article { tags = {
            { scheme = "keyword", label = "ferry", score = 1 },
            { scheme = "topic", label = "ships", score = 1 },
            { scheme = "topic", label = "trains", score = 1 },
        } } },
        check = function(answer)
            local _, content = only(answer)
            assert(content:find('schemes:\n  "topic": ["ships", "trains"]\n', 1, true), content)
        end,
    },
    {
        name = "a line that looks like markup is escaped",
        articles = { article { text = "# not a heading\n\n1. not a list\n\n*plain*" } },
        check = function(answer)
            local _, content = only(answer)
            assert(content:find("\\# not a heading\n\n1\\. not a list\n\n\\*plain\\*", 1, true), content)
        end,
    },
    {
        name = "captions follow the text",
        articles = { article { captions = { { text = "The ferry", credit = "A. Bauer" } } } },
        check = function(answer)
            local _, content = only(answer)
            assert(content:find("\n\n- The ferry (A. Bauer)\n", 1, true), content)
        end,
    },
    {
        name = "a credit that the caption holds is not said twice",
        articles = { article { captions = { { text = "The ferry. Photo: A. Bauer", credit = "A. Bauer" } } } },
        check = function(answer)
            local _, content = only(answer)
            assert(content:find("\n\n- The ferry. Photo: A. Bauer\n", 1, true), content)
        end,
    },
    {
        name = "a hostile headline makes a harmless name",
        articles = { article { headline = "../../etc/passwd \0 CON" } },
        check = function(answer) assert(answer["etc-passwd-con-17.md"], (next(answer))) end,
    },
    {
        name = "controls, marks of direction and line ends of Unicode stay out of the name",
        articles = { article { headline = "Fer\u{85}ry \u{202E}is\u{2028}佐々木《\u{FEFF}back" } },
        check = function(answer)
            assert(answer["fer-ry-is-佐々木-back-17.md"], (next(answer)))
            local _, content = only(answer)
            assert(content:find('title: "Fer\\x85ry \u{202E}is\\L佐々木《\\uFEFFback"', 1, true), content)
        end,
    },
    {
        name = "a headline without letters leaves the id",
        articles = { article { headline = "***" } },
        check = function(answer) assert(answer["17.md"], (next(answer))) end,
    },
    {
        name = "folders by date",
        articles = { article() },
        options = { folder = "date" },
        check = function(answer) assert(answer["2026/05/ferry-is-back-17.md"], (next(answer))) end,
    },
}
