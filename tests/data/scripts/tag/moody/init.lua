-- Fixture: fails on texts that hold the word of its option.
return {
    kind = "tag", name = "moody", version = "1.0.0", api = 1,
    about = "Fails on a word.",
    options = { word = { type = "string", default = "monday", doc = "What it cannot stand." } },
    needs = { "language" },
    run = function(article, options)
        if article.text:find(options.word, 1, true) then error("I cannot stand " .. options.word) end
        return { { scheme = "keyword", label = "fine in " .. (article.language or "?") } }
    end,
}
