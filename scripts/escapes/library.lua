-- A shared object, loaded by hand.
-- wall: sandbox
-- says: 'package' is not there
return package.loadlib("liblua5.4.so.0", "*")
