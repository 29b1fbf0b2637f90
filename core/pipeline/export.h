/* Articles go out through an export plugin, into files beneath one folder. */
#pragma once

#include "pipeline/desk.h"
#include "plugin/options.h"

struct export_options {
    const char *format; /* "markdown" or "export/markdown" */
    /* A folder (made when it is not there), or, when its last part has an extension and is no
     * folder, the file itself: then the plugin may write one file, whatever it calls it, and that
     * file is put there. Never inside the store, scripts/ or a watched folder, nor around them. */
    const char *to;
    const char *query; /* NULL or "": all */
    const struct option_text *given;
    size_t given_count;
    desk_progress_fn *progress; /* may be NULL */
    void *data;
};

struct export_counts {
    uint64_t articles, files, bytes;
};

/* Newest article first. All files or none: written under temporary names, synced, then renamed; a
 * failure leaves no temporary file. Desk open for DESK_PLUGINS. Errors: ERR_NOTFOUND (no such
 * plugin; the nearest), ERR_INVALID (the query; a name the plugin chose), ERR_DENIED (`to`),
 * ERR_LIMIT, ERR_PLUGIN (with its traceback), ERR_IO. */
int export_run(struct desk *desk, const struct export_options *options,
               struct export_counts *counts, struct error *err);
