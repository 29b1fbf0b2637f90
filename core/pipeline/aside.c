/* What failed too often is set aside: the circuit breaker of plugins. */
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "pipeline/health.h"
#include "pipeline/host.h"

#define LINE_BYTES 240 /* of a failure's message, when it is said again */

/* Those that are asked about each item. Exports and tasks have jobs, which pause by themselves. */
static bool has_items(const struct desk_plugin *plugin)
{
    const char *kind = plugin->entry->kind;
    return strcmp(kind, "ingest") == 0 || strcmp(kind, "tag") == 0 ||
           strcmp(kind, "summarize") == 0;
}

bool health_is_aside(const struct lineup *lineup, const struct desk_plugin *plugin)
{
    return plugin->health && plugin->health->aside_us && lineup->config.aside.after > 0;
}

/* `again` from now on; 0: no time makes it come back. */
static int64_t next_try_us(const struct lineup *lineup, int64_t now_us)
{
    const int64_t span_us = lineup->config.aside.again_us;
    return span_us ? now_us + span_us : INT64_MAX;
}

/* A clock that was set back, or a shorter span than before, holds nothing up. */
static bool is_due(const struct lineup *lineup, const struct health *health, int64_t now_us)
{
    const int64_t span_us = lineup->config.aside.again_us;
    return span_us && (health->again_us <= now_us || health->again_us - now_us > span_us);
}

bool health_bars(struct lineup *lineup, const struct desk_plugin *plugin)
{
    struct health *health = plugin->health;
    if (!health_is_aside(lineup, plugin))
        return false;
    const int64_t now_us = clock_wall_us();
    if (is_due(lineup, health, now_us)) {
        health->again_us = next_try_us(lineup, now_us); /* whatever becomes of this item */
        log_info("plugins", "%s was set aside; one item tries it again", health->label);
        return false;
    }
    health->passed_over++;
    return true;
}

static struct str first_line(struct str text)
{
    const char *end = text.len ? memchr(text.at, '\n', text.len) : NULL;
    struct str line = {text.at, end ? (size_t)(end - text.at) : text.len};
    if (line.len > LINE_BYTES)
        line.len = utf8_cut(line, LINE_BYTES);
    return line;
}

void health_keep_message(struct health *health, struct str message)
{
    const struct str line = first_line(message);
    mem_free(health->message);
    health->message = mem_strndup(line.at, line.len);
}

static void set_aside(struct lineup *lineup, struct health *health)
{
    const int64_t now_us = clock_wall_us();
    const bool anew = health->aside_us == 0;
    health->again_us = next_try_us(lineup, now_us);
    if (!anew)
        return;
    health->aside_us = now_us;
    health->passed_over = 0;
    log_error(
        "plugins",
        "%s failed on %llu item%s in a row and is set aside; what needs it waits in quarantine "
        "until it is mended, or for: copydesk failed retry. The last failure (%s): %s",
        health->label, (unsigned long long)health->running, health->running == 1 ? "" : "s",
        guard_word(health->guard), health->message ? health->message : "");
    health_save(lineup->desk, false);
}

/* NULL: it is nobody's, or none of the plugin's. */
static struct health *count_failure(const struct lineup *lineup, const struct desk_plugin *plugin,
                                    enum guard guard, const char *message)
{
    struct health *health = plugin ? plugin->health : NULL;
    if (!health || (unsigned)guard >= GUARD_COUNT || lineup->ended)
        return NULL;
    health->failures[guard]++;
    if (guard == GUARD_INPUT)
        return NULL;
    health->guard = guard;
    health_keep_message(health, str_of(message));
    return health;
}

void plugin_failed_again(struct lineup *lineup, const struct desk_plugin *plugin, enum guard guard,
                         const char *message)
{
    (void)count_failure(lineup, plugin, guard, message);
}

void plugin_failed(struct lineup *lineup, const struct desk_plugin *plugin, enum guard guard,
                   const char *message)
{
    struct health *health = count_failure(lineup, plugin, guard, message);
    if (!health)
        return;
    health->running++;
    const unsigned after = lineup->config.aside.after;
    if (after > 0 && health->running >= after && has_items(plugin))
        set_aside(lineup, health);
}

void plugin_worked(struct lineup *lineup, const struct desk_plugin *plugin)
{
    struct health *health = plugin ? plugin->health : NULL;
    if (!health || health->running == 0)
        return;
    const bool aside = health->aside_us != 0;
    health->running = 0;
    health->claiming = false;
    health->aside_us = 0;
    if (!aside)
        return;
    log_info("plugins", "%s works again; what waits for it: copydesk failed retry", health->label);
    health_save(lineup->desk, false);
}

/* What it said is not in the store (health_kept.c): the item may be gone, and its words with it. */
static const char *last_failure(const struct health *health, struct arena *arena)
{
    const char *guard = guard_word(health->guard);
    if (health->message && *health->message)
        return arena_printf(arena, "Its last failure (%s): %s", guard, health->message);
    return arena_printf(arena,
                        "Its last failure was of kind %s; what it said stands with the item, if "
                        "that still waits: copydesk failed",
                        guard);
}

static const char *say_aside(const struct health *health, const char *then, struct arena *arena)
{
    const char *last = last_failure(health, arena);
    return last ? arena_printf(arena, "%s is set aside after %llu failure%s in a row%s. %s",
                               health->label, (unsigned long long)health->running,
                               health->running == 1 ? "" : "s", then, last)
                : NULL;
}

const char *health_why(const struct health *health, struct arena *arena)
{
    return say_aside(health, " and was not asked. Mend it and save it, or: copydesk failed retry",
                     arena);
}

const char *health_unwell(const struct health *health, struct arena *arena)
{
    return say_aside(health,
                     ", what needs it waits in quarantine; mend it and save it, or: copydesk "
                     "failed retry",
                     arena);
}

void health_begin_anew(struct desk *desk)
{
    for (struct health *at = desk->healths; at; at = at->next) {
        if (at->aside_us)
            log_info("plugins", "%s was set aside; it is tried again", at->label);
        at->aside_us = 0;
        at->running = 0;
        at->claiming = false;
    }
}
