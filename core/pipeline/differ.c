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

/* ---- all of them ---- */

struct listing {
    struct buf *out;
    unsigned count, most;
};

static const char *show_or_nothing(const msgpack_object *value, char *out, size_t size)
{
    if (value)
        show(value, out, size);
    else
        snprintf(out, size, "nothing");
    return out;
}

static void tell(struct listing *list, const struct place *at, const msgpack_object *a,
                 const msgpack_object *b)
{
    char before[80], after[80];
    if (list->count++ < list->most)
        buf_printf(list->out, "%s: recorded %s, now %s\n", at->text,
                   show_or_nothing(a, before, sizeof before),
                   show_or_nothing(b, after, sizeof after));
}

static const msgpack_object *member(const msgpack_object *map, const msgpack_object *key)
{
    for (uint32_t i = 0; i < map->via.map.size; i++)
        if (msgpack_object_equal(map->via.map.ptr[i].key, *key))
            return &map->via.map.ptr[i].val;
    return NULL;
}

static void list_all(struct listing *list, const struct place *at, const msgpack_object *a,
                     const msgpack_object *b, unsigned depth);

static void list_maps(struct listing *list, const struct place *at, const msgpack_object *a,
                      const msgpack_object *b, unsigned depth)
{
    for (uint32_t i = 0; i < a->via.map.size; i++) {
        const msgpack_object_kv *pair = &a->via.map.ptr[i];
        const struct place inner = below(at, &pair->key, i + 1);
        list_all(list, &inner, &pair->val, member(b, &pair->key), depth + 1);
    }
    for (uint32_t i = 0; i < b->via.map.size; i++) {
        const msgpack_object_kv *pair = &b->via.map.ptr[i];
        const struct place inner = below(at, &pair->key, i + 1);
        if (!member(a, &pair->key))
            tell(list, &inner, NULL, &pair->val);
    }
}

static void list_lists(struct listing *list, const struct place *at, const msgpack_object *a,
                       const msgpack_object *b, unsigned depth)
{
    const uint32_t before = a->via.array.size, after = b->via.array.size;
    const uint32_t most = before > after ? before : after;
    if (before != after && list->count++ < list->most)
        buf_printf(list->out, "%s: recorded %u items, now %u\n", at->text, before, after);
    for (uint32_t i = 0; i < most && list->count < list->most; i++) {
        const struct place inner = below(at, NULL, i + 1);
        list_all(list, &inner, i < before ? &a->via.array.ptr[i] : NULL,
                 i < after ? &b->via.array.ptr[i] : NULL, depth + 1);
    }
}

/* Scores that are equal to a person may be other doubles: those are shown whole. */
static void list_all(struct listing *list, const struct place *at, const msgpack_object *a,
                     const msgpack_object *b, unsigned depth)
{
    if (a && b && msgpack_object_equal(*a, *b))
        return;
    if (a && b && depth <= DEPTH_MAX && a->type == MSGPACK_OBJECT_MAP &&
        b->type == MSGPACK_OBJECT_MAP)
        list_maps(list, at, a, b, depth);
    else if (a && b && depth <= DEPTH_MAX && a->type == MSGPACK_OBJECT_ARRAY &&
             b->type == MSGPACK_OBJECT_ARRAY)
        list_lists(list, at, a, b, depth);
    else
        tell(list, at, a, b);
}

void differ_list(struct str recorded, struct str now, const char *root, unsigned most,
                 struct buf *out)
{
    msgpack_unpacked a, b;
    struct listing list = {.out = out, .most = most};
    struct place at = {""};
    snprintf(at.text, sizeof at.text, "%s", root);
    msgpack_unpacked_init(&a);
    msgpack_unpacked_init(&b);
    if (recorded.len && now.len &&
        msgpack_unpack_next(&a, recorded.at, recorded.len, NULL) == MSGPACK_UNPACK_SUCCESS &&
        msgpack_unpack_next(&b, now.at, now.len, NULL) == MSGPACK_UNPACK_SUCCESS)
        list_all(&list, &at, &a.data, &b.data, 0);
    if (list.count > most)
        buf_printf(out, "and %u more\n", list.count - most);
    else if (list.count == 0)
        buf_printf(out, "%s: the same but for its form\n", root);
    msgpack_unpacked_destroy(&a);
    msgpack_unpacked_destroy(&b);
}
