/* Loading and calling Lua plugins: the contract of core/lua/plugin.h. */
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

static void an_answer_comes_back_as_msgpack(void **state)
{
    struct lua_fixture *fixture = *state;
    assert_int_equal(
        fixture_run_of(fixture, "return { { scheme = 'a', label = article.headline } }"), 0);
    assert_int_equal(fixture_call(fixture), 0);
    static const char expected[] = "\x91\x82\xa5label\xaa"
                                   "A headline\xa6scheme\xa1"
                                   "a";
    assert_int_equal(fixture->answer.len, sizeof expected - 1);
    assert_memory_equal(fixture->answer.at, expected, sizeof expected - 1);
}

static void an_error_names_file_and_line(void **state)
{
    struct lua_fixture *fixture = *state;
    assert_int_equal(fixture_run_of(fixture, "local x\nreturn x.y"), 0);
    assert_true(fixture_call(fixture) < 0);
    assert_int_equal(fixture->fault.guard, GUARD_ERROR);
    assert_contains(fixture->fault.message, "tag/test/init.lua:4: attempt to index a nil value");
    assert_contains(fixture->fault.traceback, "tag/test/init.lua:4: in function");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_answer_comes_back_as_msgpack, begin, end),
        cmocka_unit_test_setup_teardown(an_error_names_file_and_line, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
