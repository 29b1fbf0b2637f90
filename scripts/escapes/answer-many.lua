-- A million tags.
-- wall: answer, time, memory
local t = {}
for i = 1, 1000000 do t[i] = { scheme = "escape", label = "through" } end
return t
