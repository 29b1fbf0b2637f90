/* text.analyse(s, lang) and the methods of what it gives. */
#include "lua_text.h"

#include "candidates.h"
#include "names.h"
#include "rank.h"

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

static struct analysis *check_words_at(lua_State *L, int arg)
{
    struct analysis *analysis = check_at(L, arg);
    lua_check_code(L, analysis_words(lua_context(L), analysis));
    return analysis;
}

static struct analysis *check_words(lua_State *L)
{
    return check_words_at(L, 1);
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
    const struct analysis *analysis = check_words(L);
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
    const struct analysis *analysis = check_words(L);
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

static int method_rank(lua_State *L)
{
    static const char *const known[] = {"damping", "iterations", "max_sentences", "tolerance",
                                        NULL};
    const struct analysis *analysis = check_words(L);
    lua_check_options(L, 2, known);
    const struct rank_options options = {
        .damping = lua_option(L, 2, "damping", 0.85, 0, 1),
        .tolerance = lua_option(L, 2, "tolerance", 1e-4, 0, 1),
        .iterations = (unsigned)lua_option(L, 2, "iterations", 30, 1, 1000),
        .max_sentences = (unsigned)lua_option(L, 2, "max_sentences", 400, 1, RANK_SENTENCES_MAX),
    };
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

/* The original bytes of some words, line ends and runs of blanks as one blank. */
static void push_words(lua_State *L, const struct analysis *analysis, size_t first, size_t count)
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

/* Folded forms (or stems) of some words, joined by blanks. */
static void push_joined(lua_State *L, const struct analysis *analysis, size_t first, size_t count,
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

/* --- candidates ------------------------------------------------------------------------------- */

enum candidate_column {
    C_TEXT,
    C_STEM,
    C_WORDS,
    C_COUNT,
    C_SENTENCES,
    C_FIRST,
    C_LAST,
    C_FIRST_SENTENCE,
    C_LAST_SENTENCE,
    C_CAPITALS,
    C_ACRONYM,
    C_STOPS,
    C_SHARED,
    C_COLUMNS,
};

static const char *const candidate_names[] = {
    "text",           "stem",          "words",    "count",   "sentences", "first",  "last",
    "first_sentence", "last_sentence", "capitals", "acronym", "stops",     "shared",
};

static void set_share(lua_State *L, int table, size_t i, uint32_t part, uint32_t whole)
{
    lua_pushnumber(L, whole ? (lua_Number)part / whole : 0);
    lua_rawseti(L, table, (lua_Integer)i + 1);
}

static uint32_t stops_in(const struct word *words, size_t count)
{
    uint32_t stops = 0;
    for (size_t i = 0; i < count; i++)
        stops += (words[i].flags & TOKEN_STOP) != 0;
    return stops;
}

/* How many of the words have a stem that another text has, too. */
static uint32_t shared_with(const struct analysis *analysis, const struct word *words, size_t count,
                            const struct analysis *other)
{
    uint32_t shared = 0;
    for (size_t i = 0; other && i < count; i++) {
        const struct intern_entry *stem = &analysis->stems.entries[words[i].stem];
        shared += intern_find(&other->stems, analysis->stems.arena.at + stem->at, stem->size) >= 0;
    }
    return shared;
}

static void set_candidate(lua_State *L, int base, size_t i, const struct analysis *analysis,
                          const struct candidate *candidate, const struct analysis *other)
{
    const struct word *words = analysis_word_list(analysis) + candidate->word;
    const struct word *last = &words[candidate->words - 1];
    const struct token *tokens = analysis->tokens.at;
    push_words(L, analysis, candidate->form, candidate->words);
    lua_rawseti(L, base + C_TEXT, (lua_Integer)i + 1);
    push_joined(L, analysis, candidate->word, candidate->words, 1);
    lua_rawseti(L, base + C_STEM, (lua_Integer)i + 1);
    lua_set_integer(L, base + C_WORDS, i, candidate->words);
    lua_set_integer(L, base + C_COUNT, i, candidate->count);
    lua_set_integer(L, base + C_SENTENCES, i, candidate->sentences);
    lua_set_integer(L, base + C_FIRST, i, (lua_Integer)tokens[words->token].start + 1);
    lua_set_integer(L, base + C_LAST, i, tokens[last->token + last->tokens - 1].end);
    lua_set_integer(L, base + C_FIRST_SENTENCE, i, (lua_Integer)candidate->first_sentence + 1);
    lua_set_integer(L, base + C_LAST_SENTENCE, i, (lua_Integer)candidate->last_sentence + 1);
    set_share(L, base + C_CAPITALS, i, candidate->capitals, candidate->inner);
    set_share(L, base + C_ACRONYM, i, candidate->acronym, candidate->count);
    lua_set_integer(L, base + C_STOPS, i, stops_in(words, candidate->words));
    set_share(L, base + C_SHARED, i, shared_with(analysis, words, candidate->words, other),
              candidate->words);
}

static int method_candidates(lua_State *L)
{
    static const char *const known[] = {"limit", "max_words", "min_count", "beside", NULL};
    const struct analysis *analysis = check_words(L);
    const struct analysis *other = NULL;
    lua_check_options(L, 2, known);
    if (!lua_isnoneornil(L, 2) && lua_getfield(L, 2, "beside") != LUA_TNIL)
        other = check_words_at(L, -1); /* kept alive by the options table */
    const struct candidate_options options = {
        .max_words = (unsigned)lua_option(L, 2, "max_words", 3, 1, CANDIDATE_WORDS_MAX),
        .limit = (unsigned)lua_option(L, 2, "limit", 150, 1, CANDIDATES_MAX),
        .min_count = (unsigned)lua_option(L, 2, "min_count", 1, 1, 1e6),
    };
    struct bytes *found = lua_push_bytes(L);
    lua_check_code(L, candidates_find(analysis, &options, found));
    const struct candidate *list = (const struct candidate *)(const void *)found->at;
    const size_t count = found->size / sizeof *list;
    lua_begin_columns(L, count, candidate_names, C_COLUMNS);
    const int base = lua_gettop(L) - C_COLUMNS + 1;
    for (size_t i = 0; i < count; i++)
        set_candidate(L, base, i, analysis, &list[i], other);
    lua_end_columns(L, candidate_names, C_COLUMNS);
    return 1;
}

/* --- names ------------------------------------------------------------------------------------ */

enum name_column {
    N_TEXT,
    N_FOLD,
    N_WORDS,
    N_COUNT,
    N_INITIAL,
    N_LOWER,
    N_ACRONYM,
    N_SPANS,
    N_BEFORE,
    N_AFTER,
    N_INSIDE,
    N_HEAD,
    N_TAIL,
    N_COLUMNS
};

static const char *const name_names[] = {"text",   "fold",    "words", "count",  "initial",
                                         "lower",  "acronym", "spans", "before", "after",
                                         "inside", "head",    "tail"};

static void push_spans(lua_State *L, const struct name *name, const struct name_span *spans)
{
    lua_createtable(L, (int)name->count, 0);
    lua_Integer i = 0;
    for (uint32_t at = name->first_span; at; at = spans[at - 1].next) {
        lua_createtable(L, 2, 0);
        lua_set_integer(L, lua_gettop(L), 0, (lua_Integer)spans[at - 1].start + 1);
        lua_set_integer(L, lua_gettop(L), 1, spans[at - 1].end);
        lua_rawseti(L, -2, ++i);
    }
}

static void set_name(lua_State *L, int base, size_t i, const struct analysis *analysis,
                     const struct name *name, const struct name_span *spans)
{
    push_words(L, analysis, name->word, name->words);
    lua_rawseti(L, base + N_TEXT, (lua_Integer)i + 1);
    push_joined(L, analysis, name->word, name->words, 0);
    lua_rawseti(L, base + N_FOLD, (lua_Integer)i + 1);
    lua_set_integer(L, base + N_WORDS, i, name->words);
    lua_set_integer(L, base + N_COUNT, i, name->count);
    lua_set_integer(L, base + N_INITIAL, i, name->initial);
    lua_set_integer(L, base + N_LOWER, i, name->lower);
    lua_pushboolean(L, name->acronym);
    lua_rawseti(L, base + N_ACRONYM, (lua_Integer)i + 1);
    push_spans(L, name, spans);
    lua_rawseti(L, base + N_SPANS, (lua_Integer)i + 1);
    lua_set_integer(L, base + N_BEFORE, i, name->before);
    lua_set_integer(L, base + N_AFTER, i, name->after);
    lua_set_integer(L, base + N_INSIDE, i, name->inside);
    lua_set_integer(L, base + N_HEAD, i, name->head);
    lua_set_integer(L, base + N_TAIL, i, name->tail);
}

static int method_names(lua_State *L)
{
    static const char *const known[] = {"max_words", "classes", "skip", NULL};
    const struct analysis *analysis = check_words(L);
    lua_check_options(L, 2, known);
    struct names_options options = {
        .max_words = (unsigned)lua_option(L, 2, "max_words", 6, 1, NAME_WORDS_MAX),
        .skip = (uint32_t)lua_option(L, 2, "skip", 0, 0, UINT32_MAX),
    };
    if (!lua_isnoneornil(L, 2) && lua_getfield(L, 2, "classes") != LUA_TNIL)
        options.classes = lua_classes_check(L, -1); /* kept alive by the options table */
    struct bytes *found = lua_push_bytes(L);
    struct bytes *spans = lua_push_bytes(L);
    lua_check_code(L, names_find(analysis, &options, found, spans));
    const struct name *list = (const struct name *)(const void *)found->at;
    const size_t count = found->size / sizeof *list;
    lua_begin_columns(L, count, name_names, N_COLUMNS);
    const int base = lua_gettop(L) - N_COLUMNS + 1;
    for (size_t i = 0; i < count; i++)
        set_name(L, base, i, analysis, &list[i], (const struct name_span *)(const void *)spans->at);
    lua_end_columns(L, name_names, N_COLUMNS);
    return 1;
}

/* --- the object ------------------------------------------------------------------------------- */

static const luaL_Reg methods[] = {
    {"candidates", method_candidates}, {"match", method_match},
    {"names", method_names},           {"rank", method_rank},
    {"sentences", method_sentences},   {"stem", method_stem},
    {"token", method_token},           {NULL, NULL},
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
        lua_pushinteger(L, (lua_Integer)analysis_word_count(check_words(L)));
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
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 1);
}
