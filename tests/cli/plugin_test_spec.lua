local t = require "support"

local function desk_with(body, cases, more)
    local desk = t.desk()
    more = more or {}
    more["test.lua"] = "return {\n" .. cases .. "\n}\n"
    t.plugin(desk, "tag", "odd", t.tagger("odd", body), more)
    return desk, desk .. "/scripts/tag/odd/"
end

local function test(desk, ...)
    return t.run({ "-C", desk, "plugin", "test", "tag/odd", ... })
end

local function has(text, part)
    assert.truthy(text:find(part, 1, true), text)
end

local article = 'article = { headline = "H", text = "T" }'
local two = [[return { { scheme = "a", label = "one", score = 0.5, spans = { { 1, 1 } } },
    { scheme = "a", label = "two" } }]]

describe("a case that fails", function()
    after_each(t.finish)

    local function says(expect, ...)
        local result = test((desk_with(two, ("{ name = 'c', %s, expect = %s }"):format(article, expect))))
        assert.equal(1, result.code)
        for _, line in ipairs { ... } do
            has(result.err, "    " .. line .. "\n")
        end
        return result.err
    end

    it("tells each difference with its path, and no more", function()
        local err = says('{ { label = "uno", score = 0.5, spans = { { 1, 2 } } }, { label = "two" } }',
            "expect[1].label: want 'uno', got 'one'", "expect[1].spans[1][2]: want 2, got 1")
        assert.falsy(err:find("score", 1, true), err)
        assert.falsy(err:find("expect[2]", 1, true), err)
    end)

    it("shows what is too much and what is missing", function()
        says('{ { label = "one" } }', "expect: want 1 items, got 2",
            "expect[2]: want nothing, got { label = 'two', scheme = 'a' }")
        says('{ {}, {}, { label = "three" } }', "expect: want 3 items, got 2",
            "expect[3]: want { label = 'three' }, got nothing")
    end)

    it("tells the first place where texts of several lines differ", function()
        local desk = t.desk()
        t.must({ "-C", desk, "plugin", "new", "export", "heads" })
        t.write(desk .. "/scripts/export/heads/test.lua", [[
return { { name = "c", articles = { { headline = "One", text = "T" }, { headline = "Two is here", text = "T" } },
    expect = { ["headlines.txt"] = "- One\n- Two was here\n" } } }
]])
        has(t.run({ "-C", desk, "plugin", "test", "export/heads" }).err,
            "expect[\"headlines.txt\"]: line 2: want '- Two was here', got '- Two is here'")
    end)

    it("counts differences beyond the first", function()
        local desk = desk_with('local t = {} for i = 1, 30 do t[i] = { scheme = "a", label = "l" .. i } end return t',
            ("{ name = 'c', %s, expect = (function() local t = {} for i = 1, 30 do t[i] = { label = 'x' } end "
                .. "return t end)() }"):format(article))
        local err = test(desk).err
        has(err, "expect[8].label: want 'x', got 'l8'")
        has(err, "and 22 more")
        assert.falsy(err:find("l10", 1, true), err)
    end)

    it("says where two processes differ", function()
        local desk = t.desk()
        t.plugin(desk, "tag", "odd", "local calls = 0\n"
            .. t.tagger("odd", "calls = calls + 1 return { { scheme = 'n', label = 'call ' .. calls } }"),
            { ["test.lua"] = ("return { { name = 'a', %s, check = print }, { name = 'b', %s, check = print } }")
                :format(article, article) })
        has(test(desk).err, "(answer[1].label: 'call 1', then 'call 2')")
    end)
end)

