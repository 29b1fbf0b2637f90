/* When a text is new, when it is a version of one that is there, and when it is known. */
#include <sqlite3.h>

#include "base/limits.h"
#include "store/identity.h"
#include "store_help.h"

#define DAY INT64_C(86400000000)
#define NOW INT64_C(1700000000000000)

static void expect_url(const char *url, const char *wanted)
{
    BUF_AUTO struct buf out = BUF_INIT;
    assert_int_equal(identity_url(str_of(url), &out), 0);
    assert_text(buf_view(&out), wanted);
}

static void urls_of_one_page_are_written_alike(void **state)
{
    (void)state;
    expect_url("HTTPS://WWW.Example.ORG:443/News?id=7#top", "https://www.example.org/News?id=7");
    expect_url("http://example.org:80/a", "http://example.org/a");
    expect_url("http://example.org:8080/a", "http://example.org:8080/a");
    expect_url("http://me:secret@example.org/a", "http://example.org/a");
    expect_url(" https://example.org/a?utm_source=x&b=1&fbclid=2&UTM_medium=y ",
               "https://example.org/a?b=1");
    expect_url("https://example.org/a?gclid=1", "https://example.org/a");
    expect_url("https://example.org?id=4", "https://example.org/?id=4");
    expect_url("https://example.org/a?utmost=1", "https://example.org/a?utmost=1");
}

static void what_names_no_page_is_no_identity(void **state)
{
    (void)state;
    expect_url("", "");
    expect_url("example.org/a", "");
    expect_url("mailto:a@example.org", "");
    expect_url("https://example.org", "");
    expect_url("https://example.org/?utm_source=x", "");
    expect_url("https:///a", "");
}

/* Forty words, so that one changed word leaves most shingles alone. */
static const char storm[] =
    "A storm crossed the northern islands on Sunday night and cut the power to nine villages. "
    "Crews worked until the morning to bring it back, said the mayor, who thanked the neighbours "
    "that had opened their doors to families without heating.";
static const char storm_again[] =
    "A storm crossed the northern islands on Sunday night and cut the power to eleven villages. "
    "Crews worked until the morning to bring it back, said the mayor, who thanked the neighbours "
    "that had opened their doors to families without heating. Schools open on Tuesday.";
static const char football[] =
    "The town's football club has won the cup after extra time, with a goal that nobody will "
    "forget soon. Thousands came to the square in the evening, where the players showed the cup "
    "from the balcony of the old town hall until midnight.";

static struct article text(const char *headline, const char *body)
{
    return (struct article){
        .headline = str_of(headline), .body = str_of(body), .infosource = STR_LIT("The Daily")};
}

static void a_changed_text_under_the_same_headline_is_a_version(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    struct store_piece first = desk_add(desk, text("Storm cuts power", storm));
    struct store_piece second = desk_add(desk, text("STORM  cuts power!", storm_again));
    assert_int_equal(second.outcome, STORE_VERSION);
    assert_int_equal(second.article_id, first.article_id);
    struct article now = desk_article(desk, first.article_id);
    assert_int_equal(now.version, 2);
    assert_text(now.body, storm_again);
    assert_text(now.headline, "STORM  cuts power!");
    assert_int_equal(desk_counts(desk).articles, 1);
}

static void the_same_text_again_is_known(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    struct store_piece first = desk_add(desk, text("Storm cuts power", storm));
    struct store_piece second = desk_add(desk, text("Storm cuts power", storm));
    assert_int_equal(second.outcome, STORE_KNOWN);
    assert_int_equal(second.article_id, first.article_id);
    assert_int_equal(desk_article(desk, first.article_id).version, 1);
}

static void expect_second_article(struct desk *desk, struct article a, struct article b)
{
    struct store_piece first = desk_add_at(desk, a, NOW);
    struct store_piece second = desk_add_at(desk, b, NOW);
    assert_int_equal(second.outcome, STORE_NEW);
    assert_int_not_equal(second.article_id, first.article_id);
}

static void another_text_under_the_same_headline_is_another_article(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    expect_second_article(desk, text("World briefs", storm), text("World briefs", football));
}

static void short_texts_must_be_nearly_alike(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    expect_second_article(desk, text("Weather", "Rain in the north, sun in the south."),
                          text("Weather", "Sun in the north, rain in the south."));
}

