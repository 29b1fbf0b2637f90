#include "schedule/spec.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/limits.h"
#include "model/wire.h"
#include "plugin/registry.h"
#include "schedule/civil.h"
#include "schedule/names.h"

#define SECOND_US INT64_C(1000000)
#define DAY_S     86400UL

/* Where desk.lua says nothing. */
#define WINDOW_DEFAULT   (7 * (int64_t)DAY_S * SECOND_US)
#define MAX_DEFAULT      10
#define FAILURES_DEFAULT 5
#define DEBOUNCE_DEFAULT (5 * SECOND_US)

#define LIMIT_OF(which) (&limit_table[LIMIT_##which##_INDEX])

const char *const event_names[EVENT_COUNT] = {
#define EVENT_NAME(name, text) text,
    EVENT_MAP(EVENT_NAME)
#undef EVENT_NAME
};

/* One desk.job while it is read. */
struct reading {
    const msgpack_object *value;
    struct job_list *list;
    struct job_spec *out;
    struct zone **zone;
    struct error *err;
};

static int refuse(const struct reading *in, int code, const char *why)
{
    return error_set(in->err, code, "desk.lua:%d: desk.job \"%s\": %s", in->out->line,
                     in->out->name ? in->out->name : "", why);
}

static int no_memory(const struct reading *in)
{
    return error_set(in->err, ERR_NOMEM, "out of memory for the jobs of desk.lua");
}

/* *out stays as it is where the field is not there. */
static int read_text(const struct reading *in, const char *key, size_t max, const char **out)
{
    struct str text = STR_NONE;
    struct error why = {0};
    const msgpack_object *value = wire_get(in->value, key);
    if (!value)
        return 0;
    if (wire_text(value, key, max, &text, &why) < 0)
        return refuse(in, why.code, why.text);
    if (text.len && memchr(text.at, 0, text.len))
        return refuse(in, ERR_INVALID, "a text holds a zero byte");
    *out = arena_text(in->list->arena, text);
    return *out ? 0 : no_memory(in);
}

/* `least` and `most` in seconds; the limit is that of `most`. */
static int read_span(const struct reading *in, const char *key, int64_t least,
                     const struct limit_info *most, int64_t *out)
{
    const char *text = NULL;
    struct error why = {0};
    const int code = read_text(in, key, LIMIT(TAG_BYTES), &text);
    if (code < 0 || !text)
        return code;
    if (clock_parse_span(str_of(text), out, &why) < 0) {
        const char *message = arena_printf(in->list->arena, "%s: %s", key, why.text);
        return message ? refuse(in, ERR_INVALID, message) : no_memory(in);
    }
    if (*out >= least * SECOND_US && *out <= (int64_t)most->value * SECOND_US)
        return 0;
    const char *message =
        arena_printf(in->list->arena, "%s = \"%s\" must lie between %llds and %lud (%s)", key, text,
                     (long long)least, most->value / DAY_S, most->name);
    return message ? refuse(in, ERR_LIMIT, message) : no_memory(in);
}

static int read_whole(const struct reading *in, const char *key, int64_t most, unsigned *out)
{
    int64_t number = 0;
    struct error why = {0};
    const msgpack_object *value = wire_get(in->value, key);
    if (!value)
        return 0;
    if (wire_int(value, key, 0, most, &number, &why) < 0)
        return refuse(in, why.code, why.text);
    *out = (unsigned)number;
    return 0;
}

/* The place of the field's value among `words`; *out stays where it is not there. */
static int read_choice(const struct reading *in, const char *key, const char *const *words,
                       size_t count, unsigned *out)
{
    const char *text = NULL;
    const int code = read_text(in, key, LIMIT(TAG_BYTES), &text);
    if (code < 0 || !text)
        return code;
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], text) == 0) {
            *out = (unsigned)i;
            return 0;
        }
    const char *known = words[0];
    for (size_t i = 1; known && i < count; i++)
        known =
            arena_printf(in->list->arena, "%s%s%s", known, i + 1 < count ? ", " : " or ", words[i]);
    const char *message =
        known ? arena_printf(in->list->arena, "%s cannot be \"%.40s\"; it is %s", key, text, known)
              : NULL;
    return message ? refuse(in, ERR_INVALID, message) : no_memory(in);
}

/* ---- when ---- */

