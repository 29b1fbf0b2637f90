/* Lineups beside each other, and what is done from the top of the loop. */
#include "pipeline/lineup.h"

#include "desk_help.h"
#include "pipeline/host.h"
#include "pipeline/inflow.h"

#define OLD "desk.ingest { 'plain' }\ndesk.tag { 'shout' }\n"
#define NEW "desk.ingest { 'plain' }\ndesk.summarize { 'first' }\n"

static size_t count_lineups(const struct desk *desk)
{
    size_t count = 0;
    for (const struct lineup *at = desk->lineups; at; at = at->next)
        count++;
    return count;
}

static void turn_until_alone(struct desk *desk)
{
    while (count_lineups(desk) > 1)
        host_turn(desk);
}

static void a_lineup_that_does_not_open_leaves_nothing_behind(void **state)
{
    (void)state;
    struct error err = {0};
    desk_make(OLD);
    struct desk *desk = desk_must(DESK_WORK);
    struct lineup *old = desk->lineup;
    struct lineup *next = NULL;
    desk_make("desk.tag { 'nope' }\n");
    assert_int_equal(lineup_open(desk, DESK_WORK, 1, &next, &err), ERR_NOTFOUND);
    turn_until_alone(desk);
    assert_ptr_equal(desk->lineup, old);
    assert_ptr_equal(desk->lineups, old);
    desk_close(desk);
}

static void an_old_lineup_goes_when_the_last_lets_go_of_it(void **state)
{
    (void)state;
    struct error err = {0};
    desk_make(OLD);
    struct desk *desk = desk_must(DESK_WORK);
    struct lineup *held = lineup_hold(desk->lineup);
    struct lineup *next = NULL;
    desk_make(NEW);
    assert_int_equal(lineup_open(desk, DESK_WORK, 1, &next, &err), 0);
    lineup_serve(next);
    assert_ptr_equal(desk->lineup, next);
    assert_int_equal(desk->lineup->article.count, 1);
    assert_string_equal(desk->lineup->article.at[0]->label, "summarize/first");
    assert_string_equal(held->article.at[0]->label, "tag/shout");
    assert_int_equal(count_lineups(desk), 2);
    lineup_release(held);
    turn_until_alone(desk);
    desk_close(desk);
}

struct outcome {
    int added, others;
};

static void take_report(const struct inflow_report *report, void *data)
{
    struct outcome *outcome = data;
    outcome->added += report->report->outcome == INGEST_ADDED && report->report->faults == 0;
    outcome->others += report->report->outcome != INGEST_ADDED || report->report->faults > 0;
}

static void set_true(void *data)
{
    *(bool *)data = true;
}

/* By the old lineup, which tags, or by the new one, which summarizes. */
static int look_at(const struct store_hit *hit, void *data)
{
    int *seen = data;
    const bool tagged = hit->article.tags.count > 0;
    const bool summarized = hit->article.summary.text.len > 0;
    assert_true(tagged != summarized);
    seen[summarized]++;
    return 0;
}

static void each_document_ends_with_the_lineup_it_began_with(void **state)
{
    (void)state;
    enum { FILES = 120 };
    struct error err = {0};
    struct outcome outcome = {0};
    const struct inflow_callbacks callbacks = {.report = take_report, .data = &outcome};
    struct inflow *inflow = NULL;
    struct lineup *next = NULL;
    struct store_reader *reader = NULL;
    char path[256], text[64];
    int seen[2] = {0};
    bool closed = false;
    desk_make(OLD);
    struct desk *desk = desk_must(DESK_WRITE);
    assert_int_equal(inflow_open(desk, &callbacks, &inflow, &err), 0);
    desk_make(NEW);
    for (int i = 0; i < FILES; i++) {
        snprintf(path, sizeof path, "in/%d.txt", i);
        snprintf(text, sizeof text, "Headline %d\nLOUD text %d", i, i * 7);
        folder_put(path, text);
        snprintf(path, sizeof path, "%s/in/%d.txt", folder_name, i);
        const struct inflow_item item = {.path = path};
        assert_int_equal(inflow_offer(inflow, &item, NULL), 0);
        if (i == FILES / 2)
            while (outcome.added == 0)
                host_turn(desk);
    }
    assert_int_equal(lineup_open(desk, DESK_WORK, 2, &next, &err), 0);
    lineup_serve(next);
    snprintf(path, sizeof path, "%s/in/last", folder_name);
    folder_put("in/last", "Last\nLOUD and last");
    const struct inflow_item last = {.path = path};
    assert_int_equal(inflow_offer(inflow, &last, NULL), 0);
    while (outcome.added + outcome.others <= FILES)
        host_turn(desk);
    assert_int_equal(outcome.others, 0);
    turn_until_alone(desk);
    inflow_close(inflow, set_true, &closed);
    host_wait(desk, &closed);
    const struct store_page page = {.limit = 1000, .whole = true};
    assert_int_equal(desk_reader(desk, false, &reader, &err), 0);
    assert_int_equal(store_search(reader, NULL, &page, look_at, seen, NULL, &err), 0);
    assert_int_equal(seen[0] + seen[1], FILES + 1);
    assert_true(seen[0] > 0 && seen[1] > 0);
    store_reader_close(reader);
    desk_close(desk);
}

