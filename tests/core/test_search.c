/* Search: which articles a query finds, in which order, and the text that shows why. */
#include "search_desk.h"

#include "base/alloc.h"
#include "base/limits.h"

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

static void fill_with_languages(void)
{
    put_article(&desk, 1, "Посета", "Ђорђе Петровић стиже у Ниш.", NULL);
    put_article(&desk, 2, "Poseta", "Đorđe Petrović stiže u Niš.", NULL);
    put_article(&desk, 3, "Les œuvres", "L'œuvre sera exposée à l’Élysée cet été.", NULL);
    put_article(&desk, 4, "Verkehr", "Die Straße in Köln bleibt gesperrt.", NULL);
    put_article(&desk, 5, "Időjárás", "Őszi szél fúj a Körös fölött.", NULL);
    put_article(&desk, 6, "会谈", "中国代表团昨天在巴黎与法国总统就能源问题举行了会谈。", NULL);
    index_all(&desk);
}

static void words_are_found_without_accents_and_script(void **state)
{
    (void)state;
    fill_with_languages();
    assert_found(&desk, "Dorde", "2 1");
    assert_found(&desk, "Ђорђе", "2 1");
    assert_found(&desk, "đorđe nis", "2 1");
    assert_found(&desk, "oeuvre", "3");
    assert_found(&desk, "ELYSEE", "3");
    assert_found(&desk, "strasse koln", "4");
    assert_found(&desk, "STRAẞE", "4");
    assert_found(&desk, "oszi szel", "5");
    assert_found(&desk, "idojaras", "5");
}

static void chinese_is_found_within_a_sentence(void **state)
{
    (void)state;
    fill_with_languages();
    assert_found(&desk, "法国", "6");
    assert_found(&desk, "法国总统", "6");
    assert_found(&desk, "国法", "");
    assert_found(&desk, "巴黎 能源 -日本", "6");
    assert_found(&desk, "法*", "6");
}

static void fill_with_news(void)
{
    put_article(&desk, 1, "Energy talks", "France and Germany don't agree on gas prices.",
                "place=France;place=Germany;keyword=energy");
    put_article(&desk, 2, "New York marathon", "Runners from France win in New York.",
                "place=New York;keyword=sport");
    put_article(&desk, 3, "C++ at 40", "The language C++ turns forty; York is not new to it.",
                "keyword=software");
    put_article(&desk, 4, "Electricity", "Electric cars need electricity, and new grids.",
                "keyword=energy;person=New York");
    index_all(&desk);
}

static void phrases_want_their_order(void **state)
{
    (void)state;
    fill_with_news();
    assert_found(&desk, "new york", "4 3 2");
    assert_found(&desk, "\"york is\"", "3");
    assert_found(&desk, "\"is york\"", "");
    assert_found(&desk, "don't", "1");
    assert_found(&desk, "\"don't agree\"", "1");
}

static void prefixes_find_longer_words(void **state)
{
    (void)state;
    fill_with_news();
    assert_found(&desk, "electr*", "4");
    assert_found(&desk, "electr", "");
    assert_found(&desk, "fr* -germ*", "2");
}

static void signs_never_reach_the_engine(void **state)
{
    (void)state;
    fill_with_news();
    assert_found(&desk, "C++", "3");
    assert_found(&desk, "headline:energy", "");
    assert_found(&desk, "{body}:gas^2", "");
    assert_found(&desk, "NEAR(gas prices)", "");
    assert_found(&desk, "gas' NOT", "");
    assert_string_equal(found(&desk, "gas ✓"), "query, column 5: \"✓\" holds no word that could be "
                                               "found");
}

