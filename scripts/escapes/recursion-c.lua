-- A recursion through a function of C.
-- wall: sandbox
-- says: C stack overflow
local function f() return (("x"):gsub("x", f)) end
f()
