#include "pipeline/export_to.h"

#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "pipeline/fixture_files.h"

void export_to_free(struct export_to *to)
{
    mem_free(to->folder);
    mem_free(to->single);
    *to = (struct export_to){0};
}

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* "out/all.jsonl" is a file, "out" and "out/" and ".hidden" are folders. */
static bool names_file(const char *to)
{
    const char *base = file_base_name(to);
    return base[0] != '\0' && base[0] != '.' && strchr(base, '.') && !is_folder(to);
}

static char *parent_of(const char *path)
{
    const char *base = file_base_name(path);
    if (base == path)
        return mem_strdup(".");
    const size_t len = (size_t)(base - path);
    return mem_strndup(path, len > 1 ? len - 1 : len);
}

static void drop_slashes(char *path)
{
    for (size_t len = strlen(path); len > 1 && path[len - 1] == '/'; len--)
        path[len - 1] = '\0';
}

/* Without links; of a folder that is yet to be made, its parent's and its name. */
static int real_folder(const char *folder, char **out, struct error *err)
{
    if (file_real_path(folder, out, NULL) >= 0)
        return 0;
    MEM_AUTO char *parent = parent_of(folder);
    MEM_AUTO char *real = NULL;
    if (!parent)
        return error_set(err, ERR_NOMEM, "out of memory");
    const int code = file_real_path(parent, &real, err);
    if (code < 0)
        return error_wrap(err, "cannot make the folder %s", folder);
    *out = file_join(real, file_base_name(folder));
    return *out ? 0 : error_set(err, ERR_NOMEM, "out of memory");
}

static bool is_within(const char *path, const char *folder)
{
    const size_t len = strlen(folder);
    return strncmp(path, folder, len) == 0 &&
           (path[len] == '\0' || path[len] == '/' || strcmp(folder, "/") == 0);
}

struct target {
    const char *to;    /* as given */
    const char *place; /* the folder, or the file itself */
    bool single;
    bool fixture; /* the host writes there, not a plugin */
};

static int check_one(const struct target *target, const char *guarded, const char *what,
                     struct error *err)
{
    MEM_AUTO char *real = NULL;
    if (!guarded || file_real_path(guarded, &real, NULL) < 0)
        return 0; /* what is not there cannot be written into */
    if (is_within(target->place, real))
        return error_set(err, ERR_DENIED,
                         "--to %s lies in %s (%s), where %s may not be written; choose another "
                         "folder, such as %s/",
                         target->to, what, real, target->fixture ? "fixtures" : "exports",
                         target->fixture ? "fixtures" : "out");
    if (!target->single && is_within(real, target->place))
        return error_set(
            err, ERR_DENIED, "--to %s holds %s (%s)%s; choose a folder of its own, such as %s/",
            target->to, what, real, target->fixture ? "" : ", so a plugin could write there",
            target->fixture ? "fixtures/late" : "out");
    return 0;
}

static int check_below(const struct desk *desk, const struct target *target, const char *name,
                       const char *what, struct error *err)
{
    MEM_AUTO char *path = name[0] == '/' ? mem_strdup(name) : file_join(desk->dir, name);
    return path ? check_one(target, path, what, err) : error_set(err, ERR_NOMEM, "out of memory");
}

static int check_watch(const struct desk *desk, const struct target *target,
                       const struct config_watch *watch, struct error *err)
{
    const char *const outcomes[] = {watch->done, watch->duplicate, watch->failed};
    int code = check_below(desk, target, watch->folder, "a watched folder", err);
    for (size_t i = 0; code >= 0 && i < sizeof outcomes / sizeof *outcomes; i++)
        if (outcomes[i])
            code = check_below(desk, target, outcomes[i], "a folder for what was taken in", err);
    return code;
}

