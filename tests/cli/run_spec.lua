local t = require "support"
local running = require "running"

describe("copydesk run", function()
    after_each(running.finish)

    it("ends with the reason when its socket cannot be made", function()
        local desk = t.desk()
        t.shell("mkdir -p " .. t.quote(desk .. "/.copydesk/control/in-the-way"))
        local result = t.run({ "-C", desk, "run" }, { seconds = 10 })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("control", 1, true), result.err)
        t.shell("rm -r " .. t.quote(desk .. "/.copydesk/control"))
    end)

    for _, folder in ipairs { "scripts", ".copydesk", ".", "desk.lua", "scripts/tag" } do
        it("refuses a done folder that leads into the desk: " .. folder, function()
            local desk = t.desk()
            t.write(desk .. "/desk.lua", ('desk.watch { "inbox", done = %q }\n'):format(folder))
            local result = t.run({ "-C", desk, "run" }, { seconds = 10 })
            assert.equal(1, result.code)
            assert.truthy(result.err:find("its plugins or around them", 1, true), result.err)
        end)
    end

    it("runs until SIGTERM and ends with 0", function()
        local desk = running.start(t.desk())
        assert.equal(0, desk:stop("TERM"))
        assert.truthy(desk:log():find("the desk has ended", 1, true))
    end)

    it("tells a service manager how many wait and how many failed", function()
        local desk = t.desk()
        local place = t.folder()
        local heard = place .. "/heard"
        t.write(place .. "/manager.py", ([[
import socket
manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
manager.bind("%s/notify")
manager.settimeout(30)
while True:
    text = manager.recv(4096).decode()
    with open("%s", "a") as out:
        out.write(text)
    if "STOPPING" in text:
        break
]]):format(place, heard))
        os.execute(("%s %s/manager.py >/dev/null 2>&1 &"):format(t.python, place))
        running.wait(function() return os.execute("test -S " .. place .. "/notify") end, "the manager")
        local run = running.start(desk, { prefix = "NOTIFY_SOCKET=" .. place .. "/notify" })
        t.write(desk .. "/inbox/empty.txt", "")
        running.wait(function()
            return (t.read(heard) or ""):find("STATUS=running; 1 failed since the start", 1, true)
        end, "the failure to be told")
        assert.equal(0, run:stop())
        local said = t.read(heard)
        assert.matches("^READY=1\nSTATUS=running", said)
        assert.matches("STOPPING=1", said)
    end)

    it("ends as well on SIGINT", function()
        assert.equal(0, running.start(t.desk()):stop("INT"))
    end)

    it("refuses a second one with the pid of the first", function()
        local desk = running.start(t.desk())
        local second = t.must({ "-C", desk.desk, "run" }, nil, 1)
        assert.truthy(second.err:find("process " .. desk.pid, 1, true), second.err)
        assert.equal(0, desk:stop())
    end)

    it("can be started again after SIGKILL", function()
        local desk = running.start(t.desk())
        desk:stop("KILL")
        assert.equal(0, running.start(desk.desk):stop())
        t.must({ "-C", desk.desk, "check" })
    end)

    it("logs JSON objects when nobody looks", function()
        local desk = running.start(t.desk())
        desk:stop()
        local first = t.lines(desk:log())[1]
        assert.equal("info", first.level)
        assert.equal("run", first.area)
    end)

    it("leaves out what is below --log-level", function()
        local desk = running.start(t.desk(), { args = { "--log-level", "error" }, early = true })
        running.wait(function()
            return os.execute("test -S " .. desk.desk .. "/.copydesk/control")
        end, "the control socket")
        assert.equal(0, desk:stop())
        assert.equal("", desk:log())
        local wrong = t.must({ "-C", desk.desk, "run", "--log-level", "loud" }, nil, 2)
        assert.truthy(wrong.err:find("warning", 1, true), wrong.err)
    end)

    it("says what is wrong with desk.lua and does not start", function()
        local folder = t.desk()
        t.write(folder .. "/desk.lua", "desk.tag { 'nope' }\n")
        local result = t.must({ "-C", folder, "run" }, nil, 1)
        assert.truthy(result.err:find("desk.lua:1", 1, true), result.err)
    end)

    it("idles in less than 12 MB", function()
        if t.sanitized then
            return
        end
        local desk = running.start(t.desk())
        os.execute("sleep 0.3")
        assert.is_true(desk:status("VmHWM") < 12 * 1024, desk:status("VmHWM") .. " KiB")
        desk:stop()
    end)

    it("takes in what is dropped into a watched folder and moves it away", function()
        local folder = t.desk()
        t.write(folder .. "/desk.lua", "desk.watch { 'inbox', settle = '50ms' }\n"
            .. "desk.ingest { 'text' }\ndesk.tag { 'language' }\n")
        t.write(folder .. "/inbox/before.txt", "Before\n\nIt was there before the desk ran.\n")
        local desk = running.start(folder)
        t.write(folder .. "/inbox/after.txt", "After\n\nIt came while the desk ran.\n")
        running.wait(function()
            return t.read(folder .. "/done/before.txt") and t.read(folder .. "/done/after.txt")
        end, "both files in done/: " .. desk:log())
        assert.equal(0, desk:stop())
        assert.equal(2, #t.json({ "-C", folder, "list", "--json" }))
        t.must({ "-C", folder, "check" })
    end)

    it("finishes what a worker has before it ends", function()
        local folder = t.desk()
        t.write(folder .. "/desk.lua", "desk.watch { 'inbox', settle = '20ms' }\n"
            .. "desk.ingest { 'text' }\ndesk.tag { 'slow' }\n")
        t.plugin(folder, "tag", "slow", t.tagger("slow", [[
            desk.log.info("begun")
            local at = 0
            for i = 1, 3e7 do at = at + i % 7 end
            return { { scheme = "speed", label = "slow" } }]]))
        local desk = running.start(folder)
        t.write(folder .. "/inbox/a.txt", "Slow news\n\nIt takes its time.\n")
        desk:expect("begun")
        assert.equal(0, desk:stop())
        assert.equal("slow", t.json({ "-C", folder, "list", "--json" })[1].tags[1].label)
        assert.truthy(t.read(folder .. "/done/a.txt"))
    end)

    it("waits out a full disk, and loses nothing", function()
        local folder = t.desk()
        t.write(folder .. "/desk.lua", "desk.watch { 'inbox', settle = '20ms' }\n"
            .. "desk.ingest { 'text' }\ndesk.tag { 'language' }\n")
        local desk = running.start(folder)
        -- a quota: no file may grow past 4 KB
        t.shell("prlimit --pid " .. desk.pid .. " --fsize=4096:unlimited")
        t.write(folder .. "/inbox/a.txt", "News\n\nThe disk is full.\n")
        desk:expect("what comes in waits")
        assert.truthy(desk:log():find("the disk is full", 1, true), desk:log())
        assert.truthy(t.read(folder .. "/inbox/a.txt"))
        t.shell("prlimit --pid " .. desk.pid .. " --fsize=unlimited:unlimited")
        running.wait(function() return t.read(folder .. "/done/a.txt") end, "a.txt in done/\n" .. desk:log())
        assert.equal(0, desk:stop())
        assert.equal(1, #t.json({ "-C", folder, "list", "--json" }))
    end)
end)
