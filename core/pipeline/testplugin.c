#include "pipeline/testplugin.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "model/wire.h"
#include "pipeline/differ.h"
#include "pipeline/host.h"
#include "pipeline/own.h"
#include "plugin/canonical.h"

#define CASES_MAX 10000

struct tests {
    struct lineup *lineup;
    bool update;
    test_fn *each;
    void *data;
    desk_progress_fn *progress;
    struct test_counts counts;
};

/* One case in one process. */
struct outcome {
    struct pool_job job;
    bool done, passed;
    char name[256], message[1024], golden[128];
    char *traceback;
    struct str golden_text; /* in `frame` */
    struct pool_frame *frame;
    struct buf answer; /* canonical */
};

static void copy_text(const msgpack_object *map, const char *key, char *out, size_t size)
{
    struct str text = STR_NONE;
    const msgpack_object *value = wire_get(map, key);
    out[0] = '\0';
    if (value && wire_text(value, key, LIMIT(QUARANTINE_TEXT), &text, NULL) >= 0)
        snprintf(out, size, STR_FMT, STR_ARG(((struct str){text.at, utf8_cut(text, size - 1)})));
}

static void case_done(struct pool_job *job, const struct pool_answer *answer)
{
    struct outcome *outcome = job->data;
    outcome->done = true;
    if (answer->fault) {
        snprintf(outcome->message, sizeof outcome->message, "%s: %s",
                 guard_word(answer->fault->guard), answer->fault->message);
        outcome->traceback = mem_strdup(answer->fault->traceback);
        return;
    }
    const msgpack_object *passed = wire_get(answer->value, "passed");
    const msgpack_object *value = wire_get(answer->value, "answer");
    outcome->passed = passed && passed->type == MSGPACK_OBJECT_BOOLEAN && passed->via.boolean;
    copy_text(answer->value, "name", outcome->name, sizeof outcome->name);
    copy_text(answer->value, "message", outcome->message, sizeof outcome->message);
    struct str traceback = STR_NONE;
    if (wire_text(wire_get(answer->value, "traceback"), "traceback", LIMIT(QUARANTINE_TEXT),
                  &traceback, NULL) >= 0)
        outcome->traceback = mem_strndup(traceback.at ? traceback.at : "", traceback.len);
    copy_text(answer->value, "golden", outcome->golden, sizeof outcome->golden);
    if (wire_text(wire_get(answer->value, "golden_text"), "golden_text", LIMIT(JSON_BYTES),
                  &outcome->golden_text, NULL) >= 0)
        outcome->frame = pool_answer_keep(answer);
    if (value && canonical_pack(value, &outcome->answer) < 0)
        outcome->passed = false;
}

static void submit(struct tests *tests, struct outcome *outcome, const struct desk_plugin *tested,
                   uint32_t plugin, uint32_t number, bool fresh)
{
    struct pool_job *job = &outcome->job;
    msgpack_packer packer;
    wire_packer(&packer, &job->payload);
    msgpack_pack_map(&packer, 2);
    wire_pack_key(&packer, "plugin");
    msgpack_pack_uint32(&packer, plugin);
    wire_pack_key(&packer, "case");
    msgpack_pack_uint32(&packer, number);
    job->op = JOB_TEST;
    job->pool = plugin_pool(tests->lineup, tested);
    job->fresh = fresh;
    job->done = case_done;
    job->data = outcome;
    host_submit(tests->lineup, job);
}

static void outcome_free(struct outcome *outcome)
{
    buf_free(&outcome->job.payload);
    buf_free(&outcome->answer);
    pool_frame_free(outcome->frame);
    mem_free(outcome->traceback);
}

static void report(struct tests *tests, struct test_report *report)
{
    tests->counts.cases++;
    tests->counts.passed += report->passed;
    tests->counts.failed += !report->passed;
    tests->each(report, tests->data);
}

static bool plain_name(const char *name)
{
    const size_t len = strlen(name);
    return len > 5 && name[0] != '.' && !strchr(name, '/') && str_ends(str_of(name), ".json");
}

/* Writes the golden file when that is asked for and all else holds: a golden text is only there
 * when it was compared. 1: written. */
static int update_golden(const struct tests *tests, const struct desk_plugin *plugin,
                         const struct outcome *outcome, struct error *err)
{
    if (!tests->update || outcome->passed || !outcome->golden_text.len ||
        !plain_name(outcome->golden))
        return 0;
    MEM_AUTO char *path = file_join(plugin->entry->path, outcome->golden);
    if (!path)
        return error_set(err, ERR_NOMEM, "out of memory");
    const int code = file_replace(path, outcome->golden_text.at, outcome->golden_text.len, err);
    return code < 0 ? code : 1;
}

static void judge(struct tests *tests, const struct desk_plugin *plugin, uint32_t number,
                  const struct outcome *fresh, const struct outcome *warm)
{
    char name[280];
    const bool same = fresh->passed == warm->passed &&
                      str_same(buf_view(&fresh->answer), buf_view(&warm->answer));
    const struct outcome *shown = fresh->passed ? warm : fresh;
    struct test_report result = {
        .plugin = plugin->label,
        .path = plugin->entry->path,
        .name = name,
        .passed = fresh->passed && warm->passed && same,
        .differs = !same,
        .message = shown->message,
        .traceback = shown->traceback ? shown->traceback : "",
    };
    snprintf(name, sizeof name, "%s", fresh->name[0] ? fresh->name : warm->name);
    if (!name[0])
        snprintf(name, sizeof name, "case %u", number);
    char where[400];
    if (!same && fresh->passed == warm->passed) {
        differ_say(&fresh->answer, &warm->answer, where, sizeof where);
        result.message = where;
    }
    struct error why = {0};
    const int updated = same ? update_golden(tests, plugin, fresh, &why) : 0;
    if (updated < 0)
        result.message = why.text;
    result.passed |= updated > 0;
    result.updated = updated > 0 ? fresh->golden : NULL;
    tests->counts.updated += updated > 0;
    report(tests, &result);
}

