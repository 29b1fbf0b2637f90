/* The index behind the store: what it holds when articles change before, while and after they are
 * indexed. After each test FTS5 compares it with the articles. */
#include "search_desk.h"

static struct small_desk desk;

static int open_desk(void **state)
{
    (void)state;
    small_desk_open(&desk);
    return 0;
}

/* Every test ends with an index that is sound. */
static int close_desk(void **state)
{
    (void)state;
    index_all(&desk);
    index_is_sound(&desk);
    small_desk_close(&desk);
    return 0;
}

static void what_changed_before_it_was_indexed_is_indexed_once(void **state)
{
    (void)state;
    put_article(&desk, 1, "First", "alpha", "keyword=one");
    put_version(&desk, 1, 2, "Second", "beta");
    put_tags(&desk, 1, "keyword=two");
    assert_found(&desk, "alpha OR beta", "");
    index_all(&desk);
    assert_found(&desk, "alpha", "");
    assert_found(&desk, "beta two", "1");
    index_is_sound(&desk);
}

static void a_new_version_replaces_the_words_of_the_old(void **state)
{
    (void)state;
    put_article(&desk, 1, "First", "alpha alpha œuvre", "keyword=one");
    put_article(&desk, 2, "Other", "alpha", NULL);
    index_all(&desk);
    put_version(&desk, 1, 2, "Second", "beta");
    assert_found(&desk, "alpha", "2 1");
    index_is_sound(&desk); /* also while it waits */
    index_all(&desk);
    assert_found(&desk, "alpha", "2");
    assert_found(&desk, "oeuvre", "");
    assert_found(&desk, "beta one", "1");
    index_is_sound(&desk);
}

static void new_tags_replace_the_old_in_the_index(void **state)
{
    (void)state;
    put_article(&desk, 1, "First", "alpha", "keyword=one;keyword=two");
    index_all(&desk);
    put_tags(&desk, 1, "keyword=three");
    index_all(&desk);
    assert_found(&desk, "two", "");
    assert_found(&desk, "alpha three", "1");
    put_version(&desk, 1, 2, "Second", "beta");
    index_all(&desk);
    assert_found(&desk, "three", "1");
    assert_found(&desk, "beta tag:three", "1");
    assert_found(&desk, "beta tag:two", "");
    index_is_sound(&desk);
}

static void indexing_twice_changes_nothing(void **state)
{
    (void)state;
    struct error err = {0};
    put_article(&desk, 1, "First", "alpha", NULL);
    index_all(&desk);
    assert_int_equal(index_article(desk.indexer, 1, &err), 0);
    assert_int_equal(index_article(desk.indexer, 99, &err), 0);
    index_is_sound(&desk);
}

static void forget(int id)
{
    struct error err = {0};
    char sql[200];
    if (index_forget(desk.indexer, id, &err) < 0)
        fail_msg("%s", err.text);
    snprintf(sql, sizeof(sql),
             "DELETE FROM tags WHERE article_id = %d; DELETE FROM versions WHERE article_id = %d;"
             "DELETE FROM articles WHERE id = %d",
             id, id, id);
    run_sql(&desk, sql);
}

static void deletes_meet_the_index_behind_the_store(void **state)
{
    (void)state;
    put_article(&desk, 1, "Indexed", "alpha", "keyword=one");
    put_article(&desk, 2, "Indexed, then changed", "alpha", "keyword=two");
    index_all(&desk);
    put_version(&desk, 2, 2, "Changed", "beta");
    put_tags(&desk, 2, "keyword=three");
    put_article(&desk, 3, "Never indexed", "alpha", NULL);
    for (int id = 1; id <= 3; id++) {
        forget(id);
        index_is_sound(&desk);
    }
    index_all(&desk);
    assert_found(&desk, "alpha OR beta OR one OR two OR three OR changed", "");
}

static void what_waits_is_found_again_after_a_crash(void **state)
{
    (void)state;
    struct error err = {0};
    int64_t ids[8];
    size_t count;
    run_sql(&desk, "BEGIN");
    put_article(&desk, 7, "First", "alpha", NULL);
    run_sql(&desk, "COMMIT; BEGIN");
    assert_int_equal(index_article(desk.indexer, 7, &err), 0);
    run_sql(&desk, "ROLLBACK"); /* the index step was not committed */
    assert_int_equal(index_pending(desk.indexer, 0, ids, 8, &count, &err), 0);
    assert_int_equal(count, 1);
    assert_int_equal(ids[0], 7);
    index_all(&desk);
    assert_found(&desk, "alpha", "7");
}

