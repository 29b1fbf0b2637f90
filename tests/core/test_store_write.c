/* What goes into the store comes out of it. */
#include <sqlite3.h>

#include "base/limits.h"
#include "store_help.h"

static const char moon[] = "The moon rose over the harbour. Nobody was there to see it.";

static void an_empty_store_counts_nothing(void **state)
{
    struct store_counts counts = desk_counts(*state);
    assert_int_equal(counts.documents + counts.articles + counts.received + counts.unindexed, 0);
}

static void a_store_is_made_only_once(void **state)
{
    struct error err = {0};
    (void)state;
    assert_int_equal(store_create(DESK, &err), ERR_EXISTS);
    assert_has(err.text, "is there already");
}

static void a_folder_without_store_is_named_with_what_to_do(void **state)
{
    struct error err = {0};
    struct store_reader *reader;
    (void)state;
    assert_int_equal(store_reader_open("nowhere", NULL, &reader, &err), ERR_NOTFOUND);
    assert_has(err.text, "copydesk ingest");
}

static void bytes_come_back_as_they_came(void **state)
{
    struct desk *desk = *state;
    struct document document;
    struct error err = {0};
    BUF_AUTO struct buf bytes = BUF_INIT;
    desk_start(desk);
    struct store_request request = desk_document("a\r\nb\xff", "/in/odd \"name\".txt");
    request.document.device = UINT64_MAX - 1;
    request.document.inode = 77;
    request.document.mtime_us = 123;
    desk_do_well(desk, &request);
    assert_false(request.known);
    assert_int_equal(store_document(desk_reader(desk), request.document.id, desk->arena, &document,
                                    &bytes, &err),
                     0);
    assert_text(document.bytes, "a\r\nb\xff");
    assert_text(document.path, "/in/odd \"name\".txt");
    assert_text(document.name, "odd \"name\".txt");
    assert_text(document.source, "folder");
    assert_true(hash_same(&document.hash, &request.document.hash));
    assert_true(document.device == UINT64_MAX - 1);
    assert_int_equal(document.inode, 77);
    assert_int_equal(document.mtime_us, 123);
    assert_int_equal(document.received_us, INT64_C(1700000000000000));
}

/* Of letters as frequent as in a language, in words that hardly come twice. */
static void write_words(char *out, size_t size)
{
    static const char letters[] =
        "eeeeeeeeeeeetttttttttaaaaaaaaoooooooiiiiiiinnnnnnnssssssrrrrrrhhhhh"
        "ddddlllluuucccmmmffyywwggppbbvk         ";
    unsigned seed = 1;
    for (size_t i = 0; i + 1 < size; i++)
        out[i] = letters[(size_t)rand_r(&seed) % (sizeof letters - 1)];
    out[size - 1] = '\0';
}

static int64_t stored_bytes(int64_t id)
{
    sqlite3 *db;
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_open(DESK "/store.db", &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT length(bytes) FROM document_bytes"
                                        " WHERE document_id=?1",
                                        -1, &stmt, NULL),
                     SQLITE_OK);
    sqlite3_bind_int64(stmt, 1, id);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    const int64_t size = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return size;
}

static void short_and_long_documents_take_less_than_they_are(void **state)
{
    static const size_t sizes[] = {3000, 4097, 4098, 50000};
    static char text[50000];
    struct desk *desk = *state;
    struct document document;
    struct error err = {0};
    desk_start(desk);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        BUF_AUTO struct buf bytes = BUF_INIT;
        write_words(text, sizes[i]);
        struct store_request request = desk_document(text, "/in/a.txt");
        desk_do_well(desk, &request);
        assert_int_equal(store_document(desk_reader(desk), request.document.id, desk->arena,
                                        &document, &bytes, &err),
                         0);
        assert_text(document.bytes, text);
        assert_true(stored_bytes(request.document.id) < (int64_t)sizes[i] * 2 / 3);
    }
}

