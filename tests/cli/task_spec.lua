local t = require "support"

local articles = t.encode { id = 3, headline = "Ferry is back", text = "It sails.", infosource = "Courier" } .. "\n"
    .. t.encode { id = 4, headline = "Night train", text = "It runs.", infosource = "Courier" } .. "\n"

describe("plugin try of a task", function()
    after_each(t.finish)

    it("prints the commands and does none of them", function()
        local here = t.folder()
        local commands = t.json({ "plugin", "try", "task/digest", "--at", "2026-05-04T07:00:00Z", "-" },
            { cd = here, input = articles })
        assert.equal(1, #commands)
        assert.equal("write", commands[1].command)
        assert.equal("digest-2026-05-04.md", commands[1].name)
        assert.truthy(commands[1].text:find("### Ferry is back", 1, true))
        assert.equal("", t.shell("ls " .. t.quote(here)))
    end)

    it("reads events for a task that is about them", function()
        local commands = t.json({ "plugin", "try", "task/notice", "--at", "2026-05-04T07:00:00Z",
            "--event", "item.quarantined", "--option", "by=command", "-" },
            { cd = "/", input = '{"id":12,"path":"a.txt","message":"no"}\n' })
        assert.equal("notify", commands[1].command)
        assert.truthy(commands[1].text:find("copydesk failed retry 12", 1, true))
    end)

    it("says which events the task runs on", function()
        local result = t.run({ "plugin", "try", "task/notice", "--event", "schedule", "-" },
            { cd = "/", input = "" })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("runs on job.failed, item.quarantined", 1, true), result.err)
    end)

    it("is asked again when its worker was killed", function()
        local desk = t.desk(t.sample)
        t.plugin(desk, "task", "slow", "return { kind = 'task', name = 'slow', version = '1.0.0', api = 1, "
            .. "about = 'x', on = { 'schedule' }, run = function(window) for _ = 1, 4e7 do end "
            .. "return { { command = 'write', name = 'n.txt', text = #window.articles .. '' } } end }")
        t.write(desk .. "/desk.lua", t.read(desk .. "/desk.lua")
            .. "\ndesk.job { 'slow', cron = '0 0 1 1 *', task = 'slow', articles = 'all', to = 'out' }\n")
        assert.equal("0", t.shell(([[%s -C %s jobs run slow >/dev/null 2>&1 & pid=$!
            sleep 0.4; kill -KILL $(cat /proc/$pid/task/$pid/children); wait $pid; echo $?]]):format(
            t.quote(t.bin), t.quote(desk))))
        assert.equal(tostring(#t.json({ "-C", desk, "list", "--json" })), t.read(desk .. "/out/n.txt"))
    end)

    it("says what is wrong with a command", function()
        local desk = t.desk()
        t.plugin(desk, "task", "odd", "return { kind = 'task', name = 'odd', version = '1.0.0', api = 1, "
            .. "about = 'x', on = { 'schedule' }, run = function() "
            .. "return { { command = 'add_tag', article = 3, scheme = 's' } } end }")
        local result = t.run({ "-C", desk, "plugin", "try", "task/odd", "-" }, { input = articles })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("answer[1].label: is missing, but add_tag needs it", 1, true), result.err)
    end)

    it("refuses a line that is no article, with its number", function()
        local result = t.run({ "plugin", "try", "task/digest", "-" }, { cd = "/", input = articles .. "no\n" })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("line 3", 1, true), result.err)
    end)

    it("refuses a time that is none", function()
        assert.equal(2, t.run({ "plugin", "try", "task/digest", "--at", "noon", "-" }, { cd = "/", input = "" }).code)
    end)
end)

describe("the shipped tasks", function()
    after_each(t.finish)

    for _, name in ipairs { "digest", "notice" } do
        it("pass their tests: " .. name, function()
            t.must({ "plugin", "test", "task/" .. name }, { cd = "/" })
        end)
    end
end)
