/* Lua plugins against the walls, in real workers: loops of every kind that a sandbox of Lua alone
 * does not stop, memory, recursion, and doors that must not be there. Each time the other jobs are
 * answered and the fault says which wall it was. */
#include "pool_harness.h"

#ifdef COPYDESK_SANITIZED
#define SLOWER 4 /* times, under sanitizers */
#else
#define SLOWER 1
#endif

enum { GOOD, BAD };

#define PLUGIN(name, body)                                                                         \
    "return { kind = 'tag', name = '" name "', version = '1.0.0', api = 1, about = 'Test.',\n"     \
    "  run = function(article, options)\n" body "\n  end }\n"

static const char good[] = PLUGIN("good", "return { { scheme = 'test', label = 'ok' } }");

static struct harness_job run_beside_others(const char *name, const char *code)
{
    struct harness *h = harness_open(
        &(struct pool_options){.call_ms = 200 * SLOWER, .grace_ms = 200, .state_bytes = 32 * MIB});
    harness_ship_lua(h, GOOD, "tag", "good", good);
    harness_ship_lua(h, BAD, "tag", name, code);
    for (int i = 0; i < 9; i++)
        harness_ask(h, i == 4 ? BAD : GOOD);
    harness_run(h);
    for (unsigned i = 0; i < h->count; i++)
        if (i != 4 && strcmp(h->jobs[i].label, "ok") != 0)
            fail_msg("job %u: %s %s", i, h->jobs[i].message, h->jobs[i].inner);
    struct harness_job job = h->jobs[4];
    harness_close(h);
    return job;
}

/* The soft wall: the worker lives, and the fault is the plugin's result. */
static void assert_soft(const char *name, const char *code, int guard, const char *words)
{
    struct harness_job job = run_beside_others(name, code);
    if (job.faulted)
        fail_msg("it cost a worker: %s", job.message);
    if (job.inner_guard != guard)
        fail_msg("guard %d: %s (label '%s')", job.inner_guard, job.inner, job.label);
    if (!strstr(job.inner, words))
        fail_msg("'%s' does not say '%s'", job.inner, words);
}

/* The hard wall, or already the soft one: it ends, for want of time. */
static void assert_stopped(const char *name, const char *code)
{
    struct harness_job job = run_beside_others(name, code);
    int guard = job.faulted ? (int)job.guard : job.inner_guard;
    if (guard != GUARD_TIME)
        fail_msg("guard %d: %s%s (label '%s')", guard, job.message, job.inner, job.label);
    if (job.faulted) {
        assert_int_equal(job.plugin, BAD);
        assert_non_null(strstr(job.message, name));
        assert_non_null(strstr(job.message, "SIGKILL"));
    }
}

/* A door that is not there: an error in the plugin, or an answer that says that it was shut. */
static void assert_shut(const char *name, const char *code)
{
    struct harness_job job = run_beside_others(name, code);
    assert_false(job.faulted);
    if (job.inner_guard != GUARD_ERROR && job.inner_guard != GUARD_LOAD &&
        strcmp(job.label, "shut") != 0)
        fail_msg("guard %d: %s (label '%s')", job.inner_guard, job.inner, job.label);
}

