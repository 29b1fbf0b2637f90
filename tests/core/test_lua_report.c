/* What a fault tells the plugin's author: plugin/report.h by way of core/lua. */
#include "lua_help.h"

static int begin(void **state)
{
    static struct lua_fixture fixture;
    fixture_begin(&fixture);
    *state = &fixture;
    return 0;
}

static int end(void **state)
{
    fixture_end(*state);
    return 0;
}

static const char *call_report(struct lua_fixture *fixture, const char *body)
{
    assert_int_equal(fixture_run_of(fixture, body), 0);
    assert_true(fixture_call(fixture) < 0);
    return fixture->fault.traceback;
}

static void an_error_shows_function_article_and_lines(void **state)
{
    struct lua_fixture *fixture = *state;
    fixture->article.id = 17;
    const char *report = call_report(fixture, "local function find(x)\n"
                                              "local y = x.y\n"
                                              "return y.z\n"
                                              "end\n"
                                              "local found = find({})\n"
                                              "return { found }");
    assert_int_equal(strncmp(report, "in find, called by run\n", 23), 0);
    assert_contains(report, "article 17 \"A headline\"\nscripts/tag/test/init.lua:5\n"
                            "      3 | local function find(x)\n"
                            "      4 | local y = x.y\n"
                            ">     5 | return y.z\n"
                            "      6 | end\n"
                            "      7 | local found = find({})\n"
                            "stack traceback:");
}

static void an_error_in_a_module_shows_the_module(void **state)
{
    struct lua_fixture *fixture = *state;
    fixture_file(fixture, "help.lua",
                 "local M = {}\nfunction M.look(t)\n  return t.a.b\nend\nreturn M");
    const char *report = call_report(fixture, "local found = require('help').look({})");
    assert_contains(fixture->fault.message, "scripts/tag/test/help.lua:3: ");
    assert_contains(report, "in look, called by run\n");
    assert_contains(report, ">     3 |   return t.a.b\n");
}

static void the_place_is_the_one_the_message_names(void **state)
{
    struct lua_fixture *fixture = *state;
    const char *report = call_report(fixture, "local function check(x)\n"
                                              "error('no x', 2)\n"
                                              "end\n"
                                              "check(1)");
    assert_contains(fixture->fault.message, "scripts/tag/test/init.lua:6: no x");
    assert_contains(report, ">     6 | check(1)\n");
}

static void an_error_that_is_no_text_has_a_place(void **state)
{
    struct lua_fixture *fixture = *state;
    const char *report = call_report(fixture, "error({ why = 1 })");
    assert_string_equal(fixture->fault.message, "an error that is a table, not a text");
    assert_contains(report, ">     3 | error({ why = 1 })\n");
}

static void options_are_shown_as_they_were(void **state)
{
    struct lua_fixture *fixture = *state;
    msgpack_object_kv pair = {.key.type = MSGPACK_OBJECT_STR, .val.type = MSGPACK_OBJECT_FLOAT64};
    pair.key.via.str = (msgpack_object_str){3, "min"};
    pair.val.via.f64 = 0.25;
    const msgpack_object map = {.type = MSGPACK_OBJECT_MAP, .via.map = {1, &pair}};
    fixture->source.options = &map;
    assert_int_equal(
        fixture_load(
            fixture,
            "return { kind = 'tag', name = 'test', version = '1.0.0', api = 1, about = 'A test.',\n"
            "options = { min = { type = 'number', default = 1 } },\n"
            "run = function() error('no') end }"),
        0);
    assert_true(fixture_call(fixture) < 0);
    assert_contains(fixture->fault.traceback, "options min = 0.25\n");
}

static void a_syntax_error_shows_its_lines(void **state)
{
    struct lua_fixture *fixture = *state;
    assert_true(fixture_load(fixture, "local a = 1\nlocal b = = 2\nreturn {}") < 0);
    assert_contains(fixture->fault.traceback, "while it was loaded\nscripts/tag/test/init.lua:2\n"
                                              "      1 | local a = 1\n"
                                              ">     2 | local b = = 2\n"
                                              "      3 | return {}\n");
}

static void a_manifest_error_shows_its_line(void **state)
{
    struct lua_fixture *fixture = *state;
    assert_true(fixture_load(fixture, "return {\nkind = 'tag', nome = 'test' }") < 0);
    assert_contains(fixture->fault.traceback, ">     2 | kind = 'tag', nome = 'test' }\n");
}

static void time_and_memory_show_where_they_went(void **state)
{
    struct lua_fixture *fixture = *state;
    const char *report = call_report(fixture, "while true do\nend");
    assert_contains(fixture->fault.message,
                    "scripts/tag/test/init.lua:3: stopped after its " FIXTURE_CALL_TEXT);
    assert_contains(report, ">     3 | while true do\n");
    fixture_end(fixture);
    fixture_begin(fixture);
    fixture->world.call_ms = 20000;
    report = call_report(fixture, "local t = {}\nfor i = 1, 1e9 do\nt[i] = {}\nend");
    assert_contains(fixture->fault.message, "scripts/tag/test/init.lua:5: needs more memory");
    assert_contains(report, ">     5 | t[i] = {}\n");
}

static void a_bad_answer_shows_where_the_function_begins(void **state)
{
    struct lua_fixture *fixture = *state;
    const char *report = call_report(fixture, "return { { score = 0/0 } }");
    assert_int_equal(fixture->fault.guard, GUARD_ANSWER);
    assert_contains(report, "in run\narticle \"A headline\"\n");
    assert_contains(report, ">     2 | run = function(article, options)\n");
}

static void what_is_long_or_no_text_is_cut_and_masked(void **state)
{
    struct lua_fixture *fixture = *state;
    static char body[1000];
    static char headline[500];
    memset(headline, 'h', sizeof headline - 1);
    headline[10] = '\x1b';
    fixture->article.headline = str_of(headline);
    snprintf(body, sizeof body, "error('no') --[[ \x1b\xff %0600d ]]", 0);
    const char *report = call_report(fixture, body);
    assert_contains(report, "article \"hhhhhhhhhh?hhhh");
    assert_contains(report, "hhh ...\"\n");
    assert_contains(report, "> ");
    assert_contains(report, "--[[ ?? 000");
    assert_contains(report, "000 ...\n");
    assert_null(strchr(report, '\x1b'));
    assert_int_equal(utf8_valid(report, strlen(report)), strlen(report));
}

static void a_long_path_that_lua_cuts_is_found(void **state)
{
    struct lua_fixture *fixture = *state;
    fixture->source.name = "a-name-of-a-plugin-that-is-as-long-as-it-may-ever-be-000000000000";
    assert_true(fixture_load(fixture, "error('no')") < 0);
    assert_contains(fixture->fault.message, "...");
    assert_contains(fixture->fault.traceback, "000000000000/init.lua:1\n>     1 | error('no')\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_error_shows_function_article_and_lines),
        TEST(an_error_in_a_module_shows_the_module),
        TEST(the_place_is_the_one_the_message_names),
        TEST(an_error_that_is_no_text_has_a_place),
        TEST(options_are_shown_as_they_were),
        TEST(a_syntax_error_shows_its_lines),
        TEST(a_manifest_error_shows_its_line),
        TEST(time_and_memory_show_where_they_went),
        TEST(a_bad_answer_shows_where_the_function_begins),
        TEST(what_is_long_or_no_text_is_cut_and_masked),
        TEST(a_long_path_that_lua_cuts_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
