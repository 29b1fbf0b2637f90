/* What is forgotten is gone from store, index and file; what is not stays whole. */
#include "base/file.h"
#include "base/limits.h"
#include "store/query.h"
#include "store_help.h"

/* A word that stands nowhere else, spelled so that no other file of the test holds it whole. */
#define SECRET                                                                                     \
    "Quetzal"                                                                                      \
    "coatlus"

static void scrubbed(const struct error *err, void *data)
{
    *(struct error *)data = *err;
    ((struct error *)data)->code = err->code ? err->code : 1;
}

static void scrub(struct desk *desk)
{
    struct error err = {0};
    store_reader_close(desk->reader); /* its snapshot would hold the log */
    desk->reader = NULL;
    assert_int_equal(store_scrub(desk->store, scrubbed, &err), 0);
    while (err.code == 0)
        uv_run(&desk->loop, UV_RUN_ONCE);
    if (err.code < 0)
        fail_msg("%s", err.text);
}

static struct store_forget forget(struct desk *desk, const int64_t *ids, size_t count)
{
    struct store_forget done = {.ids = ids, .count = count};
    struct store_request request = {.op = STORE_FORGET, .bytes = 1000, .forget = &done};
    desk_do_well(desk, &request);
    return done;
}

static struct store_piece secret_piece(void)
{
    static struct caption caption = {.text = {"A " SECRET " in flight.", 23}};
    static struct tag tag = {.scheme = {"animal", 6},
                             .label = {SECRET, 14},
                             .score = 1,
                             .plugin = {"tag/animals@1.0.0", 17}};
    static struct store_result result = {.kind = {"tag", 3},
                                         .name = {"animals", 7},
                                         .version = {"1.0.0", 5},
                                         .answer = {"answer " SECRET, 21}};
    static struct store_failure failure = {.stage = {"tag", 3},
                                           .plugin = {"tag/other", 9},
                                           .guard = {"error", 5},
                                           .message = {"no " SECRET, 17}};
    struct store_piece piece = desk_piece(SECRET " seen", "A " SECRET " was seen over the river.");
    piece.article.captions = (struct caption_list){&caption, 1};
    piece.article.tags = (struct tag_list){&tag, 1};
    piece.article.summary.text = STR_LIT(SECRET);
    piece.results = &result;
    piece.result_count = 1;
    piece.failures = &failure;
    piece.failure_count = 1;
    return piece;
}

/* A document with the secret article and, when `others`, another one. Gives the secret's id. */
static int64_t add_secret(struct desk *desk, bool others, int64_t *document)
{
    struct store_piece pieces[2] = {secret_piece(), desk_piece("Trains", "Trains ran on time.")};
    *document = desk_receive(desk, others ? "Trains and " SECRET : SECRET);
    struct store_request apply = desk_apply(*document, pieces, others ? 2 : 1);
    apply.ingest = (struct store_result){.kind = STR_LIT("ingest"),
                                         .name = STR_LIT("text"),
                                         .version = STR_LIT("1.0.0"),
                                         .answer = STR_LIT("cut " SECRET)};
    desk_do_well(desk, &apply);
    return pieces[0].article_id;
}

/* Whether the bytes stand anywhere in the store's files, in any case of letters: the index folds
 * them. */
static bool is_in_files(const char *word)
{
    char command[200];
    snprintf(command, sizeof command, "grep -qai '%s' " DESK "/store.db*", word);
    return system(command) == 0;
}

static int count_hit(const struct store_hit *hit, void *data)
{
    (void)hit;
    ++*(int *)data;
    return 0;
}

static int hits(struct desk *desk, const char *text)
{
    struct query query;
    struct error err = {0};
    struct store_page page = {.limit = 10};
    int count = 0;
    if (query_parse(str_of(text), 0, desk->arena, &query, &err) < 0 ||
        store_search(desk_reader(desk), &query, &page, count_hit, &count, NULL, &err) < 0)
        fail_msg("%s", err.text);
    return count;
}

