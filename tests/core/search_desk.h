/* A small store in memory for the tests of index and search: the real schema, the real text
 * service, no writer. */
#pragma once

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "plugin/native.h"
#include "store/sqlite/index.h"
#include "store/sqlite/schema_v1.h"
#include "store/sqlite/search.h"

#define NOW 1780000000000000 /* 2026-05-28T20:26:40Z */

struct small_desk {
    struct native_registry *registry;
    sqlite3 *db;
    struct tokenizer *tokenizer;
    struct indexer *indexer;
};

static inline void run_sql(struct small_desk *desk, const char *sql)
{
    char *said = NULL;
    if (sqlite3_exec(desk->db, sql, NULL, NULL, &said) != SQLITE_OK)
        fail_msg("%s: %s", sql, said);
}

static inline const struct desk_text_api *text_service(struct small_desk *desk)
{
    struct error err = {0};
    char folder[4096];
    const char *bin = getenv("COPYDESK_BIN");
    snprintf(folder, sizeof(folder), "%s", bin ? bin : "build/dev/bin/copydesk");
    char *slash = strstr(folder, "/bin/copydesk");
    assert_non_null(slash);
    snprintf(slash, sizeof(folder) - (size_t)(slash - folder), "/%s", COPYDESK_PLUGIN_DIR);
    desk->registry = native_registry_new(folder, &err);
    if (!desk->registry || native_load("text", desk->registry, &err) < 0)
        fail_msg("%s", err.text);
    return native_service(desk->registry, DESK_TEXT_SERVICE, DESK_TEXT_VERSION, &err);
}

static inline void small_desk_open_with(struct small_desk *desk, const struct desk_text_api *api)
{
    struct error err = {0};
    assert_int_equal(sqlite3_open(":memory:", &desk->db), SQLITE_OK);
    if (tokenizer_register(desk->db, api, &desk->tokenizer, &err) < 0)
        fail_msg("%s", err.text);
    run_sql(desk, "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF");
    run_sql(desk, schema_v1);
    if (index_schema(desk->db, &err) < 0 ||
        index_open(desk->db, desk->tokenizer, &desk->indexer, &err) < 0)
        fail_msg("%s", err.text);
    run_sql(desk, "INSERT INTO documents VALUES(1, zeroblob(32), 1, 'done', 'a', 'UTF-8', 1);"
                  "INSERT INTO receipts VALUES(1, '', 'stdin', 0, 0, 0, 1);"
                  "INSERT INTO changes VALUES(1, 'ingest', 1, 1, NULL, NULL);");
}

static inline void small_desk_open(struct small_desk *desk)
{
    memset(desk, 0, sizeof(*desk));
    small_desk_open_with(desk, text_service(desk));
}

static inline void small_desk_close(struct small_desk *desk)
{
    index_close(desk->indexer);
    assert_int_equal(sqlite3_close(desk->db), SQLITE_OK);
    native_registry_free(desk->registry);
}

static inline void step(sqlite3_stmt *stmt)
{
    if (sqlite3_step(stmt) != SQLITE_DONE)
        fail_msg("%s", sqlite3_errmsg(sqlite3_db_handle(stmt)));
    sqlite3_finalize(stmt);
}

