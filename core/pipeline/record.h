/* `copydesk record`: what the desk's plugins are given and say about one article or one document,
 * as a fixture (fixture.h). Plugins are called as they are now; nothing is stored. */
#pragma once

#include "pipeline/desk.h"

struct record_options {
    int64_t article, item; /* one of them; item: of quarantine */
    const char *to;        /* folder; NULL: fixtures/SLUG in the desk */
    bool force;            /* write over a fixture that is there */
    bool with_grants;      /* also what desk.lua grants: bytes of files, values of variables */
};

#define RECORD_NOTES 16
struct record_result {
    char folder[4096];
    size_t calls, failed; /* of which ended in a failure */
    size_t left_out; /* of calls: they cannot be repeated, for what was granted is not recorded */
    char *notes[RECORD_NOTES]; /* what is other than one would think; mem_alloc'd */
    size_t note_count;
};

/* Desk open for DESK_WORK. ERR_NOTFOUND: there is no such article or item; ERR_DENIED: the plugin
 * that failed has a grant, and with_grants is not set; as fixture_write otherwise. record_free in
 * any case. */
int record(struct desk *desk, const struct record_options *options, struct record_result *out,
           struct error *err);
void record_free(struct record_result *result);
