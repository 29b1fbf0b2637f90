/* Where zones come from. */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "schedule/zone.h"

#define ZONE_FOLDER "/usr/share/zoneinfo"
#define LOCAL_FILE  "/etc/localtime"
#define NAMES_MAX   1024

/* A zone of one offset for ever, as a file of version 2 without changes. */
static int read_rule_alone(const char *name, const char *rule, struct zone **out, struct error *err)
{
    static const char head[] = "TZif2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                               "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1\0\0\0\1"; /* 44 bytes */
    static const char block[] = {0, 0, 0, 0, 0, 0, 0}; /* one type, one character */
    _Static_assert(sizeof head - 1 == 44, "the header of RFC 8536");
    BUF_AUTO struct buf bytes = BUF_INIT;
    for (int i = 0; i < 2; i++) {
        buf_append(&bytes, head, sizeof head - 1);
        buf_append(&bytes, block, sizeof block);
    }
    buf_printf(&bytes, "\n%s\n", rule);
    if (buf_failed(&bytes))
        return error_set(err, ERR_NOMEM, "out of memory for time zone %s", name);
    return zone_read(name, buf_view(&bytes), out, err);
}

static bool name_char(char c)
{
    return ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '+' ||
           c == '-' || c == '/';
}

/* Letters, digits, "_+-", parts by "/": so it holds no dot, and leads nowhere else. */
static bool is_name(const char *name)
{
    const size_t len = strlen(name);
    if (len == 0 || len > NAME_MAX || name[0] == '/' || name[0] == '-' || name[len - 1] == '/' ||
        strstr(name, "//"))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!name_char(name[i]))
            return false;
    return true;
}

static const char *zone_folder(void)
{
    const char *own = getenv("TZDIR");
    return own && own[0] == '/' ? own : ZONE_FOLDER;
}

/* The name in the folder that is nearest to `wanted`; mem_alloc'd, or NULL. */
static char *nearest_in(const char *folder, struct str wanted)
{
    char *names[NAMES_MAX];
    size_t count = 0;
    DIR *dir = opendir(folder);
    if (!dir)
        return NULL;
    for (struct dirent *entry; count < NAMES_MAX && (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] >= 'A' && entry->d_name[0] <= 'Z' &&
            (names[count] = mem_strdup(entry->d_name)) != NULL)
            count++;
    closedir(dir);
    const char *found = str_nearest(wanted, (const char *const *)names, count);
    char *copy = found ? mem_strdup(found) : NULL;
    for (size_t i = 0; i < count; i++)
        mem_free(names[i]);
    return copy;
}

/* Corrects the name part by part: the region first, then the place. */
static char *nearest_zone(const char *name)
{
    BUF_AUTO struct buf path = BUF_INIT;
    buf_text(&path, zone_folder());
    const size_t root = path.len + 1;
    for (const char *part = name; *part;) {
        const size_t len = strcspn(part, "/");
        MEM_AUTO char *found = path.at ? nearest_in(path.at, (struct str){part, len}) : NULL;
        if (!found)
            return NULL;
        buf_printf(&path, "/%s", found);
        part += len + (part[len] == '/');
    }
    return buf_failed(&path) ? NULL : mem_strdup(path.at + root);
}

static int no_such_zone(const char *name, struct error *err)
{
    MEM_AUTO char *nearest = nearest_zone(name);
    if (access(zone_folder(), F_OK) != 0)
        return error_set(err, ERR_NOTFOUND,
                         "time zone %s: there are no zones in %s; install tzdata, or name their "
                         "folder with TZDIR",
                         name, zone_folder());
    return error_set(err, ERR_NOTFOUND,
                     "there is no time zone \"%s\" in %s%s%s%s (names are as Europe/Paris)", name,
                     zone_folder(), nearest ? "; did you mean " : "", nearest ? nearest : "",
                     nearest ? "?" : "");
}

int zone_open(const char *name, struct zone **out, struct error *err)
{
    BUF_AUTO struct buf bytes = BUF_INIT;
    struct error why = {0};
    *out = NULL;
    if (!is_name(name))
        return error_set(err, ERR_INVALID,
                         "\"%.60s\" is no name of a time zone; write it as Europe/Paris", name);
    MEM_AUTO char *path = file_join(zone_folder(), name);
    if (!path)
        return error_set(err, ERR_NOMEM, "out of memory for time zone %s", name);
    const int code = file_read(path, LIMIT(ZONE_BYTES), &bytes, NULL, &why);
    if (code < 0 && (strcmp(name, "UTC") == 0 || strcmp(name, "Etc/UTC") == 0))
        return read_rule_alone(name, "UTC0", out, err);
    if (code == ERR_NOTFOUND || code == ERR_INVALID) /* nothing, or a folder */
        return no_such_zone(name, err);
    if (code < 0)
        return error_set(err, code, "time zone %s: %s", name, why.text);
    return zone_read(name, buf_view(&bytes), out, err);
}

/* ---- that of this system ---- */

static int open_local_file(struct zone **out, struct error *err)
{
    char target[PATH_MAX];
    BUF_AUTO struct buf bytes = BUF_INIT;
    const ssize_t len = readlink(LOCAL_FILE, target, sizeof target - 1);
    target[len > 0 ? len : 0] = '\0';
    const char *name = strstr(target, "zoneinfo/");
    if (name && zone_open(name + strlen("zoneinfo/"), out, NULL) == 0)
        return 0;
    if (file_read(LOCAL_FILE, LIMIT(ZONE_BYTES), &bytes, NULL, NULL) < 0)
        return zone_open("UTC", out, err);
    return zone_read(LOCAL_FILE, buf_view(&bytes), out, err);
}

int zone_open_local(struct zone **out, struct error *err)
{
    struct zone_rule rule;
    const char *name = getenv("TZ");
    if (!name)
        return open_local_file(out, err);
    name += name[0] == ':';
    if (!name[0])
        return zone_open("UTC", out, err);
    if (zone_rule_read(str_of(name), &rule))
        return read_rule_alone(name, name, out, err);
    if (strcmp(name, LOCAL_FILE) == 0)
        return open_local_file(out, err);
    const int code = zone_open(name, out, err);
    return code < 0 ? error_wrap(err, "the environment's TZ") : 0;
}
