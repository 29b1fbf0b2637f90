/* Structs to and from msgpack maps, driven by tables: one table says which key is which member, of
 * which kind and under which limit, and serves packing, unpacking and the list of known keys in
 * messages alike. Inside model/ only. */
#pragma once

#include <msgpack.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/limits.h"
#include "model/article.h"
#include "model/place.h"

enum field_kind {
    FIELD_TEXT,   /* struct str, UTF-8, `limit` in bytes */
    FIELD_BYTES,  /* struct str, any bytes */
    FIELD_INT,    /* int64_t, not below 0 unless FIELD_SIGNED */
    FIELD_UINT,   /* uint64_t */
    FIELD_LINE,   /* uint32_t, from 1 */
    FIELD_REAL,   /* double, least..most; `preset` when absent */
    FIELD_LINES,  /* struct line_list */
    FIELD_SPANS,  /* struct span_list */
    FIELD_RANGE,  /* two uint64_t side by side: start and end */
    FIELD_RECORD, /* a struct of `type` */
    FIELD_LIST,   /* {T *at; size_t count} of `type`, `limit` in items */
};

enum field_flag {
    FIELD_REQUIRED = 1, /* must be there */
    FIELD_FILLED = 2,   /* if there, not blank */
    FIELD_ONE_LINE = 4, /* no ends of lines, no NUL */
    FIELD_SIGNED = 8,
};

struct record_type;

struct field {
    const char *key;
    enum field_kind kind;
    size_t offset;
    int limit; /* enum limit */
    unsigned flags;
    double least, most, preset;
    const struct record_type *type;
    const char *(*check)(struct str text); /* what is wrong ("is no time ..."), or NULL */
};

/* What a decoder needs besides the value. */
struct reader {
    struct arena *arena;
    struct error *err;
    bool lua;                    /* spans and ranges as Lua counts them, bounded by what follows */
    const struct article *about; /* spans must lie in its texts */
    uint64_t text_len;           /* ranges must lie in a text of this length */
};

struct record_type {
    const struct field *fields;
    size_t count, size;
    /* looks at the record as a whole; may be NULL */
    int (*check)(struct reader *in, const struct place *at, void *record);
};

/* One row of a table: FIELD(tag, label, "label", TEXT, MOST(TAG_BYTES), .flags = FIELD_FILLED). */
#define FIELD(owner, member, name, what, ...)                                                      \
    {                                                                                              \
        .key = (name), .kind = FIELD_##what, .offset = offsetof(struct owner, member), __VA_ARGS__ \
    }
#define MOST(limit_name) .limit = LIMIT_##limit_name##_INDEX
#define SHARE            .least = 0, .most = 1, .preset = 1 /* of a REAL: 0..1, 1 when absent */

#define FIELDS_OF(table) (table), sizeof(table) / sizeof((table)[0])

/* `record` is zeroed by the caller. */
int record_read(struct reader *in, const struct place *at, const msgpack_object *value,
                const struct record_type *type, void *record);
/* `list` points to {T *at; size_t count}. An absent value (NULL, nil) gives an empty list. */
int list_read(struct reader *in, const struct place *at, const msgpack_object *value,
              const struct record_type *type, int limit, void *list);
int text_read(struct reader *in, const struct place *at, const msgpack_object *value,
              const struct field *field, struct str *out);
/* The same of a text that is no value of its own. */
int text_check(struct reader *in, const struct place *at, struct str text,
               const struct field *field, struct str *out);
int int_read(struct reader *in, const struct place *at, const msgpack_object *value, int64_t min,
             int64_t max, int64_t *out);
int real_read(struct reader *in, const struct place *at, const msgpack_object *value, double min,
              double max, double *out);

/* Members that are empty (no text, 0, no items) are left out; numbers of kind REAL are not. */
int record_pack(msgpack_packer *packer, const struct record_type *type, const void *record);
int list_pack(msgpack_packer *packer, const struct record_type *type, const void *list);

/* The items of a list; an empty Lua table may have come as an empty map. ERR_INVALID otherwise. */
int items_of(struct reader *in, const struct place *at, const msgpack_object *value, int limit,
             const msgpack_object **items, size_t *count);
bool is_absent(const msgpack_object *value);
/* "is a number, but a string is needed" */
int wrong_kind(struct reader *in, const struct place *at, const msgpack_object *value,
               const char *needed) __attribute__((cold));
