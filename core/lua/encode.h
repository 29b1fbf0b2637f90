/* Between Lua values and msgpack. */
#pragma once

#include <lua.h>
#include <msgpack.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

/* Appends the value at `at` to `out` as msgpack, as plugin.h says: arrays, maps with keys in byte
 * order, desk.null as nil. Calls no metamethod and raises no error, so it needs no protected call.
 * `what` begins the path in messages: "answer[3].score: NaN is no answer". Bounded by ANSWER_BYTES,
 * ANSWER_DEPTH and FRAME_ITEMS; a table inside itself is refused. ERR_INVALID, ERR_LIMIT or
 * ERR_NOMEM; `out` is then as long as before. */
int encode_value(lua_State *L, int at, const char *what, struct buf *out, struct error *err);

/* The same as values in `arena`; their texts are those of the Lua value and live as long as it
 * does.
 */
int encode_tree(lua_State *L, int at, const char *what, struct arena *arena, msgpack_object *out,
                struct error *err);

/* Pushes a msgpack value: arrays carry the mark of desk.array, nil is desk.null. May raise memory
 * errors; nesting is bounded by ANSWER_DEPTH. */
void decode_push(lua_State *L, const msgpack_object *value);
