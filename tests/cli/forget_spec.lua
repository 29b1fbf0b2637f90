local t = require "support"
local running = require "running"

local SECRET = "Quetzalcoatlus"

-- A desk with one article about the secret and one about something else, of a document each.
local function two_articles()
    local desk = t.desk()
    t.write(desk .. "/a.txt", SECRET .. " seen over the river\n\nA " .. SECRET .. " was seen over the river.\n")
    t.write(desk .. "/b.txt", "Trains ran on time\n\nAll trains ran on time, says the company.\n")
    t.must({ "-C", desk, "ingest", desk .. "/a.txt", desk .. "/b.txt" })
    return desk, t.json({ "-C", desk, "search", "--json", SECRET })[1].id
end

local function is_in_store(desk, word)
    return os.execute(("grep -qai %s %s/.copydesk/store.db*"):format(t.quote(word), t.quote(desk))) == true
end

describe("forget", function()
    after_each(running.finish)

    it("shows what goes, and forgets nothing with --dry-run", function()
        local desk, id = two_articles()
        local plan = t.json({ "-C", desk, "forget", "--dry-run", "--json", tostring(id) })[1]
        assert.same({ id }, plan.articles)
        assert.equal("a.txt", plan.documents[1].name)
        assert.equal(1, plan.versions)
        assert.truthy(plan.tags > 0)
        local out = t.must({ "-C", desk, "forget", "-n", tostring(id) }).out
        assert.truthy(out:find(SECRET .. " seen", 1, true), out)
        assert.truthy(out:find("Nothing is forgotten yet", 1, true), out)
        assert.equal(2, #t.json({ "-C", desk, "list", "--json" }))
    end)

    it("leaves nothing of it in the store's files", function()
        local desk, id = two_articles()
        assert.truthy(is_in_store(desk, SECRET))
        t.must({ "-C", desk, "forget", "--yes", tostring(id) })
        assert.falsy(is_in_store(desk, SECRET))
        assert.truthy(is_in_store(desk, "Trains ran"))
        assert.equal(0, #t.json({ "-C", desk, "search", "--json", SECRET }))
        assert.equal(1, #t.json({ "-C", desk, "search", "--json", "trains" }))
        t.must({ "-C", desk, "check" })
    end)

    it("takes a query", function()
        local desk = two_articles()
        local done = t.json({ "-C", desk, "forget", "--yes", "--json", "--query", "quetzal*" })[1]
        assert.equal(1, done.articles)
        assert.equal(1, done.documents)
        assert.equal(1, #t.json({ "-C", desk, "list", "--json" }))
        assert.truthy(t.must({ "-C", desk, "forget", "--query", "quetzal*" }).out:find("no article matches", 1, true))
    end)

    it("takes a document that is dropped again for a new one", function()
        local desk, id = two_articles()
        t.must({ "-C", desk, "forget", "--yes", tostring(id) })
        t.must({ "-C", desk, "ingest", desk .. "/a.txt" })
        assert.equal(1, #t.json({ "-C", desk, "search", "--json", SECRET }))
    end)

    it("keeps the other articles of a document, and drops its bytes", function()
        local desk = t.desk()
        t.must({ "-C", desk, "ingest", t.sample })
        local all = t.json({ "-C", desk, "list", "--json" })
        local plan = t.json({ "-C", desk, "forget", "-n", "--json", tostring(all[1].id) })[1]
        assert.equal("digest-seed.txt", plan.stripped[1].name)
        t.must({ "-C", desk, "forget", "--yes", tostring(all[1].id) })
        assert.equal(#all - 1, #t.json({ "-C", desk, "list", "--json" }))
        assert.falsy(is_in_store(desk, all[1].headline))
        t.must({ "-C", desk, "check" })
    end)

    it("asks first, and does not guess where nobody can answer", function()
        local desk, id = two_articles()
        local result = t.run({ "-C", desk, "forget", tostring(id) }, { input = "" })
        assert.equal(2, result.code)
        assert.truthy(result.err:find("--yes", 1, true), result.err)
        assert.equal(2, #t.json({ "-C", desk, "list", "--json" }))
    end)

    it("refuses an id that is no article's, before anything is forgotten", function()
        local desk, id = two_articles()
        local result = t.run({ "-C", desk, "forget", "--yes", tostring(id), "99" })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("there is no article 99", 1, true), result.err)
        assert.equal(2, #t.json({ "-C", desk, "list", "--json" }))
    end)

    it("counts an id that is given twice once", function()
        local desk, id = two_articles()
        local words = { "-C", desk, "forget", "--dry-run", "--json", id, id, id }
        assert.same({ id }, t.json(words)[1].articles)
        words = { "-C", desk, "forget", "--yes", "--json", id, id }
        assert.equal(1, t.json(words)[1].articles)
    end)

    it("takes either ids or a query", function()
        local desk = t.desk()
        assert.equal(2, t.run({ "-C", desk, "forget", "--yes" }).code)
        assert.equal(2, t.run({ "-C", desk, "forget", "--yes", "1", "--query", "x" }).code)
    end)

    it("does the same beside a desk that runs", function()
        local desk, id = two_articles()
        local run = running.start(desk)
        local done = t.json({ "-C", desk, "forget", "--yes", "--json", tostring(id) })[1]
        assert.equal(1, done.articles)
        assert.falsy(is_in_store(desk, SECRET))
        run:stop()
        t.must({ "-C", desk, "check" })
    end)
end)

-- As if what is in the store had been there for that long.
local function age(desk, days)
    t.write(desk .. "/age.py", ([[
import sqlite3
db = sqlite3.connect("%s/.copydesk/store.db")
past = %d * 86400 * 1000000
db.execute("UPDATE documents SET received_us = received_us - ?", (past,))
db.execute("UPDATE changes SET at_us = at_us - ?", (past,))
db.execute("UPDATE files SET at_us = at_us - ?", (past,))
db.commit()
]]):format(desk, days))
    t.shell(t.python .. " " .. t.quote(desk .. "/age.py"))
end

local function with_keep(line)
    local desk = two_articles()
    t.write(desk .. "/desk.lua", t.read(desk .. "/desk.lua") .. "\n" .. line .. "\n")
    return desk
end

-- Asks a running desk for `first`, which waits, for the store is locked, and for `second`, which
-- waits behind it; both hang up, and the lock is given back.
local function ask_and_leave(desk, first, second)
    t.python_says([[
import socket, sqlite3, sys, time
desk, requests = sys.argv[1], sys.argv[2:]
db = sqlite3.connect(desk + "/.copydesk/store.db", isolation_level=None)
db.execute("BEGIN IMMEDIATE")
lines = []
for request in requests:
    line = socket.socket(socket.AF_UNIX)
    line.connect(desk + "/.copydesk/control")
    line.sendall((request + "\n").encode())
    lines.append(line)
    time.sleep(0.3)
for line in lines:
    line.close()
time.sleep(0.2)
db.execute("ROLLBACK")
]], desk, first, second)
end

describe("a client that leaves", function()
    after_each(running.finish)

    it("takes back a forget that waits, and not one that has begun", function()
        local desk = t.desk(t.sample)
        local run = running.start(desk)
        ask_and_leave(desk, '{"id": 1, "do": "forget", "ids": [1]}', '{"id": 1, "do": "forget", "ids": [2]}')
        run:expect("1 articles and 0 documents are forgotten")
        t.must { "-C", desk, "stop" }
        assert.equal(0, running.wait(function() return run:code() end, "its exit code"))
        local ids = {}
        for _, article in ipairs(t.json { "-C", desk, "list", "--json" }) do
            ids[#ids + 1] = article.id
        end
        table.sort(ids)
        assert.same({ 2, 3, 4, 5, 6 }, ids)
    end)

    it("takes back a keep that waits, and the desk can end", function()
        local desk = with_keep('desk.keep { documents = "30d" }')
        local id = t.json({ "-C", desk, "search", "--json", SECRET })[1].id
        age(desk, 60)
        local run = running.start(desk)
        ask_and_leave(desk, ('{"id": 1, "do": "forget", "ids": [%d]}'):format(id), '{"id": 1, "do": "keep"}')
        run:expect("are forgotten")
        t.must { "-C", desk, "stop" }
        assert.matches("1 document's bytes would go", t.must({ "-C", desk, "keep", "--dry-run" }).out)
    end)
end)

describe("keep", function()
    after_each(running.finish)

    it("keeps all for ever without desk.keep", function()
        local desk = two_articles()
        age(desk, 4000)
        assert.truthy(t.must({ "-C", desk, "keep" }).out:find("for ever", 1, true))
    end)

    it("says what would go, and removes what is old enough", function()
        local desk = with_keep('desk.keep { documents = "30d", results = "40d", versions = "30d", runs = "30d" }')
        age(desk, 35)
        local plan = t.json({ "-C", desk, "keep", "--dry-run", "--json" })[1]
        assert.equal(2, plan.documents)
        assert.equal(0, plan.results)
        assert.same(plan, t.json({ "-C", desk, "keep", "--json" })[1])
        assert.equal(0, t.json({ "-C", desk, "keep", "--dry-run", "--json" })[1].documents)
        assert.equal(2, #t.json({ "-C", desk, "list", "--json" }))
        t.must({ "-C", desk, "check" })
        local again = t.must({ "-C", desk, "ingest", desk .. "/a.txt" }).out
        assert.truthy(again:find("known", 1, true), again)
    end)

    it("is done by the desk that runs, when there is one", function()
        local desk = with_keep('desk.keep { documents = "30d" }')
        age(desk, 35)
        running.start(desk)
        assert.same({ documents = 2 }, t.json({ "-C", desk, "keep", "--json" })[1])
        assert.same({ documents = 0 }, t.json({ "-C", desk, "keep", "--json" })[1])
    end)

    it("removes files from done/ that are still what was moved there", function()
        local desk = t.desk()
        t.write(desk .. "/desk.lua", t.read(desk .. "/desk.lua") .. '\ndesk.keep { done = "30d" }\n')
        local run = running.start(desk)
        for _, name in ipairs { "a", "b" } do
            t.write(desk .. "/inbox/" .. name .. ".txt", "News of " .. name .. "\n\nIt is so, says " .. name .. ".\n")
        end
        t.shell(("for i in $(seq 100); do test -e %s/done/a.txt -a -e %s/done/b.txt && break; sleep 0.1; done")
            :format(t.quote(desk), t.quote(desk)))
        run:stop()
        age(desk, 20)
        assert.equal(0, t.json({ "-C", desk, "keep", "--json" })[1].done)
        age(desk, 20)
        t.write(desk .. "/done/b.txt", "somebody else's, and longer than what was there before\n")
        assert.equal(1, t.json({ "-C", desk, "keep", "--dry-run", "--json" })[1].done)
        assert.equal(1, t.json({ "-C", desk, "keep", "--json" })[1].done)
        assert.falsy(t.read(desk .. "/done/a.txt"))
        assert.truthy(t.read(desk .. "/done/b.txt"))
        t.must({ "-C", desk, "check" })
    end)

    it("refuses a span that must be a slip of the pen", function()
        local desk = with_keep('desk.keep { documents = "30s" }')
        local result = t.run({ "-C", desk, "keep", "--dry-run" })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("KEEP_LEAST", 1, true), result.err)
    end)

    it("refuses an unknown name with the nearest, and a second desk.keep", function()
        local result = t.run({ "-C", with_keep('desk.keep { document = "30d" }'), "keep", "-n" })
        assert.truthy(result.err:find("did you mean 'documents'", 1, true), result.err)
        result = t.run({ "-C", with_keep('desk.keep { runs = "30d" } desk.keep { done = "30d" }'), "keep", "-n" })
        assert.truthy(result.err:find("it is said once", 1, true), result.err)
    end)
end)
