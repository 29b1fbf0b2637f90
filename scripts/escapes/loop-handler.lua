-- A handler of xpcall that loops when the stop comes.
-- wall: time
xpcall(function() while true do end end, function() while true do end end)