describe("golden outputs", function()
    after_each(t.finish)

    local case = ("{ name = 'c', %s, golden = 'c.json' }"):format(article)

    it("are written with --update, and compared then", function()
        local desk, folder = desk_with(two, case)
        local result = test(desk)
        assert.equal(1, result.code)
        has(result.err, "golden: c.json is not there")
        assert.is_nil(t.read(folder .. "c.json"))
        has(test(desk, "--update").out, "1 golden file written")
        assert.equal("one", t.decode(t.read(folder .. "c.json"))[1].label)
        has(test(desk).out, "1 passed, 0 failed")
    end)

    it("fail on what is other, more or less", function()
        local desk, folder = desk_with(two, case)
        test(desk, "--update")
        local golden = t.read(folder .. "c.json")
        t.write(folder .. "c.json", (golden:gsub('"score": 0.5,', "", 1):gsub('"two"', '"due"')))
        local result = test(desk)
        assert.equal(1, result.code)
        has(result.err, "c.json[1].score: want nothing, got 0.5")
        has(result.err, "c.json[2].label: want 'due', got 'two'")
    end)

    it("are not written where something else fails", function()
        local desk, folder = desk_with(two, ("{ name = 'c', %s, golden = 'c.json', expect = { {} } }"):format(article))
        assert.equal(1, test(desk, "--update").code)
        assert.is_nil(t.read(folder .. "c.json"))
    end)

    it("are files of the plugin's folder", function()
        for _, name in ipairs { "../c.json", "/tmp/c.json", "init.lua", ".c.json" } do
            local desk = desk_with(two, ("{ name = 'c', %s, golden = %q }"):format(article, name))
            local result = test(desk, "--update")
            assert.equal(1, result.code)
            has(result.err, "should be a file's name that ends in .json")
        end
    end)

    it("hold the files of an export", function()
        local desk = t.desk()
        t.must({ "-C", desk, "plugin", "new", "export", "heads" })
        local folder = desk .. "/scripts/export/heads/"
        t.write(folder .. "test.lua", "return { { name = 'c', articles = { { headline = 'H', text = 'T' } }, golden = 'c.json' } }")
        t.must({ "-C", desk, "plugin", "test", "export/heads", "--update" })
        assert.same({ ["headlines.txt"] = "- H\n" }, t.decode(t.read(folder .. "c.json")))
        t.must({ "-C", desk, "plugin", "test", "export/heads" })
    end)
end)

describe("a test.lua without cases", function()
    after_each(t.finish)

    it("fails", function()
        local result = test((desk_with(two, "")))
        assert.equal(1, result.code)
        has(result.err, "scripts/tag/odd/test.lua returns a list without cases")
    end)
end)

describe("a plugin whose files cannot be read", function()
    after_each(t.finish)

    it("fails, and says which", function()
        local desk, folder = desk_with(two, ("{ name = 'c', %s, expect = { {}, {} } }"):format(article))
        t.shell("ln -s /etc/passwd " .. folder .. "l")
        local result = test(desk)
        assert.equal(1, result.code)
        has(result.err, "scripts/tag/odd/l is a link; a plugin's files must lie in its folder")
        has(result.out, "0 passed, 1 failed")
    end)
end)

describe("a case's clock", function()
    after_each(t.finish)

    it("stands where the case says", function()
        local desk = desk_with("return { { scheme = 'at', label = desk.date.format(desk.date.now()) } }",
            [[{ name = "c", article = { headline = "H", text = "T", received = "2030-02-03T04:05:06Z" },
                expect = { { label = "2030-02-03T04:05:06Z" } } }]])
        assert.equal(0, test(desk).code)
    end)
end)

describe("plugin test --tap", function()
    after_each(t.finish)

    it("prints a plan, results and what failed", function()
        local desk = desk_with(two, ("{ name = 'good #1', %s, expect = {{}, {}} }, { name = 'bad', %s, expect = { {} } }")
            :format(article, article))
        local result = test(desk, "--tap")
        assert.equal(1, result.code)
        has(result.out, "TAP version 13\nok 1 - tag/odd: good \\#1\nnot ok 2 - tag/odd: bad\n  ---\n  message: |\n"
            .. "    expect: want 1 items, got 2\n")
        has(result.out, "\n  ...\n1..2\n")
    end)
end)

describe("plugin test --watch", function()
    after_each(t.finish)

    it("tests again what changed", function()
        local desk, folder = desk_with(two, ("{ name = 'c', %s, expect = { {}, {} } }"):format(article))
        local log = desk .. "/watch.log"
        local pid = t.shell(("cd %s && { timeout 40 %s plugin test tag/odd --watch >%s 2>&1 & echo $!; }")
            :format(desk, t.bin, log))
        local function wait(part)
            for _ = 1, 100 do
                if (t.read(log) or ""):find(part, 1, true) then
                    return
                end
                os.execute("sleep 0.1")
            end
            error(part .. " did not come: " .. (t.read(log) or ""))
        end
        wait("1 passed, 0 failed")
        t.write(folder .. "init.lua", t.tagger("odd", "return desk.array {}"))
        wait("tag/odd changed")
        wait("0 passed, 1 failed")
        t.write(folder .. "init.lua", "return {")
        wait("cannot be loaded")
        t.write(folder .. "init.lua", t.tagger("odd", two))
        os.execute("sleep 1.5")
        t.shell("kill " .. pid .. " 2>/dev/null; true")
        assert.truthy(t.read(log):find("1 passed, 0 failed\n$"), t.read(log))
    end)
end)
