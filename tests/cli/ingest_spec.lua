local t = require "support"

local function headlines(desk)
    local list = {}
    for i, article in ipairs(t.json({ "-C", desk, "list", "--json" })) do
        list[i] = article.headline
    end
    return list
end

describe("ingest", function()
    after_each(t.finish)

    it("cuts a digest into articles", function()
        local desk = t.desk(t.sample)
        local truth = t.lines((t.read(t.sample:gsub("%.txt$", ".truth.json")):gsub("\n", " ")))[1]
        assert.equal(#truth.articles, #headlines(desk))
    end)

    it("reports the same document as known and adds nothing", function()
        local desk = t.desk(t.sample)
        local before = #headlines(desk)
        local again = t.must({ "-C", desk, "ingest", t.sample })
        assert.truthy(again.out:find("known", 1, true))
        assert.equal(before, #headlines(desk))
    end)

    it("knows the same bytes under another name", function()
        local desk, folder = t.desk(t.sample), t.folder()
        t.write(folder .. "/copy.txt", t.read(t.sample))
        local report = t.json({ "-C", desk, "ingest", "--json", folder .. "/copy.txt" })[1]
        assert.equal("known", report.outcome)
    end)

    it("takes standard input", function()
        local desk = t.desk()
        t.must({ "-C", desk, "ingest", "-" }, { input = t.read(t.sample) })
        assert.truthy(#headlines(desk) > 1)
    end)

    it("takes folders, as deep as they are", function()
        local desk, folder = t.desk(), t.folder()
        t.shell("mkdir -p " .. folder .. "/a/b")
        t.write(folder .. "/one.txt", "The first ferry\n\nIt sailed on Monday.\n")
        t.write(folder .. "/a/b/two.txt", "The second ferry\n\nIt sailed on Tuesday.\n")
        t.must({ "-C", desk, "ingest", folder })
        assert.equal(2, #headlines(desk))
    end)

    it("leaves temporary names alone", function()
        local desk, folder = t.desk(), t.folder()
        for _, name in ipairs { ".hidden", "a.part", "b.tmp", "~$c.txt" } do
            t.write(folder .. "/" .. name, "A headline\n\nA body.\n")
        end
        t.must({ "-C", desk, "ingest", folder })
        assert.equal(0, #headlines(desk))
    end)

    it("passes over what belongs to the desk, says so once, and takes what is named", function()
        local desk = t.desk()
        t.write(desk .. "/desk.lua", t.read(desk .. "/desk.lua")
            .. 'desk.job { "daily", cron = "0 7 * * *", export = "markdown", to = "news/{date}/all" }\n')
        t.plugin(desk, "tag", "ships", t.tagger("ships", ""))
        for _, folder in ipairs { "done", "failed", "out", "fixtures", "native", "news/2026-01-01", "mine" } do
            t.shell("mkdir -p " .. desk .. "/" .. folder)
            t.write(desk .. "/" .. folder .. "/a.txt", "Headline of " .. folder .. "\n\nWords of " .. folder .. ".\n")
        end
        local result = t.must({ "ingest", "." }, { cd = desk })
        assert.matches("^./mine/a.txt: 1 article\n$", result.out)
        assert.equal(1, select(2, result.err:gsub("passed over", "")), result.err)
        assert.matches("belongs to the desk", result.err)
        t.must({ "ingest", "desk.lua", "out" }, { cd = desk })
        assert.equal(3, #t.json { "-C", desk, "list", "--json" })
    end)

    it("refuses the desk's own store, named as a folder, as a file or by a link", function()
        local desk = t.desk()
        t.shell("ln -s .copydesk " .. desk .. "/mine")
        for _, name in ipairs { ".copydesk", ".copydesk/lock", "mine", "mine/lock" } do
            local result = t.must({ "ingest", name }, { cd = desk }, 3)
            assert.matches(name .. ": lies in the desk's own store", result.err, 1, true)
        end
        assert.equal(0, #t.json { "-C", desk, "list", "--json" })
    end)

    it("does not enter file systems of the kernel, and says so", function()
        local desk = t.desk()
        local result = t.must({ "-C", desk, "ingest", "/proc/sys" }, nil, 3)
        assert.truthy(result.err:find("it is a file system of the kernel (proc)", 1, true), result.err)
        local folder = t.folder()
        t.shell("mkdir " .. folder .. "/p")
        t.write(folder .. "/a.txt", "Rain in May\n\nIt rained.\n")
        local mounts = ("unshare -m sh -c 'mount -t proc proc %s/p && exec \"$@\"' sh"):format(folder)
        if not os.execute(mounts .. " true 2>/dev/null") then
            return pending("no file system can be mounted here")
        end
        result = t.must({ "-C", desk, "ingest", folder }, { prefix = mounts })
        assert.truthy(result.err:find("/p: holds no documents", 1, true), result.err)
        assert.matches("a.txt: 1 article", result.out)
    end)

    it("says that an empty folder held nothing", function()
        local desk = t.desk()
        assert.equal("0 documents: 0 new articles, 0 known\n", t.must({ "-C", desk, "ingest", desk .. "/inbox" }).out)
    end)

    it("gives each article language, tags and a summary", function()
        local desk = t.desk(t.sample)
        for _, article in ipairs(t.json({ "-C", desk, "list", "--json" })) do
            assert.equal("en", article.language)
            assert.truthy(#article.tags > 0, article.headline)
            assert.truthy(article.id and article.infosource ~= nil)
            assert.truthy(article.summary ~= nil)
        end
    end)

    it("finds the desk from a folder inside it", function()
        local desk = t.desk()
        t.must({ "ingest", t.sample }, { cd = desk .. "/inbox" })
        assert.truthy(#headlines(desk) > 1)
    end)

    it("stores a changed article as a new version, not a second article", function()
        local desk, folder = t.desk(), t.folder()
        local body = "The ferry between the two towns went back to work on Monday after a winter in "
            .. "the dock, and the crew were glad to see the river again, said the captain."
        t.write(folder .. "/a.txt", "The ferry is back\n\n" .. body .. "\n")
        t.must({ "-C", desk, "ingest", "--source", "Harbour Post", folder .. "/a.txt" })
        t.write(folder .. "/a.txt", "The ferry is back\n\n" .. body .. " A second ferry follows.\n")
        local report = t.json({ "-C", desk, "ingest", "--source", "Harbour Post", "--json",
            folder .. "/a.txt" })[1]
        assert.equal(1, report.versions)
        local list = t.json({ "-C", desk, "list", "--json" })
        assert.equal(1, #list)
        assert.equal(2, list[1].version)
    end)

    it("keeps every document that a killed host had received", function()
        local desk, folder = t.desk(), t.folder()
        for i = 1, 60 do
            t.write(("%s/%02d.txt"):format(folder, i),
                ("Ferry number %d\n\nFerry number %d sailed on day %d of the year.\n"):format(i, i, i))
        end
        for _, after in ipairs { "0.15", "0.25", "0.4" } do
            t.shell(("timeout -s KILL %s %s -C %s ingest --quiet %s; true"):format(
                after, t.bin, desk, folder))
        end
        t.must({ "-C", desk, "ingest", "--quiet", folder })
        assert.equal(60, #headlines(desk))
    end)
end)

describe("progress", function()
    after_each(t.finish)

    it("shows a bar with a rate on a terminal when work takes long", function()
        local desk, folder = t.desk(), t.folder()
        t.plugin(desk, "tag", "slow", t.tagger("slow",
            "local n = 0 for i = 1, 3e6 do n = n + i % 3 end return desk.array {}"))
        t.write(desk .. "/desk.lua", 'desk.ingest { "text" }\ndesk.tag { "slow" }\n')
        for i = 1, 150 do
            t.write(folder .. "/" .. i .. ".txt", "Headline " .. i .. "\n\nBody " .. i .. ".\n")
        end
        local screen = t.shell("TERM=xterm script -qec " .. t.quote(t.bin .. " -C " .. desk
            .. " ingest --quiet " .. folder) .. " /dev/null </dev/null")
        assert.truthy(screen:find("documents, %d+/s"), screen)
    end)

    it("is silent where there is no terminal", function()
        local desk = t.desk()
        assert.equal("", t.must({ "-C", desk, "ingest", "--quiet", t.sample }).err)
    end)
end)
