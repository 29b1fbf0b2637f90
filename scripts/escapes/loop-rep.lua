-- Nothing, repeated 1e18 times.
-- wall: nothing, sandbox
-- says: over
return { { scheme = "escape", label = "shut" .. (""):rep(math.maxinteger) } }
