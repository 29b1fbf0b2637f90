local t = require "support"

describe("ingest --explain", function()
    after_each(t.finish)

    it("needs no desk and stores nothing", function()
        local result = t.must({ "ingest", "--explain", t.sample }, { cd = t.folder() })
        assert.truthy(result.out:find("confidence", 1, true))
    end)

    it("gives each cut with lines, confidence and evidence", function()
        local object = t.json({ "ingest", "--explain", "--json", t.sample }, { cd = t.folder() })[1]
        for _, cut in ipairs(object.articles) do
            for _, key in ipairs { "headline", "first_line", "last_line", "caption_lines",
                "caption_repeat_lines", "subhead_lines", "body_lines", "confidence", "evidence" } do
                assert.truthy(cut[key] ~= nil, key)
            end
            assert.truthy(cut.confidence > 0 and cut.confidence <= 1)
            assert.truthy(#cut.evidence > 0, cut.headline)
        end
    end)

    it("agrees with the truth of our own sample", function()
        local truth = t.lines((t.read(t.sample:gsub("%.txt$", ".truth.json")):gsub("\n", " ")))[1]
        local object = t.json({ "ingest", "--explain", "--json", t.sample }, { cd = t.folder() })[1]
        assert.equal(#truth.articles, #object.articles)
        for i, want in ipairs(truth.articles) do
            assert.equal(want.first_line, object.articles[i].first_line)
            assert.equal(want.last_line, object.articles[i].last_line)
        end
    end)

    it("counts lines of the file as it is, also with a BOM and CRLF", function()
        local file = t.folder() .. "/crlf.txt"
        t.write(file, "\xEF\xBB\xBF" .. t.read(t.sample):gsub("\n", "\r\n"))
        local plain = t.json({ "ingest", "--explain", "--json", t.sample }, { cd = "/" })[1]
        local crlf = t.json({ "ingest", "--explain", "--json", file }, { cd = "/" })[1]
        assert.equal(#plain.articles, #crlf.articles)
        for i, cut in ipairs(plain.articles) do
            assert.equal(cut.first_line, crlf.articles[i].first_line)
            assert.equal(cut.last_line, crlf.articles[i].last_line)
        end
    end)

    it("finds no fault in the shared seed", function()
        local shared = t.shared()
        if not shared then
            return pending("skipped: the shared data is not here")
        end
        local verdict = t.shell(("cd / && %s ingest --explain --json %s/data/seed/digest.txt | "
            .. "%s %s/data/seed/score.py"):format(t.bin, shared, t.python, shared))
        assert.truthy(verdict:find("0 faults", 1, true), verdict)
    end)

    it("reaches the first step on the shared digests", function()
        local shared = t.shared()
        if not shared then
            return pending("skipped: the shared data is not here")
        end
        local verdict = t.shell(("cd / && %s %s/data/digests/score.py --cmd '%s ingest --explain "
            .. "--json {file}'"):format(t.python, shared, t.bin))
        local score = t.lines(verdict)[1]
        assert.truthy(score.start_F1 >= 0.90, verdict)
        assert.truthy(score.span_F1 >= 0.80, verdict)
    end)
end)
