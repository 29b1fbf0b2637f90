#include "lua/plain_tags.h"

#include <string.h>

#include "base/limits.h"
#include "lua/desk.h"

#define STACK_WANTED 16

static bool is_plain_table(lua_State *L, int at)
{
    if (lua_type(L, at) != LUA_TTABLE)
        return false;
    if (!lua_getmetatable(L, at))
        return true;
    lua_pop(L, 1);
    return false;
}

/* Or one made by desk.array. */
static bool is_plain_list(lua_State *L, int at)
{
    return is_plain_table(L, at) || (lua_type(L, at) == LUA_TTABLE && area_is_array(L, at));
}

static bool read_text(lua_State *L, int at, struct str *out)
{
    if (lua_type(L, at) != LUA_TSTRING)
        return false;
    out->at = lua_tolstring(L, at, &out->len);
    return out->len > 0; /* an empty text may be none, or wrong */
}

/* The index at which the key of a list's item stands, from 0; false: it is none. */
static bool read_index(lua_State *L, int at, size_t count, size_t *out)
{
    int whole;
    const lua_Integer index = lua_tointegerx(L, at, &whole);
    *out = (size_t)index - 1;
    return whole && lua_type(L, at) == LUA_TNUMBER && index >= 1 && (size_t)index <= count;
}

static bool read_place(lua_State *L, int at, uint32_t *out)
{
    int whole;
    const lua_Integer number = lua_tointegerx(L, at, &whole);
    *out = (uint32_t)number;
    return whole && lua_type(L, at) == LUA_TNUMBER && number >= 1 && number <= UINT32_MAX;
}

/* {first, last}, counted from 1, in the body. Longer ones are for the long way. */
static bool read_span(lua_State *L, int at, struct span *out)
{
    uint32_t pair[2];
    size_t index, seen = 0;
    const int key = lua_gettop(L) + 1;
    if (!is_plain_table(L, at))
        return false;
    for (lua_pushnil(L); lua_next(L, at) != 0; lua_settop(L, key), seen++)
        if (!read_index(L, key, 2, &index) || !read_place(L, key + 1, &pair[index]))
            return false;
    if (seen != 2 || pair[1] < pair[0])
        return false;
    *out = (struct span){.start = pair[0] - 1, .end = pair[1], .field = SPAN_BODY};
    return true;
}

static bool read_spans(lua_State *L, int at, struct arena *arena, struct span_list *out)
{
    const size_t count = lua_rawlen(L, at); /* of a text its length, which is_plain_list refuses */
    const int key = lua_gettop(L) + 1;
    size_t index;
    if (!is_plain_list(L, at) || count > LIMIT(SPANS_PER_TAG))
        return false;
    out->at = arena_alloc(arena, count, sizeof *out->at);
    if (!out->at)
        return false;
    for (lua_pushnil(L); lua_next(L, at) != 0; lua_settop(L, key), out->count++)
        if (!read_index(L, key, count, &index) || !read_span(L, key + 1, &out->at[index]))
            return false;
    return out->count == count;
}

static bool read_score(lua_State *L, int at, double *out)
{
    if (lua_type(L, at) != LUA_TNUMBER)
        return false;
    *out = lua_tonumber(L, at);
    return *out >= 0 && *out <= 1;
}

/* A key and its value, at `at` and above. */
static bool read_member(lua_State *L, int at, struct arena *arena, struct tag *tag,
                        struct str *value)
{
    struct str key;
    if (!read_text(L, at, &key))
        return false;
    if (str_is(key, "label"))
        return read_text(L, at + 1, &tag->label);
    if (str_is(key, "scheme"))
        return read_text(L, at + 1, &tag->scheme);
    if (str_is(key, "score"))
        return read_score(L, at + 1, &tag->score);
    if (str_is(key, "spans"))
        return read_spans(L, at + 1, arena, &tag->spans);
    if (str_is(key, "code"))
        return read_text(L, at + 1, &tag->code);
    if (str_is(key, "field"))
        return read_text(L, at + 1, &tag->field);
    return str_is(key, "value") && read_text(L, at + 1, value);
}

static bool read_tag(lua_State *L, int at, struct arena *arena, struct tag *tag)
{
    struct str value = STR_NONE;
    const int key = lua_gettop(L) + 1;
    tag->score = 1;
    if (!is_plain_table(L, at))
        return false;
    for (lua_pushnil(L); lua_next(L, at) != 0; lua_settop(L, key))
        if (!read_member(L, key, arena, tag, &value))
            return false;
    if (tag->field.len == 0)
        return value.len == 0;
    if (tag->label.len > 0)
        return false;
    tag->label = value;
    return true;
}

static bool read_tags(lua_State *L, int at, struct arena *arena, struct tag_list *out)
{
    const int key = lua_gettop(L) + 1;
    size_t index;
    if (!is_plain_list(L, at))
        return false;
    const size_t count = lua_rawlen(L, at);
    if (count > LIMIT(TAGS_PER_ANSWER))
        return false;
    out->at = arena_alloc(arena, count, sizeof *out->at);
    if (!out->at)
        return false;
    for (lua_pushnil(L); lua_next(L, at) != 0; lua_settop(L, key), out->count++)
        if (!read_index(L, key, count, &index) || !read_tag(L, key + 1, arena, &out->at[index]))
            return false;
    return out->count == count;
}

bool plain_tags(lua_State *L, int at, const struct article *article, struct arena *arena,
                struct tag_list *out)
{
    const int top = lua_gettop(L);
    *out = (struct tag_list){0};
    if (!lua_checkstack(L, STACK_WANTED))
        return false;
    const bool plain = read_tags(L, lua_absindex(L, at), arena, out);
    lua_settop(L, top);
    return plain && tags_finish(out, article, arena) >= 0;
}
