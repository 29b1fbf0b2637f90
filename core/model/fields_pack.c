#include <string.h>

#include "model/fields.h"
#include "model/wire.h"

struct any_list {
    void *at;
    size_t count;
};

static size_t count_filled(const struct record_type *type, const void *record);

/* Members are copied out: a table of offsets knows their kinds, the compiler does not. */
static bool is_filled(const struct field *field, const void *member)
{
    struct str text;
    struct any_list list;
    uint64_t number[2];
    uint32_t line;
    switch (field->kind) {
    case FIELD_TEXT:
    case FIELD_BYTES:
        memcpy(&text, member, sizeof text);
        return text.len > 0;
    case FIELD_INT:
    case FIELD_UINT:
        memcpy(number, member, sizeof number[0]);
        return number[0] != 0;
    case FIELD_LINE:
        memcpy(&line, member, sizeof line);
        return line != 0;
    case FIELD_RANGE:
        memcpy(number, member, sizeof number);
        return number[0] || number[1];
    case FIELD_LINES:
    case FIELD_SPANS:
    case FIELD_LIST:
        memcpy(&list, member, sizeof list);
        return list.count > 0;
    case FIELD_RECORD:
        return count_filled(field->type, member) > 0;
    case FIELD_REAL:
        return true;
    }
    return false;
}

static size_t count_filled(const struct record_type *type, const void *record)
{
    size_t count = 0;
    for (size_t i = 0; i < type->count; i++)
        count += is_filled(&type->fields[i], (const char *)record + type->fields[i].offset);
    return count;
}

static int lines_pack(msgpack_packer *packer, const struct line_list *lines)
{
    int rc = msgpack_pack_array(packer, lines->count);
    for (size_t i = 0; i < lines->count; i++)
        rc |= msgpack_pack_uint32(packer, lines->at[i]);
    return rc;
}

static int range_pack(msgpack_packer *packer, const uint64_t range[2])
{
    int rc = msgpack_pack_array(packer, 2);
    rc |= msgpack_pack_uint64(packer, range[0]);
    return rc | msgpack_pack_uint64(packer, range[1]);
}

static int member_pack(msgpack_packer *packer, const struct field *field, const void *member)
{
    const struct str *text = member;
    switch (field->kind) {
    case FIELD_TEXT:
        return wire_pack_str(packer, *text);
    case FIELD_BYTES:
        return wire_pack_bin(packer, text->at, text->len);
    case FIELD_INT:
        return msgpack_pack_int64(packer, *(const int64_t *)member);
    case FIELD_UINT:
        return msgpack_pack_uint64(packer, *(const uint64_t *)member);
    case FIELD_LINE:
        return msgpack_pack_uint32(packer, *(const uint32_t *)member);
    case FIELD_REAL:
        return msgpack_pack_double(packer, *(const double *)member);
    case FIELD_LINES:
        return lines_pack(packer, member);
    case FIELD_SPANS:
        return spans_pack(packer, member);
    case FIELD_RANGE:
        return range_pack(packer, member);
    case FIELD_RECORD:
        return record_pack(packer, field->type, member);
    case FIELD_LIST:
        return list_pack(packer, field->type, member);
    }
    return ERR_INTERNAL;
}

int record_pack(msgpack_packer *packer, const struct record_type *type, const void *record)
{
    uint64_t filled = 0; /* a bit a field: no record has more than 64 */
    for (size_t i = 0; i < type->count; i++)
        filled |=
            (uint64_t)is_filled(&type->fields[i], (const char *)record + type->fields[i].offset)
            << i;
    int rc = msgpack_pack_map(packer, (size_t)__builtin_popcountll(filled));
    for (size_t i = 0; i < type->count; i++) {
        const struct field *field = &type->fields[i];
        if (!(filled >> i & 1))
            continue;
        rc |= wire_pack_key(packer, field->key);
        rc |= member_pack(packer, field, (const char *)record + field->offset);
    }
    return rc ? ERR_NOMEM : 0;
}

int list_pack(msgpack_packer *packer, const struct record_type *type, const void *list)
{
    struct any_list items;
    memcpy(&items, list, sizeof items);
    int rc = msgpack_pack_array(packer, items.count);
    for (size_t i = 0; i < items.count; i++)
        rc |= record_pack(packer, type, (const char *)items.at + i * type->size);
    return rc ? ERR_NOMEM : 0;
}
