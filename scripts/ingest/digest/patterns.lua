-- patterns.lua: forms that are found by what returns in a file: rules or closing signs between
-- articles, a list of contents whose entries come again as titles, titles in capitals. Plans are as
-- in structure.lua.

local names = require "names"
local shape = require "shape"
local kinds = require "kinds"
local structure = require "structure"
local evidence = structure.evidence
local find, gsub = string.find, string.gsub

local patterns = {}

local TITLED = { short = true, topped = true }
local PROSE = { prose = true, topped = true }

-- The line that holds the writer stands alone below the title.
local function is_byline_block(page, b)
    return page.first[b] == page.last[b] and shape.byline(page.s[page.first[b]]) ~= nil
end

-- A title stands here and text follows soon.
local function opens_article(page, b)
    local kind = page.kind
    if kind[b] == "topped" then return true end
    if kind[b] ~= "short" then
        -- a few short lines, title and writer or a title on two lines, with text below
        return kind[b] == "prose" and page.last[b] > page.first[b]
            and page.last[b] - page.first[b] <= 2
            and #page.s[page.last[b]] <= 90 and shape.ending(page.s[page.last[b]]) == nil
                and #page.s[page.first[b]] <= 160
            and PROSE[kind[b + 1]] ~= nil
    end
    for n = b + 1, b + 3 do
        local k = kind[n]
        if k == "prose" or k == "topped" or k == "caption" or k == "note" then return true end
        if k ~= "short" then return false end
    end
    return false
end
patterns.opens_article = opens_article

-- What stands above the first article: a masthead, a greeting. Gives the block where the first
-- article begins.
local function skip_front(page, b, next_start)
    local kind = page.kind
    for _ = 1, 6 do
        local nx = b + 1
        if nx >= next_start then return b end
        if kind[b] == "rule" then
            b = nx
        elseif kind[b] == "short" and kind[nx] == "short" and not is_byline_block(page, nx)
            and PROSE[kind[nx + 1]] and not page.caption[page.first[nx]] then
            b = nx
        elseif kind[b] == "short" and opens_article(page, nx) and not PROSE[kind[nx]]
            and nx + 1 < next_start then
            b = nx
        elseif kind[b] == "short" and kind[nx] == "topped" and nx + 1 < next_start
            and not page.width then
            b = nx
        elseif kind[b] == "prose" and not opens_article(page, b) and opens_article(page, nx)
            and nx + 1 < next_start then
            b = nx
        else
            return b
        end
    end
    return b
end
patterns.skip_front = skip_front

