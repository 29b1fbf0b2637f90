-- Tables without end.
-- wall: memory, time
local t = {}
while true do t = { t, {}, {} } end
