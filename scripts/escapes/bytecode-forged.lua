-- Bytecode, brought along.
-- wall: nothing
local code = "\27Lua\x54\0\x19\x93\r\n\x1a\n\4\8\8"
local _, first = pcall(load, code, "=x", "b")
local _, second = pcall(load, code)
local got = type(first) == "function" or type(second) == "function"
return { { scheme = "escape", label = got and "through" or "shut" } }
