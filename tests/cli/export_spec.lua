local t = require "support"

local function files(folder)
    return t.shell("cd " .. t.quote(folder) .. " && find . -type f | sort")
end

describe("export", function()
    local desk
    setup(function() desk = t.desk(t.sample) end)
    teardown(t.finish)

    it("writes a Markdown file an article, whose front matter is YAML", function()
        local to = t.folder() .. "/md"
        t.must({ "-C", desk, "export", "--format", "markdown", "--to", to })
        local count = select(2, files(to):gsub("%.md", ""))
        assert.equal(#t.json({ "-C", desk, "list", "--json" }), count)
        local checked = t.python_says([[
import glob, sys, yaml
for name in glob.glob(sys.argv[1] + "/*.md"):
    text = open(name, encoding="utf-8").read()
    front = yaml.safe_load(text.split("---\n")[1])
    assert front["title"] and front["date"], name
print("sound")
]], to)
        assert.equal("sound", checked)
    end)

    it("writes ninjs that its schema takes", function()
        local shared = t.shared()
        if not shared then
            return pending("skipped: the shared schemas are not here")
        end
        local to = t.folder() .. "/all.jsonl"
        t.must({ "-C", desk, "export", "--format", "json", "--to", to })
        local checked = t.python_says([[
import json, sys, jsonschema
schema = json.load(open(sys.argv[2] + "/schemas/ninjs-schema_3.1.json"))
lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
for line in lines:
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(line)
print("sound" if len(lines) > 1 else "no articles")
]], to, shared)
        assert.equal("sound", checked)
    end)

    it("writes only what the query matches", function()
        local to = t.folder()
        local all = #t.json({ "-C", desk, "list", "--json" })
        local result = t.json({ "-C", desk, "export", "--json", "--format", "json", "--to", to,
            "--query", "place:France" })[1]
        assert.truthy(result.articles > 0 and result.articles < all)
    end)

    it("gives the same bytes when run again", function()
        local to = t.folder()
        t.must({ "-C", desk, "export", "--format", "json", "--to", to })
        local first = t.read(to .. "/articles.jsonl")
        t.must({ "-C", desk, "export", "--format", "json", "--to", to })
        assert.equal(first, t.read(to .. "/articles.jsonl"))
    end)

    it("makes the folders that lead to where it writes, but none where it may not", function()
        local to = t.folder()
        t.must({ "-C", desk, "export", "--format", "json", "--to", to .. "/a/b/c" })
        t.must({ "-C", desk, "export", "--format", "json", "--to", to .. "/d/e/all.jsonl" })
        assert.equal(t.read(to .. "/d/e/all.jsonl"), t.read(to .. "/a/b/c/articles.jsonl"))
        for _, inside in ipairs { ".copydesk/x/y/z", "none/../scripts/x/y" } do
            local result = t.must({ "-C", desk, "export", "--format", "json", "--to", desk .. "/" .. inside }, nil, 1)
            assert.matches("where exports may not be written", result.err)
            assert.equal("", t.shell(("find %s/.copydesk/x %s/scripts/x -type f 2>/dev/null || true"):format(desk, desk)))
        end
    end)

    for _, inside in ipairs { ".copydesk", "scripts", "inbox" } do
        it("refuses to write into " .. inside, function()
            local result = t.run({ "-C", desk, "export", "--format", "json", "--to",
                desk .. "/" .. inside .. "/x" })
            assert.equal(1, result.code)
            assert.truthy(result.err:find(inside, 1, true), result.err)
        end)
    end

    for name, path in pairs {
        ["a path above"] = "../escape.txt", ["an absolute path"] = "/tmp/escape.txt",
        ["a long name"] = ("x"):rep(300), ["a control character"] = "a\nb", ["a change of direction"] = "x\u{202E}gpj.exe", ["nothing"] = "",
    } do
        it("lets no plugin write to " .. name, function()
            local own, to = t.desk(t.sample), t.folder()
            t.plugin(own, "export", "bad", ([[
local ctx
return { kind = "export", name = "bad", version = "1.0.0", api = 1, about = "A test.",
    open = function(context) ctx = context end,
    write = function(article) ctx:file(%q):write("x") end,
    close = function() end }
]]):format(path))
            local result = t.run({ "-C", own, "export", "--format", "bad", "--to", to .. "/out" })
            assert.equal(1, result.code)
            assert.equal("", t.shell("find " .. to .. " -type f"))
        end)
    end

    it("follows no symlink that lies beneath --to", function()
        local own, to, outside = t.desk(t.sample), t.folder(), t.folder()
        t.shell("ln -s " .. outside .. " " .. to .. "/link")
        t.plugin(own, "export", "bad", [[
local ctx
return { kind = "export", name = "bad", version = "1.0.0", api = 1, about = "A test.",
    open = function(context) ctx = context end,
    write = function(article) ctx:file("link/x.txt"):write("x") end,
    close = function() end }
]])
        assert.equal(1, t.run({ "-C", own, "export", "--format", "bad", "--to", to }).code)
        assert.equal("", t.shell("ls " .. outside))
    end)

    it("leaves nothing half done when the plugin fails", function()
        local own, to = t.desk(t.sample), t.folder()
        t.plugin(own, "export", "bad", [[
local ctx
return { kind = "export", name = "bad", version = "1.0.0", api = 1, about = "A test.",
    open = function(context) ctx = context end,
    write = function(article) ctx:file("a.txt"):write("x") end,
    close = function() error("no end") end }
]])
        local result = t.run({ "-C", own, "export", "--format", "bad", "--to", to })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("no end", 1, true), result.err)
        assert.equal("", t.shell("find " .. to .. " -type f"))
    end)

    it("puts nothing in place when one file's name is a folder's", function()
        local own, to = t.desk(t.sample), t.folder()
        t.shell("mkdir " .. to .. "/m")
        for _, pair in ipairs { { "a/b", "a" }, { "a", "m" } } do
            t.plugin(own, "export", "bad", ([[
local ctx
return { kind = "export", name = "bad", version = "1.0.0", api = 1, about = "A test.",
    open = function(context) ctx = context end,
    write = function(article) ctx:file(%q):write("x") ctx:file(%q):write("y") end,
    close = function() end }
]]):format(pair[1], pair[2]))
            local result = t.run({ "-C", own, "export", "--format", "bad", "--to", to })
            assert.equal(1, result.code)
            assert.truthy(result.err:find("there is a folder of that name", 1, true), result.err)
            assert.equal("", t.shell("find " .. to .. " -type f"))
        end
    end)

    it("removes what a killed export left, and nothing of one that runs", function()
        local own, to = t.desk(t.sample), t.folder()
        t.plugin(own, "export", "slow", [[
local ctx
return { kind = "export", name = "slow", version = "1.0.0", api = 1, about = "A test.",
    open = function(context) ctx = context end,
    write = function(article) ctx:file(article.id .. ".txt"):write(("x"):rep(100)) end,
    close = function() while true do end end }
]])
        local slow = ("timeout -s KILL %s %s -C %s export --format slow --to %s >/dev/null 2>&1"):format(
            "%s", t.quote(t.bin), t.quote(own), t.quote(to))
        os.execute(slow:format("0.6"))
        assert.truthy(t.shell("ls -A " .. to):find("%.part"), "it was to be killed at work")
        t.must({ "-C", own, "export", "--format", "json", "--to", to .. "/all.jsonl" })
        assert.equal("all.jsonl", t.shell("ls -A " .. to))
        os.execute(slow:format("3") .. " & sleep 0.6")
        t.must({ "-C", own, "export", "--format", "json", "--to", to .. "/all.jsonl" })
        assert.truthy(t.shell("ls -A " .. to):find("%.part"), "the running one lost its files")
    end)

    it("begins anew when its worker was killed, and fails when that happens again", function()
        local own, to = t.desk(t.sample), t.folder()
        t.plugin(own, "export", "slow", [[
local ctx
return { kind = "export", name = "slow", version = "1.0.0", api = 1, about = "A test.",
    open = function(context) ctx = context end,
    write = function(article) ctx:file("all.txt"):write(article.id .. "\n") end,
    close = function() for _ = 1, 4e7 do end end }
]])
        local function export_killed(times)
            return t.shell(([[cd %s; rm -rf to; %s -C %s export --format slow --to to >out 2>&1 & pid=$!
                for i in $(seq %d); do
                    for j in $(seq 200); do grep -q . to/.copydesk-*/* 2>/dev/null && break; sleep 0.01; done
                    kill -KILL $(cat /proc/$pid/task/$pid/children)
                    for j in $(seq 200); do grep -q . to/.copydesk-*/* 2>/dev/null || break; sleep 0.01; done
                done; wait $pid; echo $?]]):format(t.quote(to), t.quote(t.bin), t.quote(own), times))
        end
        assert.equal("0", export_killed(1), t.read(to .. "/out"))
        local articles = #t.json({ "-C", own, "list", "--json" })
        assert.equal(articles, select(2, t.read(to .. "/to/all.txt"):gsub("\n", "")))
        assert.equal("1", export_killed(2))
        assert.truthy(t.read(to .. "/out"):find("killed from outside", 1, true), t.read(to .. "/out"))
        assert.equal("", t.shell("find " .. to .. "/to -type f 2>/dev/null || true"))
    end)

    it("refuses standard output, which cannot be taken back", function()
        local result = t.run({ "-C", desk, "export", "--format", "json", "--to", "-" })
        assert.equal(2, result.code)
        assert.truthy(result.err:find("names? a folder or a file"), result.err)
    end)

    it("names the nearest format", function()
        local result = t.run({ "-C", desk, "export", "--format", "markdwon", "--to", t.folder() })
        assert.equal(1, result.code)
        assert.truthy(result.err:find("markdown", 1, true), result.err)
    end)
end)
