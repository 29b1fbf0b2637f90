-- Running a file.
-- wall: sandbox
-- says: 'dofile' is not there
return dofile("/etc/passwd")
