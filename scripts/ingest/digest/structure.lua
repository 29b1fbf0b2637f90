-- structure.lua: forms of digests that say by themselves where an article begins: numbered
-- documents ("1 of 6 DOCUMENTS"), mail digests (RFC 1153: a rule, then mail headers), Setext titles
-- (underlined) and Markdown headings. Each finder gives nil, or a plan
--   { form=, cuts={ {line=, title_lines={first,last}, title=, evidence={...}} ... }, outside={[line]=role} }

local names = require "names"
local shape = require "shape"
local find, gsub, match, sub = string.find, string.gsub, string.match, string.sub

local structure = {}

local function evidence(list, rule, line, weight, text)
    list[#list + 1] = { rule = rule, line = line, weight = weight, text = text }
    return list
end
structure.evidence = evidence

-- Words that count pages, not articles.
local PAGES = { page = true, pages = true, seite = true, oldal = true, strana = true,
    ["страна"] = true, pagina = true, ["página"] = true,
    p = true, ["页"] = true, ["頁"] = true, slide = true, folie = true }

local function counter(s)
    local pre, k, mid, n, post = match(s, "^(%D*)(%d+)(%D+)(%d+)(%D*)$")
    if not k then return nil end
    k, n = tonumber(k), tonumber(n)
    if #mid > 24 or #pre > 24 or #post > 24 or find(mid, "^[%.,:/]%s*$") then return nil end
    if k > n then k, n = n, k end
    if n > 5000 or k < 1 then return nil end
    local word = shape.small(match(pre, "^%W*(.-)%W*$"))
    if PAGES[word] then return nil end
    return k, n, pre .. "#" .. mid .. "#" .. post
end

local function better(a, b) return not b or #a > #b end

local NUMBERS = 2    -- two of them, as desk.text.signs tells

-- Lines "k of N" with the same words and the same N, k counting up from 1.
function structure.counters(page)
    local groups, best = {}, nil
    for _, b in ipairs(page.short) do
        local line = page.first[b]
        local s = page.s[line]
        if #s <= 70 and shape.signs(s) & NUMBERS ~= 0 then
            local k, n, skeleton = counter(s)
            if k then
                local id = skeleton .. n
                local g = groups[id]
                if not g then
                    g = { n = n }
                    groups[id] = g
                end
                if k == #g + 1 then
                    g[k] = line
                    if better(g, best) then best = g end
                end
            end
        end
    end
    if not best or #best < 2 then return nil end
    local plan = { form = "documents", cuts = {}, outside = {} }
    for k, line in ipairs(best) do
        local ev = evidence({}, "counter", line, 0.7, "the line counts documents: number " .. k
            .. " of " .. best.n)
        evidence(ev, "sequence", line, 0.28, #best .. " such lines count up from 1")
        plan.cuts[k] = { line = line, evidence = ev, header = "documents" }
    end
    return plan
end

-- A paragraph of mail headers with a title among them: gives the title, its line.
local function mail_block(page, b)
    local f, l = page.first[b], page.last[b]
    if l - f > 24 then return nil end
    local title, at
    for i = f, l do
        local s = page.s[i]
        if i > f and page.indent[i] then
            if title and at == i - 1 then
                title = title .. " " .. s
                at = i
            end
        else
            local key, value = match(s, "^([%a\x80-\xFF][%w%-\x80-\xFF]*)%s*:%s+(.*)$")
            if not key then return nil end
            if not title and names.subject[shape.small(key)] then title, at = value, i end
        end
    end
    return title, at
end

local function rule_before(page, b)
    return b > 1 and page.kind[b - 1] == "rule" and page.first[b - 1] or nil
end

-- Header blocks of mail with a Subject.
function structure.mail(page)
    local found, ruled = {}, 0
    for _, b in ipairs(page.look) do
        if page.label[b] then
            local title, at = mail_block(page, b)
            if title then
                local rule = rule_before(page, b)
                if rule then ruled = ruled + 1 end
                found[#found + 1] = { b = b, title = title, at = at, rule = rule }
            end
        end
    end
    if #found < 2 then return nil end
    local plan = { form = "mail", cuts = {}, outside = {} }
    for _, m in ipairs(found) do
        local f = page.first[m.b]
        if m.rule or ruled * 2 < #found then
            local ev = evidence({}, "mail-headers", f, 0.6, "mail headers with a subject")
            if m.rule then
                evidence(ev, "rule-before", m.rule, 0.38, "a rule stands before them")
                plan.outside[m.rule] = "separator"
                plan.rule = page.s[m.rule]
            else
                evidence(ev, "repeated", f, 0.2, #found .. " such blocks")
            end
            plan.cuts[#plan.cuts + 1] = { line = f, title_lines = { m.at, m.at }, title = m.title,
                evidence = ev, header = "mail",
                header_last = page.last[m.b] }
        end
    end
    return #plan.cuts > 1 and plan or nil
end

local SUBJECT_MAX = 24

-- "Subject: x" -> "x", in the tongues of names.subject.
function structure.without_subject(title)
    local key, rest = match(title, "^([^:]+):%s*(%S.*)$")
    if not key then key, rest = match(title, "^(.-)：%s*(%S.*)$") end
    if key and #key <= SUBJECT_MAX and names.subject[shape.small(key)] then return rest end
    return title
end

-- Titles with a line of signs below that is as long as they are.
local function underlined(page)
    local levels, order = {}, {}
    for _, b in ipairs(page.look) do
        local f = page.first[b]
        if page.last[b] > f and #page.s[f] <= shape.LONGEST then
            local t = f
            if shape.underline(page.s[f]) and page.last[b] >= f + 2 then t = f + 1 end
            local sign, length = shape.underline(page.s[t + 1] or "")
            if sign and page.s[t] ~= "" and not shape.is_rule(page.s[t]) then
                local title = page.s[t]
                local chars, width = shape.chars(title), shape.width(title)
                local off = math.min(math.abs(chars - length), math.abs(width - length),
                    math.abs(#title - length))
                if off <= 2 or (length >= 3 and off * 5 <= width) then
                    if not levels[sign] then
                        levels[sign] = {}
                        order[#order + 1] = sign
                    end
                    local level = levels[sign]
                    level[#level + 1] = { first = f, at = t, under = t + 1 }
                end
            end
        end
    end
    return levels, order
end

-- The level of headings that begins articles: the highest that stands at least twice. A single
-- heading above it with text of its own is the title of the only article, and the lower ones are
-- its sub-heads; without, it is a masthead.
local function article_level(order, levels, has_text)
    for _, level in ipairs(order) do
        if #levels[level] >= 2 or has_text(levels[level][1]) then return level end
    end
    return nil
end

function structure.setext(page)
    if not page.underlined then return nil end
    local levels, order = underlined(page)
    local function has_text(h)
        local nx = page.s[h.under + 1] == "" and page.block_of[h.under + 1] == nil
            and page.block_of[h.at] + 1 or nil
        return nx ~= nil and page.kind[nx] == "prose"
            and not shape.underline(page.s[page.first[nx] + 1] or "")
    end
    local sign = article_level(order, levels, has_text)
    if not sign or (#levels[sign] == 1 and (#order == 1
        or page.block_of[levels[sign][1].at] > 2)) then
        return nil
    end
    local plan = { form = "setext", cuts = {}, outside = {}, subheads = {} }
    for _, h in ipairs(levels[sign]) do
        local ev = evidence({}, "underline", h.under, 0.7, "the title is underlined with " .. sign)
        evidence(ev, "repeated", h.at, 0.28, #levels[sign] .. " titles are")
        plan.cuts[#plan.cuts + 1] = { line = h.first, title_lines = { h.at, h.at },
            title = structure.without_subject(page.s[h.at]),
            evidence = ev, header_last = h.under }
    end
    for other, level in pairs(levels) do
        if other ~= sign then
            for _, h in ipairs(level) do plan.subheads[h.at] = h.under end
        end
    end
    return plan
end

-- "## Title", also "**Title**" where it stands alone.
local function heading(s)
    local marks, title = match(s, "^(#+)%s+(.*)$")
    if not marks then marks, title = match(s, "^(##+)(%S.*)$") end
    if not marks or #marks > 6 then return nil end
    title = gsub(title, "%s+#+$", "")
    if title == "" or shape.is_rule(title) then return nil end
    return #marks, title
end
structure.heading = heading

local function markdown_headings(page)
    local levels, count = {}, 0
    for _, b in ipairs(page.look) do
        local f = page.first[b]
        if string.byte(page.s[f]) == 35 and #page.s[f] <= shape.LONGEST then
            local depth, title = heading(page.s[f])
            if depth then
                levels[depth] = levels[depth] or {}
                count = count + 1
                table.insert(levels[depth], { at = f, title = title, b = b })
            end
        end
    end
    return levels, count
end

function structure.markdown(page)
    local levels, count = markdown_headings(page)
    if count < 2 then return nil end
    local order = {}
    for depth = 1, 6 do
        if levels[depth] then order[#order + 1] = depth end
    end
    local function has_text(h)
        local nx = h.b + 1
        local text = page.kind[nx] == "prose" and page.s[page.first[nx]]
        return text and not heading(text) and #text > 200
    end
    local depth = article_level(order, levels, has_text)
    if not depth or (#levels[depth] == 1 and levels[depth][1].b > 2) then return nil end
    local plan = { form = "markdown", cuts = {}, outside = {}, subheads = {} }
    for _, h in ipairs(levels[depth]) do
        local ev = evidence({}, "heading", h.at, 0.7, "a Markdown heading of level " .. depth)
        evidence(ev, "repeated", h.at, 0.28, #levels[depth] .. " headings of that level")
        plan.cuts[#plan.cuts + 1] = { line = h.at, title_lines = { h.at, h.at }, title = h.title,
            evidence = ev, header_last = h.at }
    end
    for other, level in pairs(levels) do
        if other > depth then
            for _, h in ipairs(level) do plan.subheads[h.at] = h.at end
        end
    end
    for _, b in ipairs(page.look) do
        if page.kind[b] == "rule" then plan.outside[page.first[b]] = "separator" end
    end
    return plan
end

return structure
