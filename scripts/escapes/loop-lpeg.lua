-- An LPeg grammar that tracks back for ever inside one call of C.
-- wall: time
local l = require "lpeg"
local P, V = l.P, l.V
l.match(P { "S", S = (P "a" * V "S" * P "x") + (P "a" * V "S" * P "y") + P "a" }, ("a"):rep(60))
