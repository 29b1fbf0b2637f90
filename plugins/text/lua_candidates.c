/* Analysis:candidates() and Analysis:keywords(). */
#include "keywords.h"
#include "lua_text.h"

#include <math.h>

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

static void set_candidate(lua_State *L, int base, size_t i, const struct analysis *analysis,
                          const struct candidate *candidate, const struct analysis *other)
{
    size_t start, end;
    candidate_place(analysis, candidate, &start, &end);
    lua_push_words(L, analysis, candidate->form, candidate->words);
    lua_rawseti(L, base + C_TEXT, (lua_Integer)i + 1);
    lua_push_joined(L, analysis, candidate->word, candidate->words, 1);
    lua_rawseti(L, base + C_STEM, (lua_Integer)i + 1);
    lua_set_integer(L, base + C_WORDS, i, candidate->words);
    lua_set_integer(L, base + C_COUNT, i, candidate->count);
    lua_set_integer(L, base + C_SENTENCES, i, candidate->sentences);
    lua_set_integer(L, base + C_FIRST, i, (lua_Integer)start + 1);
    lua_set_integer(L, base + C_LAST, i, (lua_Integer)end);
    lua_set_integer(L, base + C_FIRST_SENTENCE, i, (lua_Integer)candidate->first_sentence + 1);
    lua_set_integer(L, base + C_LAST_SENTENCE, i, (lua_Integer)candidate->last_sentence + 1);
    set_share(L, base + C_CAPITALS, i, candidate->capitals, candidate->inner);
    set_share(L, base + C_ACRONYM, i, candidate->acronym, candidate->count);
    lua_set_integer(L, base + C_STOPS, i, candidate_stops(analysis, candidate));
    set_share(L, base + C_SHARED, i, candidate_shared(analysis, candidate, other),
              candidate->words);
}

int lua_candidates(lua_State *L)
{
    static const char *const known[] = {"limit", "max_words", "min_count", "beside", NULL};
    const struct analysis *analysis = lua_analysis_words(L, 1);
    const struct analysis *other = NULL;
    lua_check_options(L, 2, known);
    if (!lua_isnoneornil(L, 2) && lua_getfield(L, 2, "beside") != LUA_TNIL)
        other = lua_analysis_words(L, -1); /* kept alive by the options table */
    const struct candidate_options options = {
        .max_words = (unsigned)lua_option(L, 2, "max_words", 3, 1, CANDIDATE_WORDS_MAX),
        .limit = (unsigned)lua_option(L, 2, "limit", 150, 1, CANDIDATES_MAX),
        .min_count = (unsigned)lua_option(L, 2, "min_count", 1, 1, 1e6),
    };
    struct bytes *found = lua_push_bytes(L);
    lua_check_code(L, candidates_find(lua_context(L), analysis, &options, found));
    const struct candidate *list = (const struct candidate *)(const void *)found->at;
    const size_t count = found->size / sizeof *list;
    lua_begin_columns(L, count, candidate_names, C_COLUMNS);
    const int base = lua_gettop(L) - C_COLUMNS + 1;
    for (size_t i = 0; i < count; i++)
        set_candidate(L, base, i, analysis, &list[i], other);
    lua_end_columns(L, candidate_names, C_COLUMNS);
    return 1;
}

/* --- the best of them ------------------------------------------------------------------------- */

enum keyword_column { K_TEXT, K_SCORE, K_WORDS, K_COUNT, K_FIRST, K_LAST, K_COLUMNS };

static const char *const keyword_names[] = {"text", "score", "words", "count", "first", "last"};

#define FACTOR_MOST 1e6

/* Factor `words` of the list on top of the stack, 1 beyond its end. */
static double phrase_factor(lua_State *L, unsigned words)
{
    double factor = 1;
    if (lua_rawgeti(L, -1, (lua_Integer)words) != LUA_TNIL) {
        factor = lua_tonumber(L, -1);
        if (lua_type(L, -1) != LUA_TNUMBER || !(factor >= 0 && factor <= FACTOR_MOST))
            luaL_error(L, "option phrase: factor %d is no number between 0 and %f", (int)words,
                       FACTOR_MOST);
    }
    lua_pop(L, 1);
    return factor;
}

