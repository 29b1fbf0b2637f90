/* Articles go out through an export plugin, into files beneath one folder. */
#pragma once

#include "pipeline/desk.h"
#include "plugin/options.h"

/* Articles from elsewhere than the store: what a run was given once, say. */
struct export_source {
    /* Appends the articles (article_pack) that follow the first `given` ones to `articles`, about
     * EXPORT_PAGE_BYTES of them. At the end it appends none. Called on a thread of the pool, one
     * call at a time; from 0 on again when the export has to begin anew. */
    int (*page)(void *data, uint64_t given, struct buf *articles, uint32_t *count,
                struct error *err);
    void *data;
};
#define EXPORT_PAGE_ARTICLES 64
#define EXPORT_PAGE_BYTES    (1024UL * 1024)

struct export_options {
    const char *format; /* "markdown" or "export/markdown" */
    /* A folder (made when it is not there), or, when its last part has an extension and is no
     * folder, the file itself: then the plugin may write one file, whatever it calls it, and that
     * file is put there. Never inside the store, scripts/ or a watched folder, nor around them. */
    const char *to;
    bool parents;      /* folders above it are made, too */
    const char *query; /* NULL or "": all */
    int64_t now_us;    /* what "since:7d" counts from; 0: now */
    /* Articles whose shown version has a commit sequence number over after_seq, up to upto_seq;
     * both 0: all. */
    int64_t after_seq, upto_seq;
    const struct export_source *source; /* instead of query and range; NULL: the store */
    struct str options;                 /* msgpack map, as desk.lua has it; empty: none */
    const struct option_text *given;    /* the command line's: they win */
    size_t given_count;
    desk_progress_fn *progress; /* may be NULL */
    void *data;
};

struct export_counts {
    uint64_t articles, files, bytes;
};

struct export_result {
    struct export_counts counts;
    struct error error;       /* code 0: all went well */
    const char *const *names; /* the files' paths, as `to` says them; counts.files of them */
};
typedef void export_done_fn(const struct export_result *result, void *data);

/* Newest article first. All files or none: written under temporary names, synced, then renamed; a
 * failure leaves no temporary file. When its worker dies it begins anew in another one, once. Desk
 * open for DESK_PLUGINS. Errors: ERR_NOTFOUND (no such plugin; the nearest), ERR_INVALID (the
 * query; a name the plugin chose), ERR_DENIED (`to`), ERR_LIMIT, ERR_PLUGIN (with its traceback),
 * ERR_IO, ERR_CANCELLED. */
int export_run(struct desk *desk, const struct export_options *options,
               struct export_counts *counts, struct error *err);

/* The same without waiting; several may be under way. `options` is copied, but for `source`, which
 * lives until `done`. `done` is called from the top of the loop, once; not when this gives NULL
 * (out of memory). */
struct export;
struct export *export_start(struct desk *desk, const struct export_options *options,
                            export_done_fn *done, void *data);
/* It ends soon, with ERR_CANCELLED and no files, unless it was done already. `done` is called all
 * the same. */
void export_cancel(struct export *run);
