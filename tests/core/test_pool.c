/* The pool with plugins that behave: who gets which job, when, and what comes back. */
#include "pool_harness.h"
#include "worker/page.h"

static void every_job_is_answered_once(void **state)
{
    (void)state;
    struct harness *h = harness_open_hostile(NULL);
    harness_ship_native(h, 0, "ok");
    for (int i = 0; i < 300; i++)
        harness_ask(h, 0);
    harness_run(h);
    for (unsigned i = 0; i < h->count; i++) {
        assert_false(h->jobs[i].faulted);
        assert_string_equal(h->jobs[i].label, "ok");
    }
    harness_close(h);
}

static void one_worker_answers_in_order(void **state)
{
    (void)state;
    struct harness *h = harness_open_hostile(&(struct pool_options){.workers = 1});
    harness_ship_native(h, 0, "ok");
    for (int i = 0; i < 100; i++)
        harness_ask(h, 0);
    harness_run(h);
    for (unsigned i = 0; i < h->count; i++)
        assert_int_equal(h->jobs[i].order, i);
    harness_close(h);
}

static void a_full_pool_says_busy_and_later_that_there_is_room(void **state)
{
    (void)state;
    struct harness *h = harness_open_hostile(&(struct pool_options){.workers = 1});
    harness_ship_native(h, 0, "ok");
    for (unsigned i = 0; i < LIMIT(WORKER_QUEUE_ITEMS); i++)
        assert_int_equal(pool_submit(h->pool, &harness_article(h, 0)->job), 0);
    struct harness_job *last = harness_article(h, 0);
    assert_int_equal(pool_submit(h->pool, &last->job), ERR_BUSY);
    assert_int_equal(h->rooms, 0);
    while (h->rooms == 0)
        uv_run(&h->loop, UV_RUN_ONCE);
    assert_int_equal(pool_submit(h->pool, &last->job), 0);
    harness_run(h);
    harness_close(h);
}

static void a_job_larger_than_the_queue_goes_to_an_idle_worker(void **state)
{
    (void)state;
    struct harness *h = harness_open_hostile(&(struct pool_options){.workers = 1});
    harness_ship_native(h, 0, "ok");
    struct harness_job *large = harness_article(h, 0);
    msgpack_packer packer;
    size_t size = LIMIT(WORKER_QUEUE_BYTES) + 1000;
    char *body = calloc(1, size);
    memset(body, 'x', size);
    struct article article = {.id = 1, .headline = STR_LIT("Large"), .body = {body, size}};
    buf_clear(&large->job.payload);
    wire_packer(&packer, &large->job.payload);
    msgpack_pack_map(&packer, 2);
    wire_pack_key(&packer, "plugins");
    msgpack_pack_array(&packer, 1);
    msgpack_pack_uint32(&packer, 0);
    wire_pack_key(&packer, "article");
    article_pack(&packer, &article);
    harness_submit(h, large);
    assert_int_equal(pool_submit(h->pool, &harness_article(h, 0)->job), ERR_BUSY);
    harness_submit(h, &h->jobs[1]);
    harness_run(h);
    assert_string_equal(large->label, "ok");
    free(body);
    harness_close(h);
}

static void a_job_that_must_be_alone_gets_a_worker_to_itself(void **state)
{
    (void)state;
    struct harness *h = harness_open_hostile(NULL);
    harness_ship_native(h, 0, "slow");
    for (int i = 0; i < 10; i++)
        harness_ask(h, 0);
    struct harness_job *lonely = harness_article(h, 0);
    lonely->job.alone = true;
    harness_submit(h, lonely);
    for (int i = 0; i < 10; i++)
        harness_ask(h, 0);
    harness_run(h);
    assert_false(lonely->faulted);
    harness_close(h);
}

static void fresh_jobs_have_a_process_each(void **state)
{
    (void)state;
    struct harness *h = harness_open_hostile(NULL);
    harness_ship_native(h, 0, "pid");
    for (int i = 0; i < 4; i++) {
        struct harness_job *j = harness_article(h, 0);
        j->job.fresh = true;
        harness_submit(h, j);
    }
    harness_run(h);
    for (unsigned i = 0; i < 4; i++)
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(h->jobs[i].label, h->jobs[k].label);
    harness_close(h);
}

