/* What text tells of one line: lengths, case, signs, rules. */
#include "lua_text.h"
#include "shape.h"

/* Of any size: nothing here takes more than a look at each byte. */
static const char *line(lua_State *L, size_t *size)
{
    luaL_checktype(L, 1, LUA_TSTRING);
    return lua_tolstring(L, 1, size);
}

int lua_shape_chars(lua_State *L)
{
    size_t size;
    const char *text = line(L, &size);
    lua_pushinteger(L, (lua_Integer)shape_chars(text, size));
    return 1;
}

int lua_shape_columns(lua_State *L)
{
    size_t size;
    const char *text = line(L, &size);
    lua_pushinteger(L, (lua_Integer)shape_columns(text, size));
    return 1;
}

int lua_shape_weight(lua_State *L)
{
    size_t size;
    const char *text = line(L, &size);
    lua_pushinteger(L, (lua_Integer)shape_weight(text, size));
    return 1;
}

int lua_shape_count_words(lua_State *L)
{
    size_t size;
    const char *text = line(L, &size);
    lua_pushinteger(L, (lua_Integer)shape_words(text, size));
    return 1;
}

int lua_shape_cases(lua_State *L)
{
    size_t size, capitals, small;
    const char *text = line(L, &size);
    shape_cases(text, size, &capitals, &small);
    lua_pushinteger(L, (lua_Integer)capitals);
    lua_pushinteger(L, (lua_Integer)small);
    return 2;
}

int lua_shape_lower(lua_State *L)
{
    size_t size;
    luaL_Buffer buffer;
    const char *text = line(L, &size);
    char *out = luaL_buffinitsize(L, &buffer, size);
    shape_lower(text, size, out);
    luaL_pushresultsize(&buffer, size);
    return 1;
}

int lua_shape_is_rule(lua_State *L)
{
    size_t size;
    const char *text = line(L, &size);
    lua_pushboolean(L, shape_is_rule(text, size));
    return 1;
}

int lua_shape_signs(lua_State *L)
{
    size_t size;
    const char *text = line(L, &size);
    lua_pushinteger(L, shape_signs(text, size));
    return 1;
}

int lua_shape_ending(lua_State *L)
{
    static const char *const names[] = {NULL, "stop", "call", "question", "colon", "comma"};
    size_t size;
    int closed;
    const char *text = line(L, &size);
    lua_pushstring(L, names[shape_ending(text, size, &closed)]);
    lua_pushboolean(L, closed);
    return 2;
}

int lua_shape_strip(lua_State *L)
{
    size_t start = 0, end;
    const char *text = line(L, &end);
    shape_strip(text, &start, &end);
    lua_pushlstring(L, text + start, end - start);
    return 1;
}
int lua_shape_squeeze(lua_State *L)
{
    size_t size;
    luaL_Buffer buffer;
    const char *text = line(L, &size);
    char *out = luaL_buffinitsize(L, &buffer, size);
    luaL_pushresultsize(&buffer, shape_squeeze(text, size, out));
    return 1;
}
