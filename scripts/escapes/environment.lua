-- The environment.
-- wall: sandbox
-- says: 'os' is not there
return { { scheme = "escape", label = "through " .. tostring(os.getenv("PATH")) } }