static inline sqlite3_stmt *statement(struct small_desk *desk, const char *sql)
{
    sqlite3_stmt *stmt;
    if (sqlite3_prepare_v2(desk->db, sql, -1, &stmt, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(desk->db));
    return stmt;
}

/* A version of an article, as the writer stores it; what waits for the index is told. */
static inline void put_version(struct small_desk *desk, int id, int version, const char *headline,
                               const char *body)
{
    struct error err = {0};
    sqlite3_stmt *stmt =
        statement(desk, "INSERT INTO versions(article_id, version, seq, change_id, document_id,"
                        " piece, received_us, fingerprint, first_line, last_line, range_start,"
                        " range_end, confidence, headline, url, published, note, captions_text,"
                        " extras, body) VALUES(?1, ?2, 1, 1, 1, 1, 1, zeroblob(32), 1, 1, 0, 1, 1,"
                        " ?3, '', '', '', '', x'', ?4)");
    sqlite3_bind_int(stmt, 1, id);
    sqlite3_bind_int(stmt, 2, version);
    sqlite3_bind_text(stmt, 3, headline, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 4, body, -1, SQLITE_STATIC);
    step(stmt);
    stmt = statement(desk, "UPDATE articles SET version = ?2 WHERE id = ?1");
    sqlite3_bind_int(stmt, 1, id);
    sqlite3_bind_int(stmt, 2, version);
    step(stmt);
    assert_int_equal(index_want(desk->indexer, id, &err), 0);
}

/* `tags`: "place=France;person=Dorde", or NULL. Replaces the tags that are there. */
static inline void put_tags(struct small_desk *desk, int id, const char *tags)
{
    struct error err = {0};
    char text[400], *rest = text, *one;
    sqlite3_stmt *stmt = statement(desk, "DELETE FROM tags WHERE article_id = ?1");
    sqlite3_bind_int(stmt, 1, id);
    step(stmt);
    snprintf(text, sizeof(text), "%s", tags ? tags : "");
    for (int i = 0; (one = strtok_r(rest, ";", &rest)); i++) {
        char *label = strchr(one, '=');
        *label++ = '\0';
        stmt = statement(desk, "INSERT INTO tags VALUES(?1, ?2, ?3, ?4, desk_key(?4), '', 1, NULL,"
                               " NULL)");
        sqlite3_bind_int(stmt, 1, id);
        sqlite3_bind_int(stmt, 2, i);
        sqlite3_bind_text(stmt, 3, one, -1, SQLITE_TRANSIENT);
        sqlite3_bind_text(stmt, 4, label, -1, SQLITE_TRANSIENT);
        step(stmt);
    }
    assert_int_equal(index_want(desk->indexer, id, &err), 0);
}

static inline void put_article(struct small_desk *desk, int id, const char *headline,
                               const char *body, const char *tags)
{
    sqlite3_stmt *stmt = statement(
        desk, "INSERT INTO articles(id, seq, version, document_id, piece, received_us, infosource,"
              " source_key, language, genre, byline, dateline, summary)"
              " VALUES(?1, ?1, 1, 1, ?1, ?2, 'Global Times', desk_key('Global Times'), 'en', '',"
              " '', '', '')");
    sqlite3_bind_int(stmt, 1, id);
    sqlite3_bind_int64(stmt, 2, NOW - (1000 - id) * INT64_C(1000000));
    step(stmt);
    put_version(desk, id, 1, headline, body);
    put_tags(desk, id, tags);
}

/* Indexes all that waits, as the writer does behind the store. */
static inline void index_all(struct small_desk *desk)
{
    struct error err = {0};
    int64_t ids[64];
    size_t count;
    do {
        if (index_pending(desk->indexer, 0, ids, 64, &count, &err) < 0)
            fail_msg("%s", err.text);
        for (size_t i = 0; i < count; i++)
            if (index_article(desk->indexer, ids[i], &err) < 0)
                fail_msg("%s", err.text);
    } while (count > 0);
}

static inline void index_is_sound(struct small_desk *desk)
{
    struct error err = {0};
    if (index_check(desk->db, &err) < 0)
        fail_msg("%s", err.text);
}

/* The ids that a query finds, as "3 1". A query that fails gives its message. */
static inline const char *found_on(struct small_desk *desk, const char *text,
                                   const struct search_page *page, bool *more)
{
    static char out[1024];
    ARENA_AUTO struct arena *arena = arena_new(1 << 20);
    struct search_row rows[64];
    struct query query;
    struct error err = {0};
    size_t count = 0, at = 0;
    int rc = query_parse(str_of(text), NOW, arena, &query, &err);
    if (rc >= 0)
        rc = search_rows(desk->db, desk->tokenizer, &query, page, rows, &count, more, &err);
    out[0] = '\0';
    if (rc < 0)
        snprintf(out, sizeof(out), "%s", err.text);
    for (size_t i = 0; i < count; i++)
        at += (size_t)snprintf(out + at, sizeof(out) - at, i ? " %d" : "%d", (int)rows[i].id);
    return out;
}

static inline const char *found(struct small_desk *desk, const char *text)
{
    const struct search_page page = {.limit = 64};
    return found_on(desk, text, &page, NULL);
}

#define assert_found(desk, query, ids) assert_string_equal(found(desk, query), ids)
