/* One connection to a store's database, and short forms of the SQLite calls that the other files
 * of this folder use all the time. Every error becomes one of base/error.h here, in words that say
 * what to do. */
#pragma once

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/str.h"

#define CONNECTION_FILE "store.db" /* in the desk's .copydesk */

enum connection_use {
    CONNECTION_CREATE, /* the file must not be there */
    CONNECTION_WRITE,
    CONNECTION_READ, /* beside a writer; never writes */
};

/* Opens DIR/store.db and sets it up: foreign keys on, schema not trusted, cell sizes checked, a
 * bounded page cache (CACHE_WRITER_BYTES, CACHE_READER_BYTES); for writing WAL, without
 * checkpoints and syncs of its own (log.c). Reads no schema: see schema.h. ERR_NOTFOUND,
 * ERR_EXISTS, ERR_DENIED, ERR_CORRUPT. */
int connection_open(const char *dir, enum connection_use use, sqlite3 **out, struct error *err);
/* All statements must be finalized. NULL is fine. */
void connection_close(sqlite3 *db);

/* The code and message for what just failed on `db`. `what` says what was being done. */
int sq_error(sqlite3 *db, const char *what, struct error *err);
const char *sq_path(sqlite3 *db); /* of the database file, for messages */

int sq_exec(sqlite3 *db, const char *sql, struct error *err);
/* The first column of the first row, 0 when there is none. */
int sq_number(sqlite3 *db, const char *sql, int64_t *out, struct error *err);
/* `persistent`: it is kept and used many times. */
int sq_prepare(sqlite3 *db, const char *sql, bool persistent, sqlite3_stmt **out,
               struct error *err);

/* Binding never copies: what is bound must live until sq_run, sq_done or the last sq_row. A failed
 * bind (out of memory) leaves NULL, which NOT NULL columns refuse; sq_row and sq_run see it. */
void sq_bind_int(sqlite3_stmt *stmt, int index, int64_t value);
void sq_bind_real(sqlite3_stmt *stmt, int index, double value);
void sq_bind_text(sqlite3_stmt *stmt, int index, struct str text); /* STR_NONE: '' */
void sq_bind_blob(sqlite3_stmt *stmt, int index, const void *bytes, size_t len);

/* 1: a row; 0: no more (the statement is reset); below zero: failed (and reset). */
int sq_row(sqlite3_stmt *stmt, struct error *err);
/* Runs a statement that gives no rows, resets it and forgets what was bound. */
int sq_run(sqlite3_stmt *stmt, struct error *err);
void sq_done(sqlite3_stmt *stmt); /* resets and forgets what was bound; NULL is fine */

/* A column of the present row; it lives until the next sq_row or sq_done. */
struct str sq_text(sqlite3_stmt *stmt, int column);
struct str sq_blob(sqlite3_stmt *stmt, int column);

void sq_finalize_at(sqlite3_stmt **stmt);
#define SQ_AUTO __attribute__((cleanup(sq_finalize_at)))
