#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/fields.h"
#include "model/spans.h"

#define SHOWN_BYTES 60
#define KEYS_MAX    64

/* All lists of the model look like this. */
struct any_list {
    void *at;
    size_t count;
};

bool is_absent(const msgpack_object *value)
{
    return !value || value->type == MSGPACK_OBJECT_NIL;
}

static const char *kind_words(const msgpack_object *value)
{
    switch (value->type) {
    case MSGPACK_OBJECT_NIL:
        return "nothing";
    case MSGPACK_OBJECT_BOOLEAN:
        return value->via.boolean ? "true" : "false";
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        return "a number";
    case MSGPACK_OBJECT_STR:
        return "a string";
    case MSGPACK_OBJECT_BIN:
        return "bytes";
    case MSGPACK_OBJECT_ARRAY:
        return "a list";
    case MSGPACK_OBJECT_MAP:
        return "a table with keys";
    default:
        return "of a type not used here";
    }
}

int wrong_kind(struct reader *in, const struct place *at, const msgpack_object *value,
               const char *needed)
{
    return place_fail(in->err, at, ERR_INVALID, "is %s, but %s is needed", kind_words(value),
                      needed);
}

static bool is_blank(struct str text)
{
    return str_trim(text).len == 0;
}

/* What the field's flags and its own check say of a text; NULL: fine. */
static const char *text_complaint(const struct field *field, struct str text)
{
    if ((field->flags & FIELD_FILLED) && is_blank(text))
        return field->flags & FIELD_REQUIRED ? "is empty, but must be given"
                                             : "is empty; leave it out, or give it a value";
    if ((field->flags & FIELD_ONE_LINE) && text.len &&
        (memchr(text.at, '\n', text.len) || memchr(text.at, '\r', text.len)))
        return "has more than one line; join them with spaces";
    if ((field->flags & FIELD_ONE_LINE) && text.len && memchr(text.at, '\0', text.len))
        return "has a NUL byte in it";
    return field->check && text.len ? field->check(text) : NULL;
}

int text_check(struct reader *in, const struct place *at, struct str text,
               const struct field *field, struct str *out)
{
    if (text.len > limit_table[field->limit].value)
        return place_over(in->err, at, text.len, field->limit);
    size_t valid = text.len ? utf8_valid(text.at, text.len) : 0;
    if (valid < text.len)
        return place_fail(in->err, at, ERR_INVALID,
                          "is not UTF-8 at byte %zu; cut texts between characters only", valid + 1);
    const char *complaint = text_complaint(field, text);
    if (complaint)
        return place_fail(in->err, at, ERR_INVALID, "%s", complaint);
    *out = text.len ? text : STR_NONE;
    return 0;
}

int text_read(struct reader *in, const struct place *at, const msgpack_object *value,
              const struct field *field, struct str *out)
{
    if (value->type != MSGPACK_OBJECT_STR)
        return wrong_kind(in, at, value, "a string");
    return text_check(in, at, (struct str){value->via.str.ptr, value->via.str.size}, field, out);
}

static int bytes_read(struct reader *in, const struct place *at, const msgpack_object *value,
                      const struct field *field, struct str *out)
{
    if (value->type != MSGPACK_OBJECT_BIN)
        return wrong_kind(in, at, value, "a run of bytes");
    if (value->via.bin.size > limit_table[field->limit].value)
        return place_over(in->err, at, value->via.bin.size, field->limit);
    *out = (struct str){value->via.bin.ptr, value->via.bin.size};
    return 0;
}

/* Lua's arithmetic gives 3.0 for 6/2, so a float that is whole counts as an integer. */
int int_read(struct reader *in, const struct place *at, const msgpack_object *value, int64_t min,
             int64_t max, int64_t *out)
{
    int64_t number = 0;
    bool fits = true;
    if (value->type == MSGPACK_OBJECT_POSITIVE_INTEGER) {
        fits = value->via.u64 <= INT64_MAX;
        number = fits ? (int64_t)value->via.u64 : 0;
    } else if (value->type == MSGPACK_OBJECT_NEGATIVE_INTEGER) {
        number = value->via.i64;
    } else if (value->type == MSGPACK_OBJECT_FLOAT32 || value->type == MSGPACK_OBJECT_FLOAT64) {
        double real = value->via.f64;
        if (!(real == floor(real)))
            return place_fail(in->err, at, ERR_INVALID, "is %g, but a whole number is needed",
                              real);
        fits = real >= -0x1p63 && real < 0x1p63;
        number = fits ? (int64_t)real : 0;
    } else {
        return wrong_kind(in, at, value, "a whole number");
    }
    if (!fits)
        return place_fail(in->err, at, ERR_INVALID, "is too large a number");
    if (number < min || number > max)
        return place_fail(in->err, at, ERR_INVALID, "is %lld, but must lie in %lld to %lld",
                          (long long)number, (long long)min, (long long)max);
    *out = number;
    return 0;
}

