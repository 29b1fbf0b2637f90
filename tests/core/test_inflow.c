/* What comes in while a desk runs, with real files and workers. */
#include "pipeline/inflow.h"

#include <signal.h>
#include <sys/resource.h>

#include "base/limits.h"
#include "desk_help.h"
#include "pipeline/host.h"
#include "pipeline/intake.h"

#define PLAIN "desk.ingest { 'plain' }\ndesk.tag { 'shout' }\n"
#define STUCK "desk.ingest { 'plain' }\ndesk.tag { 'stuck' }\n"

/* What was heard, by outcome, and of the last report. */
struct heard {
    struct desk *desk;
    struct inflow *inflow;
    int reports, rooms, by[INGEST_LATER + 1];
    bool offered, read, resumed, closed;
    void *data;
    uint64_t size;
    int64_t document_id;
    char text[ERROR_TEXT_MAX];
};

static void hear(const struct inflow_report *report, void *data)
{
    struct heard *heard = data;
    heard->reports++;
    heard->by[report->report->outcome]++;
    heard->offered = report->offered;
    heard->read = report->read;
    heard->resumed = report->report->resumed;
    heard->data = report->data;
    heard->size = report->size;
    heard->document_id = report->report->document_id;
    if (report->report->error)
        snprintf(heard->text, sizeof heard->text, "%s", report->report->error->text);
}

static void hear_room(void *data)
{
    ((struct heard *)data)->rooms++;
}

static void start(struct heard *heard)
{
    struct error err = {0};
    const struct inflow_callbacks callbacks = {hear, hear_room, heard};
    *heard = (struct heard){.desk = desk_must(DESK_WRITE)};
    if (inflow_open(heard->desk, &callbacks, &heard->inflow, &err) < 0)
        fail_msg("%s", err.text);
}

static void set_true(void *data)
{
    *(bool *)data = true;
}

static void stop(struct heard *heard)
{
    inflow_close(heard->inflow, set_true, &heard->closed);
    host_wait(heard->desk, &heard->closed);
    desk_close(heard->desk);
}

static int offer(struct heard *heard, const char *name, void *data)
{
    MEM_AUTO char *path = NULL;
    if (file_real_path(name, &path, NULL) < 0)
        path = mem_strdup(name);
    const struct inflow_item item = {.path = path, .no_links = true};
    return inflow_offer(heard->inflow, &item, data);
}

static void wait_for(struct heard *heard, int reports)
{
    while (heard->reports < reports)
        host_turn(heard->desk);
}

static void an_offered_file_is_reported_with_what_was_read(void **state)
{
    (void)state;
    struct heard heard;
    int mine;
    desk_make(PLAIN);
    folder_put("in/a.txt", "One\nBIG news");
    start(&heard);
    assert_int_equal(offer(&heard, "in/a.txt", &mine), 0);
    wait_for(&heard, 1);
    assert_int_equal(heard.by[INGEST_ADDED], 1);
    assert_true(heard.offered && heard.read && !heard.resumed);
    assert_ptr_equal(heard.data, &mine);
    assert_int_equal(heard.size, strlen("One\nBIG news"));
    assert_true(heard.document_id > 0);
    stop(&heard);
}

static void a_file_that_is_gone_is_refused(void **state)
{
    (void)state;
    struct heard heard;
    desk_make(PLAIN);
    start(&heard);
    assert_int_equal(offer(&heard, "/nowhere/at/all", NULL), 0);
    wait_for(&heard, 1);
    assert_int_equal(heard.by[INGEST_REFUSED], 1);
    stop(&heard);
}

static void a_link_is_not_followed(void **state)
{
    (void)state;
    struct heard heard;
    char path[256];
    desk_make(PLAIN);
    folder_put("secret", "Secret\ntext");
    folder_put("in/x", "");
    assert_int_equal(symlink("../secret", "in/link"), 0);
    start(&heard);
    snprintf(path, sizeof path, "%s/in/link", folder_name);
    const struct inflow_item item = {.path = path, .no_links = true};
    assert_int_equal(inflow_offer(heard.inflow, &item, NULL), 0);
    wait_for(&heard, 1);
    assert_int_equal(heard.by[INGEST_REFUSED], 1);
    stop(&heard);
}

static void received_only(struct store_request *request)
{
    *(bool *)request->data = true;
}

static void receive(struct desk *desk, const char *text)
{
    bool done = false;
    struct store_request request = {.op = STORE_RECEIVE,
                                    .document = {.name = STR_LIT("left.txt"),
                                                 .path = STR_LIT("/in/left.txt"),
                                                 .source = STR_LIT("folder"),
                                                 .bytes = str_of(text)},
                                    .bytes = KIB,
                                    .done = received_only,
                                    .data = &done};
    hash_bytes(text, strlen(text), &request.document.hash);
    host_store(desk, &request);
    host_wait(desk, &done);
    assert_int_equal(request.error.code, 0);
}

