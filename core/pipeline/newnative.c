/* `plugin new --native`: the example that is installed, with another name in the place of its own.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "pipeline/host.h"
#include "pipeline/newplugin.h"
#include "pipeline/template.h"

#define EXAMPLE_NAME "hulls"

/* In their order; a folder stands before what lies in it. */
static const char *const folders[] = {"tag", "tag/hulls", "lua", "lua/tag", "lua/tag/hulls"};
static const char *const files[] = {"CMakeLists.txt", "hulls.c", "check.sh", "tag/hulls/test.lua",
                                    "lua/tag/hulls/init.lua"};
#define COUNT(list) (sizeof(list) / sizeof *(list))

static int check_name(const struct plugin_spec *spec, struct error *err)
{
    if (strcmp(spec->kind, "tag") != 0)
        return error_set(err, ERR_USAGE,
                         "--native begins with a tag plugin, whose stage is registered as those of "
                         "other kinds are: copydesk plugin new --native tag %s",
                         spec->name);
    if (strchr(spec->name, '-') || (spec->name[0] >= '0' && spec->name[0] <= '9'))
        return error_set(err, ERR_USAGE,
                         "'%s' cannot be a name in C: write it with letters, digits and '_'",
                         spec->name);
    return 0;
}

static int copy_file(const char *example, const char *to, const char *from,
                     const struct template_word *words, struct error *err)
{
    BUF_AUTO struct buf bytes = BUF_INIT;
    BUF_AUTO struct buf name = BUF_INIT;
    struct stat info;
    MEM_AUTO char *path = file_join(example, from);
    if (!path || template_fill(str_of(from), words, &name) < 0)
        return error_set(err, ERR_NOMEM, "out of memory");
    int code = file_read(path, LIMIT(PLUGIN_BYTES), &bytes, &info, err);
    if (code < 0)
        return error_wrap(err, "the example plugin is missing from the installation");
    return template_write(to, name.at, buf_view(&bytes), words, info.st_mode & 0111 ? 0777 : 0666,
                          err);
}

static int make_folder(const char *to, const char *from, const struct template_word *words,
                       struct error *err)
{
    BUF_AUTO struct buf name = BUF_INIT;
    if (template_fill(str_of(from), words, &name) < 0)
        return error_set(err, ERR_NOMEM, "out of memory");
    MEM_AUTO char *path = file_join(to, name.at);
    return path ? template_folder(path, err) : error_set(err, ERR_NOMEM, "out of memory");
}

static int keep_name(struct new_plugin *out, const char *from, const struct template_word *words)
{
    BUF_AUTO struct buf name = BUF_INIT;
    if (template_fill(str_of(from), words, &name) < 0)
        return ERR_NOMEM;
    out->files[out->count] = buf_take(&name, NULL);
    return out->files[out->count] ? (int)out->count++ : ERR_NOMEM;
}

static int copy_all(struct new_plugin *out, const char *example, const char *to, struct error *err)
{
    const struct template_word words[] = {{EXAMPLE_NAME, out->spec.name}, {NULL, NULL}};
    int code = 0;
    out->files = mem_zero(COUNT(files) + 1, sizeof *out->files);
    if (!out->files)
        return error_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; code >= 0 && i < COUNT(folders); i++)
        code = make_folder(to, folders[i], words, err);
    for (size_t i = 0; code >= 0 && i < COUNT(files); i++) {
        code = copy_file(example, to, files[i], words, err);
        if (code >= 0 && keep_name(out, files[i], words) < 0)
            code = error_set(err, ERR_NOMEM, "out of memory");
    }
    return code;
}

static int fill(struct new_plugin *out, struct error *err)
{
    char below[PLUGIN_NAME_SIZE + 16];
    struct stat info;
    MEM_AUTO char *bin = NULL;
    snprintf(below, sizeof below, "native/%s", out->spec.name);
    out->folder = mem_strdup(below);
    int code = file_program_dir(&bin, err);
    if (code < 0)
        return code;
    MEM_AUTO char *example = file_join(bin, "../" COPYDESK_EXAMPLE_DIR);
    MEM_AUTO char *parent = file_join(out->desk, "native");
    MEM_AUTO char *folder = file_join(out->desk, below);
    if (!out->folder || !example || !parent || !folder)
        return error_set(err, ERR_NOMEM, "out of memory");
    if (lstat(folder, &info) == 0)
        return error_set(err, ERR_EXISTS, "%s is there already; nothing was changed", folder);
    code = template_folder(parent, err);
    if (code >= 0)
        code = template_folder(folder, err);
    return code < 0 ? code : copy_all(out, example, folder, err);
}

int plugin_new_native(const char *dir, const char *plugin, struct new_plugin *out,
                      struct error *err)
{
    *out = (struct new_plugin){0};
    int code = plugin_spec_parse(plugin, &out->spec, err);
    if (code >= 0)
        code = check_name(&out->spec, err);
    if (code >= 0)
        code = desk_find(dir, &out->desk, err);
    return code < 0 ? code : fill(out, err);
}
