/* Jobs and runs in the store: ranges without hole or double, what a run was given, events. */
#include <stdio.h>

#include "model_sample.h"
#include "store_help.h"

#define SECOND_US INT64_C(1000000)

static int do_schedule(struct desk *desk, enum store_op op, struct store_schedule *what,
                       struct error *err)
{
    struct store_request request = {.op = op, .schedule = what, .bytes = 100};
    what->now_us = what->now_us ? what->now_us : 1700000000 * SECOND_US;
    const int rc = desk_do(desk, &request);
    *err = request.error;
    return rc;
}

static void must(struct desk *desk, enum store_op op, struct store_schedule *what)
{
    struct error err = {0};
    if (do_schedule(desk, op, what, &err) < 0)
        fail_msg("%s", err.text);
}

static struct store_job know(struct desk *desk, const char *name, unsigned events)
{
    struct store_schedule what = {.job_op = SCHEDULE_KNOW,
                                  .job.name = str_of(name),
                                  .events = events,
                                  .run.at_us = 1000 * SECOND_US};
    must(desk, STORE_JOB, &what);
    return what.job;
}

static struct store_schedule beginning(const char *job, int64_t at)
{
    return (struct store_schedule){
        .run_op = RUN_BEGIN,
        .run = {.job = str_of(job), .at_us = at * SECOND_US, .cause = STR_LIT("schedule")},
        .see = true};
}

static struct store_run begin(struct desk *desk, const char *job, int64_t at)
{
    struct store_schedule what = beginning(job, at);
    must(desk, STORE_RUN, &what);
    return what.run;
}

static void end(struct desk *desk, struct store_run run, enum run_state state)
{
    struct store_schedule what = {.run_op = RUN_END, .run = run};
    what.run.state = state;
    what.run.error = state == RUN_FAILED ? STR_LIT("no") : STR_NONE;
    what.run.outputs = STR_LIT("out/a.md\n");
    must(desk, STORE_RUN, &what);
}

static void add_articles(struct desk *desk, int count)
{
    for (int i = 0; i < count; i++) {
        struct article article = sample_article;
        article.headline = str_of(arena_printf(desk->arena, "Headline %d of %p", i, (void *)&i));
        article.url = STR_NONE;
        article.body = str_of(arena_printf(desk->arena, "body of its own number %d %d", i, rand()));
        article.tags = (struct tag_list){0};
        article.summary = (struct summary){0};
        article.captions = (struct caption_list){0};
        (void)desk_add(desk, article);
    }
}

static struct store_job job_of(struct desk *desk, const char *name)
{
    struct store_job job = {0};
    struct error err = {0};
    if (store_read_job(desk_reader(desk), str_of(name), desk->arena, &job, &err) < 0)
        fail_msg("%s", err.text);
    return job;
}

static int take_run(const struct store_run *run, void *data)
{
    *(struct store_run *)data = *run;
    return 0;
}

static struct store_run run_of(struct desk *desk, const char *job, int64_t at)
{
    struct store_run run = {0};
    struct error err = {0};
    const struct store_runs which = {.job = str_of(job), .at_us = at * SECOND_US, .max = 1};
    if (store_read_runs(desk_reader(desk), &which, take_run, &run, &err) < 0)
        fail_msg("%s", err.text);
    return run;
}

/* ---- ranges ---- */

static void a_run_begins_where_the_last_one_that_was_done_ended(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    know(desk, "daily", 0);
    add_articles(desk, 2);
    const struct store_run first = begin(desk, "daily", 2000);
    assert_int_equal(first.after_seq, 0);
    assert_int_equal(first.upto_seq, 2);
    add_articles(desk, 1); /* while it is at work */
    end(desk, first, RUN_DONE);
    const struct store_run second = begin(desk, "daily", 3000);
    assert_int_equal(second.after_seq, 2);
    assert_int_equal(second.upto_seq, 3);
    assert_int_equal(second.window_start_us, 2000 * SECOND_US);
    end(desk, second, RUN_DONE);
    assert_int_equal(job_of(desk, "daily").covered_seq, 3);
}

static void the_run_after_one_that_failed_takes_its_articles_too(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    know(desk, "daily", 0);
    add_articles(desk, 2);
    end(desk, begin(desk, "daily", 2000), RUN_FAILED);
    assert_int_equal(job_of(desk, "daily").failures, 1);
    add_articles(desk, 1);
    const struct store_run next = begin(desk, "daily", 3000);
    assert_int_equal(next.after_seq, 0);
    assert_int_equal(next.upto_seq, 3);
    end(desk, next, RUN_DONE);
    assert_int_equal(job_of(desk, "daily").failures, 0);
}

