/* Searching through the store's own interface: a writer, its index step, a read-only connection. */
#include "unit.h"

#include "store/query.h"
#include "store_help.h"

struct hits {
    struct desk *desk;
    int64_t ids[600];
    size_t count;
    char snippet[400]; /* of the first */
};

static int take(const struct store_hit *hit, void *data)
{
    struct hits *hits = data;
    if (hits->count == 0)
        snprintf(hits->snippet, sizeof(hits->snippet), STR_FMT, STR_ARG(hit->snippet));
    hits->ids[hits->count++] = hit->article.id;
    return 0;
}

static void flushed(void *data)
{
    *(int *)data = 1;
}

static void wait_for_index(struct desk *desk)
{
    int done = 0;
    store_flush(desk->store, flushed, &done);
    while (!done)
        uv_run(&desk->loop, UV_RUN_ONCE);
}

static struct hits search(struct desk *desk, const char *text, struct store_page page)
{
    struct hits hits = {.desk = desk};
    struct query query;
    struct error err = {0};
    wait_for_index(desk);
    if (query_parse(str_of(text), clock_wall_us(), desk->arena, &query, &err) < 0 ||
        store_search(desk_reader(desk), &query, &page, take, &hits, NULL, &err) < 0)
        fail_msg("%s: %s", text, err.text);
    return hits;
}

static const struct store_page ten = {.limit = 10, .snippets = true};

static void what_was_applied_is_found_with_a_snippet(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    desk_add(desk, desk_piece("Посета", "Ђорђе стиже сутра.").article);
    desk_add(desk, desk_piece("Verkehr", "Die Straße bleibt gesperrt.").article);
    struct hits hits = search(desk, "dorde", ten);
    assert_int_equal(hits.count, 1);
    assert_int_equal(hits.ids[0], 1);
    assert_string_equal(hits.snippet, "\1Ђорђе\2 стиже сутра.");
    hits = search(desk, "strasse OR dorde", ten);
    assert_int_equal(hits.count, 2);
    assert_int_equal(hits.ids[0], 2);
}

static void tags_and_captions_are_indexed_too(void **state)
{
    struct desk *desk = *state;
    struct tag tag = {.scheme = STR_LIT("place"), .label = STR_LIT("Đakovo"), .score = 1};
    struct caption caption = {.text = STR_LIT("A lighthouse"), .credit = STR_LIT("Photo: Adler")};
    struct article article = desk_piece("Report", "Body").article;
    article.tags = (struct tag_list){&tag, 1};
    article.captions = (struct caption_list){&caption, 1};
    desk_start(desk);
    desk_add(desk, article);
    assert_int_equal(search(desk, "dakovo lighthouse adler", ten).count, 1);
    assert_int_equal(search(desk, "place:dakovo source:folder", ten).count, 1);
    assert_int_equal(search(desk, "tag:report", ten).count, 0);
}

static void a_new_version_is_found_by_its_new_words(void **state)
{
    struct desk *desk = *state;
    struct article article = desk_piece("Report", "The harbour is open.").article;
    article.url = STR_LIT("https://example.org/report");
    desk_start(desk);
    desk_add(desk, article);
    assert_int_equal(search(desk, "harbour", ten).count, 1);
    article.body = STR_LIT("The airport is closed.");
    assert_int_equal(desk_add(desk, article).outcome, STORE_VERSION);
    assert_int_equal(search(desk, "harbour", ten).count, 0);
    assert_int_equal(search(desk, "airport", ten).count, 1);
}

static void a_long_page_comes_in_portions(void **state)
{
    enum { MANY = 600 };
    struct desk *desk = *state;
    static struct store_piece pieces[MANY];
    desk_start(desk);
    for (int i = 0; i < MANY; i++)
        pieces[i] = desk_piece(arena_printf(desk->arena, "Item %d", i), "Many items.");
    struct store_request apply = desk_apply(desk_receive(desk, "many"), pieces, MANY);
    desk_do_well(desk, &apply);
    const struct hits hits = search(desk, "many", (struct store_page){.limit = MANY});
    assert_int_equal(hits.count, MANY);
    assert_int_equal(hits.ids[0], MANY);
    assert_int_equal(hits.ids[MANY - 1], 1);
    const struct hits ranked =
        search(desk, "many", (struct store_page){.limit = 5, .ranked = true});
    assert_int_equal(ranked.count, 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(what_was_applied_is_found_with_a_snippet),
        DESK_TEST(tags_and_captions_are_indexed_too),
        DESK_TEST(a_new_version_is_found_by_its_new_words),
        DESK_TEST(a_long_page_comes_in_portions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
