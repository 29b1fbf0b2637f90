local t = require "support"
local running = require "running"

local function desk_with(jobs, source)
    local desk = t.desk(source == nil and t.sample or source or nil)
    local path = desk .. "/desk.lua"
    t.write(path, t.read(path) .. "\n" .. jobs .. "\n")
    return desk
end

local DAILY = [[desk.job { "daily", cron = "0 7 * * *", tz = "Europe/Paris", export = "json",
    to = "out/{job}-{date}-{time}.jsonl" }]]

local function outputs(desk)
    return t.shell("cd " .. t.quote(desk) .. "/out && find . -type f | sort")
end

local function history(desk, name)
    return t.json({ "-C", desk, "jobs", "history", name, "--json" })
end

local serial = 0
--- Takes in one more article.
local function add(desk, text)
    serial = serial + 1
    local file = t.write(t.folder() .. "/" .. serial .. ".txt",
        ("Number %d\n\n%s Nothing of it is in another text but number %d of this test.\n"):format(
            serial, text or "A text of its own.", serial))
    t.must({ "-C", desk, "ingest", "--quiet", file })
end

-- An exporter that says each id on a line, and takes its time at the end.
local SLOW = [[
local ctx, ids = nil, {}
return { kind = "export", name = "slow", version = "1.0.0", api = 1, about = "A test.",
    open = function(context) ctx = context; ids = {} end,
    write = function(article) ids[#ids + 1] = article.id .. ":" .. article.headline end,
    close = function()
        ctx:file("ids.txt"):write(table.concat(ids, "\n") .. "\n")
        local n = 0
        for i = 1, %d do n = n + i %% 7 end
    end }
]]

describe("jobs run", function()
    after_each(t.finish)

    it("exports what is new since the last run, once", function()
        local desk = desk_with(DAILY)
        local all = #t.json({ "-C", desk, "list", "--json" })
        local first = t.json({ "-C", desk, "jobs", "run", "daily", "--json" })[1]
        assert.equal(all, first.articles)
        assert.equal("done", first.state)
        assert.equal(1, #first.outputs)
        assert.truthy(t.read(desk .. "/" .. first.outputs[1]))
        add(desk)
        local second = t.json({ "-C", desk, "jobs", "run", "daily", "--json" })[1]
        assert.equal(1, second.articles)
        assert.equal(first.upto_seq, second.after_seq)
        assert.equal(0, t.json({ "-C", desk, "jobs", "run", "daily", "--json" })[1].articles)
    end)

    it("gives the same bytes for the same instant, whatever came since", function()
        local desk = desk_with([[desk.job { "france", cron = "0 7 * * *", tz = "UTC", export = "markdown",
            query = "place:France", to = "out/france" }]])
        local first = t.json({ "-C", desk, "jobs", "run", "france", "--json" })[1]
        assert.truthy(first.articles > 0)
        t.shell("cp -r " .. desk .. "/out/france " .. desk .. "/first")
        -- later articles, another version of one, and other tags for all
        t.must({ "-C", desk, "ingest", "--quiet", t.write(t.folder() .. "/v.txt",
            (t.read(t.sample):gsub("brass band from Lyon", "brass band from Lyon and Dijon"))) })
        add(desk, "France and Paris and Lyon.")
        t.shell("sqlite3 " .. desk .. "/.copydesk/store.db 'UPDATE tags SET label=label||\" (again)\"'")
        t.shell("rm -r " .. desk .. "/out/france")
        local again = t.json({ "-C", desk, "jobs", "run", "france", "--at", first.at, "--json" })[1]
        assert.equal(first.articles, again.articles)
        t.shell("diff -r " .. desk .. "/out/france " .. desk .. "/first")
        t.spoilt(desk) -- the index knows nothing of those tags
    end)

    it("shows what it would do, and does nothing", function()
        local desk = desk_with(DAILY)
        local plan = t.json({ "-C", desk, "jobs", "run", "daily", "--dry-run", "--json" })[1]
        assert.equal(#t.json({ "-C", desk, "list", "--json" }), plan.articles)
        assert.truthy(plan.to:find("out/daily%-%d+%-%d+%-%d+%-%d+%.jsonl"))
        assert.equal("", outputs(desk))
        assert.same({}, history(desk, "daily"))
    end)

    it("tells of a failure, keeps it, and lets the next run take the articles", function()
        local desk = desk_with([[desk.job { "bad", cron = "@daily", tz = "UTC", export = "bad", to = "out/x.txt" }]])
        t.plugin(desk, "export", "bad", [[
return { kind = "export", name = "bad", version = "1.0.0", api = 1, about = "A test.",
    open = function() end, write = function() error("the printer is on fire") end, close = function() end }
]])
        local result = t.run({ "-C", desk, "jobs", "run", "bad" })
        assert.equal(1, result.code)
        assert.truthy(result.out:find("the printer is on fire", 1, true), result.out)
        assert.equal("failed", history(desk, "bad")[1].state)
        assert.truthy(history(desk, "bad")[1].error:find("on fire", 1, true))
        t.plugin(desk, "export", "bad", (SLOW:format(1):gsub('"slow"', '"bad"')))
        local good = t.json({ "-C", desk, "jobs", "run", "bad", "--json" })[1]
        assert.equal(#t.json({ "-C", desk, "list", "--json" }), good.articles)
    end)

    it("says that a job's only moment had passed before it was known", function()
        local desk = desk_with([[desk.job { "gone", at = "2020-01-01 00:00", export = "json", to = "out/a.jsonl" }
            desk.job { "ahead", at = "2999-01-01 00:00", export = "json", to = "out/b.jsonl" }]], false)
        local jobs = t.json({ "-C", desk, "jobs", "--json" })
        assert.equal("past", jobs[1].state)
        assert.equal("new", jobs[2].state)
        t.must({ "-C", desk, "jobs", "run", "gone" })
        assert.equal("well", t.json({ "-C", desk, "jobs", "--json" })[1].state)
    end)

    it("refuses an instant that is yet to come, and an unknown job", function()
        local desk = desk_with(DAILY)
        local result = t.run({ "-C", desk, "jobs", "run", "daily", "--at", "2999-01-01" })
        assert.equal(2, result.code)
        assert.truthy(result.err:find("yet to come", 1, true), result.err)
        result = t.run({ "-C", desk, "jobs", "run", "dialy" })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("did you mean daily?", 1, true), result.err)
    end)

    it("writes to no place where an export may not", function()
        local desk = desk_with([[desk.job { "x", cron = "@daily", tz = "UTC", export = "json", to = "inbox/x" }]])
        local result = t.run({ "-C", desk, "jobs", "run", "x" })
        assert.equal(1, result.code)
        assert.truthy(result.out:find("inbox", 1, true), result.out)
    end)

    it("done again after SIGKILL has one output, of its first range", function()
        local desk = desk_with([[desk.job { "slow", cron = "@daily", tz = "UTC", export = "slow",
            to = "out/slow-{date}-{time}.txt" }]])
        t.plugin(desk, "export", "slow", SLOW:format(400000000))
        os.execute(("timeout -s KILL 0.7 %s -C %s jobs run slow >/dev/null 2>&1"):format(t.quote(t.bin),
            t.quote(desk)))
        local left = history(desk, "slow")
        assert.equal("running", left[1].state)
        assert.equal("", (outputs(desk):gsub("[^\n]*%.part[^\n]*", "")))
        add(desk)
        t.plugin(desk, "export", "slow", SLOW:format(1))
        local again = t.json({ "-C", desk, "jobs", "run", "slow", "--at", left[1].at, "--json" })[1]
        assert.equal(left[1].upto_seq, again.upto_seq)
        assert.equal(1, select(2, outputs(desk):gsub("%.txt", "")))
        assert.equal(1, #history(desk, "slow"))
        assert.equal("", (t.shell("find " .. desk .. "/out -name '*.part'")))
    end)

    it("covers all articles when it says so", function()
        local desk = desk_with([[desk.job { "all", cron = "@daily", tz = "UTC", export = "json",
            articles = "all", to = "out/all.jsonl" }]])
        local all = #t.json({ "-C", desk, "list", "--json" })
        assert.equal(all, t.json({ "-C", desk, "jobs", "run", "all", "--json" })[1].articles)
        assert.equal(all, t.json({ "-C", desk, "jobs", "run", "all", "--json" })[1].articles)
    end)

    it("runs a task", function()
        local desk = desk_with([[desk.job { "digest", cron = "0 7 * * *", tz = "Europe/Paris", task = "digest",
            to = "out/digest-{date}.md" }]])
        local result = t.json({ "-C", desk, "jobs", "run", "digest", "--json" })[1]
        assert.equal("done", result.state)
        assert.truthy(result.files > 0)
    end)
end)

describe("jobs", function()
    after_each(t.finish)

    it("lists how each stands, its last run and its next", function()
        local desk = desk_with(DAILY)
        local job = t.json({ "-C", desk, "jobs", "--json" })[1]
        assert.equal("new", job.state)
        assert.equal(t.null, job.last)
        assert.truthy(job.next.at:find("T0[56]:00:00Z"))
        t.must({ "-C", desk, "jobs", "run", "daily" })
        job = t.json({ "-C", desk, "jobs", "--json" })[1]
        assert.equal("well", job.state)
        assert.equal("done", job.last.state)
        local out = t.must({ "-C", desk, "jobs" }).out
        assert.truthy(out:find("daily  well", 1, true), out)
        assert.truthy(out:find("next  .* 07:00 CES?T  .*Z"), out)
    end)

    it("pauses and resumes", function()
        local desk = desk_with(DAILY)
        t.must({ "-C", desk, "jobs", "pause", "daily" })
        local job = t.json({ "-C", desk, "jobs", "--json" })[1]
        assert.equal("paused", job.state)
        assert.equal("by hand", job.paused_why)
        assert.equal(t.null, job.next)
        t.must({ "-C", desk, "jobs", "resume", "daily" })
        assert.equal("new", t.json({ "-C", desk, "jobs", "--json" })[1].state)
    end)

    it("pauses a job that fails again and again, and says why", function()
        local desk = desk_with([[desk.job { "bad", cron = "@daily", tz = "UTC", export = "bad", to = "out/x.txt",
            pause_after = 2 }]])
        t.plugin(desk, "export", "bad", [[
return { kind = "export", name = "bad", version = "1.0.0", api = 1, about = "A test.",
    open = function() error("no ink") end, write = function() end, close = function() end }
]])
        t.run({ "-C", desk, "jobs", "run", "bad" })
        assert.equal("failed", t.json({ "-C", desk, "jobs", "--json" })[1].state)
        t.run({ "-C", desk, "jobs", "run", "bad" })
        local job = t.json({ "-C", desk, "jobs", "--json" })[1]
        assert.equal("paused", job.state)
        assert.truthy(job.paused_why:find("2 runs in a row failed", 1, true), job.paused_why)
        assert.truthy(job.paused_why:find("no ink", 1, true))
    end)

    it("fills what lies between, oldest first, and leaves the next run alone", function()
        local desk = desk_with(DAILY)
        local runs = t.json({ "-C", desk, "jobs", "backfill", "daily", "--from", "2026-05-01", "--to",
            "2026-05-04", "--json" })
        assert.equal(3, #runs)
        assert.equal("2026-05-01T05:00:00Z", runs[1].at)
        assert.equal("2026-05-03T05:00:00Z", runs[3].at)
        assert.equal(0, runs[1].articles) -- nothing was there then
        assert.truthy(outputs(desk):find("daily-2026-05-02-0700.jsonl", 1, true))
        assert.equal(#t.json({ "-C", desk, "list", "--json" }),
            t.json({ "-C", desk, "jobs", "run", "daily", "--json" })[1].articles)
        local again = t.json({ "-C", desk, "jobs", "backfill", "daily", "--from", "2026-05-01", "--to",
            "2026-05-05", "--json" })
        assert.equal("skipped", again[1].state)
        assert.equal("done", again[4].state)
    end)

    it("says what is missing or too much of a backfill", function()
        local desk = desk_with([[desk.job { "m", cron = "* * * * *", tz = "UTC", export = "json", to = "out/m.jsonl" }]])
        assert.equal(2, t.run({ "-C", desk, "jobs", "backfill", "m" }).code)
        local result = t.run({ "-C", desk, "jobs", "backfill", "m", "--from", "2026-05-01" })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("RUNS_BACKFILLED", 1, true), result.err)
        assert.same({}, history(desk, "m"))
    end)
end)

describe("jobs of a desk that runs", function()
    after_each(running.finish)

    it("run on articles that come, each article once", function()
        local desk = desk_with([[desk.job { "each", on = { "article.stored" }, debounce = "200ms", export = "slow",
            to = "out/each-{date}-{time}.txt" }]], false)
        t.plugin(desk, "export", "slow", SLOW:format(1))
        local run = running.start(desk)
        t.write(desk .. "/inbox/a.txt", t.read(t.sample))
        running.wait(function() return outputs(desk) ~= "" end, "the first output")
        t.write(desk .. "/inbox/b.txt", "Another\n\nA text that stands in no other file of this test.\n")
        running.wait(function() return select(2, outputs(desk):gsub("\n", "")) == 1 end, "the second")
        local ids = t.shell("cat " .. desk .. "/out/*.txt | cut -d: -f1 | sort -n")
        assert.equal(t.shell("seq 1 " .. #t.json({ "-C", desk, "list", "--json" })), ids)
        assert.equal(0, run:stop())
    end)

    it("are run, paused and filled by commands beside it", function()
        local desk = desk_with(DAILY)
        local run = running.start(desk)
        local done = t.json({ "-C", desk, "jobs", "run", "daily", "--json" })[1]
        assert.equal("done", done.state)
        assert.truthy(done.articles > 0)
        t.must({ "-C", desk, "jobs", "pause", "daily" })
        assert.equal("paused", t.json({ "-C", desk, "jobs", "--json" })[1].state)
        t.must({ "-C", desk, "jobs", "resume", "daily" })
        local filled = t.json({ "-C", desk, "jobs", "backfill", "daily", "--from", "2026-05-01", "--to",
            "2026-05-03", "--json" })
        assert.equal(2, #filled)
        local result = t.run({ "-C", desk, "jobs", "run", "dialy" })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("did you mean daily?", 1, true), result.err)
        result = t.run({ "-C", desk, "jobs", "run", "daily", "--at", "nonsense" })
        assert.truthy(result.err:find("is no moment", 1, true), result.err)
        assert.equal(0, run:stop())
    end)

    it("tell of what failed by a task", function()
        local desk = desk_with([[
desk.job { "bad", cron = "@yearly", tz = "UTC", export = "bad", to = "out/x.txt" }
desk.job { "notice", on = { "job.failed" }, debounce = "100ms", task = "notice", to = "notices" }]])
        t.plugin(desk, "export", "bad", [[
return { kind = "export", name = "bad", version = "1.0.0", api = 1, about = "A test.",
    open = function() error("out of paper") end, write = function() end, close = function() end }
]])
        local run = running.start(desk)
        t.run({ "-C", desk, "jobs", "run", "bad" })
        running.wait(function()
            return t.shell("cat " .. desk .. "/notices/* 2>/dev/null || true"):find("out of paper", 1, true)
        end, "the notice")
        assert.equal(1, #history(desk, "notice"))
        assert.equal(0, run:stop())
    end)

    it("are done again after SIGKILL, with one output", function()
        local desk = desk_with([[desk.job { "each", on = { "article.stored" }, debounce = "100ms", export = "slow",
            to = "out/each-{date}-{time}.txt" }]], false)
        t.plugin(desk, "export", "slow", SLOW:format(400000000))
        local run = running.start(desk)
        t.write(desk .. "/inbox/a.txt", t.read(t.sample))
        running.wait(function() return history(desk, "each")[1] end, "the run")
        os.execute("sleep 0.3")
        run:stop("KILL")
        assert.equal("running", history(desk, "each")[1].state)
        t.plugin(desk, "export", "slow", SLOW:format(1))
        run = running.start(desk)
        running.wait(function() return history(desk, "each")[1].state == "done" end, "its end")
        assert.equal(1, #history(desk, "each"))
        assert.equal(2, history(desk, "each")[1].tries)
        assert.equal(t.shell("seq 1 " .. #t.json({ "-C", desk, "list", "--json" })),
            t.shell("cat " .. desk .. "/out/*.txt | cut -d: -f1 | sort -n"))
        assert.equal("", t.shell("find " .. desk .. "/out -name '*.part'"))
        assert.equal(0, run:stop())
    end)

    for what, case in pairs {
        query = { 'export = "json", query = "place:(France", to = "out/x"', "query: " },
        plugin = { 'export = "jsno", to = "out/x"', "json" },
        task = { 'task = "digset", to = "out"', "digest" },
        event = { 'task = "notice", to = "out"', "not on schedule" },
        option = { 'export = "markdown", to = "out/x", options = { colour = 1 }', "colour" },
        place = { 'export = "json", to = "inbox/{date}.json"', "lies in a watched folder" },
        store = { 'export = "json", to = ".copydesk/x/y/{date}"', "lies in the store" },
        around = { 'export = "markdown", to = "."', "holds the store" },
    } do
        it("that cannot run are found at the start and by a reload, with their line: " .. what, function()
            local desk = desk_with('desk.job { "bad", cron = "0 7 * * *", tz = "UTC", ' .. case[1] .. " }")
            local line = select(2, t.read(desk .. "/desk.lua"):gsub("\n", ""))
            local place = ("desk.lua:%d: job bad: "):format(line)
            local listed = t.json({ "-C", desk, "jobs", "--json" })[1]
            assert.equal("cannot run", listed.state)
            local run = running.start(desk)
            run:expect("the job fails until this is mended")
            local status = t.json({ "-C", desk, "status", "--json" }, nil, 1)[1]
            local reload = t.must({ "-C", desk, "reload" }, nil, 1)
            for _, said in ipairs { run:log(), status.unwell[1], reload.err, listed.problem } do
                assert.truthy(said:find(place, 1, true), said)
                assert.truthy(said:find(case[2], 1, true), said)
            end
            t.write(desk .. "/desk.lua", 'desk.ingest { "text" }\n')
            t.must { "-C", desk, "reload" }
            t.must { "-C", desk, "status" }
        end)
    end

    it("that cannot run are all named at once", function()
        local desk = desk_with([[
desk.job { "one", cron = "@daily", tz = "UTC", task = "notice", to = "out" }
desk.job { "two", cron = "@daily", tz = "UTC", export = "jsno", to = "out/x" }]])
        local run = running.start(desk)
        local said = t.must({ "-C", desk, "reload" }, nil, 1).err
        assert.matches("job one: task/notice runs on [^;]*, not on schedule; desk.lua:%d+: job two: ", said)
        assert.equal(0, run:stop())
    end)

    it("follow a reload", function()
        local desk = desk_with(DAILY)
        local run = running.start(desk)
        local path = desk .. "/desk.lua"
        t.write(path, t.read(path):gsub('"daily"', '"weekly"'))
        run:signal("HUP")
        run:expect("desk.lua")
        assert.equal("done", t.json({ "-C", desk, "jobs", "run", "weekly", "--json" })[1].state)
        assert.equal(1, t.run({ "-C", desk, "jobs", "run", "daily" }).code)
        t.write(path, t.read(path) .. '\ndesk.job { "bad", cron = "0 25 * * *", export = "json", to = "out/x" }\n')
        run:signal("HUP")
        run:expect("the hour goes from 0 to 23")
        assert.equal("done", t.json({ "-C", desk, "jobs", "run", "weekly", "--json" })[1].state)
        assert.equal(0, run:stop())
    end)
end)
