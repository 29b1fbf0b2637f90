/* Exports: ctx, its files, and the three calls. What a plugin writes is kept here until the call
 * ends and goes to the host as pieces to append; the host checks names again and owns the files. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "lua/frozen.h"
#include "lua/handles.h"
#include "lua/parts.h"
#include "lua/sandbox.h"

/* Userdata of ctx and of a file. `number`: which export it belongs to. */
struct context {
    uint64_t number;
    int options; /* registry reference */
};
struct file_handle {
    uint64_t number;
    size_t at;
};

static const char context_mark, file_mark; /* registry keys of the metatables */

void export_free(struct lua_export *export)
{
    if (!export)
        return;
    for (size_t i = 0; i < export->count; i++) {
        mem_free(export->files[i].name);
        buf_free(&export->files[i].text);
    }
    mem_free(export->files);
    mem_free(export);
}

int export_begin(struct lua_plugin *plugin, struct lua_fault *fault)
{
    struct state *state = plugin->state;
    export_free(state->exported);
    state->exported = mem_zero(1, sizeof *state->exported);
    if (!state->exported)
        return lua_fault_set(fault, GUARD_MEMORY, "%s: out of memory", state->name);
    state->exported->number = ++plugin->exports;
    return 0;
}

static struct lua_export *check_export(lua_State *L, uint64_t number)
{
    struct lua_export *export = state_of(L)->exported;
    if (!export || export->number != number)
        luaL_error(L, "this export is over: ctx and its files are good from open to close");
    return export;
}

/* Why a name cannot be one, or NULL. The host refuses the same and more. */
static const char *bad_name(const char *name, size_t len)
{
    if (len == 0 || strlen(name) != len || utf8_valid(name, len) != len)
        return "it is empty or not plain UTF-8 text";
    if (name[0] == '/' || name[len - 1] == '/')
        return "it must be a file's name relative to the export's folder";
    for (const char *part = name; *part;) {
        const size_t size = strcspn(part, "/");
        if (size == 0 || part[0] == '.')
            return "a part of it is empty or begins with a dot";
        if (size > LIMIT(EXPORT_NAME_BYTES))
            return "a part of it is too long (EXPORT_NAME_BYTES)";
        part += size + (part[size] == '/');
    }
    return len > LIMIT(PATH_BYTES) / 2 ? "it is too long (PATH_BYTES)" : NULL;
}

static int grow(struct lua_export *export)
{
    if (export->count < export->room)
        return 0;
    const size_t room = export->room ? export->room * 2 : 16;
    struct export_file *files = mem_resize_array(export->files, room, sizeof *files);
    if (!files)
        return ERR_NOMEM;
    export->files = files;
    export->room = room;
    return 0;
}

/* The same name again is the same file. Most plugins write to the last one or to a new one. */
static size_t find_file(const struct lua_export *export, const char *name)
{
    for (size_t i = export->count; i-- > 0;)
        if (strcmp(export->files[i].name, name) == 0)
            return i;
    return export->count;
}

static size_t open_file(lua_State *L, struct lua_export *export, const char *name)
{
    const size_t at = find_file(export, name);
    if (at < export->count)
        return at;
    if (at >= LIMIT(EXPORT_FILES))
        luaL_error(L, "ctx:file: over %d files in one export (EXPORT_FILES)",
                   (int)LIMIT(EXPORT_FILES));
    char *copy = grow(export) == 0 ? mem_strdup(name) : NULL;
    if (!copy)
        luaL_error(L, "ctx:file: out of memory");
    export->files[at] = (struct export_file){.name = copy, .touched = true};
    export->count++;
    return at;
}

/* The userdata at 1 when it has the metatable kept under `mark`. */
static void *check_handle(lua_State *L, const void *mark, const char *wanted)
{
    void *handle = NULL;
    if (lua_getmetatable(L, 1)) {
        lua_rawgetp(L, LUA_REGISTRYINDEX, mark);
        if (lua_rawequal(L, -1, -2))
            handle = lua_touserdata(L, 1);
        lua_pop(L, 2);
    }
    luaL_argexpected(L, handle, 1, wanted);
    return handle;
}

/* ctx:file(name) */
static int context_file(lua_State *L)
{
    size_t len;
    const struct context *context = check_handle(L, &context_mark, "ctx, as in ctx:file(name)");
    const char *name = luaL_checklstring(L, 2, &len);
    struct lua_export *export = check_export(L, context->number);
    const char *why = bad_name(name, len);
    if (why)
        return luaL_error(L, "ctx:file: '%s' cannot be a file here: %s", name, why);
    const size_t at = open_file(L, export, name);
    struct file_handle *file = lua_newuserdatauv(L, sizeof *file, 0);
    *file = (struct file_handle){context->number, at};
    lua_rawgetp(L, LUA_REGISTRYINDEX, &file_mark);
    lua_setmetatable(L, -2);
    return 1;
}

/* ctx.options, ctx.file. Upvalue 1: the function file. */
static int context_index(lua_State *L)
{
    const struct context *context = lua_touserdata(L, 1);
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    if (strcmp(name, "file") == 0) {
        lua_pushvalue(L, lua_upvalueindex(1));
        return 1;
    }
    if (strcmp(name, "options") == 0) {
        lua_rawgeti(L, LUA_REGISTRYINDEX, context->options);
        return 1;
    }
    return luaL_error(L, "unknown name ctx.%s; there are ctx.options and ctx:file(name)", name);
}

