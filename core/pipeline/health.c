#include "pipeline/health.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "pipeline/host.h"
#include "pipeline/own.h"

static void free_one(struct health *health)
{
    mem_free(health->label);
    mem_free(health->title);
    mem_free(health->message);
    mem_free(health);
}

void health_free(struct desk *desk)
{
    while (desk->healths) {
        struct health *health = desk->healths;
        desk->healths = health->next;
        free_one(health);
    }
}

struct health *health_find(const struct desk *desk, const struct hash *fingerprint)
{
    for (struct health *at = desk->healths; at; at = at->next)
        if (hash_same(&at->fingerprint, fingerprint))
            return at;
    return NULL;
}

/* Of plugins that were edited a thousand times the oldest is forgotten. */
static void make_room(struct desk *desk)
{
    struct health **oldest = NULL;
    size_t count = 0;
    for (struct health **at = &desk->healths; *at; at = &(*at)->next) {
        count++;
        if ((*at)->holders == 0)
            oldest = at; /* new ones stand in front */
    }
    if (count < LIMIT(HEALTH_KEPT) || !oldest)
        return;
    struct health *health = *oldest;
    *oldest = health->next;
    free_one(health);
}

struct health *health_add(struct desk *desk, const struct hash *fingerprint, const char *label,
                          const char *title)
{
    struct health *health = mem_zero(1, sizeof *health);
    if (!health)
        return NULL;
    make_room(desk);
    health->fingerprint = *fingerprint;
    health->label = mem_strdup(label);
    health->title = mem_strdup(title);
    health->since_us = clock_wall_us();
    if (!health->label || !health->title) {
        free_one(health);
        return NULL;
    }
    health->next = desk->healths;
    desk->healths = health;
    return health;
}

int health_of(struct desk *desk, struct desk_plugin *plugin, struct error *err)
{
    struct health *health = health_find(desk, &plugin->fingerprint);
    if (!health)
        health = health_add(desk, &plugin->fingerprint, plugin->label, plugin->title);
    if (!health)
        return error_set(err, ERR_NOMEM, "out of memory while loading a plugin");
    health->holders++;
    plugin->health = health;
    return 0;
}

/* ---- calls ---- */

static void add_calls(struct pool_calls *sum, const struct pool_calls *more)
{
    sum->count += more->count;
    sum->us += more->us;
    if (more->bytes > sum->bytes)
        sum->bytes = more->bytes;
    if (more->most_us > sum->most_us)
        sum->most_us = more->most_us;
    if (more->most_bytes > sum->most_bytes)
        sum->most_bytes = more->most_bytes;
}

static void calls_of(const struct lineup *lineup, const struct desk_plugin *plugin,
                     struct pool_calls *out)
{
    pool_calls(plugin_pool(lineup, plugin), plugin->index, out);
}

void health_keep_calls(struct lineup *lineup)
{
    for (uint32_t i = 0; i < lineup->plugin_count; i++) {
        const struct desk_plugin *plugin = lineup->plugins[i];
        struct pool_calls calls;
        if (!plugin || !plugin->health)
            continue;
        calls_of(lineup, plugin, &calls);
        calls.bytes = 0;
        add_calls(&plugin->health->ended, &calls);
    }
}

void health_let_go(struct lineup *lineup)
{
    for (uint32_t i = 0; i < lineup->plugin_count; i++)
        if (lineup->plugins[i] && lineup->plugins[i]->health)
            lineup->plugins[i]->health->holders--;
}

void health_calls(const struct desk *desk, const struct health *health, struct pool_calls *out)
{
    *out = health->ended;
    for (const struct lineup *at = desk->lineups; at; at = at->next) {
        for (uint32_t i = 0; !at->ended && i < at->plugin_count; i++) {
            struct pool_calls calls;
            if (!at->plugins[i] || at->plugins[i]->health != health)
                continue;
            calls_of(at, at->plugins[i], &calls);
            add_calls(out, &calls);
        }
    }
}
