-- The debug library.
-- wall: sandbox
-- says: 'debug' is not there
return debug.getregistry()
