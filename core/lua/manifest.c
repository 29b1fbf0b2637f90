#include "lua/manifest.h"

#include <ctype.h>
#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

#include "lua/desk.h"
#include "lua/frozen.h"
#include "lua/state.h"
#include "plugin/manifest.h"

const char *const plugin_function_names[FUNCTION_COUNT] = {"run",   "claims", "open",
                                                           "write", "close",  "poll"};

/* Which functions each kind must have. */
static const struct kind {
    const char *name;
    bool needed[FUNCTION_COUNT];
} kinds[] = {
    {"fetch", {[FUNCTION_POLL] = true}},
    {"ingest", {[FUNCTION_CLAIMS] = true, [FUNCTION_RUN] = true}},
    {"tag", {[FUNCTION_RUN] = true}},
    {"summarize", {[FUNCTION_RUN] = true}},
    {"export", {[FUNCTION_OPEN] = true, [FUNCTION_WRITE] = true, [FUNCTION_CLOSE] = true}},
    {"task", {[FUNCTION_RUN] = true}},
};
#define KIND_COUNT (sizeof kinds / sizeof *kinds)

/* Fields of the manifest that are data. */
static const struct field {
    const char *name;
    int type;
    bool needed;
} fields[] = {
    {"kind", LUA_TSTRING, true},  {"name", LUA_TSTRING, true},  {"version", LUA_TSTRING, true},
    {"api", LUA_TNUMBER, true},   {"about", LUA_TSTRING, true}, {"options", LUA_TTABLE, false},
    {"needs", LUA_TTABLE, false}, {"gives", LUA_TTABLE, false}, {"uses", LUA_TTABLE, false},
    {"on", LUA_TTABLE, false},
};
#define FIELD_COUNT (sizeof fields / sizeof *fields)

static const char *const option_keys[] = {"type", "default", "min", "max", "choices", "doc"};
static const char *const use_keys[] = {"read", "env", "command"};
#define COUNT(list) (sizeof(list) / sizeof *(list))

/* Lua keeps no line for a table's field, so the source is asked. */
int manifest_line(const struct lua_plugin_source *source, const char *key)
{
    const struct lua_file *file = area_find_file(source->files, source->file_count, "init.lua");
    const size_t len = file ? strlen(key) : 0;
    int line = 1;
    bool comment = false;
    for (size_t i = 0; file && len && i + len < file->bytes.len; i++) {
        const char *at = file->bytes.at + i;
        if (*at == '\n') {
            line++;
            comment = false;
        } else if (at[0] == '-' && at[1] == '-') {
            comment = true;
        } else if (!comment && strncmp(at, key, len) == 0 &&
                   (i == 0 || !(isalnum((unsigned char)at[-1]) || at[-1] == '_'))) {
            size_t end = i + len;
            while (end < file->bytes.len && file->bytes.at[end] == ' ')
                end++;
            const bool set = end < file->bytes.len && file->bytes.at[end] == '=';
            const bool method = i > 0 && at[-1] == '.' && at[len] == '('; /* function plugin.run( */
            if (set || method)
                return line;
        }
    }
    return 0;
}

static int refuse(lua_State *L, const struct lua_plugin_source *source, const char *key,
                  const char *why)
{
    const int line = key ? manifest_line(source, key) : 0;
    if (line)
        lua_pushfstring(L, "scripts/%s/init.lua:%d: %s", state_of(L)->name, line, why);
    else
        lua_pushfstring(L, "scripts/%s/init.lua: %s", state_of(L)->name, why);
    return lua_error(L);
}

/* "; known are kind, name, version" */
static void push_known(lua_State *L, const char *const *names, size_t count)
{
    luaL_Buffer text;
    luaL_buffinit(L, &text);
    for (size_t i = 0; i < count; i++) {
        luaL_addstring(&text, i ? ", " : "; known are ");
        luaL_addstring(&text, names[i]);
    }
    luaL_pushresult(&text);
}

/* Refuses a key of the table at `at` that is not among `names`. `label`: "uses", or NULL. */
static void check_keys(lua_State *L, const struct lua_plugin_source *source, int at,
                       const char *label, const char *const *names, size_t count)
{
    for (lua_pushnil(L); lua_next(L, at) != 0; lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL;
        size_t known = 0;
        while (key && known < count && strcmp(key, names[known]) != 0)
            known++;
        if (key && known < count)
            continue;
        const char *nearest = key ? str_nearest(str_of(key), names, count) : NULL;
        lua_pushfstring(L, "unknown key '%s%s%s'", label ? label : "", label ? "." : "",
                        key ? key : luaL_typename(L, -2));
        if (nearest)
            lua_pushfstring(L, "; did you mean '%s'?", nearest);
        else
            push_known(L, names, count);
        lua_concat(L, 2);
        refuse(L, source, key, lua_tostring(L, -1));
    }
}

