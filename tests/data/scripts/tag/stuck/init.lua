-- Fixture: never comes back from C on texts that hold "stuck": only SIGKILL ends it.
return {
    kind = "tag", name = "stuck", version = "1.0.0", api = 1,
    about = "Hangs on a word.",
    run = function(article)
        if article.text:find("stuck", 1, true) then
            local long = ("a"):rep(400)
            return long:find(("a-"):rep(40) .. "b")
        end
        return {}
    end,
}
