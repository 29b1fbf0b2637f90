/* Schema 4: jobs, runs, what runs were given, and events. Never edited once released: a change is a
 * new migration.
 *
 *   jobs 1--n runs (by name: history outlives a job that desk.lua has no more)
 *   runs 1--n run_articles n--1 snapshots
 *
 * A snapshot is an article as an export was given it, once for all runs that were given the same:
 * a zstd frame of article_pack(). `article_id` is no foreign key: `copydesk forget` deletes by it,
 * and ids that are gone are not looked up. */
#pragma once

static const char schema_v4[] =
    "CREATE TABLE jobs("
    "  name TEXT PRIMARY KEY NOT NULL,"
    "  mark BLOB NOT NULL CHECK(length(mark) = 32),"
    "  seen_us INTEGER NOT NULL,"
    "  covered_seq INTEGER NOT NULL,"
    "  covered_event INTEGER NOT NULL,"
    "  covered_us INTEGER NOT NULL,"
    "  paused_us INTEGER NOT NULL,"
    "  paused_why TEXT NOT NULL,"
    "  failures INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE runs("
    "  id INTEGER PRIMARY KEY,"
    "  job TEXT NOT NULL,"
    "  at_us INTEGER NOT NULL,"
    "  state TEXT NOT NULL CHECK(state IN"
    "    ('waiting', 'running', 'done', 'failed', 'skipped', 'missed')),"
    "  cause TEXT NOT NULL,"
    "  ranged INTEGER NOT NULL,"
    "  after_seq INTEGER NOT NULL,"
    "  upto_seq INTEGER NOT NULL,"
    "  after_event INTEGER NOT NULL,"
    "  upto_event INTEGER NOT NULL,"
    "  window_start_us INTEGER NOT NULL,"
    "  apart INTEGER NOT NULL," /* 1: a backfill, the next run does not follow it */
    "  inputs INTEGER NOT NULL,"
    "  tries INTEGER NOT NULL,"
    "  retry_us INTEGER NOT NULL,"
    "  started_us INTEGER NOT NULL,"
    "  ended_us INTEGER NOT NULL,"
    "  articles INTEGER NOT NULL,"
    "  files INTEGER NOT NULL,"
    "  error TEXT NOT NULL,"
    "  outputs TEXT NOT NULL,"
    "  UNIQUE(job, at_us)"
    ") STRICT;"
    "CREATE INDEX runs_open ON runs(job, at_us) WHERE state IN ('waiting', 'running');"

    "CREATE TABLE snapshots("
    "  id INTEGER PRIMARY KEY,"
    "  hash BLOB NOT NULL UNIQUE CHECK(length(hash) = 32),"
    "  article_id INTEGER NOT NULL,"
    "  size INTEGER NOT NULL,"
    "  bytes BLOB NOT NULL"
    ") STRICT;"
    "CREATE INDEX snapshots_article ON snapshots(article_id);"

    "CREATE TABLE run_articles("
    "  run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,"
    "  position INTEGER NOT NULL,"
    "  snapshot_id INTEGER NOT NULL REFERENCES snapshots(id),"
    "  PRIMARY KEY(run_id, position)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX run_articles_snapshot ON run_articles(snapshot_id);"

    "CREATE TABLE events("
    "  id INTEGER PRIMARY KEY AUTOINCREMENT," /* cursors point here: an id never comes again */
    "  kind TEXT NOT NULL CHECK(kind IN ('job.done', 'job.failed', 'item.quarantined')),"
    "  job TEXT NOT NULL,"
    "  at_us INTEGER NOT NULL,"
    "  document_id INTEGER NOT NULL," /* 0: of none */
    "  article_id INTEGER NOT NULL,"
    "  data TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX events_document ON events(document_id) WHERE document_id > 0;";
