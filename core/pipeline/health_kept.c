/* How plugins do, in the desk's store. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "base/log.h"
#include "pipeline/health.h"
#include "pipeline/host.h"

#define FAILURES_BYTES (GUARD_COUNT * 32) /* "error 3 time 1" */

/* ---- from the store ---- */

static int guard_of(const char *word)
{
    for (int i = 0; i < GUARD_COUNT; i++)
        if (strcmp(word, guard_word((enum guard)i)) == 0)
            return i;
    return -1;
}

/* Kinds that this release does not know are passed over. */
static void read_failures(struct str text, struct health *health)
{
    char words[FAILURES_BYTES];
    char *rest = words;
    snprintf(words, sizeof words, STR_FMT, STR_ARG(text));
    for (char *word = strtok_r(rest, " ", &rest); word; word = strtok_r(rest, " ", &rest)) {
        const char *count = strtok_r(rest, " ", &rest);
        const int guard = guard_of(word);
        if (count && guard >= 0)
            health->failures[guard] = strtoull(count, NULL, 10);
    }
}

static void read_calls(const struct store_health *from, struct pool_calls *to)
{
    to->count = (uint64_t)from->calls;
    to->us = from->us;
    to->most_us = from->most_us;
    to->most_bytes = (uint64_t)from->most_bytes;
}

/* What changes when anything does that is worth storing. */
static uint64_t mark(const struct desk *desk, const struct health *health, struct pool_calls *calls)
{
    uint64_t sum = (uint64_t)health->aside_us + health->running;
    health_calls(desk, health, calls);
    sum += calls->count;
    for (int i = 0; i < GUARD_COUNT; i++)
        sum += health->failures[i];
    return sum;
}

static int take(const struct store_health *from, void *data)
{
    struct desk *desk = data;
    struct pool_calls calls;
    char guard[16];
    MEM_AUTO char *label = mem_strndup(from->plugin.at, from->plugin.len);
    MEM_AUTO char *title = mem_strndup(from->title.at, from->title.len);
    struct health *health = health_find(desk, &from->fingerprint);
    if (!health && label && title)
        health = health_add(desk, &from->fingerprint, label, title);
    if (!health)
        return 1;
    snprintf(guard, sizeof guard, STR_FMT, STR_ARG(from->guard));
    const int last = guard_of(guard);
    health->since_us = from->since_us;
    health->running = (uint64_t)from->running;
    health->guard = last >= 0 ? (enum guard)last : GUARD_ERROR;
    health->aside_us = from->aside_us;
    health->again_us = from->again_us;
    read_calls(from, &health->ended);
    read_failures(from->failures, health);
    health->saved = mark(desk, health, &calls);
    return 0;
}

struct recall {
    struct health *health;
    int64_t at_us; /* of the failure that was found */
};

static int recall(const struct store_quarantined *item, void *data)
{
    struct recall *found = data;
    const struct store_failure *failure = &item->failure;
    if (item->at_us < found->at_us || !str_is(failure->plugin, found->health->label) ||
        !str_is(failure->guard, guard_word(found->health->guard)))
        return 0;
    found->at_us = item->at_us;
    health_keep_message(found->health, failure->message);
    return 0;
}

static int recall_all(struct desk *desk, struct store_reader *reader, struct error *err)
{
    int code = 0;
    for (struct health *at = desk->healths; code >= 0 && at; at = at->next) {
        struct recall found = {.health = at};
        if (at->aside_us && !at->message)
            code = store_quarantine(reader, recall, &found, err);
    }
    return code;
}

int health_load(struct desk *desk, struct error *err)
{
    struct store_reader *reader = NULL;
    if (!desk->store_dir)
        return 0;
    int code = desk_reader(desk, false, &reader, err);
    if (code < 0)
        return code;
    code = store_read_health(reader, take, desk, err);
    if (code >= 0)
        code = recall_all(desk, reader, err);
    store_reader_close(reader);
    return code;
}

/* ---- to the store ---- */

struct saving {
    struct store_request request;
    struct arena *arena;
    bool *done;
};

static void saved(struct store_request *request)
{
    struct saving *saving = request->data;
    if (request->error.code < 0)
        log_warn("plugins", "how plugins do could not be stored: %s", request->error.text);
    if (saving->done)
        *saving->done = true;
    arena_free(saving->arena);
    mem_free(saving);
}

static struct str write_failures(const struct health *health, struct arena *arena)
{
    char text[FAILURES_BYTES] = "";
    size_t used = 0;
    for (int i = 0; i < GUARD_COUNT; i++)
        if (health->failures[i])
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s %llu", used ? " " : "",
                                     guard_word((enum guard)i),
                                     (unsigned long long)health->failures[i]);
    return arena_str(arena, str_of(text));
}

static void fill(const struct health *health, const struct pool_calls *calls, struct arena *arena,
                 struct store_health *out)
{
    *out = (struct store_health){
        .fingerprint = health->fingerprint,
        .plugin = arena_str(arena, str_of(health->label)),
        .title = arena_str(arena, str_of(health->title)),
        .since_us = health->since_us,
        .calls = (int64_t)calls->count,
        .us = calls->us,
        .most_us = calls->most_us,
        .most_bytes = (int64_t)calls->most_bytes,
        .failures = write_failures(health, arena),
        .running = (int64_t)health->running,
        .guard = str_of(guard_word(health->guard)),
        .aside_us = health->aside_us,
        .again_us = health->again_us,
    };
}

/* Those that changed since they were stored; NULL: none, or no memory. */
static struct saving *gather(struct desk *desk)
{
    size_t count = 0;
    for (const struct health *at = desk->healths; at; at = at->next)
        count++;
    struct saving *saving = mem_zero(1, sizeof *saving);
    if (!saving)
        return NULL;
    saving->arena = arena_new(LIMIT(WRITE_BYTES));
    struct store_health *rows =
        saving->arena ? arena_alloc(saving->arena, count + 1, sizeof *rows) : NULL;
    saving->request = (struct store_request){.op = STORE_HEALTH, .health = rows, .bytes = KIB};
    for (struct health *at = desk->healths; rows && at; at = at->next) {
        struct pool_calls calls;
        const uint64_t now = mark(desk, at, &calls);
        if (now == at->saved)
            continue;
        at->saved = now;
        fill(at, &calls, saving->arena, &rows[saving->request.health_count++]);
    }
    if (saving->request.health_count > 0)
        return saving;
    arena_free(saving->arena);
    mem_free(saving);
    return NULL;
}

void health_save(struct desk *desk, bool wait)
{
    struct saving *saving = desk->store ? gather(desk) : NULL;
    bool done = false;
    if (!saving)
        return;
    saving->request.done = saved;
    saving->request.data = saving;
    saving->done = wait ? &done : NULL;
    host_store(desk, &saving->request);
    if (wait)
        host_wait(desk, &done);
}
