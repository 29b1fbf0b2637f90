#include "plugin/native.h"

#include "base/alloc.h"
#include "base/limits.h"
#include "base/log.h"
#include "plugin/native_manifest.h"
#include "plugin/native_open.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names are few and looked up rarely: plain arrays, searched from the front. */
#define NATIVE_ENTRIES_MAX 512

#define NATIVE_FEATURES (DESK_FEATURE_STAGES | DESK_FEATURE_LUA_MODULES | DESK_FEATURE_SERVICES)

struct service {
    const char *name;
    uint32_t version;
    const void *table;
    const struct native_plugin *plugin;
};

/* A loaded plugin and the table that it was given. The plugin keeps a pointer to the table for the
 * life of the process, so this struct is never freed once init() ran. */
struct loaded {
    struct native_plugin plugin;
    struct desk_host host;
    struct native_registry *registry; /* while init() runs, else NULL */
    char *path;
    struct loaded *next;
};

/* Every table that was ever handed out, so that a leak checker sees that they are kept on purpose.
 * Plugins are loaded by one thread. */
static struct loaded *handed_out;

struct native_registry {
    char *folder;
    struct native_plugin **plugins;
    struct native_lua_module *modules;
    const struct desk_stage **stages;
    const struct native_plugin **stage_plugins;
    struct service *services;
    size_t plugin_count, module_count, stage_count, service_count;
};

/* --- what a plugin calls ---------------------------------------------------------------------- */

static void host_log(const struct desk_host *host, enum desk_log_level level, const char *text)
{
    static const enum log_level levels[] = {LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN,
                                            LOG_LEVEL_ERROR};
    const struct loaded *loaded = host->state;
    if (level > DESK_LOG_ERROR || !text)
        return;
    log_write(levels[level], loaded->plugin.name, "%.2000s", text);
}

static int refuse_late(struct desk_error *error)
{
    return DESK_FAIL(error, DESK_ERR_USAGE, "register functions may be called in init() alone");
}

/* Makes room for one more in an array; the array stays as it was on failure. */
static int grow(void *array_pointer, size_t count, size_t size, struct desk_error *error)
{
    void **array = array_pointer;
    if (count >= NATIVE_ENTRIES_MAX)
        return DESK_FAIL(error, DESK_ERR_LIMIT, "more than %d entries are registered",
                         NATIVE_ENTRIES_MAX);
    void *bigger = mem_resize_array(*array, count + 1, size);
    if (!bigger)
        return DESK_FAIL(error, DESK_ERR_NOMEM, "out of memory");
    *array = bigger;
    return 0;
}

static struct native_registry *registering(const struct desk_host *host)
{
    return host && host->state ? ((const struct loaded *)host->state)->registry : NULL;
}

static const struct native_plugin *plugin_of(const struct desk_host *host)
{
    return &((const struct loaded *)host->state)->plugin;
}

static bool known_kind(const char *kind)
{
    static const char *const kinds[] = {"ingest", "tag", "summarize"};
    for (size_t i = 0; kind && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kind, kinds[i]) == 0)
            return true;
    return false;
}

static int check_stage_manifest(const struct desk_stage *stage, struct desk_error *error)
{
    struct error why = {0};
    struct manifest manifest;
    ARENA_AUTO struct arena *arena = arena_new(LIMIT(CONFIG_BYTES));
    if (!arena)
        return DESK_FAIL(error, DESK_ERR_NOMEM, "out of memory");
    const int code = native_manifest(stage, arena, &manifest, &why);
    if (code >= 0)
        return 0;
    return DESK_FAIL(error, code == ERR_NOMEM ? DESK_ERR_NOMEM : DESK_ERR_USAGE, "%.500s",
                     why.text);
}

