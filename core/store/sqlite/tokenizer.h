/* The FTS5 tokenizer "copydesk" and the SQL function desk_key(), on one connection.
 *
 * The words of a text always come from the `text` service of this process: when an article is
 * indexed, and when FTS5 tokenises again (delete, rebuild, integrity-check). Both must give the
 * same tokens, or a delete leaves tokens behind that nothing ever removes, and FTS5 does not
 * notice. So lists of words that a worker made are not replayed: a wrong one would be such damage,
 * and to check one in full is to make it again. That takes 17 to 20 us for an article of 3 KB
 * (measured beside 91 to 132 us for FTS5 replaying a list it trusts), the same work as in the
 * worker. A cheaper check, of the ASCII part alone, has not been tried.
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