static void run_case(struct tests *tests, const struct desk_plugin *plugin, uint32_t index,
                     uint32_t number)
{
    struct outcome fresh = {0};
    struct outcome warm = {0};
    submit(tests, &fresh, plugin, index, number, true);
    submit(tests, &warm, plugin, index, number, false);
    host_wait(tests->lineup->desk, &fresh.done);
    host_wait(tests->lineup->desk, &warm.done);
    judge(tests, plugin, number, &fresh, &warm);
    outcome_free(&fresh);
    outcome_free(&warm);
}

/* Case 0 asks how many there are. */
static int count_cases(struct tests *tests, const struct desk_plugin *tested, uint32_t index,
                       int64_t *count, char **traceback, struct error *err)
{
    struct pool_job job = {.op = JOB_TEST, .pool = plugin_pool(tests->lineup, tested)};
    struct pool_frame *frame = NULL;
    const msgpack_object *value = NULL;
    msgpack_packer packer;
    wire_packer(&packer, &job.payload);
    msgpack_pack_map(&packer, 2);
    wire_pack_key(&packer, "plugin");
    msgpack_pack_uint32(&packer, index);
    wire_pack_key(&packer, "case");
    msgpack_pack_uint32(&packer, 0);
    int code = host_call(tests->lineup, &job, &frame, &value, traceback, err);
    buf_free(&job.payload);
    if (code >= 0)
        code = wire_int(wire_get(value, "cases"), "cases", 0, CASES_MAX, count, err);
    pool_frame_free(frame);
    return code;
}

static void report_broken(struct tests *tests, const struct plugin_entry *entry,
                          const struct error *why, const char *traceback)
{
    char label[2 * PLUGIN_NAME_SIZE];
    snprintf(label, sizeof label, "%s/%s", entry->kind, entry->name);
    struct test_report result = {.plugin = label,
                                 .path = entry->path,
                                 .message = why->text,
                                 .traceback = traceback ? traceback : ""};
    report(tests, &result);
}

static void report_missing(struct tests *tests, const struct desk_plugin *plugin)
{
    const struct test_report result = {.plugin = plugin->label,
                                       .path = plugin->entry->path,
                                       .missing = true,
                                       .message = "it has no test.lua",
                                       .traceback = ""};
    tests->counts.untested++;
    tests->each(&result, tests->data);
}

static bool has_tests(const struct plugin_entry *entry)
{
    for (size_t i = 0; i < entry->file_count; i++)
        if (registry_is_test(str_of(entry->files[i].name)))
            return true;
    return false;
}

static void run_cases(struct tests *tests, const struct desk_plugin *plugin, uint32_t index,
                      int64_t count)
{
    for (int64_t number = 1; number <= count; number++) {
        run_case(tests, plugin, index, (uint32_t)number);
        const struct desk_progress progress = {.done = tests->counts.cases, .unit = "cases"};
        if (tests->progress)
            tests->progress(&progress, tests->data);
    }
}

static void test_entry(struct tests *tests, struct plugin_entry *entry)
{
    MEM_AUTO char *traceback = NULL;
    struct desk_plugin *plugin = NULL;
    struct error why;
    uint32_t index = 0;
    int64_t count = 0;
    tests->counts.plugins++;
    int code = host_load_tested(tests->lineup, entry, &plugin, &why);
    if (code >= 0 && !has_tests(entry)) {
        report_missing(tests, plugin);
        return;
    }
    if (code >= 0)
        code = host_ship_tests(tests->lineup, plugin, &index, &why);
    if (code >= 0)
        code = count_cases(tests, plugin, index, &count, &traceback, &why);
    if (code < 0)
        report_broken(tests, entry, &why, traceback);
    else
        run_cases(tests, plugin, index, count);
}

int plugin_test(struct desk *desk, const struct test_options *options, test_fn *each, void *data,
                desk_progress_fn *progress, struct test_counts *counts, struct error *err)
{
    struct lineup *lineup = desk->lineup;
    struct tests tests = {.lineup = lineup,
                          .update = options->update,
                          .each = each,
                          .data = data,
                          .progress = progress};
    const char *plugin = options->plugin;
    struct plugin_spec spec;
    struct plugin_entry *entry = NULL;
    int code = plugin ? plugin_spec_parse(plugin, &spec, err) : 0;
    if (code >= 0 && plugin)
        code = registry_find(lineup->registry, spec.kind, spec.name, &entry, err);
    if (code < 0)
        return code;
    size_t count = 0;
    struct plugin_entry **all = registry_all(lineup->registry, &count);
    for (size_t i = 0; i < count; i++)
        if (entry ? all[i] == entry : !all[i]->shadowed_by)
            test_entry(&tests, all[i]);
    if (counts)
        *counts = tests.counts;
    return 0;
}

void lineup_test(struct lineup *lineup, struct plugin_entry *entry, test_fn *each, void *data,
                 struct test_counts *counts)
{
    struct tests tests = {.lineup = lineup, .each = each, .data = data};
    test_entry(&tests, entry);
    *counts = tests.counts;
}
