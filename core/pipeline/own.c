#include "pipeline/own.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"

struct pool *plugin_pool(const struct lineup *lineup, const struct desk_plugin *plugin)
{
    return plugin->own ? plugin->own->pool : lineup->pool;
}

static int read_files(struct lineup *lineup, const struct plugin_grant *grant,
                      struct own_workers *own, struct error *err)
{
    uint64_t room = LIMIT(GRANT_BYTES);
    own->files = arena_alloc(lineup->arena, grant->read.count + 1, sizeof *own->files);
    if (!own->files)
        return error_set(err, ERR_NOMEM, "out of memory while reading what is granted");
    for (size_t i = 0; i < grant->read.count; i++) {
        BUF_AUTO struct buf bytes = BUF_INIT;
        const char *path = grant->read.at[i];
        int code = file_read(path, room, &bytes, NULL, err);
        if (code == ERR_LIMIT)
            return error_set(err, code,
                             "the files granted in line %d of desk.lua are over %lu bytes (limit "
                             "GRANT_BYTES), with %s",
                             grant->line, LIMIT(GRANT_BYTES), path);
        if (code < 0)
            return error_wrap(err, "line %d of desk.lua grants %s", grant->line, path);
        room -= bytes.len;
        struct plugin_file *file = &own->files[own->file_count++];
        *file = (struct plugin_file){.name = path, .len = bytes.len};
        file->bytes = buf_take(&bytes, NULL);
        if (!file->bytes)
            return error_set(err, ERR_NOMEM, "out of memory while reading %s", path);
    }
    return 0;
}

/* A variable that is not set is not there for the plugin either. */
static int read_env(struct lineup *lineup, const struct plugin_grant *grant,
                    struct own_workers *own, struct error *err)
{
    own->env = arena_alloc(lineup->arena, grant->env.count + 1, sizeof *own->env);
    for (size_t i = 0; own->env && i < grant->env.count; i++) {
        const char *value = getenv(grant->env.at[i]);
        if (!value)
            continue;
        const char *pair = arena_printf(lineup->arena, "%s=%s", grant->env.at[i], value);
        if (!pair)
            return error_set(err, ERR_NOMEM, "out of memory while reading what is granted");
        own->env[own->env_count++] = pair;
    }
    return own->env ? 0 : error_set(err, ERR_NOMEM, "out of memory while reading what is granted");
}

static int copy_given(struct lineup *lineup, const struct plugin_file *files, size_t file_count,
                      const char *const *env, size_t env_count, struct own_workers *own)
{
    own->files = arena_alloc(lineup->arena, file_count + 1, sizeof *own->files);
    own->env = arena_alloc(lineup->arena, env_count + 1, sizeof *own->env);
    for (size_t i = 0; own->files && i < file_count; i++) {
        struct plugin_file *file = &own->files[i];
        *file = (struct plugin_file){.name = arena_text(lineup->arena, str_of(files[i].name)),
                                     .bytes = mem_strndup(files[i].bytes, files[i].len),
                                     .len = files[i].len};
        own->file_count++;
        if (!file->name || !file->bytes)
            return ERR_NOMEM;
    }
    for (size_t i = 0; own->env && i < env_count; i++)
        if (!(own->env[own->env_count++] = arena_text(lineup->arena, str_of(env[i]))))
            return ERR_NOMEM;
    return own->files && own->env ? 0 : ERR_NOMEM;
}

int own_workers_give(struct lineup *lineup, const struct plugin_entry *entry,
                     const struct plugin_file *files, size_t file_count, const char *const *env,
                     size_t env_count, struct error *err)
{
    struct own_workers *own = mem_zero(1, sizeof *own);
    int code = own ? copy_given(lineup, files, file_count, env, env_count, own) : ERR_NOMEM;
    if (code < 0)
        error_set(err, code, "out of memory while starting workers");
    else
        code = lineup_pool_open(lineup, own->env, own->env_count, &own->pool, err);
    if (code < 0) {
        if (own)
            own_workers_free(own);
        return code;
    }
    own->entry = entry;
    own->next = lineup->own;
    lineup->own = own;
    return 0;
}

static int make(struct lineup *lineup, const struct plugin_entry *entry,
                const struct plugin_grant *grant, struct own_workers *own, struct error *err)
{
    own->entry = entry;
    int code = read_files(lineup, grant, own, err);
    if (code >= 0)
        code = read_env(lineup, grant, own, err);
    return code < 0 ? code : lineup_pool_open(lineup, own->env, own->env_count, &own->pool, err);
}

int own_workers_get(struct lineup *lineup, const struct plugin_entry *entry,
                    const struct plugin_grant *grant, struct own_workers **out, struct error *err)
{
    for (struct own_workers *at = lineup->own; at; at = at->next)
        if (at->entry == entry) {
            *out = at;
            return 0;
        }
    struct own_workers *own = mem_zero(1, sizeof *own);
    if (!own)
        return error_set(err, ERR_NOMEM, "out of memory while starting workers");
    const int code = make(lineup, entry, grant, own, err);
    if (code < 0) {
        own_workers_free(own);
        return code;
    }
    own->next = lineup->own;
    lineup->own = own;
    *out = own;
    return 0;
}

void own_workers_free(struct own_workers *own)
{
    for (size_t i = 0; i < own->file_count; i++)
        mem_free((char *)own->files[i].bytes);
    mem_free(own);
}
