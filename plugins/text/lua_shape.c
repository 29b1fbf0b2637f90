/* text.strip_lines() and what text tells of one line: lengths, case, rules. */
#include "lua_text.h"
#include "shape.h"

#include <string.h>

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

int lua_shape_strip(lua_State *L)
{
    size_t start = 0, end;
    const char *text = line(L, &end);
    shape_strip(text, &start, &end);
    lua_pushlstring(L, text + start, end - start);
    return 1;
}

/* Only a text without any line feed has carriage returns for line ends: old Macintosh files. */
static char line_end(const char *text, size_t size)
{
    return size && !memchr(text, '\n', size) && memchr(text, '\r', size) ? '\r' : '\n';
}

int lua_shape_strip_lines(lua_State *L)
{
    static const char *const names[] = {"text", "first", "last", "lead"};
    size_t size, count = 0;
    const char *text = line(L, &size);
    const char mark = line_end(text, size);
    for (const char *at = text; (at = memchr(at, mark, size - (size_t)(at - text))) != NULL; at++)
        count++;
    count += size > 0 && text[size - 1] != mark;
    lua_begin_columns(L, count, names, 4);
    const int top = lua_gettop(L);
    size_t from = 0;
    for (size_t i = 0; i < count; i++) {
        const char *found = memchr(text + from, mark, size - from);
        const size_t to = found ? (size_t)(found - text) : size;
        size_t start = from, end = to;
        shape_strip(text, &start, &end);
        lua_set_string(L, top - 3, i, text + start, end - start);
        lua_set_integer(L, top - 2, i, (lua_Integer)from + 1);
        lua_set_integer(L, top - 1, i,
                        (lua_Integer)(to > from && text[to - 1] == '\r' ? to - 1 : to));
        if (start > from)
            lua_set_integer(L, top, i, (lua_Integer)(start - from));
        from = to + 1;
    }
    lua_end_columns(L, names, 4);
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
