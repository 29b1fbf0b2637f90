/* Schema 5: how plugins do (pipeline/health.h). Never edited once released: a change is a new
 * migration.
 *
 * A row is one fingerprint of a plugin. No message of a failure stands here: it may hold words of
 * an article that is forgotten one day. `failures`: "error 3 time 1". aside_us 0: it is not set
 * aside. */
#pragma once

static const char schema_v5[] =
    "CREATE TABLE plugin_health("
    "  fingerprint BLOB PRIMARY KEY NOT NULL CHECK(length(fingerprint) = 32),"
    "  plugin TEXT NOT NULL,"
    "  title TEXT NOT NULL,"
    "  since_us INTEGER NOT NULL,"
    "  seen_us INTEGER NOT NULL,"
    "  calls INTEGER NOT NULL,"
    "  time_us INTEGER NOT NULL,"
    "  longest_us INTEGER NOT NULL,"
    "  memory_most INTEGER NOT NULL,"
    "  failures TEXT NOT NULL,"
    "  running INTEGER NOT NULL,"
    "  guard TEXT NOT NULL,"
    "  aside_us INTEGER NOT NULL,"
    "  again_us INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;";
