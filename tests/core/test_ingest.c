#include "pipeline/ingest.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

#include "desk_help.h"
#include "pipeline/feed.h"
#include "pipeline/host.h"
#include "pipeline/intake.h"
#include "pipeline/quarantine.h"
#include "pipeline/turn.h"

#define PLAIN  "desk.ingest { 'plain' }\ndesk.tag { 'shout' }\ndesk.summarize { 'first' }\n"
#define MOODY  "desk.ingest { 'plain' }\ndesk.tag { 'moody', 'shout' }\n"
#define HAPPY  "desk.ingest { 'plain' }\ndesk.tag { { 'moody', word = 'never' }, 'shout' }\n"
#define STUCK  "desk.ingest { 'plain' }\ndesk.tag { 'stuck', 'shout' }\n"
#define GENTLE "desk.ingest { { 'plain', strict = false } }\n"

/* The last reports, one a path. */
struct seen {
    struct ingest_report last;
    struct error error;
    char notes[256];
};

static void remember(const struct ingest_report *report, void *data)
{
    struct seen *seen = data;
    seen->last = *report;
    if (report->error)
        seen->error = *report->error;
    for (size_t i = 0; i < report->note_count; i++)
        snprintf(seen->notes, sizeof seen->notes, STR_FMT, STR_ARG(report->notes[i]));
}

static struct ingest_counts ingest(const char *path, struct seen *seen)
{
    struct desk *desk = desk_must(DESK_WRITE);
    struct ingest_counts counts = {0};
    struct error err = {0};
    struct seen own = {0};
    const struct ingest_callbacks callbacks = {.report = remember, .data = seen ? seen : &own};
    if (ingest_paths(desk, &path, path ? 1 : 0, NULL, &callbacks, &counts, &err) < 0)
        fail_msg("%s", err.text);
    desk_close(desk);
    return counts;
}

static void check_store(void)
{
    struct desk *desk = desk_must(DESK_READ);
    struct error err = {0};
    if (host_natives(desk, &err) < 0 || store_check("desk/.copydesk", desk->text, &err) < 0)
        fail_msg("%s", err.text);
    desk_close(desk);
}

static void a_folder_becomes_articles(void **state)
{
    (void)state;
    desk_make(PLAIN);
    folder_put("in/a.txt", "One\nBIG news\n==\nTwo\nsmall news");
    folder_put("in/b/c.txt", "Three\nMORE news");
    const struct ingest_counts counts = ingest("in", NULL);
    assert_int_equal(counts.documents, 2);
    assert_int_equal(counts.added, 2);
    assert_int_equal(counts.articles, 3);
    assert_int_equal(counts.faults, 0);
    check_store();
}

static int first_article(const struct store_hit *hit, void *data)
{
    struct article *out = data;
    assert_text(hit->article.headline, "Headline");
    assert_text(hit->article.language, "en");
    assert_text(hit->article.summary.text, "BIG news");
    assert_int_equal(hit->article.tags.count, 1);
    assert_text(hit->article.tags.at[0].label, "BIG");
    assert_text(hit->article.tags.at[0].plugin, "tag/shout@1.0.0");
    out->id = hit->article.id;
    return 0;
}

static void tags_fields_and_summary_are_stored(void **state)
{
    (void)state;
    desk_make(PLAIN);
    folder_put("in/a.txt", "Headline\nBIG news");
    ingest("in", NULL);
    struct desk *desk = desk_must(DESK_READ);
    struct store_reader *reader = NULL;
    struct error err = {0};
    struct article found = {0};
    const struct store_page page = {.limit = 10, .whole = true};
    assert_int_equal(desk_reader(desk, false, &reader, &err), 0);
    if (store_search(reader, NULL, &page, first_article, &found, NULL, &err) < 0)
        fail_msg("%s", err.text);
    assert_true(found.id > 0);
    store_reader_close(reader);
    desk_close(desk);
}

