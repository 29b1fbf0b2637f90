/* A desk with jobs whose clock the test sets. */
#pragma once

#include <stdio.h>

#include "base/clock.h"
#include "desk_help.h"
#include "pipeline/ingest.h"
#include "schedule/civil.h"
#include "schedule/schedule_parts.h"

#define SECOND_US INT64_C(1000000)
#define MINUTE_US (60 * SECOND_US)
#define HOUR_US   (60 * MINUTE_US)

static const char ingest[] =
    "return { kind = 'ingest', name = 'lines', version = '1.0.0', api = 1, about = 'A test.',\n"
    "claims = function() return 1 end,\n"
    "run = function(document) return { { headline = document.text:match('[^\\n]+'),\n"
    "body = document.text } } end }";
/* A file of all headlines; "fail" among the options' words makes it fail. */
static const char exporter[] =
    "local ctx\n"
    "return { kind = 'export', name = 'names', version = '1.0.0', api = 1, about = 'A test.',\n"
    "options = { fail = { type = 'boolean', default = false, doc = 'Fails.' },\n"
    "            spin = { type = 'boolean', default = false, doc = 'Takes long.' } },\n"
    "open = function(c) ctx = c end,\n"
    "close = function()\n"
    "  if ctx.options.fail then error('it was told to') end\n"
    "  if ctx.options.spin then for i = 1, 60000000 do end end\n"
    "  ctx:file('names.txt'):write('.')\n"
    "end,\n"
    "write = function(article) ctx:file('names.txt'):write(article.headline, '\\n') end }";

struct world {
    struct desk *desk;
    struct schedule *schedule;
    int64_t wall_us, mono_us;
    struct schedule_clock clock;
};

static struct world world; /* one test at a time */

static inline int64_t wall(void *data)
{
    (void)data;
    return world.wall_us;
}

static inline int64_t mono(void *data)
{
    (void)data;
    return world.mono_us;
}

static inline int64_t utc(const char *text)
{
    int64_t seconds = 0;
    struct error err = {0};
    if (civil_parse(str_of(text), &seconds, &err) < 0)
        fail_msg("%s", err.text);
    return seconds * SECOND_US;
}

static inline void begin(const char *jobs, const char *now)
{
    struct error err = {0};
    char config[2048];
    snprintf(config, sizeof config, "desk.ingest { 'lines' }\n%s", jobs);
    folder_put("desk/desk.lua", config);
    folder_put("desk/scripts/ingest/lines/init.lua", ingest);
    folder_put("desk/scripts/export/names/init.lua", exporter);
    (void)mkdir("desk/out", 0777);
    world.wall_us = utc(now);
    world.clock = (struct schedule_clock){wall, mono, NULL};
    world.desk = desk_must(DESK_WRITE);
    const struct schedule_options options = {.desk = world.desk, .clock = &world.clock};
    if (schedule_open(&options, &world.schedule, &err) < 0)
        fail_msg("%s", err.text);
}

static inline void set_true(void *data)
{
    *(bool *)data = true;
}

static inline void end(void)
{
    bool closed = false;
    schedule_close(world.schedule, set_true, &closed);
    host_wait(world.desk, &closed);
    desk_close(world.desk);
    world.desk = NULL;
}

static inline bool is_busy(void)
{
    if (world.schedule->pending > 0)
        for (struct job *job = world.schedule->jobs; job; job = job->next)
            if (job->writes || job->turn_count || (job->run && job->run->stage != STAGE_RETRY))
                return true;
    return world.schedule->stepping;
}

/* Until nothing is at work. */
static inline void settle(void)
{
    schedule_look(world.schedule);
    while (is_busy())
        host_turn(world.desk);
}

static inline void at(const char *now)
{
    const int64_t before = world.wall_us;
    world.wall_us = utc(now);
    if (world.wall_us > before)
        world.mono_us += world.wall_us - before;
    settle();
}

/* A day goes by in looks of at most a minute, as the timer has it. */
static inline void pass(const char *until)
{
    const int64_t end_us = utc(until);
    while (world.wall_us < end_us) {
        world.wall_us += MINUTE_US;
        world.mono_us += MINUTE_US;
        settle();
    }
}

static inline void take_in(const char *text)
{
    static int number;
    char path[64];
    struct error err = {0};
    const char *paths[] = {path};
    snprintf(path, sizeof path, "in/%d.txt", ++number);
    folder_put(path, text);
    const struct ingest_callbacks callbacks = {0};
    if (ingest_paths(world.desk, paths, 1, NULL, &callbacks, NULL, &err) < 0)
        fail_msg("%s", err.text);
}

/* ---- what the store has of it ---- */

static inline int write_run(const struct store_run *run, void *data)
{
    char at_text[CLOCK_TEXT_SIZE];
    buf_printf(data, "%s %s %lld-%lld %lld;", clock_format(run->at_us, at_text) + 5,
               run_state_names[run->state], (long long)run->after_seq, (long long)run->upto_seq,
               (long long)run->tries);
    return 0;
}

/* Newest first: "05-04T05:00:00Z done 0-1 1;" */
static inline void expect_runs(const char *job, const char *wanted)
{
    BUF_AUTO struct buf got = BUF_INIT;
    struct store_reader *reader = NULL;
    struct error err = {0};
    const struct store_runs which = {.job = str_of(job), .max = 1000};
    if (desk_reader(world.desk, false, &reader, &err) < 0 ||
        store_read_runs(reader, &which, write_run, &got, &err) < 0)
        fail_msg("%s", err.text);
    store_reader_close(reader);
    assert_text(buf_view(&got), wanted);
}
