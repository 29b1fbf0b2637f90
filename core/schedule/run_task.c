/* A run of a task: what it is told of, and what came of it. That it acts once, and says the same
 * when it is done again, is the task's own matter (pipeline/task.h), by the run's name. */
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "model/json.h"
#include "model/wire.h"
#include "pipeline/task.h"
#include "schedule/schedule_parts.h"

#define FACTS_MAX 16 /* of one event; the store writes no more */

struct tasking {
    struct run *run;
    void (*done)(struct run *run);
    msgpack_zone zone; /* of the options */
    msgpack_object options;
    struct task_item *items;
    size_t count, room;
    const char *kind; /* of the events: those of one run are of one kind */
};

static void finish(struct tasking *tasking)
{
    msgpack_zone_destroy(&tasking->zone);
    tasking->done(tasking->run);
}

/* ---- events ---- */

/* A number or a text; anything else is left out. */
static bool fact_of(struct arena *arena, const char *name, const json_t *value,
                    struct task_fact *out)
{
    char number[24];
    if (json_is_integer(value))
        snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
    else if (!json_is_string(value))
        return true;
    out->name = arena_text(arena, str_of(name));
    out->value = arena_str(arena, json_is_string(value) ? (struct str){json_string_value(value),
                                                                       json_string_length(value)}
                                                        : str_of(number));
    return out->name != NULL;
}

static bool add_facts(struct arena *arena, json_t *object, struct task_item *item)
{
    const char *name;
    json_t *value;
    struct task_fact *facts = arena_alloc(arena, FACTS_MAX, sizeof *facts);
    if (!facts)
        return false;
    item->facts = facts;
    json_object_foreach(object, name, value)
    {
        if (item->count == FACTS_MAX)
            break;
        if (!fact_of(arena, name, value, &facts[item->count]))
            return false;
        item->count += facts[item->count].name != NULL;
    }
    return true;
}

/* Names of files may be no UTF-8; such bytes become U+FFFD. */
static json_t *parse(struct str text)
{
    BUF_AUTO struct buf clean = BUF_INIT;
    while (text.len > 0) {
        const size_t good = utf8_valid(text.at, text.len);
        buf_append(&clean, text.at, good);
        if (good == text.len)
            break;
        buf_text(&clean, "\xEF\xBF\xBD");
        text = (struct str){text.at + good + 1, text.len - good - 1};
    }
    return buf_failed(&clean) ? NULL : json_loadb(clean.at ? clean.at : "", clean.len, 0, NULL);
}

static int take_event(const struct store_event *event, void *data)
{
    struct tasking *tasking = data;
    struct run *run = tasking->run;
    if (!tasking->kind)
        tasking->kind = arena_text(run->arena, event->kind);
    if (tasking->count == tasking->room || !tasking->kind)
        return 1;
    json_t *object = parse(event->data);
    const bool good = add_facts(run->arena, object, &tasking->items[tasking->count]);
    json_decref(object);
    if (!good)
        error_set(&run->error, ERR_NOMEM, "out of memory for what a task is told");
    tasking->count++;
    return !good;
}

static int read_events(struct tasking *tasking)
{
    struct run *run = tasking->run;
    const struct store_run *range = &run->what.run;
    const struct store_events which = {.job = str_of(run->spec->name),
                                       .kinds = run->spec->events & ~STORE_EVENT_STORED,
                                       .after = range->after_event,
                                       .upto = range->upto_event,
                                       .max = LIMIT(TASK_ITEMS)};
    if (!which.kinds)
        return 0;
    tasking->room = LIMIT(TASK_ITEMS);
    tasking->items = arena_alloc(run->arena, tasking->room, sizeof *tasking->items);
    if (!tasking->items)
        return error_set(&run->error, ERR_NOMEM, "out of memory for what a task is told");
    struct store_reader *reader = NULL;
    int code = desk_reader(run->schedule->desk, false, &reader, &run->error);
    if (code >= 0)
        code = store_read_events(reader, &which, take_event, tasking, &run->error);
    store_reader_close(reader);
    return run->error.code < 0 ? run->error.code : code;
}

/* ---- the task ---- */

static void task_ended(const struct task_result *result, void *data)
{
    struct tasking *tasking = data;
    struct run *run = tasking->run;
    run->task = NULL;
    run->articles = result->articles;
    run->files = result->files;
    run->error = result->error;
    if (result->files > 0 && run->to)
        run_add_output(run, run->to);
    finish(tasking);
}

static const char *event_of(const struct tasking *tasking)
{
    const unsigned events = tasking->run->spec->events;
    if (!events)
        return "schedule";
    if (tasking->kind)
        return tasking->kind;
    for (int i = 0; i < EVENT_COUNT; i++) /* a person runs it when nothing has happened */
        if (events >> i & 1)
            return event_names[i];
    return "schedule";
}

static int read_options(struct tasking *tasking)
{
    const struct str packed = tasking->run->spec->options;
    return packed.len ? wire_unpack(packed.at, packed.len, "options", &tasking->zone,
                                    &tasking->options, &tasking->run->error)
                      : 0;
}

static void start(struct tasking *tasking)
{
    struct run *run = tasking->run;
    const struct job_spec *spec = run->spec;
    char local[ZONE_TEXT_SIZE];
    const bool windowed = !spec->events || spec->events & STORE_EVENT_STORED;
    const struct task_request request = {
        .plugin = spec->task,
        .options = spec->options.len ? &tasking->options : NULL,
        .event = event_of(tasking),
        .job = spec->name,
        .instant_us = run->what.run.at_us,
        .local_time = zone_format(spec->timing.zone, run->what.run.at_us / 1000000, local),
        .windowed = windowed,
        .after_seq = windowed ? run->what.run.after_seq : 0,
        .upto_seq = windowed ? run->what.run.upto_seq : 0,
        .query = spec->query,
        .items = tasking->items,
        .item_count = tasking->count,
        .to = run->to,
    };
    run->task = task_start(run->schedule->desk, &request, task_ended, tasking);
    if (!run->task) {
        error_set(&run->error, ERR_NOMEM, "out of memory for a task");
        finish(tasking);
    }
}

void run_task(struct run *run, void (*done)(struct run *run))
{
    struct tasking *tasking = arena_alloc(run->arena, 1, sizeof *tasking);
    if (!tasking || !msgpack_zone_init(&tasking->zone, 512)) {
        error_set(&run->error, ERR_NOMEM, "out of memory for a task");
        done(run);
        return;
    }
    tasking->run = run;
    tasking->done = done;
    if (read_options(tasking) < 0 || read_events(tasking) < 0 ||
        (run->spec->to && run_target(run) < 0))
        finish(tasking);
    else
        start(tasking);
}

void run_task_cancel(struct run *run)
{
    task_cancel(run->task);
}
