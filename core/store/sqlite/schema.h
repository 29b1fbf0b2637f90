/* The tables, and how an older store becomes a newer one. */
#pragma once

#include <sqlite3.h>

#include "base/error.h"

#define SCHEMA_APPLICATION 0x636f7064 /* "copd": PRAGMA application_id of a store */

/* The newest schema that this program knows. */
int schema_version(void);

/* Brings the store of `db` (a writing connection with the tokenizer registered) to
 * schema_version(), each migration in a transaction of its own; a new, empty database is one of
 * version 0. ERR_VERSION when the store is newer: the message has both numbers and says what to do.
 * ERR_CORRUPT when the file is a database of something else. */
int schema_migrate(sqlite3 *db, struct error *err);

/* For readers: 0 when the store has exactly schema_version(). ERR_VERSION when it is newer, or
 * older (then the next command that writes brings it up). */
int schema_check(sqlite3 *db, struct error *err);
