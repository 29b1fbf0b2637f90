/* desk.lua: settings are functions that collect; what they collected is given as msgpack:
 *   ingest, tag, summarize = [ {name, options?, line} ]    watch = [ {folder, line, ...} ]
 *   job = [ {name, line, ...} ]    native = [ path ]    source = text
 *   grant = [ {name, line, read, env, command, manifest} ]
 *   keep = [ {line, documents, done, versions, results, runs} ]    aside = [ {line, after, again} ]
 * in the order in which desk.lua says them. `line` is where it was said, for later messages. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "lua/config.h"
#include "lua/desk.h"
#include "lua/encode.h"
#include "lua/frozen.h"
#include "lua/sandbox.h"
#include "lua/state.h"

static const char collected_mark; /* registry key of the table of what was collected */

static void collect_plugins(lua_State *L, const char *setting);
static void collect_watch(lua_State *L, const char *setting);
static void collect_job(lua_State *L, const char *setting);
static void collect_native(lua_State *L, const char *setting);
static void collect_source(lua_State *L, const char *setting);
static void collect_grant(lua_State *L, const char *setting);
static void collect_keep(lua_State *L, const char *setting);
static void collect_aside(lua_State *L, const char *setting);

static const struct setting {
    const char *name, *example;
    void (*collect)(lua_State *L, const char *setting);
    bool text; /* takes a text, not a table */
} settings[] = {
    {"watch", "desk.watch { \"inbox\", settle = \"500ms\" }", collect_watch, false},
    {"ingest", "desk.ingest { \"digest\", \"text\" }", collect_plugins, false},
    {"tag", "desk.tag { \"language\", { \"keywords\", max = 8 } }", collect_plugins, false},
    {"summarize", "desk.summarize { \"textrank\", sentences = 3 }", collect_plugins, false},
    {"job", "desk.job { \"daily\", cron = \"0 7 * * *\", export = \"markdown\", to = \"out\" }",
     collect_job, false},
    {"native", "desk.native { \"/opt/plugins/shout.so\" }", collect_native, false},
    {"source", "desk.source \"Global Times\"", collect_source, true},
    {"grant", "desk.grant { \"tag/ships\", read = { \"/srv/fleet.tsv\" }, manifest = \"...\" }",
     collect_grant, false},
    {"keep", "desk.keep { documents = \"365d\", done = \"30d\" }", collect_keep, false},
    {"aside", "desk.aside { after = 5, again = \"1m\" }", collect_aside, false},
};
#define SETTING_COUNT (sizeof settings / sizeof *settings)

static const struct config_field watch_fields[] = {
    {"settle", FIELD_SPAN, NULL},
    {"recursive", FIELD_FLAG, NULL},
    {"ignore", FIELD_TEXTS, NULL},
    {"after", FIELD_CHOICE, "move keep delete"},
    {"done", FIELD_TEXT, NULL},
    {"duplicate", FIELD_TEXT, NULL},
    {"failed", FIELD_TEXT, NULL},
    {"rescan", FIELD_SPAN, NULL},
    {"poll", FIELD_SPAN_OR, "auto never"},
    {"source", FIELD_TEXT, NULL},
    {NULL, 0, NULL},
};
static const struct config_field job_fields[] = {
    {"cron", FIELD_TEXT, NULL},
    {"at", FIELD_TEXT, NULL},
    {"on", FIELD_TEXTS, NULL},
    {"debounce", FIELD_SPAN, NULL},
    {"tz", FIELD_TEXT, NULL},
    {"export", FIELD_TEXT, NULL},
    {"task", FIELD_TEXT, NULL},
    {"query", FIELD_TEXT, NULL},
    {"to", FIELD_TEXT, NULL},
    {"options", FIELD_TABLE, NULL},
    {"sort", FIELD_CHOICE, "newest rank"},
    {"articles", FIELD_CHOICE, "new all"},
    {"catchup", FIELD_CHOICE, "last all none"},
    {"window", FIELD_SPAN, NULL},
    {"max", FIELD_WHOLE, NULL},
    {"overlap", FIELD_CHOICE, "skip queue"},
    {"jitter", FIELD_SPAN, NULL},
    {"deadline", FIELD_SPAN, NULL},
    {"timeout", FIELD_SPAN, NULL},
    {"retry", FIELD_WHOLE, NULL},
    {"pause_after", FIELD_WHOLE, NULL},
    {NULL, 0, NULL},
};

