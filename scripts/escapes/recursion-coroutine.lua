-- Coroutines inside coroutines.
-- wall: sandbox, time, memory
-- says: recursion-coroutine/init.lua:4: scripts/tag/recursion-coroutine/init.lua:4:
local function f() return coroutine.wrap(f)() end
return f()
