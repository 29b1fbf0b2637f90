#include "model/spans.h"

#include <stdlib.h>

#include "model/wire.h"

static const char *const field_names[] = {[SPAN_BODY] = "body", [SPAN_HEADLINE] = "headline"};

static int number_at(struct reader *in, const struct place *at, const msgpack_object *value,
                     size_t index, int64_t max, int64_t *out)
{
    struct place item = place_item(at, index);
    return int_read(in, &item, &value->via.array.ptr[index], in->lua ? 1 : 0, max, out);
}

/* The two numbers that a span or range begins with, as [*start, *end). */
static int pair_read(struct reader *in, const struct place *at, const msgpack_object *value,
                     size_t most, int64_t max, int64_t *start, int64_t *end)
{
    size_t count = value->type == MSGPACK_OBJECT_ARRAY ? value->via.array.size : 0;
    if (count < 2 || count > most)
        return wrong_kind(in, at, value,
                          in->lua ? "a pair {first, last} of bytes" : "a pair [start, end]");
    int rc = number_at(in, at, value, 0, max, start);
    if (rc == 0)
        rc = number_at(in, at, value, 1, max, end);
    if (rc == 0 && *end < *start)
        rc = place_fail(in->err, at, ERR_INVALID, "ends at byte %lld, before it begins (%lld)",
                        (long long)*end, (long long)*start);
    if (rc == 0 && in->lua)
        *start -= 1;
    return rc;
}

/* The third value of a span: a number when kept, "headline" or "body" in an answer. */
static int span_field(struct reader *in, const struct place *at, const msgpack_object *value,
                      uint32_t *out)
{
    int64_t number = SPAN_BODY;
    if (!in->lua) {
        int rc = int_read(in, at, value, SPAN_BODY, SPAN_HEADLINE, &number);
        *out = (uint32_t)number;
        return rc;
    }
    if (value->type != MSGPACK_OBJECT_STR)
        return wrong_kind(in, at, value, "\"headline\" or \"body\"");
    struct str name = {value->via.str.ptr, value->via.str.size};
    for (uint32_t i = 0; i <= SPAN_HEADLINE; i++) {
        if (str_is(name, field_names[i])) {
            *out = i;
            return 0;
        }
    }
    return place_fail(in->err, at, ERR_INVALID,
                      "names no text that spans may lie in; write \"headline\" or \"body\"");
}

static int span_read(struct reader *in, const struct place *at, const msgpack_object *value,
                     struct span *out)
{
    int64_t start, end;
    int rc = pair_read(in, at, value, 3, UINT32_MAX, &start, &end);
    if (rc < 0)
        return rc;
    *out = (struct span){.start = (uint32_t)start, .end = (uint32_t)end, .field = SPAN_BODY};
    if (value->via.array.size < 3)
        return 0;
    struct place third = place_item(at, 2);
    return span_field(in, &third, &value->via.array.ptr[2], &out->field);
}

int spans_read(struct reader *in, const struct place *at, const msgpack_object *value,
               struct span_list *out)
{
    const msgpack_object *items;
    size_t count;
    int rc = items_of(in, at, value, LIMIT_SPANS_PER_TAG_INDEX, &items, &count);
    if (rc < 0 || count == 0)
        return rc;
    out->at = arena_alloc(in->arena, count, sizeof *out->at);
    if (!out->at)
        return place_no_memory(in->err, at);
    for (out->count = 0; out->count < count; out->count++) {
        struct place item = place_item(at, out->count);
        rc = span_read(in, &item, &items[out->count], &out->at[out->count]);
        if (rc < 0)
            return rc;
    }
    return in->about ? spans_check(in, at, out, in->about) : 0;
}

int range_read(struct reader *in, const struct place *at, const msgpack_object *value,
               uint64_t range[2])
{
    int64_t start, end;
    int rc = pair_read(in, at, value, 2, INT64_MAX, &start, &end);
    if (rc < 0)
        return rc;
    if (in->lua && (uint64_t)end > in->text_len)
        return place_fail(in->err, at, ERR_INVALID, "ends at byte %lld, but the document has %llu",
                          (long long)end, (unsigned long long)in->text_len);
    range[0] = (uint64_t)start;
    range[1] = (uint64_t)end;
    return 0;
}

static bool inside_character(struct str text, uint32_t at)
{
    return at < text.len && ((unsigned char)text.at[at] & 0xC0) == 0x80;
}

static int span_check(struct reader *in, const struct place *at, const struct span *span,
                      struct str text)
{
    const char *name = field_names[span->field];
    if (span->end > text.len)
        return place_fail(in->err, at, ERR_INVALID, "ends at byte %u, but the %s has %zu",
                          span->end, name, text.len);
    if (inside_character(text, span->start))
        return place_fail(in->err, at, ERR_INVALID, "begins inside a character of the %s, byte %u",
                          name, span->start + in->lua);
    if (inside_character(text, span->end))
        return place_fail(in->err, at, ERR_INVALID, "ends inside a character of the %s, byte %u",
                          name, span->end);
    return 0;
}

int spans_check(struct reader *in, const struct place *at, const struct span_list *spans,
                const struct article *about)
{
    for (size_t i = 0; i < spans->count; i++) {
        const struct span *span = &spans->at[i];
        struct place item = place_item(at, i);
        int rc = span_check(in, &item, span,
                            span->field == SPAN_HEADLINE ? about->headline : about->body);
        if (rc < 0)
            return rc;
    }
    return 0;
}

static int compare_spans(const void *left, const void *right)
{
    const struct span *a = left, *b = right;
    if (a->field != b->field)
        return a->field < b->field ? -1 : 1;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return (a->end > b->end) - (a->end < b->end);
}

bool spans_in_order(const struct span_list *spans)
{
    for (size_t i = 1; i < spans->count; i++)
        if (compare_spans(&spans->at[i - 1], &spans->at[i]) >= 0)
            return false;
    return true;
}

void spans_sort(struct span_list *spans)
{
    size_t kept = 0;
    if (spans_in_order(spans))
        return;
    qsort(spans->at, spans->count, sizeof *spans->at, compare_spans);
    for (size_t i = 1; i < spans->count; i++) {
        if (compare_spans(&spans->at[kept], &spans->at[i]) != 0)
            spans->at[++kept] = spans->at[i];
    }
    spans->count = kept + 1;
}

int spans_pack(msgpack_packer *packer, const struct span_list *spans)
{
    int rc = msgpack_pack_array(packer, spans->count);
    for (size_t i = 0; i < spans->count; i++) {
        const struct span *span = &spans->at[i];
        rc |= msgpack_pack_array(packer, span->field == SPAN_BODY ? 2 : 3);
        rc |= msgpack_pack_uint32(packer, span->start);
        rc |= msgpack_pack_uint32(packer, span->end);
        if (span->field != SPAN_BODY)
            rc |= msgpack_pack_uint32(packer, span->field);
    }
    return rc ? ERR_NOMEM : 0;
}

int spans_unpack(const msgpack_object *value, struct arena *arena, struct span_list *out,
                 struct error *err)
{
    struct reader in = {.arena = arena, .err = err};
    struct place root = place_key(NULL, "spans");
    *out = (struct span_list){0};
    return spans_read(&in, &root, value, out);
}
