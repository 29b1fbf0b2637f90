/* text.strip_lines(), text.line(), text.ink(), text.unwrap(): texts by their lines. */
#include "lines.h"
#include "lua_text.h"

#include <string.h>

/* Of any size: nothing here takes more than a look at each byte. */
static const char *whole_text(lua_State *L, size_t *size)
{
    luaL_checktype(L, 1, LUA_TSTRING);
    return lua_tolstring(L, 1, size);
}

/* The byte where a line begins, as an argument counted from 1. */
static size_t first_byte(lua_State *L, int arg, size_t size)
{
    const lua_Integer first = luaL_optinteger(L, arg, 1);
    luaL_argcheck(L, first >= 1 && (lua_Unsigned)first <= size + 1, arg,
                  "a byte of the text is wanted");
    return (size_t)first - 1;
}

static size_t count_lines(const struct line_walk *walk)
{
    size_t count = 0;
    for (size_t at = walk->next; at < walk->size; count++) {
        const char *found = memchr(walk->text + at, walk->mark, walk->size - at);
        at = found ? (size_t)(found - walk->text) + 1 : walk->size;
    }
    return count;
}

int lua_strip_lines(lua_State *L)
{
    static const char *const names[] = {"text", "first", "last", "lead"};
    size_t size;
    struct line_walk walk;
    const char *text = whole_text(L, &size);
    lines_walk(&walk, text, size, 0);
    lua_begin_columns(L, count_lines(&walk), names, 4);
    const int top = lua_gettop(L);
    for (size_t i = 0; lines_step(&walk); i++) {
        lua_set_string(L, top - 3, i, text + walk.start, walk.stop - walk.start);
        lua_set_integer(L, top - 2, i, (lua_Integer)walk.first + 1);
        lua_set_integer(L, top - 1, i, (lua_Integer)walk.end);
        if (walk.start > walk.first)
            lua_set_integer(L, top, i, (lua_Integer)(walk.start - walk.first));
    }
    lua_end_columns(L, names, 4);
    return 1;
}

int lua_line(lua_State *L)
{
    size_t size;
    struct line_walk walk;
    const char *text = whole_text(L, &size);
    lines_walk(&walk, text, size, first_byte(L, 2, size));
    if (!lines_step(&walk))
        return 0;
    lua_pushlstring(L, text + walk.start, walk.stop - walk.start);
    if (walk.next >= size)
        return 1;
    lua_pushinteger(L, (lua_Integer)walk.next + 1);
    return 2;
}

int lua_ink(lua_State *L)
{
    size_t size, line = 0, first_line = 0, first = 0, last_line = 0, last = 0;
    struct line_walk walk;
    const char *text = whole_text(L, &size);
    lines_walk(&walk, text, size, 0);
    while (lines_step(&walk)) {
        line++;
        if (walk.start == walk.stop)
            continue;
        if (!first_line) {
            first_line = line;
            first = walk.first;
        }
        last_line = line;
        last = walk.end;
    }
    if (!first_line)
        return 0;
    lua_pushinteger(L, (lua_Integer)first_line);
    lua_pushinteger(L, (lua_Integer)first + 1);
    lua_pushinteger(L, (lua_Integer)last_line);
    lua_pushinteger(L, (lua_Integer)last);
    return 4;
}

/* What stands before the next line: nothing yet, a line of its paragraph, an earlier paragraph. */
enum unwrap_state { UNWRAP_NONE, UNWRAP_OPEN, UNWRAP_CLOSED };

struct unwrap {
    lua_State *L;
    struct line_walk walk;
    const char *stops;
    enum unwrap_state state;
    lua_Integer line; /* number of the line at hand, from 1 */
    int at_stop;      /* it begins with a stop: the walk stands at it */
    char *out; /* room for all: joins take no more than the line ends did, but for the first */
    size_t size;
    int list; /* the numbers of the lines, a table at this index */
    lua_Integer count;
};

static void add(struct unwrap *unwrap, const char *bytes, size_t size)
{
    memcpy(unwrap->out + unwrap->size, bytes, size);
    unwrap->size += size;
}

static void add_line(struct unwrap *unwrap)
{
    static const char *const before[] = {"", " ", "\n\n"};
    const struct line_walk *walk = &unwrap->walk;
    add(unwrap, before[unwrap->state], strlen(before[unwrap->state]));
    add(unwrap, walk->text + walk->start, walk->stop - walk->start);
    unwrap->state = UNWRAP_OPEN;
    lua_pushinteger(unwrap->L, unwrap->line);
    lua_rawseti(unwrap->L, unwrap->list, ++unwrap->count);
}

static void unwrap_lines(struct unwrap *unwrap)
{
    struct line_walk *walk = &unwrap->walk;
    for (int begun = 0; lines_step(walk); begun = 1, unwrap->line++) {
        const char sign = walk->start < walk->stop ? walk->text[walk->start] : '\0';
        if (begun && sign && strchr(unwrap->stops, sign)) {
            unwrap->at_stop = 1;
            return;
        }
        if (walk->start < walk->stop)
            add_line(unwrap);
        else if (unwrap->state == UNWRAP_OPEN)
            unwrap->state = UNWRAP_CLOSED;
    }
}

int lua_unwrap(lua_State *L)
{
    static const char *const states[] = {"none", "open", "closed", NULL};
    size_t size;
    luaL_Buffer buffer;
    const char *text = whole_text(L, &size);
    struct unwrap unwrap = {.L = L, .stops = luaL_checkstring(L, 2)};
    const size_t first = first_byte(L, 3, size);
    unwrap.line = luaL_optinteger(L, 4, 1);
    unwrap.state = (enum unwrap_state)luaL_checkoption(L, 5, "none", states);
    lines_walk(&unwrap.walk, text, size, first);
    const size_t lines = count_lines(&unwrap.walk);
    lua_createtable(L, lines < INT32_MAX ? (int)lines : 0, 0);
    unwrap.list = lua_gettop(L);
    unwrap.out = luaL_buffinitsize(L, &buffer, size - first + 2);
    unwrap_lines(&unwrap);
    luaL_pushresultsize(&buffer, unwrap.size);
    lua_insert(L, unwrap.list);
    lua_pushstring(L, states[unwrap.state]);
    if (!unwrap.at_stop)
        return 3;
    lua_pushinteger(L, (lua_Integer)unwrap.walk.first + 1);
    lua_pushinteger(L, unwrap.line);
    return 5;
}
