-- plugins/README.md is built from code that is built and run: plugins/example.
local desk = require "support"

local function read(name)
    return assert(desk.read(desk.source .. "/plugins/" .. name), name)
end

local function squeezed(text)
    return (text:gsub("%s+", " "))
end

describe("plugins/README.md", function()
    local sources = squeezed(read "example/hulls.c" .. read "example/tag/hulls/test.lua")

    it("shows code of the example as it stands", function()
        local shown = 0
        for language, block in read("README.md"):gmatch("```(%a+)\n(.-)```") do
            if language == "c" or block:find("^    {") then
                shown = shown + 1
                assert.is_truthy(sources:find(squeezed(block):gsub("^ ", ""):gsub(" $", ""), 1, true),
                    "not in plugins/example:\n" .. block)
            end
        end
        assert.is_true(shown >= 5, "only " .. shown .. " blocks were found")
    end)

    it("has settings that a desk takes", function()
        local dir = desk.desk()
        local so = os.getenv("COPYDESK_BIN"):gsub("/bin/copydesk$", "/tests/native/hulls.so")
        local copy = desk.folder() .. "/hulls.so"
        desk.shell(("cp %s %s"):format(desk.quote(so), desk.quote(copy)))
        for language, block in read("README.md"):gmatch("```(%a+)\n(.-)```") do
            if language == "lua" and block:find("desk.native", 1, true) then
                desk.write(dir .. "/desk.lua", (block:gsub('"/home[^"]*"', ("%q"):format(copy))))
            end
        end
        local tried = desk.json({ "-C", dir, "plugin", "try", "tag/hulls" },
            { input = '{"id": 1, "headline": "At sea", "text": "DDG-51 met CVN 78."}' })
        assert.equals(2, #tried[1].tags)
        assert.equals("CVN-78", tried[1].tags[1].label)
        desk.finish()
    end)
end)
