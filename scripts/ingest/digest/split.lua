-- split.lua: chooses the reading of a whole page and cuts it.
--
-- A form that says itself where articles begin is used alone: where mail headers or rules part the
-- articles, no short line is taken for a title. Only a page without any such form is cut by the
-- weight of its titles.

local lines = require "lines"
local shape = require "shape"
local captions = require "captions"
local kinds = require "kinds"
local structure = require "structure"
local patterns = require "patterns"
local titles = require "titles"
local article = require "article"
local names = require "names"
local find = string.find

local split = {}

-- Of a list of contents and rules, the rules where they agree with the list.
local function regular(page)
    local contents, rules = patterns.contents(page), patterns.rules(page)
    if contents and rules and #rules.cuts >= #contents.cuts then
        local at = {}
        for _, c in ipairs(rules.cuts) do at[c.line] = true end
        local agreed = 0
        for _, c in ipairs(contents.cuts) do
            if at[c.line] then agreed = agreed + 1 end
        end
        if agreed == #contents.cuts and #rules.cuts > agreed + 1 then return rules end
    end
    if contents then return contents end
    local capitals = patterns.capitals(page)
    if capitals and (not rules or #capitals.cuts * 5 >= #rules.cuts * 4) then
        if rules then capitals.marks, capitals.outside = rules.marks, rules.outside end
        return capitals
    end
    return rules
end

local function choose(page)
    return structure.counters(page) or structure.mail(page) or structure.setext(page)
        or structure.markdown(page)
        or regular(page) or titles.find(page)
end

-- Text before the first title: a masthead is left out, a report of its own is not.
local function beginning(page, plan)
    local first = page.first[1]
    local cut = plan.cuts[1]
    if plan.form ~= "titles" or (cut and cut.line == first) then return end
    local size, upto = 0, cut and page.block_of[cut.line] - 1 or page.blocks
    for b = 1, upto do
        if page.kind[b] == "prose" or page.kind[b] == "topped" then
            size = size + lines.bytes(page, b, b)
        end
    end
    if cut and size < 200 then return end
    local ev = structure.evidence({}, "beginning", first, 0.3, "the text begins here")
    if cut and shape.ending(page.s[first]) == "stop" then
        structure.evidence(ev, "no-title", first, -0.1, "without a title")
    end
    table.insert(plan.cuts, 1, { line = first, evidence = ev })
end

local function is_footer(s)
    if #s > 400 then return false end
    local low = shape.small(s)
    for _, word in ipairs(names.footer) do
        if find(low, word, 1, true) then return true end
    end
    return false
end

local function size_after(page, b)
    local size, longest = 0, 0
    for n = b + 1, page.blocks do
        local bytes = lines.bytes(page, n, n)
        size = size + bytes
        if bytes > longest then longest = bytes end
    end
    return size, longest, page.n - page.last[b]
end

-- The block where the last article has ended, and what follows is the letter's own farewell; nil
-- where there is none.
local function farewell(page, plan, start)
    if plan.form == "documents" then return nil end
    local wide = plan.form ~= "titles"
    for _, c in ipairs(plan.cuts) do
        local b = page.block_of[c.line]
        if b > 1 and page.gap[b] < 2 then wide = false end
    end
    local found
    for b = page.blocks, math.max(start + 1, page.blocks - 8), -1 do
        local f = page.first[b]
        if page.kind[b] == "rule" and not (plan.marks and plan.marks[f]) then
            local size, longest = size_after(page, b)
            if size <= 1500 and longest <= 400 then found = b end
        elseif (found == b + 1 or b == page.blocks) and page.last[b] - f <= 4
            and page.kind[b] ~= "caption" and is_footer(page.s[f]) then
            found = b
        elseif wide and b == page.blocks and page.gap[b] >= 2 and page.last[b] == f
            and #page.s[f] <= 120
            and page.kind[b] ~= "caption" and page.kind[b] ~= "mark" then
            found = b
        end
    end
    return found
end

-- The last line of an article that reaches at most to line `to`.
local function article_end(page, plan, first, to)
    local last = lines.back(page, to, first)
    while last > first do
        local b = page.block_of[last]
        if not b or page.first[b] <= first then break end
        local rule = page.kind[b] == "rule" and not (plan.marks and plan.marks[page.first[b]])
        if not (plan.outside[last] or rule) then break end
        last = lines.back(page, page.first[b] - 1, first)
    end
    return last
end

-- Cuts below which there is no text at all: a farewell after the last rule.
local function drop_empty(page, plan)
    local cuts = plan.cuts
    local cut = cuts[#cuts]
    if #cuts < 2 or (plan.form ~= "rules" and plan.form ~= "end-marks"
        and plan.form ~= "capitals") then
        return page.blocks
    end
    local b = page.block_of[cut.line]
    local size = lines.bytes(page, b, page.blocks)
    local title_only = b == page.blocks and page.last[b] - page.first[b] <= 1
    if size < 400 and (title_only or is_footer(page.s[page.first[page.blocks]])) then
        cuts[#cuts] = nil
        return b - 1
    end
    return page.blocks
end

local function confidence(cut)
    local sum = 0
    for _, e in ipairs(cut.evidence) do sum = sum + e.weight end
    sum = math.max(0.01, math.min(0.99, sum))
    return math.floor(sum * 1000 + 0.5) / 1000
end

-- Takes the decoded text; gives the drafts in order, and the name of the form that was found.
function split.text(text)
    local page = lines.read(text)
    if page.blocks == 0 then return {}, "empty" end
    captions.find(page)
    kinds.find(page)
    local plan = choose(page)
    beginning(page, plan)
    if #plan.cuts == 0 then beginning(page, { form = "titles", cuts = plan.cuts }) end
    local upto = drop_empty(page, plan)
    local cuts = plan.cuts
    local gone = farewell(page, plan, page.block_of[cuts[#cuts].line])
    local end_line = page.last[upto]
    if upto == page.blocks then end_line = page.n end
    if gone then end_line = math.min(end_line, page.first[gone] - 1) end
    local drafts = {}
    for k, cut in ipairs(cuts) do
        local to = cuts[k + 1] and cuts[k + 1].line - 1 or end_line
        cut.confidence = confidence(cut)
        drafts[k] = article.read(page, plan, cut, article_end(page, plan, cut.line, to))
    end
    return drafts, plan.form
end

return split
