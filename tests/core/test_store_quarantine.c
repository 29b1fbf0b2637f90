/* Where items wait on which a plugin failed, and how they leave. */
#include "store_help.h"

static const struct store_failure loops = {
    .stage = STR_LIT("ingest"),
    .plugin = STR_LIT("ingest/loops"),
    .version = STR_LIT("1.0.0"),
    .guard = STR_LIT("time"),
    .message = STR_LIT("ran for 5 s"),
    .traceback = STR_LIT("init.lua:3: in function 'run'"),
};

struct listed {
    int count;
    int64_t id, document_id, article_id;
    int tries;
    char text[200];
};

static int note(const struct store_quarantined *item, void *data)
{
    struct listed *listed = data;
    listed->count++;
    listed->id = item->id;
    listed->document_id = item->document_id;
    listed->article_id = item->article_id;
    listed->tries = item->tries;
    snprintf(listed->text, sizeof listed->text,
             STR_FMT "|" STR_FMT "|" STR_FMT "|" STR_FMT "@" STR_FMT "|" STR_FMT "|" STR_FMT,
             STR_ARG(item->document_name), STR_ARG(item->path), STR_ARG(item->headline),
             STR_ARG(item->failure.plugin), STR_ARG(item->failure.version),
             STR_ARG(item->failure.guard), STR_ARG(item->failure.traceback));
    return 0;
}

static struct listed list(struct desk *desk)
{
    struct listed listed = {0};
    struct error err = {0};
    if (store_quarantine(desk_reader(desk), note, &listed, &err) < 0)
        fail_msg("%s", err.text);
    return listed;
}

static int64_t fail_document(struct desk *desk, int64_t id)
{
    struct store_request fail = {
        .op = STORE_FAIL, .bytes = 100, .document.id = id, .failure = loops};
    desk_do_well(desk, &fail);
    return fail.quarantine_id;
}

static int retry(struct desk *desk, int64_t id)
{
    struct store_request request = {.op = STORE_RETRY, .bytes = 100, .quarantine_id = id};
    return desk_do(desk, &request);
}

static void a_failed_document_is_listed_with_what_failed(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    int64_t document = desk_receive(desk, "x"), id = fail_document(desk, document);
    struct listed listed = list(desk);
    assert_int_equal(listed.count, 1);
    assert_int_equal(listed.id, id);
    assert_int_equal(listed.document_id, document);
    assert_int_equal(listed.article_id, 0);
    assert_int_equal(listed.tries, 1);
    assert_string_equal(listed.text, "a.txt|/in/a.txt||ingest/loops@1.0.0|time|"
                                     "init.lua:3: in function 'run'");
    assert_int_equal(desk_counts(desk).failed, 1);
    assert_int_equal(desk_counts(desk).quarantined, 1);
}

static void a_document_that_is_tried_again_waits_like_a_new_one(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    int64_t document = desk_receive(desk, "x"), id = fail_document(desk, document);
    assert_int_equal(retry(desk, id), 0);
    assert_int_equal(list(desk).count, 0);
    assert_int_equal(desk_counts(desk).received, 1);
    assert_int_equal(fail_document(desk, document), id);
    assert_int_equal(list(desk).tries, 2);
}

static void a_document_that_succeeds_leaves_quarantine(void **state)
{
    struct desk *desk = *state;
    struct store_piece piece = desk_piece("Moon", "It rose.");
    desk_start(desk);
    int64_t document = desk_receive(desk, "x");
    fail_document(desk, document);
    assert_int_equal(retry(desk, 0), 0);
    struct store_request apply = desk_apply(document, &piece, 1);
    desk_do_well(desk, &apply);
    assert_int_equal(list(desk).count, 0);
    assert_int_equal(desk_counts(desk).quarantined, 0);
    fail_document(desk, desk_receive(desk, "y"));
    assert_int_equal(list(desk).tries, 1);
}

static void a_document_in_quarantine_cannot_be_applied(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    int64_t document = desk_receive(desk, "x");
    fail_document(desk, document);
    struct store_request apply = desk_apply(document, NULL, 0);
    assert_int_equal(desk_do(desk, &apply), ERR_EXISTS);
    assert_has(apply.error.text, "failed");
}

static void an_item_that_is_not_there_is_not_found(void **state)
{
    desk_start(*state);
    assert_int_equal(retry(*state, 99), ERR_NOTFOUND);
}

static struct store_failure tagger(void)
{
    struct store_failure failure = loops;
    failure.stage = STR_LIT("tag");
    failure.plugin = STR_LIT("tag/ships");
    return failure;
}

static struct store_piece add_with_failure(struct desk *desk)
{
    static struct store_failure failure;
    struct store_piece piece = desk_piece("Moon", "It rose.");
    failure = tagger();
    piece.failures = &failure;
    piece.failure_count = 1;
    struct store_request apply = desk_apply(desk_receive(desk, "x"), &piece, 1);
    desk_do_well(desk, &apply);
    return piece;
}

