#include "live/reload.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "live/parts.h"
#include "pipeline/testplugin.h"
#include "schedule/check.h"

struct reload_call {
    struct reload_call *next;
    struct control_call *call;
};

/* ---- what changed ---- */

static bool is_known(const struct lineup *now, const struct desk_plugin *plugin)
{
    for (uint32_t i = 0; i < now->plugin_count; i++) {
        const struct desk_plugin *other = now->plugins[i];
        if (other && !other->trial && hash_same(&other->fingerprint, &plugin->fingerprint))
            return true;
    }
    return false;
}

static void add_name(json_t *names, const char *name)
{
    for (size_t i = 0; i < json_array_size(names); i++)
        if (strcmp(json_string_value(json_array_get(names, i)), name) == 0)
            return;
    json_array_append_new(names, json_string(name));
}

/* ---- proof ---- */

struct proof {
    struct error *err;
    bool failed;
};

static void take_case(const struct test_report *report, void *data)
{
    struct proof *proof = data;
    if (report->passed || report->missing || proof->failed)
        return;
    proof->failed = true;
    error_set(proof->err, ERR_PLUGIN, "%s: its test %s%s%sfailed: %s", report->plugin,
              report->name ? "'" : "", report->name ? report->name : "", report->name ? "' " : "",
              report->message ? report->message : "");
}

static int test_one(struct live *live, struct lineup *next, struct desk_plugin *plugin,
                    struct error *err)
{
    struct proof proof = {.err = err};
    struct test_counts counts = {0};
    lineup_test(next, plugin->entry, take_case, &proof, &counts);
    if (live->stopping)
        return error_set(err, ERR_CANCELLED, "the desk ends");
    if (proof.failed)
        return err->code;
    log_debug("reload", "%s: %llu tests passed", plugin->label, (unsigned long long)counts.passed);
    return 0;
}

/* Each once, whatever number of options it runs with. */
static bool was_tested(const struct lineup *next, const struct lineup *now, uint32_t which)
{
    for (uint32_t i = 0; i < which; i++) {
        const struct desk_plugin *other = next->plugins[i];
        if (other && !other->trial && other->entry == next->plugins[which]->entry &&
            !is_known(now, other))
            return true;
    }
    return false;
}

static int prove(struct live *live, struct lineup *next, json_t *changed, struct error *err)
{
    const struct lineup *now = live->desk->lineup;
    const uint32_t count = next->plugin_count; /* tests add to it */
    int code = 0;
    if (!hash_same(&now->config_hash, &next->config_hash))
        add_name(changed, "desk.lua");
    for (uint32_t i = 0; code >= 0 && i < count; i++) {
        struct desk_plugin *plugin = next->plugins[i];
        if (!plugin || plugin->trial || is_known(now, plugin))
            continue;
        add_name(changed, plugin->label);
        if (!was_tested(next, now, i))
            code = test_one(live, next, plugin, err);
    }
    return code;
}

/* ---- settings of the floors above ---- */

int live_check_jobs(struct lineup *next, struct error *err)
{
    struct job_list *jobs = NULL;
    BUF_AUTO struct buf said = BUF_INIT;
    int code = job_list_read(next->config.jobs, &jobs, err);
    for (size_t i = 0; jobs && i < jobs->count; i++) {
        struct error why = {0};
        if (job_can_run(next, &jobs->at[i], &why) >= 0)
            continue;
        buf_printf(&said, "%s%s", said.len ? "; " : "", why.text);
        code = error_set(err, why.code, "%s", buf_failed(&said) ? why.text : said.at);
    }
    job_list_release(jobs);
    return code;
}

static int check(struct live *live, struct lineup *next, json_t *changed, struct error *err)
{
    const struct config *config = &next->config;
    int code = watch_check(desk_folder(live->desk), config->watches, config->watch_count, err);
    if (code >= 0)
        code = live_check_jobs(next, err);
    return code < 0 ? code : prove(live, next, changed, err);
}

/* ---- the swap ---- */

