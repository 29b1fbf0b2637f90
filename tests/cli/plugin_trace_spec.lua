local t = require "support"

local function has(text, part)
    assert.truthy(text:find(part, 1, true), text)
end

describe("plugin try --trace", function()
    after_each(t.finish)

    local body = [[
        desk.log("looking at", #article.text, "bytes")
        desk.log.debug("quietly")
        if article.headline == "Bad" then error("no " .. article.headline) end
        return { { scheme = "x", label = article.headline } }]]

    local function desk_with()
        local desk = t.desk(t.sample)
        t.plugin(desk, "tag", "odd", t.tagger("odd", body))
        return desk
    end

    it("shows input, log, answer, time and memory of a stored article", function()
        local desk = desk_with()
        local out = t.must({ "-C", desk, "plugin", "try", "tag/odd", "3", "--trace" }).out
        assert.truthy(out:find("^plugin   tag/odd@1%.0%.0\ninput    article 3: .+ %(%d+ bytes%)\n"), out)
        assert.truthy(out:find("\nlog      info: looking at %d+ bytes\nlog      debug: quietly\n"), out)
        assert.truthy(out:find('\nanswer   {"label":"[^\n]+","scheme":"x"}\n'), out)
        assert.truthy(out:find("\ntime     [%d.]+ ms in the plugin, [%d.]+ ms"), out)
        assert.truthy(out:find("\nmemory   %d+ KiB after the call, %d+ KiB at most\n"), out)
    end)

    it("stores nothing", function()
        local desk = desk_with()
        t.must({ "-C", desk, "plugin", "try", "tag/odd", "3", "--trace" })
        assert.equal("", t.run({ "-C", desk, "search", "tag:x" }).out)
        local tags = t.json({ "-C", desk, "show", "3", "--json" })[1].tags
        for _, tag in ipairs(tags) do
            assert.are_not.equal("x", tag.scheme)
        end
    end)

    it("shows where it fails, and goes on", function()
        local desk = desk_with()
        local file = t.write(desk .. "/a.jsonl", '{"headline":"Bad","text":"T"}\n{"headline":"Good","text":"T"}\n')
        local out = t.must({ "-C", desk, "plugin", "try", "tag/odd", file, "--trace" }, nil, 3).out
        has(out, "failed   (error) scripts/tag/odd/init.lua:7: no Bad")
        has(out, ">     7 |         if article.headline")
        has(out, 'answer   {"label":"Good","scheme":"x"}')
    end)

    it("counts the memory of the call", function()
        local desk = t.desk(t.sample)
        t.plugin(desk, "tag", "big", t.tagger("big", "local s = ('x'):rep(10 << 20) return {}"))
        local trace = t.json({ "-C", desk, "plugin", "try", "tag/big", "3", "--trace", "--json" })[1]
        assert.truthy(trace.memory_peak > 10 << 20 and trace.memory_peak < 30 << 20, trace.memory_peak)
        assert.truthy(trace.wall_us >= trace.cpu_us)
    end)

    it("takes documents for an ingest plugin", function()
        local trace = t.json({ "plugin", "try", "ingest/digest", t.sample, "--trace", "--json" }, { cd = "/" })[1]
        assert.equal(6, #trace.answer)
        assert.truthy(trace.cpu_us > 0)
    end)

    it("says when there is no such article", function()
        local desk = desk_with()
        local result = t.run({ "-C", desk, "plugin", "try", "tag/odd", "4711", "--trace" })
        assert.equal(1, result.code)
        has(result.err, "4711")
    end)
end)

describe("plugin bench", function()
    after_each(t.finish)

    it("measures on stored articles", function()
        local desk = t.desk(t.sample)
        local result = t.json({ "-C", desk, "plugin", "bench", "tag/keywords", "--seconds", "0", "--json" })[1]
        assert.truthy(result.batch_us > 0, result.batch_us)
        assert.equal(6, result.items)
        assert.equal(6, result.calls)
        assert.truthy(result.p50_us > 0 and result.p50_us <= result.p99_us and result.p99_us <= result.max_us)
        assert.truthy(result.calls_per_second > 0 and result.memory_peak >= result.memory_bytes)
    end)

    it("takes the newest that match", function()
        local desk = t.desk(t.sample)
        local all = t.json({ "-C", desk, "plugin", "bench", "tag/keywords", "-s", "0", "--last", "2", "--json" })[1]
        assert.equal(2, all.items)
        local some = t.json({ "-C", desk, "plugin", "bench", "tag/keywords", "-s", "0", "--query", "train", "--json" })[1]
        assert.truthy(some.items > 0 and some.items < 6, some.items)
        has(t.run({ "-C", desk, "plugin", "bench", "tag/keywords", "--query", "nowhere" }).err, "no stored article matches")
    end)

    it("needs no desk where files are given", function()
        local result = t.json({ "plugin", "bench", "ingest/digest", t.sample, "-s", "0", "--json" }, { cd = "/" })[1]
        assert.equal(1, result.calls)
    end)

    it("counts what fails", function()
        local desk = t.desk(t.sample)
        t.plugin(desk, "tag", "odd", t.tagger("odd", "if article.id == 2 then error('no two') end return {}"))
        local result = t.run({ "-C", desk, "plugin", "bench", "tag/odd", "-s", "0" })
        assert.equal(3, result.code)
        has(result.err, "1 calls failed; the first: scripts/tag/odd/init.lua:5: no two")
    end)

    it("refuses kinds that are not called with one item", function()
        assert.equal(2, t.run({ "plugin", "bench", "export/json", "x" }, { cd = "/" }).code)
    end)
end)
