/* Where a plugin failed, for its author: the place, the function, what it worked on, its options,
 * and the lines around. All that shows a plugin's error (messages, quarantine, log, tests, tries)
 * shows this text, which is made here and nowhere else. */
#pragma once

#include <msgpack.h>
#include <stddef.h>

#include "base/str.h"
#include "model/article.h"
#include "model/document.h"

struct report {
    const char *path;     /* "scripts/tag/ships/init.lua"; NULL: the place is not known */
    struct str bytes;     /* of that file, as it was shipped */
    int line;             /* 0: not known */
    const char *function; /* the one that failed: "find_ships"; NULL or "": not known */
    const char *entry;    /* the plugin's function that was called: "run"; NULL: it was loaded */
    const struct article *article;   /* may be NULL */
    const struct document *document; /* may be NULL */
    const msgpack_object *options;   /* a map, or NULL */
};

/* Room that plugin_report_write needs at most, with the NUL. */
#define REPORT_SIZE 2400

/* Writes lines into `out` (at least REPORT_SIZE bytes), UTF-8, each ended; what is not known is
 * left out. Allocates nothing: it serves when memory is out. Gives the length. */
size_t plugin_report_write(const struct report *report, char *out);