static void not_and_or_in_any_mixture_of_words(void **state)
{
    (void)state;
    fill_with_news();
    assert_found(&desk, "-france", "4 3");
    assert_found(&desk, "-france -electric", "3");
    assert_found(&desk, "-(france OR electric)", "3");
    assert_found(&desk, "gas OR forty", "3 1");
    assert_found(&desk, "gas OR -france", "4 3 1");
    assert_found(&desk, "-gas OR -france", "4 3 2");
    assert_found(&desk, "france -gas OR york -new", "2");
    assert_found(&desk, "--france", "2 1");
    assert_found(&desk, "france (gas OR runners) -marathon", "1");
    assert_found(&desk, "new -(york -marathon)", "2");
    assert_found(&desk, "", "4 3 2 1");
}

static void tags_are_compared_whole(void **state)
{
    (void)state;
    fill_with_news();
    assert_found(&desk, "tag:ENERGY", "4 1");
    assert_found(&desk, "tag:\"new  york\"", "4 2");
    assert_found(&desk, "place:\"New York\"", "2");
    assert_found(&desk, "person:\"New York\"", "4");
    assert_found(&desk, "tag:york", "");
    assert_found(&desk, "organisation:france", "");
    assert_found(&desk, "-tag:energy", "3 2");
}

static void filters_and_words_mix(void **state)
{
    (void)state;
    fill_with_news();
    assert_found(&desk, "france tag:energy", "1");
    assert_found(&desk, "france -tag:energy", "2");
    assert_found(&desk, "place:france OR cars", "4 1");
    assert_found(&desk, "-(place:france OR cars)", "3 2");
    assert_found(&desk, "place:france -germany", "");
    assert_found(&desk, "tag:energy -gas", "4");
    assert_found(&desk, "tag:energy tag:france -lang:de", "1");
    assert_found(&desk, "new (tag:sport OR software tag:software OR -york)", "3 2");
    assert_found(&desk, "(tag:sport OR tag:software) (runners OR forty) -gas", "3 2");
}

static void source_language_and_time(void **state)
{
    (void)state;
    fill_with_news();
    run_sql(&desk, "UPDATE articles SET language = 'zh-Hans' WHERE id = 2;"
                   "UPDATE articles SET infosource = 'Xinhua', source_key = 'xinhua' WHERE id = 3;"
                   "UPDATE versions SET published = '2024-05-09T23:00:00-05:00' WHERE id = 1;"
                   "UPDATE versions SET published = 'soon' WHERE id = 2;");
    assert_found(&desk, "lang:ZH", "2");
    assert_found(&desk, "lang:en", "4 3 1");
    assert_found(&desk, "source:\"global times\"", "4 2 1");
    assert_found(&desk, "source:XINHUA", "3");
    assert_found(&desk, "source:stdin", "4 3 2 1");
    assert_found(&desk, "before:2024-05-10", "");
    assert_found(&desk, "before:2024-05-11", "1");
    assert_found(&desk, "since:7d", "4 3 2");
    assert_found(&desk, "since:7d france", "2");
}

static void pages_go_on_where_the_last_ended(void **state)
{
    (void)state;
    bool more;
    struct search_page page = {.limit = 2};
    fill_with_news();
    assert_string_equal(found_on(&desk, "new OR gas", &page, &more), "4 3");
    assert_true(more);
    page.before_id = 3;
    assert_string_equal(found_on(&desk, "new OR gas", &page, &more), "2 1");
    assert_false(more);
    assert_string_equal(found_on(&desk, "tag:france", &page, &more), "1");
    assert_string_equal(found_on(&desk, "", &page, &more), "2 1");
}

static void ranked_puts_the_headline_first(void **state)
{
    (void)state;
    bool more;
    const struct search_page page = {.limit = 10, .ranked = true};
    put_article(&desk, 1, "Marathon", "A race of runners.", NULL);
    put_article(&desk, 2, "Sport", "A marathon of runners.", NULL);
    put_article(&desk, 3, "Weather", "Rain.", NULL);
    put_article(&desk, 4, "Markets", "Shares.", NULL);
    index_all(&desk);
    assert_string_equal(found_on(&desk, "marathon", &page, &more), "1 2");
    assert_false(more);
    assert_string_equal(found_on(&desk, "-marathon", &page, &more), "4 3");
}

