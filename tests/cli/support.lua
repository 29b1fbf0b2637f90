--- What the command line's tests share: the program in a folder that anybody may read, temporary
-- desks, and runs of commands that give code, output and messages.
local json = require "dkjson"

local M = {}

local function quote(word)
    return "'" .. tostring(word):gsub("'", "'\\''") .. "'"
end
M.quote = quote

--- Runs a shell command; what it printed, without the last line end.
function M.shell(command)
    local pipe = assert(io.popen(command .. " 2>&1"))
    local text = pipe:read("a")
    local ok, _, code = pipe:close()
    assert(ok, command .. " gave " .. tostring(code) .. ": " .. text)
    return (text:gsub("\n$", ""))
end

local made = {}

--- A new folder, removed when the tests end; `mode` as chmod takes it.
function M.folder(mode)
    local path = M.shell("mktemp -d")
    M.shell("chmod " .. (mode or "755") .. " " .. path)
    made[#made + 1] = path
    return path
end

function M.remove_folders()
    for _, path in ipairs(made) do
        os.execute("chmod -R u+rwx " .. quote(path) .. " 2>/dev/null; rm -rf " .. quote(path))
    end
    made = {}
end

function M.write(path, text)
    local file = assert(io.open(path, "wb"))
    file:write(text)
    file:close()
    return path
end

function M.read(path)
    local file = io.open(path, "rb")
    if not file then
        return nil
    end
    local text = file:read("a")
    file:close()
    return text
end

M.source = assert(os.getenv("COPYDESK_SOURCE"), "COPYDESK_SOURCE is not set; run .ci/cli.sh")
-- Debian's own: another python3 in PATH may lack the modules that the packages brought.
M.python = M.read("/usr/bin/python3") and "/usr/bin/python3" or "python3"
M.sample = M.source .. "/tests/data/digest-seed.txt"
M.root = M.shell("id -u") == "0"

-- The build may lie where only its owner may look; walls are tested as another user too.
local function install()
    local build = assert(os.getenv("COPYDESK_BIN")):gsub("/bin/copydesk$", "")
    local place = M.shell("mktemp -d")
    M.shell(("cp -rL %s/bin %s/lib %s/share %s/ && chmod -R a+rX %s"):format(
        quote(build), quote(build), quote(build), quote(place), quote(place)))
    return place
end
local place = install()
M.bin = place .. "/bin/copydesk"
-- Built with a sanitizer: takes far more memory than what users run.
M.sanitized = M.shell("ldd " .. quote(M.bin)):find("lib[at]san") ~= nil

--- Runs copydesk. `args`: array of words. Options: `input` (standard input), `cd`, `env` (array of
-- K=V), `user` (run as nobody when we are root), `seconds` (a limit; 60), `prefix` (words before).
-- Gives { code, out, err }; code 124 means that it ran out of time.
function M.run(args, options)
    options = options or {}
    local scratch = M.shell("mktemp -d")
    local words = {}
    for _, word in ipairs(args) do
        words[#words + 1] = quote(word)
    end
    local command = "env -u COPYDESK_BIN " .. table.concat(options.env or {}, " ") .. " timeout "
        .. (options.seconds or 60) .. " "
    if options.user and M.root then
        command = command .. "setpriv --reuid=65534 --regid=65534 --clear-groups "
    end
    command = command .. (options.prefix and options.prefix .. " " or "") .. M.bin .. " "
        .. table.concat(words, " ")
    if options.cd then
        command = "cd " .. quote(options.cd) .. " && " .. command
    end
    M.write(scratch .. "/in", options.input or "")
    local _, _, code = os.execute(("(%s) <%s/in >%s/out 2>%s/err"):format(
        command, scratch, scratch, scratch))
    local result = {
        code = code,
        out = M.read(scratch .. "/out"),
        err = M.read(scratch .. "/err"),
    }
    os.execute("rm -rf " .. scratch)
    return result
end

--- Runs it and fails unless it ended with `code` (0).
function M.must(args, options, code)
    local result = M.run(args, options)
    assert(result.code == (code or 0), ("copydesk %s gave %s, not %s\n%s%s"):format(
        table.concat(args, " "), tostring(result.code), code or 0, result.out, result.err))
    return result
end

--- Each line of output as JSON.
function M.lines(text)
    local list = {}
    for line in text:gmatch("[^\n]+") do
        local value, _, problem = json.decode(line, 1, json.null)
        assert(value ~= nil, "no JSON: " .. tostring(problem) .. ": " .. line)
        list[#list + 1] = value
    end
    return list
end

function M.json(args, options, code)
    return M.lines(M.must(args, options, code).out)
end

M.encode = json.encode
M.decode = json.decode
M.null = json.null

--- What a Python program prints, given these arguments.
function M.python_says(program, ...)
    local file = M.write(M.folder() .. "/program.py", program)
    local words = { M.python, file }
    for _, word in ipairs { ... } do
        words[#words + 1] = quote(word)
    end
    return M.shell(table.concat(words, " "))
end

local desks = {}

--- Store, index and foreign keys must be sound after each test that writes: for after_each and
-- teardown. Then the folders go.
function M.finish()
    local problems = {}
    for dir, options in pairs(desks) do
        local result = M.run({ "-C", dir, "check" }, options)
        if result.code ~= 0 then
            problems[#problems + 1] = result.err
        end
    end
    desks = {}
    M.remove_folders()
    assert(#problems == 0, table.concat(problems))
end

--- The test means to leave this desk as it is: it will not be checked.
function M.spoilt(dir)
    desks[dir] = nil
end

--- A new desk. `with` (a path): taken in at once. `user`: belongs to nobody, when we are root.
function M.desk(with, user)
    local dir = M.folder(user and "777" or "755") .. "/desk"
    M.must({ "init", dir }, { user = user })
    desks[dir] = { user = user }
    if with then
        M.must({ "-C", dir, "ingest", "--quiet", with }, { user = user })
    end
    return dir
end

--- Puts a plugin into a desk's own scripts/.
function M.plugin(desk, kind, name, code, more)
    local folder = desk .. "/scripts/" .. kind .. "/" .. name
    M.shell("mkdir -p " .. quote(folder))
    M.write(folder .. "/init.lua", code)
    for file, text in pairs(more or {}) do
        M.write(folder .. "/" .. file, text)
    end
    return folder
end

--- A tag plugin whose `run` has this body.
function M.tagger(name, body)
    return ([[
return {
    kind = "tag", name = %q, version = "1.0.0", api = 1, about = "A test.",
    needs = {}, gives = {},
    run = function(article, options)
%s
    end,
}
]]):format(name, body)
end

--- The folder with shared measuring data, or nil: tests that need it say that they skip.
function M.shared()
    local path = os.getenv("COPYDESK_SHARED") or (M.source .. "/../shared")
    return M.read(path .. "/data/README.md") and path or nil
end

function M.remove_program()
    os.execute("rm -rf " .. quote(place))
end

return M
