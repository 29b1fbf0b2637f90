-- The end of the worker.
-- wall: sandbox
-- says: 'os' is not there
os.exit(0)
