-- Another process.
-- wall: sandbox
-- says: 'io' is not there
return { { scheme = "escape", label = "through " .. io.popen("id"):read("a") } }