/* As a host that was killed leaves it. */
static void leave_received(const char *text)
{
    struct desk *desk = desk_must(DESK_WRITE);
    receive(desk, text);
    desk_close(desk);
}

static void what_an_earlier_host_left_comes_first(void **state)
{
    (void)state;
    struct heard heard;
    desk_make(PLAIN);
    leave_received("Left\nbehind");
    start(&heard);
    wait_for(&heard, 1);
    assert_int_equal(heard.by[INGEST_ADDED], 1);
    assert_true(heard.resumed && !heard.offered);
    stop(&heard);
}

/* Received, and in nobody's hands: as after a full disk, before it is tried again. */
static void what_nobody_works_on_is_taken_over_by_who_brings_it_again(void **state)
{
    (void)state;
    struct heard heard;
    struct store_counts counts;
    desk_make(PLAIN);
    folder_put("in/a.txt", "One\nnews");
    folder_put("in/b.txt", "Left\nbehind");
    start(&heard);
    assert_int_equal(offer(&heard, "in/a.txt", NULL), 0);
    wait_for(&heard, 1); /* what was left is gone through */
    receive(heard.desk, "Left\nbehind");
    assert_int_equal(offer(&heard, "in/b.txt", NULL), 0);
    wait_for(&heard, 2);
    assert_int_equal(heard.by[INGEST_ADDED], 2);
    stop(&heard);
    desk_count(&counts);
    assert_int_equal(counts.received, 0);
    assert_int_equal(counts.articles, 2);
}

static void the_same_bytes_in_two_files_are_stored_once(void **state)
{
    (void)state;
    struct heard heard;
    struct store_counts counts;
    desk_make(PLAIN);
    folder_put("in/a.txt", "One\nnews");
    folder_put("in/b.txt", "One\nnews");
    start(&heard);
    assert_int_equal(offer(&heard, "in/a.txt", NULL), 0);
    assert_int_equal(offer(&heard, "in/b.txt", NULL), 0);
    wait_for(&heard, 2);
    assert_int_equal(heard.by[INGEST_ADDED], 1);
    assert_int_equal(heard.by[INGEST_KNOWN], 1);
    stop(&heard);
    desk_count(&counts);
    assert_int_equal(counts.documents, 1);
    assert_int_equal(counts.articles, 1);
}

static void count_done(const struct ingest_counts *counts, const struct error *failed, void *data)
{
    (void)counts;
    assert_null(failed);
    *(bool *)data = true;
}

/* Both find the document that was left, and the same files. */
static void a_command_beside_it_takes_no_document_twice(void **state)
{
    (void)state;
    enum { FILES = 40 };
    struct heard heard;
    struct error err = {0};
    struct store_counts counts;
    const char *path = "in";
    char name[64], text[64];
    bool done = false;
    desk_make(PLAIN);
    leave_received("Left\nbehind");
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "in/%d.txt", i);
        snprintf(text, sizeof text, "Headline %d\nText %d", i, i * 7);
        folder_put(name, text);
    }
    start(&heard);
    for (int i = 0; i < FILES; i++) {
        snprintf(name, sizeof name, "in/%d.txt", i);
        assert_int_equal(offer(&heard, name, NULL), 0);
    }
    assert_non_null(ingest_start(heard.desk, &path, 1, NULL, NULL, count_done, &done, &err));
    wait_for(&heard, FILES);
    host_wait(heard.desk, &done);
    stop(&heard);
    desk_count(&counts);
    assert_int_equal(counts.documents, FILES + 1);
    assert_int_equal(counts.articles, FILES + 1);
    assert_int_equal(counts.received, 0);
    assert_int_equal(counts.quarantined, 0);
}

static void past_the_limit_it_is_busy_and_tells_of_room(void **state)
{
    (void)state;
    struct heard heard;
    int taken = 0;
    desk_make(PLAIN);
    folder_put("in/a.txt", "One\nnews");
    start(&heard);
    while (offer(&heard, "in/a.txt", NULL) == 0) /* the loop does not turn meanwhile */
        taken++;
    assert_in_range(taken, LIMIT(INFLOW_OFFERS), LIMIT(INFLOW_OFFERS) + 1); /* one may be read */
    assert_int_equal(heard.rooms, 0);
    wait_for(&heard, taken);
    assert_int_equal(heard.rooms, 1);
    assert_int_equal(heard.by[INGEST_ADDED], 1);
    stop(&heard);
}

static void what_waits_at_the_end_is_given_back(void **state)
{
    (void)state;
    struct heard heard;
    struct store_counts counts;
    desk_make(PLAIN);
    folder_put("in/a.txt", "One\nnews");
    start(&heard);
    assert_int_equal(offer(&heard, "in/a.txt", NULL), 0);
    stop(&heard);
    assert_int_equal(heard.by[INGEST_LATER], 1);
    assert_has(heard.text, "the desk ends");
    desk_count(&counts);
    assert_int_equal(counts.documents, 0);
}