static void the_same_document_twice_is_known(void **state)
{
    (void)state;
    struct seen seen = {0};
    desk_make(PLAIN);
    folder_put("in/a.txt", "One\nnews");
    ingest("in", NULL);
    folder_put("in/a.txt", "One\nnews");
    const struct ingest_counts counts = ingest("in", &seen);
    assert_int_equal(counts.known, 1);
    assert_int_equal(counts.articles, 0);
    assert_int_equal(seen.last.outcome, INGEST_KNOWN);
}

static void one_that_cannot_be_read_does_not_stop_the_rest(void **state)
{
    (void)state;
    struct desk *desk;
    struct ingest_counts counts = {0};
    struct error err = {0};
    const char *paths[] = {"gone.txt", "in"};
    desk_make(PLAIN);
    folder_put("in/a.txt", "One\nnews");
    desk = desk_must(DESK_WRITE);
    if (ingest_paths(desk, paths, 2, NULL, NULL, &counts, &err) < 0)
        fail_msg("%s", err.text);
    desk_close(desk);
    assert_int_equal(counts.refused, 1);
    assert_int_equal(counts.added, 1);
}

static void an_empty_file_waits_in_quarantine(void **state)
{
    (void)state;
    struct seen seen = {0};
    desk_make(PLAIN);
    folder_put("in/a.txt", "");
    const struct ingest_counts counts = ingest("in", &seen);
    assert_int_equal(counts.failed, 1);
    assert_has(seen.error.text, "article");
}

static void another_encoding_is_converted_and_said(void **state)
{
    (void)state;
    struct seen seen = {0};
    desk_make(PLAIN);
    folder_put("in/a.txt", "Caf\xe9 au lait est pr\xeat\nUn jour \xe0 Paris, d\xe9j\xe0 vu");
    const struct ingest_counts counts = ingest("in", &seen);
    assert_int_equal(counts.added, 1);
    assert_has(seen.notes, "in/a.txt: ");
}

static void a_file_over_the_limit_is_refused_by_name(void **state)
{
    (void)state;
    struct seen seen = {0};
    desk_make(PLAIN);
    folder_put("in/small.txt", "One\nnews");
    const int fd = open("in/large.txt", O_CREAT | O_WRONLY, 0666);
    assert_int_equal(ftruncate(fd, 200 << 20), 0);
    close(fd);
    const struct ingest_counts counts = ingest("in/large.txt", &seen);
    assert_int_equal(counts.refused, 1);
    assert_has(seen.error.text, "DOCUMENT_BYTES");
}

static int count_item(const struct store_quarantined *item, void *data)
{
    struct store_quarantined *last = data;
    last->id = item->id;
    last->article_id = item->article_id;
    last->tries++;
    return 0;
}

static struct store_quarantined quarantined(void)
{
    struct desk *desk = desk_must(DESK_READ);
    struct store_quarantined last = {0};
    struct error err = {0};
    if (failed_each(desk, count_item, &last, &err) < 0)
        fail_msg("%s", err.text);
    desk_close(desk);
    return last;
}

static struct retry_counts retry(int64_t id)
{
    struct desk *desk = desk_must(DESK_WRITE);
    struct retry_counts counts = {0};
    struct error err = {0};
    if (failed_retry(desk, id, NULL, &counts, &err) < 0)
        fail_msg("%s", err.text);
    desk_close(desk);
    return counts;
}

static void a_failing_ingest_plugin_puts_the_document_in_quarantine(void **state)
{
    (void)state;
    struct seen seen = {0};
    desk_make(PLAIN);
    folder_put("in/a.txt", "BROKEN\nnews");
    folder_put("in/b.txt", "Whole\nnews");
    const struct ingest_counts counts = ingest("in", &seen);
    assert_int_equal(counts.failed, 1);
    assert_int_equal(counts.added, 1);
    assert_int_equal(quarantined().tries, 1);
    assert_int_equal(retry(0).documents.failed, 1);
    assert_int_equal(quarantined().tries, 1);
    desk_make(GENTLE);
    assert_int_equal(retry(0).documents.added, 1);
    assert_int_equal(quarantined().tries, 0);
    check_store();
}