static int read_zone(const struct reading *in)
{
    const char *name = NULL;
    struct error why = {0};
    int code = read_text(in, "tz", LIMIT(TAG_BYTES), &name);
    if (code < 0)
        return code;
    code = name ? zone_open(name, in->zone, &why) : zone_open_local(in->zone, &why);
    if (code < 0)
        return refuse(in, code, why.text);
    in->out->timing.zone = *in->zone;
    return 0;
}

static int read_events(const struct reading *in)
{
    const msgpack_object *list = wire_get(in->value, "on");
    struct str text = STR_NONE;
    if (!list)
        return 0;
    if (list->type != MSGPACK_OBJECT_ARRAY)
        return refuse(in, ERR_INVALID, "on is a list, as { \"article.stored\" }");
    for (uint32_t i = 0; i < list->via.array.size; i++) {
        unsigned event = 0;
        if (wire_text(&list->via.array.ptr[i], "on", LIMIT(TAG_BYTES), &text, NULL) < 0)
            return refuse(in, ERR_INVALID, "on is a list of texts");
        while (event < EVENT_COUNT && !str_is(text, event_names[event]))
            event++;
        if (event == EVENT_COUNT) {
            const char *nearest = str_nearest(text, event_names, EVENT_COUNT);
            const char *message =
                arena_printf(in->list->arena, "there is no event \"%.*s\"%s%s%s",
                             (int)utf8_cut(text, 40), text.at, nearest ? "; did you mean \"" : "",
                             nearest ? nearest : "", nearest ? "\"?" : "");
            return message ? refuse(in, ERR_INVALID, message) : no_memory(in);
        }
        in->out->events |= 1U << event;
        in->out->when = in->out->when ? arena_printf(in->list->arena, "%s, %s", in->out->when,
                                                     event_names[event])
                                      : event_names[event];
        if (!in->out->when)
            return no_memory(in);
    }
    return 0;
}

static int read_timing(const struct reading *in)
{
    const char *cron = NULL;
    const char *at = NULL;
    struct timing *timing = &in->out->timing;
    struct error why = {0};
    int code = read_text(in, "cron", LIMIT(TAG_BYTES), &cron);
    if (code >= 0)
        code = read_text(in, "at", LIMIT(TAG_BYTES), &at);
    if (code >= 0)
        code = read_events(in);
    if (code < 0)
        return code;
    if (!!cron + !!at + !!in->out->events != 1)
        return refuse(in, ERR_INVALID,
                      "it needs one of cron = \"0 7 * * *\", at = \"2026-12-24 18:00\" and on = { "
                      "\"article.stored\" }");
    if (cron || at)
        in->out->when = cron ? cron : at;
    timing->kind = cron ? TIMING_CRON : at ? TIMING_ONCE : TIMING_NEVER;
    if (cron && cron_parse(str_of(cron), &timing->cron, &why) < 0)
        return refuse(in, ERR_INVALID, why.text);
    if (at && civil_parse(str_of(at), &timing->local, &why) < 0)
        return refuse(in, ERR_INVALID, why.text);
    if (timing->kind == TIMING_NEVER && wire_get(in->value, "catchup"))
        return refuse(in, ERR_INVALID, "catchup is for jobs with a time; no event is ever missed");
    code = read_zone(in);
    struct hasher hasher;
    hash_begin(&hasher);
    hash_add_field(&hasher, cron ? cron : "", cron ? strlen(cron) : 0);
    hash_add_field(&hasher, at ? at : "", at ? strlen(at) : 0);
    if (*in->zone)
        hash_add_field(&hasher, zone_name(*in->zone), strlen(zone_name(*in->zone)));
    hash_add_field(&hasher, &in->out->events, sizeof in->out->events);
    hash_end(&hasher, &in->out->mark);
    return code;
}