static void another_text_version_rebuilds(void **state)
{
    (void)state;
    struct error err = {0};
    put_article(&desk, 1, "Œuvre", "alpha", "place=Đakovo");
    index_all(&desk);
    assert_int_equal(index_is_stale(desk.indexer, &err), 1); /* a new store knows no version */
    run_sql(&desk, "UPDATE tags SET key = 'old'; UPDATE articles SET source_key = 'old'");
    assert_int_equal(index_rebuild(desk.indexer, &err), 0);
    assert_int_equal(index_is_stale(desk.indexer, &err), 0);
    assert_found(&desk, "oeuvre place:dakovo source:\"global times\"", "1");
}

static void a_wrong_index_is_noticed(void **state)
{
    (void)state;
    struct error err = {0};
    put_article(&desk, 1, "First", "alpha", NULL);
    index_all(&desk);
    run_sql(&desk, "INSERT INTO article_fts(rowid, headline, body, captions, tags)"
                   " VALUES(1, 'x', 'y', '', '')");
    assert_int_equal(index_check(desk.db, &err), ERR_CORRUPT);
    assert_int_equal(index_rebuild(desk.indexer, &err), 0);
}

/* ---- when something fails ---- */

static const struct desk_text_api *real;
static struct desk_text_api faulty;
static enum { FAULT_NONE, FAULT_MEMORY, FAULT_MESSAGE, FAULT_BLOB } fault;

static int faulty_words(struct desk_text *text, const char *bytes, size_t size,
                        struct desk_text_bytes *blob, struct desk_error *error)
{
    int rc = real->words(text, bytes, size, blob, error);
    if (fault == FAULT_MEMORY)
        return DESK_FAIL(error, DESK_ERR_NOMEM, "out of memory");
    if (fault == FAULT_MESSAGE)
        return DESK_FAIL(error, DESK_ERR_INTERNAL, "the service has a cold");
    if (fault == FAULT_BLOB)
        blob->size -= 1;
    return rc;
}

static int open_faulty_desk(void **state)
{
    (void)state;
    memset(&desk, 0, sizeof(desk));
    real = text_service(&desk);
    faulty = *real;
    faulty.words = faulty_words;
    fault = FAULT_NONE;
    small_desk_open_with(&desk, &faulty);
    return 0;
}

static void a_service_that_fails_leaves_the_article_waiting(void **state)
{
    (void)state;
    put_article(&desk, 1, "First", "alpha", NULL);
    for (fault = FAULT_MEMORY; fault <= FAULT_BLOB; fault++) {
        struct error err = {0};
        int64_t id;
        size_t count;
        run_sql(&desk, "BEGIN");
        int rc = index_article(desk.indexer, 1, &err);
        assert_int_equal(rc, fault == FAULT_MEMORY ? ERR_NOMEM : ERR_INTERNAL);
        assert_has(err.text, "indexing article 1");
        assert_true(fault != FAULT_MESSAGE || strstr(err.text, "has a cold"));
        if (!sqlite3_get_autocommit(desk.db)) /* SQLite does it itself without memory */
            run_sql(&desk, "ROLLBACK");
        assert_int_equal(index_pending(desk.indexer, 0, &id, 1, &count, &err), 0);
        assert_int_equal(count, 1);
    }
    fault = FAULT_NONE;
    index_all(&desk);
    assert_found(&desk, "alpha", "1");
}

static void a_service_that_fails_ends_a_search(void **state)
{
    (void)state;
    fault = FAULT_MESSAGE;
    assert_has(found(&desk, "alpha"), "has a cold");
    fault = FAULT_BLOB;
    assert_has(found(&desk, "alpha"), "damaged list");
    fault = FAULT_NONE;
}

#define with_desk(test)  cmocka_unit_test_setup_teardown(test, open_desk, close_desk)
#define with_fault(test) cmocka_unit_test_setup_teardown(test, open_faulty_desk, close_desk)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_desk(what_changed_before_it_was_indexed_is_indexed_once),
        with_desk(a_new_version_replaces_the_words_of_the_old),
        with_desk(new_tags_replace_the_old_in_the_index),
        with_desk(indexing_twice_changes_nothing),
        with_desk(deletes_meet_the_index_behind_the_store),
        with_desk(what_waits_is_found_again_after_a_crash),
        with_desk(another_text_version_rebuilds),
        with_desk(a_wrong_index_is_noticed),
        with_fault(a_service_that_fails_leaves_the_article_waiting),
        with_fault(a_service_that_fails_ends_a_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