static void nothing_of_a_forgotten_article_is_left_in_the_file(void **state)
{
    struct desk *desk = *state;
    int64_t document;
    desk_start(desk);
    int64_t id = add_secret(desk, false, &document);
    desk_flush(desk);
    assert_int_equal(hits(desk, SECRET), 1);
    assert_true(is_in_files("quetzalcoatlus"));
    struct store_forget done = forget(desk, &id, 1);
    assert_int_equal(done.articles, 1);
    assert_int_equal(done.versions, 1);
    assert_int_equal(done.documents, 1);
    assert_int_equal(done.stripped, 0);
    scrub(desk);
    assert_false(is_in_files("quetzalcoatlus"));
    assert_int_equal(hits(desk, SECRET), 0);
    assert_int_equal(desk_counts(desk).documents, 0);
}

static void an_article_that_waits_for_the_index_is_forgotten_too(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    int64_t document;
    struct store_options options = {.text = desk->text, .no_index = true};
    assert_int_equal(store_open(DESK, &desk->loop, &options, &desk->store, &err), 0);
    int64_t id = add_secret(desk, false, &document);
    forget(desk, &id, 1);
    desk_stop(desk);
    desk_start(desk);
    desk_flush(desk);
    scrub(desk);
    assert_false(is_in_files("quetzalcoatlus"));
    assert_int_equal(desk_counts(desk).unindexed, 0);
}

/* The index holds version 1, the store shows version 2: the delete must replay the words of 1. */
static void an_article_whose_index_is_a_version_behind_is_forgotten(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    struct store_options options = {.text = desk->text, .no_index = true};
    struct article article = {.headline = STR_LIT("A"),
                              .url = STR_LIT("https://example.org/a"),
                              .body = STR_LIT("One two three " SECRET " five six seven.")};
    desk_start(desk);
    int64_t id = desk_add(desk, article).article_id;
    desk_add(desk, (struct article){.headline = STR_LIT("B"), .body = STR_LIT("Other words.")});
    desk_flush(desk);
    desk_stop(desk);
    assert_int_equal(store_open(DESK, &desk->loop, &options, &desk->store, &err), 0);
    article.body = STR_LIT("One two three nothing five six seven eight.");
    assert_int_equal(desk_add(desk, article).article_id, id);
    struct store_forget done = forget(desk, &id, 1);
    assert_int_equal(done.versions, 2);
    assert_int_equal(done.documents, 2);
    scrub(desk);
    assert_int_equal(hits(desk, SECRET), 0);
    assert_int_equal(hits(desk, "words"), 1);
    assert_false(is_in_files("quetzalcoatlus"));
}

static void a_document_with_other_articles_stays_known_without_its_bytes(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    struct document out;
    int64_t document;
    BUF_AUTO struct buf bytes = BUF_INIT;
    desk_start(desk);
    int64_t id = add_secret(desk, true, &document);
    desk_flush(desk);
    struct store_forget done = forget(desk, &id, 1);
    assert_int_equal(done.documents, 0);
    assert_int_equal(done.stripped, 1);
    scrub(desk);
    assert_false(is_in_files("quetzalcoatlus"));
    assert_int_equal(hits(desk, "trains"), 1);
    assert_int_equal(store_document(desk_reader(desk), document, desk->arena, &out, &bytes, &err),
                     ERR_NOTFOUND);
    assert_has(err.text, "are not kept any more");
    struct store_request again = desk_document("Trains and " SECRET, "/in/b.txt");
    desk_do_well(desk, &again);
    assert_true(again.known);
    /* the other one goes too: then so does the document */
    int64_t other = 0;
    for (int64_t i = 1; i < 5 && !other; i++)
        if (store_article(desk_reader(desk), i, desk->arena, &(struct article){0}, NULL) == 0)
            other = i;
    done = forget(desk, &other, 1);
    assert_int_equal(done.documents, 1);
}

