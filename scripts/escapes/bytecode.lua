-- Bytecode, made here.
-- wall: sandbox
-- says: unknown name string.dump
return load(string.dump(function() end), "x", "b")
