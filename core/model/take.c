/* Tags as a worker packed them: read straight from the bytes, without a tree of values between. */
#include <string.h>

#include "model/answer.h"
#include "model/spans.h"
#include "model/tags.h"
#include "model/wire.h"

/* Bytes that are not read yet. What goes past the end is refused, so that nothing need be checked
 * beforehand. */
struct take {
    const uint8_t *at, *end;
    struct reader *in;
};

static int misshapen(struct take *take, const struct place *at)
{
    return place_fail(take->in->err, at, ERR_INVALID, "is not packed as tags are");
}

static bool take_big_endian(struct take *take, unsigned size, uint64_t *out)
{
    if ((size_t)(take->end - take->at) < size)
        return false;
    *out = 0;
    for (unsigned i = 0; i < size; i++)
        *out = *out << 8 | *take->at++;
    return true;
}

static bool take_type(struct take *take, uint8_t *type)
{
    if (take->at == take->end)
        return false;
    *type = *take->at++;
    return true;
}

/* Each item takes a byte at least. */
static bool take_array(struct take *take, uint64_t *count)
{
    uint8_t type;
    bool fits = take_type(take, &type);
    if (fits && (type & 0xF0) == 0x90)
        *count = type & 15;
    else
        fits = fits && (type == 0xDC || type == 0xDD) &&
               take_big_endian(take, type == 0xDC ? 2 : 4, count);
    return fits && *count <= (uint64_t)(take->end - take->at);
}

static bool take_map(struct take *take, unsigned *count)
{
    uint8_t type;
    if (!take_type(take, &type) || (type & 0xF0) != 0x80)
        return false;
    *count = type & 15;
    return true;
}

static bool take_text(struct take *take, struct str *out)
{
    uint8_t type;
    uint64_t size = 0;
    bool fits = take_type(take, &type);
    if (fits && (type & 0xE0) == 0xA0)
        size = type & 31;
    else
        fits = fits && type >= 0xD9 && type <= 0xDB &&
               take_big_endian(take, 1U << (type - 0xD9), &size);
    if (!fits || size > (uint64_t)(take->end - take->at))
        return false;
    *out = (struct str){(const char *)take->at, size};
    take->at += size;
    return true;
}

static bool take_number(struct take *take, uint32_t *out)
{
    uint8_t type;
    uint64_t value = 0;
    bool fits = take_type(take, &type);
    if (fits && type < 0x80)
        value = type;
    else
        fits = fits && type >= 0xCC && type <= 0xCE &&
               take_big_endian(take, 1U << (type - 0xCC), &value);
    *out = (uint32_t)value;
    return fits;
}

static bool take_share(struct take *take, double *out)
{
    uint8_t type;
    uint64_t bits;
    if (!take_type(take, &type) || type != 0xCB || !take_big_endian(take, 8, &bits))
        return false;
    memcpy(out, &bits, sizeof bits);
    return *out >= 0 && *out <= 1; /* not for NaN */
}

static bool take_span(struct take *take, struct span *out)
{
    uint64_t count;
    if (!take_array(take, &count) || count < 2 || count > 3 || !take_number(take, &out->start) ||
        !take_number(take, &out->end) || out->end < out->start)
        return false;
    out->field = SPAN_BODY;
    return count == 2 || (take_number(take, &out->field) && out->field == SPAN_HEADLINE);
}

static int take_spans(struct take *take, const struct place *at, struct span_list *out)
{
    uint64_t count;
    if (!take_array(take, &count) || count == 0 || count > LIMIT(SPANS_PER_TAG))
        return misshapen(take, at);
    out->at = arena_alloc(take->in->arena, count, sizeof *out->at);
    if (!out->at)
        return place_no_memory(take->in->err, at);
    for (; out->count < count; out->count++)
        if (!take_span(take, &out->at[out->count]))
            return misshapen(take, at);
    if (!spans_in_order(out))
        return place_fail(take->in->err, at, ERR_INVALID, "is not in order");
    return take->in->about ? spans_check(take->in, at, out, take->in->about) : 0;
}

