--- `copydesk record` makes a fixture and tests, `copydesk replay` does it again.
local t = require "support"
local running = require "running"

local TEXT = "Late again\n\nThe Nordic Star is late.\n"

-- Fails on long texts in the way that `fault` says.
local function ships(fault, version)
    return ([[
local function look(text)
    %s
    return text:find("Nordic Star", 1, true)
end
return {
    kind = "tag", name = "ships", version = %q, api = 1, about = "A test.",
    options = { label = { type = "string", default = "Nordic Star", doc = "What is said." } },
    needs = {}, gives = { "ship" },
    run = function(article, options)
        local first, last = look(article.text)
        if not first then return {} end
        return { { scheme = "ship", label = options.label, score = 0.9, spans = { { first, last } } } }
    end,
}
]]):format(fault or "", version or "1.0.0")
end

local function has(text, part)
    assert.truthy(text:find(part, 1, true), text)
end

local function hasnt(text, part)
    assert.falsy(text:find(part, 1, true), text)
end

local function desk_with(fault, config)
    local desk = t.desk()
    t.plugin(desk, "tag", "ships", ships(fault))
    t.write(desk .. "/desk.lua", config or 'desk.ingest { "text" }\ndesk.tag { "language", "ships" }\n'
        .. 'desk.summarize { "lead" }\n')
    return desk
end

local function ingest(desk, text, name, code)
    local file = t.write(t.folder() .. "/" .. (name or "late.txt"), text or TEXT)
    t.must({ "-C", desk, "ingest", "--quiet", file }, nil, code)
end

local function record(desk, ...)
    return t.json { "-C", desk, "record", "--json", ... }[1]
end

-- Another machine: none of the desk's plugins, no desk, nobody's home.
local function elsewhere(folder)
    local place = t.folder()
    t.shell(("cp -r %s %s/fixture"):format(t.quote(folder), place))
    return place .. "/fixture"
end

local function replay(folder, code, ...)
    return t.must({ "replay", folder, ... }, { cd = t.folder(), env = { "HOME=/nonexistent", "XDG_DATA_HOME=/nonexistent" } },
        code)
end