static void a_failing_tag_plugin_costs_only_its_own_tags(void **state)
{
    (void)state;
    desk_make(MOODY);
    folder_put("in/a.txt", "One\nNEWS of monday\n==\nTwo\nnews of sunday");
    const struct ingest_counts counts = ingest("in", NULL);
    assert_int_equal(counts.articles, 2);
    assert_int_equal(counts.faults, 1);
    const struct store_quarantined item = quarantined();
    assert_int_equal(item.tries, 1);
    assert_true(item.article_id > 0);
    desk_make(HAPPY);
    assert_int_equal(retry(item.id).articles_healed, 1);
    assert_int_equal(quarantined().tries, 0);
    check_store();
}

static void a_plugin_that_takes_its_worker_along_is_left_out(void **state)
{
    (void)state;
    desk_make(STUCK);
    folder_put("in/a.txt", "One\nNEWS stuck here");
    const struct ingest_counts counts = ingest("in", NULL);
    assert_int_equal(counts.added, 1);
    assert_int_equal(counts.faults, 1);
    assert_int_equal(quarantined().tries, 1);
}

/* ---- reading ---- */

struct pulled {
    struct incoming *list;
    bool done, end;
};

static void take_pulled(struct incoming *list, bool end, const struct error *failed, void *data)
{
    *(struct pulled *)data = (struct pulled){list, true, end};
    assert_null(failed);
}

/* A folder is listed long before its last file is read. */
static void a_file_gone_since_it_was_listed_is_no_error(void **state)
{
    (void)state;
    const char *path = "in";
    struct feed *feed = NULL;
    struct error err = {0};
    struct pulled first = {0}, rest = {0};
    desk_make(PLAIN);
    folder_put("in/a.txt", "One\nnews");
    folder_put("in/b.txt", "Two\nnews");
    folder_put("in/c.txt", "Three\nnews");
    struct desk *desk = desk_must(DESK_WRITE);
    assert_int_equal(feed_open(desk, &path, 1, NULL, &feed, &err), 0);
    feed_pull(feed, 1, SIZE_MAX, take_pulled, &first);
    host_wait(desk, &first.done);
    assert_string_equal(first.list->path, "in/a.txt");
    assert_int_equal(unlink("in/b.txt"), 0);
    feed_pull(feed, 8, SIZE_MAX, take_pulled, &rest);
    host_wait(desk, &rest.done);
    assert_string_equal(rest.list->path, "in/c.txt");
    assert_int_equal(rest.list->error.code, 0);
    assert_null(rest.list->next);
    assert_true(rest.end);
    incoming_free(first.list);
    incoming_free(rest.list);
    feed_close(feed);
    desk_close(desk);
}

/* ---- the workers end while a document's articles go to them ---- */

struct ender {
    struct desk *desk;
    uv_prepare_t prepare;
    bool ended;
};

static void end_midway(uv_prepare_t *prepare)
{
    struct ender *ender = prepare->data;
    const struct doc *doc = ender->desk->flight.docs;
    if (ender->ended || !doc || doc->started == 0 || doc->started == doc->piece_count)
        return;
    ender->ended = true;
    lineup_end_workers(ender->desk);
}

static void one_of_many_articles_comes_back_whole_when_the_workers_end(void **state)
{
    (void)state;
    static char text[32 * 1024];
    size_t len = 0;
    const char *path = "in";
    struct error err = {0};
    struct store_counts counts = {0};
    desk_make(PLAIN);
    for (int i = 0; i < 400; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "Headline %d\nNEWS %d\n==\n", i, i);
    folder_put("in/a.txt", text);
    struct ender ender = {.desk = desk_must(DESK_WRITE)};
    uv_prepare_init(&ender.desk->loop, &ender.prepare);
    ender.prepare.data = &ender;
    uv_prepare_start(&ender.prepare, end_midway);
    assert_true(ingest_paths(ender.desk, &path, 1, NULL, NULL, NULL, &err) < 0);
    assert_true(ender.ended);
    uv_close((uv_handle_t *)&ender.prepare, NULL);
    desk_close(ender.desk);
    desk_count(&counts);
    assert_int_equal(counts.received, 1);
    ingest("in", NULL);
    desk_count(&counts);
    assert_int_equal(counts.articles, 400);
}

