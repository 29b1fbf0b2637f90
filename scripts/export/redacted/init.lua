--- export/redacted: articles as plain text, without personal data.
--
-- Mail addresses, telephone numbers, IBANs, card numbers and IP addresses become [mail], [phone], [iban], [card]
-- and [ip] (scripts/lib/personal.lua); with `people`, names that tag/entities found become [person]. A last file,
-- redacted.csv, tells how many of each went from which article.
--
-- Options: `people`, `report`.
-- Limits: what has no form is not found: an address in words, a nickname. Read before you publish.

local personal = require "personal"

local context, lines

-- Longest first, so that "Ana Petrović" goes before "Ana".
local function people_of(article)
    local names = {}
    for _, tag in ipairs(article.tags) do
        if tag.scheme == "person" then
            names[#names + 1] = tag.label
        end
    end
    table.sort(names, function(a, b) return #a > #b or (#a == #b and a < b) end)
    return names
end

local function mask_names(text, names, counts)
    for _, name in ipairs(names) do
        local from = 1
        while true do
            local first, last = text:find(name, from, true)
            if not first then break end
            text = text:sub(1, first - 1) .. "[person]" .. text:sub(last + 1)
            counts.person = (counts.person or 0) + 1
            from = first + #"[person]"
        end
    end
    return text
end

local function redact(text, article, counts)
    local masked, found = personal.mask(text)
    for kind, count in desk.sorted(found) do
        counts[kind] = (counts[kind] or 0) + count
    end
    return context.options.people and mask_names(masked, people_of(article), counts) or masked
end

return {
    kind = "export",
    name = "redacted",
    version = "1.0.0",
    api = 1,
    about = "Writes articles as text, without personal data.",
    options = {
        people = { type = "boolean", default = false, doc = "Also names of people, as tag/entities found them." },
        report = { type = "boolean", default = true, doc = "Write redacted.csv: what went from which article." },
    },
    open = function(ctx)
        context, lines = ctx, {}
    end,
    write = function(article)
        local counts = {}
        local headline = redact(article.headline, article, counts)
        local body = redact(article.text, article, counts)
        context:file(("%06d.txt"):format(article.id or 0)):write(headline, "\n\n", body, "\n")
        for kind, count in desk.sorted(counts) do
            lines[#lines + 1] = ("%d,%s,%d\n"):format(article.id or 0, kind, count)
        end
    end,
    close = function()
        if context.options.report then
            context:file("redacted.csv"):write("article,kind,count\n", table.concat(lines))
        end
    end,
}
