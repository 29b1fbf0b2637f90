-- This desk's settings. The file is Lua and runs in a confined process: it sees `desk` and nothing else.
-- Plugins are looked for in this desk's scripts/ first, then among your own, then among the shipped
-- ones: `copydesk plugins --options` lists them with their options.

-- Who cuts documents into articles. Each is asked how sure it is; the surest does it.
desk.ingest { "digest", "text" }

-- What is said about each article. An option is given beside the name, as with entities.
desk.tag { "language", "keywords", { "entities", min_score = 0.3 } }
desk.summarize { { "textrank", sentences = 3 } }

-- A folder for what comes in: `copydesk ingest inbox`. No export writes into it.
desk.watch { "inbox" }