/* ---- exactly once ---- */

#define MANY 200

static void many_documents(void)
{
    char name[64], text[128];
    for (int i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "in/%03d.txt", i);
        snprintf(text, sizeof text, "Number %d\nNEWS number %d\n==\nOther %d\nnews", i, i, i);
        folder_put(name, text);
    }
}

#define CHILD    "ingest-child"
#define CHILD_FD 4

static void tell_parent(const struct ingest_report *report, void *data)
{
    (void)report;
    (void)data;
    if (write(CHILD_FD, "x", 1) != 1)
        _exit(1);
}

/* This program again, which ingests until it is done or dead and writes a byte for each report. */
static int child_main(void)
{
    const struct desk_options options = {.dir = "desk", .use = DESK_WRITE, .workers = 2};
    const struct ingest_callbacks callbacks = {.report = tell_parent};
    const char *path = "in";
    struct desk *desk = NULL;
    struct error err = {0};
    int code = desk_open(&options, &desk, &err);
    if (code >= 0)
        code = ingest_paths(desk, &path, 1, NULL, &callbacks, NULL, &err);
    desk_close(desk);
    return code < 0;
}

static pid_t start_child(int *reports)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(ends[1], CHILD_FD);
        execl("/proc/self/exe", "test_ingest", CHILD, (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    *reports = ends[0];
    return pid;
}

/* Kills it after `count` reports and a moment. */
static void kill_child_after(int count, useconds_t moment)
{
    int reports = -1;
    char byte;
    const pid_t pid = start_child(&reports);
    while (count-- > 0 && read(reports, &byte, 1) == 1)
        ;
    usleep(moment);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(reports);
}

/* Whether a kill left work half done, which is what the test is about. */
static bool is_midway(void)
{
    struct desk *desk = desk_must(DESK_READ);
    struct store_reader *reader = NULL;
    struct store_counts counts = {0};
    struct error err = {0};
    if (desk_reader(desk, false, &reader, &err) >= 0) { /* killed before there was a store */
        (void)store_counts(reader, &counts, &err);
        store_reader_close(reader);
    }
    desk_close(desk);
    return counts.received > 0 || (counts.documents > 0 && counts.documents < MANY);
}

static void killed_at_any_instant_each_document_is_there_once(void **state)
{
    (void)state;
    struct store_counts counts = {0};
    unsigned seed = 7;
    int midway = 0;
    desk_make(PLAIN);
    many_documents();
    for (int i = 0; i < 20; i++) {
        kill_child_after(rand_r(&seed) % 10, (useconds_t)rand_r(&seed) % 3000);
        midway += is_midway();
    }
    assert_true(midway > 0);
    ingest("in", NULL);
    desk_count(&counts);
    assert_int_equal(counts.documents, MANY);
    assert_int_equal(counts.received, 0);
    assert_int_equal(counts.failed, 0);
    assert_int_equal(counts.articles, 2 * MANY);
    check_store();
    assert_int_equal(ingest("in", NULL).known, MANY);
}

#define T(name) cmocka_unit_test_setup_teardown(name, folder_enter, folder_leave)

int main(int argc, char **argv)
{
    DESK_WORKER(argc, argv);
    if (argc > 1 && strcmp(argv[1], CHILD) == 0)
        return child_main();
    const struct CMUnitTest tests[] = {
        T(a_folder_becomes_articles),
        T(tags_fields_and_summary_are_stored),
        T(the_same_document_twice_is_known),
        T(one_that_cannot_be_read_does_not_stop_the_rest),
        T(an_empty_file_waits_in_quarantine),
        T(another_encoding_is_converted_and_said),
        T(a_file_over_the_limit_is_refused_by_name),
        T(a_failing_ingest_plugin_puts_the_document_in_quarantine),
        T(a_failing_tag_plugin_costs_only_its_own_tags),
        T(a_plugin_that_takes_its_worker_along_is_left_out),
        T(a_file_gone_since_it_was_listed_is_no_error),
        T(one_of_many_articles_comes_back_whole_when_the_workers_end),
        T(killed_at_any_instant_each_document_is_there_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
