#include "store/sqlite/place.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"

static const char *const endings[PLACE_COUNT] = {
    [PLACE_DATABASE] = "", [PLACE_LOG] = "-wal", [PLACE_LOG_INDEX] = "-shm"};

static char *path_of(const char *database, enum place_of which)
{
    char *path = mem_alloc(strlen(database) + strlen(endings[which]) + 1);
    if (path)
        stpcpy(stpcpy(path, database), endings[which]);
    return path;
}

int place_note(sqlite3 *db, struct place *out, struct error *err)
{
    const char *database = sqlite3_db_filename(db, "main");
    for (enum place_of which = 0; which < PLACE_COUNT; which++) {
        struct place_file *file = &out->files[which];
        struct stat info;
        if (!(file->path = path_of(database, which)))
            return error_set(err, ERR_NOMEM, "out of memory while opening %s", database);
        if (stat(file->path, &info) < 0)
            return error_errno(err, errno, "cannot look at %s, which was just opened", file->path);
        file->device = info.st_dev;
        file->inode = info.st_ino;
    }
    return 0;
}

void place_forget(struct place *place)
{
    for (enum place_of which = 0; which < PLACE_COUNT; which++)
        mem_free(place->files[which].path);
    *place = (struct place){0};
}

/* 0: it is; otherwise an errno value, EEXIST when another file is there. */
static int look(const struct place_file *file)
{
    struct stat info;
    if (stat(file->path, &info) < 0)
        return errno;
    return info.st_ino == file->inode && info.st_dev == file->device ? 0 : EEXIST;
}

static int say(const struct place_file *file, int why, bool database, struct error *err)
{
    const char *what = why == EEXIST   ? "was replaced by another file"
                       : why == ENOENT ? "was removed or moved away"
                                       : strerror(why);
    const char *mend = database ? "put it back, or stop copydesk, restore it from a copy without "
                                  "the -wal that lies there, and start again"
                                : "stop copydesk and start it again";
    return error_set(err, ERR_IO, "%s %s while it was in use; nothing more is stored: %s",
                     file->path, what, mend);
}

int place_check(const struct place *place, struct error *err)
{
    for (enum place_of which = 0; which < PLACE_COUNT; which++) {
        const int why = look(&place->files[which]);
        if (why != 0)
            return say(&place->files[which], why, which == PLACE_DATABASE, err);
    }
    return 0;
}

bool place_has_database(const struct place *place)
{
    return look(&place->files[PLACE_DATABASE]) == 0;
}
