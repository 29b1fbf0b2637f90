-- Tasks that tell of what failed, in a desk that runs: by a file, by a granted command.
local t = require "support"
local running = require "running"

local MOODY = "if article.text:find('bad', 1, true) then error('no ships today') end return {}"

--- A desk that runs, with a tagger that fails on what is bad and these settings.
local function start(settings)
    local dir = t.desk()
    t.plugin(dir, "tag", "moody", t.tagger("moody", MOODY))
    t.write(dir .. "/desk.lua", "desk.watch { 'inbox', settle = '20ms' }\ndesk.ingest { 'text' }\n"
        .. "desk.tag { 'moody' }\n" .. settings)
    return dir
end

local function drop(dir, name, word)
    t.write(dir .. "/inbox/" .. name, ("News of %s\n\nAll is %s.\n"):format(name, word))
    running.wait(function() return t.read(dir .. "/done/" .. name) end, name .. " in done/")
end

local function history(dir)
    return t.json { "-C", dir, "jobs", "history", "notices", "--json" }
end

--- Waits for the newest run of the job to be `state`.
local function wait_for(dir, state, count)
    return running.wait(function()
        local runs = history(dir)
        return #runs >= (count or 1) and runs[1].state == state and runs[1]
    end, "a run that is " .. state .. ": " .. t.encode(history(dir)))
end

describe("an item that goes to quarantine", function()
    after_each(running.finish)

    it("is told of in a file, with plugin, article and what to do, each item once", function()
        local dir = start("desk.job { 'notices', on = { 'item.quarantined' }, task = 'notice', to = 'notices',\n"
            .. "debounce = '100ms' }\n")
        local desk = running.start(dir)
        drop(dir, "well.txt", "well")
        drop(dir, "a.txt", "bad")
        wait_for(dir, "done")
        drop(dir, "b.txt", "bad")
        wait_for(dir, "done", 2)
        assert.equal(0, desk:stop())
        local text = t.shell("cat " .. t.quote(dir) .. "/notices/*.txt")
        for _, name in ipairs { "a.txt", "b.txt" } do
            local _, count = text:gsub('article %d+, "News of ' .. name .. '" waits in quarantine by tag/moody@1%.0%.0', "")
            assert.equal(1, count, text)
        end
        assert.truthy(text:find("no ships today", 1, true), text)
        assert.truthy(text:find("copydesk failed retry %d+"), text)
        assert.falsy(text:find("well.txt", 1, true))
    end)

    it("is told of after a restart when the desk ended before it could", function()
        local dir = start("desk.job { 'notices', on = { 'item.quarantined' }, task = 'notice', to = 'notices',\n"
            .. "debounce = '1h' }\n")
        local desk = running.start(dir)
        drop(dir, "a.txt", "bad")
        desk:signal("KILL")
        running.wait(function() return desk:code() end, "its end")
        t.write(dir .. "/desk.lua", (t.read(dir .. "/desk.lua"):gsub("'1h'", "'100ms'")))
        desk = running.start(dir)
        wait_for(dir, "done")
        assert.equal(0, desk:stop())
        assert.truthy(t.shell("cat " .. t.quote(dir) .. "/notices/*.txt"):find("News of a.txt", 1, true))
    end)

    local function start_with_command(command, job)
        local dir = start(("desk.job { 'notices', on = { 'item.quarantined' }, task = 'notice', debounce = '50ms',\n"
            .. "options = { by = 'command' }%s }\n"):format(job or ""))
        local line = t.must { "-C", dir, "plugin", "grant", "task/notice" }.out:match("desk%.grant {[^\n]*}")
        local given = ("command = { '/bin/sh', '-c', [[%s]] }"):format(command)
        local count
        line, count = line:gsub("manifest", function() return given .. ", manifest" end)
        assert.equal(1, count, line)
        t.write(dir .. "/desk.lua", t.read(dir .. "/desk.lua") .. line .. "\n")
        return dir
    end

    it("is told of by the command that desk.lua grants", function()
        local said = t.folder("777") .. "/said"
        local dir = start_with_command(("cat >%s.new; echo $COPYDESK_TITLE >>%s.new; mv %s.new %s"):format(
            said, said, said, said))
        local desk = running.start(dir)
        drop(dir, "a.txt", "bad")
        wait_for(dir, "done")
        assert.equal(0, desk:stop())
        local text = t.read(said)
        assert.truthy(text:find("no ships today", 1, true), text)
        assert.truthy(text:find("\ncopydesk: an item is in quarantine\n$"), text)
    end)

    it("is a failed run when its command hangs: that is killed with its children, the desk goes on", function()
        local place = t.folder("777")
        local dir = start_with_command(("sleep 300 & echo $! >%s/child; wait"):format(place),
            ", timeout = '1s', pause_after = 0")
        local desk = running.start(dir)
        drop(dir, "a.txt", "bad")
        local run = wait_for(dir, "failed")
        assert.truthy(run.error:find("longer than its timeout of 1 s", 1, true), run.error)
        local child = t.read(place .. "/child"):match("%d+")
        running.wait(function()
            local state = t.read("/proc/" .. child .. "/stat")
            return not state or state:find(") Z", 1, true)
        end, "the end of the command's child")
        local result = t.must({ "-C", dir, "status" }, nil, 1)
        assert.truthy(result.out:find("job notices failed", 1, true), result.out)
        drop(dir, "well.txt", "well")
        assert.equal(0, desk:stop())
    end)
end)
