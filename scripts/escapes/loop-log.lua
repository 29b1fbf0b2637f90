-- A log without end.
-- wall: time
while true do desk.log.info("again") end
