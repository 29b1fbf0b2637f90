-- An error whose text is never made.
-- wall: time
error(setmetatable({}, { __tostring = function() while true do end end }))