static const struct config_field keep_fields[] = {
    {"documents", FIELD_SPAN, NULL}, {"done", FIELD_SPAN, NULL}, {"versions", FIELD_SPAN, NULL},
    {"results", FIELD_SPAN, NULL},   {"runs", FIELD_SPAN, NULL}, {NULL, 0, NULL},
};
static const struct config_field aside_fields[] = {
    {"after", FIELD_WHOLE, NULL}, {"again", FIELD_SPAN_OR, "never"}, {NULL, 0, NULL}};
static const struct config_field grant_fields[] = {
    {"read", FIELD_TEXTS, NULL},
    {"env", FIELD_TEXTS, NULL},
    {"command", FIELD_TEXTS, NULL},
    {"manifest", FIELD_TEXT, NULL},
    {NULL, 0, NULL},
};

int config_refuse(lua_State *L, const char *setting, const char *why)
{
    for (size_t i = 0; i < SETTING_COUNT; i++)
        if (strcmp(settings[i].name, setting) == 0)
            return luaL_error(L, "desk.%s: %s; write it as in: %s", setting, why,
                              settings[i].example);
    return luaL_error(L, "desk.%s: %s", setting, why);
}

/* The line of desk.lua that runs. */
static lua_Integer current_line(lua_State *L)
{
    lua_Debug frame;
    for (int level = 1; lua_getstack(L, level, &frame); level++)
        if (lua_getinfo(L, "l", &frame) && frame.currentline > 0)
            return frame.currentline;
    return 0;
}

/* Pushes the list that collects a setting. */
static void push_list(lua_State *L, const char *setting)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &collected_mark);
    lua_getfield(L, -1, setting);
    lua_remove(L, -2);
    if (lua_rawlen(L, -1) >= LIMIT(CONFIG_ENTRIES))
        config_refuse(L, setting, "too many entries (CONFIG_ENTRIES)");
}

/* Appends the table on the top to the setting's list, with its line; pops it. */
static void append_entry(lua_State *L, const char *setting)
{
    lua_pushinteger(L, current_line(L));
    lua_setfield(L, -2, "line");
    push_list(L, setting);
    lua_insert(L, -2);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    lua_pop(L, 1);
}

/* A plugin may be listed once: two answers of one plugin would be one too many. */
static void check_listed(lua_State *L, const char *setting, const char *name)
{
    push_list(L, setting);
    for (lua_Integer i = 1; lua_rawgeti(L, -1, i) == LUA_TTABLE; i++) {
        lua_getfield(L, -1, "name");
        lua_getfield(L, -2, "line");
        if (strcmp(lua_tostring(L, -2), name) == 0)
            config_refuse(L, setting,
                          lua_pushfstring(L, "'%s' is listed already, in line %d", name,
                                          (int)lua_tointeger(L, -1)));
        lua_pop(L, 3);
    }
    lua_pop(L, 2);
}

/* Adds one plugin: the name at 'name', its options from the named fields of the table at `table`
 * (0: none). */
static void add_plugin(lua_State *L, const char *setting, int name, int table)
{
    if (lua_type(L, name) != LUA_TSTRING)
        config_refuse(L, setting, "a plugin's name is missing");
    check_listed(L, setting, lua_tostring(L, name));
    lua_createtable(L, 0, 3);
    lua_pushvalue(L, name);
    lua_setfield(L, -2, "name");
    if (table) {
        lua_newtable(L);
        for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1))
            if (lua_type(L, -2) == LUA_TSTRING) {
                lua_pushvalue(L, -2);
                lua_pushvalue(L, -2);
                lua_rawset(L, -5);
            }
        lua_setfield(L, -2, "options");
    }
    append_entry(L, setting);
}

