/* What a desk needs to run: its files are its owner's, its store opens, its folders, zones and
 * plugins are there. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/doctor.h"
#include "pipeline/host.h"
#include "pipeline/plugins.h"
#include "schedule/spec.h"
#include "store/lock.h"

#define SPACE_LEAST (100 * MIB)

/* ---- permissions ---- */

static void check_mode(struct doctor *doctor, const char *path, const char *what_then)
{
    struct stat info;
    if (stat(path, &info) < 0)
        return; /* not there: another check's business, or none */
    if (info.st_mode & S_IWOTH)
        doctor_say(doctor, DOCTOR_UNWELL, "permissions", "run chmod o-w on it",
                   "anyone can write to %s%s", path, what_then);
    else if (access(path, R_OK) < 0)
        doctor_say(doctor, DOCTOR_UNWELL, "permissions", NULL, "%s cannot be read: %s", path,
                   strerror(errno));
}

static void check_permissions(struct doctor *doctor, const struct desk *desk)
{
    static const struct {
        const char *name, *what_then;
    } parts[] = {{"", ""},
                 {"desk.lua", ", and with it say what this desk runs"},
                 {"scripts", ", and put a plugin in front of any"},
                 {".copydesk", ", and with it to the store"}};
    const unsigned before = doctor->found[DOCTOR_UNWELL];
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        MEM_AUTO char *path = file_join(desk->dir, parts[i].name);
        if (path)
            check_mode(doctor, parts[i].name[0] ? path : desk->dir, parts[i].what_then);
    }
    if (access(desk->dir, W_OK) < 0)
        doctor_say(doctor, DOCTOR_UNWELL, "permissions", NULL, "%s cannot be written: %s",
                   desk->dir, strerror(errno));
    if (doctor->found[DOCTOR_UNWELL] == before)
        doctor_say(doctor, DOCTOR_WELL, "permissions", NULL,
                   "%s is yours to write, and nobody "
                   "else's",
                   desk->dir);
}

/* ---- the store ---- */

static void say_counts(struct doctor *doctor, struct store_reader *reader)
{
    struct store_counts counts = {0};
    struct error err = {0};
    if (store_counts(reader, &counts, &err) < 0) {
        doctor_say(doctor, DOCTOR_UNWELL, "store", "run copydesk check, which looks at all of it",
                   "%s", err.text);
        return;
    }
    doctor_say(doctor, DOCTOR_WELL, "store", NULL, "%lld documents, %lld articles",
               (long long)counts.documents, (long long)counts.articles);
    if (counts.quarantined)
        doctor_say(doctor, DOCTOR_NOTE, "store", "see copydesk failed",
                   "%lld items wait in quarantine", (long long)counts.quarantined);
}

static void check_lock(struct doctor *doctor, const struct desk *desk)
{
    struct lock lock = {-1};
    struct error err = {0};
    const int code = lock_take(desk->store_dir, &lock, &err);
    if (code == ERR_BUSY)
        doctor_say(doctor, DOCTOR_WELL, "store", NULL, "%s", err.text);
    else if (code < 0)
        doctor_say(doctor, DOCTOR_UNWELL, "store", NULL, "%s", err.text);
    lock_give(&lock);
}

static void check_space(struct doctor *doctor, const struct desk *desk)
{
    struct statvfs info;
    if (statvfs(desk->store_dir, &info) < 0)
        return;
    const uint64_t left = (uint64_t)info.f_bavail * info.f_frsize;
    const bool full = left < SPACE_LEAST || info.f_favail == 0;
    doctor_say(doctor, full ? DOCTOR_UNWELL : DOCTOR_WELL, "store",
               full ? "make room, or move the desk" : NULL, "%llu MiB are free where it lies",
               (unsigned long long)(left / MIB));
}

static void check_store(struct doctor *doctor, const struct desk *desk)
{
    struct store_reader *reader = NULL;
    struct error err = {0};
    if (access(desk->store_dir, F_OK) < 0) {
        doctor_say(doctor, DOCTOR_NOTE, "store", NULL,
                   "there is no store yet; the first ingest makes one");
        return;
    }
    if (store_reader_open(desk->store_dir, NULL, &reader, &err) < 0) {
        doctor_say(doctor, DOCTOR_UNWELL, "store", NULL, "%s", err.text);
        return;
    }
    say_counts(doctor, reader);
    store_reader_close(reader);
    check_lock(doctor, desk);
    check_space(doctor, desk);
}

/* ---- what desk.lua says ---- */

