-- Fixture: the first line of the text.
return {
    kind = "summarize", name = "first", version = "1.0.0", api = 1,
    about = "Gives the first line.",
    run = function(article)
        local line = article.text:match("^[^\n]*")
        if line == "" then return nil end
        return { text = line, spans = { { 1, #line } } }
    end,
}
