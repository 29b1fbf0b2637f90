-- Each case runs in two processes, a fresh one and one that ran other cases before: files that
-- depend on more than the input fail.

local function article(headline)
    return { headline = headline, text = "It sailed." }
end

return {
    {
        name = "writes a line an article",
        articles = { article "Ferry is back", article "Train is late" },
        -- The answer of an export is its files: names and contents.
        expect = { ["headlines.txt"] = "- Ferry is back\n- Train is late\n" },
    },
    {
        name = "writes where and how it is told to",
        options = { file = "list.txt", mark = "*" },
        articles = { article "Ferry is back" },
        expect = { ["list.txt"] = "* Ferry is back\n" },
    },
}