static int read_policies(const struct reading *in)
{
    static const char *const catchups[] = {"last", "all", "none"};
    static const char *const overlaps[] = {"skip", "queue"};
    struct job_spec *out = in->out;
    unsigned catchup = DUE_LAST;
    unsigned overlap = 0;
    int64_t jitter = 0;
    out->due = (struct due_policy){.window_us = WINDOW_DEFAULT, .max = MAX_DEFAULT};
    out->pause_after = FAILURES_DEFAULT;
    out->debounce_us = DEBOUNCE_DEFAULT;
    int code = read_choice(in, "catchup", catchups, 3, &catchup);
    if (code >= 0)
        code = read_choice(in, "overlap", overlaps, 2, &overlap);
    if (code >= 0)
        code = read_span(in, "window", 60, LIMIT_OF(JOB_WINDOW), &out->due.window_us);
    if (code >= 0)
        code = read_whole(in, "max", DUE_MAX - 1, &out->due.max);
    if (code >= 0)
        code = read_span(in, "jitter", 0, LIMIT_OF(JOB_SPREAD), &jitter);
    if (code >= 0)
        code = read_span(in, "deadline", 1, LIMIT_OF(JOB_WINDOW), &out->deadline_us);
    if (code >= 0)
        code = read_span(in, "timeout", 1, LIMIT_OF(JOB_TIMEOUT), &out->timeout_us);
    if (code >= 0)
        code = read_span(in, "debounce", 0, LIMIT_OF(JOB_SPREAD), &out->debounce_us);
    if (code >= 0)
        code = read_whole(in, "retry", (int64_t)LIMIT(JOB_RETRIES), &out->retry);
    if (code >= 0)
        code = read_whole(in, "pause_after", (int64_t)LIMIT(JOB_FAILURES), &out->pause_after);
    out->due.catchup = (enum due_catchup)catchup;
    out->due.jitter_us = due_jitter(out->name, jitter);
    out->queued = overlap == 1;
    return code;
}

/* ---- what ---- */

static int read_options(const struct reading *in)
{
    const msgpack_object *value = wire_get(in->value, "options");
    msgpack_packer packer;
    BUF_AUTO struct buf packed = BUF_INIT;
    if (!value || (value->type == MSGPACK_OBJECT_ARRAY && value->via.array.size == 0))
        return 0;
    if (value->type != MSGPACK_OBJECT_MAP)
        return refuse(in, ERR_INVALID, "options is a table, as { max = 3 }");
    wire_packer(&packer, &packed);
    if (msgpack_pack_object(&packer, *value) != 0 || buf_failed(&packed))
        return no_memory(in);
    in->out->options = arena_str(in->list->arena, buf_view(&packed));
    return in->out->options.at ? 0 : no_memory(in);
}

static int check_plugin(const struct reading *in, const char *kind, const char *name)
{
    struct plugin_spec spec;
    struct error why = {0};
    const bool whole = strchr(name, '/') != NULL;
    const char *both = whole ? name : arena_printf(in->list->arena, "%s/%s", kind, name);
    if (!both)
        return no_memory(in);
    if (plugin_spec_parse(both, &spec, &why) < 0)
        return refuse(in, ERR_INVALID, why.text);
    if (strcmp(spec.kind, kind) != 0)
        return refuse(in, ERR_INVALID,
                      strcmp(kind, "task") == 0 ? "task names a plugin of kind task"
                                                : "export names a plugin of kind export");
    return 0;
}

static int read_work(const struct reading *in)
{
    static const char *const sorts[] = {"newest", "rank"};
    static const char *const coverage[] = {"new", "all"};
    struct job_spec *out = in->out;
    unsigned sort = 0;
    unsigned covers = 0;
    struct error why = {0};
    out->query = "";
    int code = read_text(in, "export", LIMIT(TAG_BYTES), &out->format);
    if (code >= 0)
        code = read_text(in, "task", LIMIT(TAG_BYTES), &out->task);
    if (code >= 0)
        code = read_text(in, "query", LIMIT(QUERY_BYTES), &out->query);
    if (code >= 0)
        code = read_text(in, "to", LIMIT(PATH_BYTES), &out->to);
    if (code >= 0)
        code = read_choice(in, "sort", sorts, 2, &sort);
    if (code >= 0)
        code = read_choice(in, "articles", coverage, 2, &covers);
    if (code >= 0)
        code = read_options(in);
    if (code < 0)
        return code;
    if (!out->format == !out->task)
        return refuse(in, ERR_INVALID, "it runs either an export or a task");
    out->ranked = sort == 1;
    out->all = covers == 1;
    if (out->format && (!out->to || !out->to[0]))
        return refuse(in, ERR_INVALID, "to is missing: where its files go, as \"out/{date}.md\"");
    if (out->to && names_check(out->to, &why) < 0)
        return refuse(in, ERR_INVALID, why.text);
    if (out->events & (1U << EVENT_STORED) && out->events != 1U << EVENT_STORED)
        return refuse(
            in, ERR_INVALID,
            "\"article.stored\" gives articles and the other events give none: make a job "
            "for each");
    if (out->format && out->events & ~(1U << EVENT_STORED))
        return refuse(in, ERR_INVALID,
                      "an export runs on \"article.stored\" alone; other events are for tasks");
    return check_plugin(in, out->task ? "task" : "export", out->task ? out->task : out->format);
}

