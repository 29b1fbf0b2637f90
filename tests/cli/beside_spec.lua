--- Commands beside a desk that runs: they give what they give without one.
local t = require "support"
local running = require "running"

local function text_of(n)
    return ("Ferry %d is back\n\nThe ferry number %d sailed on Monday with %d people.\n"):format(n, n, n)
end

-- The same words on two new desks, one of which runs.
local function both(words, options)
    local alone, beside = t.desk(), t.desk()
    running.start(beside)
    local with_desk = function(desk)
        local all = { "-C", desk }
        for _, word in ipairs(words) do
            all[#all + 1] = word
        end
        return t.run(all, options)
    end
    return with_desk(alone), with_desk(beside), beside
end

local function sorted(text)
    local lines = {}
    for line in text:gmatch("[^\n]*\n?") do
        lines[#lines + 1] = line
    end
    table.sort(lines)
    return table.concat(lines)
end

local function same(words, options)
    local alone, beside, desk = both(words, options)
    assert.equal(alone.code, beside.code)
    assert.equal(sorted(alone.out), sorted(beside.out)) -- which is done first is the workers' choice
    assert.equal(sorted(alone.err), sorted(beside.err))
    return beside, desk
end

describe("beside a running desk", function()
    after_each(running.finish)

    it("ingest of files and folders says what it says without one", function()
        local folder = t.folder()
        t.shell("mkdir " .. folder .. "/in")
        t.write(folder .. "/in/a.txt", text_of(1))
        t.write(folder .. "/b.txt", text_of(2))
        local result = same({ "ingest", "in", "./b.txt" }, { cd = folder })
        assert.truthy(result.out:find("in/a.txt: 1 article\n", 1, true), result.out)
        assert.truthy(result.out:find("./b.txt: 1 article\n", 1, true), result.out)
    end)

    it("ingest of a file that is not there fails as it does without one", function()
        local folder = t.folder()
        t.write(folder .. "/a.txt", text_of(1))
        local result = same({ "ingest", "nothing.txt", "a.txt" }, { cd = folder })
        assert.equal(3, result.code)
        assert.truthy(result.err:find("nothing.txt", 1, true))
        assert.falsy(result.err:find(folder, 1, true), result.err)
    end)

    it("ingest of standard input and of a pipe is spooled, and the spool is empty after", function()
        local result, desk = same({ "ingest", "-" }, { input = text_of(1) })
        assert.equal("-: 1 article\n", result.out)
        assert.equal("", t.shell("ls -A " .. desk .. "/.copydesk/spool"))
        local folder = t.folder()
        t.shell(("mkfifo %s/pipe && (printf '%%s' %s > %s/pipe &) >/dev/null 2>&1"):format(
            folder, t.quote(text_of(2)), folder))
        result = t.must { "-C", desk, "ingest", folder .. "/pipe" }
        assert.equal(folder .. "/pipe: 1 article\n", result.out)
        local article = t.json({ "-C", desk, "list", "--json" })
        assert.equal(2, #article)
    end)

    it("ingest --json gives the same objects", function()
        local folder = t.folder()
        t.write(folder .. "/a.txt", text_of(1))
        same({ "ingest", "--json", "a.txt", "-" }, { cd = folder, input = "" })
    end)

    it("a name that is no UTF-8 comes back as it was given", function()
        local folder = t.folder()
        t.write(folder .. "/\xff.txt", text_of(1))
        local result = same({ "ingest", "\xff.txt" }, { cd = folder })
        assert.equal(0, result.code)
    end)

    it("more names than one line holds go over in several", function()
        local folder = t.folder()
        local desk = t.desk()
        running.start(desk)
        local names, long = {}, ("n"):rep(200)
        for i = 1, 1500 do
            names[i] = ("%s/%s-%d.txt"):format(folder, long, i)
        end
        t.write(names[1], text_of(1))
        t.write(names[#names], text_of(2))
        local list = t.write(t.folder() .. "/names", table.concat(names, "\n") .. "\n")
        local result = t.run({ "-C", desk, "ingest", "-q" }, { prefix = "xargs -s 1000000 -a " .. list })
        assert.truthy(result.out:find("1500 documents: 2 new articles", 1, true), result.out)
        assert.truthy(result.out:find("1498 refused", 1, true), result.out)
    end)

    it("what was ingested is found at once", function()
        local desk = t.desk()
        running.start(desk)
        t.must({ "-C", desk, "ingest", t.sample })
        assert.equal(1, #t.json { "-C", desk, "search", "--json", "shepherds" })
    end)

    it("a command that is interrupted leaves a whole desk, and nothing is there twice", function()
        local desk, folder = t.desk(), t.folder()
        running.start(desk)
        for i = 1, 400 do
            t.write(("%s/%d.txt"):format(folder, i), text_of(i))
        end
        local result = t.run({ "-C", desk, "ingest", folder }, { prefix = "timeout -s INT 0.2" })
        assert.truthy(result.code ~= 0)
        t.must({ "-C", desk, "ingest", "-q", folder })
        local status = t.json({ "-C", desk, "status", "--json" })[1]
        assert.equal(400, status.store.documents)
        assert.equal(400, status.store.articles)
    end)

    it("what a killed desk left in the spool is taken in by the next", function()
        local desk = t.desk()
        t.shell("mkdir " .. desk .. "/.copydesk/spool")
        t.write(desk .. "/.copydesk/spool/pipe-1-1", text_of(7))
        t.write(desk .. "/.copydesk/spool/.pipe-2-1.2-1.part", "half")
        running.start(desk)
        running.wait(function()
            return t.json({ "-C", desk, "status", "--json" })[1].store.articles == 1
        end, "the article")
        running.wait(function()
            return not t.read(desk .. "/.copydesk/spool/pipe-1-1")
        end, "the spool to be empty")
        assert.equal("half", t.read(desk .. "/.copydesk/spool/.pipe-2-1.2-1.part"))
    end)

    it("check looks at store and index, and finds what is wrong with them", function()
        local desk = t.desk(t.sample)
        running.start(desk)
        assert.matches("sound", t.must({ "-C", desk, "check" }).out)
        local function change(expression)
            t.python_says([[
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("UPDATE versions SET body = " + sys.argv[2] + " WHERE article_id = 1")
db.commit()
]], desk .. "/.copydesk/store.db", expression)
        end
        change("'Zebras ' || body")
        local result = t.must({ "-C", desk, "check" }, nil, 1)
        assert.truthy(result.err:find("the word index does not hold", 1, true), result.err)
        change("substr(body, 8)")
    end)

    it("check keeps no document waiting", function()
        local desk = t.desk()
        running.start(desk)
        for i = 1, 300 do
            t.write(("%s/inbox/%d.txt"):format(desk, i), text_of(i))
        end
        running.wait(function()
            t.must { "-C", desk, "check" }
            return t.json({ "-C", desk, "status", "--json" })[1].store.articles == 300
        end, "all articles, between checks")
        t.must { "-C", desk, "check" }
    end)

    it("a desk at the end of a long path is reached", function()
        local folder = t.folder() .. "/" .. ("d"):rep(120) .. "/" .. ("e"):rep(120)
        t.shell("mkdir -p " .. folder)
        t.must { "init", folder .. "/desk" }
        local process = running.start(folder .. "/desk")
        t.must({ "-C", folder .. "/desk", "ingest", "-" }, { input = text_of(1) })
        t.must { "-C", folder .. "/desk", "stop" }
        assert.equal(0, process:stop())
    end)
end)

-- What a running desk answers to lines of no command of ours: a list of objects.
local function raw(desk, ...)
    local said = t.python_says([[
import socket, sys
line = socket.socket(socket.AF_UNIX)
line.settimeout(30)
line.connect(sys.argv[1] + "/.copydesk/control")
for request in sys.argv[2:]:
    line.sendall((request + "\n").encode())
answers = line.makefile()
for request in sys.argv[2:]:
    print(answers.readline(), end="")
]], desk, ...)
    return t.lines(said)
end

describe("a request with a field that is not as it must be", function()
    after_each(running.finish)

    it("is refused with what it must be, and nothing of it is done", function()
        local desk = t.desk(t.sample)
        local file = t.write(desk .. "/a.txt", text_of(1))
        t.write(desk .. "/.copydesk/b", text_of(2))
        local cases = {
            { '"do": "retry", "quarentine": 1', "did you mean 'quarantine'?" },
            { '"do": "retry", "quarantine": 0', "'quarantine' must be an id" },
            { '"do": "forget", "ids": 1', "'ids' must be a list of one or more ids" },
            { '"do": "forget", "idz": [1]', "did you mean 'ids'?" },
            { '"do": "forget", "ids": [1], "more": "no"', "'more' must be true or false" },
            { '"do": "keep", "now": true', "'keep' knows no field 'now'; it takes none" },
            { ('"do": "ingest", "paths": ["%s"], "source": 5'):format(file), "'source' must be a string" },
            { ('"do": "ingest", "paths": "%s"'):format(file), "'paths' must be a list of paths" },
            { '"do": "ingest"', "'paths' or 'spooled' must name" },
            { '"do": "stop", "now": 1', "'now' must be true or false" },
            { '"do": "jobs pause"', "'jobs pause' needs the field 'job'" },
            { '"do": "jobs backfill", "job": "x"', "'jobs backfill' needs the field 'from'" },
            { '"do": "sotp"', "did you mean 'stop'?" },
        }
        local lines = {}
        for i, case in ipairs(cases) do
            lines[i] = ('{"id": %d, %s}'):format(i, case[1])
        end
        running.start(desk)
        for i, answer in ipairs(raw(desk, table.unpack(lines))) do
            assert.equal(i, answer.id)
            assert.truthy(answer.error and answer.error.text:find(cases[i][2], 1, true),
                cases[i][1] .. ": " .. t.encode(answer))
        end
        local store = t.json({ "-C", desk, "status", "--json" })[1].store
        assert.equal(1, store.documents)
        assert.equal(6, store.articles)
    end)
end)

describe("a client that reads slowly", function()
    after_each(running.finish)

    it("keeps its ingest, which waits for it", function()
        local desk = t.desk()
        running.start(desk)
        local said = t.python_says([[
import json, socket, sys, time
line = socket.socket(socket.AF_UNIX)
line.settimeout(60)
line.connect(sys.argv[1] + "/.copydesk/control")
for ask in range(1, 4):
    paths = ["/none/%d/%d" % (ask, i) for i in range(10000)]
    line.sendall((json.dumps({"id": ask, "do": "ingest", "paths": paths}) + "\n").encode())
time.sleep(2)
reports = ends = size = 0
for text in line.makefile():
    size += len(text)
    said = json.loads(text)
    reports += said.get("event") == "report"
    ends += "ok" in said and said["ok"]["refused"] == 10000
    if ends == 3:
        break
print(reports, ends, size > 4 * 1024 * 1024)
]], desk)
        assert.equal("30000 3 True", said)
    end)
end)

describe("failed retry and reload beside a running desk", function()
    after_each(running.finish)

    local function failing()
        local desk = t.desk()
        t.plugin(desk, "tag", "ships", t.tagger("ships", "error('no')"))
        t.write(desk .. "/desk.lua", 'desk.ingest { "text" }\ndesk.tag { "ships" }\n')
        return desk
    end

    it("an item is tried again with the plugin as it was mended", function()
        local desk = failing()
        running.start(desk)
        t.must({ "-C", desk, "ingest", "-" }, { input = text_of(1) }, 3)
        assert.equal("1 item tried again, 1 failed\n", t.must({ "-C", desk, "failed", "retry" }, nil, 3).out)
        t.plugin(desk, "tag", "ships", t.tagger("ships", "return {}"))
        t.must { "-C", desk, "reload" }
        assert.equal("1 item tried again, 0 failed\n", t.must({ "-C", desk, "failed", "retry" }).out)
        assert.equal("", t.must({ "-C", desk, "failed", "--json" }).out)
    end)

    it("an item that is not there is named", function()
        local desk = failing()
        running.start(desk)
        assert.truthy(t.must({ "-C", desk, "failed", "retry", "7" }, nil, 1).err:find("7", 1, true))
    end)

    it("a reload that is refused fails with the reason, and status is unwell with it", function()
        local desk = failing()
        running.start(desk)
        t.write(desk .. "/desk.lua", "desk.ingest {\n")
        local result = t.must({ "-C", desk, "reload" }, nil, 1)
        assert.truthy(result.err:find("desk.lua", 1, true), result.err)
        result = t.must({ "-C", desk, "status" }, nil, 1)
        assert.truthy(result.out:find("unwell +the last reload was refused"), result.out)
        t.write(desk .. "/desk.lua", 'desk.ingest { "text" }\n')
        t.must { "-C", desk, "reload" }
        t.must { "-C", desk, "status" }
    end)
end)

describe("status of a running desk", function()
    after_each(running.finish)

    it("tells process, plugins, and failures by what stopped them", function()
        local desk = t.desk()
        t.plugin(desk, "tag", "ships", t.tagger("ships", "error('no')"))
        t.write(desk .. "/desk.lua", 'desk.ingest { "text" }\ndesk.tag { "ships", "language" }\n')
        local process = running.start(desk)
        t.must({ "-C", desk, "ingest", t.sample }, nil, 3)
        local status = t.json({ "-C", desk, "status", "--json" })[1]
        assert.is_true(status.running)
        assert.equal(process.pid, tostring(status.pid))
        assert.equal(1, status.store.documents)
        local plugins = {}
        for _, plugin in ipairs(status.plugins) do
            plugins[plugin.plugin] = plugin
        end
        assert.equal(1, plugins["tag/ships@1.0.0"].calls)
        assert.same({ error = 1 }, plugins["tag/ships@1.0.0"].failures)
        assert.same({}, plugins["tag/language@1.0.0"].failures)
        assert.truthy(plugins["tag/language@1.0.0"].time_us > 0)
        local out = t.must({ "-C", desk, "status" }).out
        assert.truthy(out:find("tag/ships@1.0.0: 1 call, mean [%d.]+ ms, longest [%d.]+ ms, 1 failure"), out)
    end)

    it("gives exit code 1 and the reason when a watched folder is gone", function()
        local desk = t.desk()
        t.write(desk .. "/desk.lua", 'desk.ingest { "text" }\ndesk.watch { "nowhere" }\n')
        running.start(desk)
        local result = t.must({ "-C", desk, "status" }, nil, 1)
        assert.truthy(result.out:find("unwell +the watched folder .*nowhere is missing"), result.out)
        local status = t.json({ "-C", desk, "status", "--json" }, nil, 1)[1]
        assert.equal(1, #status.unwell)
    end)
end)

describe("stop", function()
    after_each(running.finish)

    it("waits until the desk has ended", function()
        local desk = t.desk()
        local process = running.start(desk)
        local result = t.must { "-C", desk, "stop" }
        assert.truthy(result.out:find("process " .. process.pid, 1, true), result.out)
        assert.falsy(t.read("/proc/" .. process.pid .. "/stat"))
        assert.equal(0, running.wait(function() return process:code() end, "its exit code"))
    end)

    it("needs no desk.lua, and neither do status and reload", function()
        for _, config in ipairs { "broken(", false } do
            local desk = t.desk()
            local process = running.start(desk)
            local was = t.read(desk .. "/desk.lua")
            if config then
                t.write(desk .. "/desk.lua", config)
            else
                os.remove(desk .. "/desk.lua")
            end
            local result = t.run { "-C", desk, "reload" }
            assert.equal(1, result.code)
            assert.truthy(result.err:find("desk.lua", 1, true), result.err)
            assert.truthy(t.run({ "-C", desk, "status" }).out:find("process " .. process.pid, 1, true))
            t.must { "-C", desk, "stop" }
            assert.equal(0, running.wait(function() return process:code() end, "its exit code"))
            t.write(desk .. "/desk.lua", was)
        end
    end)

    it("of a desk that does not answer, like status, gives up in a few seconds and names it", function()
        local desk = t.desk()
        local process = running.start(desk)
        process:signal("STOP")
        local begun = os.time()
        for _, command in ipairs { "status", "stop" } do
            local result = t.must({ "-C", desk, command }, nil, 1)
            assert.truthy(result.err:find("process " .. process.pid, 1, true), result.err)
            assert.truthy(result.err:find("CONTROL_ASK_MS", 1, true), result.err)
        end
        assert.truthy(os.time() - begun < 20)
        process:signal("CONT")
        running.wait(function() return process:code() end, "the end that was asked for")
    end)

    it("--now ends a desk that does not answer", function()
        local desk = t.desk()
        local process = running.start(desk)
        process:signal("STOP")
        t.must({ "-C", desk, "stop", "--now" })
        assert.equal(137, running.wait(function() return process:code() end, "its exit code"))
        t.must { "-C", desk, "check" }
    end)
end)
