/* What an answer should be beside what it is: each difference on a line of its own, with its path.
 */
#include <lauxlib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "lua/sandbox.h"
#include "lua/testcase.h"

#define SHOWN_MAX  80  /* bytes of a text */
#define BEFORE_MAX 24  /* of them before the place where it differs */
#define KEYS_MAX   6   /* of a table that is shown */
#define LINES_MAX  8   /* differences told in full */
#define TEXT_MAX   960 /* of all: a fault's message holds 1024 */

struct differences {
    lua_State *L;
    bool exact; /* what is not expected must not be there */
    unsigned count;
    size_t len;
    char text[TEXT_MAX];
};

__attribute__((format(printf, 2, 3))) static void add(struct differences *out, const char *format,
                                                      ...)
{
    va_list args;
    va_start(args, format);
    const size_t room = sizeof out->text - out->len;
    const int len = vsnprintf(out->text + out->len, room, format, args);
    va_end(args);
    const size_t all = out->len + (len > 0 ? (size_t)len : 0);
    out->len = all < sizeof out->text
                   ? all
                   : utf8_cut((struct str){out->text, sizeof out->text - 1}, sizeof out->text - 2);
    out->text[out->len] = '\0';
}

/* ---- values on one line ---- */

static void add_text(struct differences *out, const char *text, size_t len)
{
    const size_t cut = utf8_cut((struct str){text, len}, SHOWN_MAX);
    add(out, "'");
    for (size_t i = 0; i < cut; i++)
        if (text[i] == '\n')
            add(out, "\\n");
        else
            add(out, "%c", (unsigned char)text[i] < ' ' ? '?' : text[i]);
    add(out, "'%s", cut < len ? " ..." : "");
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_value(struct differences *out, int at, unsigned depth);

static void add_table(struct differences *out, int at, unsigned depth)
{
    lua_State *L = out->L;
    const char *names[64];
    size_t count = 0;
    const lua_Integer items = (lua_Integer)lua_rawlen(L, at);
    add(out, "{");
    for (lua_Integer i = 1; i <= items && i <= KEYS_MAX; i++) {
        lua_rawgeti(L, at, i);
        add(out, i > 1 ? ", " : " ");
        add_value(out, lua_gettop(L), depth + 1);
        lua_pop(L, 1);
    }
    for (lua_pushnil(L); lua_next(L, at) != 0; lua_pop(L, 1))
        if (lua_type(L, -2) == LUA_TSTRING && count < sizeof names / sizeof *names)
            names[count++] = lua_tostring(L, -2);
    qsort(names, count, sizeof *names, compare_names);
    for (size_t i = 0; i < count && i < KEYS_MAX; i++) {
        lua_getfield(L, at, names[i]);
        add(out, "%s%.40s = ", i || items ? ", " : " ", names[i]);
        add_value(out, lua_gettop(L), depth + 1);
        lua_pop(L, 1);
    }
    add(out, items > KEYS_MAX || count > KEYS_MAX ? ", ... }" : items || count ? " }" : "}");
}

static void add_value(struct differences *out, int at, unsigned depth)
{
    lua_State *L = out->L;
    size_t len;
    luaL_checkstack(L, 10, "a comparison");
    if (lua_type(L, at) == LUA_TNIL) {
        add(out, "nothing");
    } else if (lua_type(L, at) == LUA_TSTRING) {
        const char *text = lua_tolstring(L, at, &len);
        add_text(out, text, len);
    } else if (lua_istable(L, at) && depth < 3) {
        add_table(out, at, depth);
    } else if (lua_istable(L, at)) {
        add(out, "{ ... }");
    } else {
        add(out, "%s", safe_push_text(L, at, NULL));
        lua_pop(L, 1);
    }
}

/* ---- differences ---- */

/* Whether it is to be told: beyond a number they are only counted. */
static bool begin(struct differences *out, const char *path)
{
    if (++out->count > LINES_MAX)
        return false;
    add(out, "%s%s: ", out->count > 1 ? "\n" : "", path);
    return true;
}

/* The piece of a text around the byte where it differs, within its line. */
static struct str around(struct str text, size_t at)
{
    size_t from = at, to = at;
    while (from > 0 && text.at[from - 1] != '\n' && at - from < BEFORE_MAX)
        from--;
    while (from < at && ((unsigned char)text.at[from] & 0xC0) == 0x80)
        from++;
    while (to < text.len && text.at[to] != '\n')
        to++;
    return (struct str){text.at + from, to - from};
}

/* Long texts: the first place where they differ. */
static void add_texts(struct differences *out, struct str want, struct str got)
{
    size_t at = 0;
    unsigned line = 1;
    for (; at < want.len && at < got.len && want.at[at] == got.at[at]; at++)
        line += want.at[at] == '\n';
    const struct str wanted = around(want, at), given = around(got, at);
    add(out, "line %u: want ", line);
    if (at == want.len)
        add(out, "no more after ");
    add_text(out, wanted.at, wanted.len);
    add(out, ", got ");
    if (at == got.len)
        add(out, "no more after ");
    add_text(out, given.at, given.len);
}

static void differ(struct differences *out, int expect, int answer, const char *path)
{
    lua_State *L = out->L;
    struct str want = STR_NONE, got = STR_NONE;
    if (!begin(out, path))
        return;
    if (lua_type(L, expect) == LUA_TSTRING && lua_type(L, answer) == LUA_TSTRING) {
        want.at = lua_tolstring(L, expect, &want.len);
        got.at = lua_tolstring(L, answer, &got.len);
    }
    const bool several = want.len > SHOWN_MAX || got.len > SHOWN_MAX ||
                         (want.len && memchr(want.at, '\n', want.len)) ||
                         (got.len && memchr(got.at, '\n', got.len));
    if (several && want.len && got.len) {
        add_texts(out, want, got);
        return;
    }
    add(out, "want ");
    add_value(out, expect, 0);
    add(out, ", got ");
    add_value(out, answer, 0);
}

/* "expect[1]" or "expect.name" for the key at `key`. */
static const char *push_path(lua_State *L, const char *path, int key)
{
    if (lua_isinteger(L, key))
        return lua_pushfstring(L, "%s[%I]", path, lua_tointeger(L, key));
    if (lua_type(L, key) != LUA_TSTRING)
        return lua_pushfstring(L, "%s[?]", path);
    const char *name = lua_tostring(L, key);
    const bool plain =
        name[strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")] == '\0';
    return lua_pushfstring(L, plain ? "%s.%s" : "%s[\"%s\"]", path, name);
}

static void compare(struct differences *out, int expect, int answer, const char *path,
                    unsigned depth);

/* The key is at the top of the stack, and stays there. */
static void compare_key(struct differences *out, int expect, int answer, const char *path,
                        unsigned depth)
{
    lua_State *L = out->L;
    const int key = lua_gettop(L);
    const char *below = push_path(L, path, key);
    lua_pushvalue(L, key);
    lua_gettable(L, expect);
    lua_pushvalue(L, key);
    lua_gettable(L, answer);
    compare(out, key + 2, key + 3, below, depth + 1);
    lua_settop(L, key);
}

static bool has_key(lua_State *L, int table, const char *name)
{
    const bool has = lua_getfield(L, table, name) != LUA_TNIL;
    lua_pop(L, 1);
    return has;
}

/* The named keys of `from`, in their order; of the answer's only those that are not expected. */
static void compare_named(struct differences *out, int from, int expect, int answer,
                          const char *path, unsigned depth)
{
    lua_State *L = out->L;
    const char *names[256];
    size_t count = 0;
    for (lua_pushnil(L); lua_next(L, from) != 0; lua_pop(L, 1))
        if (lua_type(L, -2) == LUA_TSTRING && count < sizeof names / sizeof *names)
            names[count++] = lua_tostring(L, -2);
    qsort(names, count, sizeof *names, compare_names);
    for (size_t i = 0; i < count; i++) {
        if (from == answer && has_key(L, expect, names[i]))
            continue;
        lua_pushstring(L, names[i]);
        compare_key(out, expect, answer, path, depth);
        lua_pop(L, 1);
    }
}

static void compare_tables(struct differences *out, int expect, int answer, const char *path,
                           unsigned depth)
{
    lua_State *L = out->L;
    const lua_Integer want = (lua_Integer)lua_rawlen(L, expect);
    const lua_Integer got = (lua_Integer)lua_rawlen(L, answer);
    lua_pushnil(L);
    const bool empty = lua_next(L, expect) == 0; /* {} means: nothing is there */
    lua_settop(L, lua_gettop(L) - (empty ? 0 : 2));
    const bool list = want > 0 || empty || out->exact;
    if (list && want != got && begin(out, path))
        add(out, "want %lld items, got %lld", want, got);
    const lua_Integer most = list && got > want ? got : want;
    for (lua_Integer i = 1; i <= most; i++) {
        lua_pushinteger(L, i);
        compare_key(out, expect, answer, path, depth);
        lua_pop(L, 1);
    }
    compare_named(out, expect, expect, answer, path, depth);
    if (out->exact)
        compare_named(out, answer, expect, answer, path, depth);
}

static void compare(struct differences *out, int expect, int answer, const char *path,
                    unsigned depth)
{
    lua_State *L = out->L;
    luaL_checkstack(L, 20, "a comparison");
    if (depth > LIMIT(ANSWER_DEPTH))
        luaL_error(L, "%s: nested too deep (ANSWER_DEPTH)", path);
    if (lua_istable(L, expect) && lua_istable(L, answer))
        compare_tables(out, expect, answer, path, depth);
    else if (!lua_compare(L, expect, answer, LUA_OPEQ))
        differ(out, expect, answer, path);
}

void testcase_compare(lua_State *L, int expect, int answer, const char *what, bool exact)
{
    struct differences out = {.L = L, .exact = exact};
    compare(&out, lua_absindex(L, expect), lua_absindex(L, answer), what, 0);
    if (out.count == 0)
        return;
    if (out.count > LINES_MAX)
        add(&out, "\nand %u more", out.count - LINES_MAX);
    lua_pushstring(L, out.text);
    lua_error(L);
}