static int check(const struct desk *desk, const struct config *config, const struct target *target,
                 struct error *err)
{
    int code = check_one(target, desk->user_scripts, "your plugins", err);
    if (code >= 0)
        code = check_one(target, desk->shipped_scripts, "the shipped plugins", err);
    if (code < 0 || !desk->dir)
        return code;
    code = check_below(desk, target, ".copydesk", "the store", err);
    if (code >= 0)
        code = check_below(desk, target, "scripts", "the desk's plugins", err);
    if (code >= 0)
        code = check_below(desk, target, "desk.lua", "the desk's settings", err);
    for (size_t i = 0; code >= 0 && i < config->watch_count; i++)
        code = check_watch(desk, target, &config->watches[i], err);
    return code;
}

static int split(const char *to, struct export_to *out, struct error *err)
{
    const bool single = names_file(to);
    out->folder = single ? parent_of(to) : mem_strdup(to);
    out->single = single ? mem_strdup(file_base_name(to)) : NULL;
    if (!out->folder || (single && !out->single))
        return error_set(err, ERR_NOMEM, "out of memory");
    drop_slashes(out->folder);
    return 0;
}

int export_to_check(const struct desk *desk, const char *to, struct export_to *out,
                    struct error *err)
{
    *out = (struct export_to){0};
    MEM_AUTO char *folder = NULL;
    MEM_AUTO char *file = NULL;
    int code = to[0] ? split(to, out, err) : error_set(err, ERR_USAGE, "--to names no folder");
    if (code >= 0)
        code = real_folder(out->folder, &folder, err);
    if (code >= 0 && out->single && !(file = file_join(folder, out->single)))
        code = error_set(err, ERR_NOMEM, "out of memory");
    if (code >= 0) {
        const struct target target = {to, out->single ? file : folder, out->single != NULL, false};
        code = check(desk, &desk->lineup->config, &target, err);
    }
    if (code < 0)
        export_to_free(out);
    return code;
}

/* Without links, as far as it is there. */
static char *real_as_far(const char *path)
{
    char *real = NULL;
    if (file_real_path(path, &real, NULL) >= 0 || strcmp(path, "/") == 0)
        return real;
    MEM_AUTO char *parent = parent_of(path);
    MEM_AUTO char *above = parent ? real_as_far(parent) : NULL;
    return above ? file_join(strcmp(above, "/") == 0 ? "" : above, file_base_name(path)) : NULL;
}

int export_to_may(const struct lineup *lineup, const char *to, struct error *err)
{
    const struct desk *desk = lineup->desk;
    MEM_AUTO char *whole = to[0] == '/' ? mem_strdup(to) : file_join(desk->dir, to);
    if (!whole)
        return error_set(err, ERR_NOMEM, "out of memory");
    const bool single = names_file(whole);
    drop_slashes(whole);
    MEM_AUTO char *place = real_as_far(whole);
    const struct target target = {to, place, single, false};
    return place ? check(desk, &lineup->config, &target, err)
                 : error_set(err, ERR_NOMEM, "out of memory");
}

int export_to_make_parents(const struct desk *desk, const char *to, struct error *err)
{
    struct export_to parts = {0};
    MEM_AUTO char *parent = NULL;
    MEM_AUTO char *place = NULL;
    MEM_AUTO char *real = NULL;
    int code = to[0] ? split(to, &parts, err) : 0;
    if (code >= 0 && parts.folder &&
        (!(parent = parent_of(parts.folder)) || !(place = real_as_far(parts.folder))))
        code = error_set(err, ERR_NOMEM, "out of memory");
    if (code >= 0 && parent && file_real_path(parent, &real, NULL) < 0) {
        const struct target target = {.to = to, .place = place};
        code = check(desk, &desk->lineup->config, &target, err);
        if (code >= 0)
            code = folders_make(parent, err);
    }
    export_to_free(&parts);
    return code;
}

int export_to_fixture(const struct desk *desk, const char *to, struct error *err)
{
    MEM_AUTO char *whole = mem_strdup(to);
    if (!whole)
        return error_set(err, ERR_NOMEM, "out of memory");
    drop_slashes(whole);
    MEM_AUTO char *place = real_as_far(whole);
    const struct target target = {.to = to, .place = place, .fixture = true};
    return place ? check(desk, &desk->lineup->config, &target, err)
                 : error_set(err, ERR_NOMEM, "out of memory");
}
