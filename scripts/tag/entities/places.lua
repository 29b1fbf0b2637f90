--- Places of an article, by the gazetteer places.tsv.

local NAME, CAPITAL, DEMONYM = 1, 2, 3
-- How much one mention says about the country.
local WEIGHT = { [NAME] = 1.0, [CAPITAL] = 0.4, [DEMONYM] = 0.6 }
local MAX_SPANS = 50

local entries = {} -- id -> { kind, country, label }
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
        entries[#entries + 1] = { kind = kind, country = code, label = forms[1] }
        list[#list + 1] = { form, #entries }
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

local function place(list, index, key, label, code)
    if not index[key] then
        index[key] = { label = label, code = code, weight = 0, spans = {} }
        list[#list + 1] = index[key]
    end
    return index[key]
end

local function mention(entry, weight, first, last)
    entry.weight = entry.weight + weight
    if #entry.spans < MAX_SPANS then
        entry.spans[#entry.spans + 1] = { first, last }
    end
end

local M = {}

--- Places in an analysis: `tags`, and `taken`, a set of the first bytes that belong to a place's
-- name, so that the search for other names leaves them alone.
function M.find(analysis)
    local matches = analysis:match(gazetteer)
    local list, index, taken = {}, {}, {}
    for i = 1, matches.n do
        local entry = entries[matches.id[i]]
        local first, last = matches.first[i], matches.last[i]
        local country = place(list, index, entry.country, countries[entry.country], entry.country)
        mention(country, WEIGHT[entry.kind], first, last)
        if entry.kind == CAPITAL then
            mention(place(list, index, entry.country .. entry.label, entry.label), 1, first, last)
        end
        taken[first] = last
    end
    local tags = {}
    for _, found in ipairs(list) do
        tags[#tags + 1] = {
            scheme = "place",
            label = found.label,
            code = found.code,
            score = 1 - 1 / (1 + found.weight),
            spans = found.spans,
        }
    end
    return { tags = tags, taken = taken }
end

return M
