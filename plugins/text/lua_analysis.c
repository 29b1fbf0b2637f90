/* text.analyse(s, lang) and the methods of what it gives; those that give candidates and names are
 * in files of their own. */
#include "lua_text.h"

#include "best.h"

#include <math.h>
#include <string.h>

#define ANALYSIS_META "copydesk.text.analysis"

struct holder {
    struct analysis *analysis;
};

static int collect(lua_State *L)
{
    struct holder *holder = luaL_checkudata(L, 1, ANALYSIS_META);
    analysis_release(holder->analysis);
    holder->analysis = NULL;
    return 0;
}

static struct analysis *check_at(lua_State *L, int arg)
{
    const struct holder *holder = luaL_checkudata(L, arg, ANALYSIS_META);
    if (!holder->analysis)
        luaL_argerror(L, arg, "invalid object reference");
    return holder->analysis;
}

static struct analysis *check(lua_State *L)
{
    return check_at(L, 1);
}

struct analysis *lua_analysis_words(lua_State *L, int arg)
{
    struct analysis *analysis = check_at(L, arg);
    lua_check_code(L, analysis_words(lua_context(L), analysis));
    return analysis;
}

int lua_analysis_new(lua_State *L)
{
    size_t size;
    const char *bytes = lua_check_text(L, 1, &size);
    const char *language = lua_opt_language(L, 2);
    struct desk_text *text = lua_context(L);
    struct holder *holder = lua_newuserdatauv(L, sizeof *holder, 0);
    holder->analysis = NULL;
    luaL_setmetatable(L, ANALYSIS_META);
    holder->analysis = analysis_get(text, bytes, size, language);
    if (!holder->analysis)
        return lua_check_code(L, DESK_ERR_NOMEM);
    return 1;
}

static int method_sentences(lua_State *L)
{
    static const char *const names[] = {"first", "last", "words"};
    const struct analysis *analysis = lua_analysis_words(L, 1);
    const struct sentence *sentences = analysis_sentences(analysis);
    const size_t count = analysis_sentence_count(analysis);
    const struct word *words = analysis_word_list(analysis);
    const size_t word_count = analysis_word_count(analysis);
    lua_begin_columns(L, count, names, 3);
    const int top = lua_gettop(L);
    size_t word = 0;
    for (size_t i = 0; i < count; i++) {
        lua_Integer content = 0;
        for (; word < word_count && words[word].sentence == i; word++)
            content += !(words[word].flags & TOKEN_STOP);
        lua_set_integer(L, top - 2, i, (lua_Integer)sentences[i].start + 1);
        lua_set_integer(L, top - 1, i, sentences[i].end);
        lua_set_integer(L, top, i, content);
    }
    lua_end_columns(L, names, 3);
    return 1;
}

static const struct token *check_token(lua_State *L, const struct analysis *analysis)
{
    const lua_Integer i = luaL_checkinteger(L, 2);
    luaL_argcheck(L, i >= 1 && (size_t)i <= analysis->tokens.count, 2, "no such token");
    return &analysis->tokens.at[i - 1];
}

static int method_token(lua_State *L)
{
    static const struct {
        uint8_t flag;
        char letter;
    } letters[] = {{TOKEN_CAPITAL, 'c'}, {TOKEN_CAPITALS, 'C'}, {TOKEN_DIGIT, 'd'},
                   {TOKEN_STOP, 's'},    {TOKEN_BEGINS, 'b'},   {TOKEN_BROKEN, '.'}};
    const struct analysis *analysis = check(L);
    const struct token *token = check_token(L, analysis);
    char flags[8];
    size_t count = 0;
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (token->flags & letters[i].flag)
            flags[count++] = letters[i].letter;
    lua_pushlstring(L, analysis->tokens.folds.at + token->fold, token->fold_size);
    lua_pushinteger(L, (lua_Integer)token->start + 1);
    lua_pushinteger(L, token->end);
    lua_pushlstring(L, flags, count);
    return 4;
}