static void check_folder(struct doctor *doctor, const struct desk *desk,
                         const struct config_watch *watch)
{
    MEM_AUTO char *joined = watch->folder[0] == '/' ? NULL : file_join(desk->dir, watch->folder);
    const char *path = joined ? joined : watch->folder;
    const int mode = watch->after == CONFIG_KEEP ? R_OK | X_OK : R_OK | W_OK | X_OK;
    struct stat info;
    if (stat(path, &info) < 0)
        doctor_say(doctor, DOCTOR_UNWELL, "folders", "make it, or mend desk.watch",
                   "desk.lua:%d: %s cannot be watched: %s", watch->line, path, strerror(errno));
    else if (!S_ISDIR(info.st_mode))
        doctor_say(doctor, DOCTOR_UNWELL, "folders", NULL, "desk.lua:%d: %s is no folder",
                   watch->line, path);
    else if (access(path, mode) < 0)
        doctor_say(doctor, DOCTOR_UNWELL, "folders", "run chmod u+rwx on it",
                   "desk.lua:%d: files in %s cannot be read and moved: %s", watch->line, path,
                   strerror(errno));
    else
        doctor_say(doctor, DOCTOR_WELL, "folders", NULL, "%s is there", path);
}

static void check_jobs(struct doctor *doctor, const struct config *config)
{
    struct job_list *jobs = NULL;
    struct error err = {0};
    if (job_list_read(config->jobs, &jobs, &err) < 0) {
        doctor_say(doctor, DOCTOR_UNWELL, "jobs", NULL, "%s", err.text);
        return;
    }
    if (jobs->count)
        doctor_say(doctor, DOCTOR_WELL, "jobs", NULL, "%zu, each in a zone that is known",
                   jobs->count);
    job_list_release(jobs);
}

static int check_plugin(const struct plugin_info *info, void *data)
{
    struct doctor *doctor = data;
    if (info->error)
        doctor_say(doctor, info->used ? DOCTOR_UNWELL : DOCTOR_NOTE, "plugins", NULL, "%s/%s: %s",
                   info->kind, info->name, info->error->text);
    else if (info->shadowed_by)
        doctor_say(doctor, DOCTOR_NOTE, "plugins", NULL, "%s/%s of %s is hidden by %s", info->kind,
                   info->name, info->path, info->shadowed_by);
    if (json_is_object(json_object_get(info->health, "aside")))
        doctor_say(doctor, DOCTOR_UNWELL, "plugins",
                   "mend it and save it, then: copydesk failed retry",
                   "%s/%s is set aside: it failed too often in a row", info->kind, info->name);
    return 0;
}

static void check_plugins(struct doctor *doctor, struct desk *desk)
{
    struct error err = {0};
    size_t count = 0;
    if (plugin_list(desk, check_plugin, doctor, &err) < 0) {
        doctor_say(doctor, DOCTOR_UNWELL, "plugins", NULL, "%s", err.text);
        return;
    }
    registry_all(desk->lineup->registry, &count);
    doctor_say(doctor, DOCTOR_WELL, "plugins", NULL, "%zu were found", count);
}

/* Opens workers and evaluates desk.lua; a desk that cannot do that has been looked at as a folder
 * before. */
static void check_running(struct doctor *doctor, const struct cli_args *args, bool optional)
{
    struct desk *desk = NULL;
    struct error err = {0};
    const struct desk_options options = {
        .dir = args->desk, .optional = optional, .use = DESK_PLUGINS, .workers = 1};
    if (desk_open(&options, &desk, &err) < 0) {
        doctor_say(doctor, DOCTOR_UNWELL, "plugins", NULL, "%s", err.text);
        return;
    }
    const struct config *config = &desk->lineup->config;
    for (size_t i = 0; i < config->watch_count; i++)
        check_folder(doctor, desk, &config->watches[i]);
    check_jobs(doctor, config);
    check_plugins(doctor, desk);
    desk_close(desk);
}

void doctor_desk(struct doctor *doctor, const struct cli_args *args)
{
    struct desk *desk = NULL;
    struct error err = {0};
    const struct desk_options options = {.dir = args->desk, .use = DESK_READ};
    const int code = desk_open(&options, &desk, &err);
    if (code == ERR_NOTFOUND && !args->desk) {
        doctor_say(doctor, DOCTOR_NOTE, "desk", NULL,
                   "there is none here; only the machine and "
                   "the shipped plugins were looked at");
    } else if (code < 0) {
        doctor_say(doctor, DOCTOR_UNWELL, "desk", NULL, "%s", err.text);
        return;
    } else {
        check_permissions(doctor, desk);
        check_store(doctor, desk);
        desk_close(desk);
    }
    check_running(doctor, args, code < 0);
}
