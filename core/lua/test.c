/* test.lua: a list of cases, run in the plugin's own state as the host's calls are. */
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "lua/desk.h"
#include "lua/encode.h"
#include "lua/event.h"
#include "lua/handles.h"
#include "lua/parts.h"
#include "lua/testcase.h"
#include "model/command.h"
#include "model/wire.h"
#include "plugin/options.h"
#include "plugin/registry.h"

#define CASE_NAME_SIZE 256

/* Inputs live in `arena`, options in `unpacked`: what is not Lua's outlives an error of the case.
 */
struct test_run {
    struct lua_plugin *plugin;
    uint32_t index, count;
    bool given; /* the case brings what would be granted */
    struct arena *arena;
    struct buf answer, options, checked, event;
    msgpack_unpacked unpacked, event_unpacked;
    char name[CASE_NAME_SIZE];
    char golden_name[CASE_NAME_SIZE];
    struct buf golden; /* what the golden file should hold */
};

static const char *const case_keys[] = {"name",   "document", "article", "articles",
                                        "event",  "options",  "reads",   "env",
                                        "expect", "answer",   "check",   "golden"};

/* Appends the cases of one file to the list at the top. */
static void add_cases(lua_State *L, const struct lua_file *file)
{
    const int list = lua_gettop(L);
    const char *name = state_of(L)->name;
    const char *file_name = lua_pushlstring(L, file->name.at, file->name.len);
    state_push_chunk(L, name, file_name);
    if (state_load(L, file->bytes) != LUA_OK)
        lua_error(L);
    lua_call(L, 0, 1);
    if (!lua_istable(L, -1))
        luaL_error(L, "scripts/%s/%s must return a list of cases", name, file_name);
    const lua_Unsigned count = lua_rawlen(L, -1), before = lua_rawlen(L, list);
    if (count == 0)
        luaL_error(L, "scripts/%s/%s returns a list without cases", name, file_name);
    if (count + before > LIMIT(TEST_CASES))
        luaL_error(L, "scripts/%s/%s: over %d cases (TEST_CASES)", name, file_name,
                   (int)LIMIT(TEST_CASES));
    for (lua_Unsigned i = 1; i <= count; i++) {
        lua_rawgeti(L, -1, (lua_Integer)i);
        lua_rawseti(L, list, (lua_Integer)(before + i));
    }
    lua_settop(L, list);
}