static void a_run_that_was_cut_short_keeps_its_range(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    know(desk, "daily", 0);
    add_articles(desk, 2);
    const struct store_run first = begin(desk, "daily", 2000);
    desk_stop(desk);
    desk_start(desk);
    add_articles(desk, 3);
    const struct store_run again = begin(desk, "daily", 2000);
    assert_int_equal(again.id, first.id);
    assert_int_equal(again.upto_seq, 2);
    assert_int_equal(again.tries, 2);
}

static void a_run_is_done_once(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    desk_start(desk);
    know(desk, "daily", 0);
    add_articles(desk, 1);
    const struct store_run first = begin(desk, "daily", 2000);
    end(desk, first, RUN_DONE);
    struct store_schedule what = beginning("daily", 2000);
    assert_int_equal(do_schedule(desk, STORE_RUN, &what, &err), ERR_EXISTS);
    what = beginning("daily", 2000);
    what.again = RUN_AGAIN; /* a person asks for it */
    must(desk, STORE_RUN, &what);
    assert_int_equal(what.run.id, first.id);
    assert_int_equal(what.run.upto_seq, first.upto_seq);
}

static void a_late_run_covers_what_was_there_in_time(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    know(desk, "daily", 0);
    add_articles(desk, 2);
    const int64_t between = clock_wall_us() / SECOND_US + 1;
    while (clock_wall_us() <= (between + 0) * SECOND_US)
        usleep(20000);
    add_articles(desk, 1);
    struct store_schedule what = beginning("daily", between);
    what.by_time = true;
    must(desk, STORE_RUN, &what);
    assert_int_equal(what.run.upto_seq, 2);
    end(desk, what.run, RUN_DONE);
    assert_int_equal(begin(desk, "daily", between + 100).after_seq, 2);
}

static void a_backfill_moves_nothing(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    know(desk, "daily", 0);
    add_articles(desk, 2);
    end(desk, begin(desk, "daily", 5000), RUN_DONE);
    struct store_schedule what = beginning("daily", 3000);
    what.apart = what.by_time = true;
    what.see = false;
    what.run.window_start_us = 2000 * SECOND_US;
    must(desk, STORE_RUN, &what);
    assert_int_equal(what.run.after_seq, 0);
    assert_int_equal(what.run.upto_seq, 0); /* nothing was there in 1970 */
    assert_int_equal(what.run.window_start_us, 2000 * SECOND_US);
    end(desk, what.run, RUN_DONE);
    assert_int_equal(job_of(desk, "daily").covered_us, 5000 * SECOND_US);
    assert_int_equal(job_of(desk, "daily").seen_us, 5000 * SECOND_US);
}

/* ---- jobs ---- */

static void a_job_is_due_from_when_it_is_known_and_when_its_time_changes(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    assert_int_equal(know(desk, "daily", 0).seen_us, 1000 * SECOND_US);
    end(desk, begin(desk, "daily", 2000), RUN_DONE);
    assert_int_equal(know(desk, "daily", 0).seen_us, 2000 * SECOND_US); /* as it was */
    struct store_schedule what = {.job_op = SCHEDULE_KNOW,
                                  .job.name = STR_LIT("daily"),
                                  .job.mark.bytes = {1},
                                  .run.at_us = 9000 * SECOND_US};
    must(desk, STORE_JOB, &what);
    assert_int_equal(what.job.seen_us, 9000 * SECOND_US);
    assert_int_equal(what.job.covered_us, 2000 * SECOND_US);
}

static void a_job_pauses_after_failures_and_goes_on_when_told(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    know(desk, "daily", 0);
    for (int i = 0; i < 3; i++) {
        struct store_schedule what = {.run_op = RUN_END, .pause_after = 3};
        what.run = begin(desk, "daily", 2000 + i);
        what.run.state = RUN_FAILED;
        what.run.error = STR_LIT("the disk is full");
        must(desk, STORE_RUN, &what);
        assert_int_equal(what.paused, i == 2);
    }
    const struct store_job job = job_of(desk, "daily");
    assert_true(job.paused_us > 0);
    assert_text(job.paused_why, "3 runs in a row failed, the last with: the disk is full");
    struct store_schedule what = {.job_op = SCHEDULE_RESUME, .job.name = STR_LIT("daily")};
    must(desk, STORE_JOB, &what);
    assert_int_equal(job_of(desk, "daily").paused_us, 0);
    assert_int_equal(job_of(desk, "daily").failures, 0);
}

