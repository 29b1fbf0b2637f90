-- The metatable of all texts, and with it the methods of every plugin's.
-- wall: nothing
pcall(function() getmetatable("").__index = { upper = function() return "through" end } end)
pcall(function() getmetatable("").__index.upper = function() return "through" end end)
pcall(function() setmetatable("", {}) end)
return { { scheme = "escape", label = ("x"):upper() == "X" and "shut" or "through" } }
