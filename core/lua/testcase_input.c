#include <lauxlib.h>
#include <string.h>

#include "base/clock.h"
#include "lua/testcase.h"

/* Default clock of a case: any fixed instant does. */
#define TEST_RECEIVED_US 1767225600000000LL /* 2026-01-01T00:00:00Z */

struct text_field {
    const char *name;
    struct str *at;
};

static const struct text_field *find(const struct text_field *fields, const char *name)
{
    for (; fields->name; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

static struct str check_text(lua_State *L, const char *what, const char *name)
{
    struct str text;
    if (lua_type(L, -1) != LUA_TSTRING)
        luaL_error(L, "%s.%s must be a text, not a %s", what, name, luaL_typename(L, -1));
    text.at = lua_tolstring(L, -1, &text.len);
    return text;
}

static int64_t check_time(lua_State *L, const char *what, const char *name)
{
    struct error err = {0};
    int64_t us = 0;
    if (clock_parse(check_text(L, what, name), &us, &err) < 0)
        luaL_error(L, "%s.%s: %s", what, name, err.text);
    return us;
}

static lua_Integer check_whole(lua_State *L, const char *what, const char *name)
{
    if (!lua_isinteger(L, -1) || lua_tointeger(L, -1) < 0)
        luaL_error(L, "%s.%s must be a whole number", what, name);
    return lua_tointeger(L, -1);
}

static const char *key_of(lua_State *L, const char *what)
{
    if (lua_type(L, -2) != LUA_TSTRING)
        luaL_error(L, "%s has an entry without a name", what);
    return lua_tostring(L, -2);
}

static void unknown(lua_State *L, const char *what, const char *name,
                    const struct text_field *fields, const char *const *others)
{
    const char *names[32];
    size_t count = 0;
    for (; fields->name && count < 20; fields++)
        names[count++] = fields->name;
    for (; *others && count < 32; others++)
        names[count++] = *others;
    const char *nearest = str_nearest(str_of(name), names, count);
    luaL_error(L, "%s has no field '%s'%s%s%s", what, name, nearest ? "; did you mean '" : "",
               nearest ? nearest : "", nearest ? "'?" : "");
}

/* Room for the list at the top of the stack; `*count` items. */
static void *list_room(lua_State *L, const char *what, const char *name, struct arena *arena,
                       size_t size, size_t *count)
{
    if (!lua_istable(L, -1))
        luaL_error(L, "%s.%s must be a list", what, name);
    *count = lua_rawlen(L, -1);
    void *room = *count < 100000 ? arena_alloc(arena, *count + 1, size) : NULL;
    if (!room)
        luaL_error(L, "%s.%s is too long", what, name);
    return room;
}

static struct str text_in(lua_State *L, const char *what, const char *name)
{
    struct str text = STR_NONE;
    if (!lua_istable(L, -1))
        luaL_error(L, "%s must hold tables", what);
    if (lua_getfield(L, -1, name) != LUA_TNIL)
        text = check_text(L, what, name);
    lua_pop(L, 1); /* the table keeps the text */
    return text;
}

static void read_spans(lua_State *L, struct arena *arena, struct span_list *out)
{
    if (lua_getfield(L, -1, "spans") != LUA_TNIL) {
        out->at = list_room(L, "tags", "spans", arena, sizeof *out->at, &out->count);
        for (size_t i = 0; i < out->count; i++) {
            if (lua_rawgeti(L, -1, (lua_Integer)i + 1) != LUA_TTABLE)
                luaL_error(L, "a span must be { first, last }");
            lua_rawgeti(L, -1, 1);
            lua_rawgeti(L, -2, 2);
            lua_rawgeti(L, -3, 3);
            out->at[i].start = (uint32_t)(lua_tointeger(L, -3) - 1);
            out->at[i].end = (uint32_t)lua_tointeger(L, -2);
            out->at[i].field = lua_isnil(L, -1) ? SPAN_BODY : SPAN_HEADLINE;
            lua_pop(L, 4);
        }
    }
    lua_pop(L, 1);
}

static void read_tags(lua_State *L, const char *what, struct arena *arena, struct tag_list *out)
{
    out->at = list_room(L, what, "tags", arena, sizeof *out->at, &out->count);
    for (size_t i = 0; i < out->count; i++) {
        struct tag *tag = &out->at[i];
        lua_rawgeti(L, -1, (lua_Integer)i + 1);
        tag->scheme = text_in(L, what, "scheme");
        tag->label = text_in(L, what, "label");
        tag->code = text_in(L, what, "code");
        tag->plugin = text_in(L, what, "plugin");
        lua_getfield(L, -1, "score");
        tag->score = luaL_optnumber(L, -1, 1);
        lua_pop(L, 1);
        read_spans(L, arena, &tag->spans);
        lua_pop(L, 1);
    }
}

static void read_captions(lua_State *L, const char *what, struct arena *arena,
                          struct caption_list *out)
{
    out->at = list_room(L, what, "captions", arena, sizeof *out->at, &out->count);
    for (size_t i = 0; i < out->count; i++) {
        lua_rawgeti(L, -1, (lua_Integer)i + 1);
        out->at[i].text = text_in(L, what, "text");
        out->at[i].credit = text_in(L, what, "credit");
        lua_getfield(L, -1, "line");
        out->at[i].line = (uint32_t)luaL_optinteger(L, -1, 0);
        lua_pop(L, 2);
    }
}

void testcase_article(lua_State *L, int at, const char *what, struct arena *arena,
                      struct article *out)
{
    static const char *const others[] = {"id", "version", "received", "tags", "captions", NULL};
    *out = (struct article){.received_us = TEST_RECEIVED_US};
    const struct text_field fields[] = {{"headline", &out->headline},
                                        {"text", &out->body},
                                        {"language", &out->language},
                                        {"byline", &out->byline},
                                        {"dateline", &out->dateline},
                                        {"genre", &out->genre},
                                        {"infosource", &out->infosource},
                                        {"url", &out->url},
                                        {"published", &out->published},
                                        {"note", &out->note},
                                        {"uri", &out->uri},
                                        {"summary", &out->summary.text},
                                        {NULL, NULL}};
    luaL_checkstack(L, 12, "a test case");
    if (!lua_istable(L, at))
        luaL_error(L, "%s must be a table", what);
    for (lua_pushnil(L); lua_next(L, at) != 0; lua_pop(L, 1)) {
        const char *name = key_of(L, what);
        const struct text_field *field = find(fields, name);
        if (field)
            *field->at = check_text(L, what, name);
        else if (strcmp(name, "id") == 0)
            out->id = check_whole(L, what, name);
        else if (strcmp(name, "version") == 0)
            out->version = check_whole(L, what, name);
        else if (strcmp(name, "received") == 0)
            out->received_us = check_time(L, what, name);
        else if (strcmp(name, "tags") == 0)
            read_tags(L, what, arena, &out->tags);
        else if (strcmp(name, "captions") == 0)
            read_captions(L, what, arena, &out->captions);
        else
            unknown(L, what, name, fields, others);
    }
}

void testcase_document(lua_State *L, int at, const char *what, struct document *out,
                       struct str *text)
{
    static const char *const others[] = {"received", NULL};
    *out = (struct document){.received_us = TEST_RECEIVED_US,
                             .name = STR_LIT("test"),
                             .source = STR_LIT("test"),
                             .encoding = STR_LIT("UTF-8")};
    const struct text_field fields[] = {
        {"text", text},           {"name", &out->name},         {"path", &out->path},
        {"source", &out->source}, {"encoding", &out->encoding}, {NULL, NULL}};
    *text = STR_NONE;
    luaL_checkstack(L, 8, "a test case");
    if (!lua_istable(L, at))
        luaL_error(L, "%s must be a table", what);
    for (lua_pushnil(L); lua_next(L, at) != 0; lua_pop(L, 1)) {
        const char *name = key_of(L, what);
        const struct text_field *field = find(fields, name);
        if (field)
            *field->at = check_text(L, what, name);
        else if (strcmp(name, "received") == 0)
            out->received_us = check_time(L, what, name);
        else
            unknown(L, what, name, fields, others);
    }
    out->bytes = *text;
}
