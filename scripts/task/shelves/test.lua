local ferry = { id = 17, headline = "Le ferry est de retour !", text = "Il navigue.", language = "fr",
    infosource = "River Courier", byline = "É. M." }
local train = { id = 18, headline = "车站", text = "火车。" }

return {
    {
        name = "puts an article on the shelf of its language",
        event = { kind = "schedule" },
        articles = { ferry },
        expect = { { command = "write", name = "fr/000017-le-ferry-est-de-retour.txt",
            text = "Le ferry est de retour !\nbyline: É. M.\ninfosource: River Courier\n\nIl navigue.\n" } },
    },
    {
        name = "has a shelf for what is not known",
        event = { kind = "article.stored" },
        articles = { train },
        expect = { { name = "unknown/000018.txt" } },
    },
    {
        name = "makes shelves of sources",
        options = { by = "source", unknown = "other" },
        event = { kind = "schedule" },
        articles = { ferry, train },
        expect = { { name = "river-courier/000017-le-ferry-est-de-retour.txt" }, { name = "other/000018.txt" } },
    },
    {
        name = "does nothing where nothing came",
        event = { kind = "schedule" },
        articles = {},
        expect = {},
    },
}
