-- Globals for the next plugin to find.
-- wall: nothing
pcall(function() secret = "through" end)
pcall(function() _G.secret = "through" end)
pcall(function() rawset(_G, "secret", "through") end)
pcall(function() setmetatable(_G, { __index = function() return "through" end }) end)
pcall(function() _ENV.print = function() return "through" end end)
return { { scheme = "escape", label = "shut" } }
