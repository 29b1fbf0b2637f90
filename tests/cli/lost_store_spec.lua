--- The store is removed, replaced or moved away under who writes it.
local t = require "support"
local running = require "running"

local function text(word)
    return ("Title of %s\n\nThe body speaks of the %s and of nothing else.\n"):format(word, word)
end

local function store(desk, ending)
    return desk .. "/.copydesk/store.db" .. (ending or "")
end

local function drop(desk, word)
    t.write(desk .. "/" .. word .. ".part", text(word))
    assert(os.rename(desk .. "/" .. word .. ".part", desk .. "/inbox/" .. word .. ".txt"))
end

local function is_done(desk, word)
    return running.wait(function() return t.read(desk .. "/done/" .. word .. ".txt") end, word)
end

--- A desk that runs and took in one file already.
local function begin()
    local desk = t.desk()
    t.write(desk .. "/desk.lua", [[
        desk.ingest { "text" }
        desk.watch { "inbox", settle = "50ms" }
    ]])
    local host = running.start(desk)
    drop(desk, "bells")
    is_done(desk, "bells")
    return desk, host
end

--- What is dropped now stays where it is, and status says why.
local function refuses(desk, host, why)
    local from = host:mark()
    drop(desk, "wolves")
    host:expect(why, from)
    local result = t.must({ "-C", desk, "status" }, nil, 1)
    assert.matches("unwell +the store cannot write: [^\n]*" .. why:gsub("%-", "%%-") .. "[^\n]*start[^\n]*again",
        result.out)
    local said = t.must({ "-C", desk, "why", "inbox/wolves.txt" }).out:gsub("%s+", " ")
    assert.matches("takes it in when its store can write: [^:]*" .. why:gsub("%-", "%%-"), said)
    assert.equals(text("wolves"), t.read(desk .. "/inbox/wolves.txt"))
    assert.is_nil(t.read(desk .. "/done/wolves.txt"))
end

local function holds(desk, ...)
    for _, word in ipairs { ... } do
        assert.equals(1, #t.json { "-C", desk, "search", "--json", word }, word)
    end
    t.must { "-C", desk, "check" }
end

describe("the store of a desk that runs", function()
    after_each(running.finish)

    it("is removed: files stay in the inbox, status says why, the next desk takes them in", function()
        local desk, host = begin()
        os.remove(store(desk))
        refuses(desk, host, "store.db was removed or moved away")
        assert.equals(0, host:stop())
        t.shell("rm -r " .. t.quote(desk .. "/.copydesk"))
        t.must { "-C", desk, "ingest", desk .. "/done/bells.txt" }
        host = running.start(desk)
        is_done(desk, "wolves")
        assert.equals(0, host:stop())
        holds(desk, "wolves", "bells")
    end)

    it("is replaced by a copy: nothing goes into the old one", function()
        local desk, host = begin()
        t.shell(("cp %s %s"):format(store(desk), store(desk, ".copy")))
        os.rename(store(desk, ".copy"), store(desk))
        refuses(desk, host, "store.db was replaced by another file")
        assert.equals(0, host:stop())
        t.spoilt(desk)
    end)

    it("is moved away with its folder: it goes on when it is put back", function()
        local desk, host = begin()
        local from = host:mark()
        os.rename(desk .. "/.copydesk", desk .. "/elsewhere")
        drop(desk, "wolves")
        host:expect("store.db was removed or moved away", from)
        assert.equals(text("wolves"), t.read(desk .. "/inbox/wolves.txt"))
        os.rename(desk .. "/elsewhere", desk .. "/.copydesk")
        is_done(desk, "wolves")
        t.must { "-C", desk, "status" }
        assert.equals(0, host:stop())
        holds(desk, "wolves", "bells")
    end)

    it("loses its log: what the log held is saved before the desk can be killed", function()
        local desk, host = begin()
        os.remove(store(desk, "-wal"))
        refuses(desk, host, "store.db-wal was re")
        host:stop("KILL")
        host = running.start(desk)
        is_done(desk, "wolves")
        assert.equals(0, host:stop())
        holds(desk, "wolves", "bells")
    end)
end)

describe("a desk that runs", function()
    after_each(running.finish)

    it("ends by itself when its folder is removed while it is idle, and takes nothing in", function()
        local desk, host = begin()
        t.shell("rm -r " .. t.quote(desk .. "/.copydesk"))
        local code = running.wait(function() return host:code() end, "the end: " .. host:log())
        assert.equals(1, code)
        assert.matches("lock was removed or moved away while it was in use: no command reaches this desk",
            host:log(), 1, true)
        assert.matches("start copydesk again", host:log(), 1, true)
        drop(desk, "wolves")
        t.must { "-C", desk, "ingest", desk .. "/done/bells.txt" }
        host = running.start(desk)
        is_done(desk, "wolves")
        assert.equals(0, host:stop())
        holds(desk, "wolves", "bells")
    end)

    it("gives way to one that was started beside it when its folder was gone, and harms nothing of it", function()
        local desk, first = begin()
        t.shell("rm -r " .. t.quote(desk .. "/.copydesk"))
        t.must { "-C", desk, "ingest", desk .. "/done/bells.txt" }
        local second = running.start(desk)
        assert.equals(1, running.wait(function() return first:code() end, "the end: " .. first:log()))
        assert.matches("lock was replaced by another file", first:log(), 1, true)
        drop(desk, "wolves")
        is_done(desk, "wolves")
        t.must { "-C", desk, "status" }
        t.must { "-C", desk, "stop" }
        assert.equals(0, running.wait(function() return second:code() end, "the end of the second"))
        holds(desk, "wolves", "bells")
    end)

    it("leaves the socket of another desk alone when its lock alone was removed", function()
        local desk, first = begin()
        os.remove(desk .. "/.copydesk/lock")
        running.start(desk)
        assert.equals(1, running.wait(function() return first:code() end, "the end: " .. first:log()))
        t.must { "-C", desk, "status" }
    end)
end)

describe("the store of a command", function()
    after_each(t.finish)

    it("is removed under way: the command fails and says nothing of what it stored", function()
        local desk = t.desk(t.sample)
        t.spoilt(desk)
        t.write(desk .. "/desk.lua", 'desk.ingest { "slow" }')
        t.plugin(desk, "ingest", "slow", [[return {
            kind = "ingest", name = "slow", version = "1.0.0", api = 1, about = "Takes its time.",
            claims = function() return 1 end,
            run = function(document)
                local n = 0
                for i = 1, 60000000 do n = n + i end
                return { { headline = "H" .. n, body = document.text, range = { 1, #document.text } } }
            end,
        }]])
        local file = t.write(desk .. "/late.txt", text("late"))
        os.execute(("timeout 30 sh -c 'until [ -s \"$1\" ]; do sleep 0.01; done; rm \"$2\"' sh %s %s &")
            :format(t.quote(store(desk, "-wal")), t.quote(store(desk))))
        local result = t.must({ "-C", desk, "ingest", file }, nil, 1)
        assert.matches("store.db was removed or moved away while it was in use", result.err)
        assert.not_matches("1 article", result.out)
    end)
end)
