/* Making a desk. */
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

#define MADE_MAX 8

/* What was made so far, to be taken away again when a later step fails. */
struct making {
    char *made[MADE_MAX];
    size_t count;
    bool luarc;
};

static int make_folder(struct making *making, const char *path, struct error *err)
{
    if (mkdir(path, 0777) == 0) {
        making->made[making->count] = mem_strdup(path);
        making->count += making->made[making->count] != NULL;
        return 0;
    }
    struct stat info;
    if (errno == EEXIST && stat(path, &info) == 0 && S_ISDIR(info.st_mode))
        return 0;
    return error_errno(err, errno, "cannot make the folder %s", path);
}

static int make_below(struct making *making, const char *dir, const char *name, struct error *err)
{
    MEM_AUTO char *path = file_join(dir, name);
    return path ? make_folder(making, path, err) : error_set(err, ERR_NOMEM, "out of memory");
}

static int read_template(const char *name, struct buf *out, struct error *err)
{
    MEM_AUTO char *user = NULL;
    MEM_AUTO char *shipped = NULL;
    int code = registry_default_folders(&user, &shipped, err);
    if (code < 0)
        return code;
    MEM_AUTO char *path = file_join(shipped, name);
    if (!path)
        return error_set(err, ERR_NOMEM, "out of memory");
    code = file_read(path, LIMIT(CONFIG_BYTES), out, NULL, err);
    return code < 0 ? error_wrap(err, "the template of desk.lua is missing from the installation")
                    : 0;
}

/* desk.lua comes last: a folder is a desk only when all else is there. `more` (may be NULL) comes
 * behind the template. */
static int fill(struct making *making, const char *dir, const char *config, const char *more,
                struct error *err)
{
    BUF_AUTO struct buf text = BUF_INIT;
    static const char *const folders[] = {"scripts", ".copydesk", "inbox", "out"};
    const size_t count = sizeof folders / sizeof *folders - (more ? 2 : 0);
    int code = read_template(more ? "templates/watch.lua" : "templates/desk.lua", &text, err);
    if (code >= 0 && more && buf_text(&text, more) < 0)
        code = error_set(err, ERR_NOMEM, "out of memory");
    for (size_t i = 0; code >= 0 && i < count; i++)
        code = make_below(making, dir, folders[i], err);
    MEM_AUTO char *store = file_join(dir, ".copydesk");
    if (code >= 0 && store)
        code = store_create(store, err);
    if (code >= 0)
        code = plugin_luarc(dir, err);
    making->luarc = code > 0;
    return code < 0 ? code : file_replace(config, text.at ? text.at : "", text.len, err);
}

static void remove_store(const char *dir)
{
    static const char *const names[] = {"store.db", "store.db-wal", "store.db-shm", "lock"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        MEM_AUTO char *path = file_join(dir, names[i]);
        if (path)
            unlink(path);
    }
}

static void finish(struct making *making, const char *dir, bool take_away)
{
    MEM_AUTO char *luarc = file_join(dir, ".luarc.json");
    if (take_away && luarc && making->luarc)
        unlink(luarc);
    while (making->count > 0) {
        char *path = making->made[--making->count];
        if (take_away && strcmp(file_base_name(path), ".copydesk") == 0)
            remove_store(path);
        if (take_away)
            rmdir(path);
        mem_free(path);
    }
}

int desk_init(const char *dir, struct error *err)
{
    struct making making = {0};
    struct stat info;
    MEM_AUTO char *config = file_join(dir, "desk.lua");
    if (!config)
        return error_set(err, ERR_NOMEM, "out of memory");
    if (lstat(config, &info) == 0)
        return error_set(err, ERR_EXISTS, "%s is a desk already (there is a desk.lua)", dir);
    int code = make_folder(&making, dir, err);
    if (code >= 0)
        code = fill(&making, dir, config, NULL, err);
    finish(&making, dir, code < 0);
    return code < 0 ? code : 0;
}

static int check_inside(const char *dir, struct error *err)
{
    struct stat info;
    MEM_AUTO char *own = file_join(dir, "desk.lua");
    MEM_AUTO char *above = NULL;
    if (!own)
        return error_set(err, ERR_NOMEM, "out of memory");
    if (stat(dir, &info) < 0)
        return error_errno(err, errno, "%s", dir);
    if (!S_ISDIR(info.st_mode))
        return error_set(err, ERR_INVALID, "%s is no folder", dir);
    if (lstat(own, &info) == 0)
        return error_set(err, ERR_EXISTS, "%s is a desk of its own: `copydesk -C %s run`", dir,
                         dir);
    const int code = desk_find(dir, false, &above, err);
    if (code == ERR_NOTFOUND)
        return 0;
    return code < 0 ? code
                    : error_set(err, ERR_EXISTS,
                                "%s lies in the desk %s: name it there, in desk.lua "
                                "(desk.watch), and let `copydesk run` watch it",
                                dir, above);
}

int desk_init_inside(const char *dir, const char *watch, struct error *err)
{
    struct making making = {0};
    struct stat info;
    MEM_AUTO char *inner = file_join(dir, ".copydesk");
    MEM_AUTO char *config = inner ? file_join(inner, "desk.lua") : NULL;
    if (!config)
        return error_set(err, ERR_NOMEM, "out of memory");
    if (lstat(config, &info) == 0)
        return 0;
    int code = check_inside(dir, err);
    if (code >= 0)
        code = make_folder(&making, inner, err);
    if (code >= 0)
        code = fill(&making, inner, config, watch, err);
    finish(&making, inner, code < 0);
    return code < 0 ? code : 1;
}
