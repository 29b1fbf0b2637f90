/* The native loader: shared objects in, what they registered out.
 *
 * A registry belongs to one thread while plugins are loaded into it; afterwards it is only read and
 * any thread may look things up. The host and each worker have one. Loaded code stays in the
 * process for good (RTLD_NODELETE), so what a registry hands out lives as long as the process;
 * the lists it hands out live until the next native_load() or native_registry_free(). */
#pragma once

#include "base/error.h"

#include <copydesk/plugin.h>

#include <stddef.h>

struct native_registry;

struct native_plugin {
    const char *path; /* absolute, links resolved */
    const char *name, *version, *about;
};

struct native_lua_module {
    const char *name; /* "text" for desk.text */
    desk_lua_opener opener;
    const struct native_plugin *plugin;
};

/* `folder` is the installed plugin folder (absolute); it is copied. NULL and a message on failure.
 */
struct native_registry *native_registry_new(const char *folder, struct error *err);
void native_registry_free(struct native_registry *registry);

/* Loads one plugin. `path` is either a bare name ("text": FOLDER/text.so) or an absolute path. The
 * file must be regular, owned by root or the current user, and not writable by others; links are
 * followed and the target is judged. Loading the same file twice is a success that does nothing.
 * ERR_NOTFOUND, ERR_DENIED (path rule), ERR_VERSION (handshake: the message shows both sides),
 * ERR_EXISTS (a name is taken), ERR_PLUGIN (dlopen or init() failed; nothing stays registered). */
int native_load(const char *path, struct native_registry *registry, struct error *err);

/* Loads each *.so of the installed folder, in the order of their names. Stops at the first that
 * fails. A folder that is not there is success: nothing is installed. */
int native_load_installed(struct native_registry *registry, struct error *err);

/* The table of a service of at least `min_version`, or NULL with a message in `err` (may be NULL)
 * that says what is there. */
const void *native_service(const struct native_registry *registry, const char *name,
                           unsigned min_version, struct error *err);

/* NULL when there is no such stage. */
const struct desk_stage *native_stage(const struct native_registry *registry, const char *kind,
                                      const char *name);

/* Who registered the stage. */
const struct native_plugin *native_stage_plugin(const struct native_registry *registry,
                                                const struct desk_stage *stage);

/* Lists, in the order of registration; the number goes to *count. */
const struct native_lua_module *native_lua_modules(const struct native_registry *registry,
                                                   size_t *count);
const struct desk_stage *const *native_stages(const struct native_registry *registry,
                                              size_t *count);
/* Pointers to plugins stay valid until native_registry_free(). */
const struct native_plugin *const *native_plugins(const struct native_registry *registry,
                                                  size_t *count);
