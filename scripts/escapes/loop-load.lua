-- A loop compiled at run time.
-- wall: time
load("while true do end")()