static void an_empty_document_is_a_document(void **state)
{
    struct desk *desk = *state;
    struct document document;
    struct error err = {0};
    BUF_AUTO struct buf bytes = BUF_INIT;
    desk_start(desk);
    int64_t id = desk_receive(desk, "");
    assert_int_equal(store_document(desk_reader(desk), id, desk->arena, &document, &bytes, &err),
                     0);
    assert_int_equal(document.bytes.len, 0);
}

static void the_same_bytes_are_known_with_their_state(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    int64_t id = desk_receive(desk, moon);
    struct store_request again = desk_document(moon, "/in/copy.txt");
    desk_do_well(desk, &again);
    assert_true(again.known);
    assert_string_equal(again.known_state, "received");
    assert_int_equal(again.document.id, id);
    struct store_piece piece = desk_piece("Moon", moon);
    struct store_request apply = desk_apply(id, &piece, 1);
    desk_do_well(desk, &apply);
    again = desk_document(moon, "/in/copy.txt");
    desk_do_well(desk, &again);
    assert_string_equal(again.known_state, "done");
    assert_int_equal(desk_counts(desk).documents, 1);
}

static struct tag place_tag(struct span *spans, size_t count)
{
    return (struct tag){.scheme = STR_LIT("place"),
                        .label = STR_LIT("Þórshöfn"),
                        .code = STR_LIT("FO"),
                        .score = 0.25,
                        .spans = {spans, count},
                        .plugin = STR_LIT("tag/places@1.2.0")};
}

static struct article whole_article(struct desk *desk)
{
    struct tag *tags = arena_alloc(desk->arena, 2, sizeof *tags);
    struct span *spans = arena_alloc(desk->arena, 2, sizeof *spans);
    struct caption *caption = arena_alloc(desk->arena, 1, sizeof *caption);
    struct evidence *evidence = arena_alloc(desk->arena, 1, sizeof *evidence);
    spans[0] = (struct span){4, 8, SPAN_BODY};
    spans[1] = (struct span){0, 4, SPAN_HEADLINE};
    tags[0] = place_tag(spans, 2);
    tags[1] = (struct tag){.scheme = STR_LIT("keyword"), .label = STR_LIT("harbour"), .score = 1};
    *caption = (struct caption){.text = STR_LIT("The harbour"), .credit = STR_LIT("Photo: X")};
    *evidence = (struct evidence){.rule = STR_LIT("blank-before"), .line = 3, .weight = 0.5};
    return (struct article){
        .headline = STR_LIT("Moon"),
        .body = str_of(moon),
        .byline = STR_LIT("A. Writer"),
        .dateline = STR_LIT("Tórshavn"),
        .language = STR_LIT("en"),
        .genre = STR_LIT("report"),
        .infosource = STR_LIT("The Daily"),
        .url = STR_LIT("https://example.org/moon"),
        .published = STR_LIT("2026-05-04"),
        .note = STR_LIT("Corrected."),
        .summary = {STR_LIT("The moon rose."), {spans, 1}, STR_LIT("summarize/lead@2.0.0")},
        .captions = {caption, 1},
        .tags = {tags, 2},
        .evidence = {evidence, 1},
        .first_line = 3,
        .last_line = 9,
        .range_start = 10,
        .range_end = 90,
        .confidence = 0.75,
    };
}

static struct store_result lead_result(void)
{
    return (struct store_result){.kind = STR_LIT("summarize"),
                                 .name = STR_LIT("lead"),
                                 .version = STR_LIT("2.0.0"),
                                 .plugin = {{1}},
                                 .input = {{2}},
                                 .answer = STR_LIT("\x90")};
}