local function rule_groups(page)
    local groups, order = {}, {}
    for _, b in ipairs(page.look) do
        local k = page.kind[b]
        if b > 1 and (k == "rule" or k == "mark") then
            local s = page.s[page.first[b]]
            if k == "rule" or names.closing[shape.small(s)] then
                if not groups[s] then
                    groups[s] = { sign = s, closing = names.closing[shape.small(s)] == true }
                    order[#order + 1] = groups[s]
                end
                table.insert(groups[s], b)
            end
        end
    end
    return order
end

-- How many of the group's places have a title below, and how many stand nearer to the text above.
local function judge(page, g)
    local titled, inner, near = 0, 0, 0
    for _, b in ipairs(g) do
        if b < page.blocks then
            inner = inner + 1
            if opens_article(page, b + 1) then titled = titled + 1 end
            local above, below = page.gap[b], page.gap[b + 1]
            if above < below or (g.closing and above <= below) then near = near + 1 end
        end
    end
    g.inner, g.titled = inner, titled
    g.mark = inner > 0 and near * 2 > inner
    g.good = inner >= 2 and titled * 10 >= inner * 7
    return g
end

local function separated(page, g)
    local plan = { form = g.mark and "end-marks" or "rules", cuts = {}, outside = {}, marks = {} }
    local function add(b, ev)
        plan.cuts[#plan.cuts + 1] = { line = page.first[b], evidence = ev }
    end
    local top = skip_front(page, 1, g[1])
    add(top, evidence({}, "beginning", page.first[top], 0.9, "the text begins here"))
    for _, b in ipairs(g) do
        local line = page.first[b]
        if g.mark then plan.marks[line] = true else plan.outside[line] = "separator" end
        if b < page.blocks and page.kind[b + 1] ~= "rule" then
            local ev = evidence({}, g.mark and "end-mark-before" or "rule-before", line, 0.55, "\""
                .. g.sign .. "\" stands before, "
                .. #g .. " times on the page")
            if opens_article(page, b + 1) then
                evidence(ev, "title-shape", page.first[b + 1], 0.4,
                    "a short line without full stop, text below")
            end
            add(b + 1, ev)
        end
    end
    return plan
end

-- Articles parted by the same rule, or closed by the same sign, each time.
function patterns.rules(page)
    local best
    for _, g in ipairs(rule_groups(page)) do
        judge(page, g)
        if g.good and (not best or g.titled > best.titled) then best = g end
    end
    if not best then return nil end
    return separated(page, best)
end

-- An entry as it is compared: without its number and without the page it points to.
local function entry_key(s)
    local rest, number = shape.unnumbered(s)
    if find(rest, "%d$") then rest = gsub(rest, "%s*[%.…·%s][%.…·%s]+%d+$", "") end
    rest = gsub(rest, "^[#%s]+", "")
    return shape.fold(rest), number
end

-- The same for a paragraph's first line; a plain line has been folded before.
local function title_key(page, b, s)
    if page.key[b] and find(s, "^%a") then return page.key[b], nil end
    return entry_key(s)
end

-- The line reaches the margin as wrapped prose does, and has no number or bullet.
local function is_full(page, i)
    local s = page.s[i]
    return page.width ~= nil and #s >= 0.8 * page.width and not find(s, "^[%[%(%d•%-%*]")
end

-- Short lines, most of them broken on purpose, few of them sentences.
local function is_list(page, b)
    local f, l = page.first[b], page.last[b]
    if l == f or l - f > 400 then return false end
    if is_full(page, f) and (l - f == 1 or is_full(page, f + 1)) then return false end
    local stops, full = 0, 0
    for i = f, l do
        local s = page.s[i]
        if #s > 240 then return false end
        if i < l and is_full(page, i) and not kinds.broken_on_purpose(page, i) then
            full = full + 1
            if full > 2 and full * 2 > i - f then return false end
        end
        if shape.ending(s) == "stop" then stops = stops + 1 end
    end
    return stops * 4 <= l - f + 1 and full * 2 <= l - f
end

local TOP_BLOCKS = 8

-- Lines near the top that may be entries of a list of contents, in order.
local function entries(page)
    local list = {}
    for b = 1, page.blocks - 1 do
        local short = page.kind[b] == "short"
        if b > TOP_BLOCKS and not (short and page.kind[b - 1] == "short") then break end
        if is_list(page, b) then
            for i = page.first[b], page.last[b] do list[#list + 1] = i end
        elseif short and (page.kind[b + 1] == "short" or page.kind[b - 1] == "short") then
            list[#list + 1] = page.first[b]
        end
    end
    return list
end

-- The entries by what they say and by their number.
local function index_entries(page, list)
    local by_key, numbers = {}, {}
    for _, i in ipairs(list) do
        local key, number = entry_key(page.s[i])
        if #key >= 4 and not by_key[key] then
            by_key[key] = { line = i, number = number }
            if number then numbers[number] = by_key[key] end
        end
    end
    return by_key, numbers
end

local function may_be_titled(page, b)
    local lines_below = page.last[b] - page.first[b]
    return #page.s[page.first[b]] <= 260
        and (TITLED[page.kind[b]] or (page.kind[b] == "prose" and lines_below >= 1
            and lines_below <= 3))
end

-- The lines that say again what an entry says, each entry once; by its number alone below the list.
local function find_again(page, list)
    local by_key, numbers = index_entries(page, list)
    local again, last_entry = {}, list[#list]
    for _, b in ipairs(page.look) do
        local line = page.first[b]
        if b > 1 and may_be_titled(page, b) then
            local key, number = title_key(page, b, page.s[line])
            local e, how = by_key[key], "contents"
            if not e and number and line > last_entry and page.kind[b] == "short" then
                e, how = numbers[number], "contents-number"
            end
            if e and e.line < line and not e.again then
                e.again = line
                again[#again + 1] = { line = line, entry = e.line, how = how }
            end
        end
    end
    return again
end

-- First and last entry that come again, and the number of entries between them.
local function reach(list, again)
    local from, upto, listed = math.huge, 0, 0
    for _, c in ipairs(again) do
        from, upto = math.min(from, c.entry), math.max(upto, c.entry)
    end
    for _, i in ipairs(list) do
        if i >= from and i <= upto then listed = listed + 1 end
    end
    return upto, listed
end

-- A list of contents at the top, whose entries come again.
function patterns.contents(page)
    local list = entries(page)
    if #list < 2 then return nil end
    local again = find_again(page, list)
    local upto, listed = reach(list, again)
    if #again < 2 or #again * 10 < listed * 6 then return nil end
    local plan = { form = "contents", cuts = {}, outside = {} }
    for _, c in ipairs(again) do
        if c.line > upto then
            local ev = evidence({}, c.how, c.entry, c.how == "contents" and 0.7 or 0.5,
                "the list of contents names it on line " .. c.entry)
            evidence(ev, "agreement", c.line, 0.28, #again .. " of " .. listed
                .. " entries come again")
            plan.cuts[#plan.cuts + 1] = { line = c.line, title_lines = { c.line, c.line },
                title = (shape.unnumbered(page.s[c.line])), evidence = ev }
        end
    end
    return #plan.cuts >= 2 and plan or nil
end

-- Lines in capitals on top of a paragraph, or a paragraph of their own: gives the last of them.
local function caps_run(page, b)
    local f, l = page.first[b], page.last[b]
    local upto
    for i = f, math.min(l, f + 4) do
        if not shape.is_caps(page.s[i]) then break end
        upto = i
    end
    if not upto or upto - f >= 4 then return nil end
    if upto < l then return upto end
    local nx = page.kind[b + 1]
    if nx == "prose" or nx == "topped" or nx == "caption" or nx == "note" then return upto end
    if nx == "short" and page.kind[b + 2] == "prose"
        and not shape.is_caps(page.s[page.first[b + 1]]) then
        return upto
    end
    return nil
end

-- Titles in capitals.
function patterns.capitals(page)
    local found, others, wide = {}, 0, 0
    for _, b in ipairs(page.look) do
        local k = page.kind[b]
        local s = page.s[page.first[b]]
        if k ~= "rule" and k ~= "caption" and k ~= "mark" and #s <= shape.LONGEST and not find(s,
            "%l") then
            local upto = caps_run(page, b)
            if upto and (shape.words(s) > 1 or upto > page.first[b] or shape.is_cjk(s)) then
                found[#found + 1] = { b = b, upto = upto }
                if page.gap[b] >= 2 or page.kind[b - 1] == "mark" or b == 1 then wide = wide + 1 end
            end
        elseif TITLED[k] and PROSE[page.kind[b + 1]] then
            others = others + 1
        end
    end
    if #found < 2 or others > 2 * #found then return nil end
    local strict = wide > 2 and wide * 10 >= #found * 6
    local plan = { form = "capitals", cuts = {}, outside = {} }
    for _, c in ipairs(found) do
        local b, f = c.b, page.first[c.b]
        if not strict or page.gap[b] >= 2 or page.kind[b - 1] == "mark" or b == 1 then
            local ev = evidence({}, "capitals", f, 0.5, "a title in capitals above its text")
            evidence(ev, "repeated", f, 0.2, #found .. " such titles on the page")
            if page.gap[b] >= 2 then
                evidence(ev, "blank-before", f, 0.2, page.gap[b] .. " blank lines before it")
            end
            if page.kind[b - 1] == "mark" then
                evidence(ev, "end-mark-before", page.first[b - 1], 0.25, "an end mark before it")
            end
            plan.cuts[#plan.cuts + 1] = { line = f, title_lines = { f, c.upto }, evidence = ev }
        end
    end
    return #plan.cuts >= 2 and plan or nil
end

return patterns
