/* Documents that commands give to a desk that runs. */
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "control/protocol.h"
#include "control/report.h"
#include "live/parts.h"
#include "pipeline/ingest.h"

struct live_given {
    struct live_given *next;
    struct live_commands *commands;
    struct control_call *call;
    struct ingest *ingest; /* NULL: all is in */
    struct ingest_counts counts;
    char **paths;
    size_t path_count;
    struct ingest_spooled *spooled;
    size_t spooled_count;
    char *source;
};

static void given_free(struct live_given *given)
{
    struct live_given **at = &given->commands->given;
    while (*at && *at != given)
        at = &(*at)->next;
    if (*at)
        *at = given->next;
    for (size_t i = 0; i < given->path_count; i++)
        mem_free(given->paths[i]);
    for (size_t i = 0; i < given->spooled_count; i++) {
        mem_free((char *)given->spooled[i].path);
        mem_free((char *)given->spooled[i].shown);
    }
    mem_free(given->paths);
    mem_free(given->spooled);
    mem_free(given->source);
    mem_free(given);
}

/* ---- the request ---- */

static const struct control_field spooled_fields[] = {
    {.name = "path", .type = CONTROL_PATH, .needed = true},
    {.name = "shown", .type = CONTROL_BYTES, .needed = true},
    {0}};
const struct control_field live_ingest_fields[] = {
    {.name = "paths", .type = CONTROL_PATHS},
    {.name = "spooled", .type = CONTROL_OBJECTS, .of = spooled_fields},
    {.name = "source", .type = CONTROL_TEXT},
    {0}};

static int read_paths(const json_t *list, struct live_given *given, struct error *err)
{
    const size_t count = json_array_size(list);
    given->paths = mem_zero(count, sizeof *given->paths);
    if (!given->paths)
        return error_set(err, ERR_NOMEM, "out of memory in the running desk");
    for (size_t i = 0; i < count; i++) {
        const int code = control_path_of(json_array_get(list, i), "paths", &given->paths[i], err);
        if (code < 0)
            return code;
        given->path_count++;
    }
    return 0;
}

/* Spooled files are removed once they are taken in: nothing else may be named so. */
static int check_spooled(const char *store_dir, const char *path, struct error *err)
{
    MEM_AUTO char *folder = file_join(store_dir, CONTROL_SPOOL "/");
    if (!folder)
        return error_set(err, ERR_NOMEM, "out of memory in the running desk");
    const size_t len = strlen(folder);
    if (strncmp(path, folder, len) == 0 && path[len] && path[len] != '.' &&
        !strchr(path + len, '/'))
        return 0;
    return error_set(err, ERR_INVALID, "'spooled': %s does not lie in %s", path, folder);
}

static int read_spooled_one(const json_t *value, const char *store_dir, struct ingest_spooled *out,
                            struct error *err)
{
    char *path = NULL, *shown = NULL;
    int code = control_path_of(json_object_get(value, "path"), "path", &path, err);
    out->path = path;
    if (code >= 0)
        code = check_spooled(store_dir, path, err);
    if (code >= 0)
        code = control_bytes_of(json_object_get(value, "shown"), "shown", &shown, err);
    out->shown = shown;
    return code;
}

static int read_spooled(const json_t *list, const char *store_dir, struct live_given *given,
                        struct error *err)
{
    const size_t count = json_array_size(list);
    given->spooled = mem_zero(count, sizeof *given->spooled);
    if (!given->spooled)
        return error_set(err, ERR_NOMEM, "out of memory in the running desk");
    for (size_t i = 0; i < count; i++) {
        given->spooled_count++;
        const int code =
            read_spooled_one(json_array_get(list, i), store_dir, &given->spooled[i], err);
        if (code < 0)
            return code;
    }
    return 0;
}

