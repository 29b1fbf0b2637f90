-- headline.lua: makes a headline for a text that has none: its first sentence, cut at a word's end.
-- Used by ingest/text and ingest/digest. Works on UTF-8; on bytes that are none it cuts between
-- bytes.

local find, gsub, match, sub = string.find, string.gsub, string.match, string.sub

local headline = {}

local LIMIT = 90       -- letters
local LOOK = 1200      -- bytes of the text that are looked at

local FULL_STOP = { ["。"] = true, ["！"] = true, ["？"] = true }

-- The string up to its first bytes that are no UTF-8: a letter cut in two at its end.
local function whole(s)
    local letters, bad = utf8.len(s)
    if letters or bad <= #s - 4 then return s end
    return sub(s, 1, bad - 1)
end

-- At most `limit` letters from the beginning, at a word's end where there is one in the second
-- half.
function headline.cut(s, limit)
    limit = limit or LIMIT
    if #s > 8 * limit then s = whole(sub(s, 1, 8 * limit)) end
    local letters = utf8.len(s)
    if (letters or #s) <= limit then return s end
    local head = sub(s, 1, (letters and utf8.offset(s, limit + 1) or limit + 1) - 1)
    local blank = match(head, "^.*()%s")
    if blank and blank > #head // 2 then head = sub(head, 1, blank - 1) end
    return gsub(head, "[%s,;:]+$", "") .. "…"
end

local function sentence(s)
    local e = find(s, "[%.!?][\"'”’»]?%s+%S")
    local from = 1
    while true do
        local wide = find(s, "[\xE3\xEF][\x80\xBC][\x82\x81\x9F]", from)
        if not wide or (e and wide > e) then break end
        if FULL_STOP[sub(s, wide, wide + 2)] then return sub(s, 1, wide + 2) end
        from = wide + 3
    end
    return e and sub(s, 1, e) or s
end

-- The headline of a text without title; never empty where the text holds a letter.
function headline.of(text)
    local head = gsub(whole(sub(text, 1, LOOK)), "[%s%c]+", " ")
    return headline.cut(sentence(match(head, "^ ?(.*)$")))
end

return headline
