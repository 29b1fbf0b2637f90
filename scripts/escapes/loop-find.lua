-- A pattern that tracks back for ever inside one call of C.
-- wall: time, sandbox
-- says: too complex
return { { scheme = "escape", label = "through" .. tostring((("a"):rep(30000)):find((".-"):rep(8) .. "b")) } }
