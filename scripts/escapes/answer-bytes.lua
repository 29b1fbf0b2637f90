-- A label that is no UTF-8.
-- wall: answer
return { { scheme = "escape", label = "through\xff\xfe" } }
