/* Schema 2: what watched folders saw and decided, a row for each arrival of a file. It is history
 * for `copydesk why`, and it makes good what a kill cut short: rows in `files_open` are looked at
 * when a desk starts. `document_id` is no foreign key: the history outlives a forgotten document,
 * and a delete of a document need not search here. */
#pragma once

static const char schema_v2[] =
    "CREATE TABLE files("
    "  id INTEGER PRIMARY KEY,"
    "  path TEXT NOT NULL," /* absolute, where it was seen */
    "  device INTEGER NOT NULL,"
    "  inode INTEGER NOT NULL,"
    "  size INTEGER NOT NULL,"
    "  mtime_ns INTEGER NOT NULL,"
    "  seen_us INTEGER NOT NULL,"   /* first noticed */
    "  settle_us INTEGER NOT NULL," /* from then until it was settled */
    "  events INTEGER NOT NULL,"
    "  state TEXT NOT NULL CHECK(state IN"
    "    ('moving', 'moved', 'deleting', 'deleted', 'kept', 'retry', 'gone')),"
    "  outcome TEXT NOT NULL CHECK(outcome IN ('done', 'duplicate', 'failed', 'unreadable')),"
    "  document_id INTEGER NOT NULL," /* 0: none */
    "  target TEXT NOT NULL,"         /* absolute; '': none */
    "  reason TEXT NOT NULL,"
    "  at_us INTEGER NOT NULL" /* decided */
    ") STRICT;"
    "CREATE INDEX files_path ON files(path);"
    "CREATE INDEX files_inode ON files(inode, device);"
    "CREATE INDEX files_open ON files(id) WHERE state IN ('moving', 'deleting', 'retry')"
    "  OR outcome='failed';";
