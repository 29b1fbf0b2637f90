local function article(fields)
    local base = { id = 1, headline = "Ferry is back", text = "It sails.", language = "en",
        received = "2026-05-04T08:00:00Z" }
    for key, value in pairs(fields or {}) do
        base[key] = value
    end
    return base
end

local function table_of(columns, fields, rows, options)
    options = options or {}
    options.columns = columns
    return { options = options, articles = { article(fields) },
        expect = { ["articles.csv"] = table.concat(rows, "\r\n") .. "\r\n" } }
end

local function case(name, ...)
    local one = table_of(...)
    one.name = name
    return one
end

return {
    {
        name = "has a row an article behind a row of names",
        articles = { article(), article { id = 2, headline = "Train is late", infosource = "River Courier",
            tags = { { scheme = "keyword", label = "train" }, { scheme = "keyword", label = "delay" } } } },
        expect = { ["articles.csv"] = "id,received,headline,language,infosource,words,tags:keyword\r\n"
            .. "1,2026-05-04T08:00:00Z,Ferry is back,en,,2,\r\n"
            .. "2,2026-05-04T08:00:00Z,Train is late,en,River Courier,2,train; delay\r\n" },
    },
    case("quotes what would break a row", { "headline", "id" }, { headline = 'He said "no",\nand left' },
        { "headline,id", '"He said ""no"",\nand left",1' }),
    case("defuses what a spreadsheet would run", { "headline" }, { headline = "=1+cmd|' /C calc'!A0" },
        { "headline", "'=1+cmd|' /C calc'!A0" }),
    case("takes another separator", { "id", "headline" }, { headline = "a;b, c" }, { "id;headline", '1;"a;b, c"' },
        { separator = ";" }),
    case("begins with a mark for Excel", { "id" }, {}, { "\xEF\xBB\xBFid", "1" }, { bom = true }),
}
