/* Analysis:names(). Texts and places, which most names are never asked for, are made when they are:
 * their columns are objects that look like lists. Metatables are locked, so the first argument of a
 * metamethod is an object of its kind. */
#include "lua_text.h"
#include "names.h"

#define NAMES_META  "copydesk.text.names"
#define COLUMN_META "copydesk.text.names.column"
#define LIST_META   "copydesk.text.names.list"

/* What was found, for the columns. */
struct held {
    struct analysis *analysis;
    struct bytes names, spans;
};

static void release(struct held *held)
{
    analysis_release(held->analysis);
    held->analysis = NULL;
    bytes_free(&held->names);
    bytes_free(&held->spans);
}

static int collect(lua_State *L)
{
    release(lua_touserdata(L, 1));
    return 0;
}

static size_t count_of(const struct held *held)
{
    return held->names.size / sizeof(struct name);
}

static const struct name *list_of(const struct held *held)
{
    return (const struct name *)(const void *)held->names.at;
}

/* --- columns that are made when they are asked for -------------------------------------------- */

enum lazy { LAZY_TEXT, LAZY_FOLD, LAZY_SPANS, LAZY_COLUMNS };

static const char *const lazy_names[] = {"text", "fold", "spans"};

static void push_spans(lua_State *L, const struct held *held, const struct name *name)
{
    const struct name_span *spans = (const struct name_span *)(const void *)held->spans.at;
    lua_createtable(L, (int)name->count, 0);
    lua_Integer i = 0;
    for (uint32_t at = name->first_span; at; at = spans[at - 1].next) {
        lua_createtable(L, 2, 0);
        const int span = lua_gettop(L);
        lua_set_integer(L, span, 0, (lua_Integer)spans[at - 1].start + 1);
        lua_set_integer(L, span, 1, spans[at - 1].end);
        lua_rawseti(L, -2, ++i);
    }
}

/* The column at `arg`; *held is what it belongs to. */
static enum lazy check_column(lua_State *L, const struct held **held)
{
    const enum lazy *column = lua_touserdata(L, 1);
    lua_getiuservalue(L, 1, 1);
    *held = lua_touserdata(L, -1);
    lua_pop(L, 1); /* the column keeps it */
    if (!(*held)->analysis)
        luaL_error(L, "these names are closed");
    return *column;
}

static int column_index(lua_State *L)
{
    const struct held *held;
    const enum lazy column = check_column(L, &held);
    int whole;
    const lua_Integer i = lua_tointegerx(L, 2, &whole);
    if (!whole || i < 1 || (lua_Unsigned)i > count_of(held))
        return 0;
    const struct name *name = &list_of(held)[i - 1];
    if (column == LAZY_TEXT)
        lua_push_words(L, held->analysis, name->word, name->words);
    else if (column == LAZY_FOLD)
        lua_push_joined(L, held->analysis, name->word, name->words, 0);
    else
        push_spans(L, held, name);
    return 1;
}

static int column_length(lua_State *L)
{
    const struct held *held;
    check_column(L, &held);
    lua_pushinteger(L, (lua_Integer)count_of(held));
    return 1;
}

/* --- columns that are there --------------------------------------------------------------------
 */

enum name_column {
    N_WORDS,
    N_COUNT,
    N_INITIAL,
    N_LOWER,
    N_ACRONYM,
    N_FIRST,
    N_LAST,
    N_LAST_WORD,
    N_BEFORE,
    N_AFTER,
    N_INSIDE,
    N_HEAD,
    N_TAIL,
    N_COLUMNS
};

static const char *const name_names[] = {"words",  "count", "initial",   "lower",  "acronym",
                                         "first",  "last",  "last_word", "before", "after",
                                         "inside", "head",  "tail"};