#define SOFT(name, guard, words, body)                                                             \
    static void name##_is_stopped_softly(void **state)                                             \
    {                                                                                              \
        (void)state;                                                                               \
        assert_soft(#name, PLUGIN(#name, body), guard, words);                                     \
    }
#define STOPPED(name, body)                                                                        \
    static void name##_is_stopped(void **state)                                                    \
    {                                                                                              \
        (void)state;                                                                               \
        assert_stopped(#name, PLUGIN(#name, body));                                                \
    }
#define SHUT(name, body)                                                                           \
    static void name##_is_shut(void **state)                                                       \
    {                                                                                              \
        (void)state;                                                                               \
        assert_shut(#name, PLUGIN(#name, body));                                                   \
    }

SOFT(plain_loop, GUARD_TIME, "", "while true do end")
SOFT(pcall_loop, GUARD_TIME, "", "while true do pcall(function() while true do end end) end")
SOFT(coroutine_loop, GUARD_TIME, "",
     "while true do local c = coroutine.wrap(function() while true do end end) pcall(c) end")
STOPPED(handler_loop,
        "xpcall(function() error('x') end, function() while true do end end) return {}")
STOPPED(find_loop,
        "return { { scheme = 's', label = tostring((('a'):rep(30000)):find(('.-'):rep(8) "
        ".. 'b')) } }")
STOPPED(grammar_loop, "local l = require 'lpeg' local P, V = l.P, l.V\n"
                      "local g = P{ 'S', S = (P'a' * V'S' * P'x') + (P'a' * V'S' * P'y') + P'a' }\n"
                      "l.match(g, ('a'):rep(60)) return {}")
/* What is refused or done at once is no loop; what does loop meets a wall. */
static void assert_harmless(const char *name, const char *code)
{
    struct harness_job job = run_beside_others(name, code);
    if (job.faulted)
        assert_int_equal(job.guard, GUARD_TIME);
    else if (job.inner_guard >= 0)
        assert_true(job.inner_guard == GUARD_TIME || job.inner_guard == GUARD_ERROR ||
                    job.inner_guard == GUARD_MEMORY);
    else
        assert_string_equal(job.label, "shut");
}

#define HARMLESS(name, body)                                                                       \
    static void name##_is_harmless(void **state)                                                   \
    {                                                                                              \
        (void)state;                                                                               \
        assert_harmless(#name, PLUGIN(#name, body));                                               \
    }
HARMLESS(rep_loop, "local s = (''):rep(math.maxinteger)\n"
                   "return { { scheme = 's', label = 'shut' .. s } }")
HARMLESS(move_loop, "table.move({}, 1, 1000000000000000, 2) return {}")
HARMLESS(collector_loop, "setmetatable({}, { __gc = function() while true do end end })\n"
                         "for i = 1, 100 do local t = {} for k = 1, 1000 do t[k] = {} end end\n"
                         "if collectgarbage then collectgarbage() end\n"
                         "return { { scheme = 'test', label = 'shut' } }")

SOFT(table_growth, GUARD_MEMORY, "",
     "local t = {} while true do t[#t + 1] = ('x'):rep(1000):rep(1000) .. #t end")
SOFT(huge_string, GUARD_MEMORY, "", "return ('x'):rep(1 << 30)")

static void recursion_is_stopped_softly(void **state)
{
    (void)state;
    struct harness_job job = run_beside_others(
        "recursion", PLUGIN("recursion", "local function f() return 1 + f() end return f()"));
    assert_false(job.faulted);
    assert_true(job.inner_guard == GUARD_ERROR || job.inner_guard == GUARD_MEMORY);
}

SHUT(os_exit, "os.exit(0)")
SHUT(open_file, "local f = io.open('/etc/passwd') return { { scheme = 's', label = f:read('a') } }")
SHUT(run_process, "local p = io.popen('id') return { { scheme = 's', label = p:read('a') } }")
SHUT(environment, "return { { scheme = 's', label = os.getenv('PATH') or 'none' } }")
SHUT(socket, "local s = require 'socket' return { { scheme = 's', label = tostring(s) } }")
SHUT(native_code, "local f = package.loadlib('/usr/lib/x86_64-linux-gnu/liblua5.4.so.0', '*')\n"
                  "return { { scheme = 's', label = tostring(f) } }")
SHUT(bytecode, "local f = load(string.dump(function() end), 'x', 'b') return { { scheme = 's', "
               "label = tostring(f) } }")
SHUT(debug_library, "return { { scheme = 's', label = tostring(debug.getregistry()) } }")
SHUT(read_of_others, "return { { scheme = 's', label = desk.read('/etc/passwd') } }")

/* What one plugin leaves in its globals, or in the shared libraries, no other sees. */
static void states_are_apart(void **state)
{
    (void)state;
    static const char leaves[] =
        PLUGIN("leaves", "pcall(function() secret = 'mine' end)\n"
                         "pcall(function() string.secret = 'mine' end)\n"
                         "pcall(function() getmetatable('').__index.secret = 'mine' end)\n"
                         "return { { scheme = 'test', label = 'ok' } }");
    static const char looks[] = PLUGIN(
        "looks", "local found = {}\n"
                 "pcall(function() found[1] = secret end)\n"
                 "pcall(function() found[2] = string.secret end)\n"
                 "pcall(function() found[3] = (''):secret() end)\n"
                 "return { { scheme = 'test', label = next(found) and 'seen' or 'apart' } }");
    struct harness *h = harness_open(&(struct pool_options){.workers = 1});
    harness_ship_lua(h, 0, "tag", "leaves", leaves);
    harness_ship_lua(h, 1, "tag", "looks", looks);
    harness_ask(h, 0);
    struct harness_job *second = harness_ask(h, 1);
    harness_run(h);
    if (strcmp(second->label, "apart") != 0)
        fail_msg("label '%s' %s%s", second->label, second->inner, second->message);
    harness_close(h);
}

static void a_stopped_plugin_can_be_called_again(void **state)
{
    (void)state;
    static const char once[] = PLUGIN("once", "if article.id == 1 then while true do end end\n"
                                              "return { { scheme = 'test', label = 'ok' } }");
    struct harness *h = harness_open(&(struct pool_options){.workers = 1, .call_ms = 200 * SLOWER});
    harness_ship_lua(h, 0, "tag", "once", once);
    struct harness_job *first = harness_ask(h, 0), *second = harness_ask(h, 0);
    harness_run(h);
    assert_int_equal(first->inner_guard, GUARD_TIME);
    assert_string_equal(second->label, "ok");
    harness_close(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_loop_is_stopped_softly),
        cmocka_unit_test(pcall_loop_is_stopped_softly),
        cmocka_unit_test(coroutine_loop_is_stopped_softly),
        cmocka_unit_test(handler_loop_is_stopped),
        cmocka_unit_test(find_loop_is_stopped),
        cmocka_unit_test(grammar_loop_is_stopped),
        cmocka_unit_test(rep_loop_is_harmless),
        cmocka_unit_test(move_loop_is_harmless),
        cmocka_unit_test(collector_loop_is_harmless),
        cmocka_unit_test(table_growth_is_stopped_softly),
        cmocka_unit_test(huge_string_is_stopped_softly),
        cmocka_unit_test(recursion_is_stopped_softly),
        cmocka_unit_test(os_exit_is_shut),
        cmocka_unit_test(open_file_is_shut),
        cmocka_unit_test(run_process_is_shut),
        cmocka_unit_test(environment_is_shut),
        cmocka_unit_test(socket_is_shut),
        cmocka_unit_test(native_code_is_shut),
        cmocka_unit_test(bytecode_is_shut),
        cmocka_unit_test(debug_library_is_shut),
        cmocka_unit_test(read_of_others_is_shut),
        cmocka_unit_test(states_are_apart),
        cmocka_unit_test(a_stopped_plugin_can_be_called_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
