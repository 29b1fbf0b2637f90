--- A fixture may come from a stranger: replay believes nothing in it, and its plugins get the walls
-- of any other.
local t = require "support"

local function has(text, part)
    assert.truthy(text:find(part, 1, true), text)
end

-- One real fixture, recorded once; each test spoils a copy.
local fixture
local function fresh()
    if not fixture then
        local desk = t.desk()
        t.plugin(desk, "tag", "ships", t.tagger("ships", 'return { { scheme = "ship", label = "one", spans = { { 1, 1 } } } }'))
        t.write(desk .. "/desk.lua", 'desk.ingest { "text" }\ndesk.tag { "ships" }\n')
        t.must { "-C", desk, "ingest", "--quiet", t.write(t.folder() .. "/late.txt", "Late\n\nIt is late.\n") }
        fixture = t.shell("mktemp -d") .. "/f"
        t.must { "-C", desk, "record", "1", "--to", fixture }
    end
    local place = t.folder()
    t.shell(("cp -r %s %s/f"):format(fixture, place))
    return place .. "/f"
end

local SHIPS = "/calls/2-tag-ships.json"

local function edit(folder, file, change)
    local value = t.decode(t.read(folder .. file))
    change(value)
    t.write(folder .. file, t.encode(value))
end

local function refused(folder, ...)
    local result = t.run({ "replay", folder }, { seconds = 20 })
    assert.equal(1, result.code, result.out .. result.err)
    for _, part in ipairs { ... } do
        has(result.err .. result.out, part)
    end
    return result
end

