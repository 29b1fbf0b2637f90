#include "pipeline/checkplugin.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "model/wire.h"
#include "pipeline/host.h"

struct checks {
    struct lineup *lineup;
    void (*each)(const struct plugin_issue *issue, void *data);
    void *data;
    struct check_counts counts;
    struct plugin_entry **all;
    size_t all_count;
};

static const char *const levels[] = {"error", "warning", "note"};

const char *plugin_issue_word(enum plugin_issue_level level)
{
    return levels[level];
}

static void tell(struct checks *checks, const struct plugin_entry *entry, const char *file,
                 int64_t line, enum plugin_issue_level level, const char *text)
{
    char label[2 * PLUGIN_NAME_SIZE];
    snprintf(label, sizeof label, "%s/%s", entry->kind, entry->name);
    uint64_t *const counts[] = {&checks->counts.errors, &checks->counts.warnings,
                                &checks->counts.notes};
    (*counts[level])++;
    checks->each(&(struct plugin_issue){label, entry->path, file, line, level, text}, checks->data);
}

static bool is_checked(const struct plugin_entry *entry)
{
    return !entry->shadowed_by && entry->origin != PLUGIN_NATIVE;
}

/* ---- needs and gives, over all plugins ---- */

static const struct manifest *manifest_of(struct checks *checks, struct plugin_entry *entry)
{
    struct desk_plugin *plugin = NULL;
    return !entry->shadowed_by && host_load_entry(checks->lineup, entry, &plugin, NULL) >= 0
               ? &plugin->manifest
               : NULL;
}

/* What the other plugins give. */
static size_t given_by_others(struct checks *checks, const struct plugin_entry *entry,
                              const char **names, size_t room)
{
    size_t count = 0;
    for (size_t i = 0; i < checks->all_count; i++) {
        const struct manifest *other =
            checks->all[i] == entry ? NULL : manifest_of(checks, checks->all[i]);
        for (size_t g = 0; other && g < other->give_count && count < room; g++)
            if (!str_among(other->gives[g], names, count))
                names[count++] = other->gives[g];
    }
    return count;
}

static void check_needs(struct checks *checks, struct plugin_entry *entry)
{
    const char *names[512];
    const struct manifest *manifest = manifest_of(checks, entry);
    if (!manifest || manifest->need_count == 0)
        return;
    const size_t count = given_by_others(checks, entry, names, sizeof names / sizeof *names);
    for (size_t i = 0; i < manifest->need_count; i++) {
        char text[300];
        const char *need = manifest->needs[i];
        const char *near = str_nearest(str_of(need), names, count);
        if (str_among(need, names, count))
            continue;
        snprintf(text, sizeof text, "needs '%.100s', which no plugin gives%s%.100s%s", need,
                 near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
        tell(checks, entry, "init.lua", 0, ISSUE_WARNING, text);
    }
}

/* ---- one plugin ---- */

static const char *text_of(struct arena *arena, const msgpack_object *map, const char *key)
{
    struct str text = STR_NONE;
    const msgpack_object *value = wire_get(map, key);
    if (!value || wire_text(value, key, LIMIT(PATH_BYTES), &text, NULL) < 0)
        return "";
    const char *copy = arena_text(arena, text);
    return copy ? copy : "";
}

static void tell_issue(struct checks *checks, const struct plugin_entry *entry,
                       const msgpack_object *issue)
{
    ARENA_AUTO struct arena *arena = arena_new(LIMIT(CONFIG_BYTES));
    int64_t line = 0;
    enum plugin_issue_level level = ISSUE_ERROR;
    if (!arena || issue->type != MSGPACK_OBJECT_MAP)
        return;
    if (wire_int(wire_get(issue, "line"), "line", 0, INT32_MAX, &line, NULL) < 0)
        line = 0;
    const char *word = text_of(arena, issue, "level");
    while (level < ISSUE_NOTE && strcmp(word, levels[level]) != 0)
        level++;
    tell(checks, entry, text_of(arena, issue, "file"), line, level, text_of(arena, issue, "text"));
}

static int ask_worker(struct checks *checks, struct plugin_entry *entry, struct error *err)
{
    uint32_t index = 0;
    struct pool_job job = {.op = JOB_CHECK};
    struct pool_frame *frame = NULL;
    const msgpack_object *value = NULL;
    msgpack_packer packer;
    int code = host_ship_entry(checks->lineup, entry, &index, err);
    if (code < 0)
        return code;
    wire_packer(&packer, &job.payload);
    msgpack_pack_map(&packer, 1);
    wire_pack_key(&packer, "plugin");
    msgpack_pack_uint32(&packer, index);
    code = host_call(checks->lineup, &job, &frame, &value, NULL, err);
    buf_free(&job.payload);
    const msgpack_object *issues = code < 0 ? NULL : wire_get(value, "issues");
    for (uint32_t i = 0;
         issues && issues->type == MSGPACK_OBJECT_ARRAY && i < issues->via.array.size; i++)
        tell_issue(checks, entry, &issues->via.array.ptr[i]);
    if (code >= 0)
        pool_frame_free(frame);
    return code;
}

static void check_entry(struct checks *checks, struct plugin_entry *entry)
{
    struct error why = {0};
    checks->counts.plugins++;
    if (ask_worker(checks, entry, &why) < 0)
        tell(checks, entry, "init.lua", 0, ISSUE_ERROR, why.text);
    else
        check_needs(checks, entry);
}

int plugin_check(struct desk *desk, const char *plugin,
                 void (*each)(const struct plugin_issue *issue, void *data), void *data,
                 struct check_counts *counts, struct error *err)
{
    struct checks checks = {.lineup = desk->lineup, .each = each, .data = data};
    struct plugin_spec spec;
    struct plugin_entry *entry = NULL;
    int code = plugin ? plugin_spec_parse(plugin, &spec, err) : 0;
    if (code >= 0 && plugin)
        code = registry_find(desk->lineup->registry, spec.kind, spec.name, &entry, err);
    if (code < 0)
        return code;
    if (entry && entry->origin == PLUGIN_NATIVE)
        return error_set(err, ERR_USAGE, "%s is a native stage: its code cannot be looked at",
                         plugin);
    checks.all = registry_all(desk->lineup->registry, &checks.all_count);
    for (size_t i = 0; i < checks.all_count; i++)
        if (entry ? checks.all[i] == entry : is_checked(checks.all[i]))
            check_entry(&checks, checks.all[i]);
    *counts = checks.counts;
    return 0;
}
