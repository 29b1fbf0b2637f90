#include "pipeline/differ.h"

#include <msgpack.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

#define DEPTH_MAX 32 /* over ANSWER_DEPTH */

struct place {
    char text[160];
};

static struct place below(const struct place *at, const msgpack_object *key, uint32_t number)
{
    struct place place;
    if (key && key->type == MSGPACK_OBJECT_STR)
        snprintf(place.text, sizeof place.text, "%.120s.%.*s", at->text,
                 (int)(key->via.str.size < 30 ? key->via.str.size : 30), key->via.str.ptr);
    else
        snprintf(place.text, sizeof place.text, "%.120s[%u]", at->text, number);
    return place;
}

static void show(const msgpack_object *value, char *out, size_t size)
{
    const struct str text = value->type == MSGPACK_OBJECT_STR
                                ? (struct str){value->via.str.ptr, value->via.str.size}
                                : STR_NONE;
    if (value->type == MSGPACK_OBJECT_STR)
        snprintf(out, size, "'%.*s'", (int)utf8_cut(text, 60), text.at);
    else if (value->type == MSGPACK_OBJECT_MAP)
        snprintf(out, size, "a table");
    else if (value->type == MSGPACK_OBJECT_ARRAY)
        snprintf(out, size, "a list of %u", value->via.array.size);
    else
        msgpack_object_print_buffer(out, size, *value);
}

/* The first place where they differ; false: nowhere. */
static bool find(const msgpack_object *a, const msgpack_object *b, struct place *at, unsigned depth,
                 const msgpack_object **left, const msgpack_object **right)
{
    *left = a;
    *right = b;
    if (msgpack_object_equal(*a, *b))
        return false;
    const bool lists = a->type == MSGPACK_OBJECT_ARRAY && b->type == MSGPACK_OBJECT_ARRAY &&
                       a->via.array.size == b->via.array.size;
    const bool maps = a->type == MSGPACK_OBJECT_MAP && b->type == MSGPACK_OBJECT_MAP &&
                      a->via.map.size == b->via.map.size;
    if ((!lists && !maps) || depth > DEPTH_MAX)
        return true;
    const uint32_t count = lists ? a->via.array.size : a->via.map.size;
    for (uint32_t i = 0; i < count; i++) {
        const msgpack_object_kv *pair = maps ? &a->via.map.ptr[i] : NULL;
        if (maps && !msgpack_object_equal(pair->key, b->via.map.ptr[i].key))
            return true;
        struct place inner = below(at, pair ? &pair->key : NULL, i + 1);
        if (find(lists ? &a->via.array.ptr[i] : &pair->val,
                 lists ? &b->via.array.ptr[i] : &b->via.map.ptr[i].val, &inner, depth + 1, left,
                 right)) {
            *at = inner;
            return true;
        }
    }
    return true;
}

static void say(const msgpack_object *fresh, const msgpack_object *warm, char *out, size_t size)
{
    char first[80], then[80];
    struct place at = {"answer"};
    const msgpack_object *left = NULL, *right = NULL;
    find(fresh, warm, &at, 0, &left, &right);
    show(left, first, sizeof first);
    show(right, then, sizeof then);
    snprintf(out, size,
             "a fresh process and one that ran other cases before gave different answers (%s: %s, "
             "then %s): "
             "the plugin depends on more than its input",
             at.text, first, then);
}

void differ_say(const struct buf *fresh, const struct buf *warm, char *out, size_t size)
{
    msgpack_unpacked a, b;
    msgpack_unpacked_init(&a);
    msgpack_unpacked_init(&b);
    if (fresh->len && warm->len &&
        msgpack_unpack_next(&a, fresh->at, fresh->len, NULL) == MSGPACK_UNPACK_SUCCESS &&
        msgpack_unpack_next(&b, warm->at, warm->len, NULL) == MSGPACK_UNPACK_SUCCESS)
        say(&a.data, &b.data, out, size);
    else
        snprintf(out, size,
                 "a fresh process and one that ran other cases before gave different answers: the "
                 "plugin depends on more than its input");
    msgpack_unpacked_destroy(&a);
    msgpack_unpacked_destroy(&b);
}
