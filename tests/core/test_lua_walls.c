/* The soft walls: time and memory. Each body here would run for ever or eat the machine. */
#include <time.h>

#include "lua_help.h"

struct wall {
    const char *name, *body;
    int guard;
};

static const struct wall walls[] = {
    {"a plain loop", "while true do end", GUARD_TIME},
    {"a loop of pcall", "while true do pcall(function() while true do end end) end", GUARD_TIME},
    {"a loop of pcall that fails", "while true do pcall(error) end", GUARD_TIME},
    {"a loop of xpcall",
     "while true do xpcall(function() while true do end end, function() end) end", GUARD_TIME},
    {"a handler of xpcall that loops",
     "xpcall(function() error('x') end, function() while true do end end)", GUARD_TIME},
    {"a handler that loops after the stop",
     "xpcall(function() while true do end end, function() while true do end end)", GUARD_TIME},
    {"a handler that fails and fails",
     "local function h() error('again') end\n"
     "while true do xpcall(error, h) end",
     GUARD_TIME},
    {"a coroutine", "coroutine.wrap(function() while true do end end)()", GUARD_TIME},
    {"a coroutine made before the deadline was near",
     "local c = coroutine.create(function() while true do coroutine.yield() while true do end end "
     "end)\ncoroutine.resume(c) coroutine.resume(c)",
     GUARD_TIME},
    {"a loop of coroutines that catch it",
     "while true do coroutine.resume(coroutine.create(function() while true do end end)) end",
     GUARD_TIME},
    {"coroutines in coroutines",
     "local function f() coroutine.wrap(f)() end while true do pcall(f) "
     "end",
     GUARD_TIME},
    {"a generator that never ends",
     "for _ in coroutine.wrap(function() while true do coroutine.yield(1) end end) do end",
     GUARD_TIME},
    {"pcall in a coroutine",
     "coroutine.wrap(function() while true do pcall(function() while true do "
     "end end) end end)()",
     GUARD_TIME},
    {"__close that loops",
     "do local x <close> = setmetatable({}, {__close = function() while true do "
     "end end}) end",
     GUARD_TIME},
    {"__close that runs a coroutine after the stop",
     "local x <close> = setmetatable({}, {__close = coroutine.wrap(function() while true do end "
     "end)})\nwhile true do end",
     GUARD_TIME},
    {"a comparison that loops", "table.sort({3, 2, 1, 5}, function() while true do end end)",
     GUARD_TIME},
    {"a sort that is long",
     "local t = {} for i = 1, 4e5 do t[i] = i * 7919 % 65537 end\n"
     "while true do table.sort(t, function(a, b) return a < b end) "
     "table.sort(t, function(a, b) return a > b end) end",
     GUARD_TIME},
    {"a callback of gsub that loops",
     "(('x'):rep(100)):gsub('x', function() while true do end end)", GUARD_TIME},
    {"gsub over and over",
     "local s = ('x'):rep(1e5)\n"
     "while true do s:gsub('x', function() return 'x' end) end",
     GUARD_TIME},
    {"__index that loops",
     "local t = setmetatable({}, {__index = function() while true do end end}) "
     "return t.x",
     GUARD_TIME},
    {"load of a loop", "load('while true do end')()", GUARD_TIME},
    {"a text that __tostring never gives",
     "error(setmetatable({}, {__tostring = function() while true do end end}))", GUARD_TIME},
    {"goto", "::again:: goto again", GUARD_TIME},
    {"tables", "local t = {} while true do t = { t, {}, {} } end", GUARD_MEMORY},
    {"a text that doubles", "local s = 'x' while true do s = s .. s end", GUARD_MEMORY},
    {"a text that is huge", "return ('x'):rep(1 << 30)", GUARD_MEMORY},
    {"texts joined without end", "local t = {} for i = 1, 1e8 do t[i] = 'some text ' .. i end",
     GUARD_MEMORY},
    {"closures", "local t = {} while true do t[#t + 1] = function() return t end end",
     GUARD_MEMORY},
    {"coroutines", "local t = {} while true do t[#t + 1] = coroutine.create(print) end",
     GUARD_MEMORY},
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void each_wall_holds_and_the_plugin_goes_on(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof walls / sizeof *walls; i++) {
        struct lua_fixture fixture;
        char body[2048];
        fixture_begin(&fixture);
        if (walls[i].guard == GUARD_MEMORY)
            fixture.world.call_ms = 20000;
        snprintf(body, sizeof body, "if article.headline == 'ok' then return 'fine' end\n%s",
                 walls[i].body);
        assert_int_equal(fixture_run_of(&fixture, body), 0);
        const int64_t start = now_ms();
        const int result = fixture_call(&fixture);
        const int64_t took = now_ms() - start;
        if (result >= 0 || fixture.fault.guard != walls[i].guard || took > 15000)
            fail_msg("%s: result %d, guard %d (want %d), %lld ms: %s", walls[i].name, result,
                     fixture.fault.guard, walls[i].guard, (long long)took, fixture.fault.message);
        fixture.article.headline = STR_LIT("ok");
        if (fixture_call(&fixture) < 0)
            fail_msg("%s: the call after it failed: %s", walls[i].name, fixture.fault.message);
        fixture_end(&fixture);
    }
}

static void a_memory_fault_says_where(void **state)
{
    struct lua_fixture *fixture = *state;
    fixture->world.call_ms = 20000;
    assert_int_equal(fixture_run_of(fixture, "local t = {}\nfor i = 1, 1e9 do\nt[i] = {}\nend"), 0);
    assert_true(fixture_call(fixture) < 0);
    assert_contains(fixture->fault.message, "tag/test/init.lua:5: needs more memory");
}