static void articles_without_text_are_never_the_same(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    expect_second_article(desk, text("In pictures", ""), text("In pictures", ""));
}

static void another_source_is_another_article(void **state)
{
    struct desk *desk = *state;
    struct article other = text("Storm cuts power", storm);
    other.infosource = STR_LIT("The Weekly");
    desk_start(desk);
    expect_second_article(desk, text("Storm cuts power", storm), other);
}

static void a_headline_of_signs_alone_is_no_identity(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    expect_second_article(desk, text("***", storm), text("***", storm));
}

static void weeks_later_the_same_headline_is_another_article(void **state)
{
    struct desk *desk = *state;
    const int64_t days = (int64_t)LIMIT(IDENTITY_DAYS);
    desk_start(desk);
    desk_add_at(desk, text("Storm cuts power", storm), NOW);
    struct store_piece near =
        desk_add_at(desk, text("Storm cuts power", storm_again), NOW + days * DAY);
    assert_int_equal(near.outcome, STORE_VERSION);
    struct store_piece far =
        desk_add_at(desk, text("Storm cuts power", storm), NOW + (2 * days + 1) * DAY);
    assert_int_equal(far.outcome, STORE_NEW);
}

/* An archive may come in at once: then the days between publications count. */
static void dates_of_publication_count_before_those_of_arrival(void **state)
{
    struct desk *desk = *state;
    struct article a = text("Storm cuts power", storm), b = text("Storm cuts power", storm_again);
    a.published = STR_LIT("2026-01-10");
    b.published = STR_LIT("2026-03-10T08:00:00Z");
    desk_start(desk);
    expect_second_article(desk, a, b);
}

static void two_pieces_of_one_document_are_never_versions_of_each_other(void **state)
{
    struct desk *desk = *state;
    struct store_piece pieces[2] = {{.article = text("Storm cuts power", storm)},
                                    {.article = text("Storm cuts power", storm_again)}};
    desk_start(desk);
    struct store_request apply = desk_apply(desk_receive(desk, "x"), pieces, 2);
    desk_do_well(desk, &apply);
    assert_int_equal(pieces[0].outcome, STORE_NEW);
    assert_int_equal(pieces[1].outcome, STORE_NEW);
    assert_int_not_equal(pieces[0].article_id, pieces[1].article_id);
}

static void an_older_article_is_found_behind_one_of_the_same_document(void **state)
{
    struct desk *desk = *state;
    struct store_piece pieces[2] = {{.article = text("World briefs", football)},
                                    {.article = text("World briefs", storm_again)}};
    desk_start(desk);
    struct store_piece old = desk_add(desk, text("World briefs", storm));
    struct store_request apply = desk_apply(desk_receive(desk, "x"), pieces, 2);
    desk_do_well(desk, &apply);
    assert_int_equal(pieces[0].outcome, STORE_NEW);
    assert_int_equal(pieces[1].outcome, STORE_VERSION);
    assert_int_equal(pieces[1].article_id, old.article_id);
}

static struct article page(const char *url, const char *headline, const char *body)
{
    struct article article = text(headline, body);
    article.url = str_of(url);
    return article;
}

static void the_same_page_is_a_version_whatever_it_says_now(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    struct store_piece first =
        desk_add_at(desk, page("https://example.org/live", "Live", storm), NOW);
    struct store_piece later =
        desk_add_at(desk, page("HTTPS://Example.org/live?utm_source=mail", "Cup won", football),
                    NOW + 90 * DAY);
    assert_int_equal(later.outcome, STORE_VERSION);
    assert_int_equal(later.article_id, first.article_id);
}

static void other_pages_are_other_articles_even_with_the_same_text(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    expect_second_article(desk, page("https://example.org/1", "Storm", storm),
                          page("https://example.org/2", "Storm", storm));
}

static void a_text_that_comes_back_is_a_version_again(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    desk_add(desk, text("Storm cuts power", storm));
    desk_add(desk, text("Storm cuts power", storm_again));
    struct store_piece back = desk_add(desk, text("Storm cuts power", storm));
    assert_int_equal(back.outcome, STORE_VERSION);
    assert_int_equal(desk_article(desk, back.article_id).version, 3);
}

