/* The side of a command that works beside a running desk: it asks and waits (protocol.h). One
 * thread; blocks. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

struct control_client;

/* `dir`: the desk's `.copydesk`. ERR_NOTFOUND: no running desk listens there. ERR_DENIED: it is
 * another user's. */
int control_connect(const char *dir, struct control_client **out, struct error *err);
void control_hang_up(struct control_client *client); /* NULL is fine */

/* Of the running desk, as the kernel says; 0 when it is in another process namespace. */
pid_t control_pid(const struct control_client *client);

/* Waits so long for a word of the desk, and no more CONTROL_SILENCE_MS: control_patience(client,
 * CONTROL_ASK_MS). */
void control_wait_for(struct control_client *client, long ms, const char *limit);
#define control_patience(client, which)                                                            \
    control_wait_for((client), (long)LIMIT(which), LIMIT_NAME(which))

/* Asks for `what` with these fields (taken; NULL for none) and waits for the end. `event` (may be
 * NULL) is called for each event but "alive". `answer` gets what is under "ok", or on failure the
 * error's whole line (else NULL): a new reference; may be NULL. Gives the error's own code and
 * text; ERR_TIMEOUT when the desk has said nothing for CONTROL_SILENCE_MS; ERR_CANCELLED when it
 * hung up, with what to do. */
int control_ask(struct control_client *client, const char *what, json_t *fields,
                void (*event)(const char *name, const json_t *line, void *data), void *data,
                json_t **answer, struct error *err);

/* Waits until the desk's process has ended. ERR_TIMEOUT after `ms`. */
int control_wait_end(struct control_client *client, long ms, struct error *err);
/* SIGKILL to the desk's process, when it still is the one that listens. */
int control_kill(struct control_client *client, struct error *err);
