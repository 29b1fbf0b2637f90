-- Grants: what a plugin may have beyond its own folder, who gives it, and what holds it in.
local desk = require "support"

local ARTICLE = '{"id": 1, "headline": "At sea", "text": "The ships met at dawn."}'

local function plugin(kind, name, uses, body, more)
    return ([[
return { kind = %q, name = %q, version = "1.0.0", api = 1, about = "A test.", %s
    uses = { %s },
    %s }
]]):format(kind, name, more or "", uses, body)
end

local function tagger(name, uses, body, more)
    return plugin("tag", name, uses, "run = function(article, options)\n" .. body .. "\nend", more)
end

describe("a plugin with a grant", function()
    local dir, fleet

    before_each(function()
        dir = desk.desk()
        fleet = desk.write(desk.folder() .. "/fleet.tsv", "HMS Example\n")
        desk.write(dir .. "/desk.lua", "desk.ingest { 'text' }\n")
    end)
    after_each(desk.finish)

    local function ships(uses, body)
        desk.plugin(dir, "tag", "ships", tagger("ships",
            uses or ("read = { %q }, env = { 'FLEET' }"):format(fleet),
            body or ([[
                local first = desk.read(%q):match("[^\n]+")
                return { { scheme = "ship", label = first },
                    { scheme = "env", label = desk.env("FLEET") or "unset" } }]]):format(fleet)))
    end

    local function try(name, code, env)
        return desk.must({ "-C", dir, "plugin", "try", name or "tag/ships" },
            { input = ARTICLE, env = env }, code)
    end

    local function labels(text)
        local found = {}
        for _, tag in ipairs(desk.lines(text)[1].tags) do
            found[tag.scheme] = tag.label
        end
        return found
    end

    local function grant(name)
        desk.must { "-C", dir, "plugin", "grant", name or "tag/ships", "--write" }
    end

    it("is refused until it is granted, with the line to add, which then does it", function()
        ships()
        local err = try(nil, 1).err
        assert.is_truthy(err:find("add this line to desk.lua", 1, true), err)
        local line = err:match("desk%.grant {[^\n]*}")
        desk.write(dir .. "/desk.lua", desk.read(dir .. "/desk.lua") .. line .. "\n")
        local found = labels(try(nil, 0, { "FLEET=north" }).out)
        assert.equals("HMS Example", found.ship)
        assert.equals("north", found.env)
        assert.equals("unset", labels(try(nil, 0).out).env)
    end)

    it("is shown and written by plugin grant", function()
        ships()
        local asking
        for _, report in ipairs(desk.json { "-C", dir, "plugin", "grant", "--json" }) do
            asking = report.plugin == "tag/ships" and report or asking
        end
        assert.equals("none", asking.state)
        assert.equals(fleet, asking.read[1])
        grant()
        assert.equals("given", desk.json({ "-C", dir, "plugin", "grant", "tag/ships", "--json" })[1].state)
        assert.equals(2, select(2, desk.read(dir .. "/desk.lua"):gsub("\n", "")))
        try()
        desk.must({ "-C", dir, "plugin", "grant", "--write" }, nil, 2)
    end)

    it("must be granted anew when it asks for more", function()
        ships()
        grant()
        ships(("read = { %q }, env = { 'FLEET', 'HOME' }"):format(fleet))
        local err = try(nil, 1).err
        assert.is_truthy(err:find("env 'HOME', which line 2 of desk.lua does not grant", 1, true), err)
        grant()
        assert.equals(2, select(2, desk.read(dir .. "/desk.lua"):gsub("\n", "")), "in the place of the old")
        try()
    end)

    it("gives nothing to another plugin that is put in front of it", function()
        local home = desk.folder()
        desk.shell("mkdir -p " .. home .. "/copydesk/scripts/tag && mkdir -p " .. dir .. "/scripts/tag")
        ships()
        desk.shell(("mv %s/scripts/tag/ships %s/copydesk/scripts/tag/"):format(dir, home))
        local env = { "XDG_DATA_HOME=" .. home }
        desk.must({ "-C", dir, "plugin", "grant", "tag/ships", "--write" }, { env = env })
        try(nil, 0, env)
        ships()
        local err = try(nil, 1, env).err
        assert.is_truthy(err:find("is for another manifest", 1, true), err)
    end)

    it("is not kept from loading by what it asks of its own folder", function()
        desk.plugin(dir, "tag", "own", tagger("own", "read = { 'names.tsv' }",
            "return { { scheme = 's', label = desk.read('names.tsv') } }"), { ["names.tsv"] = "name" })
        assert.equals("name", labels(try("tag/own").out).s)
        local out = desk.must { "-C", dir, "plugin", "grant", "tag/own" }.out
        assert.is_truthy(out:find("asks for nothing", 1, true), out)
    end)

    it("reads nothing while it is loaded, and is told so", function()
        desk.plugin(dir, "tag", "ships", ("local all = desk.read(%q)\n"):format(fleet)
            .. tagger("ships", ("read = { %q }"):format(fleet), "return {}"))
        local err = try(nil, 1).err
        assert.is_truthy(err:find("is there once run is called", 1, true), err)
    end)

    it("is another plugin when what it was granted changes", function()
        ships()
        grant()
        local function fingerprint(env)
            for _, info in ipairs(desk.json({ "-C", dir, "plugins", "--json" }, { env = env })) do
                if info.name == "ships" then
                    return info.fingerprint
                end
            end
        end
        local first = fingerprint()
        assert.equals(first, fingerprint())
        assert.not_equals(first, fingerprint { "FLEET=south" })
        desk.write(fleet, "HMS Other\n")
        assert.not_equals(first, fingerprint())
    end)

    it("says which granted file is not there, or too large", function()
        ships()
        grant()
        os.remove(fleet)
        local err = try(nil, 1).err
        assert.is_truthy(err:find("line 2 of desk.lua grants " .. fleet, 1, true), err)
        desk.shell("truncate -s 33M " .. desk.quote(fleet))
        err = try(nil, 1).err
        assert.is_truthy(err:find("GRANT_BYTES", 1, true), err)
    end)

    it("is tested with what it is granted", function()
        ships()
        grant()
        desk.write(dir .. "/scripts/tag/ships/test.lua", [[return { { name = "reads",
            article = { text = "x" }, check = function(tags) assert(tags[1].label == "HMS Example") end } }]])
        desk.must { "-C", dir, "plugin", "test", "tag/ships" }
    end)
end)

