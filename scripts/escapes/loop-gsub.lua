-- A replacement that loops inside string.gsub.
-- wall: time
return (("x"):rep(100)):gsub("x", function() while true do end end)
