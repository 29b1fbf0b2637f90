-- A loop that catches its own stop, over and over.
-- wall: time
while true do pcall(function() while true do end end) end
