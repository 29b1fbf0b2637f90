local t = require "support"

local function with(desk, job)
    local path = desk .. "/desk.lua"
    t.write(path, t.read(path) .. "\n" .. job .. "\n")
    return desk
end

local function desk_with(job)
    return with(t.desk(), job)
end

describe("jobs next", function()
    local desk
    setup(function()
        desk = desk_with([[
desk.job { "night", cron = "30 2 * * *", tz = "Europe/Paris", export = "json", to = "out/n-{date}.jsonl" }
desk.job { "often", cron = "*/30 * * * *", tz = "Europe/Paris", export = "json", to = "out/o-{time}.jsonl" }
desk.job { "eve", at = "2026-12-24 18:00", tz = "Asia/Shanghai", export = "json", to = "out/e.jsonl" }
]])
    end)
    teardown(t.finish)

    local function next_of(name, count, from)
        return t.json({ "-C", desk, "jobs", "next", name, count, "--from", from, "--json" })
    end

    it("gives UTC, local time and a note as JSON", function()
        assert.same({ job = "night", at = "2026-03-28T01:30:00Z", local_ = nil,
            ["local"] = "2026-03-28T02:30:00+01:00", note = "", jitter_ms = 0 }, next_of("night", 1, "2026-03-28")[1])
    end)

    it("marks what clocks that go forward do", function()
        local got = next_of("night", 2, "2026-03-29")
        assert.equal("2026-03-29T01:00:00Z", got[1].at)
        assert.equal("02:30 does not exist, clocks go forward: at 03:00 instead", got[1].note)
        assert.equal("2026-03-30T00:30:00Z", got[2].at)
    end)

    it("marks what clocks that go back do", function()
        local got = next_of("night", 2, "2026-10-25")
        assert.equal("2026-10-25T00:30:00Z", got[1].at)
        assert.truthy(got[1].note:find("the first alone", 1, true))
        assert.equal("2026-10-26T01:30:00Z", got[2].at)
        local both = next_of("often", 4, "2026-10-25T00:30:00Z")
        assert.equal("2026-10-25T01:00:00Z", both[2].at)
        assert.truthy(both[2].note:find("the second", 1, true))
    end)

    it("knows of a job that comes once", function()
        local got = next_of("eve", 5, "2026-01-01")
        assert.equal(1, #got)
        assert.equal("2026-12-24T10:00:00Z", got[1].at)
        local none = t.must({ "-C", desk, "jobs", "next", "eve", "--from", "2027-01-01" })
        assert.equal("", none.out)
        assert.truthy(none.err:find("no time after that", 1, true))
    end)

    it("says how much later jitter lets a job begin", function()
        local other = desk_with([[desk.job { "spread", cron = "0 7 * * *", tz = "UTC", jitter = "10m", export = "json",
            to = "out/x" }]])
        local got = t.json({ "-C", other, "jobs", "next", "spread", 2, "--json" })
        assert.truthy(got[1].jitter_ms > 0 and got[1].jitter_ms < 600000)
        assert.equal(got[1].jitter_ms, got[2].jitter_ms)
        local out = t.must({ "-C", other, "jobs", "next", "spread", "1" }).out
        assert.truthy(out:find(("begins %.1f s later (jitter)"):format(got[1].jitter_ms / 1000), 1, true), out)
    end)

    it("shows a person local time and UTC", function()
        local out = t.must({ "-C", desk, "jobs", "next", "night", "1", "--from", "2026-05-04" }).out
        assert.equal("2026-05-04 02:30 CEST  2026-05-04T00:30:00Z\n", out)
    end)

    it("takes T in the job's zone, and with an offset", function()
        assert.equal("2026-05-05T00:30:00Z", next_of("night", 1, "2026-05-04 02:31")[1].at)
        assert.equal("2026-05-04T00:30:00Z", next_of("night", 1, "2026-05-04T00:30:00Z")[1].at)
        local bad = t.run({ "-C", desk, "jobs", "next", "night", "--from", "tomorrow" })
        assert.equal(2, bad.code)
        assert.truthy(bad.err:find("Europe/Paris", 1, true), bad.err)
    end)

    it("names the nearest job", function()
        local result = t.run({ "-C", desk, "jobs", "next", "nigth" })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("did you mean night?", 1, true), result.err)
    end)

    it("needs neither lock nor store", function()
        local own = desk_with([[desk.job { "x", cron = "@daily", tz = "UTC", export = "json", to = "out/x" }]])
        t.shell("rm -rf " .. own .. "/.copydesk && chmod a-w " .. own)
        t.must({ "-C", own, "jobs", "next", "x" })
        t.spoilt(own)
    end)
end)

describe("a job that cannot be", function()
    teardown(t.finish)

    for job, said in pairs {
        [ [[cron = "0 7 * * Mno", tz = "UTC"]] ] = "column 9: there is no day of the week \"Mno\"; did you mean MON?",
        [ [[cron = "30 2 30 2 *", tz = "UTC"]] ] = "it never comes",
        [ [[cron = "0 7 * * *", tz = "Europe/Pariss"]] ] = "did you mean Europe/Paris?",
        [ [[cron = "0 7 * * *", tz = "../../etc/passwd"]] ] = "no name of a time zone",
        [ [[at = "2026-02-30 18:00", tz = "UTC"]] ] = "that month has no such day",
        [ [[cron = "@daily", jiter = "30s"]] ] = "did you mean 'jitter'?",
        [ [[cron = "@daily", window = "7 days"]] ] = "window must be a span",
        [ [[cron = "@daily", window = "10s"]] ] = "window = \"10s\" must lie between",
        [ [[cron = "@daily", catchup = "some"]] ] = "catchup must be one of: last all none",
        [ [[cron = "@daily", at = "2026-12-24 18:00"]] ] = "it needs one of cron",
        [ [[tz = "UTC"]] ] = "it needs one of cron",
        [ [[on = { "article.storde" }]] ] = "did you mean \"article.stored\"?",
        [ [[cron = "@daily", to = "out/{dat}.json"]] ] = "did you mean {date}?",
    } do
        it("is refused with its line: " .. job, function()
            local desk = t.desk()
            local path = desk .. "/desk.lua"
            local line = select(2, t.read(path):gsub("\n", "")) + 1
            local to = job:find("to = ", 1, true) and "" or ", to = \"out/x\""
            with(desk, "desk.job { \"x\", export = \"json\", " .. job .. to .. " }")
            local result = t.run({ "-C", desk, "jobs", "next", "x" })
            assert.equal(1, result.code)
            assert.truthy(result.err:find("desk.lua:" .. line + 1 .. ":", 1, true), result.err)
            assert.truthy(result.err:find(said, 1, true), result.err)
        end)
    end

    it("is refused when its name is taken, or is no name", function()
        local desk = desk_with([[
desk.job { "x", cron = "@daily", export = "json", to = "out/x" }
desk.job { "x", cron = "@daily", export = "json", to = "out/x" }]])
        assert.truthy(t.run({ "-C", desk, "jobs", "next", "x" }).err:find("in line %d+ already"))
        desk = desk_with([[desk.job { "../x", cron = "@daily", export = "json", to = "out/x" }]])
        assert.truthy(t.run({ "-C", desk, "jobs", "next", "x" }).err:find("a job's name is", 1, true))
    end)

    it("stops no other command", function()
        local desk = desk_with([[desk.job { "x", cron = "0 25 * * *", export = "json", to = "out/x" }]])
        t.must({ "-C", desk, "ingest", "--quiet", t.sample })
    end)
end)
