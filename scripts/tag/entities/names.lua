--- People and organisations of an article, from its runs of capitalised words.

local words = require "words"

local PERSON, ORGANISATION = "person", "organisation"
local MAX_SPANS = 50
local MAX_NAMES = 300
local NEAR = 40 -- bytes looked at before and after a name
local TITLED, SPEAKS, GIVEN = 2, 1.5, 2 -- evidence for a person

local function fold_words(folded)
    local list = {}
    for word in folded:gmatch("%S+") do
        list[#list + 1] = word
    end
    return list
end

-- The one or two words, folded, that stand right before and right after a span.
local function beside(text, first, last)
    local before = desk.text.fold(text:sub(math.max(1, first - NEAR), first - 1))
    local after = desk.text.fold(text:sub(last + 1, last + NEAR))
    return before:match("([^%s%p]+)[%s%p]*$") or "", after:match("^[%s%p]*([^%s%p]+)") or "",
        after:match("^%s*,?%s*[^%s%p]+%s+([^%s%p]+)") or ""
end

-- Evidence for a person from what stands around one occurrence.
local function person_beside(text, span)
    local before, after, second = beside(text, span[1], span[2])
    local evidence = 0
    if words.articles[before] then
        return 0 -- "told the River Courier": people go without
    end
    if words.titles[before] then
        evidence = evidence + TITLED
    end
    if words.speech[after] or words.speech[before] or words.speech[second] then
        evidence = evidence + SPEAKS
    end
    return evidence
end

-- A run may begin with a title of its own ("President Dupont"): the title is no part of the name.
local function without_title(list)
    local first = 1
    while first < #list and words.titles[list[first]] do
        first = first + 1
    end
    return first
end

local function organisation_evidence(list, acronym)
    local evidence = acronym and 1.2 or 0
    for i, word in ipairs(list) do
        if words.organisations[word] then
            evidence = evidence + ((i == 1 or i == #list) and 2 or 1)
        end
    end
    return evidence
end

local function person_evidence(text, list, spans)
    local evidence = 0
    if #list >= 2 and #list <= 4 and words.given[list[1]] then
        evidence = GIVEN
    end
    for i = 1, math.min(#spans, 5) do
        evidence = evidence + person_beside(text, spans[i])
    end
    return evidence
end

-- Cuts `count` leading words off the spans and the text of a name.
local function cut_leading(text, spans, count)
    if count == 0 then
        return spans
    end
    local cut = {}
    for i, span in ipairs(spans) do
        local first = span[1]
        for _ = 1, count do
            first = (text:find("%s+", first) or first)
            first = text:find("%S", first) or first
        end
        cut[i] = first <= span[2] and { first, span[2] } or span
    end
    return cut
end

-- How sure: the share of the evidence, growing with it and with the number of occurrences.
local function score_of(evidence, count)
    return 1 - 1 / (1 + evidence * 0.6 + (count - 1) * 0.2)
end

-- The name without a title of its own: its words, its spans, and the evidence for either kind.
local function judge(text, run, at)
    local folded = fold_words(run.fold[at])
    local first = without_title(folded)
    local list = { table.unpack(folded, first) }
    local spans = cut_leading(text, run.spans[at], first - 1)
    local person = run.acronym[at] and 0 or person_evidence(text, list, spans)
    if first > 1 then
        person = person + TITLED
    end
    return list, spans, person, organisation_evidence(list, run.acronym[at])
end

local function trimmed(spans)
    local few = {}
    for i = 1, math.min(#spans, MAX_SPANS) do
        few[i] = spans[i]
    end
    return few
end

-- A surname alone belongs to the full name that the text gives elsewhere.
local function join_surnames(people)
    local by_last = {}
    for _, found in ipairs(people) do
        if #found.words > 1 then
            by_last[found.words[#found.words]] = by_last[found.words[#found.words]] or found
        end
    end
    local kept = {}
    for _, found in ipairs(people) do
        local full = #found.words == 1 and by_last[found.words[1]]
        if full then
            for _, span in ipairs(found.spans) do
                full.spans[#full.spans + 1] = span
            end
            full.evidence = full.evidence + found.evidence
        else
            kept[#kept + 1] = found
        end
    end
    return kept
end

local function to_tag(found)
    table.sort(found.spans, function(a, b) return a[1] < b[1] end)
    return {
        scheme = found.scheme,
        label = found.label,
        score = score_of(found.evidence, #found.spans),
        spans = trimmed(found.spans),
    }
end

local M = {}

--- Tags of people and organisations. `taken`: first bytes of places (see places.lua).
function M.find(analysis, text, taken)
    local run = analysis:names {}
    local people, others = {}, {}
    for at = 1, math.min(run.n, MAX_NAMES) do
        if not taken[run.spans[at][1][1]] or run.words[at] > 1 then
            local list, spans, person, organisation = judge(text, run, at)
            local found = {
                words = list,
                spans = spans,
                label = (text:sub(spans[1][1], spans[1][2]):gsub("%s+", " ")),
            }
            if organisation > person and organisation >= 1 then
                found.scheme, found.evidence = ORGANISATION, organisation
                others[#others + 1] = found
            elseif #list <= 5 and (person > 0 or #list > 1) then
                found.scheme, found.evidence = PERSON, person
                people[#people + 1] = found
            elseif #list == 1 then
                found.scheme, found.evidence = PERSON, 0
                people[#people + 1] = found
            end
        end
    end
    local tags = {}
    for _, found in ipairs(join_surnames(people)) do
        if found.evidence > 0 then
            tags[#tags + 1] = to_tag(found)
        end
    end
    for _, found in ipairs(others) do
        tags[#tags + 1] = to_tag(found)
    end
    return tags
end

return M
