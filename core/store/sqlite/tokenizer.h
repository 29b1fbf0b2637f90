/* The FTS5 tokenizer "copydesk" and the SQL function desk_key(), on one connection.
 *
 * The words of a text always come from the `text` service of this process: when an article is
 * indexed, and when FTS5 tokenises again (delete, rebuild, integrity-check). Both must give the
 * same tokens, or a delete leaves tokens behind that nothing ever removes, and FTS5 does not
 * notice. So lists of words that a worker made are not replayed: a wrong one would be such damage,
 * and to check a list (20 us for an article of 3 KB, most of it decoding) costs what it costs to
 * make it (16 to 27 us, against about 300 us that FTS5 itself takes).
 *
 * A string of a MATCH expression is one token as it stands: match.c has sent it through the service
 * already. */
#pragma once

#include <sqlite3.h>

#include <copydesk/text.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

struct tokenizer; /* belongs to the connection and is freed with it */

/* Registers the tokenizer and desk_key(text): the form in which labels and sources are compared
 * (tokenizer_key). `api` must outlive the connection. One thread, that of the connection. */
int tokenizer_register(sqlite3 *db, const struct desk_text_api *api, struct tokenizer **out,
                       struct error *err);
/* The service's context of this connection. */
struct desk_text *tokenizer_text(struct tokenizer *tokenizer);
const struct desk_text_api *tokenizer_api(struct tokenizer *tokenizer);

/* The form in which labels and sources are compared, as desk_key() gives it: folded by the service,
 * white space at the ends away and a single blank elsewhere. `out` is emptied first. */
int tokenizer_key(struct tokenizer *tokenizer, struct str text, struct buf *out, struct error *err);
/* What the service said when the last statement failed in the tokenizer; "" when it said nothing.
 */
const char *tokenizer_message(struct tokenizer *tokenizer);