/* file:write(text...): gives the file again. */
static int file_write(lua_State *L)
{
    const struct file_handle *file = check_handle(L, &file_mark, "file, as in file:write(text)");
    struct lua_export *export = check_export(L, file->number);
    struct export_file *to = &export->files[file->at];
    const int count = lua_gettop(L);
    to->touched = true;
    for (int i = 2; i <= count; i++) {
        size_t len;
        const char *text = luaL_checklstring(L, i, &len);
        export->bytes += len;
        if (export->bytes > LIMIT(ANSWER_BYTES))
            return luaL_error(L, "file:write: over %d MiB in one call (ANSWER_BYTES)",
                              (int)(LIMIT(ANSWER_BYTES) / MIB));
        if (buf_append(&to->text, text, len) < 0)
            return luaL_error(L, "file:write: out of memory");
    }
    lua_settop(L, 1);
    return 1;
}

static void lock(lua_State *L, const char *name, const void *mark)
{
    lua_pushstring(L, name);
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_rawsetp(L, LUA_REGISTRYINDEX, mark);
}

void export_open_tables(lua_State *L)
{
    lua_createtable(L, 0, 3);
    lua_pushcfunction(L, context_file);
    lua_pushcclosure(L, context_index, 1);
    lua_setfield(L, -2, "__index");
    lock(L, "ctx", &context_mark);
    lua_createtable(L, 0, 3);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, file_write);
    lua_setfield(L, -2, "write");
    frozen_make(L, "file", FROZEN_REFUSE, NULL);
    lua_setfield(L, -2, "__index");
    lock(L, "file", &file_mark);
}

void export_push_context(lua_State *L, const struct lua_plugin *plugin, int options)
{
    struct context *context = lua_newuserdatauv(L, sizeof *context, 0);
    *context = (struct context){plugin->state->exported->number, options};
    lua_rawgetp(L, LUA_REGISTRYINDEX, &context_mark);
    lua_setmetatable(L, -2);
}

struct export_call {
    struct lua_plugin *plugin;
    enum plugin_function function;
};

static int export_work(lua_State *L)
{
    const struct export_call *call = lua_touserdata(L, 1);
    const struct article *article = state_of(L)->input.article;
    lua_rawgeti(L, LUA_REGISTRYINDEX, call->plugin->functions[call->function]);
    if (call->function == FUNCTION_OPEN)
        export_push_context(L, call->plugin, call->plugin->options);
    else if (article)
        handle_push_article(L, article);
    lua_call(L, call->function == FUNCTION_CLOSE ? 0 : 1, 0);
    return 0;
}

static int pack_write(void *data, const char *bytes, size_t len)
{
    return buf_append(data, bytes, len);
}

static void pack_text(msgpack_packer *packer, const char *text)
{
    msgpack_pack_str_with_body(packer, text, strlen(text));
}

/* The files that this call touched, in the order in which they were first opened. */
static int pack_files(struct lua_plugin *plugin, struct buf *out, struct lua_fault *fault)
{
    struct lua_export *export = plugin->state->exported;
    msgpack_packer packer;
    size_t touched = 0;
    msgpack_packer_init(&packer, out, pack_write);
    for (size_t i = 0; i < export->count; i++)
        touched += export->files[i].touched;
    msgpack_pack_array(&packer, touched);
    for (size_t i = 0; i < export->count; i++) {
        struct export_file *file = &export->files[i];
        if (!file->touched)
            continue;
        msgpack_pack_map(&packer, 2);
        pack_text(&packer, "name");
        pack_text(&packer, file->name);
        pack_text(&packer, "append");
        msgpack_pack_bin_with_body(&packer, file->text.at, file->text.len);
        file->touched = false;
        buf_free(&file->text);
    }
    export->bytes = 0;
    if (buf_failed(out))
        return lua_fault_set(fault, GUARD_MEMORY, "%s: no memory for what it wrote",
                             plugin->state->name);
    return 0;
}

static int export_call(struct lua_plugin *plugin, enum plugin_function function,
                       const struct article *article, struct buf *files, struct lua_fault *fault)
{
    struct state *state = plugin->state;
    struct export_call call = {plugin, function};
    if (plugin->functions[function] == LUA_NOREF)
        return lua_fault_set(fault, GUARD_ERROR, "%s/%s is no export plugin", plugin->source->kind,
                             plugin->source->name);
    if (!state || state_spent(state) || !state->exported)
        return lua_fault_set(fault, GUARD_ERROR,
                             "%s/%s: the export is not open (it was stopped, or never opened)",
                             plugin->source->kind, plugin->source->name);
    state->input =
        (struct state_input){.article = article, .now_us = article ? article->received_us : 0};
    state->entry = plugin_function_names[function];
    const int result = state_call(state, export_work, &call, 0, plugin->world->call_ms, fault);
    handle_end(state);
    state->input = (struct state_input){0};
    state->entry = NULL;
    return result < 0 ? result : pack_files(plugin, files, fault);
}

int lua_plugin_export_open(struct lua_plugin *plugin, struct buf *files, struct lua_fault *fault)
{
    int result = plugin_ready(plugin, fault);
    if (result == 0)
        result = export_begin(plugin, fault);
    return result < 0 ? result : export_call(plugin, FUNCTION_OPEN, NULL, files, fault);
}

int lua_plugin_export_write(struct lua_plugin *plugin, const struct article *article,
                            struct buf *files, struct lua_fault *fault)
{
    return export_call(plugin, FUNCTION_WRITE, article, files, fault);
}

int lua_plugin_export_close(struct lua_plugin *plugin, struct buf *files, struct lua_fault *fault)
{
    const int result = export_call(plugin, FUNCTION_CLOSE, NULL, files, fault);
    if (plugin->state) {
        export_free(plugin->state->exported);
        plugin->state->exported = NULL;
    }
    return result;
}