static int check_stage(const struct desk_stage *stage, struct desk_error *error)
{
    if (!stage || stage->size < sizeof *stage)
        return DESK_FAIL(error, DESK_ERR_USAGE, "stage: the struct's size is not filled in");
    if (!known_kind(stage->kind))
        return DESK_FAIL(error, DESK_ERR_USAGE, "stage: kind must be ingest, tag or summarize");
    if (!native_name_ok(stage->name))
        return DESK_FAIL(error, DESK_ERR_USAGE, "stage: a name has 1 to %d of a-z, 0-9, - and _",
                         DESK_NAME_MAX);
    if (!stage->version || !stage->version[0] || !stage->about || !stage->run)
        return DESK_FAIL(error, DESK_ERR_USAGE, "stage %s: version, about and run are needed",
                         stage->name);
    if ((strcmp(stage->kind, "ingest") == 0) != (stage->claims != NULL))
        return DESK_FAIL(error, DESK_ERR_USAGE, "stage %s: claims is for ingest, and needed there",
                         stage->name);
    return check_stage_manifest(stage, error);
}

static int register_stage(const struct desk_host *host, const struct desk_stage *stage,
                          struct desk_error *error)
{
    struct native_registry *registry = registering(host);
    if (!registry)
        return refuse_late(error);
    int rc = check_stage(stage, error);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < registry->stage_count; i++)
        if (strcmp(registry->stages[i]->kind, stage->kind) == 0 &&
            strcmp(registry->stages[i]->name, stage->name) == 0)
            return DESK_FAIL(error, DESK_ERR_EXISTS, "stage %s/%s is taken by %s", stage->kind,
                             stage->name, registry->stage_plugins[i]->path);
    rc = grow(&registry->stages, registry->stage_count, sizeof *registry->stages, error);
    if (rc == 0)
        rc = grow(&registry->stage_plugins, registry->stage_count, sizeof *registry->stage_plugins,
                  error);
    if (rc < 0)
        return rc;
    registry->stage_plugins[registry->stage_count] = plugin_of(host);
    registry->stages[registry->stage_count++] = stage;
    return 0;
}

static int register_lua_module(const struct desk_host *host, const char *name,
                               desk_lua_opener opener, struct desk_error *error)
{
    struct native_registry *registry = registering(host);
    if (!registry)
        return refuse_late(error);
    if (!native_name_ok(name) || !opener)
        return DESK_FAIL(error, DESK_ERR_USAGE, "Lua module: a name and an opener are needed");
    for (size_t i = 0; i < registry->module_count; i++)
        if (strcmp(registry->modules[i].name, name) == 0)
            return DESK_FAIL(error, DESK_ERR_EXISTS, "Lua module %s is taken by %s", name,
                             registry->modules[i].plugin->path);
    const int rc =
        grow(&registry->modules, registry->module_count, sizeof *registry->modules, error);
    if (rc < 0)
        return rc;
    registry->modules[registry->module_count++] =
        (struct native_lua_module){name, opener, plugin_of(host)};
    return 0;
}

static const struct service *find_service(const struct native_registry *registry, const char *name)
{
    for (size_t i = 0; i < registry->service_count; i++)
        if (strcmp(registry->services[i].name, name) == 0)
            return &registry->services[i];
    return NULL;
}

static int register_service(const struct desk_host *host, const char *name, uint32_t version,
                            const void *table, struct desk_error *error)
{
    struct native_registry *registry = registering(host);
    if (!registry)
        return refuse_late(error);
    if (!native_name_ok(name) || !table || version == 0)
        return DESK_FAIL(error, DESK_ERR_USAGE,
                         "service: a name, a version above 0 and a table are needed");
    const struct service *taken = find_service(registry, name);
    if (taken)
        return DESK_FAIL(error, DESK_ERR_EXISTS, "service %s is taken by %s", name,
                         taken->plugin->path);
    const int rc =
        grow(&registry->services, registry->service_count, sizeof *registry->services, error);
    if (rc < 0)
        return rc;
    registry->services[registry->service_count++] =
        (struct service){name, version, table, plugin_of(host)};
    return 0;
}

