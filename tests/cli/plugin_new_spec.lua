local t = require "support"

local kinds = { "ingest", "tag", "summarize", "export", "task" }

describe("plugin new", function()
    after_each(t.finish)

    for _, kind in ipairs(kinds) do
        it("writes a plugin of kind " .. kind .. " whose test passes", function()
            local desk = t.desk()
            local out = t.must({ "plugin", "new", kind, "ships" }, { cd = desk }).out
            assert.truthy(out:find("scripts/" .. kind .. "/ships/init.lua", 1, true), out)
            local tested = t.must({ "plugin", "test", kind .. "/ships" }, { cd = desk }).out
            assert.truthy(tested:find("^ok .*1 plugin: %d+ passed, 0 failed\n$"), tested)
        end)

        it("lets the test of a plugin of kind " .. kind .. " fail when the plugin is changed", function()
            local desk = t.desk()
            t.must({ "plugin", "new", kind, "ships" }, { cd = desk })
            local file = desk .. "/scripts/" .. kind .. "/ships/init.lua"
            local code, count = t.read(file):gsub("local MARK = [^\n]+", 'local MARK = "^%%%%%%%%(%%S+)$"')
            if count == 0 then
                code, count = code:gsub("spans%[#spans %+ 1%] = [^\n]+", "")
            end
            if count == 0 then
                code, count = code:gsub("left > right", "left < right")
            end
            if count == 0 then
                code, count = code:gsub('mark, " "', 'mark, "  "')
            end
            if count == 0 then
                code, count = code:gsub('"%- " %.%.', '"* " ..')
            end
            assert.equal(1, count)
            t.write(file, code)
            assert.equal(1, t.run({ "plugin", "test", kind .. "/ships" }, { cd = desk }).code)
        end)
    end

    it("takes KIND/NAME in one word, too", function()
        local desk = t.desk()
        t.must({ "-C", desk, "plugin", "new", "tag/ships" })
        assert.truthy(t.read(desk .. "/scripts/tag/ships/init.lua"):find('name = "ships"', 1, true))
    end)

    it("changes nothing that is there", function()
        local desk = t.desk()
        local folder = t.plugin(desk, "tag", "ships", t.tagger("ships", "return {}"))
        local before = t.read(folder .. "/init.lua")
        local result = t.run({ "-C", desk, "plugin", "new", "tag", "ships" })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("scripts/tag/ships is there already", 1, true), result.err)
        assert.equal(before, t.read(folder .. "/init.lua"))
        assert.equal("init.lua", t.shell("ls " .. folder))
    end)

    it("says whose place the plugin takes", function()
        local desk = t.desk()
        local result = t.must({ "-C", desk, "plugin", "new", "tag", "keywords" })
        assert.truthy(result.err:find("takes the place of .*scripts/tag/keywords"), result.err)
    end)

    it("names the kinds that run", function()
        local desk = t.desk()
        local result = t.run({ "-C", desk, "plugin", "new", "fetch", "ships" })
        assert.equal(2, result.code)
        assert.truthy(result.err:find("ingest, tag, summarize, export, task", 1, true), result.err)
        result = t.run({ "-C", desk, "plugin", "new", "tags", "ships" })
        assert.equal(2, result.code)
        assert.truthy(result.err:find("did you mean 'tag'", 1, true), result.err)
    end)

    it("names paths and commands that work from where its author stands", function()
        local desk = t.desk()
        local inside = t.run({ "plugin", "new", "tag", "ships" }, { cd = desk .. "/inbox" }).out
        t.shell(("cd %s/inbox && test -f %s"):format(desk, inside:match("edit (%S+init%.lua), then")))
        local outside = t.run({ "-C", desk, "plugin", "new", "tag", "boats" }, { cd = t.folder() }).out
        assert.truthy(outside:find(("copydesk -C %s plugin test tag/boats"):format(desk), 1, true), outside)
        t.shell("test -f " .. outside:match("edit (%S+init%.lua), then"))
        local here = t.run({ "plugin", "new", "tag", "barges" }, { cd = desk }).out
        assert.truthy(here:find("edit scripts/tag/barges/init.lua, then\n  copydesk plugin test", 1, true), here)
    end)

    it("says how long a name may be, and which kinds there are", function()
        local desk = t.desk()
        local err = t.must({ "-C", desk, "plugin", "new", "tag", ("s"):rep(100) }, nil, 2).err
        assert.truthy(err:find("too long: 100 bytes, at most 64", 1, true), err)
        t.must { "-C", desk, "plugin", "new", "tag", ("s"):rep(64) }
        err = t.must({ "-C", desk, "plugin", "new", "bogus", "x" }, nil, 2).err
        assert.truthy(err:find("the kinds are ingest, tag, summarize, export and task", 1, true), err)
    end)

    it("refuses a name that cannot be a folder", function()
        local desk = t.desk()
        local result = t.run({ "-C", desk, "plugin", "new", "tag", "../ships" })
        assert.equal(2, result.code)
        assert.equal("", t.shell("ls " .. desk .. "/scripts"))
    end)

    it("needs a desk", function()
        local result = t.run({ "plugin", "new", "tag", "ships" }, { cd = t.folder() })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("copydesk init", 1, true), result.err)
    end)
end)

