/* Finding a desk, and whose it is. */
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "pipeline/host.h"

static bool holds_desk(const char *dir)
{
    struct stat info;
    MEM_AUTO char *config = file_join(dir, "desk.lua");
    return config && stat(config, &info) == 0 && S_ISREG(info.st_mode);
}

/* Somebody has written it: that it is a desk is known without its desk.lua. */
static bool holds_store(const char *dir)
{
    struct stat info;
    MEM_AUTO char *store = file_join(dir, ".copydesk/store.db");
    return store && stat(store, &info) == 0 && S_ISREG(info.st_mode);
}

static bool is_desk(const char *dir, bool bare)
{
    return holds_desk(dir) || (bare && holds_store(dir));
}

/* Cuts the last part off; false at the root. */
static bool go_up(char *dir)
{
    char *slash = strrchr(dir, '/');
    if (!slash || strcmp(dir, "/") == 0)
        return false;
    slash[slash == dir ? 1 : 0] = '\0';
    return true;
}

/* sudo tells on whose behalf root acts. */
static bool acts_for(uid_t owner)
{
    if (owner == geteuid())
        return true;
    const char *text = geteuid() == 0 ? getenv("SUDO_UID") : NULL;
    char *end = NULL;
    const unsigned long uid = text && *text ? strtoul(text, &end, 10) : 0;
    return text && *text && *end == '\0' && uid == owner;
}

static int refuse_owner(const char *path, uid_t owner, struct error *err)
{
    const struct passwd *user = getpwuid(owner);
    return error_set(err, ERR_DENIED,
                     "%s belongs to %s (uid %lu), not to you (uid %lu): a desk runs its owner's "
                     "plugins; run copydesk as that user, or make the desk yours with chown",
                     path, user ? user->pw_name : "another user", (unsigned long)owner,
                     (unsigned long)geteuid());
}

/* As git does since CVE-2022-24765: a desk above the current folder may be somebody's trap. */
static int check_owner(const char *dir, struct error *err)
{
    struct stat info;
    MEM_AUTO char *config = file_join(dir, holds_desk(dir) ? "desk.lua" : ".copydesk");
    if (!config)
        return error_set(err, ERR_NOMEM, "out of memory");
    const char *const paths[] = {dir, config};
    for (size_t i = 0; i < 2; i++) {
        if (stat(paths[i], &info) < 0)
            return error_errno(err, errno, "%s", paths[i]);
        if (!acts_for(info.st_uid))
            return refuse_owner(paths[i], info.st_uid, err);
    }
    return 0;
}

int desk_find(const char *start, bool bare, char **dir, struct error *err)
{
    char *at = NULL;
    int code = file_real_path(start ? start : ".", &at, err);
    if (code < 0)
        return code;
    while (!is_desk(at, bare)) {
        MEM_AUTO char *inner = file_join(at, ".copydesk");
        if (inner && is_desk(inner, bare)) { /* a folder of `copydesk watch` */
            mem_free(at);
            at = inner;
            inner = NULL;
            break;
        }
        if (go_up(at))
            continue;
        mem_free(at);
        return error_set(err, ERR_NOTFOUND,
                         "there is no desk in %s or above it (no desk.lua); make one with "
                         "`copydesk init DIR`, or name one with -C DIR",
                         start ? start : "the current folder");
    }
    code = check_owner(at, err);
    if (code < 0)
        mem_free(at);
    else
        *dir = at;
    return code;
}
