/* What was left in spool/: written whole and synced by a command, which then waited for a desk that
 * was killed. Known by its bytes, as all documents: what had been received is not taken in twice.
 */
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "control/protocol.h"
#include "live/parts.h"
#include "pipeline/ingest.h"

struct left {
    struct ingest_spooled *at;
    size_t count;
};

static void left_free(struct left *left)
{
    for (size_t i = 0; i < left->count; i++)
        mem_free((char *)left->at[i].path);
    mem_free(left->at);
    mem_free(left);
}

static void on_report(const struct ingest_report *report, void *data)
{
    (void)data;
    live_say_taken(report);
}

static void on_done(const struct ingest_counts *counts, const struct error *failed, void *data)
{
    struct left *left = data;
    (void)counts;
    if (failed)
        log_warn("spool", "what an earlier desk left is not taken in yet: %s", failed->text);
    for (size_t i = 0; !failed && i < left->count; i++)
        if (unlink(left->at[i].path) < 0)
            log_warn("spool", "cannot remove %s, which was taken in", left->at[i].path);
    left_free(left);
}

/* A name that begins with a dot is of a command that is writing it, or was killed at that. */
static int add_name(struct left *left, const char *folder, const char *name)
{
    struct ingest_spooled *grown = mem_resize_array(left->at, left->count + 1, sizeof *grown);
    char *path = grown ? file_join(folder, name) : NULL;
    if (grown)
        left->at = grown;
    if (!path)
        return ERR_NOMEM;
    grown[left->count++] = (struct ingest_spooled){path, "-"};
    return 0;
}

static int read_names(DIR *dir, const char *folder, struct left *left)
{
    const struct dirent *entry;
    int code = 0;
    while (code >= 0 && left->count < LIMIT(SCAN_PENDING) && (entry = readdir(dir)) != NULL)
        if (entry->d_name[0] != '.')
            code = add_name(left, folder, entry->d_name);
    return code;
}

static int find_left(const char *folder, struct left *left, struct error *err)
{
    DIR *dir = opendir(folder);
    if (!dir)
        return errno == ENOENT ? 0 : error_errno(err, errno, "cannot read %s", folder);
    const int code = read_names(dir, folder, left);
    closedir(dir);
    return code < 0 ? error_set(err, code, "out of memory while reading %s", folder) : 0;
}

int live_take_spool(struct desk *desk, struct error *err)
{
    static const struct ingest_callbacks callbacks = {.report = on_report};
    MEM_AUTO char *folder = file_join(desk_store_folder(desk), CONTROL_SPOOL);
    struct left *left = mem_zero(1, sizeof *left);
    int code = folder && left ? find_left(folder, left, err)
                              : error_set(err, ERR_NOMEM, "out of memory while reading spool/");
    if (code < 0 || left->count == 0) {
        if (left)
            left_free(left);
        return code;
    }
    const struct ingest_options options = {
        .source = "stdin", .spooled = left->at, .spooled_count = left->count};
    if (ingest_start(desk, NULL, 0, &options, &callbacks, on_done, left, err))
        return 0;
    left_free(left);
    return err->code;
}
