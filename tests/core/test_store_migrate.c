/* An older store becomes a newer one, and nothing of it is lost. */
#include <sqlite3.h>

#include "store/sqlite/index.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/schema_v1.h"
#include "store/sqlite/schema_v2.h"
#include "store/sqlite/schema_v3.h"
#include "store/sqlite/schema_v4.h"
#include "store/sqlite/schema_v5.h"
#include "store/sqlite/tokenizer.h"
#include "store_help.h"

static const char rows[] =
    "INSERT INTO plugins VALUES(1, 'task', 'notice', '1.0.0', zeroblob(32));"
    "INSERT INTO documents VALUES(3, randomblob(32), 5, 'done', 'a.txt', 'UTF-8', 70, 90);"
    "INSERT INTO documents VALUES(9, randomblob(32), 6, 'failed', 'b.txt', '', 80, NULL);"
    "INSERT INTO document_bytes VALUES(9, x'00');"
    "INSERT INTO quarantine VALUES(1, 9, NULL, 'ingest', '', '', 'error', 'why', '', 81, 1);"
    "INSERT INTO receipts VALUES(3, '/in/a.txt', 'folder', 1, 2, 3, 4);"
    "INSERT INTO changes VALUES(4, 'ingest', 71, 3, NULL, NULL, NULL, NULL, NULL);"
    "INSERT INTO changes VALUES(7, 'task', 72, NULL, NULL, 73, 1, 'morning', 74);"
    "INSERT INTO files VALUES(2, '/in/a.txt', 1, 2, 5, 3, 4, 5, 6, 'moved', 'done', 3,"
    "  '/done/a.txt', '', 75);"
    "INSERT INTO files VALUES(5, '/in/b.txt', 1, 3, 6, 3, 4, 5, 6, 'retry', 'failed', 9, '', 'why',"
    "  76);";

static void must(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

/* Puts a store of schema 5 in the place of the new one. */
static void make_old(const struct desk *desk)
{
    static const char *const schemas[] = {schema_v2, schema_v3, schema_v4, schema_v5};
    struct error err = {0};
    struct tokenizer *tokenizer;
    char numbers[96];
    sqlite3 *db;
    assert_int_equal(unlink(DESK "/store.db"), 0);
    assert_int_equal(sqlite3_open(DESK "/store.db", &db), SQLITE_OK);
    assert_int_equal(tokenizer_register(db, desk->text, &tokenizer, &err), 0);
    must(db, schema_v1);
    assert_int_equal(index_schema(db, &err), 0);
    for (size_t i = 0; i < sizeof schemas / sizeof *schemas; i++)
        must(db, schemas[i]);
    must(db, rows);
    snprintf(numbers, sizeof numbers, "PRAGMA user_version=5; PRAGMA application_id=%d",
             SCHEMA_APPLICATION);
    must(db, numbers);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

/* All rows of the query, a text each, with its columns between bars. */
static void read_rows(sqlite3 *db, const char *sql, char *out, size_t size)
{
    sqlite3_stmt *stmt;
    size_t len = 0;
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
    *out = '\0';
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(stmt); i++) {
            const char *text = (const char *)sqlite3_column_text(stmt, i);
            len += (size_t)snprintf(out + len, size - len, "%s|", text ? text : "NULL");
        }
        len += (size_t)snprintf(out + len, size - len, "\n");
    }
    assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
}

#define TABLES 3
#define TEXT   2000

static void read_tables(char out[TABLES][TEXT])
{
    static const char *const queries[TABLES] = {
        "SELECT id, hex(hash), size, state, name, encoding, received_us, dropped_us FROM documents",
        "SELECT * FROM changes", "SELECT * FROM files"};
    sqlite3 *db;
    assert_int_equal(sqlite3_open(DESK "/store.db", &db), SQLITE_OK);
    for (int i = 0; i < TABLES; i++)
        read_rows(db, queries[i], out[i], TEXT);
    sqlite3_close(db);
}

static void every_row_of_an_older_store_is_kept(void **state)
{
    struct desk *desk = *state;
    char before[TABLES][TEXT], after[TABLES][TEXT];
    make_old(desk);
    read_tables(before);
    desk_start(desk);
    desk_stop(desk);
    read_tables(after);
    for (int i = 0; i < TABLES; i++)
        assert_string_equal(after[i], before[i]);
    assert_has(after[1], "7|task|72|NULL|NULL|73|1|morning|74|");
}

static void a_new_and_a_migrated_store_are_the_same(void **state)
{
    static const char schema[] = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY 2";
    static char made[40000], migrated[40000];
    struct desk *desk = *state;
    sqlite3 *db;
    assert_int_equal(sqlite3_open(DESK "/store.db", &db), SQLITE_OK);
    read_rows(db, schema, made, sizeof made);
    sqlite3_close(db);
    make_old(desk);
    desk_start(desk);
    desk_stop(desk);
    assert_int_equal(sqlite3_open(DESK "/store.db", &db), SQLITE_OK);
    read_rows(db, schema, migrated, sizeof migrated);
    sqlite3_close(db);
    assert_string_equal(migrated, made);
}

static void words_that_no_column_may_hold_are_refused(void **state)
{
    static const char *const wrong[] = {
        "UPDATE documents SET state='gone'", "UPDATE changes SET kind='export'",
        "UPDATE files SET state='done'",     "UPDATE files SET outcome='moved'",
        "UPDATE documents SET hash=x'00'",
    };
    struct desk *desk = *state;
    sqlite3 *db;
    make_old(desk);
    desk_start(desk);
    desk_stop(desk);
    assert_int_equal(sqlite3_open(DESK "/store.db", &db), SQLITE_OK);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(sqlite3_exec(db, wrong[i], NULL, NULL, NULL), SQLITE_CONSTRAINT);
    sqlite3_close(db);
}

/* Where a CHECK or a statement makes a temporary b-tree it does so for each row. */
static void writing_a_document_makes_no_temporary_table(void **state)
{
    static const char *const writes[] = {
        "EXPLAIN INSERT INTO documents VALUES(1, zeroblob(32), 1, 'received', '', '', 1, NULL)",
        "EXPLAIN UPDATE documents SET state='done' WHERE id=1",
        "EXPLAIN INSERT INTO changes(kind, at_us) VALUES('ingest', 1)",
        "EXPLAIN INSERT INTO files VALUES(1, '', 1, 1, 1, 1, 1, 1, 1, 'moving', 'done', 1, '', '',"
        "  1)",
    };
    static char program[20000];
    sqlite3 *db;
    (void)state;
    assert_int_equal(sqlite3_open(DESK "/store.db", &db), SQLITE_OK);
    for (size_t i = 0; i < sizeof writes / sizeof *writes; i++) {
        read_rows(db, writes[i], program, sizeof program);
        if (strstr(program, "OpenEphemeral"))
            fail_msg("%s\n%s", writes[i], program);
    }
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(every_row_of_an_older_store_is_kept),
        DESK_TEST(a_new_and_a_migrated_store_are_the_same),
        DESK_TEST(words_that_no_column_may_hold_are_refused),
        DESK_TEST(writing_a_document_makes_no_temporary_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
