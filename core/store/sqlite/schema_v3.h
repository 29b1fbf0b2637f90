/* Schema 3: what tasks did, and what desk.keep and `copydesk forget` need. Never edited once
 * released: a change is a new migration.
 *
 * `changes` gets the kind 'task' and the run (job, instant_us) that made it: SQLite cannot change a
 * CHECK, so the table is made anew. task_tags, task_fields and task_notes hold what tasks say of an
 * article, whatever its version: tags and articles are made of what the plugins of the chain said,
 * with these laid over it (task.c). `gone` 1: the tag is taken away, and '' as code stands for any.
 *
 * task_answers keeps a run's commands: doing the run again gives the same files without asking the
 * plugin. It is gone when one of its articles is forgotten.
 *
 * The indexes serve reading by commit sequence numbers, and the deletes of `copydesk forget`: each
 * deleted parent row looks for its children. */
#pragma once

static const char schema_v3[] =
    "CREATE TABLE changes_made_anew("
    "  id INTEGER PRIMARY KEY,"
    "  kind TEXT NOT NULL CHECK(kind IN ('ingest', 'revise', 'task')),"
    "  at_us INTEGER NOT NULL,"
    "  document_id INTEGER REFERENCES documents(id),"
    "  article_id INTEGER REFERENCES articles(id),"
    "  undone_us INTEGER,"
    "  plugin_id INTEGER REFERENCES plugins(id)," /* of a task */
    "  job TEXT,"                                 /* NULL: no run made it */
    "  instant_us INTEGER"
    ") STRICT;"
    "INSERT INTO changes_made_anew SELECT id, kind, at_us, document_id, article_id, undone_us,"
    "  NULL, NULL, NULL FROM changes;"
    "DROP TABLE changes;"
    "ALTER TABLE changes_made_anew RENAME TO changes;"
    "CREATE UNIQUE INDEX changes_run ON changes(job, instant_us) WHERE job IS NOT NULL;"
    "CREATE INDEX changes_document ON changes(document_id) WHERE document_id IS NOT NULL;"
    "CREATE INDEX changes_article ON changes(article_id) WHERE article_id IS NOT NULL;"
    "CREATE INDEX articles_document ON articles(document_id);"
    "CREATE INDEX versions_document ON versions(document_id);"
    "CREATE INDEX versions_seq ON versions(seq, article_id, version);"
    "CREATE INDEX quarantine_by_document ON quarantine(document_id);"
    "CREATE INDEX files_document ON files(document_id) WHERE document_id > 0;"

    "ALTER TABLE documents ADD COLUMN dropped_us INTEGER;" /* NULL: the bytes are there */

    "CREATE TABLE task_tags("
    "  article_id INTEGER NOT NULL REFERENCES articles(id),"
    "  scheme TEXT NOT NULL,"
    "  label TEXT NOT NULL,"
    "  code TEXT NOT NULL,"
    "  plugin_id INTEGER NOT NULL REFERENCES plugins(id),"
    "  gone INTEGER NOT NULL CHECK(gone IN (0, 1)),"
    "  score REAL NOT NULL,"
    "  change_id INTEGER NOT NULL REFERENCES changes(id),"
    "  PRIMARY KEY(article_id, scheme, label, code, plugin_id)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE task_fields("
    "  article_id INTEGER NOT NULL REFERENCES articles(id),"
    "  field TEXT NOT NULL CHECK(field IN ('language', 'genre', 'byline', 'dateline')),"
    "  value TEXT NOT NULL,"
    "  plugin_id INTEGER NOT NULL REFERENCES plugins(id),"
    "  change_id INTEGER NOT NULL REFERENCES changes(id),"
    "  PRIMARY KEY(article_id, field)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE task_notes("
    "  article_id INTEGER NOT NULL REFERENCES articles(id),"
    "  plugin_id INTEGER NOT NULL REFERENCES plugins(id),"
    "  text TEXT NOT NULL,"
    "  change_id INTEGER NOT NULL REFERENCES changes(id),"
    "  PRIMARY KEY(article_id, plugin_id)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE task_answers("
    "  change_id INTEGER PRIMARY KEY REFERENCES changes(id),"
    "  after_seq INTEGER NOT NULL," /* the window it was given; both 0: none */
    "  upto_seq INTEGER NOT NULL,"
    "  answer BLOB NOT NULL"
    ") STRICT;";
