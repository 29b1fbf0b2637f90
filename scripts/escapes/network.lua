-- A socket.
-- wall: sandbox
-- says: module 'socket' is not there
return require "socket"