static void check_fields(lua_State *L, const struct lua_plugin_source *source, int manifest)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const struct field *field = &fields[i];
        const int type = lua_getfield(L, manifest, field->name);
        if (type == LUA_TNIL && field->needed)
            refuse(L, source, NULL,
                   lua_pushfstring(L, "the manifest has no '%s'; give it as a %s", field->name,
                                   lua_typename(L, field->type)));
        if (type != LUA_TNIL && type != field->type)
            refuse(L, source, field->name,
                   lua_pushfstring(L, "'%s' must be a %s, not a %s", field->name,
                                   lua_typename(L, field->type), lua_typename(L, type)));
        lua_pop(L, 1);
    }
}

static const struct kind *find_kind(lua_State *L, const struct lua_plugin_source *source,
                                    int manifest)
{
    const char *names[KIND_COUNT];
    lua_getfield(L, manifest, "kind");
    const char *name = lua_tostring(L, -1);
    for (size_t i = 0; i < KIND_COUNT; i++) {
        names[i] = kinds[i].name;
        if (strcmp(name, kinds[i].name) == 0) {
            lua_pop(L, 1);
            return &kinds[i];
        }
    }
    const char *nearest = str_nearest(str_of(name), names, KIND_COUNT);
    refuse(L, source, "kind",
           lua_pushfstring(L, "there is no kind '%s'%s%s%s", name,
                           nearest ? "; did you mean '" : "", nearest ? nearest : "",
                           nearest ? "'?" : ""));
    return NULL;
}

static void check_same(lua_State *L, const struct lua_plugin_source *source, int manifest,
                       const char *field, const char *folder)
{
    lua_getfield(L, manifest, field);
    const char *given = lua_tostring(L, -1);
    if (strcmp(given, folder) != 0)
        refuse(L, source, field,
               lua_pushfstring(L, "%s is '%s', but the folder says '%s'; make them the same", field,
                               given, folder));
    lua_pop(L, 1);
}

/* major.minor.patch, digits with anything that may follow in the last part. */
static void check_version(lua_State *L, const struct lua_plugin_source *source, int manifest)
{
    size_t len;
    lua_getfield(L, manifest, "version");
    const char *version = lua_tolstring(L, -1, &len), *at = version;
    for (int part = 0; part < 3; part++) {
        const size_t digits = strspn(at, "0123456789");
        at += digits;
        if (digits == 0 || (part < 2 && *at++ != '.'))
            refuse(L, source, "version",
                   lua_pushfstring(L, "version '%s' should look like \"1.0.0\"", version));
    }
    if (len > 40 || strlen(version) != len)
        refuse(L, source, "version", "version is too long");
    lua_pop(L, 1);
}

static void check_functions(lua_State *L, const struct lua_plugin_source *source, int manifest,
                            const struct kind *kind, int refs[FUNCTION_COUNT])
{
    for (int i = 0; i < FUNCTION_COUNT; i++) {
        const char *name = plugin_function_names[i];
        const int type = lua_getfield(L, manifest, name);
        if (type == LUA_TNIL && kind->needed[i])
            refuse(L, source, NULL,
                   lua_pushfstring(L, "a plugin of kind '%s' needs a function '%s'", kind->name,
                                   name));
        if (type != LUA_TNIL && type != LUA_TFUNCTION)
            refuse(L, source, name,
                   lua_pushfstring(L, "'%s' must be a function, not a %s", name,
                                   lua_typename(L, type)));
        if (type != LUA_TNIL && !kind->needed[i])
            refuse(
                L, source, name,
                lua_pushfstring(L, "a plugin of kind '%s' has no function '%s'", kind->name, name));
        refs[i] = LUA_NOREF;
        if (type == LUA_TFUNCTION)
            refs[i] = luaL_ref(L, LUA_REGISTRYINDEX);
        else
            lua_pop(L, 1);
    }
}

