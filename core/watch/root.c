#include "watch/root.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "watch/ignore.h"
#include "watch/moves.h"

struct root *root_hold(struct root *root)
{
    root->holds++;
    return root;
}

void root_release(struct root *root)
{
    if (!root || --root->holds > 0)
        return;
    for (size_t i = 0; i < root->ignore_count; i++)
        mem_free(root->ignore[i]);
    mem_free(root->ignore);
    mem_free(root->given);
    mem_free(root->path);
    mem_free(root->likely);
    mem_free(root->done);
    mem_free(root->duplicate);
    mem_free(root->failed);
    mem_free(root->source);
    mem_free(root);
}

const char *path_below(const char *path, const char *dir)
{
    const size_t len = strcmp(dir, "/") == 0 ? 0 : strlen(dir);
    return strncmp(path, dir, len) == 0 && path[len] == '/' && path[len + 1] ? path + len + 1
                                                                             : NULL;
}

/* ---- making ---- */

/* Takes "a/../b", "./" and a slash at the end out of an absolute path, as written: folders that are
 * not there yet have no real path. */
static void tidy(char *path)
{
    char *out = path;
    for (const char *at = path; *at;) {
        at += strspn(at, "/");
        const size_t len = strcspn(at, "/");
        if (len == 2 && strncmp(at, "..", 2) == 0) {
            while (out > path && *--out != '/') {
            }
        } else if (len > 0 && !(len == 1 && *at == '.')) {
            *out++ = '/';
            memmove(out, at, len);
            out += len;
        }
        at += len;
    }
    if (out == path)
        *out++ = '/';
    *out = '\0';
}

/* The real path of what is there, with the rest as written behind it; mem_alloc'd. */
static char *real_as_far(const char *path)
{
    for (size_t len = strlen(path); len > 0;) {
        MEM_AUTO char *prefix = mem_strndup(path, len);
        MEM_AUTO char *real = NULL;
        if (!prefix)
            return NULL;
        if (file_real_path(prefix, &real, NULL) >= 0) {
            const char *rest = path + len + strspn(path + len, "/");
            return *rest ? file_join(strcmp(real, "/") == 0 ? "" : real, rest) : mem_strdup(real);
        }
        while (len > 0 && path[len - 1] != '/')
            len--;
        while (len > 1 && path[len - 1] == '/')
            len--;
        if (len == 1 && strcmp(prefix, "/") == 0)
            break;
    }
    return mem_strdup(path);
}

static char *absolute(const char *desk_dir, const char *path)
{
    char *joined = path[0] == '/' ? mem_strdup(path) : file_join(desk_dir, path);
    if (joined)
        tidy(joined);
    return joined;
}

static int copy_settings(struct root *root, const char *desk_dir, const struct config_watch *from)
{
    root->given = absolute(desk_dir, from->folder);
    root->likely = root->given ? real_as_far(root->given) : NULL;
    const struct {
        const char *from;
        char **to;
    } folders[] = {{from->done, &root->done},
                   {from->duplicate, &root->duplicate},
                   {from->failed, &root->failed}};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        MEM_AUTO char *path = absolute(desk_dir, folders[i].from);
        *folders[i].to = path ? real_as_far(path) : NULL;
        if (!*folders[i].to)
            return ERR_NOMEM;
    }
    root->source = mem_strdup(from->source);
    root->ignore = mem_zero(from->ignore_count + 1, sizeof *root->ignore);
    for (size_t i = 0; root->ignore && i < from->ignore_count; i++) {
        if (!(root->ignore[i] = mem_strdup(from->ignore[i])))
            return ERR_NOMEM;
        root->ignore_count++;
    }
    root->settle_us = from->settle_us;
    root->rescan_us = from->rescan_us;
    root->poll_us = from->poll_us;
    root->poll = from->poll;
    root->after = from->after;
    root->recursive = from->recursive;
    root->line = from->line;
    root->missing = root->wanted = true;
    return root->likely && root->source && root->ignore ? 0 : ERR_NOMEM;
}

/* ---- checking ---- */

static int refuse(const struct root *root, struct error *err, const char *why, const char *what)
{
    return error_set(err, ERR_INVALID, "desk.lua:%d: desk.watch: the folder %s %s %s", root->line,
                     root->given, why, what);
}

/* `dir` (desk.lua, scripts/ ...) would be walked into: it lies in the folder, and nothing on the
 * way is ignored. */
static bool would_take(const struct root *root, const char *folder, const char *dir)
{
    const char *below = path_below(dir, folder);
    if (strcmp(dir, folder) == 0)
        return true;
    return below && root->recursive &&
           !ignore_rule_deep(below, (const char *const *)root->ignore, root->ignore_count);
}

static bool is_at(const char *path, const char *dir)
{
    return dir && (strcmp(path, dir) == 0 || path_below(path, dir));
}

/* Whoever drops files chooses their names: moved there they would be plugins, or lie beside the
 * database. */
