/* text.paragraphs(s). */
#include "lua_text.h"
#include "paragraphs.h"

#define PARAGRAPHS_META "copydesk.text.paragraphs"

static int collect(lua_State *L)
{
    paragraphs_free(luaL_checkudata(L, 1, PARAGRAPHS_META));
    return 0;
}

/* Lua owns it: whatever error passes by, it is freed. */
static struct paragraphs *push_page(lua_State *L)
{
    struct paragraphs *page = lua_newuserdatauv(L, sizeof *page, 0);
    *page = (struct paragraphs){0};
    luaL_setmetatable(L, PARAGRAPHS_META);
    return page;
}

static const struct text_line *lines_of(const struct paragraphs *page)
{
    return (const struct text_line *)(const void *)page->lines.at;
}

static const struct text_paragraph *runs_of(const struct paragraphs *page)
{
    return (const struct text_paragraph *)(const void *)page->runs.at;
}

/* Leaves the result's table. */
static void push_lines(lua_State *L, const char *text, const struct paragraphs *page)
{
    static const char *const names[] = {"text", "first", "last", "lead", "paragraph", "empty"};
    const struct text_line *lines = lines_of(page);
    lua_begin_columns(L, page->line_count, names, 6);
    const int top = lua_gettop(L);
    for (size_t i = 0; i < page->line_count; i++) {
        const struct text_line *line = &lines[i];
        lua_set_string(L, top - 5, i, text + line->start, line->stop - line->start);
        lua_set_integer(L, top - 4, i, (lua_Integer)line->first + 1);
        lua_set_integer(L, top - 3, i, (lua_Integer)line->end);
        if (line->indent)
            lua_set_integer(L, top - 2, i, line->indent);
        if (line->paragraph)
            lua_set_integer(L, top - 1, i, line->paragraph);
        if (line->empty) {
            lua_pushboolean(L, 1);
            lua_rawseti(L, top, (lua_Integer)i + 1);
        }
    }
    lua_end_columns(L, names, 6);
}

/* Puts them into the table on the top. */
static void add_paragraphs(lua_State *L, const struct paragraphs *page)
{
    static const char *const names[] = {"from", "upto", "gap", "kind", "look", "near"};
    const struct text_paragraph *runs = runs_of(page);
    lua_Integer looks = 0;
    const int table = lua_gettop(L);
    const int room = page->count < INT32_MAX ? (int)page->count : 0;
    for (int i = 0; i < 6; i++)
        lua_createtable(L, i < 4 ? room : 0, 0);
    lua_pushliteral(L, "prose");
    for (size_t i = 0; i < page->count; i++) {
        const struct text_paragraph *run = &runs[i];
        lua_set_integer(L, table + 1, i, run->first);
        lua_set_integer(L, table + 2, i, run->last);
        lua_set_integer(L, table + 3, i, run->gap);
        if (run->look == PARAGRAPH_TEXT) {
            lua_pushvalue(L, -1);
            lua_rawseti(L, table + 4, (lua_Integer)i + 1);
            continue;
        }
        lua_pushinteger(L, (lua_Integer)i + 1);
        lua_rawseti(L, table + 5, ++looks);
        if (run->look == PARAGRAPH_NEAR) {
            lua_pushboolean(L, 1);
            lua_rawseti(L, table + 6, (lua_Integer)i + 1);
        }
    }
    lua_pop(L, 1);
    for (int i = 5; i >= 0; i--)
        lua_setfield(L, table, names[i]);
}

int lua_paragraphs(lua_State *L)
{
    size_t size;
    luaL_checktype(L, 1, LUA_TSTRING);
    const char *text = lua_tolstring(L, 1, &size);
    luaL_checkstack(L, 24, "paragraphs");
    struct paragraphs *page = push_page(L);
    lua_check_code(L, paragraphs_read(text, size, page));
    push_lines(L, text, page);
    add_paragraphs(L, page);
    lua_pushinteger(L, (lua_Integer)page->count);
    lua_setfield(L, -2, "count");
    lua_pushboolean(L, page->quoted);
    lua_setfield(L, -2, "quoted");
    lua_pushboolean(L, page->underlined);
    lua_setfield(L, -2, "underlined");
    paragraphs_free(page);
    return 1;
}

void lua_paragraphs_setup(lua_State *L)
{
    luaL_newmetatable(L, PARAGRAPHS_META);
    lua_pushcfunction(L, collect);
    lua_setfield(L, -2, "__gc");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}
