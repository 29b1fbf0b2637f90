/* Tasks in Lua: what they are given, and their cases in test.lua. */
#include "lua_help.h"

#define HEAD "return { kind = 'task', name = 'test', version = '1.0.0', api = 1, about = 'x',\n"
#define ON   "on = { 'schedule', 'job.failed' },\n"

struct event_fixture {
    struct lua_fixture lua;
    struct lua_event event;
    struct article articles[3];
    msgpack_zone zone;
    msgpack_object facts;
};

static void load(struct event_fixture *fixture, const char *run)
{
    static char init[8192];
    static const char facts[] = "\x83\xa4kind\xa8schedule\xa2"
                                "at\xb4"
                                "2026-03-01T07:00:00Z\xa5items\x91\x81\xa3job\xa5night";
    fixture_begin(&fixture->lua);
    fixture->lua.source.kind = "task";
    snprintf(init, sizeof init,
             "local held = {}\n" HEAD ON "run = function(event, options)\n%s\nend }", run);
    if (fixture_load(&fixture->lua, init) < 0)
        fail_msg("%s", fixture->lua.fault.message);
    msgpack_zone_init(&fixture->zone, 1024);
    assert_true(msgpack_unpack(facts, sizeof facts - 1, NULL, &fixture->zone, &fixture->facts) > 0);
    for (int i = 0; i < 3; i++)
        fixture->articles[i] = (struct article){.id = i + 1, .headline = STR_LIT("News")};
    fixture->event = (struct lua_event){.facts = &fixture->facts,
                                        .articles = fixture->articles,
                                        .count = 3,
                                        .at_us = INT64_C(1772348400000000)};
}

static int call(struct event_fixture *fixture)
{
    return lua_plugin_task(fixture->lua.plugin, &fixture->event, &fixture->lua.answer,
                           &fixture->lua.fault);
}

static void leave(struct event_fixture *fixture)
{
    fixture_end(&fixture->lua);
    msgpack_zone_destroy(&fixture->zone);
}

static void a_task_sees_the_event_and_its_articles(void **state)
{
    (void)state;
    struct event_fixture fixture;
    load(&fixture,
         "assert(event.kind == 'schedule' and event.at == '2026-03-01T07:00:00Z')\n"
         "assert(event.items[1].job == 'night' and event.job == nil and event.local_time == nil)\n"
         "assert(desk.date.now() == desk.date.parse(event.at))\n"
         "local ids = {}\n"
         "for i, article in ipairs(event.articles) do ids[i] = article.id .. article.headline end\n"
         "assert(#event.articles == 3 and table.concat(ids, ' ') == '1News 2News 3News')\n"
         "return { { command = 'note', article = event.articles[2].id, text = 'x' } }");
    if (call(&fixture) < 0)
        fail_msg("%s", fixture.lua.fault.message);
    leave(&fixture);
}

static void an_event_cannot_be_written(void **state)
{
    (void)state;
    static const char *const tries[] = {"event.kind = 'x'", "event.articles[1] = 1",
                                        "event.items[1].job = 1", "event.articles[1].headline = 1"};
    for (size_t i = 0; i < 4; i++) {
        struct event_fixture fixture;
        load(&fixture, tries[i]);
        assert_true(call(&fixture) < 0);
        assert_contains(fixture.lua.fault.message, "read-only");
        leave(&fixture);
    }
}

static void an_unknown_field_of_an_event_names_the_nearest(void **state)
{
    (void)state;
    struct event_fixture fixture;
    load(&fixture, "return event.article");
    assert_true(call(&fixture) < 0);
    assert_contains(fixture.lua.fault.message, "did you mean event.articles");
    leave(&fixture);
}

/* A plugin keeps an article in an upvalue: in the next call it shows nothing. */
static void articles_of_an_earlier_event_are_no_more(void **state)
{
    (void)state;
    struct event_fixture fixture;
    load(&fixture, "local old = held[1]\n"
                   "held[1] = held[1] or event.articles[1]\n"
                   "if old then return { { command = 'note', article = old.id } } end");
    if (call(&fixture) < 0)
        fail_msg("%s", fixture.lua.fault.message);
    assert_true(call(&fixture) < 0);
    assert_contains(fixture.lua.fault.message, "this article is no more");
    leave(&fixture);
}

/* ---- the manifest ---- */

