/* desk.text: functions over strings. The manual is README.md in this folder; editor stubs are made
 * from its tables. */
#include "lua_text.h"

#include "fold.h"
#include "language.h"
#include "lines.h"
#include "sentences.h"
#include "shingles.h"
#include "stem.h"
#include "stopwords.h"
#include "tokens.h"
#include "words.h"

#include <stdlib.h>
#include <string.h>

#define TOKENS_META "copydesk.text.tokens"

/* One lua_pushlstring() from the context's memory is safe: it copies before the collector runs. */
static int text_fold(lua_State *L)
{
    size_t size;
    struct desk_text_bytes folded;
    const char *bytes = lua_check_text(L, 1, &size);
    lua_check_code(L, words_fold(lua_context(L), bytes, size, &folded, NULL));
    lua_pushlstring(L, folded.bytes, folded.size);
    return 1;
}

static int collect_tokens(lua_State *L)
{
    tokens_free(luaL_checkudata(L, 1, TOKENS_META));
    return 0;
}

/* Tokens that Lua owns. Those of the context will not do: while a table is filled the collector may
 * run a plugin's finalizer, which may call this module again. */
static const struct tokens *scan_own(lua_State *L, const char *bytes, size_t size)
{
    struct tokens *tokens = lua_newuserdatauv(L, sizeof *tokens, 0);
    *tokens = (struct tokens){0};
    if (luaL_newmetatable(L, TOKENS_META)) {
        lua_pushcfunction(L, collect_tokens);
        lua_setfield(L, -2, "__gc");
        lua_pushboolean(L, 0);
        lua_setfield(L, -2, "__metatable");
    }
    lua_setmetatable(L, -2);
    lua_check_code(L, tokens_scan(lua_context(L), bytes, size, tokens));
    return tokens;
}

static int text_words(lua_State *L)
{
    static const char *const names[] = {"word", "first", "last"};
    size_t size;
    const char *bytes = lua_check_text(L, 1, &size);
    const struct tokens *tokens = scan_own(L, bytes, size);
    lua_begin_columns(L, tokens->count, names, 3);
    const int top = lua_gettop(L);
    for (size_t i = 0; i < tokens->count; i++) {
        const struct token *token = &tokens->at[i];
        lua_set_string(L, top - 2, i, tokens->folds.at + token->fold, token->fold_size);
        lua_set_integer(L, top - 1, i, (lua_Integer)token->start + 1);
        lua_set_integer(L, top, i, token->end);
    }
    lua_end_columns(L, names, 3);
    return 1;
}

static int text_stem(lua_State *L)
{
    size_t size;
    struct desk_text_bytes stem;
    const char *word = lua_check_text(L, 1, &size);
    const char *language = lua_opt_language(L, 2);
    lua_check_code(L, stem_word(lua_context(L), language, word, size, &stem, NULL));
    lua_pushlstring(L, stem.bytes, stem.size);
    return 1;
}

static int text_is_stopword(lua_State *L)
{
    size_t size;
    const char *word = lua_check_text(L, 1, &size);
    const char *language = lua_opt_language(L, 2);
    lua_pushboolean(L, stopword_word(lua_context(L), language, word, size));
    return 1;
}

static int text_stopwords(lua_State *L)
{
    const char *words = stopword_text(lua_opt_language(L, 1));
    if (!words)
        return 0;
    struct bytes *folded = lua_push_bytes(L);
    lua_check_code(L, fold_text(words, strlen(words), folded));
    lua_newtable(L);
    lua_Integer count = 0;
    for (size_t at = 0; at < folded->size;) {
        const char *blank = memchr(folded->at + at, ' ', folded->size - at);
        const size_t end = blank ? (size_t)(blank - folded->at) : folded->size;
        if (end > at) {
            lua_pushlstring(L, folded->at + at, end - at);
            lua_rawseti(L, -2, ++count);
        }
        at = end + 1;
    }
    return 1;
}

static int text_language(lua_State *L)
{
    size_t size;
    struct desk_text_language found;
    const char *bytes = lua_check_text(L, 1, &size);
    lua_check_code(L, language_of(lua_context(L), bytes, size, &found, NULL));
    if (!found.code[0])
        return 0;
    lua_pushstring(L, found.code);
    lua_pushnumber(L, found.score);
    if (!found.script[0])
        return 2;
    lua_pushstring(L, found.script);
    return 3;
}