static int read_request(const json_t *request, const char *store_dir, struct live_given *given,
                        struct error *err)
{
    const char *source = json_string_value(json_object_get(request, "source"));
    int code = read_paths(json_object_get(request, "paths"), given, err);
    if (code >= 0)
        code = read_spooled(json_object_get(request, "spooled"), store_dir, given, err);
    if (code >= 0 && given->path_count + given->spooled_count == 0)
        code = error_set(err, ERR_INVALID, "'paths' or 'spooled' must name what is taken in");
    if (code >= 0 && source && !(given->source = mem_strdup(source)))
        code = error_set(err, ERR_NOMEM, "out of memory in the running desk");
    return code;
}

/* ---- the work ---- */

/* Who reads slowly is waited for: it is its own work that waits. */
static void mind_room(const struct live_given *given)
{
    if (given->ingest && control_full(given->call))
        ingest_pause(given->ingest, true);
}

void live_ingest_room(struct control_call *call, void *data)
{
    (void)data;
    const struct live_given *given = control_kept(call);
    if (given->ingest)
        ingest_pause(given->ingest, false);
}

static void on_report(const struct ingest_report *report, void *data)
{
    const struct live_given *given = data;
    live_say_taken(report);
    control_event(given->call, "report", report_pack(report));
    mind_room(given);
}

static void on_progress(const struct desk_progress *progress, void *data)
{
    const struct live_given *given = data;
    if (!control_full(given->call))
        control_event(given->call, "progress", report_pack_progress(progress));
}

static void answer(void *data)
{
    struct live_given *given = data;
    control_done(given->call, report_pack_counts(&given->counts));
    given_free(given);
}

static void remove_spooled(const struct live_given *given)
{
    for (size_t i = 0; i < given->spooled_count; i++)
        if (unlink(given->spooled[i].path) < 0)
            log_warn("control", "cannot remove %s, which was taken in", given->spooled[i].path);
}

/* What could not be received was said to who gave it; what was cut off stays for the next start.
 * Who is told that all is done may search for it: the index is waited for. */
static void on_done(const struct ingest_counts *counts, const struct error *failed, void *data)
{
    struct live_given *given = data;
    struct store *store = given->commands->desk->store;
    given->counts = *counts;
    given->ingest = NULL;
    if (failed) {
        control_fail(given->call, failed, json_pack("{s:o}", "counts", report_pack_counts(counts)));
        given_free(given);
        return;
    }
    remove_spooled(given);
    if (counts->added == 0 || store_flush(store, answer, given) < 0)
        answer(given);
}

void live_ingest_left(struct control_call *call, void *data)
{
    (void)data;
    const struct live_given *given = control_kept(call);
    if (given->ingest)
        ingest_cancel(given->ingest);
}

void live_commands_end(struct live_commands *commands)
{
    for (struct live_given *given = commands->given; given; given = given->next)
        if (given->ingest)
            ingest_cancel(given->ingest);
}

static int start(struct live_given *given, struct error *err)
{
    const struct ingest_options options = {
        .source = given->source, .spooled = given->spooled, .spooled_count = given->spooled_count};
    const struct ingest_callbacks callbacks = {on_report, on_progress, given};
    struct desk *desk = given->commands->desk;
    given->ingest = ingest_start(desk, (const char *const *)given->paths, given->path_count,
                                 &options, &callbacks, on_done, given, err);
    if (!given->ingest)
        return err->code;
    given->next = given->commands->given;
    given->commands->given = given;
    return 0;
}

void live_ingest(struct control_call *call, const json_t *request, void *data)
{
    struct live_commands *commands = data;
    struct error err = {0};
    struct live_given *given = mem_zero(1, sizeof *given);
    int code = given ? 0 : error_set(&err, ERR_NOMEM, "out of memory in the running desk");
    if (given) {
        given->commands = commands;
        given->call = call;
        control_keep(call, given);
        code = read_request(request, desk_store_folder(commands->desk), given, &err);
    }
    if (code >= 0)
        code = start(given, &err);
    if (code >= 0)
        return;
    if (given)
        given_free(given);
    control_fail(call, &err, NULL);
}
