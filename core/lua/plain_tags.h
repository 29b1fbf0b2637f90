/* The common form of a tag plugin's answer, read without values between. */
#pragma once

#include <lua.h>

#include "model/wire.h"

/* Reads the answer at `at` when it is plain: tables as the language makes them or desk.array, known
 * keys, texts and numbers of the right type, all of it such as tags_unpack takes. True: `out` is
 * what tags_unpack would give; its texts live as long as the Lua value. False: it is not plain or
 * is wrong; nothing is said, since the long way (encode_tree, tags_unpack) says it with its place.
 * Raises no error.
 */
bool plain_tags(lua_State *L, int at, const struct article *article, struct arena *arena,
                struct tag_list *out);
