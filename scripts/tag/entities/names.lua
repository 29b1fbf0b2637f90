--- People and organisations of an article, from its runs of capitalised words.

local words = require "words"

local PERSON, ORGANISATION = "person", "organisation"
local MAX_SPANS = 20
local MAX_NAMES = 300

-- Bits of the classes, in the order in which they are given.
local TITLE, SPEECH, ARTICLE, PART, GIVEN = 1, 2, 4, 8, 16
local classes = desk.text.classes {
    words.titles, words.speech, words.articles, words.organisations, words.given,
}

-- Evidence that one name is a person's or an organisation's. A title or a verb of speech beside it, a
-- given name in front; a word such as "ministry" in it, which weighs most at its ends.
local WEIGHT = { title = 2, speech = 1.5, given = 2, acronym = 1.2, part = 1, part_at_end = 2 }


-- What nothing speaks for is left out by desk.text: nine of ten words that begin a sentence.
local wanted = {
    classes = classes,
    skip = TITLE,
    needs = TITLE | SPEECH | PART | GIVEN,
    limit = MAX_NAMES,
}

-- A word that has its capital only from the start of sentences, or stands in small letters elsewhere,
-- is no name for that ("Analysts said").
local function shows_case(run, at)
    return run.words[at] > 1
        or (run.initial[at] < run.count[at] and run.lower[at] == 0 and #run.text[at] > 2)
end

-- `before`, `after`: classes of the words around.
local function person_evidence(run, at, before, after)
    local evidence, words = 0, run.words[at]
    if before & ARTICLE == 0 then -- "told the River Courier": people go without
        if before & TITLE ~= 0 then
            evidence = WEIGHT.title
        end
        if (before | after) & SPEECH ~= 0 and shows_case(run, at) then
            evidence = evidence + WEIGHT.speech
        end
    end
    if words >= 2 and words <= 4 and run.head[at] & GIVEN ~= 0 then
        evidence = evidence + WEIGHT.given
    end
    return evidence
end

local function organisation_evidence(run, at)
    local evidence = run.acronym[at] and WEIGHT.acronym or 0
    if run.inside[at] & PART == 0 then
        return evidence
    elseif (run.head[at] | run.tail[at]) & PART ~= 0 then
        return evidence + WEIGHT.part_at_end
    end
    return evidence + WEIGHT.part
end

-- How sure: the share of the evidence, growing with it and with the number of occurrences.
local function score_of(evidence, count)
    return 1 - 1 / (1 + evidence * 0.6 + (count - 1) * 0.2)
end

local function to_tag(scheme, label, evidence, spans)
    local count = #spans
    for i = count, MAX_SPANS + 1, -1 do
        spans[i] = nil
    end
    return { scheme = scheme, label = label, score = score_of(evidence, count), spans = spans }
end

-- A surname alone belongs to the full name that the text gives elsewhere. `people` are numbers of
-- names. Gives the spans of those that got more by it.
local function join_surnames(run, people, evidence)
    local words, last_word, full, spans = run.words, run.last_word, {}, {}
    for i = #people, 1, -1 do -- the first full name counts
        local at = people[i]
        if words[at] > 1 then
            full[last_word[at]] = at
        end
    end
    for i = 1, #people do
        local at = people[i]
        local whole = words[at] == 1 and full[last_word[at]]
        if whole then
            evidence[whole] = evidence[whole] + evidence[at]
            evidence[at] = 0
            local list = spans[whole] or run.spans[whole]
            table.move(run.spans[at], 1, run.count[at], #list + 1, list)
            table.sort(list, function(a, b) return a[1] < b[1] end)
            spans[whole] = list
        end
    end
    return spans
end

local M = {}

--- Tags of people and organisations. `taken`: first bytes of places (see places.lua).
function M.find(analysis, taken)
    local run <close> = analysis:names(wanted)
    local people, evidence, tags, count = {}, {}, {}, 0
    local first, last, before, after, acronym = run.first, run.last, run.before, run.after, run.acronym
    for at = 1, run.n do
        local place = taken[first[at]]
        if not place or place < last[at] then
            local organisation = organisation_evidence(run, at)
            local person = acronym[at] and 0 or person_evidence(run, at, before[at], after[at])
            if organisation > person and organisation >= 1 then
                count = count + 1
                tags[count] = to_tag(ORGANISATION, run.text[at], organisation, run.spans[at])
            elseif person > 0 or run.words[at] <= 2 then
                people[#people + 1] = at
                evidence[at] = person
            end
        end
    end
    local spans = join_surnames(run, people, evidence)
    for i = 1, #people do
        local at = people[i]
        if evidence[at] > 0 then
            count = count + 1
            tags[count] = to_tag(PERSON, run.text[at], evidence[at], spans[at] or run.spans[at])
        end
    end
    return tags
end

return M
