/* The Lua module desk.text. README.md is its manual. */
#pragma once

#include "analysis.h"
#include "classes.h"
#include "gazetteer.h"

#include <lauxlib.h>
#include <lua.h>

#define LUA_TEXT_BYTES_MAX (16u * 1024 * 1024)

/* The opener of the module. */
int lua_text_open(lua_State *L);

/* Make the metatables of their userdata; called by the opener. */
void lua_analysis_setup(lua_State *L);
void lua_classes_setup(lua_State *L);
void lua_gazetteer_setup(lua_State *L);
void lua_names_setup(lua_State *L);

int lua_analysis_new(lua_State *L); /* text.analyse(s, lang) */
/* The analysis that is argument `arg`, with its words, or a Lua error. */
struct analysis *lua_analysis_words(lua_State *L, int arg);
/* Methods of an analysis. */
int lua_candidates(lua_State *L);
int lua_keywords(lua_State *L);
int lua_names(lua_State *L);
int lua_classes_new(lua_State *L); /* text.classes(lists) */
const struct classes *lua_classes_check(lua_State *L, int arg);
int lua_gazetteer_new(lua_State *L); /* text.gazetteer(list, options) */
const struct gazetteer *lua_gazetteer_check(lua_State *L, int arg);

/* Of one line, see shape.h: text.chars(s) and so on. */
int lua_shape_chars(lua_State *L);
int lua_shape_columns(lua_State *L);
int lua_shape_weight(lua_State *L);
int lua_shape_count_words(lua_State *L);
int lua_shape_cases(lua_State *L);
int lua_shape_lower(lua_State *L);
int lua_shape_is_rule(lua_State *L);
int lua_shape_signs(lua_State *L);
int lua_shape_ending(lua_State *L);
int lua_shape_strip(lua_State *L);
int lua_shape_squeeze(lua_State *L);

int lua_strip_lines(lua_State *L); /* text.strip_lines(s) */
int lua_line(lua_State *L);        /* text.line(s, at) */
int lua_ink(lua_State *L);         /* text.ink(s) */
int lua_unwrap(lua_State *L);      /* text.unwrap(s, stops, at, line, state) */
int lua_paragraphs(lua_State *L);  /* text.paragraphs(s) */
void lua_paragraphs_setup(lua_State *L);

/* The calling thread's context, or a Lua error. */
struct desk_text *lua_context(lua_State *L);

/* A text argument within LUA_TEXT_BYTES_MAX, or a Lua error. */
const char *lua_check_text(lua_State *L, int arg, size_t *size);
/* A language argument; nil and missing are "". */
const char *lua_opt_language(lua_State *L, int arg);

/* Raises a Lua error for a code below zero; gives it back otherwise. */
int lua_check_code(lua_State *L, int code);

/* Pushes the original bytes of some words, line ends and runs of blanks as one blank. */
void lua_push_words(lua_State *L, const struct analysis *analysis, size_t first, size_t count);
/* Pushes the folded forms (or stems) of some words, joined by blanks. */
void lua_push_joined(lua_State *L, const struct analysis *analysis, size_t first, size_t count,
                     int stems);

/* A byte buffer that Lua frees, whatever error passes by; pushed on the stack. */
struct bytes *lua_push_bytes(lua_State *L);

/* Columns: pushes a table with n = count and `columns` empty arrays under `names`; the arrays lie
 * above it on the stack, in that order. lua_end_columns() puts them in and leaves the table. */
void lua_begin_columns(lua_State *L, size_t count, const char *const *names, int columns);
void lua_end_columns(lua_State *L, const char *const *names, int columns);
/* Sets element i (0-based) of a column whose table is at `table`. */
void lua_set_integer(lua_State *L, int table, size_t i, lua_Integer value);
void lua_set_string(lua_State *L, int table, size_t i, const char *bytes, size_t size);

/* A number field of an options table at `arg` (may be nil), checked to lie in [least, most]. */
lua_Number lua_option(lua_State *L, int arg, const char *name, lua_Number standard,
                      lua_Number least, lua_Number most);
/* Refuses fields of the options table that are not in `names` (ended by NULL). */
void lua_check_options(lua_State *L, int arg, const char *const *names);
