-- An address in memory, by tostring and by %p.
-- wall: nothing
local seen = tostring({}) .. tostring(print) .. tostring(coroutine.create(print))
local _, more = pcall(string.format, "%p", {})
return { { scheme = "escape", label = (seen .. more):find("0x%x") and "through" or "shut" } }