int real_read(struct reader *in, const struct place *at, const msgpack_object *value, double min,
              double max, double *out)
{
    double real;
    if (value->type == MSGPACK_OBJECT_FLOAT32 || value->type == MSGPACK_OBJECT_FLOAT64)
        real = value->via.f64;
    else if (value->type == MSGPACK_OBJECT_POSITIVE_INTEGER)
        real = (double)value->via.u64;
    else if (value->type == MSGPACK_OBJECT_NEGATIVE_INTEGER)
        real = (double)value->via.i64;
    else
        return wrong_kind(in, at, value, "a number");
    if (!(real >= min && real <= max)) /* so that NaN is refused too */
        return place_fail(in->err, at, ERR_INVALID, "is %g, but must lie in %g to %g", real, min,
                          max);
    *out = real;
    return 0;
}

static int uint_read(struct reader *in, const struct place *at, const msgpack_object *value,
                     uint64_t *out)
{
    if (value->type == MSGPACK_OBJECT_POSITIVE_INTEGER) {
        *out = value->via.u64;
        return 0;
    }
    int64_t number = 0;
    int rc = int_read(in, at, value, 0, INT64_MAX, &number);
    *out = (uint64_t)number;
    return rc;
}

static int line_read(struct reader *in, const struct place *at, const msgpack_object *value,
                     uint32_t *out)
{
    int64_t number = 0;
    int rc = int_read(in, at, value, 1, UINT32_MAX, &number);
    if (rc == 0)
        *out = (uint32_t)number;
    return rc;
}

int items_of(struct reader *in, const struct place *at, const msgpack_object *value, int limit,
             const msgpack_object **items, size_t *count)
{
    *items = NULL;
    *count = 0;
    if (is_absent(value) || (value->type == MSGPACK_OBJECT_MAP && value->via.map.size == 0))
        return 0;
    if (value->type != MSGPACK_OBJECT_ARRAY)
        return wrong_kind(in, at, value, "a list");
    if (value->via.array.size > limit_table[limit].value)
        return place_over(in->err, at, value->via.array.size, limit);
    *items = value->via.array.ptr;
    *count = value->via.array.size;
    return 0;
}