static bool has_named(lua_State *L, int table)
{
    for (lua_pushnil(L); lua_next(L, table) != 0; lua_pop(L, 1))
        if (lua_type(L, -2) == LUA_TSTRING) {
            lua_pop(L, 2);
            return true;
        }
    return false;
}

/* {"name", option = value}: one entry. */
static void add_plugin_table(lua_State *L, const char *setting, int table)
{
    const lua_Unsigned count = lua_rawlen(L, table);
    if (count != 1)
        config_refuse(L, setting,
                      count ? "options belong to one plugin: put each plugin that has options into "
                              "{ } of its own"
                            : "a plugin's name is missing");
    lua_rawgeti(L, table, 1);
    add_plugin(L, setting, lua_gettop(L), has_named(L, table) ? table : 0);
    lua_pop(L, 1);
}

/* { "a", { "b", option = value } } or { "a", option = value } */
static void collect_plugins(lua_State *L, const char *setting)
{
    if (has_named(L, 1)) {
        add_plugin_table(L, setting, 1);
        return;
    }
    const lua_Unsigned count = lua_rawlen(L, 1);
    for (lua_Unsigned i = 1; i <= count; i++) {
        if (lua_rawgeti(L, 1, (lua_Integer)i) == LUA_TTABLE)
            add_plugin_table(L, setting, lua_gettop(L));
        else
            add_plugin(L, setting, lua_gettop(L), 0);
        lua_pop(L, 1);
    }
}

/* A table with its name first and named fields: copied under `key` and its fields. */
static void collect_named(lua_State *L, const char *setting, const char *key,
                          const struct config_field *fields)
{
    if (lua_rawlen(L, 1) != 1 || lua_rawgeti(L, 1, 1) != LUA_TSTRING)
        config_refuse(L, setting, "it begins with one text, its name");
    lua_newtable(L);
    lua_insert(L, -2);
    lua_setfield(L, -2, key);
    const int entry = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, 1) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            continue;
        config_check_field(L, setting, fields);
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_rawset(L, entry);
    }
    append_entry(L, setting);
}

static void collect_watch(lua_State *L, const char *setting)
{
    collect_named(L, setting, "folder", watch_fields);
}

static void collect_job(lua_State *L, const char *setting)
{
    const bool exports = lua_getfield(L, 1, "export") != LUA_TNIL;
    const bool tasks = lua_getfield(L, 1, "task") != LUA_TNIL;
    lua_pop(L, 2);
    if (exports == tasks)
        config_refuse(L, setting, "it runs either an export or a task");
    collect_named(L, setting, "name", job_fields);
}

static void collect_grant(lua_State *L, const char *setting)
{
    if (lua_rawgeti(L, 1, 1) == LUA_TSTRING)
        check_listed(L, setting, lua_tostring(L, -1));
    lua_settop(L, 1);
    collect_named(L, setting, "name", grant_fields);
}

/* Named fields alone, and once: of two values for one thing nobody knows which is meant. */
static void collect_once(lua_State *L, const char *setting, const struct config_field *fields,
                         const char *names)
{
    push_list(L, setting);
    if (lua_rawlen(L, -1) > 0)
        config_refuse(L, setting, "it is said once, with all that it sets");
    lua_pop(L, 1);
    lua_newtable(L);
    const int entry = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, 1) != 0; lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            config_refuse(L, setting, names);
        config_check_field(L, setting, fields);
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_rawset(L, entry);
    }
    append_entry(L, setting);
}

static void collect_keep(lua_State *L, const char *setting)
{
    collect_once(L, setting, keep_fields, "it takes named spans");
}

static void collect_aside(lua_State *L, const char *setting)
{
    collect_once(L, setting, aside_fields, "it takes after = and again =");
}

static void collect_native(lua_State *L, const char *setting)
{
    const lua_Unsigned count = lua_rawlen(L, 1);
    for (lua_Unsigned i = 1; i <= count; i++) {
        push_list(L, setting);
        if (lua_rawgeti(L, 1, (lua_Integer)i) != LUA_TSTRING || *lua_tostring(L, -1) != '/')
            config_refuse(L, setting, "it takes absolute paths");
        lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
        lua_pop(L, 1);
    }
}

