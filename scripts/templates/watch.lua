-- The settings of `copydesk watch` for the folder that this one lies in. The file is Lua and runs in a
-- confined process: it sees `desk` and nothing else. It is yours to change; `copydesk watch` reads it
-- anew each time. `copydesk plugins --options` lists the plugins with their options.

-- Who cuts documents into articles. Each is asked how sure it is; the surest does it.
desk.ingest { "digest", "text" }

-- What is said about each article. An option is given beside the name, as with entities.
desk.tag { "language", "keywords", { "entities", min_score = 0.3 } }
desk.summarize { { "textrank", sentences = 3 } }

-- The folder, and where its files go (after = "keep": nowhere; then only reports of failures are written).