/* A list of texts, or absent. */
static void check_texts(lua_State *L, const struct lua_plugin_source *source, int table,
                        const char *label, const char *name)
{
    if (lua_getfield(L, table, name) == LUA_TNIL) {
        lua_pop(L, 1);
        return;
    }
    bool fits = lua_istable(L, -1);
    const lua_Unsigned count = fits ? lua_rawlen(L, -1) : 0;
    lua_Unsigned seen = 0;
    for (lua_pushnil(L); fits && lua_next(L, -2) != 0; lua_pop(L, 1)) {
        seen++;
        fits = lua_type(L, -1) == LUA_TSTRING && lua_isinteger(L, -2);
        if (!fits)
            break;
    }
    if (!fits || seen != count)
        refuse(L, source, name,
               lua_pushfstring(L, "'%s%s' must be a list of texts, as in { \"a\", \"b\" }", label,
                               name));
    lua_pop(L, 1);
}

/* The option's table is on the top, its name below it. */
static void check_option(lua_State *L, const struct lua_plugin_source *source)
{
    const int option = lua_gettop(L);
    if (lua_type(L, -2) != LUA_TSTRING)
        refuse(L, source, "options", "options has an entry without a name");
    const char *name = lua_tostring(L, -2);
    if (!lua_istable(L, -1))
        refuse(
            L, source, name,
            lua_pushfstring(L, "options.%s must be a table with its type, default and doc", name));
    const char *label = lua_pushfstring(L, "options.%s", name);
    check_keys(L, source, option, label, option_keys, COUNT(option_keys));
    if (lua_getfield(L, option, "type") != LUA_TSTRING)
        refuse(
            L, source, name,
            lua_pushfstring(L, "%s has no type: string, number, integer, boolean or list", label));
    lua_settop(L, option);
}

static void check_options(lua_State *L, const struct lua_plugin_source *source, int manifest)
{
    if (lua_getfield(L, manifest, "options") != LUA_TNIL) {
        const int options = lua_gettop(L);
        for (lua_pushnil(L); lua_next(L, options) != 0; lua_pop(L, 1))
            check_option(L, source);
    }
    lua_pop(L, 1);
}

static void check_uses(lua_State *L, const struct lua_plugin_source *source, int manifest)
{
    if (lua_getfield(L, manifest, "uses") != LUA_TNIL) {
        const int uses = lua_gettop(L);
        if (lua_getfield(L, uses, "http") != LUA_TNIL)
            refuse(
                L, source, "http",
                "'uses.http' asks for what there is not: plugins have no network; let another "
                "program fetch into a folder that desk.watch names, or name a file in uses.read");
        lua_pop(L, 1);
        check_keys(L, source, uses, "uses", use_keys, COUNT(use_keys));
        check_texts(L, source, uses, "uses.", "read");
        check_texts(L, source, uses, "uses.", "env");
        const int command = lua_getfield(L, uses, "command");
        if (command != LUA_TNIL && command != LUA_TBOOLEAN)
            refuse(L, source, "command",
                   "'uses.command' must be true or false: which command it "
                   "is, desk.lua says");
    }
    lua_pop(L, 1);
}

static size_t event_count(void)
{
    size_t count = 0;
    while (task_events[count])
        count++;
    return count;
}

static void check_event(lua_State *L, const struct lua_plugin_source *source, const char *name)
{
    for (size_t i = 0; task_events[i]; i++)
        if (strcmp(task_events[i], name) == 0)
            return;
    const char *nearest = str_nearest(str_of(name), task_events, event_count());
    lua_pushfstring(L, "there is no event '%s'", name);
    if (nearest)
        lua_pushfstring(L, "; did you mean '%s'?", nearest);
    else
        push_known(L, task_events, event_count());
    lua_concat(L, 2);
    refuse(L, source, "on", lua_tostring(L, -1));
}

/* A task says what it can be run on; nothing else runs on events. */
static void check_events(lua_State *L, const struct lua_plugin_source *source, int manifest,
                         const struct kind *kind)
{
    const bool task = strcmp(kind->name, "task") == 0;
    const bool given = lua_getfield(L, manifest, "on") == LUA_TTABLE;
    if (given && !task)
        refuse(L, source, "on",
               lua_pushfstring(L, "'on' is for tasks; a plugin of kind '%s' has none", kind->name));
    if (task && (!given || lua_rawlen(L, -1) == 0))
        refuse(L, source, given ? "on" : NULL,
               "a task says what it can be run on, as in on = { \"schedule\", \"job.failed\" }");
    lua_pop(L, 1);
    check_texts(L, source, manifest, "", "on");
    lua_getfield(L, manifest, "on");
    for (lua_Integer i = 1; given && lua_rawgeti(L, -1, i) == LUA_TSTRING; i++) {
        check_event(L, source, lua_tostring(L, -1));
        lua_pop(L, 1);
    }
}

