/* How a plugin does: what its calls took, what it failed on, and whether it is set aside.
 *
 * One of these stands for one fingerprint (code, data, options, grant): a reload that changes
 * nothing forgets nothing, and a changed plugin begins anew. It belongs to the desk and outlives
 * lineups. A desk that is open for writing keeps it in its store (health_kept.c), so that a plugin
 * that was set aside is so for the next host too, and not only after k more items.
 *
 * Set aside. A plugin of kind ingest, tag or summarize that fails on `after` items in a row
 * (desk.aside) is asked no more: what needs it goes to quarantine at once, the rest goes on. It is
 * asked again when it changed, when a person says `copydesk failed retry`, and after `again` by one
 * item. An item on which it does not fail makes all well. A retry asks for each of its items, set
 * aside or not, and its failures are no part of a row. So a row of poisoned documents sets a
 * sound plugin aside for `again` at most, as long as sound ones come, and loses nothing.
 *
 * All on the loop's thread. */
#pragma once

#include <jansson.h>

#include "pipeline/lineup.h"

struct health {
    struct health *next; /* in the desk's list, newest first */
    unsigned holders;    /* plugins of lineups that live */
    struct hash fingerprint;
    char *label, *title;     /* "tag/ships", "tag/ships@1.0.0" */
    int64_t since_us;        /* wall: what stands here was counted from then on */
    struct pool_calls ended; /* in lineups that have ended, and under earlier hosts */
    uint64_t failures[GUARD_COUNT];
    uint64_t running; /* failures in a row, up to now */
    enum guard guard; /* the last of them */
    char *message;    /* its first line; NULL: not known. Not kept: it may hold a text's words */
    bool claiming;    /* an ingest plugin: it failed when it was asked whose the document is */
    int64_t aside_us; /* wall: set aside since then; 0: it is not */
    int64_t again_us; /* wall: when one item may try it */
    uint64_t passed_over; /* items since then that did without */
    uint64_t saved;       /* health_mark() when it was last stored */
};

/* The one of a plugin that is loaded (`fingerprint`, `label` and `title` are set), made when there
 * is none, into plugin->health. ERR_NOMEM. */
int health_of(struct desk *desk, struct desk_plugin *plugin, struct error *err);
/* A new one at the head of the list; NULL: no memory. The oldest that no plugin holds goes when
 * there are HEALTH_KEPT. */
struct health *health_add(struct desk *desk, const struct hash *fingerprint, const char *label,
                          const char *title);
struct health *health_find(const struct desk *desk, const struct hash *fingerprint);
/* A lineup's workers are about to end: keeps what they counted. */
void health_keep_calls(struct lineup *lineup);
/* A lineup is gone. */
void health_let_go(struct lineup *lineup);
void health_free(struct desk *desk);

/* Calls so far, by all lineups that live and those before them. */
void health_calls(const struct desk *desk, const struct health *health, struct pool_calls *out);

/* What came of one item. NULL, or a plugin that is loaded for its manifest alone, is fine: nobody
 * did it. GUARD_INPUT is counted, but is neither: the plugin found that the input is not for it. */
void plugin_failed(struct lineup *lineup, const struct desk_plugin *plugin, enum guard guard,
                   const char *message);
/* The same of an item that a person has tried again: counted, but no step to being set aside. It
 * failed before, and a row of such items says nothing of the next one. */
void plugin_failed_again(struct lineup *lineup, const struct desk_plugin *plugin, enum guard guard,
                         const char *message);
void plugin_worked(struct lineup *lineup, const struct desk_plugin *plugin);

/* ---- set aside (aside.c) ---- */

bool health_is_aside(const struct lineup *lineup, const struct desk_plugin *plugin);
/* Whether an item that needs the plugin does without: asked once an item. False also for the item
 * that is to try it. */
bool health_bars(struct lineup *lineup, const struct desk_plugin *plugin);
/* Why, and what to do; into `arena`. NULL: no memory. */
const char *health_why(const struct health *health, struct arena *arena);
/* The same of the plugin, not of an item: for who asks how the desk is. */
const char *health_unwell(const struct health *health, struct arena *arena);
/* The first line of what its last failure said. */
void health_keep_message(struct health *health, struct str message);
/* All that are set aside are asked again, and have `after` failures before them. */
void health_begin_anew(struct desk *desk);

/* ---- kept in the store (health_kept.c) ---- */

/* Adds what the store has; nothing where there is no store. What the last failure of one that is
 * set aside said comes from the item, where that still waits. */
int health_load(struct desk *desk, struct error *err);
/* Stores what has changed; `wait`: until that is committed. What cannot be stored is in the log. */
void health_save(struct desk *desk, bool wait);

/* ---- said (health_said.c) ---- */

/* {"plugin", "name", "state" ("ok", "failing", "aside"), "since", "calls", "time_us", "longest_us",
 * "memory", "memory_most", "failures": {guard: n}, "running_failures", "aside": null or {"since",
 * "again", "guard", "message" (null: not known any more), "passed_over", "why" (as
 * health_unwell())}}. A new reference; NULL: no memory. */
json_t *health_to_json(const struct desk *desk, const struct health *health);
/* A list of these: of the lineup that serves, in the order in which its plugins run, then what was
 * loaded for exports and tasks. */
json_t *health_list(const struct desk *desk);