describe("replay of a spoilt fixture", function()
    after_each(t.finish)
    teardown(function()
        os.execute("rm -rf " .. t.quote((fixture or "/nonexistent/f"):gsub("/f$", "")))
    end)

    it("is as recorded before it is spoilt", function()
        has(t.must({ "replay", fresh() }).out, "2 calls, 2 passed")
        assert.equal("", t.must({ "replay", "--quiet", "--json", fresh() }).out)
    end)

    it("says what is no fixture", function()
        refused(t.folder(), "is no fixture: there is no fixture.json in it")
        refused("/nonexistent/f", "No such file or directory")
        refused(t.source .. "/README.md", "Not a directory")
        t.must({ "replay" }, nil, 2)
    end)

    it("refuses links, wherever they lead", function()
        local secret = t.write(t.folder() .. "/secret", "SECRET")
        for _, place in ipairs { "/document", "/fixture.json", SHIPS, "/scripts/tag/ships/init.lua", "/granted", "/scripts" } do
            local folder = fresh()
            t.shell(("rm -rf %s%s && ln -s %s %s%s"):format(folder, place, secret, folder, place))
            local result = refused(folder, "is a link; a fixture has none")
            assert.falsy((result.out .. result.err):find("SECRET"))
        end
    end)

    it("refuses pipes and devices without waiting for them", function()
        local folder = fresh()
        t.shell(("rm %s/document && mkfifo %s/document"):format(folder, folder))
        refused(folder, "document is neither a file nor a folder")
    end)

    it("uses no name in it as a path", function()
        for _, name in ipairs { "../../secret.json", "/etc/passwd", "..", ".hidden.json", "a/b.json", "x\n.json", "" } do
            local folder = fresh()
            edit(folder, "/fixture.json", function(head) head.calls[1] = name end)
            refused(folder, "calls must hold names of files in calls/")
        end
        for _, label in ipairs { "tag/../../x", "tag/.", "../ships", "tag", "tag/ships/x", "store/x", "TAG/ships" } do
            local folder = fresh()
            edit(folder, SHIPS, function(call) call.asked[1].plugin = label end)
            refused(folder, "f/calls/2-tag-ships.json: ")
        end
    end)

    it("has limits for files, bytes and depth", function()
        local folder = fresh()
        t.shell(("truncate -s 2G %s/scripts/big"):format(folder))
        refused(folder, "FIXTURE_BYTES")
        folder = fresh()
        t.shell(("mkdir -p %s/a/b/c/d/e/f/g/h"):format(folder))
        refused(folder, "FIXTURE_DEPTH")
        folder = fresh()
        t.shell(("mkdir %s/many && cd %s/many && seq 5001 | xargs touch"):format(folder, folder))
        refused(folder, "FIXTURE_FILES")
        folder = fresh()
        t.shell(("truncate -s 40M %s%s"):format(folder, SHIPS))
        refused(folder, "FIXTURE_CALL_BYTES")
        folder = fresh()
        t.shell(("truncate -s 40M %s/document"):format(folder))
        refused(folder, "DOCUMENT_BYTES")
        folder = fresh()
        t.shell(("truncate -s 9M %s/scripts/tag/ships/data"):format(folder))
        refused(folder, "PLUGIN_BYTES")
        folder = fresh()
        edit(folder, "/fixture.json", function(head)
            for i = 1, 300 do head.calls[i] = "1-ingest.json" end
        end)
        refused(folder, "FIXTURE_CALLS")
    end)

    it("takes no JSON that is small and holds much", function()
        local folder = fresh()
        t.write(folder .. SHIPS, "[" .. ("0,"):rep(3000000) .. "0]")
        refused(folder, "FRAME_ITEMS")
        folder = fresh()
        t.write(folder .. SHIPS, ("["):rep(1000000))
        refused(folder, "it is no JSON")
        folder = fresh()
        edit(folder, SHIPS, function(call)
            local deep = {}
            for _ = 1, 100 do deep = { deep } end
            call.answer = deep
        end)
        refused(folder, "FRAME_DEPTH")
    end)

    it("says which value is of a wrong type, or missing", function()
        local function head(change, ...)
            local folder = fresh()
            edit(folder, "/fixture.json", change)
            refused(folder, ...)
        end
        head(function(value) value.fixture = nil end, "fixture must be the number of the format")
        head(function(value) value.fixture = 2 end, "reads format 1: record it anew")
        head(function(value) value.calls = "all" end, "calls must be a list")
        head(function(value) value.calls = t.array and t.array {} or {} end, "calls must be a list of one to FIXTURE_CALLS names")
        head(function(value) value.calls[1] = 7 end, "calls must be a text")
        head(function(value) value.native = {} value.native.x = 1 end, "native must be a list")
        head(function(value) value.copydesk = t.null end, "copydesk must be a text")
        head(function(value) value.document.received = "yesterday" end, "document.received")
        head(function(value) value.document.sha256 = ("0"):rep(64) end, "document is not what was recorded")
        head(function(value) value.document.name = { hex = "0g" } end, "document.name is no run of bytes")
        head(function(value) value.document = nil end, "document is asked for, and there is none")
        local function call(change, ...)
            local folder = fresh()
            edit(folder, SHIPS, change)
            refused(folder, SHIPS, ...)
        end
        call(function(value) value.asked = {} end, "asked must name at least one plugin")
        call(function(value) value.asked[2] = value.asked[1] end, "asked does not fit")
        call(function(value) value.asked[1].plugin = "export/csv" end, "asked does not fit")
        call(function(value) value.asked[1].fingerprint = "x" end, "fingerprint is no SHA-256")
        call(function(value) value.asked[1].native = "no" end, "native must be true or false")
        call(function(value) value.asked[1].options = 7 end, "options must be an object")
        call(function(value) value.article = nil end, "article must be an object")
        call(function(value) value.article.body = 7 end, "is a number, but a string is needed")
        call(function(value) value.article.tags = { { label = "x", spans = { { 0, 9999 } } } } end, "article.tags[1]")
        call(function(value) value.answer = nil end, "answer or 'failed' must be there")
        call(function(value) value.answer = nil value.failed = { guard = "luck", message = "", traceback = "", plugin = t.null } end,
            "is no word for what stops a plugin")
        call(function(value) value.answer = nil value.failed = { guard = "error", message = ("x"):rep(20000), traceback = "" } end,
            "message is too long")
        for _, file in ipairs { "/document", "/calls/1-ingest.json" } do
            local folder = fresh()
            os.remove(folder .. file)
            refused(folder, "No such file or directory")
        end
    end)

    it("believes no granted thing that the plugin does not ask for", function()
        local folder = fresh()
        t.shell(("mkdir %s/granted && echo x >%s/granted/1"):format(folder, folder))
        edit(folder, SHIPS, function(call)
            call.asked[1].granted = { read = { ["/etc/passwd"] = 1 }, env = { LD_PRELOAD = "/tmp/x.so" } }
        end)
        local said = refused(folder, "tag/ships does not ask for what the fixture holds as granted to it")
        assert.falsy(said.err:find("desk.lua", 1, true), said.err)
        edit(folder, SHIPS, function(call) call.asked[1].granted.read = { ["../x"] = 1 } end)
        refused(folder, "no absolute path")
        edit(folder, SHIPS, function(call) call.asked[1].granted.read = { ["/x"] = "../../document" } end)
        refused(folder, "must name files by number")
        edit(folder, SHIPS, function(call) call.asked[1].granted = { read = { ["/x"] = 1 }, env = { ["A=B"] = "x" } } end)
        refused(folder, "names what is no variable")
    end)

    it("says when the code is other than recorded, or gone", function()
        local folder = fresh()
        t.write(folder .. "/scripts/tag/ships/init.lua", t.tagger("ships", "return {}"))
        refused(folder, "the code in scripts/tag/ships is not what was recorded")
        t.shell("rm -r " .. folder .. "/scripts/tag/ships")
        refused(folder, "tag/ships")
        t.shell("rm -r " .. folder .. "/scripts")
        refused(folder, "2 calls, 0 passed, 2 failed", "scripts/tag/ships is missing in the fixture")
    end)

    it("gives its plugins no more than a plugin has", function()
        local desk, folder = t.desk(), fresh()
        t.plugin(desk, "tag", "ships", t.tagger("ships", [[
            local seen = {}
            for _, name in ipairs { "os", "io", "debug", "loadfile", "dofile", "package" } do
                local ok, value = pcall(function() return _G[name] end)
                if ok and value then seen[#seen + 1] = name end
            end
            local ok = pcall(desk.read, "/etc/passwd")
            return { { scheme = "s", label = "reach: " .. table.concat(seen) .. tostring(ok) } }]]))
        t.write(desk .. "/desk.lua", 'desk.ingest { "text" }\ndesk.tag { "ships" }\n')
        t.must { "-C", desk, "ingest", "--quiet", t.write(t.folder() .. "/late.txt", "Late\n\nIt is late.\n") }
        t.must { "-C", desk, "record", "1", "--to", folder, "--force" }
        has(t.read(folder .. SHIPS), "reach: false")
        has(t.must({ "replay", folder }).out, "2 passed")
        t.write(folder .. "/scripts/tag/ships/init.lua", "while true do end") -- and no more time
        refused(folder, "cannot be loaded")
    end)

    it("steers no terminal", function()
        local folder = fresh()
        edit(folder, SHIPS, function(call)
            call.asked[1].version = "1\27[2J"
            call.answer[1].label = "\27]0;owned\7"
        end)
        local result = refused(folder)
        assert.falsy((result.out .. result.err):find("[\27\7]"), result.out .. result.err)
    end)
end)