static void a_time_fault_has_a_traceback(void **state)
{
    struct lua_fixture *fixture = *state;
    assert_int_equal(
        fixture_run_of(fixture, "local function spin()\nwhile true do end\nend\nspin()"), 0);
    assert_true(fixture_call(fixture) < 0);
    assert_contains(fixture->fault.message, FIXTURE_CALL_TEXT);
    assert_contains(fixture->fault.traceback, "init.lua:4: in");
}

static void memory_that_was_refused_can_be_caught(void **state)
{
    struct lua_fixture *fixture = *state;
    const char *text = fixture_text(fixture, "local ok, why = pcall(string.rep, 'x', 1 << 30)\n"
                                             "return tostring(ok) .. ' ' .. why");
    assert_string_equal(text, "false not enough memory");
}

static void deep_recursion_is_an_error(void **state)
{
    struct lua_fixture *fixture = *state;
    fixture->world.state_bytes = 256 * MIB;
    fixture->world.call_ms = 5000;
    assert_null(fixture_text(fixture, "local function f(n) return 1 + f(n + 1) end return f(1)"));
    assert_int_equal(fixture->fault.guard, GUARD_ERROR);
    assert_contains(fixture->fault.message, "stack overflow");
    assert_contains(fixture->fault.traceback, " more of the same");
    static const char line[] = "in upvalue 'f'";
    const char *first = strstr(fixture->fault.traceback, line);
    assert_non_null(first);
    assert_null(strstr(first + 1, line));
}

static void functions_that_call_each_other_are_folded_too(void **state)
{
    struct lua_fixture *fixture = *state;
    fixture->world.state_bytes = 256 * MIB;
    fixture->world.call_ms = 5000;
    assert_null(fixture_text(fixture, "local f, g\n"
                                      "f = function(n) return 1 + g(n) end\n"
                                      "g = function(n) return 2 + f(n) end\n"
                                      "return f(1)"));
    const char *traceback = fixture->fault.traceback;
    assert_contains(traceback, " more of the same");
    const char *first = strstr(traceback, "in upvalue 'f'");
    assert_non_null(first);
    const char *second = strstr(first + 1, "in upvalue 'f'");
    assert_true(!second || !strstr(second + 1, "in upvalue 'f'"));
}

static void deep_recursion_through_c_is_an_error(void **state)
{
    struct lua_fixture *fixture = *state;
    fixture->world.call_ms = 5000;
    assert_null(fixture_text(fixture, "local function f() return (('x'):gsub('x', f)) end f()"));
    assert_int_equal(fixture->fault.guard, GUARD_ERROR);
    assert_contains(fixture->fault.message, "C stack overflow");
}

static void errors_of_any_kind_have_a_message(void **state)
{
    static const struct {
        const char *body, *message;
    } errors[] = {
        {"error({})", "an error that is a table, not a text"},
        {"error()", "an error that is a nil, not a text"},
        {"error(setmetatable({}, { __tostring = function() return 'own words' end }))",
         "own words"},
        {"error(setmetatable({}, { __tostring = function() error('twice') end }))",
         "an error that is a table, not a text"},
        {"error(7)", "7"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        struct lua_fixture fixture;
        fixture_begin(&fixture);
        assert_null(fixture_text(&fixture, errors[i].body));
        assert_int_equal(fixture.fault.guard, GUARD_ERROR);
        assert_contains(fixture.fault.message, errors[i].message);
        fixture_end(&fixture);
    }
}

static void loading_has_a_budget_too(void **state)
{
    struct lua_fixture *fixture = *state;
    assert_true(fixture_load(fixture, "while true do end") < 0);
    assert_int_equal(fixture->fault.guard, GUARD_TIME);
}

static void each_call_has_its_own_budget(void **state)
{
    struct lua_fixture *fixture = *state;
    assert_int_equal(fixture_run_of(fixture, "for i = 1, 1e6 do end return 'x'"), 0);
    const int64_t start = now_ms();
    while (now_ms() - start < 400)
        if (fixture_call(fixture) < 0)
            fail_msg("%s", fixture->fault.message);
}

static void c_functions_that_would_count_for_ever_are_cut(void **state)
{
    struct lua_fixture *fixture = *state;
    const char *text = fixture_text(fixture, "local _, why = pcall(table.move, {}, 1, 1e15, 2)\n"
                                             "return (''):rep(1e18) .. why");
    assert_contains(text, "table.move: over");
}

static void a_fault_keeps_within_its_room(void **state)
{
    struct lua_fixture *fixture = *state;
    assert_null(fixture_text(fixture, "error(('\\u{e9}'):rep(5000))"));
    assert_true(strlen(fixture->fault.message) < sizeof fixture->fault.message);
    assert_int_equal(utf8_valid(fixture->fault.message, strlen(fixture->fault.message)),
                     strlen(fixture->fault.message));
}

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

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_wall_holds_and_the_plugin_goes_on),
        TEST(a_memory_fault_says_where),
        TEST(a_time_fault_has_a_traceback),
        TEST(memory_that_was_refused_can_be_caught),
        TEST(deep_recursion_is_an_error),
        TEST(functions_that_call_each_other_are_folded_too),
        TEST(deep_recursion_through_c_is_an_error),
        TEST(errors_of_any_kind_have_a_message),
        TEST(loading_has_a_budget_too),
        TEST(each_call_has_its_own_budget),
        TEST(c_functions_that_would_count_for_ever_are_cut),
        TEST(a_fault_keeps_within_its_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
