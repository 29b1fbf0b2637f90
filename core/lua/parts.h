/* What the files of a plugin (plugin.c, call.c, export.c, test.c) share. */
#pragma once

#include "base/arena.h"
#include "lua/manifest.h"
#include "lua/state.h"
#include "plugin/manifest.h"

struct lua_plugin {
    const struct lua_plugin_source *source;
    const struct lua_world *world;
    struct state *state;
    int functions[FUNCTION_COUNT]; /* registry references */
    int options, cases;            /* registry references; cases: LUA_NOREF until asked for */
    struct buf manifest_bytes;     /* as sent to the host */
    struct arena *arena;           /* of `manifest` */
    msgpack_unpacked unpacked;
    struct manifest manifest;
    uint64_t exports; /* counts the exports; a handle of an earlier one is stale */
};

/* A state that was stopped is replaced by a fresh one. ERR_PLUGIN when the plugin cannot be
 * loaded any more. */
int plugin_ready(struct lua_plugin *plugin, struct lua_fault *fault);

/* The next call begins in a fresh state. */
void plugin_drop(struct lua_plugin *plugin);

/* Pushes `options` (msgpack map that options_check made) as a read-only table. */
void plugin_push_options(lua_State *L, const struct lua_plugin *plugin,
                         const msgpack_object *options);

/* What an export wrote and the host has not got yet. */
struct export_file {
    char *name;
    struct buf text;
    bool touched; /* opened or written to in this call */
};
struct lua_export {
    uint64_t number;
    struct export_file *files;
    size_t count, room;
    size_t bytes; /* in this call */
};
void export_free(struct lua_export *export);
int export_begin(struct lua_plugin *plugin, struct lua_fault *fault);
/* Pushes ctx. Its options are those at registry reference `options`. */
void export_push_context(lua_State *L, const struct lua_plugin *plugin, int options);
/* Registers the metatables of ctx and its files. */
void export_open_tables(lua_State *L);
