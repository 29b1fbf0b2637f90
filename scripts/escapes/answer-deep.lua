-- An answer inside itself.
-- wall: answer
local t = {}
t[1] = t
return t
