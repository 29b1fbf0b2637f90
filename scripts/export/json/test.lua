local function article(fields)
    local base = {
        id = 3, version = 1, uri = "urn:copydesk:0123:1", headline = "Ferry is back",
        text = "It sails again.", received = "2026-05-04T08:00:00Z", language = "en",
    }
    for key, value in pairs(fields or {}) do
        base[key] = value
    end
    return base
end

local function first(answer)
    return desk.json.decode(answer["articles.jsonl"]:match("^[^\n]*"))
end

return {
    {
        name = "one object a line",
        articles = { article(), article { id = 4, uri = "urn:copydesk:0123:2" } },
        check = function(answer)
            local _, lines = answer["articles.jsonl"]:gsub("\n", "")
            assert(lines == 2, lines .. " lines")
        end,
    },
    {
        name = "headline, body and counts",
        articles = { article() },
        check = function(answer)
            local object = first(answer)
            assert(object.headlines[1].value == "Ferry is back")
            assert(object.bodies[1].wordCount == 3 and object.bodies[1].charCount == 15)
        end,
    },
    {
        name = "tags go where ninjs wants them",
        articles = { article { tags = {
            { scheme = "keyword", label = "ferry", score = 0.5 },
            { scheme = "place", label = "France", code = "FR", score = 1 },
            { scheme = "person", label = "Marie Keller", score = 1 },
        } } },
        check = function(answer)
            local object = first(answer)
            assert(object.subjects[1].name == "ferry" and object.subjects[1].relevance == 50)
            assert(object.places[1].literal == "FR")
            assert(object.people[1].name == "Marie Keller")
        end,
    },
    {
        name = "a caption becomes an association with its own uri",
        articles = { article { captions = { { text = "The ferry", credit = "A. Bauer" } } } },
        check = function(answer)
            local picture = first(answer).associations[1]
            assert(picture.uri == "urn:copydesk:0123:1:picture-1" and picture.by == "A. Bauer")
        end,
    },
    {
        name = "what is not there is left out",
        articles = { article() },
        check = function(answer)
            local object = first(answer)
            for _, key in ipairs { "by", "people", "associations", "genres", "infoSources" } do
                assert(object[key] == nil, key)
            end
        end,
    },
    {
        name = "without articles there is an empty file",
        articles = {},
        check = function(answer) assert(answer["articles.jsonl"] == "") end,
    },
}
