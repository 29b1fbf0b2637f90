-- A function for an answer.
-- wall: answer
return { { scheme = "escape", label = function() end } }
