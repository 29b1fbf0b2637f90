--- scripts/README.md is typed as it stands, from its first block to its last.
local t = require "support"

local guide = t.read(t.source .. "/scripts/README.md"):match("(## Your first plugin.-)\n## The table")

--- Blocks of code in order: { language, code, file }. `file`: named in the paragraph before.
local function blocks()
    local list, from = {}, 1
    while true do
        local first, last, language, code = guide:find("\n```(%l+)\n(.-)```", from)
        if not first then
            return list
        end
        local paragraph = guide:sub(from, first):match("([^\n]+\n?[^\n]*)\n*$") or ""
        list[#list + 1] = { language = language, code = code, file = paragraph:match("`(scripts/[%w/%.]+)`[^`]*$") }
        from = last + 1
    end
end

describe("scripts/README.md", function()
    after_each(t.finish)

    it("is typed as it stands", function()
        local folder = t.folder()
        local at, outputs = folder, {}
        for _, block in ipairs(blocks()) do
            if block.language == "sh" then
                local code = block.code:gsub("copydesk ", t.bin .. " ")
                outputs[#outputs + 1] = t.shell("set -e\ncd " .. at .. "\n" .. code)
                at = folder .. "/mydesk"
            elseif block.file then
                t.write(at .. "/" .. block.file, block.code)
            else
                assert(load(block.code))
            end
        end
        assert.equal(5, #outputs)
        assert.truthy(outputs[1]:find("1 plugin: 3 passed, 0 failed", 1, true), outputs[1])
        assert.truthy(outputs[2]:find("1 plugin: 0 errors, 0 warnings", 1, true), outputs[2])
        assert.truthy(outputs[2]:find('"code":"IMO 9074729"', 1, true), outputs[2])
        assert.truthy(outputs[2]:find("Late again\n.*ship Nordic Star"), outputs[2])
        assert.truthy(outputs[3]:find("1 golden file written", 1, true), outputs[3])
        assert.truthy(outputs[3]:find("1 plugin: 4 passed, 0 failed\nTAP version 13\nok 1", 1, true), outputs[3])
        assert.equal(6, #t.decode(t.read(at .. "/scripts/tag/ships/long.json")))
        assert.truthy(outputs[4]:find("6 calls\n.*6 passed, 0 failed\n.*1 plugin: 5 passed"), outputs[4])
        assert.truthy(outputs[#outputs]:find("calls/s", 1, true), outputs[#outputs])
    end)

    it("shows the grant that plugin grant prints", function()
        local desk = t.desk()
        local line = assert(guide:match("\n(desk%.grant {[^\n]+})\n"))
        local uses = line:match("(read = .-), manifest")
        t.plugin(desk, "tag", "ships", (t.tagger("ships", "return {}"):gsub("needs = {}", "uses = { " .. uses .. " }")))
        local out = t.must({ "-C", desk, "plugin", "grant", "tag/ships" }).out
        local shown = line:gsub('manifest = "%x+"', "MANIFEST") -- which stands for the place, too
        assert.truthy(out:gsub('manifest = "%x+"', "MANIFEST"):find(shown, 1, true), out)
    end)

    it("shows a case that brings what would be granted, which passes without a grant", function()
        local desk = t.desk()
        local case
        for _, block in ipairs(blocks()) do
            case = block.code:find("reads = {", 1, true) and block.code or case
        end
        t.plugin(desk, "tag", "ships", [[
return { kind = "tag", name = "ships", version = "1.0.0", api = 1, about = "A test.",
    uses = { read = { "/srv/fleet.tsv" }, env = { "LANG" } },
    run = function(article)
        local name = desk.read("/srv/fleet.tsv"):match("[^\t]+")
        assert(desk.env("LANG") == "en")
        return article.text:find(name, 1, true) and { { scheme = "ship", label = name } } or {}
    end }
]], { ["test.lua"] = case })
        assert.matches("1 passed, 0 failed", t.must({ "-C", desk, "plugin", "test", "tag/ships" }).out)
    end)

    it("shows a difference as it is told", function()
        local desk = t.desk()
        local list = blocks()
        for _, block in ipairs(list) do
            if block.file then
                t.shell("mkdir -p " .. desk .. "/scripts/tag/ships")
                t.write(desk .. "/" .. block.file, (block.code:gsub("score = options.score,", "score = 0.9,")))
            end
        end
        local shown = assert(guide:match("as in `(expect[^`]+)`"))
        local result = t.run({ "-C", desk, "plugin", "test", "tag/ships" })
        assert.truthy(result.err:find(shown, 1, true), result.err)
    end)

    it("names plugins that are there", function()
        local text = t.read(t.source .. "/scripts/README.md")
        local count = 0
        for kind, names in text:gmatch("| `(%l+)/` | ([^\n]+)") do
            for name in names:gmatch("`(%l+)`") do
                if t.read(t.source .. "/scripts/" .. kind .. "/" .. name .. "/init.lua") then
                    count = count + 1
                elseif kind ~= "types" and kind ~= "lib" and kind ~= "templates" and kind ~= "escapes" then
                    error(kind .. "/" .. name .. " is not there")
                end
            end
        end
        assert.truthy(count >= 16, count)
    end)
end)
