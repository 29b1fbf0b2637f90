/* What is said over a desk's control socket (`.copydesk/control`, a Unix stream socket).
 *
 * Both sides write JSON objects, one a line, UTF-8, ended by a line feed. A request holds at most
 * CONTROL_LINE_BYTES, an answer CONTROL_OUTPUT_BYTES; no name may be in it twice, and no string of
 * a request may hold U+0000.
 *
 * The client asks:
 *   {"id": 1, "do": "ingest", "paths": ["/home/ana/digest.txt"], "source": null}
 * `id` is a whole number from 1 to 2^53 - 1, given by the client, which uses it for one request at
 * a time. All else belongs to what is asked for, and is declared there (server.h): a field that is
 * not, or is of another type, is refused, and nothing is done. A client may ask several things at
 * once, at most CONTROL_REQUESTS.
 *
 * The desk says, for each request, any number of
 *   {"id": 1, "event": "report", "path": "/home/ana/digest.txt", "outcome": "added", ...}
 * and at the end exactly one of
 *   {"id": 1, "ok": {"documents": 1, "added": 1, ...}}
 *   {"id": 1, "error": {"code": "BUSY", "text": "what happened, and what to do"}}
 * `code` is a name of base/error.h; an error may have more fields beside. The event "alive" says
 * nothing but that the desk is still there: it comes each CONTROL_ALIVE_MS while a request is at
 * work. A line without an id that can be read is answered with an error whose id is null.
 *
 * A client that goes away (or closes its side) takes its requests with it, at the next point at
 * which nothing is lost: a document that was received is finished all the same. A `forget` or
 * `keep` that has begun is finished, one that waits is dropped. A client that reads slower than the
 * desk answers is dropped once CONTROL_OUTPUT_BYTES wait for it, but an `ingest` goes no further
 * until it has read. One that has asked for nothing in CONTROL_IDLE_MS gives way to another, when
 * CONTROL_CLIENTS are connected. Only the desk's own user, and root, are heard.
 *
 * A path is a JSON string, or, when its bytes are no UTF-8, {"hex": "2f746d702fff"}; it is
 * absolute. */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "base/error.h"
#include "base/str.h"

#define CONTROL_SOCKET "control" /* in the desk's `.copydesk` */
#define CONTROL_SPOOL  "spool"   /* a folder there: what came to a command over a pipe */
#define CONTROL_ALIVE  "alive"

/* One line, without its end, as an object: a new reference. `flags`: of jansson, besides that names
 * must be unique. ERR_INVALID says where it breaks; ERR_NOMEM. How long it may be is for whoever
 * reads it to say. */
int control_parse(struct str line, size_t flags, json_t **out, struct error *err);

/* A request's id and what is to be done (borrowed from `line`). ERR_INVALID: what is missing; `id`
 * is then 0 unless it could be read. */
int control_request(const json_t *line, json_int_t *id, const char **what, struct error *err);

/* Paths as they travel; NULL when out of memory, and mem_alloc'd by control_path_of. ERR_INVALID
 * when it is no path, or not absolute. */
json_t *control_path(const char *path);
/* The same for what is shown only ("-", "/dev/fd/63"): any bytes. */
int control_bytes_of(const json_t *value, const char *what, char **out, struct error *err);
int control_path_of(const json_t *value, const char *what, char **out, struct error *err);

/* The address of the socket in the folder `dir`: by its path, or, where that is longer than a
 * sun_path holds, by way of /proc/self/fd, for which `*fd` is opened; the caller closes it once it
 * has bound or connected (below zero: none). */
struct sockaddr_un;
int control_address(const char *dir, struct sockaddr_un *out, int *fd, struct error *err);
