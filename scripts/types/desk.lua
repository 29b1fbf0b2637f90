---@meta
-- What Lua plugins are given. These files are the one source of the editor's completion, of
-- `copydesk help desk.NAME` and of the pages beside them (.ci/reference.sh writes those); a test compares
-- them with the functions that are there. They are never run.

--- All that a plugin may use besides Lua's own string, table, math, utf8 and coroutine, `require`
--- (its own modules, those of scripts/lib, and "lpeg") and `print`, which logs. A name that is not
--- there is an error that tells the nearest one.
---@class desk
desk = {}

--- JSON's null, in what json.decode gives and in what json.encode takes.
---@type lightuserdata
desk.null = nil

--- Marks a table as a list, so that it stays one when it is empty: `{}` could be a list or an
--- object. Gives the same table; without an argument a new one. A table with another metatable is
--- refused.
---
---     return desk.array {}
---@generic T: table
---@param list? T what is to be a list
---@return T # the same table
function desk.array(list) end

--- Walks a table in the order of its keys, numbers before texts: `pairs` has another order in each
--- process, and an answer must not depend on it.
---
---     for name, count in desk.sorted(counts) do ... end
---@generic K, V
---@param t table<K, V> keys are numbers and texts
---@return fun(): K?, V? # an iterator
function desk.sorted(t) end

--- Bytes of a file of the plugin's own folder, or of one outside of it that desk.lua grants. The
--- manifest must name it: `uses = { read = { "names.tsv", "/srv/fleet.tsv" } }`. What is granted is
--- there once `run` is called (not while init.lua runs) and was read when the desk began or reloaded.
---@param name string the file's name, or an absolute path as in the manifest
---@return string
function desk.read(name) end

--- A variable of the environment that the manifest names (`uses = { env = { "LANG" } }`) and desk.lua
--- grants, as it was when the desk began. There once `run` is called.
---@param name string
---@return string? # nil where it is not set
function desk.env(name) end

--- Logs a line: desk.log("what", value), or with a level: desk.log.debug, info, warn, error. The
--- values are parted by blanks. One call into a plugin may log 100 lines of 4 KiB
--- (LOG_LINES_PER_CALL, LOG_LINE_BYTES).
---@class desk.log
---@overload fun(...: any)
desk.log = {}

--- Logs a line of level "error".
---@param ... any
function desk.log.error(...) end

--- Logs a line of level "warn".
---@param ... any
function desk.log.warn(...) end

--- Logs a line of level "info".
---@param ... any
function desk.log.info(...) end

--- Logs a line of level "debug".
---@param ... any
function desk.log.debug(...) end

--- JSON. null is desk.null, lists are desk.array, whole numbers stay whole; keys are written in the
--- order of their bytes.
---@class desk.json
desk.json = {}

--- Reads a JSON text of at most 8 MiB (JSON_BYTES), nested at most 100 deep (JSON_DEPTH).
---@param text string
---@return any value nil where it is no JSON
---@return string? why with line and column, where it is none
function desk.json.decode(text) end

--- Writes a value as JSON. What JSON cannot say (functions, NaN, keys that are no texts) is an error.
---@param value any
---@param options? { indent: integer } blanks a level, for people; without it all is on one line
---@return string
function desk.json.encode(value, options) end

--- Dates, as seconds since 1970-01-01T00:00:00Z, of the years 1 to 9999, all in UTC.
---@class desk.date
desk.date = {}

--- Reads RFC 3339 (`2026-05-04T10:20:30+02:00`), its date alone, and RFC 5322 (`Mon, 4 May 2026
--- 10:20:30 +0200`, also without weekday, time or zone). A fraction of a second gives a float.
---@param text string
---@return number? seconds nil where it is no date
---@return string? why
function desk.date.parse(text) end

--- Writes a date.
---@param t number seconds
---@param form? "rfc3339"|"rfc5322"|"date" without it "rfc3339"
---@return string
function desk.date.format(t, form) end

--- A date that much later; the last day of a month holds: 31 January and a month is 28 February.
---@param t number seconds
---@param span { years?: integer, months?: integer, days?: integer, hours?: integer, minutes?: integer, seconds?: integer }
---@return integer seconds
function desk.date.add(t, span) end

--- What lies between two dates: `total` in seconds, and the same in days, hours, minutes, seconds.
---@param a number seconds
---@param b number seconds
---@return { days: integer, hours: integer, minutes: integer, seconds: integer, total: integer } # from b to a
function desk.date.diff(a, b) end

--- The parts of a date; weekday 1 is Monday.
---@param t number seconds
---@return { year: integer, month: integer, day: integer, hour: integer, minute: integer, second: integer, weekday: integer }
function desk.date.parts(t) end

--- When the article or document at work was received: the only clock there is.
---@return integer seconds
function desk.date.now() end
