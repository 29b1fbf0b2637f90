-- dates.lua: the day in a mail's or an archive's header, as RFC 3339 or as a date alone; nil where
-- it is not understood. "Tue, 7 May 2024 20:46:00 +0100" (RFC 5322), "May 7, 2024 Tuesday", "7 May
-- 2024", "2024-05-07".

local match = string.match

local dates = {}

local MONTHS = {}
for i, name in ipairs { "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct",
    "nov", "dec" } do
    MONTHS[name] = i
end

local DAYS = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 }

local function day(y, m, d)
    y, m, d = tonumber(y), tonumber(m) or MONTHS[m:lower():sub(1, 3)], tonumber(d)
    if not m or m < 1 or m > 12 or y < 1900 or y > 2199 or d < 1 then return nil end
    local leap = m == 2 and y % 4 == 0 and (y % 100 ~= 0 or y % 400 == 0)
    if d > DAYS[m] + (leap and 1 or 0) then return nil end
    return ("%04d-%02d-%02d"):format(y, m, d)
end

local function in_range(hour, min, sec, zh, zm)
    return tonumber(hour) < 24 and tonumber(min) < 60 and (tonumber(sec) or 0) < 60
        and tonumber(zh) < 15 and tonumber(zm) < 60
end

-- Takes the text of a header of at most 200 bytes.
function dates.read(s)
    s = s:sub(1, 200)
    local y, m, d = match(s, "^(%d%d%d%d)%-(%d%d)%-(%d%d)")
    if y then return day(y, m, d) end
    local rest
    d, m, y, rest = match(s, "(%d%d?) (%a%a%a)%a* (%d%d%d%d)(.*)$")
    if d then
        local date = day(y, m, d)
        local hour, min, sec, sign, zh, zm = match(rest,
            "^ (%d%d):(%d%d):?(%d?%d?) ([+-])(%d%d)(%d%d)")
        if not date or not hour or not in_range(hour, min, sec, zh, zm) then return date end
        return ("%sT%s:%s:%s%s%s:%s"):format(date, hour, min, sec ~= "" and sec or "00", sign, zh,
            zm)
    end
    m, d, y = match(s, "(%a%a%a)%a* (%d%d?), (%d%d%d%d)")
    return m and day(y, m, d) or nil
end

return dates