static void a_run_that_waits_or_is_left_out_is_stored(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    know(desk, "daily", 0);
    struct store_schedule what = beginning("daily", 2000);
    what.run_op = RUN_QUEUE;
    must(desk, STORE_RUN, &what);
    assert_int_equal(run_of(desk, "daily", 2000).state, RUN_WAITING);
    assert_int_equal(job_of(desk, "daily").seen_us, 2000 * SECOND_US);
    what = beginning("daily", 3000);
    what.run_op = RUN_SKIP;
    what.run.state = RUN_SKIPPED;
    what.run.error = STR_LIT("busy");
    must(desk, STORE_RUN, &what);
    assert_int_equal(run_of(desk, "daily", 3000).state, RUN_SKIPPED);
    const struct store_run waiting = begin(desk, "daily", 2000);
    assert_int_equal(waiting.state, RUN_RUNNING);
}

/* ---- what a run was given ---- */

static int join(struct str packed, void *data)
{
    buf_str(data, packed);
    buf_byte(data, ';');
    return 0;
}

static void give(struct desk *desk, int64_t run_id, const char *one, const char *two)
{
    const struct store_input inputs[] = {{1, str_of(one)}, {2, str_of(two)}};
    struct store_schedule what = {.run_op = RUN_INPUTS,
                                  .run.id = run_id,
                                  .first = true,
                                  .last = true,
                                  .inputs = inputs,
                                  .input_count = 2};
    must(desk, STORE_RUN, &what);
}

static void expect_inputs(struct desk *desk, int64_t run_id, int64_t after, const char *wanted)
{
    BUF_AUTO struct buf got = BUF_INIT;
    struct error err = {0};
    if (store_read_inputs(desk_reader(desk), run_id, after, 10, join, &got, &err) < 0)
        fail_msg("%s", err.text);
    assert_text(buf_view(&got), wanted);
}

static void inputs_are_kept_in_order_and_once_for_all_runs(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    know(desk, "a", 0);
    know(desk, "b", 0);
    const struct store_run a = begin(desk, "a", 2000), b = begin(desk, "b", 2000);
    give(desk, a.id, "zwei", "eins");
    give(desk, b.id, "eins", "zwei");
    expect_inputs(desk, a.id, 0, "zwei;eins;");
    expect_inputs(desk, b.id, 0, "eins;zwei;");
    expect_inputs(desk, b.id, 1, "zwei;");
    give(desk, b.id, "drei", "zwei"); /* a kill came before the end: all anew */
    expect_inputs(desk, b.id, 0, "drei;zwei;");
    assert_true(run_of(desk, "b", 2000).inputs);
    give(desk, a.id, "vier", "zwei"); /* the check on leaving would find "eins": nobody has it */
}

static void keep_lets_runs_and_what_they_were_given_go(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    know(desk, "a", 0);
    const struct store_run old = begin(desk, "a", 2000);
    give(desk, old.id, "eins", "zwei");
    end(desk, old, RUN_DONE);
    const struct store_run young = begin(desk, "a", 3000);
    give(desk, young.id, "zwei", "drei");
    struct store_keep keep = {.what = KEPT_RUNS, .before_us = 1700000001 * SECOND_US};
    struct store_request request = {.op = STORE_KEEP, .keep = &keep};
    desk_do_well(desk, &request);
    assert_int_equal(keep.removed, 2); /* the run, and the event that it ended */
    assert_int_equal(run_of(desk, "a", 2000).id, 0);
    expect_inputs(desk, young.id, 0, "zwei;drei;"); /* it is at work */
}

static void forgetting_an_article_takes_it_out_of_runs(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    add_articles(desk, 2);
    know(desk, "a", 0);
    const struct store_run run = begin(desk, "a", 2000);
    give(desk, run.id, "eins", "zwei"); /* articles 1 and 2 */
    const int64_t ids[] = {1};
    struct store_forget forget = {.ids = ids, .count = 1};
    struct store_request request = {.op = STORE_FORGET, .forget = &forget};
    desk_do_well(desk, &request);
    expect_inputs(desk, run.id, 0, "zwei;");
}

/* ---- events ---- */

static int take_event(const struct store_event *event, void *data)
{
    buf_str(data, event->kind);
    buf_byte(data, ' ');
    buf_str(data, event->data);
    buf_byte(data, '\n');
    return 0;
}

static void expect_events(struct desk *desk, const char *job, const struct store_run *run,
                          unsigned kinds, const char *wanted)
{
    BUF_AUTO struct buf got = BUF_INIT;
    struct error err = {0};
    const struct store_events which = {str_of(job), kinds, run->after_event, run->upto_event, 100};
    if (store_read_events(desk_reader(desk), &which, take_event, &got, &err) < 0)
        fail_msg("%s", err.text);
    assert_text(buf_view(&got), wanted);
}

