/* When memory runs out: each cap of a state until a plugin loads and runs, and each allocation of
 * the process that can fail. Nothing may crash or leak (the sanitizers judge). */
#include "base/alloc.h"
#include "lua_help.h"

static const char init[] =
    "local lpeg = require 'lpeg'\n"
    "local lib = require 'part'\n"
    "return { kind = 'tag', name = 'test', version = '1.0.0', api = 1, about = 'x',\n"
    "options = { words = { type = 'list', default = { 'a', 'b' } } },\n"
    "uses = { read = { 'data.tsv' } },\n"
    "run = function(article, options)\n"
    "local list = desk.array {}\n"
    "for key, value in desk.sorted { b = 1, a = { 2 } } do list[#list + 1] = { key = key, "
    "value = value } end\n"
    "list[#list + 1] = { json = desk.json.encode(desk.json.decode '{\"a\":[1,null]}') }\n"
    "list[#list + 1] = { text = article.text:upper() .. desk.read 'data.tsv' .. lib }\n"
    "list[#list + 1] = { date = desk.date.format(0, 'rfc5322'), n = #options.words }\n"
    "local c = coroutine.wrap(function() coroutine.yield(pcall(error, 'x')) end)\n"
    "list[#list + 1] = { tostring(c()), string.format('%s', {}) }\n"
    "return list end }";

static void prepare(struct lua_fixture *fixture)
{
    fixture_begin(fixture);
    fixture_file(fixture, "part.lua", "return 'part'");
    fixture_file(fixture, "data.tsv", "a\tb\n");
    fixture_file(fixture, "init.lua", init);
    fixture_file(
        fixture, "test.lua",
        "return { { name = 'x', article = { headline = 'H', text = 'T', tags = { { scheme ="
        "'a', label = 'b', spans = { { 1, 1 } } } } }, options = { words = { 'c' } },"
        "check = function(a) assert(#a == 6) end } }");
}

static int load_and_run(struct lua_fixture *fixture)
{
    int result =
        lua_plugin_load(&fixture->source, &fixture->world, &fixture->plugin, &fixture->fault);
    if (result == 0)
        result = fixture_call(fixture);
    if (result == 0)
        result = lua_plugin_test(fixture->plugin, 1, &fixture->answer, &fixture->fault);
    return result;
}

static void each_cap_fails_cleanly_until_one_is_enough(void **state)
{
    (void)state;
    size_t cap = 1024;
    for (;; cap += 512) {
        struct lua_fixture fixture;
        prepare(&fixture);
        fixture.world.state_bytes = cap;
        fixture.world.call_ms = 20000;
        const int result = load_and_run(&fixture);
        const int guard = fixture.fault.guard;
        fixture_end(&fixture);
        if (result == 0)
            break;
        assert_true(guard == GUARD_MEMORY || guard == GUARD_LOAD || guard == GUARD_ERROR);
        assert_true(cap < 4 * MIB);
    }
    print_message("          a plugin with LPeg, options and a test runs in %zu KiB\n", cap / KIB);
}

static void each_allocation_may_fail(void **state)
{
    (void)state;
    uint64_t nth = 1;
    for (;; nth++) {
        struct lua_fixture fixture;
        prepare(&fixture);
        fixture.world.call_ms = 20000;
        mem_fail_nth(nth);
        load_and_run(&fixture);
        const int fired = mem_fail_nth(0);
        fixture_end(&fixture);
        if (!fired)
            break;
        if (nth > 300)
            nth += nth / 50; /* the rest are Lua's own, all alike */
    }
    assert_true(nth > 50); /* lua/blocks.c takes small ones together, but under sanitizers */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_cap_fails_cleanly_until_one_is_enough),
        cmocka_unit_test(each_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
