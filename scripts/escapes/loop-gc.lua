-- A finaliser that loops, where no hook runs.
-- wall: sandbox
-- says: __gc is not there
setmetatable({}, { __gc = function() while true do end end })
for _ = 1, 200 do local t = {} for k = 1, 1000 do t[k] = {} end end
