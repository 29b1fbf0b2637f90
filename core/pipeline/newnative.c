/* `plugin new --native`: for a tag plugin the example that is installed, with another name in the
 * place of its own; for the other kinds of stages a template, with the test.lua of the Lua one. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
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
#define MARKS_MAX    2

/* A file, below the folder of sources and below the new one; the latter's marks are filled in. */
struct native_file {
    const char *from, *to;
};

/* What a kind is made of. Folders are made in their order. */
struct native_kind {
    const char *kind;
    const char *sources; /* below the program's folder; NULL: the templates of scripts/ */
    const char *folders[6];
    struct native_file files[6];
    struct template_word words[MARKS_MAX + 1]; /* text NULL: the plugin's name */
};

static const struct native_kind kinds[] = {
    {"tag",
     "../" COPYDESK_EXAMPLE_DIR,
     {"tag", "tag/hulls", "lua", "lua/tag", "lua/tag/hulls"},
     {{"CMakeLists.txt", "CMakeLists.txt"},
      {"hulls.c", "hulls.c"},
      {"check.sh", "check.sh"},
      {"tag/hulls/test.lua", "tag/hulls/test.lua"},
      {"lua/tag/hulls/init.lua", "lua/tag/hulls/init.lua"}},
     {{EXAMPLE_NAME, NULL}}},
    {"ingest",
     NULL,
     {"ingest", "ingest/@NAME@"},
     {{"native/CMakeLists.txt", "CMakeLists.txt"},
      {"native/ingest.c", "@NAME@.c"},
      {"native/check.sh", "check.sh"},
      {"plugin/ingest/test.lua", "ingest/@NAME@/test.lua"}},
     {{"@NAME@", NULL}, {"@KIND@", "ingest"}}},
    {"summarize",
     NULL,
     {"summarize", "summarize/@NAME@"},
     {{"native/CMakeLists.txt", "CMakeLists.txt"},
      {"native/summarize.c", "@NAME@.c"},
      {"native/check.sh", "check.sh"},
      {"plugin/summarize/test.lua", "summarize/@NAME@/test.lua"}},
     {{"@NAME@", NULL}, {"@KIND@", "summarize"}}},
};

static const struct native_kind *find_kind(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].kind, name) == 0)
            return &kinds[i];
    return NULL;
}

/* The name stands in the example's C code, and in the templates' texts alone. */
static int check_name(const struct plugin_spec *spec, const struct native_kind *kind,
                      struct error *err)
{
    if (!kind)
        return error_set(err, ERR_USAGE,
                         "a plugin of kind %s cannot be written in C: the ABI has stages of kind "
                         "ingest, tag and summarize (copydesk/plugin.h). Write it in Lua: copydesk "
                         "plugin new %s %s; what must be C it can call as a Lua module of a native "
                         "plugin",
                         spec->kind, spec->kind, spec->name);
    if (kind->sources &&
        (strchr(spec->name, '-') || (spec->name[0] >= '0' && spec->name[0] <= '9')))
        return error_set(err, ERR_USAGE,
                         "'%s' cannot be a name in C: write it with letters, digits and '_'",
                         spec->name);
    return 0;
}

static int copy_file(const char *sources, const char *to, const struct native_file *file,
                     const struct template_word *words, struct error *err)
{
    BUF_AUTO struct buf bytes = BUF_INIT;
    BUF_AUTO struct buf name = BUF_INIT;
    struct stat info;
    MEM_AUTO char *path = file_join(sources, file->from);
    if (!path || template_fill(str_of(file->to), words, &name) < 0)
        return error_set(err, ERR_NOMEM, "out of memory");
    int code = file_read(path, LIMIT(PLUGIN_BYTES), &bytes, &info, err);
    if (code < 0)
        return error_wrap(err, "the plugins to begin with are missing from the installation");
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

static int copy_all(struct new_plugin *out, const struct native_kind *kind, const char *sources,
                    const char *to, const struct template_word *words, struct error *err)
{
    int code = 0;
    out->files = mem_zero(sizeof kind->files / sizeof *kind->files, sizeof *out->files);
    if (!out->files)
        return error_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; code >= 0 && kind->folders[i]; i++)
        code = make_folder(to, kind->folders[i], words, err);
    for (size_t i = 0; code >= 0 && kind->files[i].from; i++) {
        if (keep_name(out, kind->files[i].to, words) < 0)
            code = error_set(err, ERR_NOMEM, "out of memory");
        else
            code = copy_file(sources, to, &kind->files[i], words, err);
    }
    return code;
}