/* What desk.read gave while loading must be in uses.read; afterwards that list is what it may
 * give. */
static void check_reads(lua_State *L, const struct lua_plugin_source *source, int manifest)
{
    lua_newtable(L);
    const int declared = lua_gettop(L);
    if (lua_getfield(L, manifest, "uses") == LUA_TTABLE &&
        lua_getfield(L, -1, "read") == LUA_TTABLE)
        for (lua_Integer i = 1; lua_rawgeti(L, -1, i) == LUA_TSTRING; i++) {
            const char *name = lua_tostring(L, -1);
            /* a path is for the host to grant */
            if (!strchr(name, '/') && !area_find_file(source->files, source->file_count, name))
                refuse(L, source, "uses",
                       lua_pushfstring(L,
                                       "uses.read names '%s', which is not in the plugin's "
                                       "folder",
                                       name));
            lua_pushboolean(L, 1);
            lua_rawset(L, declared);
        }
    lua_settop(L, declared);
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &area_read_names) == LUA_TTABLE)
        for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 2)) {
            const char *name = lua_tostring(L, -2);
            if (lua_getfield(L, declared, name) == LUA_TNIL)
                refuse(L, source, "uses",
                       lua_pushfstring(L, "desk.read(\"%s\") needs uses = { read = { \"%s\" } }",
                                       name, name));
        }
    lua_settop(L, declared);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &area_read_names);
}

/* The names that desk.env may give. */
static void keep_env(lua_State *L, int manifest)
{
    lua_newtable(L);
    const int declared = lua_gettop(L);
    if (lua_getfield(L, manifest, "uses") == LUA_TTABLE && lua_getfield(L, -1, "env") == LUA_TTABLE)
        for (lua_Integer i = 1; lua_rawgeti(L, -1, i) == LUA_TSTRING; i++) {
            lua_pushboolean(L, 1);
            lua_rawset(L, declared);
        }
    lua_settop(L, declared);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &area_env_names);
}

/* Replaces the manifest by a copy of its data, with the names of its functions. */
static void keep_data(lua_State *L, const int refs[FUNCTION_COUNT], bool tested)
{
    const int manifest = lua_gettop(L);
    lua_createtable(L, 0, FIELD_COUNT + 2);
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        lua_getfield(L, manifest, fields[i].name);
        lua_setfield(L, -2, fields[i].name);
    }
    lua_newtable(L);
    area_mark_array(L);
    for (int i = 0, count = 0; i < FUNCTION_COUNT; i++)
        if (refs[i] != LUA_NOREF) {
            lua_pushstring(L, plugin_function_names[i]);
            lua_rawseti(L, -2, ++count);
        }
    lua_setfield(L, -2, "functions");
    lua_newtable(L);
    area_mark_array(L);
    if (!tested) {
        lua_pushliteral(L, "there is no test.lua");
        lua_rawseti(L, -2, 1);
    }
    lua_setfield(L, -2, "warnings");
    lua_replace(L, manifest);
}

void manifest_check(lua_State *L, const struct lua_plugin_source *source, int refs[FUNCTION_COUNT])
{
    const char *names[FIELD_COUNT + FUNCTION_COUNT];
    if (!lua_istable(L, -1))
        refuse(L, source, NULL,
               lua_pushfstring(L, "it must return a table, the manifest, not a %s",
                               luaL_typename(L, -1)));
    const int manifest = lua_gettop(L);
    luaL_checkstack(L, 20, "a manifest");
    for (size_t i = 0; i < FIELD_COUNT; i++)
        names[i] = fields[i].name;
    for (size_t i = 0; i < FUNCTION_COUNT; i++)
        names[FIELD_COUNT + i] = plugin_function_names[i];
    check_keys(L, source, manifest, NULL, names, COUNT(names));
    check_fields(L, source, manifest);
    const struct kind *kind = find_kind(L, source, manifest);
    check_same(L, source, manifest, "kind", source->kind);
    check_same(L, source, manifest, "name", source->name);
    check_version(L, source, manifest);
    check_texts(L, source, manifest, "", "needs");
    check_texts(L, source, manifest, "", "gives");
    check_options(L, source, manifest);
    check_uses(L, source, manifest);
    check_reads(L, source, manifest);
    keep_env(L, manifest);
    check_events(L, source, manifest, kind);
    check_functions(L, source, manifest, kind, refs);
    lua_settop(L, manifest);
    keep_data(L, refs, area_has_tests(source));
}
