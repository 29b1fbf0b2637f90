/* The parts of `copydesk doctor`. */
#pragma once

#include "cli/cli.h"

enum doctor_state { DOCTOR_WELL, DOCTOR_NOTE, DOCTOR_UNWELL };

struct doctor {
    bool json, quiet;
    unsigned found[DOCTOR_UNWELL + 1];
};

/* One finding. `advice`: what to do about it, or NULL. */
void doctor_say(struct doctor *doctor, enum doctor_state state, const char *area,
                const char *advice, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Versions, limits and walls of this machine. */
void doctor_machine(struct doctor *doctor);
/* The desk that `args` name or that lies around here: permissions, store, folders, zones, plugins.
 */
void doctor_desk(struct doctor *doctor, const struct cli_args *args);
