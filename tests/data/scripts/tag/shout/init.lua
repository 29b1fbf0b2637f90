-- Fixture: tags each word in capital letters, and says that the text is English.
return {
    kind = "tag", name = "shout", version = "1.0.0", api = 1,
    about = "Tags words in capital letters.",
    gives = { "language", "keyword" },
    run = function(article)
        local tags = desk.array { { field = "language", value = "en", score = 0.5 } }
        local seen = {}
        for from, word in article.text:gmatch("()(%u%u+)") do
            if not seen[word] then
                seen[word] = true
                tags[#tags + 1] =
                    { scheme = "keyword", label = word, spans = { { from, from + #word - 1 } } }
            end
        end
        return tags
    end,
}
