/* Schema 6: documents, changes and files again, with CHECKs that cost nothing. Never edited once
 * released: a change is a new migration.
 *
 * For a list of three or more, SQLite (up to 3.40 at least) makes IN a temporary b-tree, anew for
 * each row that is written: 28,000 instructions, three times a document, as much as writing the
 * article's own rows. `OR` is a few comparisons. SQLite cannot change a CHECK, so the tables are
 * made anew. */
#pragma once

static const char schema_v6[] =
    "CREATE TABLE documents_made_anew("
    "  id INTEGER PRIMARY KEY,"
    "  hash BLOB NOT NULL UNIQUE CHECK(length(hash) = 32),"
    "  size INTEGER NOT NULL,"
    "  state TEXT NOT NULL CHECK(state = 'received' OR state = 'done' OR state = 'failed'),"
    "  name TEXT NOT NULL,"
    "  encoding TEXT NOT NULL,"
    "  received_us INTEGER NOT NULL,"
    "  dropped_us INTEGER" /* NULL: the bytes are there */
    ") STRICT;"
    "INSERT INTO documents_made_anew SELECT id, hash, size, state, name, encoding, received_us,"
    "  dropped_us FROM documents;"
    "DROP TABLE documents;"
    "ALTER TABLE documents_made_anew RENAME TO documents;"
    "CREATE INDEX documents_open ON documents(state, id) WHERE state <> 'done';"

    "CREATE TABLE changes_made_anew("
    "  id INTEGER PRIMARY KEY,"
    "  kind TEXT NOT NULL CHECK(kind = 'ingest' OR kind = 'revise' OR kind = 'task'),"
    "  at_us INTEGER NOT NULL,"
    "  document_id INTEGER REFERENCES documents(id),"
    "  article_id INTEGER REFERENCES articles(id),"
    "  undone_us INTEGER,"
    "  plugin_id INTEGER REFERENCES plugins(id)," /* of a task */
    "  job TEXT,"                                 /* NULL: no run made it */
    "  instant_us INTEGER"
    ") STRICT;"
    "INSERT INTO changes_made_anew SELECT id, kind, at_us, document_id, article_id, undone_us,"
    "  plugin_id, job, instant_us FROM changes;"
    "DROP TABLE changes;"
    "ALTER TABLE changes_made_anew RENAME TO changes;"
    "CREATE UNIQUE INDEX changes_run ON changes(job, instant_us) WHERE job IS NOT NULL;"
    "CREATE INDEX changes_document ON changes(document_id) WHERE document_id IS NOT NULL;"
    "CREATE INDEX changes_article ON changes(article_id) WHERE article_id IS NOT NULL;"

    "CREATE TABLE files_made_anew("
    "  id INTEGER PRIMARY KEY,"
    "  path TEXT NOT NULL," /* absolute, where it was seen */
    "  device INTEGER NOT NULL,"
    "  inode INTEGER NOT NULL,"
    "  size INTEGER NOT NULL,"
    "  mtime_ns INTEGER NOT NULL,"
    "  seen_us INTEGER NOT NULL,"   /* first noticed */
    "  settle_us INTEGER NOT NULL," /* from then until it was settled */
    "  events INTEGER NOT NULL,"
    "  state TEXT NOT NULL CHECK(state = 'moving' OR state = 'moved' OR state = 'deleting'"
    "    OR state = 'deleted' OR state = 'kept' OR state = 'retry' OR state = 'gone'),"
    "  outcome TEXT NOT NULL CHECK(outcome = 'done' OR outcome = 'duplicate'"
    "    OR outcome = 'failed' OR outcome = 'unreadable'),"
    "  document_id INTEGER NOT NULL," /* 0: none */
    "  target TEXT NOT NULL,"         /* absolute; '': none */
    "  reason TEXT NOT NULL,"
    "  at_us INTEGER NOT NULL" /* decided */
    ") STRICT;"
    "INSERT INTO files_made_anew SELECT id, path, device, inode, size, mtime_ns, seen_us,"
    "  settle_us, events, state, outcome, document_id, target, reason, at_us FROM files;"
    "DROP TABLE files;"
    "ALTER TABLE files_made_anew RENAME TO files;"
    "CREATE INDEX files_path ON files(path);"
    "CREATE INDEX files_inode ON files(inode, device);"
    "CREATE INDEX files_open ON files(id) WHERE state = 'moving' OR state = 'deleting'"
    "  OR state = 'retry' OR outcome = 'failed';"
    "CREATE INDEX files_document ON files(document_id) WHERE document_id > 0;";
