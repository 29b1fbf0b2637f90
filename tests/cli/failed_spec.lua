local t = require "support"

describe("quarantine", function()
    after_each(t.finish)

    local function desk_with(body)
        local desk = t.desk()
        t.plugin(desk, "tag", "ships", t.tagger("ships", body))
        t.write(desk .. "/desk.lua", 'desk.ingest { "digest", "text" }\n'
            .. 'desk.tag { "language", "ships", "keywords" }\ndesk.summarize { "lead" }\n')
        return desk
    end

    it("keeps the traceback of a plugin that raised an error", function()
        local desk = desk_with('local x = nil\nreturn x.y')
        local folder = t.folder()
        t.write(folder .. "/a.txt", "The ferry is back\n\nIt sailed on Monday.\n")
        t.must({ "-C", desk, "ingest", folder .. "/a.txt" }, nil, 3)
        local item = t.json({ "-C", desk, "failed", "--json" })[1]
        assert.equal("tag/ships", item.plugin)
        assert.equal("error", item.guard)
        assert.truthy(item.message:find("init.lua:%d+"), item.message)
        assert.truthy(item.traceback:find("init.lua", 1, true), item.traceback)
    end)

    it("does not keep the article from being stored, tagged by the others", function()
        local desk = desk_with('error("no")')
        local folder = t.folder()
        t.write(folder .. "/a.txt", "The ferry is back\n\nThe ferry sailed on Monday. The ferry is blue.\n")
        t.must({ "-C", desk, "ingest", folder .. "/a.txt" }, nil, 3)
        local articles = t.json({ "-C", desk, "list", "--json" })
        assert.equal(1, #articles)
        assert.equal("en", articles[1].language)
        assert.equal("keyword", articles[1].tags[1].scheme)
    end)

    it("judges articles one by one: one bad article spoils no other", function()
        local desk = desk_with('if article.headline:find("bad") then error("bad") end\n'
            .. 'return { { scheme = "ship", label = "HMS Test" } }')
        local folder = t.folder()
        for i, word in ipairs { "good", "bad", "better" } do
            t.write(folder .. "/" .. i .. ".txt", "A " .. word .. " ferry\n\nIt is " .. word .. ".\n")
        end
        t.must({ "-C", desk, "ingest", folder }, nil, 3)
        assert.equal(3, #t.json({ "-C", desk, "list", "--json" }))
        assert.equal(1, #t.json({ "-C", desk, "failed", "--json" }))
        assert.equal(2, #t.json({ "-C", desk, "search", "--json", "tag:\"HMS Test\"" }))
    end)

    it("retries when the plugin is mended", function()
        local desk = desk_with('error("no")')
        local folder = t.folder()
        t.write(folder .. "/a.txt", "The ferry is back\n\nIt sailed on Monday.\n")
        t.must({ "-C", desk, "ingest", folder .. "/a.txt" }, nil, 3)
        t.must({ "-C", desk, "failed", "retry" }, nil, 3)
        assert.equal(1, #t.json({ "-C", desk, "failed", "--json" }))
        t.plugin(desk, "tag", "ships", t.tagger("ships",
            'return { { scheme = "ship", label = "HMS Test" } }'))
        t.must({ "-C", desk, "failed", "retry" })
        assert.equal(0, #t.json({ "-C", desk, "failed", "--json" }))
        assert.equal(1, #t.json({ "-C", desk, "search", "--json", "tag:\"HMS Test\"" }))
    end)

    it("retries a document that no ingest plugin could cut", function()
        local desk = t.desk()
        local ingest = [[
return { kind = "ingest", name = "own", version = "1.0.0", api = 1, about = "A test.",
    claims = function() return 1 end, run = function(document) %s end }
]]
        t.write(desk .. "/desk.lua", 'desk.ingest { "own" }\n')
        t.plugin(desk, "ingest", "own", ingest:format('error("cannot cut")'))
        local file = t.write(t.folder() .. "/a.txt", "The ferry is back\n\nIt sailed.\n")
        t.must({ "-C", desk, "ingest", file }, nil, 3)
        assert.equal(0, #t.json({ "-C", desk, "list", "--json" }))
        local item = t.json({ "-C", desk, "failed", "--json" })[1]
        assert.equal("ingest", item.stage)
        t.plugin(desk, "ingest", "own", ingest:format(
            'return { { headline = "H", body = document.text, range = { 1, #document.text } } }'))
        t.must({ "-C", desk, "failed", "retry", tostring(item.id) })
        assert.equal(1, #t.json({ "-C", desk, "list", "--json" }))
    end)

    it("refuses an answer that does not fit, naming item and field", function()
        local desk = desk_with('return { { scheme = "ship", label = "x", spans = { { 1, 9999 } } } }')
        local file = t.write(t.folder() .. "/a.txt", "The ferry is back\n\nIt sailed.\n")
        t.must({ "-C", desk, "ingest", file }, nil, 3)
        local item = t.json({ "-C", desk, "failed", "--json" })[1]
        assert.equal("answer", item.guard)
        assert.truthy(item.message:find("spans", 1, true), item.message)
    end)

    it("outlives a plugin that hangs, and says time", function()
        local desk = desk_with('while true do end')
        local file = t.write(t.folder() .. "/a.txt", "The ferry is back\n\nIt sailed.\n")
        t.must({ "-C", desk, "ingest", file }, { seconds = 60 }, 3)
        assert.equal("time", t.json({ "-C", desk, "failed", "--json" })[1].guard)
        assert.equal(1, #t.json({ "-C", desk, "list", "--json" }))
    end)

    it("outlives a plugin that no soft budget stops", function()
        local desk = desk_with('return ("a"):rep(30000):find((".-"):rep(5) .. "b$")')
        local file = t.write(t.folder() .. "/a.txt", "The ferry is back\n\nIt sailed.\n")
        t.must({ "-C", desk, "ingest", file }, { seconds = 60 }, 3)
        assert.equal("time", t.json({ "-C", desk, "failed", "--json" })[1].guard)
        local articles = t.json({ "-C", desk, "list", "--json" })
        assert.equal(1, #articles)
        assert.equal("en", articles[1].language)
    end)

    it("says that an unknown item is unknown", function()
        local desk = t.desk()
        assert.equal(1, t.run({ "-C", desk, "failed", "retry", "99" }).code)
    end)
end)
