--- Desks that run in the background of a test.
local t = require "support"

local M = {}
local all = {}

local Running = {}
Running.__index = Running

--- Waits until `test` gives something true, `seconds` (20) at most.
function M.wait(test, what, seconds)
    for _ = 1, (seconds or 20) * 50 do
        local value = test()
        if value then
            return value
        end
        os.execute("sleep 0.02")
    end
    error("waited in vain for " .. what, 2)
end

--- Starts `copydesk run` on a desk and waits until it says that it runs. Options: `args` (words after
-- `run`), `prefix` (words before the program), `early` (do not wait).
function M.start(desk, options)
    options = options or {}
    local place = t.folder()
    local words = {}
    for _, word in ipairs(options.command or { "-C", desk, "run", table.unpack(options.args or {}) }) do
        words[#words + 1] = t.quote(word)
    end
    local script = ("cd %s; (sh -c 'echo $$ >pid; exec \"$@\"' sh env -u COPYDESK_BIN %s %s %s"
        .. " >out 2>err </dev/null; echo $? >code.new; mv code.new code) >/dev/null 2>&1 &"):format(
        t.quote(place), options.prefix or "", t.bin, table.concat(words, " "))
    t.shell(script)
    local running = setmetatable({ place = place, desk = desk }, Running)
    running.pid = M.wait(function()
        return (t.read(place .. "/pid") or ""):match("^(%d+)\n")
    end, "the process")
    all[#all + 1] = running
    if not options.early then
        running:expect("runs (process")
    end
    return running
end

function Running:log()
    return t.read(self.place .. "/err") or ""
end

--- Waits until the log holds `text`, beyond what it held `from` before.
function Running:expect(text, from)
    return M.wait(function()
        if self:log():find(text, from or 1, true) then
            return true
        end
        if self:code() then
            error("the desk has ended: " .. self:log())
        end
    end, "'" .. text .. "' in the log:\n" .. self:log())
end

function Running:mark()
    return #self:log() + 1
end

function Running:signal(name)
    os.execute("kill -" .. name .. " " .. self.pid .. " 2>/dev/null")
end

--- The exit code; nil while it runs.
function Running:code()
    return tonumber((t.read(self.place .. "/code") or ""):match("%d+"))
end

--- Signals (TERM) and gives the exit code.
function Running:stop(name)
    self:signal(name or "TERM")
    return M.wait(function() return self:code() end, "the end of the desk: " .. self:log())
end

function Running:status(key)
    local text = t.read("/proc/" .. self.pid .. "/status") or ""
    return tonumber(text:match(key .. ":%s*(%d+)"))
end

--- Ends what a test left running.
function M.finish()
    for _, running in ipairs(all) do
        if not running:code() then
            running:signal("KILL")
            M.wait(function() return running:code() end, "the end of a killed desk")
        end
    end
    all = {}
    t.finish()
end

return M