static void read_phrase_factors(lua_State *L, double factors[CANDIDATE_WORDS_MAX])
{
    for (unsigned i = 0; i < CANDIDATE_WORDS_MAX; i++)
        factors[i] = 1;
    if (lua_isnoneornil(L, 2) || lua_getfield(L, 2, "phrase") == LUA_TNIL)
        return;
    if (!lua_istable(L, -1))
        luaL_error(L, "option phrase: a list of numbers is wanted");
    for (unsigned i = 0; i < CANDIDATE_WORDS_MAX; i++)
        factors[i] = phrase_factor(L, i + 1);
}

static struct keywords_options read_keywords_options(lua_State *L)
{
    struct keywords_options options = {
        .candidates = {.max_words =
                           (unsigned)lua_option(L, 2, "max_words", 3, 1, CANDIDATE_WORDS_MAX),
                       .limit = (unsigned)lua_option(L, 2, "limit", 150, 1, CANDIDATES_MAX),
                       .min_count = 1},
        .early = lua_option(L, 2, "early", 6, 1e-3, FACTOR_MOST),
        .late = lua_option(L, 2, "late", 0, 0, FACTOR_MOST),
        .shared = lua_option(L, 2, "shared", 1, 0, FACTOR_MOST),
        .name = lua_option(L, 2, "name", 1, 0, FACTOR_MOST),
        .min_score = lua_option(L, 2, "min_score", 0, 0, 1),
        .max = (unsigned)lua_option(L, 2, "max", 10, 1, CANDIDATES_MAX),
        .longest = (size_t)lua_option(L, 2, "longest", 200, 1, LUA_TEXT_BYTES_MAX),
    };
    read_phrase_factors(L, options.phrase);
    return options;
}

static void set_keyword(lua_State *L, int base, size_t i, const struct analysis *analysis,
                        const struct keyword *keyword)
{
    const struct candidate *candidate = &keyword->candidate;
    size_t start, end;
    candidate_place(analysis, candidate, &start, &end);
    lua_push_words(L, analysis, candidate->form, candidate->words);
    lua_rawseti(L, base + K_TEXT, (lua_Integer)i + 1);
    lua_pushnumber(L, keyword->score);
    lua_rawseti(L, base + K_SCORE, (lua_Integer)i + 1);
    lua_set_integer(L, base + K_WORDS, i, candidate->words);
    lua_set_integer(L, base + K_COUNT, i, candidate->count);
    lua_set_integer(L, base + K_FIRST, i, (lua_Integer)start + 1);
    lua_set_integer(L, base + K_LAST, i, (lua_Integer)end);
}

int lua_keywords(lua_State *L)
{
    static const char *const known[] = {"beside",  "early",  "late",      "limit",
                                        "longest", "max",    "max_words", "min_score",
                                        "name",    "phrase", "shared",    NULL};
    const struct analysis *analysis = lua_analysis_words(L, 1);
    lua_check_options(L, 2, known);
    struct keywords_options options = read_keywords_options(L);
    if (!lua_isnoneornil(L, 2) && lua_getfield(L, 2, "beside") != LUA_TNIL)
        options.beside = lua_analysis_words(L, -1); /* kept alive by the options table */
    struct bytes *found = lua_push_bytes(L);
    lua_check_code(L, keywords_find(lua_context(L), analysis, &options, found));
    const struct keyword *list = (const struct keyword *)(const void *)found->at;
    const size_t count = found->size / sizeof *list;
    lua_begin_columns(L, count, keyword_names, K_COLUMNS);
    const int base = lua_gettop(L) - K_COLUMNS + 1;
    for (size_t i = 0; i < count; i++)
        set_keyword(L, base, i, analysis, &list[i]);
    lua_end_columns(L, keyword_names, K_COLUMNS);
    return 1;
}
