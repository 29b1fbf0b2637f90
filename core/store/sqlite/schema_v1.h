/* Schema 1. Never edited once released: a change is a new migration.
 *
 * What is written once stands apart from what changes: a document's bytes and an article's texts
 * are long, and SQLite rewrites a whole row for one changed column. Rows of `versions` and
 * `document_bytes` are never changed.
 *
 *   documents 1--1 document_bytes     documents 1--n receipts (each arrival, by path)
 *   documents 1--n article_documents n--1 articles 1--n versions
 *   articles 1--n tags, results, quarantine
 *
 * An article's uri is made from document_id and piece, which name the piece that first gave it;
 * article_documents' primary key keeps it unique without another index of random keys. `seq` is the
 * commit sequence number: articles.seq when the article became visible, versions.seq when that
 * version did; both come from one counter in `meta`, in the order of commits.
 *
 * key and source_key are made by SQL function desk_key() and follow the `text` service's version,
 * as does articles.identity (a 64-bit hash, a hint: identity.c compares the things themselves).
 * The tables of the index are sqlite/index.c's. */
#pragma once

static const char schema_v1[] =
    "CREATE TABLE meta("
    "  key TEXT PRIMARY KEY NOT NULL,"
    "  value INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "INSERT INTO meta VALUES('seq', 0), ('identity_words', 0);"

    "CREATE TABLE documents("
    "  id INTEGER PRIMARY KEY,"
    "  hash BLOB NOT NULL UNIQUE CHECK(length(hash) = 32),"
    "  size INTEGER NOT NULL,"
    "  state TEXT NOT NULL CHECK(state IN ('received', 'done', 'failed')),"
    "  name TEXT NOT NULL,"
    "  encoding TEXT NOT NULL,"
    "  received_us INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX documents_open ON documents(state, id) WHERE state <> 'done';"

    "CREATE TABLE document_bytes("
    "  document_id INTEGER PRIMARY KEY REFERENCES documents(id),"
    "  bytes BLOB NOT NULL" /* a zstd frame */
    ") STRICT;"

    "CREATE TABLE receipts("
    "  document_id INTEGER NOT NULL REFERENCES documents(id),"
    "  path TEXT NOT NULL," /* '': there was no file */
    "  source TEXT NOT NULL,"
    "  device INTEGER NOT NULL,"
    "  inode INTEGER NOT NULL,"
    "  mtime_us INTEGER NOT NULL,"
    "  at_us INTEGER NOT NULL,"
    "  PRIMARY KEY(document_id, path, source)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE changes("
    "  id INTEGER PRIMARY KEY,"
    "  kind TEXT NOT NULL CHECK(kind IN ('ingest', 'revise')),"
    "  at_us INTEGER NOT NULL,"
    "  document_id INTEGER REFERENCES documents(id),"
    "  article_id INTEGER REFERENCES articles(id),"
    "  undone_us INTEGER"
    ") STRICT;"

    "CREATE TABLE plugins("
    "  id INTEGER PRIMARY KEY,"
    "  kind TEXT NOT NULL,"
    "  name TEXT NOT NULL,"
    "  version TEXT NOT NULL,"
    "  fingerprint BLOB NOT NULL,"
    "  UNIQUE(kind, name, version, fingerprint)"
    ") STRICT;"

    "CREATE TABLE articles("
    "  id INTEGER PRIMARY KEY,"
    "  seq INTEGER NOT NULL UNIQUE,"
    "  version INTEGER NOT NULL," /* the one shown */
    "  document_id INTEGER NOT NULL REFERENCES documents(id),"
    "  piece INTEGER NOT NULL," /* from 1 */
    "  identity INTEGER,"       /* NULL: none can be told */
    "  received_us INTEGER NOT NULL,"
    "  infosource TEXT NOT NULL,"
    "  source_key TEXT NOT NULL,"
    "  language TEXT NOT NULL,"
    "  genre TEXT NOT NULL,"
    "  byline TEXT NOT NULL,"
    "  dateline TEXT NOT NULL,"
    "  summary TEXT NOT NULL,"
    "  summary_spans BLOB,"
    "  summary_plugin INTEGER REFERENCES plugins(id)"
    ") STRICT;"
    "CREATE INDEX articles_identity ON articles(identity) WHERE identity IS NOT NULL;"

    "CREATE TABLE versions("
    "  id INTEGER PRIMARY KEY,"
    "  article_id INTEGER NOT NULL REFERENCES articles(id),"
    "  version INTEGER NOT NULL,"
    "  seq INTEGER NOT NULL,"
    "  change_id INTEGER NOT NULL REFERENCES changes(id),"
    "  document_id INTEGER NOT NULL REFERENCES documents(id),"
    "  piece INTEGER NOT NULL,"
    "  received_us INTEGER NOT NULL,"
    "  fingerprint BLOB NOT NULL CHECK(length(fingerprint) = 32),"
    "  first_line INTEGER NOT NULL,"
    "  last_line INTEGER NOT NULL,"
    "  range_start INTEGER NOT NULL,"
    "  range_end INTEGER NOT NULL,"
    "  confidence REAL NOT NULL,"
    "  headline TEXT NOT NULL,"
    "  url TEXT NOT NULL,"
    "  published TEXT NOT NULL,"
    "  note TEXT NOT NULL,"
    "  captions_text TEXT NOT NULL,"
    "  extras BLOB NOT NULL," /* captions, evidence, lines: extras_pack() */
    "  body TEXT NOT NULL,"   /* last: a row is read up to the column that is wanted */
    "  UNIQUE(article_id, version)"
    ") STRICT;"

    "CREATE TABLE article_documents("
    "  document_id INTEGER NOT NULL REFERENCES documents(id),"
    "  piece INTEGER NOT NULL,"
    "  article_id INTEGER NOT NULL REFERENCES articles(id),"
    "  version INTEGER NOT NULL,"
    "  range_start INTEGER NOT NULL,"
    "  range_end INTEGER NOT NULL,"
    "  PRIMARY KEY(document_id, piece)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX article_documents_article ON article_documents(article_id);"

    "CREATE TABLE tags("
    "  article_id INTEGER NOT NULL REFERENCES articles(id),"
    "  position INTEGER NOT NULL,"
    "  scheme TEXT NOT NULL,"
    "  label TEXT NOT NULL,"
    "  key TEXT NOT NULL,"
    "  code TEXT NOT NULL,"
    "  score REAL NOT NULL,"
    "  spans BLOB,"
    "  plugin_id INTEGER REFERENCES plugins(id),"
    "  PRIMARY KEY(article_id, position)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX tags_key ON tags(key, article_id, scheme);"

    "CREATE TABLE results("
    "  article_id INTEGER NOT NULL REFERENCES articles(id),"
    "  version INTEGER NOT NULL,"
    "  plugin_id INTEGER NOT NULL REFERENCES plugins(id),"
    "  input BLOB NOT NULL CHECK(length(input) = 32),"
    "  answer BLOB NOT NULL,"
    "  change_id INTEGER NOT NULL REFERENCES changes(id),"
    "  PRIMARY KEY(article_id, version, plugin_id)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE document_results("
    "  document_id INTEGER NOT NULL REFERENCES documents(id),"
    "  plugin_id INTEGER NOT NULL REFERENCES plugins(id),"
    "  input BLOB NOT NULL CHECK(length(input) = 32),"
    "  answer BLOB NOT NULL,"
    "  change_id INTEGER NOT NULL REFERENCES changes(id),"
    "  PRIMARY KEY(document_id, plugin_id)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE quarantine("
    "  id INTEGER PRIMARY KEY,"
    "  document_id INTEGER NOT NULL REFERENCES documents(id),"
    "  article_id INTEGER REFERENCES articles(id)," /* NULL: the document as a whole */
    "  stage TEXT NOT NULL,"
    "  plugin TEXT NOT NULL,"
    "  plugin_version TEXT NOT NULL,"
    "  guard TEXT NOT NULL,"
    "  message TEXT NOT NULL,"
    "  traceback TEXT NOT NULL,"
    "  at_us INTEGER NOT NULL,"
    "  tries INTEGER NOT NULL"
    ") STRICT;"
    "CREATE UNIQUE INDEX quarantine_document ON quarantine(document_id) WHERE article_id IS NULL;"
    "CREATE UNIQUE INDEX quarantine_article ON quarantine(article_id, plugin)"
    "  WHERE article_id IS NOT NULL;";