static void a_job_runs_on_the_end_of_others_once(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    desk_start(desk);
    know(desk, "daily", 0);
    know(desk, "notice", STORE_EVENT_FAILED);
    struct store_schedule what = beginning("notice", 1500);
    what.needs_news = true;
    what.events = STORE_EVENT_FAILED;
    assert_int_equal(do_schedule(desk, STORE_RUN, &what, &err), ERR_NOTFOUND);
    end(desk, begin(desk, "daily", 2000), RUN_DONE);
    end(desk, begin(desk, "daily", 3000), RUN_FAILED);
    what = beginning("notice", 3100);
    what.needs_news = true;
    what.events = STORE_EVENT_FAILED;
    must(desk, STORE_RUN, &what);
    expect_events(desk, "notice", &what.run, STORE_EVENT_FAILED,
                  "job.failed {\"job\":\"daily\",\"at\":\"1970-01-01T00:50:00Z\","
                  "\"message\":\"no\",\"to\":\"out/a.md\\n\"}\n");
    end(desk, what.run, RUN_DONE);
    what = beginning("notice", 3200);
    what.needs_news = true;
    what.events = STORE_EVENT_FAILED;
    assert_int_equal(do_schedule(desk, STORE_RUN, &what, &err), ERR_NOTFOUND);
}

static void no_job_runs_on_its_own_end(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    desk_start(desk);
    know(desk, "notice", STORE_EVENT_FAILED);
    end(desk, begin(desk, "notice", 2000), RUN_FAILED);
    struct store_schedule what = beginning("notice", 3000);
    what.needs_news = true;
    what.events = STORE_EVENT_FAILED;
    assert_int_equal(do_schedule(desk, STORE_RUN, &what, &err), ERR_NOTFOUND);
}

static void what_goes_to_quarantine_is_an_event(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    know(desk, "notice", STORE_EVENT_QUARANTINED);
    struct store_request fail = {.op = STORE_FAIL, .document.id = desk_receive(desk, "bytes")};
    fail.failure = (struct store_failure){.stage = STR_LIT("ingest"),
                                          .plugin = STR_LIT("ingest/x"),
                                          .version = STR_LIT("1"),
                                          .guard = STR_LIT("error"),
                                          .message = STR_LIT("it \"broke\""),
                                          .traceback = STR_LIT("")};
    desk_do_well(desk, &fail);
    struct store_schedule what = beginning("notice", 2000);
    what.needs_news = true;
    what.events = STORE_EVENT_QUARANTINED;
    must(desk, STORE_RUN, &what);
    expect_events(
        desk, "notice", &what.run, STORE_EVENT_QUARANTINED,
        "item.quarantined {\"id\":1,\"document\":1,\"article\":null,\"path\":\"/in/a.txt\","
        "\"name\":\"a.txt\",\"headline\":\"\",\"stage\":\"ingest\",\"plugin\":\"ingest/x\","
        "\"version\":\"1\",\"guard\":\"error\",\"message\":\"it \\\"broke\\\"\","
        "\"traceback\":\"\"}\n");
}

static void a_job_of_events_runs_on_what_comes_from_now_on(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    desk_start(desk);
    add_articles(desk, 2);
    know(desk, "each", STORE_EVENT_STORED);
    struct store_schedule what = beginning("each", 2000);
    what.needs_news = true;
    what.events = STORE_EVENT_STORED;
    assert_int_equal(do_schedule(desk, STORE_RUN, &what, &err), ERR_NOTFOUND);
    add_articles(desk, 1);
    what = beginning("each", 2000);
    what.needs_news = true;
    what.events = STORE_EVENT_STORED;
    must(desk, STORE_RUN, &what);
    assert_int_equal(what.run.after_seq, 2);
    assert_int_equal(what.run.upto_seq, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(a_run_begins_where_the_last_one_that_was_done_ended),
        DESK_TEST(the_run_after_one_that_failed_takes_its_articles_too),
        DESK_TEST(a_run_that_was_cut_short_keeps_its_range),
        DESK_TEST(a_run_is_done_once),
        DESK_TEST(a_late_run_covers_what_was_there_in_time),
        DESK_TEST(a_backfill_moves_nothing),
        DESK_TEST(a_job_is_due_from_when_it_is_known_and_when_its_time_changes),
        DESK_TEST(a_job_pauses_after_failures_and_goes_on_when_told),
        DESK_TEST(a_run_that_waits_or_is_left_out_is_stored),
        DESK_TEST(inputs_are_kept_in_order_and_once_for_all_runs),
        DESK_TEST(keep_lets_runs_and_what_they_were_given_go),
        DESK_TEST(forgetting_an_article_takes_it_out_of_runs),
        DESK_TEST(a_job_runs_on_the_end_of_others_once),
        DESK_TEST(no_job_runs_on_its_own_end),
        DESK_TEST(what_goes_to_quarantine_is_an_event),
        DESK_TEST(a_job_of_events_runs_on_what_comes_from_now_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