/* ---- turns ---- */

struct order {
    struct desk *desk;
    char text[32];
    struct host_later inner;
    bool inside;
};

static void add(struct order *order, char letter)
{
    const size_t len = strlen(order->text);
    order->text[len] = letter;
}

static void inner(void *data)
{
    struct order *order = data;
    add(order, 'i');
    order->inside = true;
}

static void first_chore(void *data)
{
    struct order *order = data;
    add(order, '1');
    host_later(order->desk, &order->inner);
    host_wait(order->desk, &order->inside);
    add(order, '.');
}

static void second_chore(void *data)
{
    add(data, '2');
}

static void soon(void *data)
{
    add(data, 's');
}

static void chores_come_one_after_the_other_and_may_wait(void **state)
{
    (void)state;
    desk_make(OLD);
    struct desk *desk = desk_must(DESK_READ);
    struct order order = {.desk = desk};
    struct host_later one = {.run = first_chore, .data = &order};
    struct host_later two = {.run = second_chore, .data = &order};
    struct host_later later = {.run = soon, .data = &order};
    order.inner = (struct host_later){.run = inner, .data = &order};
    host_chore(desk, &one);
    host_chore(desk, &two);
    host_later(desk, &later);
    while (strlen(order.text) < 5)
        host_turn(desk);
    assert_string_equal(order.text, "s1i.2");
    desk_close(desk);
}

static void jobs_of_ended_workers_are_answered_and_no_new_one_is_taken(void **state)
{
    (void)state;
    struct error err = {0};
    struct desk_plugin *plugin = NULL;
    desk_make(OLD);
    struct desk *desk = desk_must(DESK_WORK);
    struct pool_job job = {.op = JOB_MANIFEST};
    struct pool_frame *frame = NULL;
    const msgpack_object *value = NULL;
    buf_append(&job.payload, "\x80", 1);
    lineup_end_workers(desk);
    assert_int_equal(host_call(desk->lineup, &job, &frame, &value, NULL, &err), ERR_PLUGIN);
    while (desk->lineup->pools > 0)
        host_turn(desk);
    assert_int_equal(host_call(desk->lineup, &job, &frame, &value, NULL, &err), ERR_PLUGIN);
    assert_int_equal(host_load(desk->lineup, "tag", "moody", NULL, NULL, 0, &plugin, &err),
                     ERR_CANCELLED);
    assert_int_equal(host_session(desk->lineup, desk->lineup->pool, &err), ERR_CANCELLED);
    buf_free(&job.payload);
    desk_close(desk);
}

int main(int argc, char **argv)
{
    DESK_WORKER(argc, argv);
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_enter, folder_leave)
        TEST(a_lineup_that_does_not_open_leaves_nothing_behind),
        TEST(an_old_lineup_goes_when_the_last_lets_go_of_it),
        TEST(each_document_ends_with_the_lineup_it_began_with),
        TEST(chores_come_one_after_the_other_and_may_wait),
        TEST(jobs_of_ended_workers_are_answered_and_no_new_one_is_taken),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