static void an_article_comes_back_whole(void **state)
{
    struct desk *desk = *state;
    struct store_result result = lead_result();
    desk_start(desk);
    struct store_piece piece = {
        .article = whole_article(desk), .results = &result, .result_count = 1};
    struct store_request apply = desk_apply(desk_receive(desk, moon), &piece, 1);
    desk_do_well(desk, &apply);
    assert_int_equal(piece.outcome, STORE_NEW);
    struct article got = desk_article(desk, piece.article_id);
    assert_int_equal(got.version, 1);
    assert_text(got.headline, "Moon");
    assert_text(got.body, moon);
    assert_text(got.byline, "A. Writer");
    assert_text(got.dateline, "Tórshavn");
    assert_text(got.language, "en");
    assert_text(got.genre, "report");
    assert_text(got.infosource, "The Daily");
    assert_text(got.url, "https://example.org/moon");
    assert_text(got.published, "2026-05-04");
    assert_text(got.note, "Corrected.");
    assert_text(got.summary.text, "The moon rose.");
    assert_text(got.summary.plugin, "summarize/lead@2.0.0");
    assert_int_equal(got.summary.spans.count, 1);
    assert_int_equal(got.captions.count, 1);
    assert_text(got.captions.at[0].credit, "Photo: X");
    assert_int_equal(got.evidence.count, 1);
    assert_int_equal(got.first_line, 3);
    assert_int_equal(got.last_line, 9);
    assert_int_equal(got.range_start, 10);
    assert_int_equal(got.range_end, 90);
    assert_true(got.confidence == 0.75);
    assert_true(str_starts(got.uri, "urn:copydesk:"));
    assert_true(str_ends(got.uri, ":1"));
}

static void tags_come_back_in_their_order(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    struct article got = desk_article(desk, desk_add(desk, whole_article(desk)).article_id);
    assert_int_equal(got.tags.count, 2);
    assert_text(got.tags.at[0].label, "Þórshöfn");
    assert_text(got.tags.at[0].code, "FO");
    assert_text(got.tags.at[0].plugin, "tag/places@1.2.0");
    assert_true(got.tags.at[0].score == 0.25);
    assert_int_equal(got.tags.at[0].spans.count, 2);
    assert_int_equal(got.tags.at[0].spans.at[1].field, SPAN_HEADLINE);
    assert_text(got.tags.at[1].label, "harbour");
    assert_text(got.tags.at[1].plugin, "");
}

static void a_document_is_applied_only_once(void **state)
{
    struct desk *desk = *state;
    struct store_piece piece = desk_piece("Moon", moon);
    desk_start(desk);
    struct store_request apply = desk_apply(desk_receive(desk, moon), &piece, 1);
    desk_do_well(desk, &apply);
    assert_int_equal(desk_do(desk, &apply), ERR_EXISTS);
    assert_int_equal(desk_counts(desk).articles, 1);
}

static void a_document_that_is_not_there_cannot_be_applied(void **state)
{
    struct desk *desk = *state;
    struct store_piece piece = desk_piece("Moon", moon);
    desk_start(desk);
    struct store_request apply = desk_apply(4711, &piece, 1);
    assert_int_equal(desk_do(desk, &apply), ERR_NOTFOUND);
    assert_int_equal(desk_counts(desk).articles, 0);
}

static void documents_that_wait_are_listed_oldest_first(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    int64_t ids[2];
    size_t count;
    desk_start(desk);
    int64_t first = desk_receive(desk, "1"), second = desk_receive(desk, "2");
    int64_t third = desk_receive(desk, "3");
    struct store_request apply = desk_apply(second, NULL, 0);
    desk_do_well(desk, &apply);
    assert_int_equal(store_pending(desk_reader(desk), 0, ids, 2, &count, &err), 0);
    assert_int_equal(count, 2);
    assert_int_equal(ids[0], first);
    assert_int_equal(ids[1], third);
    assert_int_equal(store_pending(desk_reader(desk), first, ids, 2, &count, &err), 0);
    assert_int_equal(count, 1);
}

static int collect(const struct store_hit *hit, void *data)
{
    int64_t **to = data;
    *(*to)++ = hit->article.id;
    return 0;
}

