--- Finds personal data in a text: mail addresses, telephone numbers, IBANs, card numbers, IPv4 addresses.
--
-- What has a check digit must pass it (IBAN: ISO 13616, modulo 97; cards: Luhn), so that order numbers and
-- dates stay. Names of people are not looked for: tag/entities knows them.

local M = {}

local function luhn(digits)
    local sum, double = 0, false
    for i = #digits, 1, -1 do
        local digit = digits:byte(i) - 48
        if double then
            digit = digit * 2
            if digit > 9 then digit = digit - 9 end
        end
        sum, double = sum + digit, not double
    end
    return sum % 10 == 0
end

local function modulo_97(iban)
    local rest = 0
    for character in (iban:sub(5) .. iban:sub(1, 4)):gmatch(".") do
        local value = tonumber(character, 36)
        rest = (rest * (value > 9 and 100 or 10) + value) % 97
    end
    return rest
end

local function is_iban(found)
    local iban = found:gsub("%s", "")
    return #iban >= 15 and #iban <= 34 and modulo_97(iban) == 1
end

local function is_card(found)
    local digits = found:gsub("[ %-]", "")
    return #digits >= 13 and #digits <= 19 and luhn(digits)
end

-- As many digits as a telephone number has, and no date.
local function is_phone(found)
    local digits = found:gsub("%D", "")
    return #digits >= 8 and #digits <= 15 and not found:find("^%d%d?[/%-]%d%d?[/%-]%d%d%d%d$")
end

local function is_address(found)
    for part in found:gmatch("%d+") do
        if tonumber(part) > 255 then return false end
    end
    return true
end

-- Earlier kinds win where two find the same place.
local kinds = {
    { name = "mail", pattern = "[%w][%w%.%_%%%+%-]*@[%w%-]+%.[%w%.%-]*%w" },
    { name = "iban", pattern = "%u%u%d%d[ %w]+", trim = "^(%u%u%d%d[%u%d ]*[%u%d])", fits = is_iban },
    { name = "card", pattern = "%d[%d %-]+%d", fits = is_card },
    { name = "phone", pattern = "%+%d[%d%(%) /%.%-]+%d", fits = is_phone }, -- with a country's code
    { name = "phone", pattern = "%(0%d+%)[%d /%-]+%d", fits = is_phone }, -- (030) 123-45678
    { name = "phone", pattern = "0%d+[ /%-][%d /%-]*%d", fits = is_phone }, -- 0171/2345678
    { name = "ip", pattern = "%d+%.%d+%.%d+%.%d+", fits = is_address },
}

-- Whether what stands beside a place would make it a piece of something longer.
local function stands_alone(text, first, last)
    local before = text:sub(math.max(1, first - 2), first - 1)
    return not text:find("^%w", last + 1) and not before:find("[%w%+]$") and not before:find("%d[ %.%-/]$")
end

local function find_kind(text, kind, taken, found)
    local from = 1
    while true do
        local first, last = text:find(kind.pattern, from)
        if not first then return end
        local piece = text:sub(first, last)
        if kind.trim then
            piece = piece:match(kind.trim) or piece
            -- blanks group an IBAN by fours; what follows in capitals may be the next word
            while #piece > 15 and kind.fits and not kind.fits(piece) and piece:find(" ") do
                piece = piece:match("^(.*) ")
            end
            last = first + #piece - 1
        end
        local fits = (not kind.fits or kind.fits(piece)) and stands_alone(text, first, last)
        for at = first, fits and last or first - 1 do
            fits = fits and not taken[at]
        end
        if fits then
            for at = first, last do taken[at] = true end
            found[#found + 1] = { kind = kind.name, first = first, last = last }
        end
        from = fits and last + 1 or first + 1
    end
end

--- Places in the order of the text: { kind, first, last }.
function M.find(text)
    local found, taken = {}, {}
    for _, kind in ipairs(kinds) do
        find_kind(text, kind, taken, found)
    end
    table.sort(found, function(a, b) return a.first < b.first end)
    return found
end

--- The text with "[mail]", "[phone]" ... in their place, and how many there were of each kind.
function M.mask(text)
    local parts, counts, from = {}, {}, 1
    for _, place in ipairs(M.find(text)) do
        parts[#parts + 1] = text:sub(from, place.first - 1)
        parts[#parts + 1] = "[" .. place.kind .. "]"
        counts[place.kind] = (counts[place.kind] or 0) + 1
        from = place.last + 1
    end
    parts[#parts + 1] = text:sub(from)
    return table.concat(parts), counts
end

return M
