-- table.move to 1e15.
-- wall: sandbox
-- says: table.move: over
table.move({}, 1, 1000000000000000, 2)