/* The keys come in this order, each at most once. */
enum { KEY_SCHEME, KEY_LABEL, KEY_CODE, KEY_FIELD, KEY_SCORE, KEY_SPANS, KEY_COUNT };

static unsigned key_from(struct str key, unsigned next)
{
    static const char *const keys[KEY_COUNT] = {"scheme", "label", "code",
                                                "field",  "score", "spans"};
    while (next < KEY_COUNT && !str_is(key, keys[next]))
        next++;
    return next;
}

static int take_member(struct take *take, const struct place *at, unsigned key, struct tag *tag)
{
    struct str *const texts[] = {&tag->scheme, &tag->label, &tag->code, &tag->field};
    if (key < KEY_SCORE)
        return take_text(take, texts[key]) ? 0 : misshapen(take, at);
    if (key == KEY_SCORE)
        return take_share(take, &tag->score) ? 0 : misshapen(take, at);
    const struct place spans = place_key(at, "spans");
    return key == KEY_SPANS ? take_spans(take, &spans, &tag->spans) : misshapen(take, at);
}

static int take_tag(struct take *take, const struct place *at, struct tag *tag)
{
    unsigned count, next = 0;
    struct str name;
    if (!take_map(take, &count))
        return misshapen(take, at);
    for (unsigned i = 0; i < count; i++, next++) {
        if (!take_text(take, &name))
            return misshapen(take, at);
        next = key_from(name, next);
        const int rc = take_member(take, at, next, tag);
        if (rc < 0)
            return rc;
    }
    return tag_check(take->in, at, tag);
}

static int take_all(struct take *take, const struct place *at, struct tag_list *out)
{
    uint64_t count;
    if (!take_array(take, &count))
        return misshapen(take, at);
    if (count > LIMIT(TAGS_PER_ANSWER))
        return place_over(take->in->err, at, count, LIMIT_TAGS_PER_ANSWER_INDEX);
    out->at = arena_alloc(take->in->arena, count, sizeof *out->at);
    if (!out->at)
        return place_no_memory(take->in->err, at);
    for (; out->count < count; out->count++) {
        const struct place item = place_item(at, out->count);
        struct tag *tag = &out->at[out->count];
        const int rc = take_tag(take, &item, tag);
        if (rc < 0)
            return rc;
        if (out->count && tags_compare(tag - 1, tag) >= 0)
            return place_fail(take->in->err, &item, ERR_INVALID,
                              "is not in order, or says what the one before says");
    }
    return take->at == take->end ? 0 : misshapen(take, at);
}

int tags_take(const msgpack_object *answer, const struct article *article, struct arena *arena,
              struct tag_list *out, struct str *packed, struct error *err)
{
    struct reader in = {.arena = arena, .err = err, .about = article};
    const struct place root = place_key(NULL, "answer");
    *out = (struct tag_list){0};
    if (is_absent(answer) || answer->type != MSGPACK_OBJECT_BIN)
        return place_fail(err, &root, ERR_INVALID, "is not packed as tags are");
    const uint8_t *bytes = (const uint8_t *)answer->via.bin.ptr;
    struct take take = {.at = bytes, .end = bytes + answer->via.bin.size, .in = &in};
    *packed = (struct str){answer->via.bin.ptr, answer->via.bin.size};
    return take_all(&take, &root, out);
}

int tags_put(msgpack_packer *packer, struct buf *out, const struct tag_list *tags)
{
    static const char head[] = {'\xC6', 0, 0, 0, 0}; /* bin 32: the size is known in the end */
    const size_t begun = out->len;
    buf_append(out, head, sizeof head);
    if (tags_pack(packer, tags) < 0 || buf_failed(out))
        return ERR_NOMEM;
    const size_t size = out->len - begun - sizeof head;
    for (unsigned i = 0; i < 4; i++)
        out->at[begun + 1 + i] = (char)(size >> (24 - 8 * i));
    return 0;
}
