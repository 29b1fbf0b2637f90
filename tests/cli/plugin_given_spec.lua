--- Cases of test.lua that bring what desk.lua would grant, and tests in several files.
local t = require "support"

local FLEET = "/srv/no-such-folder/fleet.tsv"
local ARTICLE = 'article = { headline = "At sea", text = "The ships met." }'

-- Keeps what it made of the file, as scripts/README.md advises.
local PLUGIN = ([[
local fleet
return { kind = "tag", name = "ships", version = "1.0.0", api = 1, about = "A test.",
    uses = { read = { %q }, env = { "PORT" } },
    run = function(article, options)
        fleet = fleet or desk.read(%q)
        return { { scheme = "ship", label = fleet }, { scheme = "port", label = desk.env("PORT") or "unset" } }
    end }
]]):format(FLEET, FLEET)

local function has(text, part)
    assert.truthy(text:find(part, 1, true), text)
end

describe("a test case that brings what would be granted", function()
    local desk, folder
    before_each(function()
        desk = t.desk()
        folder = desk .. "/scripts/tag/ships/"
        t.plugin(desk, "tag", "ships", PLUGIN)
    end)
    after_each(t.finish)

    local function case(name, more, ship, port)
        return ('{ name = %q, %s, %s answer = { { scheme = "ship", label = %q }, { scheme = "port", label = %q } } },\n')
            :format(name, ARTICLE, more, ship, port)
    end

    local function test(cases, code)
        t.write(folder .. "test.lua", "return {\n" .. cases .. "}\n")
        return t.must({ "-C", desk, "plugin", "test", "tag/ships" }, nil, code)
    end

    it("needs no grant, and each case sees its own files and variables", function()
        local one = ('reads = { [%q] = "One" }, env = { PORT = "Bar" },'):format(FLEET)
        local two = ('reads = { [%q] = "Two" }, env = { PORT = false },'):format(FLEET)
        local out = test(case("one", one, "One", "Bar") .. case("two", two, "Two", "unset")
            .. case("one again", one, "One", "Bar")).out
        has(out, "1 plugin: 3 passed, 0 failed")
    end)

    it("may keep the bytes in a file beside it", function()
        t.write(folder .. "sample.tsv", "Sample")
        test(case("c", ('reads = { [%q] = { file = "sample.tsv" } }, env = {},'):format(FLEET), "Sample", "unset"))
        has(test(case("c", ('reads = { [%q] = { file = "simple.tsv" } },'):format(FLEET), "", ""), 1).err,
            "'simple.tsv' is not in the plugin's folder")
    end)

    it("brings no more than desk.lua could grant", function()
        if t.sanitized then
            return pending("skipped: with sanitizers 32 MiB take longer than a test may")
        end
        local most = 'reads = { [%q] = ("x"):rep(32 * 1024 * 1024 + 1) },'
        has(test(case("c", most:format(FLEET), "", ""), 1).err, "over 33554432 bytes (limit GRANT_BYTES)")
    end)

    it("is told what it did not bring", function()
        has(test(case("c", "env = {},", "", ""), 1).err, "'" .. FLEET .. "' is not granted")
        has(test(case("c", "reads = {},", "", ""), 1).err, "'" .. FLEET .. "' is not in 'reads' of the test case")
    end)

    it("takes the place of a grant, and of nothing outside of the case", function()
        local real = t.write(t.folder() .. "/fleet.tsv", "Granted")
        t.plugin(desk, "tag", "ships", (PLUGIN:gsub(FLEET:gsub("%p", "%%%0"), real)))
        t.must { "-C", desk, "plugin", "grant", "tag/ships", "--write" }
        local given = ('reads = { [%q] = "Given" }, env = { PORT = "P" },'):format(real)
        t.write(folder .. "test.lua", "return {\n" .. case("granted", "", "Granted", "Real")
            .. case("given", given, "Given", "P") .. case("granted again", "", "Granted", "Real") .. "}\n")
        has(t.must({ "-C", desk, "plugin", "test", "tag/ships" }, { env = { "PORT=Real" } }).out, "3 passed, 0 failed")
    end)

    it("may bring only what the plugin asks for", function()
        has(test(case("c", 'reads = { ["/srv/other.tsv"] = "x" },', "", ""), 1).err,
            "'/srv/other.tsv' is not in uses.read of the plugin")
        has(test(case("c", 'env = { PART = "x" },', "", ""), 1).err,
            "'PART' is not in uses.env of the plugin; did you mean 'PORT'?")
        has(test(case("c", ("reads = { [%q] = 7 },"):format(FLEET), "", ""), 1).err, "must be a text, or { file =")
        has(test(case("c", "env = { PORT = true },", "", ""), 1).err, "must be a text, or false")
    end)
end)

describe("a test case's answer", function()
    after_each(t.finish)

    it("is the whole answer: what is more is told", function()
        local desk = t.desk()
        t.plugin(desk, "tag", "odd", t.tagger("odd", 'return { { scheme = "a", label = "one", score = 0.5 } }'),
            { ["test.lua"] = ('return { { name = "c", %s, answer = { { scheme = "a", label = "one" } } } }'):format(ARTICLE) })
        has(t.must({ "-C", desk, "plugin", "test", "tag/odd" }, nil, 1).err, "answer[1].score: want nothing, got 0.5")
    end)
end)

describe("NAME.test.lua", function()
    after_each(t.finish)

    it("holds tests as test.lua does, and is no part of the plugin", function()
        local desk = t.desk()
        local body = 'return { { scheme = "a", label = "one" } }'
        local case = ('return { { name = "%%s", %s, expect = { { label = "%%s" } } } }'):format(ARTICLE)
        t.plugin(desk, "tag", "odd", t.tagger("odd", body))
        local function fingerprint()
            for _, plugin in ipairs(t.json { "-C", desk, "plugins", "--json" }) do
                if plugin.name == "odd" then
                    return assert(plugin.fingerprint)
                end
            end
        end
        local before = fingerprint()
        local folder = desk .. "/scripts/tag/odd/"
        t.write(folder .. "12-night-train.test.lua", case:format("from the fixture", "one"))
        t.write(folder .. "test.lua", case:format("by hand", "one"))
        local out = t.must({ "-C", desk, "plugin", "test", "tag/odd" }).out
        has(out, "tag/odd: from the fixture\n")
        has(out, "tag/odd: by hand\n")
        assert.equal(before, fingerprint())
        t.write(folder .. "12-night-train.test.lua", "return 7")
        has(t.must({ "-C", desk, "plugin", "test", "tag/odd" }, nil, 1).err,
            "scripts/tag/odd/12-night-train.test.lua must return a list of cases")
    end)
end)

describe("uses.http", function()
    after_each(t.finish)

    it("is refused with what to do instead", function()
        local desk = t.desk()
        t.plugin(desk, "tag", "net", 'return { kind = "tag", name = "net", version = "1.0.0", api = 1, about = "A test.",\n'
            .. 'uses = { http = { "example.org" } },\nrun = function() return {} end }')
        local err = t.must({ "-C", desk, "plugin", "check", "tag/net" }, nil, 3).out
        has(err, "plugins have no network")
        has(err, "init.lua:2")
    end)
end)
