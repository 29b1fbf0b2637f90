#include "pipeline/newplugin.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "pipeline/host.h"
#include "pipeline/template.h"
#include "plugin/registry_files.h"

static int shipped_scripts(char **out, struct error *err)
{
    MEM_AUTO char *user = NULL;
    return registry_default_folders(&user, out, err);
}

/* ---- .luarc.json ---- */

int plugin_luarc(const char *dir, struct error *err)
{
    MEM_AUTO char *scripts = NULL;
    MEM_AUTO char *path = file_join(dir, ".luarc.json");
    BUF_AUTO struct buf template = BUF_INIT;
    BUF_AUTO struct buf text = BUF_INIT;
    struct stat info;
    if (path && lstat(path, &info) == 0)
        return 0;
    int code = shipped_scripts(&scripts, err);
    if (code < 0)
        return code;
    MEM_AUTO char *from = file_join(scripts, "templates/luarc.json");
    if (!path || !from)
        return error_set(err, ERR_NOMEM, "out of memory");
    code = file_read(from, LIMIT(CONFIG_BYTES), &template, NULL, err);
    if (code < 0)
        return code;
    const struct template_word words[] = {{"@SCRIPTS@", scripts}, {NULL, NULL}};
    if (template_fill(buf_view(&template), words, &text) < 0)
        return error_set(err, ERR_NOMEM, "out of memory");
    code = file_replace(path, text.at, text.len, err);
    return code < 0 ? code : 1;
}

/* ---- the plugin's folder ---- */

static bool has_template(const char *scripts, const char *kind)
{
    char path[64];
    struct stat info;
    snprintf(path, sizeof path, "templates/plugin/%.32s", kind);
    MEM_AUTO char *full = file_join(scripts, path);
    return full && stat(full, &info) == 0 && S_ISDIR(info.st_mode);
}

static int no_template(const char *scripts, const char *kind, struct error *err)
{
    BUF_AUTO struct buf kinds = BUF_INIT;
    for (size_t i = 0; plugin_kinds[i]; i++)
        if (has_template(scripts, plugin_kinds[i]))
            buf_printf(&kinds, "%s%s", kinds.len ? ", " : "", plugin_kinds[i]);
    if (kinds.len == 0)
        return error_set(err, ERR_NOTFOUND,
                         "the templates of plugins are missing from the installation: %s/templates",
                         scripts);
    return error_set(err, ERR_USAGE, "this version runs no plugins of kind %s; it runs %s", kind,
                     kinds.at);
}

static void take_away(const char *folder, const struct plugin_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        MEM_AUTO char *path = file_join(folder, files[i].name);
        if (path)
            unlink(path);
    }
    rmdir(folder);
}

/* Filled under another name beside it: who looks sees all of the folder or none of it. */
static int fill_folder(const char *folder, const struct plugin_file *files, size_t count,
                       const struct template_word *words, struct error *err)
{
    struct stat info;
    BUF_AUTO struct buf part = BUF_INIT;
    if (lstat(folder, &info) == 0)
        return error_set(err, ERR_EXISTS, "%s is there already; nothing was changed", folder);
    const char *name = file_base_name(folder);
    if (buf_printf(&part, "%.*s.%s.XXXXXX", (int)(name - folder), folder, name) < 0)
        return error_set(err, ERR_NOMEM, "out of memory");
    if (!mkdtemp(part.at))
        return error_errno(err, errno, "cannot make a folder beside %s", folder);
    int code = 0;
    size_t written = 0;
    for (; code >= 0 && written < count; written++)
        code = template_write(part.at, files[written].name,
                              (struct str){files[written].bytes, files[written].len}, words, 0666,
                              err);
    const mode_t mask = umask(0);
    umask(mask);
    if (code >= 0 && (chmod(part.at, 0777 & ~mask) < 0 || rename(part.at, folder) < 0))
        code = error_errno(err, errno, "cannot make %s", folder);
    if (code < 0)
        take_away(part.at, files, written);
    return code;
}

static int keep_names(struct new_plugin *out, const struct plugin_file *files, size_t count)
{
    out->files = mem_zero(count + 1, sizeof *out->files);
    for (size_t i = 0; out->files && i < count; i++) {
        out->files[i] = mem_strdup(files[i].name);
        if (!out->files[i])
            return ERR_NOMEM;
        out->count++;
    }
    return out->files ? 0 : ERR_NOMEM;
}

static int from_template(struct new_plugin *out, const char *scripts, struct error *err)
{
    char below[2 * PLUGIN_NAME_SIZE + 32];
    struct plugin_file *files = NULL;
    size_t count = 0;
    snprintf(below, sizeof below, "templates/plugin/%s", out->spec.kind);
    MEM_AUTO char *from = file_join(scripts, below);
    snprintf(below, sizeof below, "scripts/%s", out->spec.kind);
    MEM_AUTO char *parent = file_join(out->desk, "scripts");
    MEM_AUTO char *kind = file_join(out->desk, below);
    snprintf(below, sizeof below, "scripts/%s/%s", out->spec.kind, out->spec.name);
    MEM_AUTO char *folder = file_join(out->desk, below);
    out->folder = mem_strdup(below);
    if (!from || !parent || !kind || !folder || !out->folder)
        return error_set(err, ERR_NOMEM, "out of memory");
    const struct template_word words[] = {{"@NAME@", out->spec.name}, {NULL, NULL}};
    int code = registry_files_add(from, NULL, false, &files, &count, err);
    if (code >= 0 && keep_names(out, files, count) < 0)
        code = error_set(err, ERR_NOMEM, "out of memory");
    if (code >= 0)
        code = template_folder(parent, err);
    if (code >= 0)
        code = template_folder(kind, err);
    if (code >= 0)
        code = fill_folder(folder, files, count, words, err);
    registry_files_free(files, count);
    return code;
}

/* The plugin of this name that the new one will stand before. */
static int find_replaced(struct new_plugin *out, const char *user, const char *scripts,
                         struct error *err)
{
    const struct registry_folders folders = {NULL, user, scripts};
    struct registry *registry = NULL;
    struct plugin_entry *entry = NULL;
    int code = registry_open(&folders, &registry, err);
    if (code < 0)
        return code;
    if (registry_find(registry, out->spec.kind, out->spec.name, &entry, NULL) >= 0)
        out->replaces = mem_strdup(entry->path);
    registry_close(registry);
    return 0;
}

int plugin_new(const char *dir, const char *plugin, struct new_plugin *out, struct error *err)
{
    MEM_AUTO char *user = NULL;
    MEM_AUTO char *scripts = NULL;
    *out = (struct new_plugin){0};
    int code = plugin_spec_parse(plugin, &out->spec, err);
    if (code >= 0)
        code = registry_default_folders(&user, &scripts, err);
    if (code >= 0 && !has_template(scripts, out->spec.kind))
        code = no_template(scripts, out->spec.kind, err);
    if (code >= 0)
        code = desk_find(dir, false, &out->desk, err);
    if (code >= 0)
        code = find_replaced(out, user, scripts, err);
    if (code >= 0)
        code = from_template(out, scripts, err);
    if (code >= 0)
        code = plugin_luarc(out->desk, err);
    return code < 0 ? code : 0;
}

void new_plugin_free(struct new_plugin *made)
{
    for (size_t i = 0; i < made->count; i++)
        mem_free(made->files[i]);
    mem_free(made->files);
    mem_free(made->desk);
    mem_free(made->folder);
    mem_free(made->replaces);
    *made = (struct new_plugin){0};
}
