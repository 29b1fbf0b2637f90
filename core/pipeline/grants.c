#include "pipeline/grants.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "pipeline/host.h"

#define ARENA_BYTES (1 * MIB)

struct looking {
    struct desk *desk;
    const struct grant_list *command;
    void (*each)(const struct grant_report *report, void *data);
    void *data;
};

/* Files of the plugin's own folder need no grant. */
static int outside(const struct manifest *manifest, struct arena *arena, struct grant_list *out)
{
    out->at = arena_alloc(arena, manifest->read_count + 1, sizeof *out->at);
    for (size_t i = 0; out->at && i < manifest->read_count; i++)
        if (strchr(manifest->read_files[i], '/'))
            out->at[out->count++] = manifest->read_files[i];
    return out->at ? 0 : ERR_NOMEM;
}

static bool same_list(const struct grant_list *a, const struct grant_list *b)
{
    bool same = a->count == b->count;
    for (size_t i = 0; same && i < a->count; i++)
        same = strcmp(a->at[i], b->at[i]) == 0;
    return same;
}

static int look_at(struct looking *looking, struct plugin_entry *entry,
                   const struct manifest *manifest, struct arena *arena,
                   struct grant_report *report)
{
    const struct plugin_grant *grant =
        config_grant(&looking->desk->lineup->config, entry->kind, entry->name);
    const struct grant_list none = {NULL, 0};
    const struct grant_list *command = looking->command && looking->command->count
                                           ? looking->command
                                       : grant ? &grant->command
                                               : &none;
    struct error why = {0};
    report->env = (struct grant_list){manifest->env, manifest->env_count};
    report->command = manifest->asks_command;
    report->grant = grant_line_with(manifest, entry->origin, command, arena);
    if (!report->grant || outside(manifest, arena, &report->read) < 0)
        return ERR_NOMEM;
    if (!grant)
        return 0;
    report->line = grant->line;
    report->state = GRANT_GIVEN;
    if (grant_check(manifest, entry, grant, &why) < 0) {
        report->state = GRANT_OTHER;
        report->why = arena_text(arena, (struct str){why.text, strcspn(why.text, ";")});
    }
    if (report->state == GRANT_GIVEN && !same_list(command, &grant->command)) {
        report->state = GRANT_OTHER;
        report->why = "its command is another";
    }
    return report->state == GRANT_OTHER && !report->why ? ERR_NOMEM : 0;
}

static bool asks(const struct manifest *manifest)
{
    return grant_needed(manifest) || manifest->asks_command;
}

static int look(struct looking *looking, struct plugin_entry *entry, bool named, struct error *err)
{
    ARENA_AUTO struct arena *arena = arena_new(ARENA_BYTES);
    const struct manifest *manifest = NULL;
    struct error why = {0};
    struct grant_report report = {.origin = plugin_origin_name(entry->origin), .path = entry->path};
    report.plugin = arena ? arena_printf(arena, "%s/%s", entry->kind, entry->name) : NULL;
    if (!report.plugin)
        return error_set(err, ERR_NOMEM, "out of memory");
    if (host_manifest(looking->desk->lineup, entry, &manifest, &why) < 0)
        report.error = why.text;
    else if (!named && !asks(manifest))
        return 0;
    else if (look_at(looking, entry, manifest, arena, &report) < 0)
        return error_set(err, ERR_NOMEM, "out of memory");
    if (named || !report.error)
        looking->each(&report, looking->data);
    return 0;
}

int grants_look(struct desk *desk, const char *plugin, const struct grant_list *command,
                void (*each)(const struct grant_report *report, void *data), void *data,
                struct error *err)
{
    struct looking looking = {desk, command, each, data};
    struct registry *registry = desk->lineup->registry;
    struct plugin_spec spec;
    struct plugin_entry *entry = NULL;
    size_t count = 0;
    int code = plugin ? plugin_spec_parse(plugin, &spec, err) : 0;
    if (code >= 0 && plugin)
        code = registry_find(registry, spec.kind, spec.name, &entry, err);
    if (code < 0 || entry)
        return code < 0 ? code : look(&looking, entry, true, err);
    struct plugin_entry **all = registry_all(registry, &count);
    for (size_t i = 0; code >= 0 && i < count; i++)
        if (!all[i]->shadowed_by)
            code = look(&looking, all[i], false, err);
    return code;
}

/* ---- writing ---- */

/* The bytes of line `number` (from 1), without its end; empty when there is none. */
static struct str line_of(struct str text, int number)
{
    const char *at = text.at, *end = text.at + text.len;
    for (; at < end; number--) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        if (number == 1)
            return (struct str){at, (size_t)(stop - at)};
        at = stop + 1;
    }
    return (struct str){end, 0};
}

static int replace_line(struct str text, int number, const char *grant, struct buf *out,
                        struct error *err)
{
    const struct str old = line_of(text, number), bare = str_trim(old);
    if (!str_starts(bare, "desk.grant") || !str_ends(bare, "}"))
        return error_set(err, ERR_INVALID,
                         "line %d of desk.lua is not one whole desk.grant { ... }; put this there "
                         "by hand:\n%s",
                         number, grant);
    buf_append(out, text.at, (size_t)(old.at - text.at));
    buf_text(out, grant);
    buf_append(out, old.at + old.len, (size_t)(text.at + text.len - old.at) - old.len);
    return 0;
}

static void append_line(struct str text, const char *grant, struct buf *out)
{
    buf_str(out, text);
    if (text.len && text.at[text.len - 1] != '\n')
        buf_byte(out, '\n');
    buf_printf(out, "%s\n", grant);
}

int grants_write(struct desk *desk, int line, const char *grant, struct error *err)
{
    BUF_AUTO struct buf text = BUF_INIT;
    BUF_AUTO struct buf changed = BUF_INIT;
    struct stat info;
    MEM_AUTO char *path = desk->dir ? file_join(desk->dir, "desk.lua") : NULL;
    if (!path)
        return error_set(err, ERR_USAGE, "there is no desk here; a grant is a desk's");
    int code = file_read(path, LIMIT(CONFIG_BYTES), &text, &info, err);
    if (code >= 0 && line)
        code = replace_line(buf_view(&text), line, grant, &changed, err);
    else if (code >= 0)
        append_line(buf_view(&text), grant, &changed);
    if (code >= 0 && buf_failed(&changed))
        code = error_set(err, ERR_NOMEM, "out of memory");
    if (code >= 0)
        code = file_replace(path, changed.at, changed.len, err);
    if (code >= 0 && chmod(path, info.st_mode & 07777) < 0)
        code = error_errno(err, errno, "cannot set the mode of %s", path);
    return code < 0 ? code : 0;
}