static bool leads_into_desk(const struct root_list *list, const char *scripts, const char *out)
{
    MEM_AUTO char *settings = file_join(list->desk_dir, "desk.lua");
    return !settings || is_at(out, list->store_dir) || is_at(out, scripts) ||
           is_at(out, settings) || is_at(list->desk_dir, out);
}

static int check_own(const struct root_list *list, const struct root *root, const char *folder,
                     struct error *err)
{
    const char *const outs[] = {root->done, root->duplicate, root->failed};
    if (would_take(root, folder, list->desk_dir))
        return refuse(root, err, "holds the desk itself, whose files would be taken in:",
                      "name a folder inside, as in desk.watch { \"inbox\" }");
    MEM_AUTO char *scripts = file_join(list->desk_dir, "scripts");
    if (scripts && (path_below(folder, list->store_dir) || path_below(folder, scripts) ||
                    strcmp(folder, list->store_dir) == 0 || strcmp(folder, scripts) == 0))
        return refuse(root, err, "lies in the desk's store or scripts:", "choose another folder");
    for (size_t i = 0; i < sizeof outs / sizeof *outs; i++)
        if (!scripts || leads_into_desk(list, scripts, outs[i]))
            return refuse(
                root, err,
                "is to put its files into the desk's store, its plugins or around them:", outs[i]);
    for (size_t i = 0; i < sizeof outs / sizeof *outs; i++)
        for (size_t j = 0; j < list->count; j++)
            if (strcmp(outs[i], list->at[j]->likely) == 0)
                return refuse(root, err, "is to put its files into a watched folder:", outs[i]);
    return 0;
}

static int check(const struct root_list *list, struct error *err)
{
    int code = 0;
    for (size_t i = 0; code >= 0 && i < list->count; i++) {
        struct root *root = list->at[i];
        for (size_t j = 0; j < i; j++)
            if (strcmp(list->at[j]->likely, root->likely) == 0)
                return refuse(root, err, "is watched already:", "leave one of the two out");
        code = check_own(list, root, root->likely, err);
    }
    return code;
}

int roots_open(const char *desk_dir, const char *store_dir, const struct config_watch *folders,
               size_t count, struct root_list *out, struct error *err)
{
    *out = (struct root_list){.desk_dir = mem_strdup(desk_dir),
                              .store_dir = mem_strdup(store_dir),
                              .at = mem_zero(count + 1, sizeof *out->at)};
    int code = out->desk_dir && out->store_dir && out->at ? 0 : ERR_NOMEM;
    for (size_t i = 0; code >= 0 && i < count; i++) {
        struct root *root = mem_zero(1, sizeof *root);
        if (!root) {
            code = ERR_NOMEM;
            break;
        }
        root->holds = 1;
        out->at[out->count++] = root;
        code = copy_settings(root, desk_dir, &folders[i]);
    }
    code = code < 0 ? error_set(err, ERR_NOMEM, "out of memory while watching folders")
                    : check(out, err);
    if (code < 0)
        roots_close(out);
    return code;
}

void roots_close(struct root_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        root_release(list->at[i]);
    mem_free(list->at);
    mem_free(list->desk_dir);
    mem_free(list->store_dir);
    *list = (struct root_list){0};
}

/* ---- asking ---- */

static const char *of_outs(const struct root *root, const char *path)
{
    if (is_at(path, root->done))
        return "a done folder";
    if (is_at(path, root->duplicate))
        return "a duplicate folder";
    return is_at(path, root->failed) ? "a failed folder" : NULL;
}

const char *root_folder(const struct root *root)
{
    return root->path ? root->path : root->likely;
}

/* A folder that holds all of the watched one is no part of it. */
static bool holds_root(const struct root *root, const char *dir)
{
    return root->path && is_at(root->path, dir);
}

const char *roots_exclude(const struct root_list *list, const struct root *root, const char *path)
{
    MEM_AUTO char *scripts = file_join(list->desk_dir, "scripts");
    if (is_at(path, list->store_dir) && !holds_root(root, list->store_dir))
        return "the store";
    if (scripts && is_at(path, scripts))
        return "the desk's plugins";
    for (size_t i = 0; i < list->count; i++) {
        const struct root *other = list->at[i];
        const char *const outs[] = {other->done, other->duplicate, other->failed};
        for (size_t j = 0; j < sizeof outs / sizeof *outs; j++)
            if (is_at(path, outs[j]) && !holds_root(root, outs[j]))
                return of_outs(other, path);
        if (other != root && is_at(path, root_folder(other)) &&
            !holds_root(root, root_folder(other)))
            return "another watched folder";
    }
    return NULL;
}

struct root *roots_find(const struct root_list *list, const char *path)
{
    struct root *best = NULL;
    for (size_t i = 0; i < list->count; i++) {
        struct root *root = list->at[i];
        if (!is_at(path, root_folder(root)))
            continue;
        if (!best || strlen(root_folder(root)) > strlen(root_folder(best)))
            best = root;
    }
    return best;
}
