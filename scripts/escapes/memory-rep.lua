-- One text of a gigabyte.
-- wall: memory
return ("x"):rep(1 << 30)