static void set_name(lua_State *L, int base, size_t i, const struct held *held)
{
    const struct name *name = &list_of(held)[i];
    const struct name_span *spans = (const struct name_span *)(const void *)held->spans.at;
    const struct name_span *place = &spans[name->first_span - 1];
    const struct word *words = analysis_word_list(held->analysis) + name->word;
    lua_set_integer(L, base + N_WORDS, i, name->words);
    lua_set_integer(L, base + N_COUNT, i, name->count);
    lua_set_integer(L, base + N_INITIAL, i, name->initial);
    lua_set_integer(L, base + N_LOWER, i, name->lower);
    lua_pushboolean(L, name->acronym);
    lua_rawseti(L, base + N_ACRONYM, (lua_Integer)i + 1);
    lua_set_integer(L, base + N_FIRST, i, (lua_Integer)place->start + 1);
    lua_set_integer(L, base + N_LAST, i, place->end);
    lua_set_integer(L, base + N_LAST_WORD, i, (lua_Integer)words[name->words - 1].form + 1);
    lua_set_integer(L, base + N_BEFORE, i, name->before);
    lua_set_integer(L, base + N_AFTER, i, name->after);
    lua_set_integer(L, base + N_INSIDE, i, name->inside);
    lua_set_integer(L, base + N_HEAD, i, name->head);
    lua_set_integer(L, base + N_TAIL, i, name->tail);
}

static struct held *push_held(lua_State *L, struct analysis *analysis)
{
    struct held *held = lua_newuserdatauv(L, sizeof *held, 0);
    *held = (struct held){.analysis = analysis};
    analysis->holders++;
    luaL_setmetatable(L, NAMES_META);
    return held;
}

/* Puts the lazy columns into the table on top of the stack. */
static void set_lazy(lua_State *L, int held)
{
    for (int i = 0; i < LAZY_COLUMNS; i++) {
        enum lazy *column = lua_newuserdatauv(L, sizeof *column, 1);
        *column = (enum lazy)i;
        lua_pushvalue(L, held);
        lua_setiuservalue(L, -2, 1);
        luaL_setmetatable(L, COLUMN_META);
        lua_setfield(L, -2, lazy_names[i]);
    }
}

/* __close of the table: what is held is known by a column that nobody put there. */
static int close_list(lua_State *L)
{
    lua_pushstring(L, lazy_names[0]);
    lua_rawget(L, 1);
    if (luaL_testudata(L, -1, COLUMN_META)) {
        lua_getiuservalue(L, -1, 1);
        release(lua_touserdata(L, -1));
    }
    return 0;
}

int lua_names(lua_State *L)
{
    static const char *const known[] = {"max_words", "classes", "limit", "needs", "skip", NULL};
    struct analysis *analysis = lua_analysis_words(L, 1);
    lua_check_options(L, 2, known);
    struct names_options options = {
        .max_words = (unsigned)lua_option(L, 2, "max_words", 6, 1, NAME_WORDS_MAX),
        .skip = (uint32_t)lua_option(L, 2, "skip", 0, 0, UINT32_MAX),
        .needs = (uint32_t)lua_option(L, 2, "needs", 0, 0, UINT32_MAX),
    };
    const size_t limit = (size_t)lua_option(L, 2, "limit", NAMES_MAX, 1, NAMES_MAX);
    if (!lua_isnoneornil(L, 2) && lua_getfield(L, 2, "classes") != LUA_TNIL)
        options.classes = lua_classes_check(L, -1); /* kept alive by the options table */
    struct held *held = push_held(L, analysis);
    const int held_at = lua_gettop(L);
    lua_check_code(L, names_find(analysis, &options, &held->names, &held->spans));
    if (count_of(held) > limit)
        held->names.size = limit * sizeof(struct name);
    const size_t count = count_of(held);
    lua_begin_columns(L, count, name_names, N_COLUMNS);
    const int base = lua_gettop(L) - N_COLUMNS + 1;
    for (size_t i = 0; i < count; i++)
        set_name(L, base, i, held);
    lua_end_columns(L, name_names, N_COLUMNS);
    set_lazy(L, held_at);
    luaL_setmetatable(L, LIST_META);
    return 1;
}

static void setup(lua_State *L, const char *name, const luaL_Reg *functions)
{
    luaL_newmetatable(L, name);
    luaL_setfuncs(L, functions, 0);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}

void lua_names_setup(lua_State *L)
{
    static const luaL_Reg names[] = {{"__gc", collect}, {NULL, NULL}};
    static const luaL_Reg column[] = {
        {"__index", column_index}, {"__len", column_length}, {NULL, NULL}};
    static const luaL_Reg list[] = {{"__close", close_list}, {NULL, NULL}};
    setup(L, NAMES_META, names);
    setup(L, COLUMN_META, column);
    setup(L, LIST_META, list);
}
