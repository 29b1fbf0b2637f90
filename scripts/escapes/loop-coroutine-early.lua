-- A coroutine made before the deadline was set, resumed behind it.
-- wall: time
local c = coroutine.create(function() while true do coroutine.yield() while true do end end end)
coroutine.resume(c)
coroutine.resume(c)