static const char *snippet(const char *text, const char *body)
{
    static char out[1024];
    ARENA_AUTO struct arena *arena = arena_new(1 << 20);
    BUF_AUTO struct buf shown = BUF_INIT;
    struct query query;
    struct error err = {0};
    if (query_parse(str_of(text), NOW, arena, &query, &err) < 0 ||
        search_snippet(desk.tokenizer, &query, str_of(body), &shown, &err) < 0)
        fail_msg("%s", err.text);
    snprintf(out, sizeof(out), STR_FMT, STR_ARG(buf_view(&shown)));
    return out;
}

static void snippets_are_the_bodys_own_bytes(void **state)
{
    (void)state;
    assert_string_equal(snippet("dorde", "Stiže Ђорђе sutra."), "Stiže \1Ђорђе\2 sutra.");
    assert_string_equal(snippet("\"don't agree\" -x", "They don’t agree."),
                        "They \1don’t agree\2.");
    assert_string_equal(snippet("法国 tag:x", "在法国总统"), "在\1法国\2总统");
    assert_string_equal(snippet("str*", "Straße, \1Strom"), "\1Straße\2,  \1Strom\2");
}

static void snippets_show_the_best_window(void **state)
{
    (void)state;
    char body[4000] = "";
    for (int i = 0; i < 60; i++)
        strcat(body, "alpha filler words ");
    strcat(body, "where alpha meets beta. ");
    for (int i = 0; i < 60; i++)
        strcat(body, "more filler words ");
    const char *shown = snippet("alpha beta", body);
    assert_has(shown, "\1beta\2");
    assert_true(strlen(shown) < 400);
    assert_memory_equal(shown, "…", 3);
    assert_has(snippet("nothing", body), "alpha filler");
    assert_string_equal(snippet("x", ""), "");
}

static char plan[4000];

/* Keeps the plan of the first statement that a search runs. */
static int explain(unsigned event, void *context, void *stmt, void *more)
{
    sqlite3 *db = sqlite3_db_handle(stmt);
    (void)event;
    (void)context;
    (void)more;
    sqlite3_trace_v2(db, 0, NULL, NULL);
    char *sql = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sqlite3_sql(stmt));
    sqlite3_stmt *rows = statement(&desk, sql);
    for (plan[0] = '\0'; sqlite3_step(rows) == SQLITE_ROW; strcat(plan, "; "))
        strcat(plan, (const char *)sqlite3_column_text(rows, 3));
    sqlite3_finalize(rows);
    sqlite3_free(sql);
    return 0;
}

static void assert_plan(const char *query, const char *begins)
{
    const struct search_page page = {.limit = 20};
    sqlite3_trace_v2(desk.db, SQLITE_TRACE_STMT, explain, NULL);
    found_on(&desk, query, &page, NULL);
    if (strncmp(plan, begins, strlen(begins)) != 0 || strstr(plan, "TEMP B-TREE"))
        fail_msg("%s: %s", query, plan);
}

/* The planner must not ask MATCH once for each row of another table, nor sort before LIMIT. */
static void statements_end_at_their_limit(void **state)
{
    (void)state;
    fill_with_news();
    assert_plan("france tag:energy", "SCAN article_fts VIRTUAL TABLE INDEX");
    assert_plan("france -tag:energy source:x", "SCAN article_fts VIRTUAL TABLE INDEX");
    assert_plan("france since:7d", "SCAN article_fts VIRTUAL TABLE INDEX");
    assert_plan("tag:energy tag:france", "SEARCH t USING COVERING INDEX tags_key");
    assert_plan("place:france -gas", "SEARCH t USING COVERING INDEX tags_key");
    assert_plan("-france", "SEARCH a USING INTEGER PRIMARY KEY");
    assert_plan("", "SEARCH a USING INTEGER PRIMARY KEY");
    assert_plan("gas OR tag:energy", "SEARCH a USING INTEGER PRIMARY KEY");
    if (strstr(plan, "CORRELATED SCALAR SUBQUERY 2"))
        fail_msg("MATCH runs for each row: %s", plan);
}