describe("record", function()
    after_each(running.finish)

    it("writes what each plugin was given and said, and replay gives the same without the plugins", function()
        local desk = desk_with()
        ingest(desk)
        local done = record(desk, "1")
        assert.equal(desk .. "/fixtures/1-late-again", done.folder)
        assert.equal(4, done.calls)
        assert.equal(0, done.failed)
        local folder = elsewhere(done.folder)
        assert.equal(TEXT, t.read(folder .. "/document"))
        local call = t.decode(t.read(folder .. "/calls/3-tag-ships.json"))
        assert.equal("en", call.article.language)
        assert.equal("Nordic Star", call.asked[1].options.label)
        assert.same({ { label = "Nordic Star", scheme = "ship", score = 0.9, spans = { { 5, 15 } } } }, call.answer)
        t.shell("rm -r " .. desk .. "/scripts/tag")
        local out = replay(folder).out
        has(out, "ok      tag/ships@1.0.0\n")
        has(out, "4 calls, 4 passed, 0 failed")
        for _, line in ipairs(t.lines(replay(folder, 0, "--json").out)) do
            assert.equal("same", line.verdict)
        end
    end)

    it("writes tests that run as they stand beside their plugins", function()
        local desk = desk_with()
        ingest(desk)
        local folder = record(desk, "1", "--to", desk .. "/fixtures/late").folder
        t.shell(("cp %s/tests/tag/ships/*.test.lua %s/scripts/tag/ships/"):format(folder, desk))
        has(t.must({ "-C", desk, "plugin", "test", "tag/ships" }).out, "ok      tag/ships: 1-late-again\n")
        t.plugin(desk, "tag", "ships", (ships():gsub("0%.9", "0.8")))
        has(t.must({ "-C", desk, "plugin", "test", "tag/ships" }, nil, 1).err, "answer[1].score: want 0.9, got 0.8")
        -- all of them, of the shipped plugins too
        local other = t.desk()
        t.shell(("cp -r %s/scripts/. %s/tests/. %s/scripts/"):format(folder, folder, other))
        for _, name in ipairs { "ingest/text", "tag/language", "tag/ships", "summarize/lead" } do
            has(t.must({ "-C", other, "plugin", "test", name }).out, "1 passed, 0 failed")
        end
    end)

    it("makes the same tests of a digest, of texts with every kind of byte", function()
        local desk = t.desk()
        ingest(desk, 'A "quoted" \\ headline\n\nTab\there, \xC4\x90or\xC4\x91e there, [[brackets]] and \1\127 control.\r\nEnd\n')
        t.must { "-C", desk, "ingest", "--quiet", t.sample }
        for _, id in ipairs { "1", "3" } do
            local folder = record(desk, id).folder
            replay(folder)
            local other = t.desk()
            t.shell(("cp -r %s/scripts/. %s/tests/. %s/scripts/"):format(folder, folder, other))
            for _, plugin in ipairs { id == "1" and "ingest/text" or "ingest/digest", "tag/language", "tag/keywords",
                "tag/entities", "summarize/textrank" } do
                has(t.must({ "-C", other, "plugin", "test", plugin }).out, "1 passed, 0 failed")
            end
        end
    end)

    it("records what the desk stored, plugin by plugin", function()
        local desk = t.desk(t.sample)
        local folder = record(desk, "6").folder
        local article = t.json({ "-C", desk, "show", "6", "--json" })[1]
        for _, call in ipairs { "3-tag-keywords", "4-tag-entities" } do
            local stored, recorded = {}, {}
            for _, tag in ipairs(article.tags) do
                if tag.plugin == call:gsub("^%d%-(%a+)%-(%a+)$", "%1/%2") .. "@1.0.0" then
                    stored[#stored + 1] = tag.scheme .. ":" .. tag.label
                end
            end
            for _, tag in ipairs(t.decode(t.read(folder .. "/calls/" .. call .. ".json")).answer) do
                recorded[#recorded + 1] = tag.scheme .. ":" .. tag.label
            end
            table.sort(stored)
            table.sort(recorded)
            assert.truthy(#stored > 2)
            assert.same(stored, recorded)
        end
        local said = t.decode(t.read(folder .. "/calls/5-summarize-textrank.json"))
        assert.equal(article.summary, said.answer.text)
        assert.equal(#article.tags, #said.article.tags) -- it saw all that was said before
    end)

    it("keeps a failure of a stored article: it comes again, and a mended plugin passes", function()
        local desk = desk_with('if text:find("late") then error("too late") end')
        ingest(desk, nil, nil, 3)
        local item = t.json({ "-C", desk, "failed", "--json" })[1]
        local done = record(desk, "--failed", tostring(item.id))
        assert.equal(desk .. "/fixtures/failed-1-late-again", done.folder)
        assert.equal(1, done.failed)
        local call = t.decode(t.read(done.folder .. "/calls/3-tag-ships.json"))
        assert.equal("error", call.failed.guard)
        assert.equal(item.message, call.failed.message)
        assert.equal(item.traceback, call.failed.traceback)
        local head = t.decode(t.read(done.folder .. "/fixture.json"))
        assert.equal("tag/ships", head.quarantine.plugin)
        local folder = elsewhere(done.folder)
        has(replay(folder).out, "tag/ships@1.0.0: fails as recorded\n")
        -- the test fails until the plugin is mended
        t.shell(("cp %s/tests/tag/ships/*.test.lua %s/scripts/tag/ships/"):format(done.folder, desk))
        has(t.must({ "-C", desk, "plugin", "test", "tag/ships" }, nil, 1).err, "too late")
        local still = t.must({ "-C", desk, "replay", "--current", folder }, nil, 1)
        has(still.out, "tag/ships@1.0.0: fails still\n")
        has(still.err, "init.lua:2: too late")
        t.plugin(desk, "tag", "ships", ships(nil, "1.0.1"))
        t.must { "-C", desk, "plugin", "test", "tag/ships" }
        has(t.must({ "-C", desk, "replay", "--current", folder }).out, "tag/ships@1.0.0: fails no more\n")
        has(replay(folder).out, "fails as recorded") -- with its own code still
    end)

    it("keeps a failure of a whole document", function()
        local desk = t.desk()
        t.plugin(desk, "ingest", "odd", [[
return { kind = "ingest", name = "odd", version = "1.0.0", api = 1, about = "A test.",
    claims = function(document) return document.text:find("^ODD") and 1 or 0 end,
    run = function(document) return { { headline = 7 } } end }
]])
        t.write(desk .. "/desk.lua", 'desk.ingest { "text", "odd" }\n')
        ingest(desk, "ODD\n\nText.\n", "odd.txt", 3)
        local done = record(desk, "--failed", "1")
        assert.equal(desk .. "/fixtures/failed-1-odd-txt", done.folder)
        local call = t.decode(t.read(done.folder .. "/calls/1-ingest.json"))
        assert.equal("ingest/odd", call.failed.plugin)
        assert.equal("answer", call.failed.guard)
        assert.equal(t.json({ "-C", desk, "failed", "--json" })[1].message, call.failed.message)
        has(replay(elsewhere(done.folder)).out, "ingest/odd@1.0.0: fails as recorded\n")
    end)

    it("keeps failures that a wall made", function()
        local desk = desk_with('local t, s = {}, ("x"):rep(2 ^ 20) for i = 1, 400 do t[i] = s .. i end')
        ingest(desk, nil, nil, 3)
        local done = record(desk, "--failed", "1")
        assert.equal("memory", t.decode(t.read(done.folder .. "/calls/3-tag-ships.json")).failed.guard)
        has(replay(elsewhere(done.folder)).out, "fails as recorded")
    end)

    it("says when an item fails no more", function()
        local desk = desk_with('error("always")')
        ingest(desk, nil, nil, 3)
        t.plugin(desk, "tag", "ships", ships())
        local done = t.must({ "-C", desk, "record", "--failed", "1" })
        has(done.err, "tag/ships did not fail this time")
    end)

    it("reads documents of other encodings, and names of any bytes", function()
        local desk = desk_with()
        ingest(desk, "R\xE9publique\n\nLe bateau est arriv\xE9 \xE0 l'heure.\n", "caf\xE9.txt")
        local folder = record(desk, "1").folder
        assert.same({ hex = "636166e92e747874" }, t.decode(t.read(folder .. "/fixture.json")).document.name)
        has(replay(elsewhere(folder)).out, "4 passed")
        t.shell(("cp -r %s/scripts/ingest %s/scripts/; cp -r %s/tests/ingest %s/scripts/"):format(folder, desk, folder, desk))
        has(t.must({ "-C", desk, "plugin", "test", "ingest/text" }).out, "1 passed, 0 failed")
    end)

    it("makes a test of a document that failed, with the text that its plugin was given", function()
        local desk = t.desk()
        local function odd(body)
            t.plugin(desk, "ingest", "odd", ([[
return { kind = "ingest", name = "odd", version = "1.0.0", api = 1, about = "A test.", claims = function() return 1 end,
    run = function(document)
        assert(not document.text:find("\0", 1, true), "zero bytes")
        assert(document.text:find("\u{FFFD}", 1, true) or document.text:find("\u{E9}", 1, true), "not as given")
        %s
    end }
]]):format(body))
        end
        t.write(desk .. "/desk.lua", 'desk.ingest { "odd" }\n')
        for item, text in ipairs { "ODD\n\nA zero \0 byte and more of a text.\n", "R\xE9publique\n\nLe bateau est l\xE0.\n" } do
            odd('error("not yet")')
            ingest(desk, text, "odd" .. item .. ".txt", 3)
            local folder = record(desk, "--failed", tostring(item)).folder
            t.shell(("cp %s/tests/ingest/odd/*.test.lua %s/scripts/ingest/odd/"):format(folder, desk))
            has(t.must({ "-C", desk, "plugin", "test", "ingest/odd" }, nil, 1).err, "not yet")
            odd('return { { headline = "Odd", body = "Text." } }')
            has(t.must({ "-C", desk, "plugin", "test", "ingest/odd" }).out, item .. " passed, 0 failed")
        end
    end)

    it("says when a call is too long for a test", function()
        local desk = desk_with()
        ingest(desk, "Late again\n\n" .. ("The Nordic Star is late. "):rep(200000) .. "\n")
        has(t.must({ "-C", desk, "record", "1" }).err, "no test of 4 of the calls")
    end)

    it("makes no document: ingest passes over a fixture in the desk", function()
        local desk = desk_with()
        ingest(desk)
        local folder = record(desk, "1", "--to", desk .. "/texts/fx").folder
        t.write(desk .. "/texts/other.txt", "Another one\n\nThis is another text of the desk.\n")
        local done = t.must({ "-C", desk, "ingest", desk .. "/texts" })
        has(done.err, "/texts/fx: is passed over")
        assert.equal(2, #t.json { "-C", desk, "list", "--json" })
        replay(folder)
    end)

    it("takes the stored article where the document's bytes are gone", function()
        local desk = t.desk()
        t.must { "-C", desk, "ingest", "--quiet", t.sample }
        t.must { "-C", desk, "forget", "--yes", "1" }
        local done = t.must { "-C", desk, "record", "2" }
        has(done.err, "recorded from the stored article on")
        local folder = done.out:match("^(.-): 4 calls")
        assert.is_nil(t.read(folder .. "/document"))
        replay(elsewhere(folder))
    end)

    it("takes the document of the version that is shown", function()
        local desk = desk_with(nil, 'desk.source "Harbour Post"\ndesk.ingest { "text" }\ndesk.tag { "language", "ships" }\n')
        local text = "The ferry is back\n\nThe ferry between the two towns went back to work on Monday after a winter in "
            .. "the dock, and the crew were glad to see the river again, said the captain."
        ingest(desk, text .. "\n")
        ingest(desk, text .. " It will be later still.\n")
        assert.equal(2, t.json({ "-C", desk, "list", "--json" })[1].version)
        local folder = record(desk, "1").folder
        has(t.read(folder .. "/document"), "later still")
        has(t.read(folder .. "/calls/3-tag-ships.json"), "later still")
    end)

    it("writes over nothing unless told, and then over its own files alone", function()
        local desk = desk_with()
        ingest(desk)
        local folder = record(desk, "1").folder
        has(t.must({ "-C", desk, "record", "1" }, nil, 1).err, "--force writes it anew")
        t.write(folder .. "/NOTES.md", "mine")
        t.write(folder .. "/calls/9-left.json", "{}")
        t.write(folder .. "/tests/tag/ships/mine.test.lua", "return {}")
        for _, name in ipairs { "/calls/9-left.json", "/tests/tag/ships/mine.test.lua" } do
            has(t.must({ "-C", desk, "record", "1", "--force" }, nil, 1).err, folder .. name .. " is no file of this fixture")
            os.remove(folder .. name)
        end
        t.must { "-C", desk, "record", "1", "--force" }
        assert.equal("mine", t.read(folder .. "/NOTES.md"))
        replay(folder)
        local other = t.folder()
        t.write(other .. "/fixture.json", '{ "fixture": "of a lamp" }')
        t.shell(("mkdir %s/tests %s/a"):format(other, desk))
        t.write(other .. "/tests/mine", "mine")
        has(t.must({ "-C", desk, "record", "1", "--to", other, "--force" }, nil, 1).err, "was not written by `copydesk record`")
        assert.equal("mine", t.read(other .. "/tests/mine"))
        t.write(desk .. "/a/other", "mine")
        has(t.must({ "-C", desk, "record", "1", "--to", desk .. "/a", "--force" }, nil, 1).err, "something that is no fixture")
        assert.equal("", t.shell("find " .. desk .. " -name '*.part'"))
        assert.equal(TEXT, t.read(record(desk, "1", "--to", desk .. "/a/b/c/").folder .. "/document"))
    end)

    it("writes into an empty folder that is there, even the one it is called in", function()
        local desk, place = desk_with(), t.folder()
        ingest(desk)
        t.must({ "-C", desk, "record", "1", "--to", "." }, { cd = place })
        replay(place)
        assert.equal("calls document fixture.json scripts tests\n", t.shell("cd " .. place .. " && ls -A | xargs"):gsub("\n*$", "\n"))
    end)

    it("keeps out of what is not its own", function()
        local desk = desk_with(nil, 'desk.ingest { "text" }\ndesk.tag { "ships" }\n'
            .. 'desk.watch { "inbox", done = "done", failed = "failed" }\n')
        t.shell(("cd %s && mkdir -p inbox done failed"):format(desk))
        ingest(desk)
        for place, why in pairs { ["inbox/f"] = "a watched folder", done = "a folder for what was taken in",
            ["failed/f"] = "a folder for what was taken in", ["scripts/f"] = "the desk's plugins",
            [".copydesk/f"] = "the store", ["."] = "the store" } do
            local done = t.must({ "-C", desk, "record", "1", "--to", desk .. "/" .. place }, nil, 1)
            has(done.err, place == "." and "holds the" or ("lies in " .. why))
        end
        assert.equal("", t.shell("find " .. desk .. " -name 'f*.json' -o -name '*.part'"))
    end)

    it("tells articles from items", function()
        local desk = desk_with('error("always")')
        ingest(desk, nil, nil, 3)
        has(t.must({ "-C", desk, "record", "99" }, nil, 1).err, "no article 99 in the store\n")
        has(t.must({ "-C", desk, "record", "--failed", "99" }, nil, 1).err, "no item 99 waits in quarantine")
        t.must { "-C", desk, "forget", "--yes", "1" }
        t.must({ "-C", desk, "record" }, nil, 2)
        t.must({ "-C", desk, "record", "1", "--failed", "1" }, nil, 2)
        t.must({ "-C", desk, "record", "1", "--to", "" }, nil, 2)
        local odd = t.desk()
        ingest(odd, "\0\1\2", "odd.bin", 3)
        has(t.must({ "-C", odd, "record", "1" }, nil, 1).err, "copydesk record --failed 1")
    end)

    it("works beside a desk that runs", function()
        local desk = desk_with()
        ingest(desk)
        local host = running.start(desk)
        replay(elsewhere(record(desk, "1").folder))
        host:stop()
    end)
end)

describe("record and what is granted", function()
    after_each(t.finish)

    local function granted(body, code)
        local desk = t.desk()
        local fleet = t.write(t.folder() .. "/fleet.tsv", "SECRET FLEET\n")
        t.plugin(desk, "tag", "ships", ([[
return { kind = "tag", name = "ships", version = "1.0.0", api = 1, about = "A test.",
    uses = { read = { %q }, env = { "PORT", "UNSET" } },
    run = function(article, options)
        %s
        return { { scheme = "ship", label = "of " .. #desk.read(%q) }, { scheme = "port", label = "of " .. #desk.env("PORT") } }
    end }
]]):format(fleet, body or "", fleet))
        t.write(desk .. "/desk.lua", 'desk.ingest { "text" }\ndesk.tag { "ships" }\n')
        t.must { "-C", desk, "plugin", "grant", "tag/ships", "--write" }
        local file = t.write(t.folder() .. "/late.txt", TEXT)
        local env = { "PORT=SECRETPORT" }
        t.must({ "-C", desk, "ingest", "--quiet", file }, { env = env }, code)
        return desk, fleet, env
    end

    it("leaves the call out, and says so", function()
        local desk, _, env = granted()
        local done = t.must({ "-C", desk, "record", "1" }, { env = env })
        has(done.err, "tag/ships has a grant: its call is left out")
        has(done.out, "2 calls, 1 left out")
        local folder = desk .. "/fixtures/1-late-again"
        assert.equal("", t.shell("grep -rl SECRET " .. folder .. " || true"))
        has(replay(elsewhere(folder)).out, "none    tag/ships@1.0.0: it had a grant")
    end)

    it("records it when told, for the user's eyes, and needs the granted things no more", function()
        local desk, fleet, env = granted()
        local done = t.must({ "-C", desk, "record", "1", "--with-grants" }, { env = env })
        has(done.out, "2 calls\n")
        local folder = elsewhere(desk .. "/fixtures/1-late-again")
        os.remove(fleet)
        has(replay(folder).out, "2 passed, 0 failed")
        assert.equal("600 600", t.shell(("cd %s && stat -c %%a granted/1 calls/2-tag-ships.json | xargs"):format(
            desk .. "/fixtures/1-late-again")))
        t.shell(("cp %s/tests/tag/ships/*.test.lua %s/scripts/tag/ships/"):format(folder, desk))
        t.write(desk .. "/desk.lua", "") -- no grant any more
        has(t.must({ "-C", desk, "plugin", "test", "tag/ships" }).out, "1 passed")
    end)

    it("leaves out the asking of ingest plugins, too, where one of them has a grant", function()
        local desk = t.desk()
        local words = t.write(t.folder() .. "/words.txt", "SECRET WORDS")
        t.plugin(desk, "ingest", "odd", ([[
return { kind = "ingest", name = "odd", version = "1.0.0", api = 1, about = "A test.", uses = { read = { %q } },
    claims = function(document) return document.text:find(desk.read(%q)) and 1 or 0 end,
    run = function(document) return { { headline = "Odd", body = "Text." } } end }
]]):format(words, words))
        t.write(desk .. "/desk.lua", 'desk.ingest { "text", "odd" }\ndesk.tag { "language" }\n')
        t.must { "-C", desk, "plugin", "grant", "ingest/odd", "--write" }
        ingest(desk)
        local done = t.must { "-C", desk, "record", "1" }
        has(done.err, "ingest/odd has a grant: its call is left out")
        has(done.out, "2 calls, 1 left out")
        has(replay(elsewhere(desk .. "/fixtures/1-late-again")).out, "none    ingest: it had a grant")
        t.must { "-C", desk, "record", "1", "--with-grants", "--force" }
        has(replay(elsewhere(desk .. "/fixtures/1-late-again")).out, "2 passed, 0 failed")
    end)

    it("keeps what it says from the calls that follow, and from their tests", function()
        local desk, fleet, env = granted()
        t.write(fleet, "SECRET FLEET")
        t.plugin(desk, "tag", "after", [[
return { kind = "tag", name = "after", version = "1.0.0", api = 1, about = "A test.", needs = { "ship" },
    run = function(article) return { { scheme = "after", label = #article.tags .. " before" } } end }
]])
        t.plugin(desk, "tag", "ships", (t.read(desk .. "/scripts/tag/ships/init.lua"):gsub('"of " .. #desk.read', "desk.read")
            :gsub("uses =", 'gives = { "ship" }, uses =')))
        t.write(desk .. "/desk.lua", 'desk.ingest { "text" }\ndesk.tag { "ships", "after" }\n')
        t.must { "-C", desk, "plugin", "grant", "tag/ships", "--write" }
        local done = t.must({ "-C", desk, "record", "1" }, { env = env })
        has(done.err, "what it says is kept from the calls that follow")
        local folder = desk .. "/fixtures/1-late-again"
        assert.equal("", t.shell("grep -rli 'secret' " .. folder .. " || true"))
        has(t.read(folder .. "/calls/3-tag-after.json"), '"0 before"')
        has(replay(elsewhere(folder)).out, "2 passed, 0 failed, 1 left out")
        t.must({ "-C", desk, "record", "1", "--with-grants", "--force" }, { env = env })
        has(t.read(folder .. "/calls/3-tag-after.json"), '"SECRET FLEET')
    end)

    it("writes no message of a plugin with a grant that is asked no more", function()
        local desk, _, env = granted('error("got " .. desk.env("PORT"))', 3)
        t.write(desk .. "/desk.lua", 'desk.ingest { "text" }\n')
        local done = t.must({ "-C", desk, "record", "--failed", "1" }, { env = env })
        has(done.err, "tag/ships is not called any more")
        has(done.err, "what was said when item 1 failed is left out")
        local folder = desk .. "/fixtures/failed-1-late-again"
        assert.equal("", t.shell("grep -rl SECRETPORT " .. folder .. " || true"))
        replay(elsewhere(folder))
        t.must({ "-C", desk, "record", "--failed", "1", "--with-grants", "--force" }, { env = env })
        has(t.read(folder .. "/fixture.json"), "got SECRETPORT")
    end)

    it("is refused where only what is stored is left, or a plugin with a grant cuts the document", function()
        local desk, _, env = granted()
        t.plugin(desk, "ingest", "text", [[
return { kind = "ingest", name = "text", version = "2.0.0", api = 1, about = "A test.",
    claims = function() return 1 end, run = function() return { { headline = "Other", body = "Other." } } end }
]])
        has(t.must({ "-C", desk, "record", "1" }, { env = env }, 1).err, "can only be recorded as it is stored")
        t.must({ "-C", desk, "record", "1", "--with-grants" }, { env = env })
        local words = t.write(t.folder() .. "/words.txt", "Late")
        t.plugin(desk, "ingest", "text", ([[
return { kind = "ingest", name = "text", version = "2.0.0", api = 1, about = "A test.", uses = { read = { %q } },
    claims = function() return 1 end, run = function() return { { headline = desk.read(%q), body = "Text." } } end }
]]):format(words, words))
        t.must { "-C", desk, "plugin", "grant", "ingest/text", "--write" }
        has(t.must({ "-C", desk, "record", "1", "--force" }, { env = env }, 1).err,
            "ingest/text has a grant, and it is what cuts this document")
    end)

    it("is refused for an item that cannot be repeated without", function()
        local desk, _, env = granted('error("no")', 3)
        has(t.must({ "-C", desk, "record", "--failed", "1" }, { env = env }, 1).err, "--with-grants writes it")
        t.must({ "-C", desk, "record", "--failed", "1", "--with-grants" }, { env = env })
        has(replay(elsewhere(desk .. "/fixtures/failed-1-late-again")).out, "fails as recorded")
    end)
end)

describe("record and native plugins", function()
    after_each(t.finish)

    it("names them, and replay wants the same build", function()
        local desk = t.desk()
        local so = t.folder() .. "/hulls.so"
        t.shell(("cp %s %s"):format(t.quote((os.getenv("COPYDESK_BIN"):gsub("/bin/copydesk$", "/tests/native/hulls.so"))), so))
        t.write(desk .. "/desk.lua", ('desk.native { %q }\ndesk.ingest { "text" }\ndesk.tag { "hulls" }\n'):format(so))
        ingest(desk, "At sea\n\nThe ship R 01 sailed.\n")
        local folder = elsewhere(record(desk, "1").folder)
        local call = t.decode(t.read(folder .. "/calls/2-tag-hulls.json"))
        assert.is_true(call.asked[1].native)
        has(replay(folder, 1).err, "a native plugin is not part of a fixture, and here is none")
        t.must { "-C", desk, "replay", "--current", folder }
        -- its test runs beside the shared object
        t.shell(("cp -r %s/tests/tag %s"):format(folder, (so:gsub("/hulls.so$", ""))))
        has(t.must({ "-C", desk, "plugin", "test", "tag/hulls" }).out, "1 passed, 0 failed")
        -- installed, the same and another build
        local place = t.folder()
        t.shell(("cp -r %s/. %s/"):format(t.quote((t.bin:gsub("/bin/copydesk$", ""))), place))
        t.shell(("cp %s %s/lib/copydesk/plugins/"):format(so, place))
        local function here()
            return t.shell(("cd / && %s/bin/copydesk replay %s 2>&1; true"):format(place, folder))
        end
        has(here(), "2 passed, 0 failed")
        t.shell(("printf x >>%s/lib/copydesk/plugins/hulls.so"):format(place))
        has(here(), "is native, and here it is another build")
    end)
end)