describe("plugin new --native", function()
    after_each(t.finish)

    it("writes a project of each kind that builds against the installed package and passes its tests", function()
        if not os.execute("command -v cmake ninja pkg-config >/dev/null 2>&1") then
            pending("needs cmake, ninja and pkg-config")
            return
        end
        local prefix, desk = t.folder(), t.desk()
        local build = os.getenv("COPYDESK_BIN"):gsub("/bin/copydesk$", "")
        t.shell(("cmake --install %s --prefix %s/usr >/dev/null"):format(build, prefix))
        local pc = t.shell(("dirname $(find %s -name copydesk-plugin.pc)"):format(prefix))
        local natives = {}
        for kind, name in pairs { tag = "fleet", ingest = "my-notes", summarize = "longest" } do
            local out = t.shell(("%s/usr/bin/copydesk -C %s plugin new --native %s %s"):format(prefix, desk, kind, name))
            assert.truthy(out:find(("native/%s/%s.c\n"):format(name, name), 1, true), out)
            local log = t.shell(("cd %s && export PKG_CONFIG_PATH=%s && cmake -G Ninja -S native/%s -B native/%s/build "
                .. "&& cmake --build native/%s/build && ctest --test-dir native/%s/build"):format(
                desk, pc, name, name, name, name))
            assert.truthy(log:find("100% tests passed", 1, true), log)
            natives[#natives + 1] = out:match("desk%.native [^\n]+")
            assert.truthy(out:find(("desk.%s { ..., %q }"):format(kind, name), 1, true), out)
        end
        t.write(desk .. "/desk.lua", table.concat(natives, "\n") .. '\ndesk.ingest { "my-notes", "text" }\n'
            .. 'desk.tag { "language", "fleet" }\ndesk.summarize { { "longest", sentences = 1 } }\n')
        for _, plugin in ipairs { "tag/fleet", "ingest/my-notes", "summarize/longest" } do
            assert.truthy(t.must({ "-C", desk, "plugin", "test", plugin }).out:find(", 0 failed", 1, true))
        end
        t.write(desk .. "/notes.txt", "== At sea\nIt is late. DDG-51 met CVN 78 off Norfolk.\n\nNobody was hurt.\n"
            .. "== Ashore\r\nNobody met anybody.\r\n")
        t.must { "-C", desk, "ingest", "--quiet", desk .. "/notes.txt" }
        local articles = t.json { "-C", desk, "list", "--json" }
        assert.same({ "Ashore", "At sea" }, { articles[1].headline, articles[2].headline })
        assert.equal("DDG-51 met CVN 78 off Norfolk.", articles[2].summary)
        assert.equal("CVN-78", articles[2].tags[1].label)
        local whole = t.json({ "-C", desk, "show", "--json", tostring(articles[1].id) })[1]
        assert.equal("Nobody met anybody.", whole.text)
    end)

    it("leaves nothing behind when the installation lacks a file of the template", function()
        local prefix, desk = t.folder(), t.desk()
        local build = os.getenv("COPYDESK_BIN"):gsub("/bin/copydesk$", "")
        t.shell(("cmake --install %s --prefix %s/usr >/dev/null"):format(build, prefix))
        local new = ("%s/usr/bin/copydesk -C %s plugin new --native ingest notes 2>&1"):format(prefix, desk)
        local lacks = prefix .. "/usr/share/copydesk/scripts/templates/native/check.sh"
        t.shell(("mv %s %s.away"):format(lacks, lacks))
        local out = t.shell(new .. " || true")
        assert.truthy(out:find("missing from the installation", 1, true), out)
        assert.equal("", t.shell("ls -A " .. desk .. "/native"))
        t.shell(("mv %s.away %s"):format(lacks, lacks))
        t.shell(new)
        t.shell("test -x " .. desk .. "/native/notes/check.sh")
    end)

    it("leaves no word of the example's name", function()
        local desk = t.desk()
        t.must({ "-C", desk, "plugin", "new", "--native", "tag/fleet" })
        t.must({ "-C", desk, "plugin", "new", "--native", "ingest/notes" })
        assert.equal("", t.shell("cd " .. desk .. "/native && (grep -rlE 'hulls|@[A-Z]+@' . ; find . -name '*hulls*' "
            .. "-o -name '*@*')"))
        t.shell("test -x " .. desk .. "/native/fleet/check.sh")
    end)

    it("refuses names that C cannot have, other kinds, and a folder that is there", function()
        local desk = t.desk()
        assert.equal(2, t.run({ "-C", desk, "plugin", "new", "--native", "tag", "my-fleet" }).code)
        for _, kind in ipairs { "export", "task", "fetch" } do
            local err = t.must({ "-C", desk, "plugin", "new", "--native", kind, "fleet" }, nil, 2).err
            assert.truthy(err:find("the ABI has stages of kind ingest, tag and summarize", 1, true), err)
        end
        t.must({ "-C", desk, "plugin", "new", "--native", "tag", "fleet" })
        local result = t.run({ "-C", desk, "plugin", "new", "--native", "tag", "fleet" })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("is there already", 1, true), result.err)
    end)
end)

describe(".luarc.json", function()
    after_each(t.finish)

    it("of a new desk names folders that are there", function()
        local rc = t.decode(t.read(t.desk() .. "/.luarc.json"))
        for _, folder in ipairs(rc["workspace.library"]) do
            t.shell("test -d " .. t.quote(folder))
        end
        assert.equal("disable", rc["runtime.builtin"].io)
    end)

    it("of the user is left as it is", function()
        local desk = t.desk()
        t.write(desk .. "/.luarc.json", "{}\n")
        t.must({ "-C", desk, "plugin", "new", "tag", "ships" })
        assert.equal("{}\n", t.read(desk .. "/.luarc.json"))
    end)
end)
