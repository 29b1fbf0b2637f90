/* The FTS5 tokenizer "copydesk" and the SQL function desk_key(), on one connection.
 *
 * When an article is indexed the tokenizer replays the words that its worker computed, so that ICU
 * does not run on the store thread. In every other case (deletes, rebuild, integrity-check) it asks
 * the `text` service. Both must give the same tokens, or a delete would leave tokens behind that
 * nothing ever removes; words_check.h says how that is made sure. A string of a MATCH expression is
 * one token as it stands: match.c has sent it through the service already. */
#pragma once

#include <sqlite3.h>

#include <copydesk/text.h>

#include "base/error.h"
#include "base/str.h"
#include "store/words.h"

struct tokenizer; /* belongs to the connection and is freed with it */

/* Registers the tokenizer and desk_key(text): the form in which labels and sources are compared
 * (key_make). `api` must outlive the connection. One thread, that of the connection. */
int tokenizer_register(sqlite3 *db, const struct desk_text_api *api, struct tokenizer **out,
                       struct error *err);
/* The service's context of this connection. */
struct desk_text *tokenizer_text(struct tokenizer *tokenizer);
const struct desk_text_api *tokenizer_api(struct tokenizer *tokenizer);

/* The next document that FTS5 asks for has these words; an empty list is asked from the service.
 * The lists must have passed words_check and live until tokenizer_disarm. */
void tokenizer_arm(struct tokenizer *tokenizer, const struct str words[WORDS_COLUMNS]);
/* False when the armed lists did not fit what FTS5 asked for. */
int tokenizer_disarm(struct tokenizer *tokenizer);
/* What the service said when the last statement failed in the tokenizer; "" when it said nothing.
 */
const char *tokenizer_message(struct tokenizer *tokenizer);
