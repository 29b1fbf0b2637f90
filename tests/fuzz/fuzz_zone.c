/* TZif files of any bytes, and cron expressions asked in what came of them: never a crash, never a
 * search without end, and an instant is what it claims to be. The input is a cron expression up to
 * the first line end, then the file. */
#include <stdlib.h>
#include <string.h>

#include "schedule/timing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct timing *timing)
{
    int64_t after = 1520000000;
    for (int i = 0; i < 20; i++) {
        struct timing_next next;
        struct zone_segment segment;
        if (!timing_next(timing, after, &next))
            return;
        zone_at(timing->zone, next.utc, &segment);
        if (next.utc <= after || segment.begin > next.utc || segment.end <= next.utc)
            abort();
        after = next.utc;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = {0};
    struct zone *zone = NULL;
    struct timing timing = {.kind = TIMING_CRON};
    const uint8_t *end = size ? memchr(data, '\n', size) : NULL;
    const size_t len = end ? (size_t)(end - data) : size;
    const int cron = cron_parse((struct str){(const char *)data, len}, &timing.cron, &err);
    if (cron < 0 && !err.text[0])
        abort();
    const struct str bytes = {(const char *)data + len + 1, end ? size - len - 1 : 0};
    if (zone_read("fuzzed", bytes, &zone, &err) < 0) {
        if (zone || !err.text[0])
            abort();
        return 0;
    }
    timing.zone = zone;
    if (cron == 0)
        ask(&timing);
    zone_close(zone);
    return 0;
}
