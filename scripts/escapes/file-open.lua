-- The io library.
-- wall: sandbox
-- says: 'io' is not there
return { { scheme = "escape", label = "through " .. io.open("/etc/passwd"):read("a") } }