static void collect_source(lua_State *L, const char *setting)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &collected_mark);
    lua_pushvalue(L, 1);
    lua_setfield(L, -2, setting);
    lua_pop(L, 1);
}

/* One setting. Upvalue 1: its number. */
static int setting_call(lua_State *L)
{
    const struct setting *setting = &settings[lua_tointeger(L, lua_upvalueindex(1))];
    lua_settop(L, 1);
    luaL_checkstack(L, 30, "desk.lua");
    if (setting->text ? lua_type(L, 1) != LUA_TSTRING : !lua_istable(L, 1))
        config_refuse(L, setting->name, setting->text ? "it takes a text" : "it takes a table");
    setting->collect(L, setting->name);
    return 0;
}

static void push_desk(lua_State *L)
{
    lua_newtable(L); /* what is collected */
    lua_newtable(L); /* desk */
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        lua_pushinteger(L, (lua_Integer)i);
        lua_pushcclosure(L, setting_call, 1);
        lua_setfield(L, -2, settings[i].name);
        if (settings[i].text)
            continue;
        lua_newtable(L);
        area_mark_array(L);
        lua_setfield(L, -3, settings[i].name);
    }
    lua_insert(L, -2);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &collected_mark);
    frozen_make(L, "desk", FROZEN_REFUSE, NULL);
}

struct config_work {
    const char *name;
    struct str bytes;
};

/* Lua's own words for it would send people looking for a bracket. */
static void refuse_zero(lua_State *L, const struct config_work *work)
{
    const char *zero = work->bytes.len ? memchr(work->bytes.at, 0, work->bytes.len) : NULL;
    int line = 1, column = 1;
    if (!zero)
        return;
    for (const char *at = work->bytes.at; at < zero; at++) {
        column = *at == '\n' ? 1 : column + 1;
        line += *at == '\n';
    }
    luaL_error(
        L, "%s:%d:%d: a zero byte (NUL): it is text in UTF-8, and this may be UTF-16, or damage",
        work->name, line, column);
}

static int config_work(lua_State *L)
{
    const struct config_work *work = lua_touserdata(L, 1);
    area_open_tables(L);
    push_desk(L);
    sandbox_open(L);
    state_of(L)->ready = true;
    state_of(L)->config = work->bytes;
    refuse_zero(L, work);
    lua_pushfstring(L, "@%s", work->name);
    if (state_load(L, work->bytes) != LUA_OK) {
        lua_pushliteral(L, "; look for a missing comma, quote or bracket in this line or the one "
                           "before");
        lua_concat(L, 2);
        return lua_error(L);
    }
    lua_call(L, 0, 0);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &collected_mark);
    return 1;
}

int lua_config(const char *name, struct str bytes, const struct lua_world *world, struct buf *out,
               struct lua_fault *fault)
{
    static const struct lua_plugin_source nothing = {.kind = "", .name = "desk.lua"};
    struct config_work work = {name, bytes};
    struct error err = {0};
    if (bytes.len > LIMIT(CONFIG_BYTES))
        return lua_fault_set(fault, GUARD_LOAD, "%s is over %lu KiB (CONFIG_BYTES)", name,
                             LIMIT(CONFIG_BYTES) / KIB);
    struct state *state = state_new(world, world->state_bytes);
    if (!state)
        return lua_fault_set(fault, GUARD_MEMORY, "%s: no memory for a Lua state", name);
    state->source = &nothing;
    snprintf(state->name, sizeof state->name, "%s", name);
    int result = state_call(state, config_work, &work, 1, LIMIT(LOAD_MS), fault);
    if (result == 0 && encode_value(state->L, -1, "desk", out, &err) < 0)
        result = lua_fault_set(fault, GUARD_ANSWER, "%s: %s", name, err.text);
    if (result < 0 && fault->guard == GUARD_ERROR)
        fault->guard = GUARD_LOAD;
    state_free(state);
    return result;
}
