/* What a plugin holds is gone when it is unloaded: coroutines in the midst of work, patterns, files
 * of an export that was never closed, handles of the host and of native modules (gazetteers, what
 * an analysis found), the timer of its calls. */
#include <dirent.h>
#include <malloc.h>

#include "lua_help.h"
#include "native_help.h"

static struct lua_ledger ledger(void)
{
    struct lua_ledger now;
    lua_ledger(&now);
    return now;
}

static unsigned open_descriptors(void)
{
    unsigned count = 0;
    DIR *dir = opendir("/proc/self/fd");
    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static void assert_nothing_is_left(const struct lua_fixture *fixture)
{
    const struct lua_ledger now = ledger();
    if (now.states || now.lost || now.timed)
        fail_msg("%s: %zu states, %zu bytes, timer %d", fixture->source.kind, now.states, now.lost,
                 now.timed);
}

/* Loads, calls (the call may fail), unloads. */
static void run_and_unload(const char *body)
{
    struct lua_fixture fixture;
    const unsigned descriptors = open_descriptors();
    fixture_begin(&fixture);
    assert_int_equal(fixture_run_of(&fixture, body), 0);
    assert_int_equal(ledger().states, 1);
    (void)fixture_call(&fixture);
    fixture_end(&fixture);
    assert_nothing_is_left(&fixture);
    assert_int_equal(open_descriptors(), descriptors);
}

static void coroutines_in_the_midst_of_work_are_gone(void **state)
{
    (void)state;
    run_and_unload("held = nil\n"
                   "local all = {}\n"
                   "for i = 1, 100 do\n"
                   "  local c = coroutine.create(function(a) local big = ('x'):rep(1000)\n"
                   "    coroutine.yield(a) return big end)\n"
                   "  coroutine.resume(c, article)\n"
                   "  all[i] = c\n"
                   "end\n"
                   "return {}");
}

static void patterns_and_closures_are_gone(void **state)
{
    (void)state;
    run_and_unload(
        "local l = require 'lpeg'\n"
        "local p = l.P 'a'\n"
        "for i = 1, 100 do p = p + l.Ct(l.C(l.P('b'):rep(1) / function() return article end)) "
        "end\n"
        "return {}");
    run_and_unload("local l = require 'lpeg'\n"
                   "local keep = {}\n"
                   "for i = 1, 100 do keep[i] = l.P(('x'):rep(i)) end\n"
                   "return {}");
}

static void a_call_that_was_stopped_leaves_nothing(void **state)
{
    (void)state;
    run_and_unload("while true do pcall(function() while true do end end) end");
    run_and_unload("local t = {} while true do t = { t, coroutine.create(print) } end");
    run_and_unload(
        "local x <close> = setmetatable({}, { __close = function() error('late') end })\n"
        "error('first')");
}

static const char open_export[] =
    "return { kind = 'export', name = 'test', version = '1.0.0', api = 1, about = 'A test.',\n"
    "  open = function(ctx)\n"
    "    for i = 1, 50 do ctx:file('f' .. i):write(('x'):rep(1000)) end\n"
    "  end,\n"
    "  write = function() end, close = function() end }\n";

static void files_of_an_export_that_was_not_closed_are_gone(void **state)
{
    (void)state;
    struct lua_fixture fixture;
    struct buf files = BUF_INIT;
    fixture_begin(&fixture);
    fixture.source.kind = "export";
    assert_int_equal(fixture_load(&fixture, open_export), 0);
    if (lua_plugin_export_open(fixture.plugin, &files, &fixture.fault) < 0)
        fail_msg("%s", fixture.fault.message);
    buf_free(&files);
    fixture_end(&fixture);
    assert_nothing_is_left(&fixture);
}

static void a_plugin_that_does_not_load_leaves_nothing(void **state)
{
    (void)state;
    static const char *const bad[] = {"while true do end",
                                      "local t = {} while true do t = { t } end",
                                      "return { kind = 'tag' }", "syntax("};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct lua_fixture fixture;
        fixture_begin(&fixture);
        fixture.world.call_ms = 50;
        assert_true(fixture_load(&fixture, bad[i]) < 0);
        fixture_end(&fixture);
        assert_nothing_is_left(&fixture);
    }
}

/* Their memory is C's: no allocator of a state counts it. */
static const char makes_handles[] =
    "local held, names = {}, {}\n"
    "for i = 1, 500 do names[i] = 'HMS Example ' .. i end\n"
    "return { kind = 'tag', name = 'test', version = '1.0.0', api = 1, about = 'A test.',\n"
    "  run = function(article)\n"
    "    local keep = {}\n"
    "    for i = 1, 10 do\n"
    "      local text = article.text .. ' HMS Example ' .. i\n"
    "      local found = desk.text.analyse(text, 'en')\n"
    "      keep[i] = { found, found:match(desk.text.gazetteer(names)), desk.text.words(text) }\n"
    "    end\n"
    "    held[1] = keep\n"
    "    error('in the midst of it')\n"
    "  end }\n";

static void call_with_modules(const struct lua_module *modules, size_t count)
{
    struct lua_fixture fixture;
    fixture_begin(&fixture);
    fixture.world.modules = modules;
    fixture.world.module_count = count;
    if (fixture_load(&fixture, makes_handles) < 0)
        fail_msg("%s", fixture.fault.message);
    assert_true(fixture_call(&fixture) < 0);
    fixture_end(&fixture);
    assert_nothing_is_left(&fixture);
}

static void handles_of_native_modules_are_gone(void **state)
{
    (void)state;
    struct error err = {0};
    struct lua_module modules[8];
    size_t count = 0, before = 0;
    struct native_registry *registry = open_registry();
    assert_non_null(registry);
    if (native_load("text", registry, &err) < 0)
        fail_msg("%s", err.text);
    const struct native_lua_module *native = native_lua_modules(registry, &count);
    assert_true(count > 0 && count <= 8);
    for (size_t i = 0; i < count; i++)
        modules[i] = (struct lua_module){native[i].name, (int (*)(void *))native[i].opener};
    for (int i = 0; i < 30; i++) {
        call_with_modules(modules, count);
        if (i == 5)
            before = mallinfo2().uordblks;
    }
    const size_t after = mallinfo2().uordblks;
    if (after > before + 16 * 1024)
        fail_msg("%zu bytes more after 24 plugins with gazetteers", after - before);
    native_registry_free(registry);
}

/* A hundred times over, the process is no larger. */
static void loading_over_and_over_costs_no_memory(void **state)
{
    (void)state;
    size_t before = 0;
    for (int i = 0; i < 120; i++) {
        run_and_unload("local keep = {} for i = 1, 1000 do keep[i] = { i } end return {}");
        if (i == 20)
            before = mallinfo2().uordblks;
    }
    const size_t after = mallinfo2().uordblks;
    if (after > before + 16 * 1024)
        fail_msg("%zu bytes more after 100 plugins", after - before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coroutines_in_the_midst_of_work_are_gone),
        cmocka_unit_test(patterns_and_closures_are_gone),
        cmocka_unit_test(a_call_that_was_stopped_leaves_nothing),
        cmocka_unit_test(files_of_an_export_that_was_not_closed_are_gone),
        cmocka_unit_test(a_plugin_that_does_not_load_leaves_nothing),
        cmocka_unit_test(handles_of_native_modules_are_gone),
        cmocka_unit_test(loading_over_and_over_costs_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
