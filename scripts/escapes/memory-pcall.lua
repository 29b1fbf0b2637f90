-- Memory that is refused, caught and asked for again.
-- wall: time, memory
local t = {}
while true do pcall(function() while true do t[#t + 1] = ("x"):rep(1000000) .. #t end end) end
