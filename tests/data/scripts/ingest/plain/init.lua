-- Fixture: articles between lines of "==", each with its headline in the first line. A document that
-- begins with "BROKEN" is refused, while the option `strict` is on.
local function article(text, first, last)
    local headline, body = text:match("^([^\n]*)\n?(.*)$")
    return { headline = headline, body = body, first_line = first, last_line = last }
end

return {
    kind = "ingest", name = "plain", version = "1.0.0", api = 1,
    about = "Splits at lines of ==.",
    options = { strict = { type = "boolean", default = true, doc = "Refuse what is broken." } },
    claims = function() return 0.9 end,
    run = function(document, options)
        if options.strict and document.text:sub(1, 6) == "BROKEN" then
            error("this document is broken")
        end
        local drafts, from, line = desk.array {}, 1, 1
        local text = document.text .. "\n==\n"
        while from <= #text do
            local at, till = text:find("\n==\n", from, true)
            if not at then break end
            local part = text:sub(from, at - 1)
            local _, lines = part:gsub("\n", "\n")
            if part:find("%S") then
                drafts[#drafts + 1] = article(part, line, line + lines)
            end
            from, line = till + 1, line + lines + 2
        end
        return drafts
    end,
}
