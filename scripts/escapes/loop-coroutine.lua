-- Coroutines that loop, and a caller that goes on with the next.
-- wall: time
while true do coroutine.resume(coroutine.create(function() while true do end end)) end
