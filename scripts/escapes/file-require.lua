-- A module from outside.
-- wall: sandbox
-- says: is not there
return require "../../../../etc/passwd"
