#include "lua/check.h"

#include <lauxlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "lua/check_parts.h"
#include "lua/desk.h"
#include "lua/fault_place.h"
#include "lua/sandbox.h"
#include "plugin/registry.h"

void check_add(struct check *check, const char *file, int line, enum check_level level,
               const char *format, ...)
{
    char text[500];
    va_list args;
    va_start(args, format);
    const int len = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (len >= (int)sizeof text)
        text[utf8_cut(str_of(text), sizeof text - 1)] = '\0';
    for (size_t i = 0; i < check->count; i++) /* one place, one word */
        if (check->issues[i].line == line && strcmp(check->issues[i].file, file) == 0 &&
            strcmp(check->issues[i].text, text) == 0)
            return;
    if (check->count == CHECK_ISSUES)
        return;
    const char *kept_file = arena_text(check->arena, str_of(file));
    const char *kept = arena_text(check->arena, str_of(text));
    if (kept && kept_file)
        check->issues[check->count++] = (struct check_issue){kept_file, line, level, kept};
    else
        check->failed = true;
}

/* ---- names that the code asks for ---- */

/* (path): asks the sandbox for it as the plugin would; raises what the plugin would see. */
static int ask_path(lua_State *L)
{
    const char *path = lua_tostring(L, 1);
    lua_pushglobaltable(L);
    while (*path && lua_istable(L, -1)) {
        const size_t len = strcspn(path, ".");
        lua_pushlstring(L, path, len);
        lua_gettable(L, -2);
        lua_remove(L, -2);
        path += len + (path[len] == '.');
    }
    return 0;
}

/* (path): the same for a write. */
static int ask_write(lua_State *L)
{
    const char *path = lua_tostring(L, 1), *last = strrchr(path, '.');
    if (last)
        return luaL_error(L, "%s cannot be set: what a plugin is given is read-only", path);
    return luaL_error(L, "global '%s' cannot be set: write 'local %s'", path, path);
}

static void on_path(void *data, const char *path, enum code_use use, int32_t line)
{
    struct check *check = data;
    lua_State *L = check->L;
    if (strncmp(path, "_G.", 3) == 0)
        path += 3;
    lua_pushcfunction(L, use == CODE_WRITE ? ask_write : ask_path);
    lua_pushstring(L, path);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK) {
        check_add(check, check->file, line, CHECK_ERROR, "%s", lua_tostring(L, -1));
        lua_pop(L, 1);
    }
}

static const char *push_known(lua_State *L, const char *key, const char *const *names, size_t count)
{
    const char *near = str_nearest(str_of(key), names, count);
    return near ? lua_pushfstring(L, "; did you mean '%s'?", near) : lua_pushliteral(L, "");
}

static bool is_among(const char *key, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], key) == 0)
            return true;
    return false;
}

static void on_option(struct check *check, const char *key, int32_t line)
{
    const char *names[CHECK_OPTIONS];
    const struct manifest *manifest = check->manifest;
    size_t count = 0;
    if (!manifest || registry_is_test(str_of(check->file)))
        return;
    for (; count < manifest->option_count && count < CHECK_OPTIONS; count++)
        names[count] = manifest->options[count].name;
    if (is_among(key, names, count))
        return;
    check_add(check, check->file, line, CHECK_ERROR, "there is no option '%s'%s", key,
              push_known(check->L, key, names, count));
    lua_pop(check->L, 1);
}

/* Options may be reached by ways that are not followed (ctx kept in a variable): any key of the
 * name counts. */
static void on_key(void *data, const char *key)
{
    struct check *check = data;
    const struct manifest *manifest = check->manifest;
    if (!manifest || registry_is_test(str_of(check->file)))
        return;
    for (size_t i = 0; i < manifest->option_count && i < CHECK_OPTIONS; i++)
        check->option_used[i] |= strcmp(manifest->options[i].name, key) == 0;
}

static void on_field(void *data, const char *param, const char *key, int32_t line)
{
    struct check *check = data;
    const char *const *names = NULL;
    size_t count = 0;
    if (strcmp(param, "options") == 0)
        on_option(check, key, line);
    if (strcmp(param, "article") == 0 && strcmp(check->source->kind, "ingest") != 0)
        names = handle_article_names(&count);
    if (strcmp(param, "document") == 0)
        names = handle_document_names(&count);
    if (!names || is_among(key, names, count) || registry_is_test(str_of(check->file)))
        return;
    check_add(check, check->file, line, CHECK_WARNING, "unknown field %s.%s%s", param, key,
              push_known(check->L, key, names, count));
    lua_pop(check->L, 1);
}

static void on_given(void *data, const char *key, const char *value, int32_t line)
{
    struct check *check = data;
    if (strcmp(key, "command") == 0)
        check_command(check, value, line);
    const bool said = strcmp(key, "scheme") == 0 || strcmp(key, "field") == 0;
    if (!said || registry_is_test(str_of(check->file)))
        return;
    if (!value || check->given_count == CHECK_GIVEN)
        check->given_unknown = true;
    else
        check->given[check->given_count++] = (struct check_given){value, check->file, line};
}

static void on_call(void *data, const char *path, const char *argument, int32_t line)
{
    struct check *check = data;
    if (strcmp(path, "desk.read") == 0)
        check_read(check, argument, line);
    if (strcmp(path, "desk.env") == 0)
        check_env(check, argument, line);
    if (strcmp(path, "require") == 0 && argument)
        check_require(check, argument, line);
}

/* ---- files ---- */