static void a_forgotten_document_dropped_again_is_new(void **state)
{
    struct desk *desk = *state;
    int64_t document;
    desk_start(desk);
    int64_t id = add_secret(desk, false, &document);
    forget(desk, &id, 1);
    struct store_request again = desk_document(SECRET, "/in/a.txt");
    desk_do_well(desk, &again);
    assert_false(again.known);
    assert_int_equal(desk_counts(desk).received, 1);
}

static void an_id_that_is_not_there_is_passed_over(void **state)
{
    struct desk *desk = *state;
    int64_t document;
    desk_start(desk);
    int64_t ids[3] = {77, add_secret(desk, false, &document), 78};
    struct store_forget done = forget(desk, ids, 3);
    assert_int_equal(done.articles, 1);
}

static void too_many_at_once_are_refused_by_name(void **state)
{
    struct desk *desk = *state;
    int64_t ids[200] = {0};
    struct store_forget many = {.ids = ids, .count = 200};
    struct store_request request = {.op = STORE_FORGET, .bytes = 1000, .forget = &many};
    desk_start(desk);
    assert_int_equal(desk_do(desk, &request), ERR_LIMIT);
    assert_has(request.error.text, "FORGET_GROUP");
}

static void a_task_s_answer_goes_with_an_article_of_its_window(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    int64_t document, change;
    BUF_AUTO struct buf answer = BUF_INIT;
    desk_start(desk);
    int64_t id = add_secret(desk, false, &document);
    struct store_task task = {.said = {.kind = STR_LIT("task"),
                                       .name = STR_LIT("digest"),
                                       .version = STR_LIT("1.0.0"),
                                       .answer = STR_LIT("wrote " SECRET)},
                              .job = STR_LIT("daily"),
                              .instant_us = 5,
                              .upto_seq = 9};
    struct command note = {
        .kind = COMMAND_NOTE, .article = id, .text = STR_LIT("mind the " SECRET)};
    task.commands = &note;
    task.command_count = 1;
    struct store_request request = {.op = STORE_TASK, .bytes = 1000, .task = &task};
    desk_do_well(desk, &request);
    forget(desk, &id, 1);
    scrub(desk);
    assert_false(is_in_files("quetzalcoatlus"));
    assert_int_equal(
        store_task_answer(desk_reader(desk), STR_LIT("daily"), 5, &answer, &change, &err),
        ERR_NOTFOUND);
    desk_do_well(desk, &request); /* the run stays done */
    assert_true(request.known);
}

static void note_document(int64_t id, struct str name, bool stripped, void *data)
{
    (void)id;
    (void)name;
    ((int *)data)[stripped]++;
}

static void the_plan_says_what_goes(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    struct store_forget_plan plan;
    int64_t documents[2];
    int seen[2] = {0};
    desk_start(desk);
    int64_t first = add_secret(desk, true, &documents[0]);
    desk_flush(desk);
    int64_t ids[2] = {first, first + 100};
    assert_int_equal(store_forget_plan(desk_reader(desk), ids, 2, &plan, note_document, seen, &err),
                     0);
    assert_int_equal(plan.articles, 1);
    assert_int_equal(plan.versions, 1);
    assert_int_equal(plan.tags, 1);
    assert_int_equal(plan.results, 1);
    assert_int_equal(plan.quarantined, 1);
    assert_int_equal(plan.indexed, 1);
    assert_int_equal(plan.documents, 0);
    assert_int_equal(plan.stripped, 1);
    assert_int_equal(seen[1], 1);
    ids[1] = first + 1; /* both of its articles */
    assert_int_equal(store_forget_plan(desk_reader(desk), ids, 2, &plan, note_document, seen, &err),
                     0);
    assert_int_equal(plan.articles, 2);
    assert_int_equal(plan.documents, 1);
    assert_int_equal(plan.stripped, 0);
    assert_int_equal(seen[0], 1);
}

/* ---- desk.keep ---- */

static uint64_t keep(struct desk *desk, enum store_kept what, int64_t before_us)
{
    uint64_t planned = 0;
    struct error err = {0};
    struct store_keep keep = {.what = what, .before_us = before_us};
    struct store_request request = {.op = STORE_KEEP, .bytes = 1000, .keep = &keep};
    assert_int_equal(store_keep_count(desk_reader(desk), what, before_us, &planned, &err), 0);
    desk_do_well(desk, &request);
    assert_int_equal(keep.removed, planned);
    return keep.removed;
}