static int register_store(const struct desk_host *host, const char *name, uint32_t version,
                          const void *table, struct desk_error *error)
{
    (void)host, (void)version, (void)table;
    return DESK_FAIL(error, DESK_ERR_VERSION,
                     "store %.64s: this copydesk takes no stores from plugins "
                     "(DESK_FEATURE_STORES is not set)",
                     name ? name : "?");
}

/* --- loading ---------------------------------------------------------------------------------- */

static const struct native_offer native_offer = {sizeof(struct desk_plugin_info), DESK_ABI_MAJOR,
                                                 DESK_ABI_MINOR, NATIVE_FEATURES};

static void fill_host(struct loaded *loaded)
{
    loaded->host = (struct desk_host){
        .size = sizeof loaded->host,
        .abi_major = DESK_ABI_MAJOR,
        .abi_minor = DESK_ABI_MINOR,
        .features = NATIVE_FEATURES,
        .version = COPYDESK_VERSION,
        .state = loaded,
        .alloc = mem_alloc,
        .realloc = mem_resize,
        .free = mem_free,
        .log = host_log,
        .register_stage = register_stage,
        .register_lua_module = register_lua_module,
        .register_service = register_service,
        .register_store = register_store,
    };
}

struct counts {
    size_t modules, stages, services;
};

static int run_init(struct native_registry *registry, struct loaded *loaded,
                    const struct desk_plugin_info *info, struct error *err)
{
    const struct counts before = {registry->module_count, registry->stage_count,
                                  registry->service_count};
    struct desk_error error = {0};
    loaded->registry = registry;
    const int rc = info->init(&loaded->host, &error);
    loaded->registry = NULL;
    if (rc >= 0)
        return 0;
    registry->module_count = before.modules;
    registry->stage_count = before.stages;
    registry->service_count = before.services;
    error.text[DESK_ERROR_TEXT_MAX - 1] = '\0';
    const int code = rc == DESK_ERR_NOMEM || rc == DESK_ERR_EXISTS ? rc : ERR_PLUGIN;
    return error_set(err, code, "native plugin %s (%s) failed to start: %s", info->name,
                     loaded->path, error.text[0] ? error.text : "it gave no reason");
}

static bool is_loaded(const struct native_registry *registry, const char *file)
{
    for (size_t i = 0; i < registry->plugin_count; i++)
        if (strcmp(registry->plugins[i]->path, file) == 0)
            return true;
    return false;
}

static int check_name(const struct native_registry *registry, const char *name, const char *file,
                      struct error *err)
{
    for (size_t i = 0; i < registry->plugin_count; i++)
        if (strcmp(registry->plugins[i]->name, name) == 0)
            return error_set(err, ERR_EXISTS, "native plugin %s: %s has the same name, \"%s\"",
                             file, registry->plugins[i]->path, name);
    return 0;
}

/* Takes over `file` (freed on failure, where init() did not run). */
static int start_plugin(struct native_registry *registry, char *file, struct error *err)
{
    struct native_plugin **plugins =
        mem_resize_array(registry->plugins, registry->plugin_count + 1, sizeof *registry->plugins);
    if (plugins)
        registry->plugins = plugins;
    struct loaded *loaded = mem_zero(1, sizeof *loaded);
    const struct desk_plugin_info *info = NULL;
    int rc = ERR_NOMEM;
    if (!plugins || !loaded)
        error_set(err, ERR_NOMEM, "out of memory loading %s", file);
    else if (!(info = native_open(file, &native_offer, err)))
        rc = err ? err->code : ERR_PLUGIN;
    else
        rc = check_name(registry, info->name, file, err);
    if (rc < 0 || !info) {
        mem_free(loaded);
        mem_free(file);
        return rc;
    }
    loaded->path = file;
    loaded->plugin = (struct native_plugin){file, info->name, info->version, info->about};
    loaded->next = handed_out;
    handed_out = loaded;
    fill_host(loaded);
    rc = run_init(registry, loaded, info, err);
    if (rc == 0)
        registry->plugins[registry->plugin_count++] = &loaded->plugin;
    return rc;
}