/* What copy_all made before it failed: its files, then its folders from the innermost. */
static void take_away(const struct new_plugin *out, const struct native_kind *kind,
                      const struct template_word *words, const char *to)
{
    for (size_t i = 0; i < out->count; i++) {
        MEM_AUTO char *path = file_join(to, out->files[i]);
        if (path)
            unlink(path);
    }
    for (size_t i = sizeof kind->folders / sizeof *kind->folders; i-- > 0;) {
        BUF_AUTO struct buf name = BUF_INIT;
        if (!kind->folders[i] || template_fill(str_of(kind->folders[i]), words, &name) < 0)
            continue;
        MEM_AUTO char *path = file_join(to, name.at);
        if (path)
            rmdir(path);
    }
    rmdir(to);
}

/* Filled under another name beside it: who looks sees all of the folder or none of it. */
static int fill_beside(struct new_plugin *out, const struct native_kind *kind, const char *sources,
                       const char *folder, struct error *err)
{
    struct template_word words[MARKS_MAX + 1] = {{NULL, NULL}};
    BUF_AUTO struct buf part = BUF_INIT;
    const char *name = file_base_name(folder);
    for (size_t i = 0; i < MARKS_MAX && kind->words[i].mark; i++)
        words[i] = (struct template_word){
            kind->words[i].mark, kind->words[i].text ? kind->words[i].text : out->spec.name};
    if (buf_printf(&part, "%.*s.%s.XXXXXX", (int)(name - folder), folder, name) < 0)
        return error_set(err, ERR_NOMEM, "out of memory");
    if (!mkdtemp(part.at))
        return error_errno(err, errno, "cannot make a folder beside %s", folder);
    int code = copy_all(out, kind, sources, part.at, words, err);
    const mode_t mask = umask(0);
    umask(mask);
    if (code >= 0 && (chmod(part.at, 0777 & ~mask) < 0 || rename(part.at, folder) < 0))
        code = error_errno(err, errno, "cannot make %s", folder);
    if (code < 0)
        take_away(out, kind, words, part.at);
    return code;
}

static char *sources_of(const struct native_kind *kind, struct error *err)
{
    MEM_AUTO char *bin = NULL;
    MEM_AUTO char *user = NULL;
    MEM_AUTO char *scripts = NULL;
    if (kind->sources ? file_program_dir(&bin, err) < 0
                      : registry_default_folders(&user, &scripts, err) < 0)
        return NULL;
    char *sources = kind->sources ? file_join(bin, kind->sources) : file_join(scripts, "templates");
    if (!sources)
        error_set(err, ERR_NOMEM, "out of memory");
    return sources;
}

static int fill(struct new_plugin *out, const struct native_kind *kind, struct error *err)
{
    char below[PLUGIN_NAME_SIZE + 16];
    struct stat info;
    snprintf(below, sizeof below, "native/%s", out->spec.name);
    out->folder = mem_strdup(below);
    MEM_AUTO char *sources = sources_of(kind, err);
    if (!sources)
        return err->code;
    MEM_AUTO char *parent = file_join(out->desk, "native");
    MEM_AUTO char *folder = file_join(out->desk, below);
    if (!out->folder || !parent || !folder)
        return error_set(err, ERR_NOMEM, "out of memory");
    if (lstat(folder, &info) == 0)
        return error_set(err, ERR_EXISTS, "%s is there already; nothing was changed", folder);
    int code = template_folder(parent, err);
    return code < 0 ? code : fill_beside(out, kind, sources, folder, err);
}

int plugin_new_native(const char *dir, const char *plugin, struct new_plugin *out,
                      struct error *err)
{
    *out = (struct new_plugin){0};
    int code = plugin_spec_parse(plugin, &out->spec, err);
    const struct native_kind *kind = code < 0 ? NULL : find_kind(out->spec.kind);
    if (code >= 0)
        code = check_name(&out->spec, kind, err);
    if (code >= 0)
        code = desk_find(dir, false, &out->desk, err);
    return code < 0 ? code : fill(out, kind, err);
}