static int swap(struct live *live, struct lineup *next, struct error *err)
{
    const struct config *config = &next->config;
    const int code =
        live->watch ? watch_reload(live->watch, config->watches, config->watch_count, err) : 0;
    if (code >= 0) {
        lineup_serve(next);
        live->broken_job.code = 0; /* they were checked */
        live_schedule_reload(live);
    }
    return code;
}

static int load(struct live *live, json_t *changed, struct error *err)
{
    struct desk *desk = live->desk;
    struct lineup *next = NULL;
    if (live->stopping)
        return error_set(err, ERR_CANCELLED, "the desk ends");
    int code = lineup_open(desk, DESK_WORK, desk->lineup->workers, &next, err);
    if (code < 0)
        return code;
    live->reload.next = next;
    code = check(live, next, changed, err);
    live->reload.next = NULL;
    if (code >= 0)
        code = swap(live, next, err);
    if (code < 0)
        lineup_release(next);
    return code;
}

/* ---- what is said ---- */

static void log_changed(const json_t *changed)
{
    BUF_AUTO struct buf names = BUF_INIT;
    for (size_t i = 0; i < json_array_size(changed); i++)
        buf_printf(&names, "%s%s", i ? ", " : "", json_string_value(json_array_get(changed, i)));
    log_info("reload", "%s",
             buf_failed(&names) || names.len == 0 ? "nothing has changed" : names.at);
}

static void keep_outcome(struct live_reload *reload, int code, const struct error *err,
                         const json_t *changed)
{
    if (code < 0) {
        reload->failed = *err;
        reload->failed_us = clock_wall_us();
        log_error("reload", "%s; what served before goes on", err->text);
        return;
    }
    reload->failed.code = 0;
    reload->last_us = clock_wall_us();
    reload->count++;
    log_changed(changed);
}

static void answer(struct reload_call *calls, int code, const struct error *err, json_t *changed)
{
    while (calls) {
        struct reload_call *waiting = calls;
        calls = waiting->next;
        if (code < 0)
            control_fail(waiting->call, err, NULL);
        else
            control_done(waiting->call, json_pack("{s:O}", "changed", changed));
        mem_free(waiting);
    }
}

static void run_chore(void *data)
{
    struct live *live = data;
    struct live_reload *reload = &live->reload;
    struct reload_call *calls = reload->calls;
    struct error err = {0};
    json_t *changed = json_array();
    reload->calls = NULL;
    reload->call_count = 0;
    reload->again = false;
    notify_reloading(live->notify);
    const int code =
        changed ? load(live, changed, &err) : error_set(&err, ERR_NOMEM, "out of memory");
    keep_outcome(reload, code, &err, changed);
    if (!live->stopping)
        live_manager_ready(live);
    answer(calls, code, &err, changed);
    json_decref(changed);
    reload->due = false;
    if (reload->again)
        live_reload(live);
}

void live_reload_open(struct live *live)
{
    live->reload.chore = (struct host_later){.run = run_chore, .data = live};
}

void live_reload(struct live *live)
{
    struct live_reload *reload = &live->reload;
    if (reload->due) {
        reload->again = true;
        return;
    }
    reload->due = true;
    host_chore(live->desk, &reload->chore);
}

void live_reload_call(struct control_call *call, void *data)
{
    struct live *live = data;
    struct live_reload *reload = &live->reload;
    struct reload_call *waiting = NULL;
    struct error err;
    if (live->stopping)
        error_set(&err, ERR_CANCELLED, "the desk ends");
    else if (reload->call_count >= LIMIT(RELOAD_CALLS))
        error_set(&err, ERR_BUSY, "%lu commands wait for a reload already (limit RELOAD_CALLS)",
                  LIMIT(RELOAD_CALLS));
    else if (!(waiting = mem_zero(1, sizeof *waiting)))
        error_set(&err, ERR_NOMEM, "out of memory");
    if (!waiting) {
        control_fail(call, &err, NULL);
        return;
    }
    waiting->call = call;
    waiting->next = reload->calls;
    reload->calls = waiting;
    reload->call_count++;
    live_reload(live);
}