static void an_article_is_stored_without_what_the_failed_plugin_says(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    struct store_piece piece = add_with_failure(desk);
    struct listed listed = list(desk);
    assert_int_equal(listed.count, 1);
    assert_int_equal(listed.article_id, piece.article_id);
    assert_has(listed.text, "a.txt|/in/a.txt|Moon|tag/ships@1.0.0");
    assert_text(desk_article(desk, piece.article_id).headline, "Moon");
    assert_int_equal(desk_counts(desk).failed, 0);
}

static void an_articles_item_is_not_for_retry(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    add_with_failure(desk);
    assert_int_equal(retry(desk, list(desk).id), ERR_INVALID);
    assert_int_equal(retry(desk, 0), 0);
    assert_int_equal(list(desk).count, 1);
}

static struct store_request revision(struct store_piece *piece)
{
    return (struct store_request){
        .op = STORE_REVISE, .bytes = 100, .pieces = piece, .piece_count = 1};
}

static void a_revision_clears_the_failures_of_plugins_that_answered(void **state)
{
    struct desk *desk = *state;
    struct store_result result = {
        .kind = STR_LIT("tag"), .name = STR_LIT("ships"), .version = STR_LIT("1.0.1")};
    struct tag tag = {.scheme = STR_LIT("ship"),
                      .label = STR_LIT("Aurora"),
                      .score = 1,
                      .plugin = STR_LIT("tag/ships@1.0.1")};
    desk_start(desk);
    int64_t id = add_with_failure(desk).article_id;
    struct store_piece piece = {
        .article = desk_article(desk, id), .results = &result, .result_count = 1};
    piece.article.tags = (struct tag_list){&tag, 1};
    piece.article.language = STR_LIT("en");
    piece.article.summary.text = STR_LIT("Moon rises.");
    struct store_request revise = revision(&piece);
    desk_do_well(desk, &revise);
    assert_int_equal(list(desk).count, 0);
    struct article now = desk_article(desk, id);
    assert_text(now.tags.at[0].plugin, "tag/ships@1.0.1");
    assert_text(now.language, "en");
    assert_text(now.summary.text, "Moon rises.");
    assert_int_equal(now.version, 1);
    assert_true(revise.change_id > 0);
}

static void a_plugin_that_fails_again_is_counted(void **state)
{
    struct desk *desk = *state;
    struct store_failure failure = tagger();
    desk_start(desk);
    int64_t id = add_with_failure(desk).article_id;
    struct store_piece piece = {
        .article = desk_article(desk, id), .failures = &failure, .failure_count = 1};
    struct store_request revise = revision(&piece);
    desk_do_well(desk, &revise);
    assert_int_equal(list(desk).count, 1);
    assert_int_equal(list(desk).tries, 2);
}

static void answers_about_an_earlier_version_are_refused(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    struct article article = desk_piece("Moon", "It rose.").article;
    article.url = STR_LIT("https://example.org/moon");
    int64_t id = desk_add(desk, article).article_id;
    struct store_piece piece = {.article = desk_article(desk, id)};
    article.body = STR_LIT("It set.");
    desk_add(desk, article);
    struct store_request revise = revision(&piece);
    assert_int_equal(desk_do(desk, &revise), ERR_EXISTS);
    assert_has(revise.error.text, "version 2");
}

static void a_long_traceback_is_cut_at_a_character(void **state)
{
    struct desk *desk = *state;
    struct store_failure failure = loops;
    char *text = arena_alloc(desk->arena, 40001, 1);
    for (int i = 0; i < 20000; i++)
        memcpy(text + 2 * i, "é", 2);
    failure.traceback = str_of(text);
    desk_start(desk);
    struct store_request fail = {
        .op = STORE_FAIL, .bytes = 100, .document.id = desk_receive(desk, "x"), .failure = failure};
    desk_do_well(desk, &fail);
    assert_int_equal(list(desk).count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(a_failed_document_is_listed_with_what_failed),
        DESK_TEST(a_document_that_is_tried_again_waits_like_a_new_one),
        DESK_TEST(a_document_that_succeeds_leaves_quarantine),
        DESK_TEST(a_document_in_quarantine_cannot_be_applied),
        DESK_TEST(an_item_that_is_not_there_is_not_found),
        DESK_TEST(an_article_is_stored_without_what_the_failed_plugin_says),
        DESK_TEST(an_articles_item_is_not_for_retry),
        DESK_TEST(a_revision_clears_the_failures_of_plugins_that_answered),
        DESK_TEST(a_plugin_that_fails_again_is_counted),
        DESK_TEST(answers_about_an_earlier_version_are_refused),
        DESK_TEST(a_long_traceback_is_cut_at_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
