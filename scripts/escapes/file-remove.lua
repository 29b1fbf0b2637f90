-- Removing a file.
-- wall: sandbox
-- says: 'os' is not there
return os.remove("/tmp")
