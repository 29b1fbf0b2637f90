-- A variable that nobody granted.
-- wall: sandbox
-- says: desk.env: 'PATH' is not in uses.env
return { { scheme = "escape", label = "through " .. tostring(desk.env("PATH")) } }
