-- Fixture: writes each headline to the file that its option names; "+" stands for the article's id.
local out, name

return {
    kind = "export", name = "names", version = "1.0.0", api = 1,
    about = "Writes headlines.",
    options = { file = { type = "string", default = "all.txt", doc = "Where to." } },
    open = function(ctx)
        out, name = ctx, ctx.options.file
        if not name:find("+", 1, true) then ctx:file(name):write("") end
    end,
    write = function(article)
        local file = name:gsub("%+", tostring(article.id))
        out:file(file):write(article.headline, "\n")
    end,
    close = function() end,
}
