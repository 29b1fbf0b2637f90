-- A span far outside of the article.
-- wall: answer
return { { scheme = "escape", label = "through", spans = { { 1, 1 << 40 } } } }
