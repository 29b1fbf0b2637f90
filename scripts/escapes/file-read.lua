-- desk.read of what is not the plugin's.
-- wall: sandbox
-- says: desk.read: '/etc/passwd' is not
return { { scheme = "escape", label = "through " .. desk.read("/etc/passwd") } }