int native_load(const char *path, struct native_registry *registry, struct error *err)
{
    struct error own = {0};
    if (!err)
        err = &own;
    char *file = native_resolve(registry->folder, path, err);
    if (!file)
        return err->code;
    if (is_loaded(registry, file)) {
        mem_free(file);
        return 0;
    }
    return start_plugin(registry, file, err);
}

static int is_plugin_file(const struct dirent *entry)
{
    const size_t size = strlen(entry->d_name);
    return size > 3 && entry->d_name[0] != '.' && strcmp(entry->d_name + size - 3, ".so") == 0;
}

int native_load_installed(struct native_registry *registry, struct error *err)
{
    struct dirent **entries;
    const int count = scandir(registry->folder, &entries, is_plugin_file, alphasort);
    if (count < 0)
        return errno == ENOENT ? 0 : error_errno(err, errno, "plugin folder %s", registry->folder);
    int rc = 0;
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        const int size = snprintf(path, sizeof path, "%s/%s", registry->folder, entries[i]->d_name);
        if (rc == 0 && size > 0 && (size_t)size < sizeof path)
            rc = native_load(path, registry, err);
        free(entries[i]); /* scandir's own memory */
    }
    free(entries);
    return rc;
}

/* --- the registry ----------------------------------------------------------------------------- */

struct native_registry *native_registry_new(const char *folder, struct error *err)
{
    struct native_registry *registry = mem_zero(1, sizeof *registry);
    if (registry)
        registry->folder = mem_strdup(folder);
    if (registry && registry->folder)
        return registry;
    mem_free(registry);
    error_set(err, ERR_NOMEM, "out of memory");
    return NULL;
}

/* The plugins' own entries stay: their code is mapped for good and holds on to its host table. */
void native_registry_free(struct native_registry *registry)
{
    if (!registry)
        return;
    mem_free(registry->folder);
    mem_free(registry->plugins);
    mem_free(registry->modules);
    mem_free(registry->stages);
    mem_free(registry->stage_plugins);
    mem_free(registry->services);
    mem_free(registry);
}

const void *native_service(const struct native_registry *registry, const char *name,
                           unsigned min_version, struct error *err)
{
    const struct service *service = find_service(registry, name);
    if (!service) {
        error_set(err, ERR_NOTFOUND,
                  "no native plugin gives the service \"%s\"; is it installed in %s?", name,
                  registry->folder);
        return NULL;
    }
    if (service->version < min_version) {
        error_set(err, ERR_VERSION, "service \"%s\": version %u is needed, %s gives %u", name,
                  min_version, service->plugin->path, (unsigned)service->version);
        return NULL;
    }
    return service->table;
}

const struct desk_stage *native_stage(const struct native_registry *registry, const char *kind,
                                      const char *name)
{
    for (size_t i = 0; i < registry->stage_count; i++)
        if (strcmp(registry->stages[i]->kind, kind) == 0 &&
            strcmp(registry->stages[i]->name, name) == 0)
            return registry->stages[i];
    return NULL;
}

const struct native_plugin *native_stage_plugin(const struct native_registry *registry,
                                                const struct desk_stage *stage)
{
    for (size_t i = 0; i < registry->stage_count; i++)
        if (registry->stages[i] == stage)
            return registry->stage_plugins[i];
    return NULL;
}

const struct native_lua_module *native_lua_modules(const struct native_registry *registry,
                                                   size_t *count)
{
    *count = registry->module_count;
    return registry->modules;
}

const struct desk_stage *const *native_stages(const struct native_registry *registry, size_t *count)
{
    *count = registry->stage_count;
    return registry->stages;
}

const struct native_plugin *const *native_plugins(const struct native_registry *registry,
                                                  size_t *count)
{
    *count = registry->plugin_count;
    return (const struct native_plugin *const *)registry->plugins;
}
