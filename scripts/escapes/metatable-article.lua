-- The article's metatable, and its fields.
-- wall: nothing
pcall(function() getmetatable(article).__index = function() return "through" end end)
pcall(function() article.headline = "through" end)
pcall(function() rawset(article, "headline", "through") end)
return { { scheme = "escape", label = article.headline == "An escape" and "shut" or "through" } }