static void look_at_file(struct check *check, const struct lua_file *file)
{
    static const char *const params[] = {"options", "article", "document", "ctx", NULL};
    lua_State *L = check->L;
    struct error err = {0};
    struct code *code = NULL;
    state_push_chunk(L, state_of(L)->name, check->file);
    if (state_load(L, file->bytes) != LUA_OK) {
        check_message(check, lua_tostring(L, -1), CHECK_ERROR);
        lua_settop(L, 0);
        check->given_unknown = check->read_unknown = true;
        return;
    }
    const struct code_walk walk = {.arena = check->arena,
                                   .data = check,
                                   .path = on_path,
                                   .field = on_field,
                                   .key = on_key,
                                   .given = on_given,
                                   .call = on_call,
                                   .params = params};
    int code_result = code_read(L, check->arena, &code, &err);
    lua_settop(L, 0);
    if (code_result >= 0)
        code_result = code_walk(&walk, code, &err);
    if (code_result < 0)
        luaL_error(L, "%s: %s", check->file, err.text);
}

void check_message(struct check *check, const char *message, enum check_level level)
{
    struct str path = STR_NONE;
    char own[200], file[200];
    const int line = fault_place_of(message, &path);
    const int len =
        snprintf(own, sizeof own, "scripts/%s/%s/", check->source->kind, check->source->name);
    if (line && str_starts(path, own)) {
        snprintf(file, sizeof file, STR_FMT, (int)path.len - len, path.at + len);
        message += path.len + strcspn(message + path.len + 1, ":") + 2;
        check_add(check, file, line, level, "%s", message + (*message == ' '));
    } else {
        check_add(check, check->file, 0, level, "%s", message);
    }
}

static int check_work(lua_State *L)
{
    struct check *check = lua_touserdata(L, 1);
    const struct lua_plugin_source *source = check->source;
    lua_settop(L, 0);
    area_open(L);
    sandbox_open(L);
    state_of(L)->ready = true;
    lua_settop(L, 0);
    check->L = L;
    for (size_t i = 0; i < source->file_count; i++) {
        if (!str_ends(source->files[i].name, ".lua"))
            continue;
        check->file = arena_text(check->arena, source->files[i].name);
        if (!check->file)
            return luaL_error(L, "out of memory");
        look_at_file(check, &source->files[i]);
    }
    check_manifest(check);
    return 0;
}

static int compare_issues(const void *left, const void *right)
{
    const struct check_issue *a = left, *b = right;
    const int files = strcmp(a->file, b->file);
    return files                ? files
           : a->line != b->line ? (a->line > b->line) - (a->line < b->line)
                                : strcmp(a->text, b->text);
}

static int pack_write(void *data, const char *bytes, size_t len)
{
    return buf_append(data, bytes, len);
}

static void pack_text(msgpack_packer *packer, const char *text)
{
    const size_t len = utf8_valid(text, strlen(text));
    msgpack_pack_str_with_body(packer, text, len);
}

static int pack_issues(struct check *check, struct buf *out)
{
    static const char *const levels[] = {"error", "warning", "note"};
    msgpack_packer packer;
    msgpack_packer_init(&packer, out, pack_write);
    qsort(check->issues, check->count, sizeof *check->issues, compare_issues);
    msgpack_pack_array(&packer, check->count);
    for (size_t i = 0; i < check->count; i++) {
        const struct check_issue *issue = &check->issues[i];
        msgpack_pack_map(&packer, 4);
        pack_text(&packer, "file");
        pack_text(&packer, issue->file);
        pack_text(&packer, "line");
        msgpack_pack_int(&packer, issue->line);
        pack_text(&packer, "level");
        pack_text(&packer, levels[issue->level]);
        pack_text(&packer, "text");
        pack_text(&packer, issue->text);
    }
    return buf_failed(out) ? ERR_NOMEM : 0;
}

/* The walk runs in a state of its own: what the plugin does when it is loaded is not in it. */
static int look(struct check *check, const struct lua_world *world, struct lua_fault *fault)
{
    struct state *state = state_new(world, world->state_bytes);
    if (!state)
        return lua_fault_set(fault, GUARD_MEMORY, "no memory for a Lua state");
    state->source = check->source;
    snprintf(state->name, sizeof state->name, "%s/%s", check->source->kind, check->source->name);
    const int result = state_call(state, check_work, check, 0, LIMIT(LOAD_MS), fault);
    state_free(state);
    return result;
}

int lua_check(const struct lua_plugin_source *source, const struct lua_world *world,
              struct buf *out, struct lua_fault *fault)
{
    struct lua_plugin *plugin = NULL;
    struct check check = {.source = source, .world = world, .file = "init.lua"};
    check.arena = arena_new(4 * LIMIT(PLUGIN_BYTES));
    check.issues =
        check.arena ? arena_alloc(check.arena, CHECK_ISSUES, sizeof *check.issues) : NULL;
    if (!check.issues) {
        arena_free(check.arena);
        return lua_fault_set(fault, GUARD_MEMORY, "out of memory");
    }
    if (lua_plugin_load(source, world, &plugin, fault) < 0)
        check_message(&check, fault->message, CHECK_ERROR);
    else
        check.manifest = lua_plugin_data(plugin);
    int result = look(&check, world, fault);
    if (result >= 0 && (pack_issues(&check, out) < 0 || check.failed))
        result = lua_fault_set(fault, GUARD_MEMORY, "out of memory");
    lua_plugin_free(plugin);
    arena_free(check.arena);
    return result;
}
