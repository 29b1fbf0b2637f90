#include <lauxlib.h>
#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "lua/config.h"

static const char *const wanted[] = {
    [FIELD_TEXT] = "a text",        [FIELD_SPAN] = "a span as \"500ms\", \"90s\" or \"7d\"",
    [FIELD_CHOICE] = "one of",      [FIELD_SPAN_OR] = "a span as \"10s\", or one of",
    [FIELD_FLAG] = "true or false", [FIELD_WHOLE] = "a whole number",
    [FIELD_TABLE] = "a table",      [FIELD_TEXTS] = "a list of texts, as in { \"a\", \"b\" }",
};

static bool is_span(const char *text, size_t len)
{
    int64_t us;
    return clock_parse_span((struct str){text, len}, &us, NULL) == 0;
}

static bool is_choice(const char *text, size_t len, const char *choices)
{
    for (const char *at = choices; *at; at += strspn(at, " ")) {
        const size_t size = strcspn(at, " ");
        if (size == len && memcmp(at, text, len) == 0)
            return true;
        at += size;
    }
    return false;
}

/* The table on the top holds texts under 1, 2, ... and nothing else. */
static bool is_texts(lua_State *L)
{
    if (!lua_istable(L, -1))
        return false;
    const lua_Unsigned count = lua_rawlen(L, -1);
    lua_Unsigned seen = 0;
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1), seen++)
        if (lua_type(L, -1) != LUA_TSTRING || !lua_isinteger(L, -2)) {
            lua_pop(L, 2);
            return false;
        }
    return seen == count;
}

static bool fits(lua_State *L, const struct config_field *field)
{
    size_t len = 0;
    const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tolstring(L, -1, &len) : NULL;
    switch (field->type) {
    case FIELD_TEXT:
        return text != NULL;
    case FIELD_SPAN:
        return text && is_span(text, len);
    case FIELD_CHOICE:
        return text && is_choice(text, len, field->choices);
    case FIELD_SPAN_OR:
        return text && (is_choice(text, len, field->choices) || is_span(text, len));
    case FIELD_FLAG:
        return lua_isboolean(L, -1);
    case FIELD_WHOLE:
        return lua_isinteger(L, -1) && lua_tointeger(L, -1) >= 0;
    case FIELD_TEXTS:
        return is_texts(L);
    default:
        return lua_istable(L, -1);
    }
}

static int unknown(lua_State *L, const char *setting, const char *name,
                   const struct config_field *fields)
{
    const char *names[32];
    size_t count = 0;
    for (; fields[count].name && count < 32; count++)
        names[count] = fields[count].name;
    const char *nearest = str_nearest(str_of(name), names, count);
    return config_refuse(L, setting,
                         lua_pushfstring(L, "unknown field '%s'%s%s%s", name,
                                         nearest ? "; did you mean '" : "", nearest ? nearest : "",
                                         nearest ? "'?" : ""));
}

void config_check_field(lua_State *L, const char *setting, const struct config_field *fields)
{
    const char *name = lua_tostring(L, -2);
    const struct config_field *field = fields;
    while (field->name && strcmp(field->name, name) != 0)
        field++;
    if (!field->name)
        unknown(L, setting, name, fields);
    else if (!fits(L, field))
        config_refuse(L, setting,
                      lua_pushfstring(L, "%s must be %s%s%s", name, wanted[field->type],
                                      field->choices ? ": " : "",
                                      field->choices ? field->choices : ""));
}