static void refused(const char *init, const char *why)
{
    struct lua_fixture fixture;
    fixture_begin(&fixture);
    fixture.source.kind = "task";
    assert_true(fixture_load(&fixture, init) < 0);
    assert_contains(fixture.fault.message, why);
    fixture_end(&fixture);
}

static void a_task_must_say_what_it_runs_on(void **state)
{
    (void)state;
    refused(HEAD "run = function() end }", "as in on = { \"schedule\"");
    refused(HEAD "on = {}, run = function() end }", "as in on = { \"schedule\"");
    refused(HEAD "on = { 'job.fialed' }, run = function() end }", "did you mean 'job.failed'?");
    refused(HEAD "on = { 7 }, run = function() end }", "'on' must be a list of texts");
}

static void only_a_task_runs_on_events(void **state)
{
    (void)state;
    struct lua_fixture fixture;
    fixture_begin(&fixture);
    assert_true(fixture_load(&fixture,
                             "return { kind = 'tag', name = 'test', version = '1.0.0', api = 1,\n"
                             "about = 'x', on = { 'schedule' }, run = function() end }") < 0);
    assert_contains(fixture.fault.message, "'on' is for tasks");
    fixture_end(&fixture);
}

/* ---- test.lua ---- */

static const char *test_case(const char *run, const char *cases, char *report, size_t size)
{
    struct lua_fixture fixture;
    static char init[4096];
    fixture_begin(&fixture);
    fixture.source.kind = "task";
    snprintf(init, sizeof init, HEAD ON "run = function(event, options)\n%s\nend }", run);
    fixture_file(&fixture, "test.lua", cases);
    if (fixture_load(&fixture, init) < 0 ||
        lua_plugin_test(fixture.plugin, 1, &fixture.answer, &fixture.fault) < 0)
        fail_msg("%s", fixture.fault.message);
    assert_int_equal(
        msgpack_unpack_next(&fixture.unpacked, fixture.answer.at, fixture.answer.len, NULL),
        MSGPACK_UNPACK_SUCCESS);
    msgpack_object_print_buffer(report, size, fixture.unpacked.data);
    fixture_end(&fixture);
    return report;
}

static void a_case_gives_an_event_and_articles(void **state)
{
    (void)state;
    char report[2048];
    test_case("return { { command = 'write', name = event.job .. '.txt',\n"
              "text = event.at .. ' ' .. event.articles[2].headline } }",
              "return { { name = 'one', event = { job = 'daily', at = '2026-03-01T07:00:00Z' },\n"
              "articles = { { headline = 'A' }, { headline = 'B' } },\n"
              "expect = { { command = 'write', name = 'daily.txt',\n"
              "text = '2026-03-01T07:00:00Z B' } } } }",
              report, sizeof report);
    assert_contains(report, "\"passed\"=>true");
    assert_contains(report, "\"daily.txt\"");
}

static void a_case_fails_where_the_answer_is_no_list_of_commands(void **state)
{
    (void)state;
    char report[2048];
    test_case("return { { command = 'wriet', name = 'a' } }",
              "return { { name = 'one', check = function() end } }", report, sizeof report);
    assert_contains(report, "\"passed\"=>false");
    assert_contains(report, "did you mean");
}

static void a_case_with_an_unknown_event_fails(void **state)
{
    (void)state;
    char report[2048];
    test_case("return {}", "return { { event = { kind = 'job.dnoe' }, check = function() end } }",
              report, sizeof report);
    assert_contains(report, "did you mean 'job.done'");
    test_case("return {}", "return { { event = { instant = 'x' }, check = function() end } }",
              report, sizeof report);
    assert_contains(report, "event has no field 'instant'");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_task_sees_the_event_and_its_articles),
        cmocka_unit_test(an_event_cannot_be_written),
        cmocka_unit_test(an_unknown_field_of_an_event_names_the_nearest),
        cmocka_unit_test(articles_of_an_earlier_event_are_no_more),
        cmocka_unit_test(a_task_must_say_what_it_runs_on),
        cmocka_unit_test(only_a_task_runs_on_events),
        cmocka_unit_test(a_case_gives_an_event_and_articles),
        cmocka_unit_test(a_case_fails_where_the_answer_is_no_list_of_commands),
        cmocka_unit_test(a_case_with_an_unknown_event_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
