-- The same job as hulls.c, in Lua.
local HULL = "%f[%w]()(%u%u%u?%u?)[- ](%d%d?%d?%d?)()%f[%W]"

return {
    kind = "tag", name = "hulls", version = "1.0.0", api = 1,
    about = "Tags ships by hull number.",
    options = {
        min_digits = { type = "integer", default = 1, min = 1, max = 4,
            doc = "Digits that a hull number has at least." },
        score = { type = "number", default = 0.9, min = 0, max = 1, doc = "Score given." },
    },
    gives = { "ship" },
    run = function(article, options)
        local tags, known = {}, {}
        for first, letters, digits, behind in article.text:gmatch(HULL) do
            local label = letters .. "-" .. digits
            if #digits >= options.min_digits then
                if not known[label] then
                    known[label] = { scheme = "ship", label = label, score = options.score,
                        spans = {} }
                    tags[#tags + 1] = known[label]
                end
                local spans = known[label].spans
                spans[#spans + 1] = { first, behind - 1 }
            end
        end
        return tags
    end,
}