static void a_tag_beside_words_finds_the_rare_one(void **state)
{
    (void)state;
    const struct search_page page = {.limit = 20};
    run_sql(&desk, "BEGIN");
    for (int i = 1; i <= 1000; i++)
        put_article(&desk, i, "Common words", "every article says the same common words here",
                    i % 2      ? "keyword=odd"
                    : i == 100 ? "keyword=rare"
                               : "keyword=even");
    index_all(&desk);
    run_sql(&desk, "COMMIT");
    assert_string_equal(found_on(&desk, "common tag:rare", &page, NULL), "100");
    assert_string_equal(found_on(&desk, "words -tag:odd -tag:even", &page, NULL), "100");
    assert_int_equal(strncmp(found_on(&desk, "common tag:odd", &page, NULL), "999 997 ", 8), 0);
}

static void ranking_looks_at_the_newest_only(void **state)
{
    (void)state;
    bool more;
    const struct search_page page = {.limit = 1, .ranked = true};
    run_sql(&desk, "BEGIN");
    put_article(&desk, 1, "match match", "match", NULL);
    for (int i = 2; i <= (int)LIMIT(RANKED_ROWS) + 1; i++)
        put_article(&desk, i, "other", i == 5 ? "match match" : "a match among more words", NULL);
    index_all(&desk);
    run_sql(&desk, "COMMIT");
    assert_string_equal(found_on(&desk, "match", &page, &more), "5");
    assert_true(more);
}

/* ---- when something fails ---- */

static int search_once(const struct query *query)
{
    const struct search_page page = {.limit = 8, .ranked = true};
    struct search_row rows[8];
    struct error err = {0};
    size_t count;
    bool more;
    BUF_AUTO struct buf shown = BUF_INIT;
    int rc = search_rows(desk.db, desk.tokenizer, query, &page, rows, &count, &more, &err);
    if (rc >= 0)
        rc = search_snippet(desk.tokenizer, query, STR_LIT("France and gas"), &shown, &err);
    return rc;
}

static void memory_that_runs_out_is_an_error(void **state)
{
    (void)state;
    ARENA_AUTO struct arena *arena = arena_new(1 << 20);
    struct query query;
    struct error err = {0};
    int fired = 1;
    fill_with_news();
    assert_int_equal(query_parse(STR_LIT("france (gas OR tag:energy) tag:france -lang:de"), NOW,
                                 arena, &query, &err),
                     0);
    for (uint64_t nth = 1; fired; nth++) {
        mem_fail_nth(nth);
        int rc = search_once(&query);
        fired = mem_fail_nth(0);
        assert_int_equal(rc, fired ? ERR_NOMEM : 0);
    }
}

#define with_desk(test) cmocka_unit_test_setup_teardown(test, open_desk, close_desk)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_desk(words_are_found_without_accents_and_script),
        with_desk(chinese_is_found_within_a_sentence),
        with_desk(phrases_want_their_order),
        with_desk(prefixes_find_longer_words),
        with_desk(signs_never_reach_the_engine),
        with_desk(not_and_or_in_any_mixture_of_words),
        with_desk(tags_are_compared_whole),
        with_desk(filters_and_words_mix),
        with_desk(source_language_and_time),
        with_desk(pages_go_on_where_the_last_ended),
        with_desk(ranked_puts_the_headline_first),
        with_desk(snippets_are_the_bodys_own_bytes),
        with_desk(snippets_show_the_best_window),
        with_desk(statements_end_at_their_limit),
        with_desk(a_tag_beside_words_finds_the_rare_one),
        with_desk(ranking_looks_at_the_newest_only),
        with_desk(memory_that_runs_out_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
