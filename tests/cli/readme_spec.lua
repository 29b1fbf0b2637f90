--- What the README says is typed as it stands.
local t = require "support"

local readme = t.read(t.source .. "/README.md")

local function block(language, after)
    local from = assert(readme:find(after, 1, true), "README has no '" .. after .. "'")
    return assert(readme:match("```" .. language .. "\n(.-)```", from))
end

describe("the README", function()
    after_each(t.finish)

    it("has a first plugin that runs, passes its test and is found", function()
        local desk = t.desk()
        t.plugin(desk, "tag", "trains", block("lua", "scripts/tag/trains/init.lua"),
            { ["test.lua"] = block("lua", "A `test.lua` beside it") })
        t.must({ "plugin", "test", "tag/trains" }, { cd = desk })
        local steps = block("sh", "Try it without storing"):gsub("cd mydesk", "cd " .. desk)
            :gsub("FILE", t.sample):gsub("copydesk ", t.bin .. " ")
        local out = t.shell("set -e\n" .. steps)
        assert.truthy(out:find('"label":"trains"', 1, true), out)
        assert.truthy(out:find("6 articles", 1, true), out)
        assert.truthy(out:find("Night train from Paris", 1, true), out)
    end)

    it("shows what the demo prints", function()
        local desk = t.desk(t.sample)
        local list = t.must({ "-C", desk, "list" }).out:gsub("%d%d%d%d%-%d%d%-%d%d %d%d:%d%d", "DATE")
        local shown = readme:gsub("%d%d%d%d%-%d%d%-%d%d %d%d:%d%d", "DATE")
        local first = list:match("^(.-\n)     5  ")
        assert.truthy(shown:find(first, 1, true), first)
    end)

    it("has a job that is due when it says", function()
        local desk = t.desk(t.sample)
        local path = desk .. "/desk.lua"
        t.write(path, t.read(path) .. block("lua", "## Exports on schedule"))
        local line, shown = block("", "what DST does to it:"):match("%$ copydesk ([^\n]+)\n(.*)")
        local words = {}
        for word in line:gmatch("%S+") do
            words[#words + 1] = word
        end
        assert.equal(shown, t.must(words, { cd = desk }).out)
        t.must({ "jobs", "run", "france-daily" }, { cd = desk })
        assert.truthy(t.shell("ls " .. desk .. "/out/france-*"):find("night-train", 1, true))
    end)

    local function told(after, desk)
        return (block("sh", after):gsub("copydesk ", t.bin .. " "):gsub("^", "set -e; cd " .. desk .. "\n"))
    end

    it("has tasks that run", function()
        local desk = t.desk(t.sample)
        t.write(desk .. "/desk.lua", t.read(desk .. "/desk.lua") .. "\n" .. block("lua", "## Tasks"))
        local out = t.shell(told("## Tasks", desk))
        assert.truthy(out:find("# Digest, ", 1, true), out)
        assert.truthy(out:find("<!doctype html>", 1, true), out)
    end)

    it("keeps and forgets as it says", function()
        local desk = t.desk(t.sample)
        t.write(desk .. "/desk.lua", t.read(desk .. "/desk.lua") .. "\n" .. block("lua", "## Keeping and forgetting"))
        local out = t.shell(told("## Keeping and forgetting", desk))
        assert.truthy(out:find("1 article forgotten", 1, true), out)
    end)

    it("names commands that are there", function()
        for name in readme:match("## Commands\n\n(.-);"):gmatch("`([^`]+)`") do
            local words = {}
            for word in (name .. " --help"):gmatch("%S+") do
                words[#words + 1] = word
            end
            t.must(words)
        end
    end)
end)
