/* One case of test.lua: its input made from Lua tables, its answer compared with what it expects.
 */
#pragma once

#include <lua.h>
#include <msgpack.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"
#include "model/article.h"
#include "model/document.h"

/* Fill a model struct from the table at `at`, in memory of `arena` and with texts of the table,
 * which must stay where it is. Raise an error that begins with `what` for an unknown field or a
 * wrong type. */
void testcase_article(lua_State *L, int at, const char *what, struct arena *arena,
                      struct article *out);
void testcase_document(lua_State *L, int at, const char *what, struct document *out,
                       struct str *text);

struct lua_event;
/* The event of the case at `at`: its `event` (kind, at, local_time, job, window, items; `kind` when
 * it has none) and its `articles`, a list. What it points to lives in `arena`, `bytes`, `unpacked`
 * (empty, both) and in the case. */
void testcase_event(lua_State *L, int at, const char *kind, struct arena *arena, struct buf *bytes,
                    msgpack_unpacked *unpacked, struct lua_event *out);

struct manifest;
/* Whether the case at `at`, the top, brings what would be granted: `reads` or `env`. */
bool testcase_has_given(lua_State *L, int at);
/* From now until the call ends, desk.read and desk.env give what the case at `at` says, where it
 * says anything, and nothing of what desk.lua grants. Raises what is wrong with it. */
void testcase_given(lua_State *L, int at, const struct manifest *manifest);

/* Compares the value at `expect` with the one at `answer`: every key given in `expect` equals the
 * answer's, lists by length and item; `exact`: and the answer has no others. Raises all
 * differences, one a line: "expect[1].headline: want 'A', got 'B'", where "expect" is `what`. */
void testcase_compare(lua_State *L, int expect, int answer, const char *what, bool exact);

/* Compares the answer with the JSON in the plugin's file `name` (golden outputs). `text` becomes
 * the answer as JSON, as the file should be. Raises differences, or that there is no such file. */
struct lua_plugin_source;
void testcase_golden(lua_State *L, const struct lua_plugin_source *source, const char *name,
                     int answer, struct buf *text);