static int text_sentences(lua_State *L)
{
    static const char *const names[] = {"first", "last"};
    size_t size;
    const char *bytes = lua_check_text(L, 1, &size);
    const char *language = lua_opt_language(L, 2);
    struct bytes *found = lua_push_bytes(L);
    lua_check_code(L, sentences_find(bytes, size, language, found));
    const struct sentence *sentences = (const struct sentence *)(const void *)found->at;
    const size_t count = found->size / sizeof *sentences;
    lua_begin_columns(L, count, names, 2);
    const int top = lua_gettop(L);
    for (size_t i = 0; i < count; i++) {
        lua_set_integer(L, top - 1, i, (lua_Integer)sentences[i].start + 1);
        lua_set_integer(L, top, i, sentences[i].end);
    }
    lua_end_columns(L, names, 2);
    return 1;
}

static int text_lines(lua_State *L)
{
    static const char *const names[] = {"first", "last"};
    size_t size;
    const char *bytes = lua_check_text(L, 1, &size);
    lua_begin_columns(L, lines_count(bytes, size), names, 2);
    const int top = lua_gettop(L);
    size_t at = 0, start, end;
    for (size_t i = 0; lines_next(bytes, size, &at, &start, &end); i++) {
        lua_set_integer(L, top - 1, i, (lua_Integer)start + 1);
        lua_set_integer(L, top, i, (lua_Integer)end);
    }
    lua_end_columns(L, names, 2);
    return 1;
}

static int text_normalise_quotes(lua_State *L)
{
    size_t size;
    const char *bytes = lua_check_text(L, 1, &size);
    struct bytes *out = lua_push_bytes(L);
    lua_check_code(L, lines_plain_quotes(bytes, size, out));
    lua_pushlstring(L, out->at ? out->at : "", out->size);
    return 1;
}

static int text_similarity(lua_State *L)
{
    size_t a_size, b_size;
    double resemblance, containment;
    const char *a = lua_check_text(L, 1, &a_size);
    const char *b = lua_check_text(L, 2, &b_size);
    const lua_Integer words = luaL_optinteger(L, 3, 3);
    luaL_argcheck(L, words >= 1 && words <= 16, 3, "1 to 16 words are wanted");
    struct bytes *scratch = lua_push_bytes(L);
    struct bytes *other = lua_push_bytes(L);
    struct desk_text *text = lua_context(L);
    size_t a_words, b_words;
    lua_check_code(L, shingles_words(text, a, a_size, scratch, &a_words));
    lua_check_code(L, shingles_words(text, b, b_size, other, &b_words));
    shingles_compare(scratch, a_words, other, b_words, (size_t)words, &resemblance, &containment);
    lua_pushnumber(L, resemblance);
    lua_pushnumber(L, containment);
    return 2;
}

static const luaL_Reg functions[] = {
    {"analyse", lua_analysis_new},
    {"cases", lua_shape_cases},
    {"chars", lua_shape_chars},
    {"columns", lua_shape_columns},
    {"count_words", lua_shape_count_words},
    {"ending", lua_shape_ending},
    {"fold", text_fold},
    {"classes", lua_classes_new},
    {"gazetteer", lua_gazetteer_new},
    {"ink", lua_ink},
    {"is_stopword", text_is_stopword},
    {"is_rule", lua_shape_is_rule},
    {"language", text_language},
    {"line", lua_line},
    {"lines", text_lines},
    {"lower", lua_shape_lower},
    {"normalise_quotes", text_normalise_quotes},
    {"paragraphs", lua_paragraphs},
    {"sentences", text_sentences},
    {"signs", lua_shape_signs},
    {"similarity", text_similarity},
    {"squeeze", lua_shape_squeeze},
    {"stem", text_stem},
    {"stopwords", text_stopwords},
    {"strip", lua_shape_strip},
    {"strip_lines", lua_strip_lines},
    {"unwrap", lua_unwrap},
    {"weight", lua_shape_weight},
    {"words", text_words},
    {NULL, NULL},
};

int lua_text_open(lua_State *L)
{
    lua_analysis_setup(L);
    lua_classes_setup(L);
    lua_gazetteer_setup(L);
    lua_names_setup(L);
    lua_paragraphs_setup(L);
    luaL_newlib(L, functions);
    return 1;
}