/* Loads the tests once a state, by their files' names, and keeps the list in the registry. */
static int load_cases(lua_State *L)
{
    const struct test_run *run = lua_touserdata(L, 1);
    struct lua_plugin *plugin = run->plugin;
    const struct lua_plugin_source *source = plugin->source;
    lua_newtable(L);
    for (size_t i = 0; i < source->file_count; i++)
        if (registry_is_test(source->files[i].name))
            add_cases(L, &source->files[i]);
    plugin->cases = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

static void check_case(lua_State *L, int at)
{
    const size_t count = sizeof case_keys / sizeof *case_keys;
    for (lua_pushnil(L); lua_next(L, at) != 0; lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
        size_t known = 0;
        while (known < count && strcmp(case_keys[known], key) != 0)
            known++;
        if (known < count)
            continue;
        const char *nearest = str_nearest(str_of(key), case_keys, count);
        luaL_error(L, "a case has no key '%s'%s%s%s", key, nearest ? "; did you mean '" : "",
                   nearest ? nearest : "", nearest ? "'?" : "");
    }
}

/* Registry reference of the options of this case: the plugin's own, or with the case's on top. */
static int case_options(lua_State *L, struct test_run *run, int at)
{
    struct error err = {0};
    if (lua_getfield(L, at, "options") == LUA_TNIL) {
        lua_pop(L, 1);
        return run->plugin->options;
    }
    msgpack_unpacked given; /* points into run->options, so what is checked goes elsewhere */
    msgpack_unpacked_init(&given);
    int result = encode_value(L, -1, "options", &run->options, &err);
    if (result == 0 && msgpack_unpack_next(&given, run->options.at, run->options.len, NULL) !=
                           MSGPACK_UNPACK_SUCCESS)
        result = error_set(&err, ERR_NOMEM, "out of memory");
    if (result == 0)
        result = options_check(&run->plugin->manifest, &given.data, NULL, 0, &run->checked, &err);
    msgpack_unpacked_destroy(&given);
    if (result == 0 && msgpack_unpack_next(&run->unpacked, run->checked.at, run->checked.len,
                                           NULL) != MSGPACK_UNPACK_SUCCESS)
        result = error_set(&err, ERR_NOMEM, "out of memory");
    if (result < 0)
        return luaL_error(L, "%s", err.text);
    plugin_push_options(L, run->plugin, &run->unpacked.data);
    state_of(L)->options = &run->unpacked.data;
    return luaL_ref(L, LUA_REGISTRYINDEX);
}

static void push_function(lua_State *L, const struct test_run *run, enum plugin_function function)
{
    state_of(L)->entry = plugin_function_names[function];
    lua_rawgeti(L, LUA_REGISTRYINDEX, run->plugin->functions[function]);
}

/* Leaves the answer, and for ingest the claim below it (else nil). */
static void run_on_one(lua_State *L, const struct test_run *run, int at, int options)
{
    struct state_input *input = &state_of(L)->input;
    const bool ingest = run->plugin->functions[FUNCTION_CLAIMS] != LUA_NOREF;
    const char *what = ingest ? "document" : "article";
    struct article *article = arena_alloc(run->arena, 1, sizeof *article);
    struct document *document = arena_alloc(run->arena, 1, sizeof *document);
    if (!article || !document) {
        luaL_error(L, "out of memory");
        return;
    }
    if (lua_getfield(L, at, what) == LUA_TNIL)
        luaL_error(L, "a case of this plugin needs '%s'", what);
    const int given = lua_gettop(L);
    if (ingest) {
        testcase_document(L, given, what, document, &input->text);
        input->document = document;
        input->now_us = document->received_us;
        handle_push_document(L, document, input->text);
        push_function(L, run, FUNCTION_CLAIMS);
        lua_pushvalue(L, -2);
        lua_call(L, 1, 1);
        lua_insert(L, -2);
    } else {
        testcase_article(L, given, what, run->arena, article);
        input->article = article;
        input->now_us = article->received_us;
        lua_pushnil(L);
        handle_push_article(L, article);
    }
    push_function(L, run, FUNCTION_RUN);
    lua_insert(L, -2);
    lua_rawgeti(L, LUA_REGISTRYINDEX, options);
    lua_call(L, 2, 1);
}

/* A task's answer must be commands in a test, too. */
static void check_commands(lua_State *L, struct test_run *run)
{
    struct error err = {0};
    struct command_list commands;
    msgpack_unpacked given;
    msgpack_unpacked_init(&given);
    int rc = encode_value(L, -1, "answer", &run->answer, &err);
    if (rc == 0 && msgpack_unpack_next(&given, run->answer.at, run->answer.len, NULL) !=
                       MSGPACK_UNPACK_SUCCESS)
        rc = error_set(&err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        rc = commands_unpack(&given.data, run->arena, &commands, &err);
    msgpack_unpacked_destroy(&given);
    buf_clear(&run->answer);
    if (rc < 0)
        luaL_error(L, "%s", err.text);
}

/* Leaves the answer, and nil below it. */
static void run_task(lua_State *L, struct test_run *run, int at, int options)
{
    struct state_input *input = &state_of(L)->input;
    struct lua_event *event = arena_alloc(run->arena, 1, sizeof *event);
    if (!event) {
        luaL_error(L, "out of memory");
        return;
    }
    const struct manifest *manifest = &run->plugin->manifest;
    testcase_event(L, at, manifest->event_count ? manifest->events[0] : "schedule", run->arena,
                   &run->event, &run->event_unpacked, event);
    input->event = event;
    input->now_us = event->at_us;
    lua_pushnil(L);
    push_function(L, run, FUNCTION_RUN);
    event_push(L, event);
    lua_rawgeti(L, LUA_REGISTRYINDEX, options);
    lua_call(L, 2, 1);
    check_commands(L, run);
}

/* What the export wrote, as a table of names to contents. */
static void push_written(lua_State *L)
{
    const struct lua_export *export = state_of(L)->exported;
    lua_createtable(L, 0, (int)export->count);
    for (size_t i = 0; i < export->count; i++) {
        const struct export_file *file = &export->files[i];
        lua_pushlstring(L, file->text.len ? file->text.at : "", file->text.len);
        lua_setfield(L, -2, file->name);
    }
}

static void run_export(lua_State *L, const struct test_run *run, int at, int options)
{
    struct state_input *input = &state_of(L)->input;
    if (lua_getfield(L, at, "articles") != LUA_TTABLE)
        luaL_error(L, "a case of an export needs 'articles', a list");
    const int list = lua_gettop(L);
    lua_pushnil(L); /* no claim */
    push_function(L, run, FUNCTION_OPEN);
    export_push_context(L, run->plugin, options);
    lua_call(L, 1, 0);
    for (lua_Integer i = 1; lua_rawgeti(L, list, i) != LUA_TNIL; i++) {
        struct article *article = arena_alloc(run->arena, 1, sizeof *article);
        if (!article) {
            luaL_error(L, "out of memory");
            return;
        }
        const int given = lua_gettop(L);
        testcase_article(L, given, lua_pushfstring(L, "articles[%I]", i), run->arena, article);
        input->article = article;
        input->now_us = article->received_us;
        input->seeded = false;
        push_function(L, run, FUNCTION_WRITE);
        handle_push_article(L, article);
        lua_call(L, 1, 0);
        lua_settop(L, list + 1);
    }
    lua_settop(L, list + 1);
    push_function(L, run, FUNCTION_CLOSE);
    lua_call(L, 0, 0);
    push_written(L);
}

static bool judge_golden(lua_State *L, struct test_run *run, int at, int answer)
{
    const int type = lua_getfield(L, at, "golden");
    if (type == LUA_TNIL)
        return false;
    if (type != LUA_TSTRING)
        luaL_error(L, "golden must be a file's name");
    snprintf(run->golden_name, sizeof run->golden_name, "%s", lua_tostring(L, -1));
    testcase_golden(L, run->plugin->source, run->golden_name, answer, &run->golden);
    return true;
}

/* expect and answer are compared, check(answer, claim) is called, golden is compared; one of them
 * is there. Golden comes last: a file is only written where all else holds. */
static void judge(lua_State *L, struct test_run *run, int at, int claim, int answer)
{
    state_of(L)->entry = "test.lua";
    const bool expects = lua_getfield(L, at, "expect") != LUA_TNIL;
    if (expects)
        testcase_compare(L, lua_gettop(L), answer, "expect", false);
    const bool whole = lua_getfield(L, at, "answer") != LUA_TNIL;
    if (whole)
        testcase_compare(L, lua_gettop(L), answer, "answer", true);
    const int type = lua_getfield(L, at, "check");
    if (type == LUA_TFUNCTION) {
        lua_pushvalue(L, answer);
        lua_pushvalue(L, claim);
        lua_call(L, 2, 0);
    } else if (type != LUA_TNIL) {
        luaL_error(L, "check must be a function");
    }
    if (!judge_golden(L, run, at, answer) && !expects && !whole && type == LUA_TNIL)
        luaL_error(L, "a case needs 'expect' or 'answer', a table, 'check', a function, or "
                      "'golden', a file's name");
}

static int read_answer(lua_State *L, struct test_run *run, const msgpack_object *answer,
                       struct error *err)
{
    const struct state_input *input = &state_of(L)->input;
    const char *kind = run->plugin->source->kind;
    struct article_list drafts;
    struct tag_list tags;
    struct summary summary;
    if (strcmp(kind, "ingest") == 0) /* a case may give bytes that no decoder would let through */
        return utf8_valid(input->text.at, input->text.len) < input->text.len
                   ? 0
                   : drafts_unpack(answer, input->text.len, run->arena, &drafts, err);
    if (strcmp(kind, "tag") == 0)
        return tags_unpack(answer, input->article, run->arena, &tags, err);
    return strcmp(kind, "summarize") == 0
               ? summary_unpack(answer, input->article, run->arena, &summary, err)
               : 0;
}

/* What the host would refuse fails in a test, too. */
static void check_answer(lua_State *L, struct test_run *run)
{
    struct error err = {0};
    msgpack_unpacked given;
    msgpack_unpacked_init(&given);
    int rc =
        msgpack_unpack_next(&given, run->answer.at, run->answer.len, NULL) == MSGPACK_UNPACK_SUCCESS
            ? 0
            : error_set(&err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        rc = read_answer(L, run, &given.data, &err);
    msgpack_unpacked_destroy(&given);
    if (rc < 0)
        luaL_error(L, "%s", err.text);
}

static int run_case(lua_State *L)
{
    struct test_run *run = lua_touserdata(L, 1);
    struct error err = {0};
    lua_rawgeti(L, LUA_REGISTRYINDEX, run->plugin->cases);
    if (lua_rawgeti(L, -1, run->index) != LUA_TTABLE)
        return luaL_error(L, "case %d is no table", (int)run->index);
    const int at = lua_gettop(L);
    if (lua_getfield(L, at, "name") == LUA_TSTRING)
        snprintf(run->name, sizeof run->name, "%s", lua_tostring(L, -1));
    check_case(L, at);
    testcase_given(L, at, &run->plugin->manifest);
    const int options = case_options(L, run, at);
    if (run->plugin->functions[FUNCTION_OPEN] != LUA_NOREF)
        run_export(L, run, at, options);
    else if (strcmp(run->plugin->source->kind, "task") == 0)
        run_task(L, run, at, options);
    else
        run_on_one(L, run, at, options);
    const int answer = lua_gettop(L);
    if (encode_value(L, answer, "answer", &run->answer, &err) < 0)
        return luaL_error(L, "%s", err.text);
    check_answer(L, run);
    judge(L, run, at, answer - 1, answer);
    return 0;
}

static int count_cases(lua_State *L)
{
    struct test_run *run = lua_touserdata(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, run->plugin->cases);
    run->count = (uint32_t)lua_rawlen(L, -1);
    lua_rawgeti(L, -1, run->index);
    run->given = testcase_has_given(L, lua_gettop(L));
    return 0;
}

static int pack_write(void *data, const char *bytes, size_t len)
{
    return buf_append(data, bytes, len);
}

static void pack_text(msgpack_packer *packer, const char *key, const char *text)
{
    msgpack_pack_str_with_body(packer, key, strlen(key));
    const size_t len = utf8_valid(text, strlen(text)); /* what is behind bad bytes is left out */
    msgpack_pack_str_with_body(packer, text, len);
}

/* { cases, name, passed, message, traceback, golden, golden_text, answer } */
static int pack_report(const struct test_run *run, bool passed, struct buf *out,
                       struct lua_fault *fault)
{
    msgpack_packer packer;
    msgpack_packer_init(&packer, out, pack_write);
    msgpack_pack_map(&packer, 8);
    msgpack_pack_str_with_body(&packer, "cases", 5);
    msgpack_pack_uint32(&packer, run->count);
    pack_text(&packer, "name", run->name);
    msgpack_pack_str_with_body(&packer, "passed", 6);
    if (passed)
        msgpack_pack_true(&packer);
    else
        msgpack_pack_false(&packer);
    pack_text(&packer, "message", passed ? "" : fault->message);
    pack_text(&packer, "traceback", passed ? "" : fault->traceback);
    pack_text(&packer, "golden", run->golden_name);
    pack_text(&packer, "golden_text", run->golden.len ? run->golden.at : "");
    msgpack_pack_str_with_body(&packer, "answer", 6);
    if (run->answer.len)
        buf_append(out, run->answer.at, run->answer.len);
    else
        msgpack_pack_nil(&packer);
    return buf_failed(out) ? lua_fault_set(fault, GUARD_MEMORY, "out of memory") : 0;
}

/* Loads the list when it is not there and counts it. */
static int prepare(struct test_run *run, struct lua_fault *fault)
{
    struct lua_plugin *plugin = run->plugin;
    int result = plugin_ready(plugin, fault);
    if (result < 0 || !area_has_tests(plugin->source))
        return result;
    if (plugin->cases == LUA_NOREF)
        result = state_call(plugin->state, load_cases, run, 0, LIMIT(LOAD_MS), fault);
    if (result == 0)
        result = state_call(plugin->state, count_cases, run, 0, LIMIT(LOAD_MS), fault);
    if (result < 0)
        fault->guard = GUARD_LOAD;
    return result;
}

static int test(struct test_run *run, struct buf *out, struct lua_fault *fault)
{
    struct lua_plugin *plugin = run->plugin;
    int result = prepare(run, fault);
    if (result == 0 && run->given) { /* a plugin may keep what it made of a file */
        plugin_drop(plugin);
        result = prepare(run, fault);
    }
    if (result < 0)
        return result;
    if (run->index == 0)
        return pack_report(run, true, out, fault);
    if (run->index > run->count)
        return lua_fault_set(fault, GUARD_INPUT, "scripts/%s: its tests have %u cases, not %u",
                             plugin->state->name, run->count, run->index);
    if (plugin->functions[FUNCTION_OPEN] != LUA_NOREF && (result = export_begin(plugin, fault)) < 0)
        return result;
    result = state_call(plugin->state, run_case, run, 0, plugin->world->call_ms, fault);
    handle_end(plugin->state);
    plugin->state->options = plugin->source->options;
    plugin->state->entry = NULL;
    plugin->state->input = (struct state_input){0};
    export_free(plugin->state->exported);
    plugin->state->exported = NULL;
    if (run->given)
        plugin_drop(plugin);
    return pack_report(run, result == 0, out, fault);
}

int lua_plugin_test(struct lua_plugin *plugin, uint32_t index, struct buf *out,
                    struct lua_fault *fault)
{
    struct test_run run = {.plugin = plugin, .index = index};
    run.arena = arena_new(LIMIT(ANSWER_BYTES));
    if (!run.arena)
        return lua_fault_set(fault, GUARD_MEMORY, "out of memory");
    msgpack_unpacked_init(&run.unpacked);
    msgpack_unpacked_init(&run.event_unpacked);
    if (index)
        snprintf(run.name, sizeof run.name, "case %u", index);
    const int result = test(&run, out, fault);
    msgpack_unpacked_destroy(&run.unpacked);
    msgpack_unpacked_destroy(&run.event_unpacked);
    buf_free(&run.event);
    buf_free(&run.answer);
    buf_free(&run.golden);
    buf_free(&run.options);
    buf_free(&run.checked);
    arena_free(run.arena);
    return result;
}
