/* Clocks. Wall time is microseconds since 1970-01-01T00:00:00Z; monotonic time counts from an
 * arbitrary start and never steps. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

#define CLOCK_TEXT_SIZE 32

int64_t clock_wall_us(void);
int64_t clock_mono_us(void);
int64_t clock_thread_cpu_us(void);
int64_t clock_process_cpu_us(void);

/* "2026-05-04T10:20:30Z" (with ".123456" when there is a fraction). Gives `text`. Reads no time
 * zone files, so a confined worker may call it. */
char *clock_format(int64_t wall_us, char text[CLOCK_TEXT_SIZE]);
/* RFC 3339 date-time, or a date "2026-05-04" (midnight UTC). Digits past the microsecond are
 * dropped; a leap second is the second after it. ERR_INVALID with the reason. */
int clock_parse(struct str text, int64_t *wall_us, struct error *err);
/* "90s", "15m", "7h", "7d", "2w" in microseconds; "500ms" too. Whole numbers only. ERR_INVALID. */
int clock_parse_span(struct str text, int64_t *us, struct error *err);