/* ---- the list ---- */

static bool name_char(char c)
{
    return ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
}

/* It becomes a part of files' names. */
static int check_name(const struct reading *in)
{
    const char *name = in->out->name;
    const size_t len = name ? strlen(name) : 0;
    bool good = len > 0 && len < JOB_NAME_SIZE && name[0] != '.' && name[0] != '-';
    for (size_t i = 0; good && i < len; i++)
        good = name_char(name[i]);
    if (!good)
        return refuse(in, ERR_INVALID,
                      "a job's name is 1 to 64 letters, digits, \"-\", \"_\" and \".\"");
    for (const struct job_spec *other = in->list->at; other < in->out; other++)
        if (strcmp(other->name, name) == 0) {
            const char *message = arena_printf(
                in->list->arena, "there is a job of this name in line %d already", other->line);
            return message ? refuse(in, ERR_INVALID, message) : no_memory(in);
        }
    return 0;
}

static int read_job(const struct reading *in)
{
    int64_t line = 0;
    if (in->value->type != MSGPACK_OBJECT_MAP)
        return error_set(in->err, ERR_INVALID, "desk.lua: a desk.job is no table");
    if (wire_int(wire_get(in->value, "line"), "line", 0, INT32_MAX, &line, NULL) >= 0)
        in->out->line = (int)line;
    int code = read_text(in, "name", LIMIT(TAG_BYTES), &in->out->name);
    if (code >= 0)
        code = check_name(in);
    if (code >= 0)
        code = read_timing(in);
    if (code >= 0)
        code = read_policies(in);
    return code < 0 ? code : read_work(in);
}

static int read_all(const msgpack_object *jobs, struct job_list *list, struct error *err)
{
    const size_t count = jobs && jobs->type == MSGPACK_OBJECT_ARRAY ? jobs->via.array.size : 0;
    if (count > LIMIT(JOBS))
        return error_set(err, ERR_LIMIT, "desk.lua has %zu jobs, over %s (%lu)", count,
                         LIMIT_NAME(JOBS), LIMIT(JOBS));
    list->arena = arena_new(LIMIT(CONFIG_BYTES) * 4);
    list->at = mem_zero(count + 1, sizeof *list->at);
    list->zones = mem_zero(count + 1, sizeof *list->zones);
    if (!list->arena || !list->at || !list->zones)
        return error_set(err, ERR_NOMEM, "out of memory for the jobs of desk.lua");
    for (list->count = 0; list->count < count; list->count++) {
        const struct reading in = {&jobs->via.array.ptr[list->count], list, &list->at[list->count],
                                   &list->zones[list->count], err};
        const int code = read_job(&in);
        if (code < 0) {
            list->count++; /* its zone may be open */
            return code;
        }
    }
    return 0;
}

int job_list_read(const msgpack_object *jobs, struct job_list **out, struct error *err)
{
    struct job_list *list = mem_zero(1, sizeof *list);
    *out = NULL;
    if (!list)
        return error_set(err, ERR_NOMEM, "out of memory for the jobs of desk.lua");
    list->references = 1;
    const int code = read_all(jobs, list, err);
    if (code < 0)
        job_list_release(list);
    else
        *out = list;
    return code < 0 ? code : 0;
}

struct job_list *job_list_hold(struct job_list *list)
{
    list->references++;
    return list;
}

void job_list_release(struct job_list *list)
{
    if (!list || --list->references > 0)
        return;
    for (size_t i = 0; i < list->count; i++)
        zone_close(list->zones[i]);
    mem_free(list->zones);
    mem_free(list->at);
    arena_free(list->arena);
    mem_free(list);
}

int job_list_find(const struct job_list *list, const char *name, const struct job_spec **out,
                  struct error *err)
{
    const char *names[256];
    size_t count = 0;
    for (size_t i = 0; i < list->count && count < sizeof names / sizeof *names; i++) {
        if (strcmp(list->at[i].name, name) == 0) {
            *out = &list->at[i];
            return 0;
        }
        names[count++] = list->at[i].name;
    }
    const char *nearest = str_nearest(str_of(name), names, count);
    return error_set(err, ERR_NOTFOUND, "desk.lua has no job \"%.64s\"%s%s%s", name,
                     nearest ? "; did you mean "
                     : count ? "; `copydesk jobs` lists them"
                             : "",
                     nearest ? nearest : "", nearest ? "?" : "");
}