static void a_session_stays_in_one_worker(void **state)
{
    (void)state;
    struct harness *h = harness_open_hostile(NULL);
    harness_ship_native(h, 0, "pid");
    int64_t session = pool_session(h->pool);
    for (int i = 0; i < 20; i++) {
        struct harness_job *j = harness_article(h, 0);
        j->job.session = session;
        harness_submit(h, j);
        harness_ask(h, 0);
    }
    harness_run(h);
    for (unsigned i = 2; i < h->count; i += 2)
        assert_string_equal(h->jobs[i].label, h->jobs[0].label);
    pool_session_end(h->pool, session);
    harness_close(h);
}

static void a_session_ends_with_its_worker(void **state)
{
    (void)state;
    struct harness *h = harness_open_hostile(NULL);
    harness_ship_native(h, 0, "ok");
    harness_ship_native(h, 1, "aborts");
    int64_t session = pool_session(h->pool);
    for (uint32_t i = 0; i < 3; i++) {
        struct harness_job *j = harness_article(h, i == 1);
        j->job.session = session;
        harness_submit(h, j);
    }
    harness_run(h);
    assert_true(h->jobs[1].faulted && h->jobs[2].faulted);
    assert_non_null(strstr(h->jobs[1].message, "SIGABRT"));
    assert_non_null(strstr(h->jobs[2].message, "session"));
    struct harness_job late = {.job = h->jobs[2].job};
    assert_int_equal(pool_submit(h->pool, &late.job), ERR_CANCELLED);
    pool_session_end(h->pool, session);
    harness_close(h);
}

static void a_plugin_that_cannot_be_opened_is_named(void **state)
{
    (void)state;
    const char *native[] = {"/nowhere/at/all.so"};
    struct harness *h = harness_open(&(struct pool_options){.native = native, .native_count = 1});
    harness_ask(h, 0);
    harness_run(h);
    assert_true(h->jobs[0].faulted);
    assert_non_null(strstr(h->jobs[0].message, "/nowhere/at/all.so"));
    harness_close(h);
}

static void a_program_that_is_no_worker_is_given_up(void **state)
{
    (void)state;
    struct harness *h = harness_open(&(struct pool_options){.program = "/bin/false"});
    harness_ask(h, 0);
    harness_run(h);
    assert_true(h->jobs[0].faulted);
    assert_non_null(strstr(h->jobs[0].message, "cannot start"));
    harness_close(h);
}

static void a_program_that_is_not_there_is_given_up(void **state)
{
    (void)state;
    struct harness *h = harness_open(&(struct pool_options){.program = "/nowhere/copydesk"});
    struct harness_job *j = harness_article(h, 0);
    assert_int_equal(pool_submit(h->pool, &j->job), 0);
    harness_run(h);
    assert_true(j->faulted);
    assert_non_null(strstr(j->message, "/nowhere/copydesk"));
    harness_close(h);
}

static void closing_answers_what_is_out(void **state)
{
    (void)state;
    struct harness *h = harness_open_hostile(NULL);
    harness_ship_native(h, 0, "slow");
    harness_ship_native(h, 1, "spins");
    for (uint32_t i = 0; i < 10; i++)
        harness_ask(h, i % 2);
    uv_run(&h->loop, UV_RUN_ONCE);
    unsigned before = h->answered;
    pool_close(h->pool, harness_closed, h);
    assert_int_equal(h->answered, h->count);
    assert_true(h->count > before);
    assert_non_null(strstr(h->jobs[9].message, "cancelled"));
    uv_run(&h->loop, UV_RUN_DEFAULT);
    assert_true(h->closed);
    assert_int_equal(uv_loop_close(&h->loop), 0);
    for (unsigned i = 0; i < h->count; i++)
        buf_free(&h->jobs[i].job.payload);
    free(h);
}

