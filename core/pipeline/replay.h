/* `copydesk replay`: the calls of a fixture, made again. */
#pragma once

#include "pipeline/fixture.h"

struct replay_options {
    bool current;     /* with the plugins that are found here now, not with the recorded code */
    const char *desk; /* -C DIR, for those; NULL: the nearest desk, if there is one */
};

enum replay_verdict {
    REPLAY_SAME,     /* byte for byte; of a failure: the same one */
    REPLAY_HEALED,   /* it failed when it was recorded, and does no more (current) */
    REPLAY_OTHER,    /* another answer, or it failed */
    REPLAY_STILL,    /* it fails as it did (current) */
    REPLAY_REFUSED,  /* it cannot be made: a plugin is not there, does not load, is another */
    REPLAY_LEFT_OUT, /* what it needs was not recorded */
};
const char *replay_word(enum replay_verdict verdict);

struct replay_report {
    const struct fixture_call *call;
    const char *name, *version; /* "tag/ships"; "ingest" and "" where several were asked */
    enum replay_verdict verdict;
    const char *message;   /* what differs, a line each; why; "" */
    const char *traceback; /* of a failure that is new; "" */
};

struct replay_counts {
    size_t calls, passed, failed, left_out;
    char natives[512]; /* "recorded with text@1.0.0, here is text@1.1.0"; "": the same */
};

/* Needs no desk. `each` is called once a call, in their order. Below zero: the folder cannot be
 * read, or no call can be made. */
int replay(const char *dir, const struct replay_options *options,
           void (*each)(const struct replay_report *report, void *data), void *data,
           struct replay_counts *counts, struct error *err);
