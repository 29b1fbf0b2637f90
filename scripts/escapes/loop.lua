-- A plain loop.
-- wall: time
while true do end