static int lines_read(struct reader *in, const struct place *at, const msgpack_object *value,
                      struct line_list *out)
{
    const msgpack_object *items;
    size_t count;
    int rc = items_of(in, at, value, LIMIT_LINES_PER_ARTICLE_INDEX, &items, &count);
    if (rc < 0 || count == 0)
        return rc;
    out->at = arena_alloc(in->arena, count, sizeof *out->at);
    if (!out->at)
        return place_no_memory(in->err, at);
    for (out->count = 0; out->count < count; out->count++) {
        struct place item = place_item(at, out->count);
        rc = line_read(in, &item, &items[out->count], &out->at[out->count]);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int list_read(struct reader *in, const struct place *at, const msgpack_object *value,
              const struct record_type *type, int limit, void *list)
{
    const msgpack_object *items;
    struct any_list out = {0};
    size_t count;
    int rc = items_of(in, at, value, limit, &items, &count);
    if (rc == 0 && count) {
        out.at = arena_alloc(in->arena, count, type->size);
        if (!out.at)
            return place_no_memory(in->err, at);
    }
    for (; rc == 0 && out.count < count; out.count++) {
        struct place item = place_item(at, out.count);
        rc = record_read(in, &item, &items[out.count], type,
                         (char *)out.at + out.count * type->size);
    }
    memcpy(list, &out, sizeof out);
    return rc;
}

static int field_read(struct reader *in, const struct place *at, const msgpack_object *value,
                      const struct field *field, void *member)
{
    switch (field->kind) {
    case FIELD_TEXT:
        return text_read(in, at, value, field, member);
    case FIELD_BYTES:
        return bytes_read(in, at, value, field, member);
    case FIELD_INT:
        return int_read(in, at, value, field->flags & FIELD_SIGNED ? INT64_MIN : 0, INT64_MAX,
                        member);
    case FIELD_UINT:
        return uint_read(in, at, value, member);
    case FIELD_LINE:
        return line_read(in, at, value, member);
    case FIELD_REAL:
        return real_read(in, at, value, field->least, field->most, member);
    case FIELD_LINES:
        return lines_read(in, at, value, member);
    case FIELD_SPANS:
        return spans_read(in, at, value, member);
    case FIELD_RANGE:
        return range_read(in, at, value, member);
    case FIELD_RECORD:
        return record_read(in, at, value, field->type, member);
    case FIELD_LIST:
        return list_read(in, at, value, field->type, field->limit, member);
    }
    return place_fail(in->err, at, ERR_INTERNAL, "has a kind that nobody reads");
}

static int unknown_key(struct reader *in, const struct place *at, struct str key,
                       const struct record_type *type)
{
    const char *names[KEYS_MAX];
    size_t count = 0;
    for (; count < type->count && count < KEYS_MAX; count++)
        names[count] = type->fields[count].key;
    const char *near = str_nearest(key, names, count);
    bool text = utf8_valid(key.at, key.len) == key.len;
    int shown = text ? (int)utf8_cut(key, SHOWN_BYTES) : 0;
    if (near)
        return place_fail(in->err, at, ERR_INVALID, "unknown key \"%.*s\"; did you mean \"%s\"?",
                          shown, key.at, near);
    char known[512] = "";
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(known);
        snprintf(known + len, sizeof known - len, "%s%s", i ? ", " : "", names[i]);
    }
    return place_fail(in->err, at, ERR_INVALID, "unknown key \"%.*s\"; known are %s", shown, key.at,
                      known);
}

/* Index of a key's field, or -1. What we packed ourselves comes in the table's order, so the one
 * after the last found is tried first. */
static int find_field(const struct record_type *type, struct str key, size_t hint)
{
    for (size_t i = 0; i < type->count; i++) {
        size_t at = (hint + i) % type->count;
        const char *known = type->fields[at].key; /* most differ in their first letter */
        if (key.len && key.at[0] == known[0] && str_is(key, known))
            return (int)at;
    }
    return -1;
}

static int keys_read(struct reader *in, const struct place *at, const msgpack_object *map,
                     const struct record_type *type, void *record, uint64_t *seen)
{
    int found = -1;
    for (size_t i = 0; i < map->via.map.size; i++) {
        const msgpack_object_kv *pair = &map->via.map.ptr[i];
        if (pair->key.type != MSGPACK_OBJECT_STR)
            return place_fail(in->err, at, ERR_INVALID, "has a key that is %s, not a name",
                              kind_words(&pair->key));
        struct str key = {pair->key.via.str.ptr, pair->key.via.str.size};
        found = find_field(type, key, (size_t)(found + 1));
        if (found < 0)
            return unknown_key(in, at, key, type);
        const struct field *field = &type->fields[found];
        struct place member = place_key(at, field->key);
        if (*seen & UINT64_C(1) << found)
            return place_fail(in->err, &member, ERR_INVALID, "is given twice");
        if (is_absent(&pair->val))
            continue;
        *seen |= UINT64_C(1) << found;
        int rc = field_read(in, &member, &pair->val, field, (char *)record + field->offset);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int record_read(struct reader *in, const struct place *at, const msgpack_object *value,
                const struct record_type *type, void *record)
{
    bool empty = value->type == MSGPACK_OBJECT_ARRAY && value->via.array.size == 0;
    uint64_t seen = 0;
    if (value->type != MSGPACK_OBJECT_MAP && !empty)
        return wrong_kind(in, at, value, "a table with keys");
    int rc = empty ? 0 : keys_read(in, at, value, type, record, &seen);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < type->count; i++) {
        const struct field *field = &type->fields[i];
        struct place member = place_key(at, field->key);
        if (seen & UINT64_C(1) << i)
            continue;
        if (field->flags & FIELD_REQUIRED)
            return place_fail(in->err, &member, ERR_INVALID, "is missing, but must be given");
        if (field->kind == FIELD_REAL)
            memcpy((char *)record + field->offset, &field->preset, sizeof field->preset);
    }
    return type->check ? type->check(in, at, record) : 0;
}
