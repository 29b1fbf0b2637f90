/* scripts/escapes/NAME.lua: the body of a tag plugin's run. Its first lines are comments:
 *   -- What it does.
 *   -- wall: time, memory       which walls may stop it
 *   -- says: words              what the fault says, where a slip in the file would fault as well
 */
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "pipeline/escapes_parts.h"
#include "plugin/registry.h"
#include "plugin/registry_files.h"

static const struct {
    const char *word;
    unsigned walls;
} words[] = {
    {"time", WALL_BIT(WALL_SOFT) | WALL_BIT(WALL_KILL)},
    {"memory", WALL_BIT(WALL_MEMORY)},
    {"sandbox", WALL_BIT(WALL_SANDBOX)},
    {"nothing", WALL_BIT(WALL_NOTHING)},
    {"answer", WALL_BIT(WALL_ANSWER)},
};

/* The rest of the line behind `key`, in the comments at the file's head; NULL: there is none. */
static const char *line_after(const struct plugin_file *file, const char *key, struct arena *arena)
{
    const char *at = file->bytes, *end = file->bytes + file->len;
    const size_t len = strlen(key);
    while (at < end && *at == '-') {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        if ((size_t)(stop - at) > len && strncmp(at, key, len) == 0)
            return arena_text(arena, (struct str){at + len, (size_t)(stop - at) - len});
        at = stop + 1;
    }
    return NULL;
}

static unsigned walls_of(const char *text)
{
    unsigned walls = 0;
    for (size_t i = 0; text && i < sizeof words / sizeof *words; i++)
        if (strstr(text, words[i].word))
            walls |= words[i].walls;
    return walls;
}

static int read_one(const struct plugin_file *file, struct arena *arena, struct escape *out,
                    struct error *err)
{
    const char *wall = line_after(file, "-- wall: ", arena);
    out->name = arena_text(arena, (struct str){file->name, strlen(file->name) - strlen(".lua")});
    out->about = line_after(file, "-- ", arena);
    out->says = line_after(file, "-- says: ", arena);
    out->walls = walls_of(wall);
    if (!out->name || !out->about || !out->walls)
        return error_set(err, ERR_INVALID,
                         "scripts/escapes/%s: it begins with what it does and `-- wall: ...`",
                         file->name);
    /* on one line, so that the file's own lines keep their numbers */
    out->source = arena_printf(arena,
                               "return { kind = 'tag', name = '%s', version = '1.0.0', api = 1, "
                               "about = 'An escape.', run = function(article, options) %.*s\nend }",
                               out->name, (int)file->len, file->bytes);
    return out->source ? 0 : error_set(err, ERR_NOMEM, "out of memory");
}

int escapes_read(struct arena *arena, struct escape **out, size_t *count, struct error *err)
{
    MEM_AUTO char *user = NULL;
    MEM_AUTO char *shipped = NULL;
    struct plugin_file *files = NULL;
    size_t file_count = 0;
    int code = registry_default_folders(&user, &shipped, err);
    if (code < 0)
        return code;
    MEM_AUTO char *folder = file_join(shipped, "escapes");
    if (!folder)
        return error_set(err, ERR_NOMEM, "out of memory");
    code = registry_files_add(folder, ".lua", false, &files, &file_count, err);
    *out = arena_alloc(arena, file_count + 1, sizeof **out);
    if (code >= 0 && !*out)
        code = error_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; code >= 0 && i < file_count; i++)
        code = read_one(&files[i], arena, &(*out)[i], err);
    *count = file_count;
    registry_files_free(files, file_count);
    return code < 0 ? code : 0;
}
