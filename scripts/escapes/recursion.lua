-- A function that calls itself.
-- wall: sandbox, memory
-- says: stack overflow
local function f() return 1 + f() end
return f()
