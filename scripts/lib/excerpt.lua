--- Sentences of a text put together, as summarize plugins answer them.

local M = {}

-- The largest end at or before `last` that breaks no word (or, in one endless word, no character).
local function word_end(text, first, last)
    local cut = last
    while cut > first and not text:find("^%s", cut + 1) do
        cut = cut - 1
    end
    if cut > first then
        return cut
    end
    while last > first and (text:byte(last + 1) or 0) & 0xC0 == 0x80 do
        last = last - 1
    end
    return last
end

--- The answer { text, spans } for spans of `text` in the order of the text. What does not fit in
-- `max_bytes` is left out; a first sentence that is longer (a text without full stops) is cut at a
-- word and ends in "…".
function M.make(text, spans, max_bytes)
    local parts, kept, length = {}, desk.array {}, 0
    for _, span in ipairs(spans) do
        local first, last, mark = span[1], span[2], ""
        if #kept == 0 and last - first + 1 > max_bytes then
            last, mark = word_end(text, first, first + max_bytes - 1), "…"
        end
        if #kept > 0 and length + last - first + 1 > max_bytes then
            break
        end
        length = length + last - first + 1
        parts[#parts + 1] = desk.text.squeeze(text:sub(first, last)) .. mark
        kept[#kept + 1] = { first, last }
    end
    return { text = table.concat(parts, " "), spans = kept }
end

return M