static void old_bytes_go_and_the_document_stays_known(void **state)
{
    struct desk *desk = *state;
    int64_t document;
    desk_start(desk);
    int64_t id = add_secret(desk, false, &document);
    desk_receive(desk, "not cut yet");
    assert_int_equal(keep(desk, KEPT_DOCUMENTS, INT64_C(1700000000000000)), 0);
    assert_int_equal(keep(desk, KEPT_DOCUMENTS, clock_wall_us() + 1), 1);
    assert_int_equal(keep(desk, KEPT_DOCUMENTS, clock_wall_us() + 1), 0);
    assert_text(desk_article(desk, id).headline, SECRET " seen");
    struct store_request again = desk_document(SECRET, "/in/a.txt");
    desk_do_well(desk, &again);
    assert_true(again.known);
}

static void a_former_version_goes_once_the_index_is_past_it(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    struct store_options options = {.text = desk->text, .no_index = true};
    struct article article = {.headline = STR_LIT("A"),
                              .url = STR_LIT("https://example.org/a"),
                              .body = STR_LIT("One two three four five six seven.")};
    desk_start(desk);
    desk_add(desk, article);
    desk_flush(desk);
    desk_stop(desk);
    assert_int_equal(store_open(DESK, &desk->loop, &options, &desk->store, &err), 0);
    article.body = STR_LIT("One two three four five six seven eight.");
    desk_add(desk, article);
    assert_int_equal(keep(desk, KEPT_VERSIONS, INT64_MAX), 0);
    desk_stop(desk);
    desk_start(desk);
    desk_flush(desk);
    assert_int_equal(keep(desk, KEPT_VERSIONS, 1000), 0); /* taken the place of later than that */
    assert_int_equal(keep(desk, KEPT_VERSIONS, INT64_MAX), 1);
    assert_int_equal(hits(desk, "eight"), 1);
}

static void old_results_and_answers_go(void **state)
{
    struct desk *desk = *state;
    int64_t document;
    desk_start(desk);
    int64_t id = add_secret(desk, false, &document);
    assert_int_equal(keep(desk, KEPT_RESULTS, 1000), 0);
    assert_int_equal(keep(desk, KEPT_RESULTS, INT64_MAX), 2); /* of the article and the document */
    assert_int_equal(desk_article(desk, id).tags.count, 1);
    struct store_task task = {.said = {.kind = STR_LIT("task"),
                                       .name = STR_LIT("digest"),
                                       .version = STR_LIT("1.0.0"),
                                       .answer = STR_LIT("\x90")},
                              .job = STR_LIT("daily"),
                              .instant_us = 5};
    struct store_request request = {.op = STORE_TASK, .bytes = 1000, .task = &task};
    desk_do_well(desk, &request);
    assert_int_equal(keep(desk, KEPT_RUNS, 1000), 0);
    assert_int_equal(keep(desk, KEPT_RUNS, INT64_MAX), 2); /* with the event of the quarantine */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(nothing_of_a_forgotten_article_is_left_in_the_file),
        DESK_TEST(an_article_that_waits_for_the_index_is_forgotten_too),
        DESK_TEST(an_article_whose_index_is_a_version_behind_is_forgotten),
        DESK_TEST(a_document_with_other_articles_stays_known_without_its_bytes),
        DESK_TEST(a_forgotten_document_dropped_again_is_new),
        DESK_TEST(an_id_that_is_not_there_is_passed_over),
        DESK_TEST(too_many_at_once_are_refused_by_name),
        DESK_TEST(a_task_s_answer_goes_with_an_article_of_its_window),
        DESK_TEST(the_plan_says_what_goes),
        DESK_TEST(old_bytes_go_and_the_document_stays_known),
        DESK_TEST(a_former_version_goes_once_the_index_is_past_it),
        DESK_TEST(old_results_and_answers_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
