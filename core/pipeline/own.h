/* Workers of a plugin's own: what runs with a grant (plugin/grant.h) runs beside nobody.
 *
 * The host reads what is granted, once: the files' bytes and the variables' values are part of the
 * plugin's fingerprint. It hands them to that plugin's workers alone, and those have no other
 * plugin's code, state or input. Their walls have no hole for it: no file can be opened in them,
 * and the environment holds what is granted and nothing else. */
#pragma once

#include "pipeline/lineup.h"
#include "plugin/grant.h"

struct own_workers {
    struct own_workers *next;
    const struct plugin_entry *entry;
    struct pool *pool;
    struct plugin_file *files; /* by their absolute paths */
    size_t file_count;
    const char **env; /* "NAME=value" */
    size_t env_count;
};

/* Those of `entry`, which `grant` is for, made when they are not there. Errors: a granted file
 * cannot be read, or all are over GRANT_BYTES. */
int own_workers_get(struct lineup *lineup, const struct plugin_entry *entry,
                    const struct plugin_grant *grant, struct own_workers **out, struct error *err);
/* The same with what is given here, not read: files by their paths, "NAME=value". Later
 * own_workers_get gives these. Copies what it needs. */
int own_workers_give(struct lineup *lineup, const struct plugin_entry *entry,
                     const struct plugin_file *files, size_t file_count, const char *const *env,
                     size_t env_count, struct error *err);
void own_workers_free(struct own_workers *own); /* when its pool is gone */
/* The pool that runs a plugin: each job that names it goes there (job->pool), and each session with
 * it is one of that pool. */
struct pool *plugin_pool(const struct lineup *lineup, const struct desk_plugin *plugin);
