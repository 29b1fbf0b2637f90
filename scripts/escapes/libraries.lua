-- Libraries that others use, changed in passing.
-- wall: nothing
for _, name in ipairs { "string", "table", "math", "utf8", "coroutine", "desk" } do
    pcall(function() _G[name].secret = "through" end)
    pcall(function() rawset(_G[name], "secret", "through") end)
end
pcall(function() require("lpeg").secret = "through" end)
return { { scheme = "escape", label = rawget(string, "secret") and "through" or "shut" } }
