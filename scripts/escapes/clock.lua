-- The time of day, by which an answer would depend on more than its input.
-- wall: nothing
local ok = pcall(function() return os.time() end) or pcall(function() return os.clock() end)
return { { scheme = "escape", label = ok and "through" or "shut" } }
