--- The unit for systemd, by systemd's own check and, where one can be started, by a user manager.
local t = require "support"
local running = require "running"

local UNIT = "copydesk@.service"

-- A home with the unit and a desk. Where the manager may make no mounts (in a container), the walls
-- that are mounts are taken down: without capabilities it leaves them out itself.
local function home(desk)
    local dir = t.folder()
    local units = dir .. "/.config/systemd/user"
    local text = t.read(t.source .. "/core/" .. UNIT .. ".in"):gsub("@COPYDESK_PROGRAM@", (t.bin:gsub("%%", "%%%%")))
    t.shell(("mkdir -p %s/%s.d; mkdir -m 700 %s/run"):format(units, UNIT, dir))
    t.write(units .. "/" .. UNIT, text)
    t.write(units .. "/" .. UNIT .. ".d/test.conf",
        "[Service]\nProtectSystem=no\nProtectKernelTunables=no\nProtectControlGroups=no\n"
        .. "StandardError=append:" .. dir .. "/log\n")
    local name = UNIT:gsub("@", function() return "@" .. t.shell("systemd-escape --path " .. t.quote(desk)) end)
    return dir, units, name
end

describe("the systemd unit", function()
    after_each(running.finish)
    teardown(t.remove_program)

    it("is found right by systemd-analyze", function()
        if not os.execute("command -v systemd-analyze systemd-escape >/dev/null 2>&1") then
            return pending("systemd is not installed")
        end
        local desk = t.desk()
        local dir, units, name = home(desk)
        t.shell(("cp %s/%s %s/%s"):format(units, UNIT, dir, t.quote(name)))
        assert.equal("", t.shell(("HOME=%s XDG_RUNTIME_DIR=%s/run systemd-analyze --user verify %s/%s"):format(
            dir, dir, dir, t.quote(name))))
    end)

    it("runs a desk that takes in, reloads, tells how it is, and ends", function()
        if t.sanitized then
            return pending("skipped: a sanitizer looks for leaks by ptrace, which the unit forbids")
        end
        local manager = "/usr/lib/systemd/systemd"
        if not (t.root and t.read(manager) and os.execute("unshare -m mount -t tmpfs none /run 2>/dev/null")) then
            return pending("no user manager can be started here")
        end
        local desk = t.desk()
        local dir, _, name = home(desk)
        t.write(dir .. "/steps.sh", ([[
mount -t tmpfs none /run && mkdir -p /run/systemd/system
export HOME=%s XDG_RUNTIME_DIR=%s/run
timeout 60 %s --user >$HOME/manager 2>&1 &
for i in $(seq 50); do systemctl --user daemon-reload 2>/dev/null && break; sleep 0.1; done
unit='%s'
systemctl --user start "$unit" || { echo "start failed"; systemctl --user status "$unit"; kill %%1; exit 0; }
printf 'Ferry back\n\nThe ferry is back.\n' >%s/inbox/a.txt
for i in $(seq 100); do test -e %s/done/a.txt && echo taken && break; sleep 0.1; done
systemctl --user reload "$unit" && echo reloaded
systemctl --user show -p ActiveState -p StatusText -p NRestarts "$unit" | sort
systemctl --user stop "$unit"
systemctl --user show -p Result -p ExecMainStatus "$unit" | sort
kill %%1
]]):format(dir, dir, manager, name, desk, desk))
        local said = t.shell("unshare -m sh " .. dir .. "/steps.sh 2>&1; true")
        if said:find("NAMESPACE", 1, true) or said:find("Failed to connect to bus", 1, true) then
            return pending("the user manager that was started here cannot run a service")
        end
        assert.equal("taken\nreloaded\nActiveState=active\nNRestarts=0\nStatusText=running\n"
            .. "ExecMainStatus=0\nResult=success", said, t.read(dir .. "/log"))
    end)
end)
