--- Places of an article, by the gazetteer places.tsv.

local NAME, CAPITAL, DEMONYM = 1, 2, 3
-- How much one mention says about the country.
local WEIGHT = { [NAME] = 1.0, [CAPITAL] = 0.4, [DEMONYM] = 0.6 }
local MAX_SPANS = 50

-- By the id of a name in the gazetteer.
local kinds, codes, labels = {}, {}, {}
local countries = {} -- code -> label

local function split(list)
    local parts = {}
    for part in list:gmatch("[^;]+") do
        parts[#parts + 1] = part
    end
    return parts
end

local function add(list, forms, kind, code)
    for _, form in ipairs(forms) do
        local id = #kinds + 1
        kinds[id], codes[id], labels[id] = kind, code, forms[1]
        list[#list + 1] = { form, id }
    end
end

local function read()
    local list = {}
    for line in desk.read("places.tsv"):gmatch("[^\n]+") do
        if line:sub(1, 1) ~= "#" then
            local code, label, names, capitals, demonyms =
                line:match("^(%u%u)\t([^\t]*)\t([^\t]*)\t([^\t]*)\t([^\t]*)$")
            assert(code, "places.tsv: five fields parted by tabs expected: " .. line)
            countries[code] = label
            add(list, split(names), NAME, code)
            add(list, split(capitals), CAPITAL, code)
            add(list, split(demonyms), DEMONYM, code)
        end
    end
    return desk.text.gazetteer(list, { case = "name" })
end

local gazetteer = read()

-- The tag of a place, added to the list where it is new. Its score holds a weight for now.
local function place(list, index, key, label, code)
    local tag = index[key]
    if not tag then
        tag = { scheme = "place", label = label, code = code, score = 0, spans = {} }
        index[key] = tag
        list[#list + 1] = tag
    end
    return tag
end

local function mention(tag, weight, first, last)
    local count = #tag.spans
    tag.score = tag.score + weight
    if count < MAX_SPANS then
        tag.spans[count + 1] = { first, last }
    end
end

local M = {}

--- Places in an analysis: `tags`, and `taken`, a set of the first bytes that belong to a place's
-- name, so that the search for other names leaves them alone.
function M.find(analysis)
    local matches = analysis:match(gazetteer)
    local tags, index, taken = {}, {}, {}
    local ids, firsts, lasts = matches.id, matches.first, matches.last
    for i = 1, matches.n do
        local id, first, last = ids[i], firsts[i], lasts[i]
        local kind, code = kinds[id], codes[id]
        mention(place(tags, index, code, countries[code], code), WEIGHT[kind], first, last)
        if kind == CAPITAL then
            mention(place(tags, index, code .. labels[id], labels[id]), 1, first, last)
        end
        taken[first] = last
    end
    for i = 1, #tags do
        tags[i].score = 1 - 1 / (1 + tags[i].score)
    end
    return { tags = tags, taken = taken }
end

return M