static void a_page_has_the_newest_first_and_says_when_there_are_more(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    int64_t ids[8], *to = ids;
    bool more;
    desk_start(desk);
    for (int i = 0; i < 5; i++)
        desk_add(desk, desk_piece(arena_printf(desk->arena, "Item %d", i), moon).article);
    struct store_page page = {.limit = 2};
    assert_int_equal(store_search(desk_reader(desk), NULL, &page, collect, &to, &more, &err), 0);
    assert_int_equal(to - ids, 2);
    assert_true(more && ids[0] == 5 && ids[1] == 4);
    page = (struct store_page){.limit = 10, .before_id = 4};
    to = ids;
    assert_int_equal(store_search(desk_reader(desk), NULL, &page, collect, &to, &more, &err), 0);
    assert_int_equal(to - ids, 3);
    assert_true(!more && ids[0] == 3);
}

/* More than one portion of read_pages.c. */
static void a_page_may_be_as_long_as_the_store(void **state)
{
    enum { MANY = 600 };
    struct desk *desk = *state;
    struct error err = {0};
    static int64_t ids[MANY];
    static struct store_piece pieces[MANY];
    int64_t *to = ids;
    bool more;
    desk_start(desk);
    for (int i = 0; i < MANY; i++)
        pieces[i] = desk_piece(arena_printf(desk->arena, "Item %d", i), moon);
    struct store_request apply = desk_apply(desk_receive(desk, moon), pieces, MANY);
    desk_do_well(desk, &apply);
    struct store_page page = {.limit = 100000};
    assert_int_equal(store_search(desk_reader(desk), NULL, &page, collect, &to, &more, &err), 0);
    assert_int_equal(to - ids, MANY);
    for (int i = 0; i < MANY; i++)
        assert_int_equal(ids[i], MANY - i);
}

static void an_article_that_is_not_there_is_not_found(void **state)
{
    struct desk *desk = *state;
    struct article article;
    struct error err = {0};
    assert_int_equal(store_article(desk_reader(desk), 1, desk->arena, &article, &err),
                     ERR_NOTFOUND);
    assert_has(err.text, "article 1");
}

/* The quickest of some: the machine may be busy with other things. */
static void on_an_idle_desk_an_article_is_indexed_at_once(void **state)
{
    struct desk *desk = *state;
    int64_t quickest_us = INT64_MAX;
    char headline[32];
    desk_start(desk);
    for (int i = 0; i < 20; i++) {
        snprintf(headline, sizeof headline, "Headline %d", i);
        desk_add(desk, (struct article){.headline = str_of(headline), .body = STR_LIT("Words.")});
        const int64_t begin_us = clock_mono_us();
        while (desk_counts(desk).unindexed > 0)
            uv_run(&desk->loop, UV_RUN_NOWAIT);
        const int64_t took_us = clock_mono_us() - begin_us;
        quickest_us = took_us < quickest_us ? took_us : quickest_us;
    }
    assert_true(quickest_us < (int64_t)LIMIT(INDEX_LINGER_MS) * 1000 / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(an_empty_store_counts_nothing),
        DESK_TEST(a_store_is_made_only_once),
        DESK_TEST(a_folder_without_store_is_named_with_what_to_do),
        DESK_TEST(bytes_come_back_as_they_came),
        DESK_TEST(short_and_long_documents_take_less_than_they_are),
        DESK_TEST(an_empty_document_is_a_document),
        DESK_TEST(the_same_bytes_are_known_with_their_state),
        DESK_TEST(an_article_comes_back_whole),
        DESK_TEST(tags_come_back_in_their_order),
        DESK_TEST(a_document_is_applied_only_once),
        DESK_TEST(a_document_that_is_not_there_cannot_be_applied),
        DESK_TEST(documents_that_wait_are_listed_oldest_first),
        DESK_TEST(a_page_has_the_newest_first_and_says_when_there_are_more),
        DESK_TEST(a_page_may_be_as_long_as_the_store),
        DESK_TEST(an_article_that_is_not_there_is_not_found),
        DESK_TEST(on_an_idle_desk_an_article_is_indexed_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
