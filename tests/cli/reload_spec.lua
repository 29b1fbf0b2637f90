local t = require "support"
local running = require "running"

local PASSES = [[return { { name = "says so",
    article = { headline = "News", text = "What is new." },
    check = function(answer) assert(answer[1].scheme == "word") end } }]]
local FAILS = [[return { { name = "wants the moon",
    article = { headline = "News", text = "What is new." },
    check = function(answer) assert(answer[1].label == "moon", "no moon") end } }]]

local function tagger(label)
    return t.tagger("words", ('return { { scheme = "word", label = "%s" } }'):format(label))
end

local function start(label)
    local folder = t.desk()
    t.write(folder .. "/desk.lua", "desk.watch { 'inbox', settle = '20ms' }\n"
        .. "desk.ingest { 'text' }\ndesk.tag { 'words' }\n")
    t.plugin(folder, "tag", "words", tagger(label))
    t.write(folder .. "/scripts/tag/words/test.lua", PASSES)
    return running.start(folder, { args = { "--log-level", "debug" } })
end

local number = 0

--- Drops a file; the label that its article got.
local function label_of_next(desk)
    number = number + 1
    local name = ("news-%d.txt"):format(number)
    t.write(desk.desk .. "/inbox/" .. name, ("News %d\n\nWhat is new in %d.\n"):format(number, number))
    running.wait(function() return t.read(desk.desk .. "/done/" .. name) end, name .. " in done/\n" .. desk:log())
    for _, article in ipairs(t.json({ "-C", desk.desk, "list", "--json" })) do
        if article.headline == "News " .. number then
            return article.tags[1].label
        end
    end
end

describe("reload", function()
    after_each(running.finish)

    it("uses a plugin that was saved for the next item", function()
        local desk = start("old")
        assert.equal("old", label_of_next(desk))
        local mark = desk:mark()
        t.plugin(desk.desk, "tag", "words", tagger("new"))
        desk:expect('tag/words"', mark)
        assert.equal("new", label_of_next(desk))
        assert.truthy(desk:log():find("1 tests passed", 1, true))
        assert.equal(0, desk:stop())
    end)

    it("keeps the old one when the new one is broken, and says why", function()
        local desk = start("old")
        local mark = desk:mark()
        t.plugin(desk.desk, "tag", "words", "return {")
        desk:expect("what served before goes on", mark)
        assert.truthy(desk:log():find("words/init.lua:1", 1, true), desk:log())
        assert.equal("old", label_of_next(desk))
        mark = desk:mark()
        t.plugin(desk.desk, "tag", "words", tagger("mended"))
        desk:expect('tag/words"', mark)
        assert.equal("mended", label_of_next(desk))
        assert.equal(0, desk:stop())
    end)

    it("keeps the old one when the test of the new one fails", function()
        local desk = start("old")
        local mark = desk:mark()
        t.write(desk.desk .. "/scripts/tag/words/test.lua", FAILS)
        t.plugin(desk.desk, "tag", "words", tagger("new"))
        desk:expect("wants the moon", mark)
        desk:expect("what served before goes on", mark)
        assert.equal("old", label_of_next(desk))
        assert.equal(0, desk:stop())
    end)

    it("keeps the old settings when desk.lua is broken, by SIGHUP as well", function()
        local desk = start("old")
        local mark = desk:mark()
        t.write(desk.desk .. "/desk.lua", "desk.tag { 'words' \n")
        desk:expect("what served before goes on", mark)
        mark = desk:mark()
        desk:signal("HUP")
        desk:expect("what served before goes on", mark)
        assert.equal("old", label_of_next(desk))
        assert.equal(0, desk:stop())
    end)

    it("watches a folder that desk.lua names anew", function()
        local desk = start("old")
        local mark = desk:mark()
        t.write(desk.desk .. "/desk.lua", "desk.watch { 'inbox', settle = '20ms' }\n"
            .. "desk.watch { 'second', settle = '20ms' }\n"
            .. "desk.ingest { 'text' }\ndesk.tag { 'words' }\n")
        desk:expect("desk.lua", mark)
        t.shell("mkdir " .. desk.desk .. "/second")
        t.write(desk.desk .. "/second/a.txt", "Elsewhere\n\nIt came elsewhere.\n")
        running.wait(function() return t.read(desk.desk .. "/done/a.txt") end, "a.txt in done/\n" .. desk:log())
        assert.equal(0, desk:stop())
    end)

    it("drops no item while plugins change", function()
        local desk = start("0")
        for i = 1, 60 do
            t.write(("%s/inbox/many-%d.txt"):format(desk.desk, i), ("Many %d\n\nText of %d.\n"):format(i, i * 37))
            if i % 12 == 0 then
                t.plugin(desk.desk, "tag", "words", tagger(i))
                os.execute("sleep 0.1")
            end
        end
        running.wait(function()
            return t.shell("ls " .. desk.desk .. "/done | wc -l") == "60"
        end, "all in done/\n" .. desk:log())
        assert.equal(0, desk:stop())
        assert.equal(60, #t.json({ "-C", desk.desk, "list", "--json" }))
        assert.equal(0, #t.json({ "-C", desk.desk, "failed", "--json" }))
        t.must({ "-C", desk.desk, "check" })
    end)

    it("does not hold up the end of the desk", function()
        local desk = start("old")
        local mark = desk:mark()
        t.write(desk.desk .. "/scripts/tag/words/test.lua", [[return { { name = "takes long",
            article = { headline = "News", text = "What is new." },
            check = function()
                desk.log.info("begun")
                for i = 1, 1e12 do end
            end } }]])
        t.plugin(desk.desk, "tag", "words", tagger("new"))
        desk:expect("begun", mark)
        assert.equal(0, desk:stop())
        assert.falsy(desk:log():find("LIVE_STOP_MS", 1, true))
        assert.falsy(desk:log():find("for over", 1, true)) -- the test was not waited for
    end)

    it("leaves no process and no descriptor behind", function()
        local desk = start("old")
        local function count(what)
            return tonumber(t.shell(what:gsub("PID", desk.pid)))
        end
        local function reload_by_signal()
            local mark = desk:mark()
            desk:signal("HUP")
            desk:expect("nothing has changed", mark)
            os.execute("sleep 0.05")
        end
        local fds, workers
        for i = 1, 12 do
            reload_by_signal()
            if i == 2 then
                fds = count("ls /proc/PID/fd | wc -l")
                workers = count("pgrep -c -P PID || true")
            end
        end
        running.wait(function()
            return count("ls /proc/PID/fd | wc -l") <= fds and count("pgrep -c -P PID || true") <= workers
        end, "the old workers' end: " .. desk:log())
        assert.equal(0, desk:stop())
    end)
end)
