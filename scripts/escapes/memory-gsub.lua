-- A replacement that makes a thousand of each byte, three times over.
-- wall: memory, time
local s, more = ("x"):rep(1000), ("%0"):rep(1000)
for _ = 1, 3 do s = s:gsub(".", more) end