static struct pool_frame *kept;
static const msgpack_object *kept_value;

static void keep(struct pool_job *job, const struct pool_answer *answer)
{
    kept = pool_answer_keep(answer);
    kept_value = answer->value;
    harness_done(job, answer);
}

static void an_answer_can_be_kept(void **state)
{
    (void)state;
    struct harness *h = harness_open_hostile(NULL);
    harness_ship_native(h, 0, "ok");
    struct harness_job *j = harness_article(h, 0);
    j->job.done = keep;
    harness_submit(h, j);
    for (int i = 0; i < 50; i++)
        harness_ask(h, 0);
    harness_run(h);
    j->label[0] = '\0';
    harness_read_answer(j, kept_value);
    assert_string_equal(j->label, "ok");
    pool_frame_free(kept);
    harness_close(h);
}

static void an_unknown_plugin_is_a_fault_of_its_result(void **state)
{
    (void)state;
    struct harness *h = harness_open_hostile(NULL);
    harness_ask(h, 5);
    harness_run(h);
    assert_false(h->jobs[0].faulted);
    assert_int_equal(h->jobs[0].inner_guard, GUARD_LOAD);
    harness_close(h);
}

static void usage_counts_running_and_ended_workers(void **state)
{
    (void)state;
    struct pool_usage usage;
    struct harness *h = harness_open_hostile(NULL);
    harness_ship_native(h, 0, "slow");
    harness_ask(h, 0);
    harness_ask(h, 0);
    harness_run(h);
    pool_usage(h->pool, &usage);
    assert_true(usage.cpu_us > 20 * 1000);
    assert_true(usage.peak_rss > 100 * KIB);
    assert_int_equal(usage.replaced, 0);
    harness_close(h);
}

static void calls_are_counted_for_each_plugin_also_of_workers_that_ended(void **state)
{
    (void)state;
    struct pool_calls slow, pid;
    struct harness *h = harness_open_hostile(NULL);
    harness_ship_native(h, 0, "slow");
    harness_ship_native(h, 1, "pid");
    harness_ask(h, 0);
    harness_ask(h, 0);
    for (int i = 0; i < 3; i++) {
        struct harness_job *j = harness_article(h, 1);
        j->job.fresh = true; /* its worker ends with it */
        harness_submit(h, j);
    }
    harness_run(h);
    pool_calls(h->pool, 0, &slow);
    pool_calls(h->pool, 1, &pid);
    assert_int_equal(slow.count, 2);
    assert_true(slow.most_us > 10 * 1000 && slow.us >= slow.most_us && slow.us <= 2 * slow.most_us);
    assert_int_equal(pid.count, 3);
    assert_true(pid.most_us < slow.most_us);
    pool_calls(h->pool, 2, &pid);
    assert_int_equal(pid.count, 0);
    assert_true(LIMIT(PLUGINS) <= PAGE_PLUGINS);
    harness_close(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_is_answered_once),
        cmocka_unit_test(one_worker_answers_in_order),
        cmocka_unit_test(a_full_pool_says_busy_and_later_that_there_is_room),
        cmocka_unit_test(a_job_larger_than_the_queue_goes_to_an_idle_worker),
        cmocka_unit_test(a_job_that_must_be_alone_gets_a_worker_to_itself),
        cmocka_unit_test(fresh_jobs_have_a_process_each),
        cmocka_unit_test(a_session_stays_in_one_worker),
        cmocka_unit_test(a_session_ends_with_its_worker),
        cmocka_unit_test(a_plugin_that_cannot_be_opened_is_named),
        cmocka_unit_test(a_program_that_is_no_worker_is_given_up),
        cmocka_unit_test(a_program_that_is_not_there_is_given_up),
        cmocka_unit_test(closing_answers_what_is_out),
        cmocka_unit_test(an_answer_can_be_kept),
        cmocka_unit_test(an_unknown_plugin_is_a_fault_of_its_result),
        cmocka_unit_test(usage_counts_running_and_ended_workers),
        cmocka_unit_test(calls_are_counted_for_each_plugin_also_of_workers_that_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
