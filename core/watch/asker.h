/* What the store knows of a path or a file, asked off the loop. One thread at a time; the reader is
 * opened at the first question. */
#pragma once

#include "store/store.h"
#include "watch/mark.h"

struct asker {
    const char *store_dir; /* borrowed */
    struct store_reader *reader;
};

/* The newest arrival. Its texts are not filled. */
struct asked {
    bool found;
    struct store_file row;
    struct file_mark mark;
};

int asker_reader(struct asker *asker, struct store_reader **out, struct error *err);
int asker_path(struct asker *asker, const char *path, struct asked *out, struct error *err);
int asker_inode(struct asker *asker, const struct file_mark *mark, struct asked *out,
                struct error *err);
void asker_close(struct asker *asker);

/* Whether a file that is left where it is (after = "keep") was decided as it is now: under this
 * path, or under another one before it was renamed. */
int asker_decided(struct asker *asker, const char *path, const struct file_mark *mark, bool *out,
                  struct error *err);
