/* Single values of a fixture's files, each checked before anybody uses it. What is wrong is told
 * with its file and key, through `err`; what is given lives in the fixture's arena. */
#pragma once

#include <jansson.h>

#include "pipeline/fixture.h"

struct reading {
    const char *dir;
    int fd;
    const char *file; /* that is read now: "calls/1-ingest.json" */
    struct fixture *out;
    uint64_t room; /* for granted files */
    struct error *err;
};

/* ERR_INVALID: `key` of the file that is read is `what` ("must be a text"). */
int reading_wrong(struct reading *in, const char *key, const char *what);
/* ERR_LIMIT: the arena is full. */
int reading_no_room(struct reading *in);
/* A file of the fixture, by its path in it, never through a link. */
int reading_file(struct reading *in, const char *name, size_t max, struct buf *out);
/* The same, as JSON; it is `in->file` from now on. NULL: not there, or none. A new reference. */
json_t *reading_json(struct reading *in, const char *name, size_t max);

/* A text of at most `max` bytes, without NUL. */
int reading_text(struct reading *in, const json_t *value, const char *key, size_t max,
                 const char **out);
/* A text, or { "hex": "..." }, without NUL. */
int reading_bytes(struct reading *in, const json_t *value, const char *key, size_t max,
                  struct str *out);
int reading_hash(struct reading *in, const json_t *value, const char *key, struct hash *out);
/* Any value, as canonical msgpack. */
int reading_packed(struct reading *in, const json_t *value, const char *key, struct str *out);
/* "tag/ships" */
int reading_label(struct reading *in, const json_t *value, const char *key,
                  struct plugin_spec *out);
