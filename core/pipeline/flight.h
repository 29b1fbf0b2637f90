/* Which documents of a desk are in somebody's hands, so that nobody else takes them: a watch, a
 * command and a retry all find what the store has as received. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "pipeline/incoming.h"

struct desk;
struct doc;

struct flight { /* of one desk */
    struct doc *docs;
    struct flight_claim *claims;
};

void flight_add(struct flight *flight, struct doc *doc);
void flight_remove(struct doc *doc);
/* Whether what the store gave is in flight, or claimed by another: it was read while that one
 * received it or asked for it. */
bool flight_holds(const struct flight *flight, const struct incoming *item);
/* Whether any but `doc` works on the document, or claims it. */
bool flight_holds_other(const struct flight *flight, const struct doc *doc);
/* From now on the document is for who offers it, and for nobody who finds it. ERR_NOMEM. */
int flight_claim(struct flight *flight, int64_t document_id);
void flight_unclaim(struct flight *flight, int64_t document_id);
void flight_end(struct flight *flight);
