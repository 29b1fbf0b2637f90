/* An empty store. Its index needs a tokenizer of the right name to be made, but no words yet: so no
 * text service is needed either, and `copydesk init` loads none. */
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/schema.h"

static struct desk_text *open_nothing(void)
{
    static char nothing;
    return (struct desk_text *)(void *)&nothing;
}

static void close_nothing(struct desk_text *text)
{
    (void)text;
}

static int no_words(struct desk_text *text, const char *bytes, size_t size,
                    struct desk_text_bytes *blob, struct desk_error *error)
{
    (void)text, (void)bytes, (void)size, (void)blob, (void)error;
    return DESK_ERR_INTERNAL;
}

static const struct desk_text_api no_text = {.size = sizeof no_text,
                                             .open = open_nothing,
                                             .close = close_nothing,
                                             .words = no_words,
                                             .fold = no_words};

static void remove_files(const char *dir)
{
    static const char *const names[] = {CONNECTION_FILE, CONNECTION_FILE "-wal",
                                        CONNECTION_FILE "-shm"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        MEM_AUTO char *path = file_join(dir, names[i]);
        if (path)
            unlink(path);
    }
}

int sqlite_create(const char *dir, struct error *err)
{
    sqlite3 *db = NULL;
    struct tokenizer *tokenizer;
    int rc = connection_open(dir, CONNECTION_CREATE, &db, err);
    if (rc == ERR_EXISTS)
        return rc;
    if (rc == 0)
        rc = tokenizer_register(db, &no_text, &tokenizer, err);
    if (rc == 0)
        rc = schema_migrate(db, err);
    connection_close(db);
    if (rc < 0)
        remove_files(dir);
    return rc;
}
