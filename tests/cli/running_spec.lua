--- A desk that runs, and commands beside it.
local desk = require "support"

describe("without a running desk", function()
    after_each(desk.finish)

    it("status says so and counts what the store holds", function()
        local dir = desk.desk(desk.sample)
        local result = desk.must { "-C", dir, "status" }
        assert.matches("running%s+no", result.out)
        assert.matches("1 document, 6 articles", result.out)
        local status = desk.json({ "-C", dir, "status", "--json" })[1]
        assert.is_false(status.running)
        assert.equals(6, status.store.articles)
        assert.same({}, status.unwell)
    end)

    it("reload fails and says why", function()
        local dir = desk.desk()
        local result = desk.must({ "-C", dir, "reload" }, nil, 1)
        assert.matches("no copydesk runs this desk", result.err)
    end)

    it("status and stop work for a desk that lost its desk.lua", function()
        local dir = desk.desk(desk.sample)
        local config = desk.read(dir .. "/desk.lua")
        os.remove(dir .. "/desk.lua")
        assert.equal(6, desk.json({ "-C", dir, "status", "--json" })[1].store.articles)
        assert.matches("No copydesk runs this desk", desk.must({ "-C", dir, "stop" }).err)
        assert.matches("no desk.lua", desk.must({ "-C", dir, "list" }, nil, 1).err)
        desk.write(dir .. "/desk.lua", config)
    end)

    it("stop has nothing to do, and says so", function()
        local dir = desk.desk()
        assert.matches("No copydesk runs this desk", desk.must({ "-C", dir, "stop" }).err)
    end)
end)
