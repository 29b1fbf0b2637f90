#include "pipeline/flight.h"

#include "base/alloc.h"
#include "pipeline/intake.h"

struct flight_claim {
    struct flight_claim *next;
    int64_t document_id;
};

void flight_add(struct flight *flight, struct doc *doc)
{
    doc->older = flight->docs;
    doc->newer_points = &flight->docs;
    if (doc->older)
        doc->older->newer_points = &doc->older;
    flight->docs = doc;
}

void flight_remove(struct doc *doc)
{
    *doc->newer_points = doc->older;
    if (doc->older)
        doc->older->newer_points = doc->newer_points;
}

static bool is_claimed(const struct flight *flight, int64_t document_id)
{
    for (const struct flight_claim *at = flight->claims; at; at = at->next)
        if (at->document_id == document_id)
            return true;
    return false;
}

/* One that is being received has no id yet: its hash tells. */
bool flight_holds(const struct flight *flight, const struct incoming *item)
{
    if (!item->stored)
        return false;
    for (const struct doc *at = flight->docs; at; at = at->older)
        if (at->id == item->document.id ||
            hash_same(&at->item->document.hash, &item->document.hash))
            return true;
    return !item->offered && is_claimed(flight, item->document.id);
}

bool flight_holds_other(const struct flight *flight, const struct doc *doc)
{
    for (const struct doc *at = flight->docs; at; at = at->older)
        if (at != doc && at->id == doc->id)
            return true;
    return is_claimed(flight, doc->id);
}

int flight_claim(struct flight *flight, int64_t document_id)
{
    struct flight_claim *claim = mem_zero(1, sizeof *claim);
    if (!claim)
        return ERR_NOMEM;
    claim->document_id = document_id;
    claim->next = flight->claims;
    flight->claims = claim;
    return 0;
}

void flight_unclaim(struct flight *flight, int64_t document_id)
{
    for (struct flight_claim **at = &flight->claims; *at; at = &(*at)->next) {
        struct flight_claim *claim = *at;
        if (claim->document_id != document_id)
            continue;
        *at = claim->next;
        mem_free(claim);
        return;
    }
}

void flight_end(struct flight *flight)
{
    while (flight->claims)
        flight_unclaim(flight, flight->claims->document_id);
}
