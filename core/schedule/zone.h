/* Time zones: one reader of TZif files (RFC 8536 and 9636, versions 1 to 4, the rule at the end
 * included), from the system's tzdata. All times are seconds since 1970-01-01T00:00:00Z.
 *
 * A zone is read whole and never changes, so threads may share it. Files that count leap seconds
 * ("right/...") are refused: no clock here does. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "schedule/zone_rule.h"

struct zone;

/* A stretch of time without a change of the clocks. */
struct zone_segment {
    int64_t begin, end; /* [begin, end); INT64_MIN and INT64_MAX: for ever */
    int32_t offset;     /* seconds east of UTC */
    int32_t before;     /* the offset just before `begin` */
    int32_t after;      /* and from `end` on */
    bool dst;
    char name[ZONE_NAME_SIZE]; /* "CEST" */
};

/* "Europe/Paris", from $TZDIR or /usr/share/zoneinfo; "UTC" needs no file. ERR_NOTFOUND (with the
 * nearest name), ERR_INVALID (no name of a zone, or a damaged file). */
int zone_open(const char *name, struct zone **out, struct error *err);
/* That of this system: TZ, else /etc/localtime, else UTC. */
int zone_open_local(struct zone **out, struct error *err);
/* From bytes; `name` is for messages and zone_name. */
int zone_read(const char *name, struct str bytes, struct zone **out, struct error *err);
void zone_close(struct zone *zone); /* NULL is fine */

const char *zone_name(const struct zone *zone);
void zone_at(const struct zone *zone, int64_t utc, struct zone_segment *out);

void zone_close_at(struct zone **zone);
#define ZONE_AUTO __attribute__((cleanup(zone_close_at)))

/* "2026-03-29T03:00:00+02:00" of an instant, into `text` (ZONE_TEXT_SIZE). Gives `text`. */
#define ZONE_TEXT_SIZE 48
char *zone_format(const struct zone *zone, int64_t utc, char text[ZONE_TEXT_SIZE]);
