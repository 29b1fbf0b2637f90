---@meta

--- The fields that the table of every plugin may have. A name that is not among them is refused when the
--- plugin is loaded.
---@class desk.Plugin
---@field kind "ingest"|"tag"|"summarize"|"export"|"task" that of the folder
---@field name string that of the folder
---@field version string "1.0.0"; raise it when answers change
---@field api 1 the contract that it was written for
---@field about string one line
---@field options? table<string, desk.Option>
---@field needs? string[] schemes and fields that must be there before: "language", "keyword"
---@field gives? string[] schemes and fields that it says
---@field uses? desk.Uses what it needs besides its input

--- An option: users set it in desk.lua ({ "keywords", max = 5 }) or by --option max=5. What does not fit is
--- refused before the plugin runs.
---@class desk.Option
---@field type "string"|"number"|"integer"|"boolean"|"list"
---@field default? string|number|boolean|string[]
---@field min? number least value; of a string least bytes, of a list least items
---@field max? number
---@field choices? string[] of a string
---@field doc? string one line for users

--- What a plugin needs besides its input.
---@class desk.Uses
---@field read? string[] files for desk.read: names of its own folder, absolute paths to be granted in desk.lua
---@field env? string[] names of environment variables, granted in desk.lua
---@field command? boolean whether a task wants the host to run the command that desk.lua grants it

--- Cuts documents into articles.
---@class desk.IngestPlugin: desk.Plugin
---@field kind "ingest"
---@field claims fun(document: desk.Document): number 0 (not mine) to 1: how sure it is that the document is one of its own; the surest plugin cuts
---@field run fun(document: desk.Document, options: table): desk.Draft[]

--- Says something about an article.
---@class desk.TagPlugin: desk.Plugin
---@field kind "tag"
---@field run fun(article: desk.Article, options: table): desk.Tag[]

--- Makes a summary of an article.
---@class desk.SummarizePlugin: desk.Plugin
---@field kind "summarize"
---@field run fun(article: desk.Article, options: table): desk.Summary

--- Writes files. Each export has a Lua state of its own.
---@class desk.ExportPlugin: desk.Plugin
---@field kind "export"
---@field open fun(ctx: desk.ExportContext) at the beginning
---@field write fun(article: desk.Article) each article, newest first
---@field close fun() at the end

--- What open() of an export is given.
---@class desk.ExportContext
---@field options table
local ExportContext = {}

--- A file of the export; the same one for the same name.
---@param name string relative to the folder that the user gave: "2026/ferry.md"
---@return desk.ExportFile
function ExportContext:file(name) end

--- A file that an export writes.
---@class desk.ExportFile
local ExportFile = {}

--- Appends texts.
---@param ... string
---@return desk.ExportFile # itself
function ExportFile:write(...) end

--- Does something at a time or after something happened: it looks at an event and answers with commands. All
--- of them count, or none does.
---@class desk.TaskPlugin: desk.Plugin
---@field kind "task"
---@field on ("schedule"|"article.stored"|"job.done"|"job.failed"|"item.quarantined")[] what it can be run on
---@field run fun(event: desk.Event, options: table): desk.Command[]

--- What a task is run on.
---@class desk.Event
---@field kind "schedule"|"article.stored"|"job.done"|"job.failed"|"item.quarantined"
---@field at string the instant it was due, or when it happened: "2026-05-04T07:00:00Z"; desk.date.now() is the same
---@field local_time? string the same in the job's time zone: "2026-05-04T09:00:00+02:00"
---@field job? string the job that runs the task
---@field window? { after: integer, upto: integer } commit sequence numbers: articles shown since `after`, up to `upto`
---@field items? table<string, string>[] what happened, oldest first: of job.done and job.failed job, at, message; of item.quarantined id, article, document, path, headline, stage, plugin, version, guard, message, traceback, at
---@field articles desk.Article[] newest first; at most TASK_ARTICLES of TASK_BYTES

--- One thing that a task wants done.
---@class desk.Command
---@field command "add_tag"|"remove_tag"|"set_field"|"note"|"write"|"export"|"notify"
---@field article? integer add_tag, remove_tag, set_field, note: the id of an article of the event
---@field scheme? string add_tag, remove_tag
---@field label? string add_tag, remove_tag
---@field code? string add_tag; remove_tag: only tags with this code
---@field score? number add_tag: 0 to 1
---@field field? "language"|"genre"|"byline"|"dateline" set_field
---@field value? string set_field
---@field text? string note (none: the task's note goes), write, notify
---@field name? string write: the file, relative to the folder that the user gave; export: a folder beneath it
---@field export? string export: an export plugin; it gets the articles of the task's window
---@field query? string export: only those that match
---@field title? string notify

--- A case of test.lua, or of a NAME.test.lua beside it, which return lists of them. `copydesk plugin test` runs
--- each in two processes, a fresh one and one that ran others before; answers that differ fail.
---@class desk.Case
---@field name string
---@field document? table ingest: fields of desk.Document (text, name, path, source, encoding, received)
---@field article? table tag, summarize: fields of desk.Article; `received` is the clock that desk.date.now() shows
---@field articles? table[] export, task
---@field event? table task: fields of desk.Event, as far as they matter; no `articles`
---@field options? table
---@field reads? table<string, string|{ file: string }> bytes for desk.read in the place of what is granted, by paths of uses.read; { file = "sample.tsv" }: those of a file beside test.lua. What is not named is not there
---@field env? table<string, string|false> values for desk.env in the place of what is granted; what is false, or not named, is not set
---@field answer? table the whole answer: all its keys, and no others
---@field expect? table each key that stands here must be in the answer; of an export: file names and contents
---@field golden? string a JSON file beside test.lua that holds the whole answer; `plugin test --update` writes it
---@field check? fun(answer: any, claim: number?) fails by an error, as assert() raises one