describe("the workers of a plugin with a grant", function()
    local dir, fleet

    before_each(function()
        dir = desk.desk()
        fleet = desk.write(desk.folder() .. "/fleet.tsv", "HMS Example\n")
        local so = desk.folder() .. "/peek.so"
        desk.shell(("cp %s %s"):format(
            desk.quote((os.getenv("COPYDESK_BIN"):gsub("/bin/copydesk$", "/tests/native/peek.so"))), so))
        desk.write(dir .. "/desk.lua", ("desk.native { %q }\ndesk.ingest { 'text' }\n"):format(so)
            .. "desk.tag { 'before', 'ships', 'after' }\n")
        local look = [[
            local tags = {}
            for _, tag in ipairs(article.tags) do tags[#tags + 1] = tag.scheme end
            return { { scheme = %q, label = desk.peek.pid() .. " " .. desk.peek.environment() .. " "
                .. (article.language or "?") .. " " .. table.concat(tags, "+") } }]]
        desk.plugin(dir, "tag", "before", tagger("before", "",
            "return { { field = 'language', value = 'fr' }, { scheme = 'x-before', label = desk.peek.pid() .. ' '"
            .. " .. desk.peek.environment() } }", "gives = { 'before' },"))
        desk.plugin(dir, "tag", "ships", tagger("ships", ("read = { %q }, env = { 'FLEET' }"):format(fleet),
            look:format("x-ships"), "needs = { 'before' }, gives = { 'ships' },"))
        desk.plugin(dir, "tag", "after", tagger("after", "", look:format("x-after"), "needs = { 'ships' },"))
        desk.must { "-C", dir, "plugin", "grant", "tag/ships", "--write" }
    end)
    after_each(desk.finish)

    local function ingest(code)
        local folder = desk.folder()
        desk.write(folder .. "/a.txt", "A headline\n\nSome text.\n")
        desk.must({ "-C", dir, "ingest", "--quiet", folder }, { env = { "FLEET=north", "SECRET=no" } }, code)
        local found = {}
        for _, tag in ipairs(desk.json { "-C", dir, "list", "--json" }[1].tags or {}) do
            found[tag.scheme] = tag.label
        end
        return found
    end

    it("are no one else's, hold what is granted and nothing else, and see what others said", function()
        local found = ingest()
        local before, ships, after = found["x-before"], found["x-ships"], found["x-after"]
        assert.is_truthy(ships, desk.encode(found))
        assert.not_equals(before:match("%d+"), ships:match("%d+"))
        assert.not_equals(after:match("%d+"), ships:match("%d+"))
        assert.is_truthy(before:find("^%d+ $"), before)
        assert.is_truthy(ships:find("^%d+ %[FLEET=north%] fr x%-before$"), ships)
        assert.is_truthy(after:find("^%d+  fr x%-before%+x%-ships$") or after:find("^%d+  fr x%-ships%+x%-before$"),
            after)
    end)

    it("can open no file, not even one that is granted", function()
        if desk.sanitized then
            return pending("skipped: reports of sanitizers open files, so their filter lets it through")
        end
        desk.plugin(dir, "tag", "ships", tagger("ships", ("read = { %q }, env = { 'FLEET' }"):format(fleet),
            ("return { { scheme = 'x-ships', label = tostring(desk.peek.open(%q)) } }"):format(fleet),
            "needs = { 'before' }, gives = { 'ships' },"))
        local found = ingest(3)
        assert.is_nil(found["x-ships"])
        assert.is_truthy(found["x-after"], "the others ran")
        local failed = desk.json({ "-C", dir, "failed", "--json" }, nil, nil)
        assert.is_truthy(failed[1].message:find("called openat", 1, true), failed[1].message)
    end)

    it("may die, which costs its answer alone", function()
        desk.plugin(dir, "tag", "ships", tagger("ships", ("read = { %q }, env = { 'FLEET' }"):format(fleet),
            "return (('a'):rep(30000)):find(('.-'):rep(8) .. 'b')",
            "needs = { 'before' }, gives = { 'ships' },"))
        local found = ingest(3)
        assert.is_truthy(found["x-before"])
        assert.is_truthy(found["x-after"])
        assert.is_nil(found["x-ships"])
    end)
end)

describe("a grant", function()
    local dir, fleet

    before_each(function()
        dir = desk.desk()
        fleet = desk.write(desk.folder() .. "/fleet.tsv", "HMS Example\n")
    end)
    after_each(desk.finish)

    it("serves an export", function()
        desk.write(dir .. "/desk.lua", "desk.ingest { 'text' }\n")
        desk.write(dir .. "/a.txt", "A headline\n\nSome text.\n")
        desk.must { "-C", dir, "ingest", "--quiet", dir .. "/a.txt" }
        desk.plugin(dir, "export", "fleet", plugin("export", "fleet", ("read = { %q }"):format(fleet), ([[
            open = function(ctx) ctx:file("fleet.txt"):write(desk.read(%q)) end,
            write = function() end, close = function() end]]):format(fleet)))
        desk.must { "-C", dir, "plugin", "grant", "export/fleet", "--write" }
        local to = desk.folder() .. "/out"
        desk.must { "-C", dir, "export", "--format", "fleet", "--to", to }
        assert.equals("HMS Example\n", desk.read(to .. "/fleet.txt"))
    end)

    it("serves an ingest plugin beside others, in no worker with them", function()
        local so = desk.folder() .. "/peek.so"
        desk.shell(("cp %s %s"):format(
            desk.quote((os.getenv("COPYDESK_BIN"):gsub("/bin/copydesk$", "/tests/native/peek.so"))), so))
        local function cutter(name, uses, claim, headline)
            desk.plugin(dir, "ingest", name, plugin("ingest", name, uses, ([[
                claims = function(document) %s end,
                run = function(document)
                    return { { headline = %s, body = "pid " .. desk.peek.pid() .. " of " .. document.name } }
                end]]):format(claim, headline)))
        end
        local claim = "return document.text:find('%s', 1, true) and %s or 0"
        cutter("fleet", ("read = { %q }"):format(fleet), claim:format("fleet", "0.9"),
            ("desk.read(%q):match('[^\\n]+')"):format(fleet))
        cutter("near", "", claim:format("near", "0.9"), "'by near'")
        cutter("far", "", claim:format("far", "0.9"), "'by far'")
        desk.write(dir .. "/desk.lua", ("desk.native { %q }\n"):format(so)
            .. "desk.ingest { 'near', 'fleet', 'far' }\n")
        desk.must { "-C", dir, "plugin", "grant", "ingest/fleet", "--write" }
        local folder = desk.folder()
        for name, text in pairs { a = "near and fleet", b = "fleet and far", c = "far alone", d = "nobody's" } do
            desk.write(folder .. "/" .. name, text .. "\n")
        end
        desk.must({ "-C", dir, "ingest", "--quiet", folder }, nil, 3)
        local by, pid = {}, {}
        for _, article in ipairs(desk.json { "-C", dir, "list", "--json" }) do
            local whole = desk.json({ "-C", dir, "show", "--json", tostring(article.id) })[1]
            local process, name = whole.text:match("pid (%d+) of (%a)")
            by[name], pid[name] = article.headline, process
        end
        assert.same({ a = "by near", b = "HMS Example", c = "by far" }, by) -- the highest claim, then the first
        assert.not_equals(pid.b, pid.a)
        assert.not_equals(pid.b, pid.c)
        local failed = desk.json { "-C", dir, "failed", "--json" }
        assert.equals(1, #failed)
        assert.equals("no ingest plugin claims this document (asked: near, fleet, far)", failed[1].message)
        local out = desk.must { "-C", dir, "ingest", "--explain", folder .. "/b" }.out
        assert.is_truthy(out:find("by ingest/fleet", 1, true), out)
    end)

    it("that is spread over lines is not rewritten", function()
        desk.plugin(dir, "tag", "ships", tagger("ships", ("read = { %q }"):format(fleet), "return {}"))
        desk.write(dir .. "/desk.lua", ('desk.ingest { "text" }\ndesk.grant { "tag/ships",\n'
            .. 'read = { %q },\nmanifest = "0" }\n'):format(fleet))
        local err = desk.must({ "-C", dir, "plugin", "grant", "tag/ships", "--write" }, nil, 1).err
        assert.is_truthy(err:find("put this there by hand", 1, true), err)
    end)
end)