static void a_version_brings_its_own_tags_and_uri_stays(void **state)
{
    struct desk *desk = *state;
    struct tag storm_tag = {.scheme = STR_LIT("keyword"), .label = STR_LIT("storm"), .score = 1};
    struct tag school_tag = {.scheme = STR_LIT("keyword"), .label = STR_LIT("school"), .score = 1};
    struct article first = text("Storm cuts power", storm);
    struct article second = text("Storm cuts power", storm_again);
    first.tags = (struct tag_list){&storm_tag, 1};
    second.tags = (struct tag_list){&school_tag, 1};
    desk_start(desk);
    struct article before = desk_article(desk, desk_add(desk, first).article_id);
    desk_flush(desk);
    struct article after = desk_article(desk, desk_add(desk, second).article_id);
    assert_int_equal(after.tags.count, 1);
    assert_text(after.tags.at[0].label, "school");
    assert_true(str_same(before.uri, after.uri));
}

static void an_identity_that_thousands_share_stays_quick(void **state)
{
    enum { MANY = 500 };
    struct desk *desk = *state;
    static struct store_piece pieces[MANY];
    desk_start(desk);
    for (int i = 0; i < MANY; i++)
        pieces[i].article = text("Briefs", arena_printf(desk->arena, "Item %d of the day.", i));
    struct store_request apply = desk_apply(desk_receive(desk, "x"), pieces, MANY);
    desk_do_well(desk, &apply);
    assert_int_equal(desk_counts(desk).articles, MANY);
    int64_t before = clock_mono_us();
    assert_int_equal(desk_add(desk, text("Briefs", storm)).outcome, STORE_NEW);
    assert_in_range(clock_mono_us() - before, 0, 2000000);
}

/* As if the store had been written with another version of the text service. */
static void identities_and_keys_follow_the_text_service(void **state)
{
    struct desk *desk = *state;
    sqlite3 *db;
    struct tag tag = {.scheme = STR_LIT("place"), .label = STR_LIT("Đakovo"), .score = 1};
    struct article article = text("Storm cuts power", storm);
    article.tags = (struct tag_list){&tag, 1};
    desk_start(desk);
    struct store_piece first = desk_add(desk, article);
    desk_stop(desk);
    assert_int_equal(sqlite3_open(DESK "/store.db", &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "UPDATE articles SET identity=1, source_key='old';"
                                  "UPDATE tags SET key='old';"
                                  "UPDATE meta SET value=0 WHERE key='identity_words';"
                                  "UPDATE index_state SET words_version=0",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    desk_start(desk);
    struct store_piece second = desk_add(desk, text("Storm cuts power", storm_again));
    assert_int_equal(second.outcome, STORE_VERSION);
    assert_int_equal(second.article_id, first.article_id);
    sqlite3_stmt *stmt;
    assert_int_equal(sqlite3_prepare_v2(db, "SELECT source_key FROM articles", -1, &stmt, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    assert_string_equal((const char *)sqlite3_column_text(stmt, 0), "the daily");
    sqlite3_finalize(stmt);
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(urls_of_one_page_are_written_alike),
        cmocka_unit_test(what_names_no_page_is_no_identity),
        DESK_TEST(a_changed_text_under_the_same_headline_is_a_version),
        DESK_TEST(the_same_text_again_is_known),
        DESK_TEST(another_text_under_the_same_headline_is_another_article),
        DESK_TEST(short_texts_must_be_nearly_alike),
        DESK_TEST(articles_without_text_are_never_the_same),
        DESK_TEST(another_source_is_another_article),
        DESK_TEST(a_headline_of_signs_alone_is_no_identity),
        DESK_TEST(weeks_later_the_same_headline_is_another_article),
        DESK_TEST(dates_of_publication_count_before_those_of_arrival),
        DESK_TEST(two_pieces_of_one_document_are_never_versions_of_each_other),
        DESK_TEST(an_older_article_is_found_behind_one_of_the_same_document),
        DESK_TEST(the_same_page_is_a_version_whatever_it_says_now),
        DESK_TEST(other_pages_are_other_articles_even_with_the_same_text),
        DESK_TEST(a_text_that_comes_back_is_a_version_again),
        DESK_TEST(a_version_brings_its_own_tags_and_uri_stays),
        DESK_TEST(identities_and_keys_follow_the_text_service),
        DESK_TEST(an_identity_that_thousands_share_stays_quick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