/* It hangs until SIGKILL; the end does not wait for that. */
static void what_a_worker_cannot_finish_in_time_is_given_back_and_not_lost(void **state)
{
    (void)state;
    struct heard heard;
    struct store_counts counts;
    desk_make(STUCK);
    folder_put("in/a.txt", "One\nstuck here");
    start(&heard);
    assert_int_equal(offer(&heard, "in/a.txt", NULL), 0);
    struct inflow_status status = {0};
    while (!heard.desk->flight.docs || heard.desk->flight.docs->started == 0)
        host_turn(heard.desk);
    inflow_status(heard.inflow, &status);
    assert_int_equal(status.in_flight, 1);
    inflow_close(heard.inflow, set_true, &heard.closed);
    inflow_abandon(heard.inflow);
    lineup_end_workers(heard.desk);
    host_wait(heard.desk, &heard.closed);
    assert_int_equal(heard.by[INGEST_LATER], 1);
    desk_close(heard.desk);
    desk_count(&counts);
    assert_int_equal(counts.received, 1);
    assert_int_equal(counts.quarantined, 0);
}

static void a_document_is_taken_out_of_quarantine(void **state)
{
    (void)state;
    struct heard heard;
    struct store_counts counts;
    desk_make(PLAIN);
    folder_put("in/a.txt", "BROKEN\nby design");
    start(&heard);
    assert_int_equal(offer(&heard, "in/a.txt", NULL), 0);
    wait_for(&heard, 1);
    assert_int_equal(heard.by[INGEST_FAILED], 1);
    const int64_t id = heard.document_id;
    stop(&heard);
    desk_make("desk.ingest { { 'plain', strict = false } }\n");
    start(&heard);
    assert_int_equal(inflow_retry(heard.inflow, id, &heard), 0);
    wait_for(&heard, 1);
    assert_int_equal(heard.by[INGEST_ADDED], 1);
    assert_int_equal(heard.document_id, id);
    assert_ptr_equal(heard.data, &heard);
    stop(&heard);
    desk_count(&counts);
    assert_int_equal(counts.quarantined, 0);
}

static void a_document_that_is_not_in_quarantine_is_not_retried(void **state)
{
    (void)state;
    struct heard heard;
    desk_make(PLAIN);
    start(&heard);
    assert_int_equal(inflow_retry(heard.inflow, 77, NULL), 0);
    wait_for(&heard, 1);
    assert_int_equal(heard.by[INGEST_REFUSED], 1);
    stop(&heard);
}

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes ? bytes : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A quota of 4 KB: nothing can be written. */
static void a_full_disk_gives_back_and_tries_again(void **state)
{
    (void)state;
    struct heard heard;
    struct store_counts counts;
    struct inflow_status status;
    signal(SIGXFSZ, SIG_IGN);
    desk_make(PLAIN);
    leave_received("Left\nbehind");
    folder_put("in/a.txt", "One\nnews");
    start(&heard);
    limit_files(4096);
    assert_int_equal(offer(&heard, "in/a.txt", NULL), 0);
    wait_for(&heard, 1);
    assert_int_equal(heard.by[INGEST_LATER], 1);
    assert_int_equal(offer(&heard, "in/a.txt", NULL), ERR_BUSY);
    host_turn(heard.desk);
    inflow_status(heard.inflow, &status);
    assert_non_null(status.failing);
    assert_has(status.failing->text, "the disk is full");
    assert_true(status.retry_us > 0);
    limit_files(0);
    while (heard.rooms == 0)
        host_turn(heard.desk);
    assert_int_equal(offer(&heard, "in/a.txt", NULL), 0);
    while (heard.by[INGEST_ADDED] + heard.by[INGEST_KNOWN] < 2)
        host_turn(heard.desk);
    inflow_status(heard.inflow, &status);
    assert_null(status.failing);
    stop(&heard);
    desk_count(&counts);
    assert_int_equal(counts.documents, 2);
    assert_int_equal(counts.articles, 2);
    assert_int_equal(counts.received, 0);
}

int main(int argc, char **argv)
{
    DESK_WORKER(argc, argv);
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_enter, folder_leave)
        TEST(an_offered_file_is_reported_with_what_was_read),
        TEST(a_file_that_is_gone_is_refused),
        TEST(a_link_is_not_followed),
        TEST(what_an_earlier_host_left_comes_first),
        TEST(what_nobody_works_on_is_taken_over_by_who_brings_it_again),
        TEST(the_same_bytes_in_two_files_are_stored_once),
        TEST(a_command_beside_it_takes_no_document_twice),
        TEST(past_the_limit_it_is_busy_and_tells_of_room),
        TEST(what_waits_at_the_end_is_given_back),
        TEST(what_a_worker_cannot_finish_in_time_is_given_back_and_not_lost),
        TEST(a_document_is_taken_out_of_quarantine),
        TEST(a_document_that_is_not_in_quarantine_is_not_retried),
        TEST(a_full_disk_gives_back_and_tries_again),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
