-- This desk's settings. The file is Lua and runs in a confined process: it sees `desk` and nothing else.
-- Plugins are looked for in this desk's scripts/ first, then among your own, then among the shipped
-- ones: `copydesk plugins --options` lists them with their options.

-- Who cuts documents into articles. Each is asked how sure it is; the surest does it.
desk.ingest { "digest", "text" }

-- What is said about each article. An option is given beside the name, as with entities.
desk.tag { "language", "keywords", { "entities", min_score = 0.3 } }
desk.summarize { { "textrank", sentences = 3 } }

-- A folder for what comes in, watched while `copydesk run` runs. A file that has rested for `settle` is
-- taken in and goes to done/; the same content once more goes to duplicate/, and what a plugin failed
-- on to failed/, with the reason beside it. `copydesk why inbox/FILE` says what was seen and decided.
desk.watch { "inbox", settle = "500ms" }
