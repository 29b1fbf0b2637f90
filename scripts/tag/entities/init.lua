--- tag/entities: people, places and organisations, each with the spans where it stands.
--
-- Places come from a gazetteer of countries, capitals and demonyms (places.tsv). A country's score
-- grows with its own name most, with demonyms and its capital less; a capital is a place of its own.
-- People and organisations come from runs of capitalised words (desk.text.analyse():names), sorted
-- by what they hold and what stands beside them (words.lua): "Ministry of", "University", "Group"
-- make an organisation, as does an acronym; a title before it ("President"), a given name or a verb
-- of speech beside it makes a person. What shows neither is left out: no tag is better than a guess.
-- A surname alone counts for the full name that the text gives ("Marie Keller ... Keller said").
--
-- Options: `min_score`. Tags: schemes "place" (code: ISO 3166-1 for countries), "person",
-- "organisation".
-- Limits: names of languages without capital letters (Chinese, Arabic) are found only where they are
-- in the gazetteer.

local places = require "places"
local names = require "names"

local LONGEST = 200 -- bytes of a name: what is longer is none

local function add(tags, more, min_score)
    local count = #tags
    for i = 1, #more do
        local tag = more[i]
        if tag.score >= min_score and #tag.label <= LONGEST then
            count = count + 1
            tags[count] = tag
        end
    end
end

return {
    kind = "tag",
    name = "entities",
    version = "1.0.0",
    api = 1,
    about = "Tags people, places and organisations.",
    options = {
        min_score = { type = "number", default = 0.3, min = 0, max = 1,
            doc = "Lowest score kept." },
    },
    needs = { "language" },
    gives = { "person", "place", "organisation" },
    uses = { read = { "places.tsv" } },
    run = function(article, options)
        local analysis <close> = desk.text.analyse(article.text, article.language)
        local found, tags = places.find(analysis), desk.array {}
        add(tags, found.tags, options.min_score)
        add(tags, names.find(analysis, found.taken), options.min_score)
        return tags
    end,
}