static int method_stem(lua_State *L)
{
    const struct analysis *analysis = lua_analysis_words(L, 1);
    const size_t token = (size_t)(check_token(L, analysis) - analysis->tokens.at);
    const struct word *words = analysis_word_list(analysis);
    size_t low = 0, high = analysis_word_count(analysis);
    while (high - low > 1) { /* the last word that begins at the token or before */
        const size_t middle = low + (high - low) / 2;
        if (words[middle].token <= token)
            low = middle;
        else
            high = middle;
    }
    const struct intern_entry *stem = &analysis->stems.entries[words[low].stem];
    lua_pushlstring(L, analysis->stems.arena.at + stem->at, stem->size);
    return 1;
}

static struct rank_options read_rank_options(lua_State *L)
{
    return (struct rank_options){
        .damping = lua_option(L, 2, "damping", 0.85, 0, 1),
        .tolerance = lua_option(L, 2, "tolerance", 1e-4, 0, 1),
        .iterations = (unsigned)lua_option(L, 2, "iterations", 30, 1, 1000),
        .max_sentences = (unsigned)lua_option(L, 2, "max_sentences", 400, 1, RANK_SENTENCES_MAX),
    };
}

static int method_rank(lua_State *L)
{
    static const char *const known[] = {"damping", "iterations", "max_sentences", "tolerance",
                                        NULL};
    const struct analysis *analysis = lua_analysis_words(L, 1);
    lua_check_options(L, 2, known);
    const struct rank_options options = read_rank_options(L);
    const size_t count = analysis_sentence_count(analysis);
    struct bytes *scores = lua_push_bytes(L);
    lua_check_code(L, bytes_reserve(scores, (count + 1) * sizeof(double)));
    double *values = (double *)(void *)scores->at;
    lua_check_code(L, rank_sentences(analysis, &options, values));
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        lua_pushnumber(L, values[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

static int method_best_sentences(lua_State *L)
{
    static const char *const known[] = {
        "count",         "damping",  "iterations",  "lead",      "max_bytes",
        "max_sentences", "set_back", "short_words", "tolerance", NULL};
    static const char *const names[] = {"first", "last", "score"};
    const struct analysis *analysis = lua_analysis_words(L, 1);
    lua_check_options(L, 2, known);
    const struct best_options options = {
        .rank = read_rank_options(L),
        .lead = lua_option(L, 2, "lead", 0, 0, 1e6),
        .set_back = lua_option(L, 2, "set_back", 1, 0, 1),
        .short_words = (unsigned)lua_option(L, 2, "short_words", 0, 0, 1e6),
        .count = (unsigned)lua_option(L, 2, "count", 3, 1, RANK_SENTENCES_MAX),
        .max_bytes =
            (size_t)lua_option(L, 2, "max_bytes", LUA_TEXT_BYTES_MAX, 1, LUA_TEXT_BYTES_MAX),
    };
    struct bytes *found = lua_push_bytes(L);
    lua_check_code(L, best_sentences(analysis, &options, found));
    const struct best_sentence *list = (const struct best_sentence *)(const void *)found->at;
    const struct sentence *sentences = analysis_sentences(analysis);
    const size_t count = found->size / sizeof *list;
    lua_begin_columns(L, count, names, 3);
    const int top = lua_gettop(L);
    for (size_t i = 0; i < count; i++) {
        const struct sentence *sentence = &sentences[list[i].sentence];
        lua_set_integer(L, top - 2, i, (lua_Integer)sentence->start + 1);
        lua_set_integer(L, top - 1, i, sentence->end);
        lua_pushnumber(L, list[i].score);
        lua_rawseti(L, top, (lua_Integer)i + 1);
    }
    lua_end_columns(L, names, 3);
    return 1;
}

static int method_match(lua_State *L)
{
    static const char *const names[] = {"id", "first", "last"};
    const struct analysis *analysis = check(L);
    const struct gazetteer *gazetteer = lua_gazetteer_check(L, 2);
    struct bytes *found = lua_push_bytes(L);
    lua_check_code(L, gazetteer_match(gazetteer, analysis, found));
    const struct gazetteer_match *matches = (const struct gazetteer_match *)(const void *)found->at;
    const size_t count = found->size / sizeof *matches;
    lua_begin_columns(L, count, names, 3);
    const int top = lua_gettop(L);
    for (size_t i = 0; i < count; i++) {
        lua_set_integer(L, top - 2, i, matches[i].id);
        lua_set_integer(L, top - 1, i, (lua_Integer)matches[i].start + 1);
        lua_set_integer(L, top, i, matches[i].end);
    }
    lua_end_columns(L, names, 3);
    return 1;
}

/* --- text of words ---------------------------------------------------------------------------- */

void lua_push_words(lua_State *L, const struct analysis *analysis, size_t first, size_t count)
{
    const struct word *words = analysis_word_list(analysis) + first;
    const struct token *tokens = analysis->tokens.at;
    const struct word *last = &words[count - 1];
    const size_t start = tokens[words->token].start;
    const size_t end = tokens[last->token + last->tokens - 1].end;
    const char *at = analysis->text + start;
    const size_t size = end - start;
    if (!memchr(at, '\n', size) && !memchr(at, '\r', size) && !memchr(at, '\t', size)) {
        lua_pushlstring(L, at, size);
        return;
    }
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (size_t i = 0; i < size; i++) {
        const int blank = at[i] == ' ' || at[i] == '\n' || at[i] == '\r' || at[i] == '\t';
        const int again =
            blank && i > 0 &&
            (at[i - 1] == ' ' || at[i - 1] == '\n' || at[i - 1] == '\r' || at[i - 1] == '\t');
        if (!again)
            luaL_addchar(&buffer, blank ? ' ' : at[i]);
    }
    luaL_pushresult(&buffer);
}

void lua_push_joined(lua_State *L, const struct analysis *analysis, size_t first, size_t count,
                     int stems)
{
    const struct word *words = analysis_word_list(analysis) + first;
    const struct intern *intern = stems ? &analysis->stems : &analysis->forms;
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (size_t i = 0; i < count; i++) {
        const struct intern_entry *entry = &intern->entries[stems ? words[i].stem : words[i].form];
        if (i)
            luaL_addchar(&buffer, ' ');
        luaL_addlstring(&buffer, intern->arena.at + entry->at, entry->size);
    }
    luaL_pushresult(&buffer);
}

/* --- the object ------------------------------------------------------------------------------- */

static const luaL_Reg methods[] = {
    {"best_sentences", method_best_sentences},
    {"candidates", lua_candidates},
    {"keywords", lua_keywords},
    {"match", method_match},
    {"names", lua_names},
    {"rank", method_rank},
    {"sentences", method_sentences},
    {"stem", method_stem},
    {"token", method_token},
    {NULL, NULL},
};

/* Upvalue 1 holds the methods. */
static int index_analysis(lua_State *L)
{
    struct analysis *analysis = check(L);
    const char *key = luaL_checkstring(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    if (strcmp(key, "language") == 0)
        lua_pushstring(L, analysis->language);
    else if (strcmp(key, "tokens") == 0)
        lua_pushinteger(L, (lua_Integer)analysis->tokens.count);
    else if (strcmp(key, "words") == 0)
        lua_pushinteger(L, (lua_Integer)analysis_word_count(lua_analysis_words(L, 1)));
    else
        return luaL_error(L, "an analysis has no field \"%s\"", key);
    return 1;
}

void lua_analysis_setup(lua_State *L)
{
    luaL_newmetatable(L, ANALYSIS_META);
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    lua_pushcclosure(L, index_analysis, 1);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, collect);
    lua_setfield(L, -2, "__gc");
    lua_pushcfunction(L, collect);
    lua_setfield(L, -2, "__close");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}
