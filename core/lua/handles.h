/* What a plugin sees of the model: read-only userdata whose fields are made when they are first
 * asked for. A handle is good for one call: afterwards each use is a clear error. */
#pragma once

#include <lua.h>

#include "base/str.h"
#include "model/article.h"
#include "model/document.h"

/* Registers the metatables; once a state. May raise memory errors. */
void handles_open(lua_State *L);

/* Names of the fields. */
const char *const *handle_article_names(size_t *count);
const char *const *handle_document_names(size_t *count);

/* Push a handle; what it shows is borrowed until handle_end or the next handle. May raise memory
 * errors. */
void handle_push_article(lua_State *L, const struct article *article);
void handle_push_document(lua_State *L, const struct document *document, struct str text);
/* One of several: those that were pushed before, since the last handle_end, stay good. */
void handle_push_listed(lua_State *L, const struct article *article);

struct state;
/* The call is over: the state's handles show nothing any more. */
void handle_end(struct state *state);
