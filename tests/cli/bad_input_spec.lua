local t = require "support"

local utf16 = "\xFF\xFE" .. ("The ferry is back\n\nIt sailed on Monday.\n"):gsub(".", "%0\0")

local function ingest(content, code)
    local desk, file = t.desk(), t.folder() .. "/input.txt"
    t.write(file, content)
    local result = t.must({ "-C", desk, "ingest", file }, nil, code)
    local list = t.json({ "-C", desk, "list", "--json" })
    return list, result, desk
end

local function body(desk, id)
    return t.json({ "-C", desk, "show", "--json", tostring(id) })[1].text
end

describe("bad input", function()
    after_each(t.finish)

    it("refuses an empty path, which a variable that is not set leaves", function()
        local result = t.run({ "-C", t.desk(), "ingest", "" })
        assert.equal(2, result.code)
        assert.truthy(result.err:find("path 1 is empty", 1, true), result.err)
    end)

    it("an empty file waits in quarantine: there is no article in it", function()
        local list, result = ingest("", 3)
        assert.equal(0, #list)
        assert.truthy(result.err:find("no article", 1, true), result.err)
    end)

    it("one line is one article", function()
        local list = ingest("The ferry is back on Monday", 0)
        assert.equal(1, #list)
    end)

    it("a document over the limit is refused by the limit's name", function()
        local desk, file = t.desk(), t.folder() .. "/big.txt"
        t.shell("head -c 209715200 /dev/zero | tr '\\0' 'a' > " .. file)
        local result = t.must({ "-C", desk, "ingest", file }, nil, 3)
        assert.truthy(result.err:find("DOCUMENT_BYTES", 1, true), result.err)
        assert.truthy(result.err:find("big.txt", 1, true), result.err)
    end)

    it("NUL bytes in a text are replaced, and that is said", function()
        local list, result, desk = ingest("The ferry is back\n\nIt sailed\0 on Monday, said the captain.\n", 0)
        assert.equal(1, #list)
        assert.truthy(body(desk, list[1].id):find("\u{FFFD}", 1, true))
        assert.truthy(result.err:find("input.txt", 1, true), result.err)
    end)

    it("a binary file waits in quarantine", function()
        local bytes = {}
        for i = 1, 4000 do
            bytes[i] = string.char((i * 7919) % 32)
        end
        local _, _, desk = ingest(table.concat(bytes), 3)
        assert.equal("input", t.json({ "-C", desk, "failed", "--json" })[1].guard)
    end)

    it("invalid UTF-8 in good UTF-8 is replaced, and that is said", function()
        local text = "The ferry is back\n\nDie Fähre fährt, das Café öffnet, die Straße ist frei: \xFF so.\n"
        local list, result, desk = ingest(text, 0)
        assert.truthy(body(desk, list[1].id):find("Fähre", 1, true))
        assert.truthy(result.err ~= "", "nothing was said")
    end)

    it("UTF-16 is converted, and that is said", function()
        local list, result = ingest(utf16, 0)
        assert.equal("The ferry is back", list[1].headline)
        assert.truthy(result.err:find("UTF%-16"), result.err)
    end)

    it("cp1252 and Latin-1 are converted, and that is said", function()
        local list, result, desk = ingest("The ferry is back\n\nIt is \x93blue\x94 \x96 caf\xE9.\n", 0)
        assert.truthy(body(desk, list[1].id):find("“blue” – café", 1, true))
        assert.truthy(result.err:find("1252", 1, true), result.err)
        list, _, desk = ingest("Le bac est de retour\n\nUn caf\xE9 \xE0 bord.\n", 0)
        assert.truthy(body(desk, list[1].id):find("café à bord", 1, true))
    end)

    it("BOM and CRLF leave no trace in the article", function()
        local list, _, desk = ingest("\xEF\xBB\xBFThe ferry is back\r\n\r\nIt sailed.\r\n\r\nIt is blue.\r\n", 0)
        assert.equal("The ferry is back", list[1].headline)
        assert.equal("It sailed.\n\nIt is blue.", body(desk, list[1].id))
    end)

    it("a loop of folders by symlink ends", function()
        local desk, folder = t.desk(), t.folder()
        t.shell("mkdir " .. folder .. "/a && ln -s .. " .. folder .. "/a/up")
        t.write(folder .. "/a/one.txt", "The ferry is back\n\nIt sailed.\n")
        t.must({ "-C", desk, "ingest", folder }, { seconds = 20 })
        assert.equal(1, #t.json({ "-C", desk, "list", "--json" }))
    end)

    it("a file that cannot be read is named; the others are taken in", function()
        local desk, folder = t.desk(nil, true), t.folder()
        t.write(folder .. "/a.txt", "The ferry is back\n\nIt sailed.\n")
        t.write(folder .. "/b.txt", "The ferry is gone\n\nIt sank.\n")
        t.shell("chmod 0 " .. folder .. "/b.txt")
        local result = t.must({ "-C", desk, "ingest", folder }, { user = true }, 3)
        assert.truthy(result.err:find("b.txt", 1, true), result.err)
        assert.equal(1, #t.json({ "-C", desk, "list", "--json" }, { user = true }))
    end)

    it("a path that is not there is named", function()
        local desk = t.desk()
        local result = t.run({ "-C", desk, "ingest", "/no/such/file" })
        assert.truthy(result.code == 1 or result.code == 3)
        assert.truthy(result.err:find("/no/such/file", 1, true), result.err)
    end)

    it("a full disk is said, and nothing is half done", function()
        if not t.root then
            return pending("skipped: a small tmpfs needs root")
        end
        local mount, folder = t.folder(), t.folder()
        t.shell("mount -t tmpfs -o size=2m tmpfs " .. mount)
        local desk = mount .. "/desk"
        t.must({ "init", desk })
        finally(function()
            t.must({ "-C", desk, "check" })
            os.execute("umount " .. mount)
        end)
        for i = 1, 40 do
            local words = {}
            for j = 1, 15000 do
                words[j] = ("%x"):format((i * 7919 + j * 104729) % 1000003)
            end
            t.write(folder .. "/" .. i .. ".txt", "Headline " .. i .. "\n\n" .. table.concat(words, " ") .. "\n")
        end
        local result = t.run({ "-C", desk, "ingest", folder })
        assert.truthy(result.code == 1 or result.code == 3, tostring(result.code))
        assert.truthy(result.err:lower():find("full", 1, true), result.err)
        t.shell("mount -o remount,size=64m " .. mount)
        t.must({ "-C", desk, "ingest", folder })
        assert.equal(40, #t.json({ "-C", desk, "list", "--json" }))
    end)

    it("a read-only desk can be read, and refuses writes with what to do", function()
        local desk = t.desk(t.sample, true)
        t.shell("chmod -R a-w " .. desk)
        t.spoilt(desk) -- to check it would take its lock
        local result = t.run({ "-C", desk, "ingest", t.sample }, { user = true })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("not allowed", 1, true) or result.err:find("ermission", 1, true)
            or result.err:find("read", 1, true), result.err)
        assert.truthy(#t.json({ "-C", desk, "list", "--json" }, { user = true }) > 0)
    end)

    it("a desk that another process writes is refused with its pid", function()
        local desk = t.desk()
        os.execute(("(sleep 3) 2>/dev/null | %s -C %s ingest --quiet - >/dev/null 2>&1 &"):format(
            t.bin, desk))
        os.execute("sleep 0.5")
        local result = t.run({ "-C", desk, "ingest", t.sample })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("process %d+"), result.err)
        t.must({ "-C", desk, "list" })
        os.execute("sleep 3")
    end)

    it("a store from a newer version is refused with both numbers", function()
        local desk = t.desk(t.sample)
        t.shell("sqlite3 " .. desk .. "/.copydesk/store.db 'PRAGMA user_version = 999'")
        t.spoilt(desk)
        for _, args in ipairs { { "list" }, { "ingest", t.sample } } do
            local result = t.run({ "-C", desk, table.unpack(args) })
            assert.equal(1, result.code)
            assert.truthy(result.err:find("999", 1, true), result.err)
        end
    end)

    it("a desk of another user is refused", function()
        if not t.root then
            return pending("skipped: making another user's desk needs root")
        end
        local desk = t.desk()
        local result = t.run({ "-C", desk, "list" }, { user = true })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("belongs to root", 1, true), result.err)
    end)

    it("a syntax error in desk.lua names file, line and what to change", function()
        local desk = t.desk()
        t.write(desk .. "/desk.lua", 'desk.ingest { "text" }\ndesk.tag { "keywords"\n')
        local result = t.run({ "-C", desk, "ingest", t.sample })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("desk.lua:%d+"), result.err)
    end)

    it("an unknown setting in desk.lua names the nearest", function()
        local desk = t.desk()
        t.write(desk .. "/desk.lua", 'desk.ingset { "text" }\n')
        local result = t.run({ "-C", desk, "ingest", t.sample })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("desk.lua:1", 1, true), result.err)
        assert.truthy(result.err:find("ingest", 1, true), result.err)
    end)

    it("an unknown option in desk.lua names the nearest", function()
        local desk = t.desk()
        t.write(desk .. "/desk.lua", 'desk.ingest { "text" }\ndesk.tag { { "keywords", mox = 3 } }\n')
        local result = t.run({ "-C", desk, "ingest", t.sample })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("max", 1, true), result.err)
    end)

    it("a plugin that fails to load is named with file and line", function()
        local desk = t.desk()
        t.plugin(desk, "tag", "ships", "return {\n  kind = 'tag'\n  name = 'ships'\n}\n")
        t.write(desk .. "/desk.lua", 'desk.ingest { "text" }\ndesk.tag { "ships" }\n')
        local result = t.run({ "-C", desk, "ingest", t.sample })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("init.lua:3", 1, true), result.err)
    end)

    it("init refuses a folder that is a desk already", function()
        local desk = t.desk()
        local result = t.run({ "init", desk })
        assert.equal(1, result.code)
    end)
end)
