-- A to-be-closed variable that loops when the stop closes it.
-- wall: time
local _ <close> = setmetatable({}, { __close = function() while true do end end })
while true do end
