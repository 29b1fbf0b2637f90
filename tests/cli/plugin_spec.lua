local t = require "support"

local function article(id, text)
    return t.encode { id = id, headline = "A headline", text = text, language = "en" } .. "\n"
end

describe("plugin try", function()
    it("says what an id is for", function()
        local result = t.run({ "plugin", "try", "tag/language", "1" }, { cd = "/" })
        assert.equal(2, result.code)
        assert.truthy(result.err:find("copydesk plugin try --trace tag/language 1", 1, true), result.err)
    end)

    after_each(t.finish)

    it("prints the articles of an ingest plugin", function()
        local object = t.json({ "plugin", "try", "ingest/digest", "--json", t.sample }, { cd = "/" })[1]
        assert.truthy(#object.articles > 1)
    end)

    it("answers each article on one line, in order", function()
        local input = {}
        for i = 1, 200 do
            input[i] = article(i, "Ferry number " .. i .. " left France. " .. ("It sailed on. "):rep(i % 30))
        end
        local answers = t.json({ "plugin", "try", "tag/keywords", "-" },
            { cd = "/", input = table.concat(input) })
        assert.equal(200, #answers)
        for i, answer in ipairs(answers) do
            assert.equal(i, answer.id)
        end
    end)

    it("keeps ids that are strings", function()
        local answers = t.json({ "plugin", "try", "summarize/lead", "-" },
            { cd = "/", input = '{"id":"a-1","headline":"H","text":"One. Two."}\n' })
        assert.equal("a-1", answers[1].id)
        assert.truthy(answers[1].summary.text)
    end)

    it("takes options", function()
        local answers = t.json({ "plugin", "try", "tag/keywords", "--option", "max=1", "-" },
            { cd = "/", input = article(1, "The ferry and the bridge. The ferry is back.") })
        assert.equal(1, #answers[1].tags)
    end)

    it("names the nearest option", function()
        local result = t.run({ "plugin", "try", "tag/keywords", "--option", "mix=1", "-" }, { cd = "/" })
        assert.truthy(result.code == 1 or result.code == 2)
        assert.truthy(result.err:find("max", 1, true), result.err)
    end)

    it("names the nearest plugin", function()
        local result = t.run({ "plugin", "try", "tag/keyword", "-" }, { cd = "/" })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("tag/keywords", 1, true), result.err)
    end)

    it("goes on after a line that is no JSON, and says so", function()
        local result = t.run({ "plugin", "try", "tag/keywords", "-" },
            { cd = "/", input = "{ not json\n" .. article(2, "The ferry is back.") })
        assert.equal(3, result.code)
        local answers = t.lines(result.out)
        assert.truthy(answers[1].error)
        assert.equal(2, answers[2].id)
    end)

    it("streams: an answer comes before the input ends", function()
        local out = t.shell(("cd / && (printf '%%s' %s; sleep 3) | timeout 2 %s plugin try "
            .. "tag/keywords - ; true"):format(t.quote(article(7, "The ferry is back.")), t.bin))
        assert.truthy(out:find('"id":7', 1, true) or out:find('"id": 7', 1, true), out)
    end)
end)

describe("plugin test", function()
    after_each(t.finish)

    it("passes all that is shipped", function()
        t.must({ "plugin", "test", "--quiet" }, { cd = "/", seconds = 300 })
    end)

    it("fails where a case fails, and says where", function()
        local desk = t.desk()
        t.plugin(desk, "tag", "odd", t.tagger("odd", 'return { { scheme = "x", label = "y" } }'),
            { ["test.lua"] = [[
return { { name = "wants z", article = { headline = "H", text = "T" },
    expect = { { label = "z" } } } }
]] })
        local result = t.run({ "-C", desk, "plugin", "test", "tag/odd" })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("label", 1, true), result.err)
    end)

    it("fails where two processes answer differently", function()
        local desk = t.desk()
        t.plugin(desk, "tag", "moody", [[
local calls = 0
return { kind = "tag", name = "moody", version = "1.0.0", api = 1, about = "A test.",
    needs = {}, gives = {},
    run = function(article)
        calls = calls + 1
        return { { scheme = "call", label = tostring(calls) } }
    end }
]], { ["test.lua"] = [[
local article = { headline = "H", text = "T" }
local function check() end
return { { name = "one", article = article, check = check },
    { name = "two", article = article, check = check } }
]] })
        local result = t.run({ "-C", desk, "plugin", "test", "tag/moody" })
        assert.equal(1, result.code)
        assert.truthy((result.out .. result.err):find("differ", 1, true), result.out .. result.err)
    end)
end)

describe("plugins", function()
    after_each(t.finish)

    it("lists what is shipped, with versions", function()
        local names = {}
        for _, info in ipairs(t.json({ "plugins", "--json" }, { cd = "/" })) do
            names[info.kind .. "/" .. info.name] = info
        end
        for _, name in ipairs { "ingest/digest", "ingest/text", "tag/language", "tag/keywords",
            "tag/entities", "summarize/lead", "summarize/textrank", "export/markdown", "export/json" } do
            assert.truthy(names[name], name)
            assert.truthy(names[name].version, name)
        end
    end)

    it("says that a desk's own plugin shadows the shipped one", function()
        local desk = t.desk()
        t.plugin(desk, "tag", "keywords", t.tagger("keywords", "return desk.array {}"))
        local shadowed
        for _, info in ipairs(t.json({ "-C", desk, "plugins", "--json" })) do
            if info.name == "keywords" and type(info.shadowed_by) == "string" then
                shadowed = info
            end
        end
        assert.equal("shipped", shadowed.origin)
    end)

    it("says why a plugin cannot be loaded", function()
        local desk = t.desk()
        t.plugin(desk, "tag", "broken", "return {\n  kind = 'tag',\n  nome = 'broken',\n}\n")
        local result = t.run({ "-C", desk, "plugins" })
        assert.equal(3, result.code)
        assert.truthy(result.out:find("nome", 1, true), result.out)
        assert.truthy(result.out:find("name", 1, true), result.out)
    end)
end)

describe("a plugin in desk.lua that cannot be loaded", function()
    after_each(t.finish)

    local function desk_with_broken()
        local desk = t.desk()
        t.plugin(desk, "tag", "broken", "return {\n  kind = 'tag',\n  nome = 'broken',\n}\n")
        t.write(desk .. "/desk.lua", 'desk.ingest { "text" }\ndesk.tag { "broken" }\n')
        return desk
    end

    it("stops ingest with its line", function()
        local result = t.run({ "-C", desk_with_broken(), "ingest", t.sample })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("desk.lua:2", 1, true), result.err)
    end)

    it("is listed as broken beside the others", function()
        local result = t.run({ "-C", desk_with_broken(), "plugins" })
        assert.equal(3, result.code)
        assert.truthy(result.out:find("nome", 1, true), result.out)
        assert.truthy(result.out:find("tag/keywords", 1, true), result.out)
    end)

    it("stops neither tries and tests of others nor an export", function()
        local desk = desk_with_broken()
        t.json({ "-C", desk, "plugin", "try", "tag/keywords", "-" }, { input = article(1, "A ferry.") })
        t.json({ "-C", desk, "plugin", "try", "ingest/text", "--json", t.sample })
        t.must({ "-C", desk, "plugin", "test", "tag/language" })
        t.must({ "-C", desk, "export", "--format", "json", "--to", desk .. "/out" })
    end)
end)
