#include "control/report.h"

#include <string.h>

#include "base/alloc.h"
#include "control/protocol.h"
#include "model/json.h"

static const char *const outcomes[] = {
    [INGEST_ADDED] = "added",     [INGEST_KNOWN] = "known",     [INGEST_FAILED] = "failed",
    [INGEST_REFUSED] = "refused", [INGEST_SKIPPED] = "skipped", [INGEST_LATER] = "later"};
#define OUTCOMES (sizeof outcomes / sizeof *outcomes)

/* X(field): counts, on both sides by their names. */
/* clang-format off */
#define COUNTS_MAP(X)                                                                              \
    X(documents) X(added) X(known) X(failed) X(refused) X(articles) X(versions) X(same) X(faults)  \
    X(bytes) X(skipped)
#define REPORT_MAP(X) X(articles) X(added) X(versions) X(same) X(faults)
/* clang-format on */

static json_t *number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static uint64_t number_of(const json_t *line, const char *name)
{
    const json_int_t value = json_integer_value(json_object_get(line, name));
    return value > 0 ? (uint64_t)value : 0;
}

/* Gives NULL, and frees what was made, once something could not be set. */
static json_t *with(json_t *object, const char *name, json_t *value)
{
    if (object && json_object_set_new(object, name, value) == 0)
        return object;
    if (!object)
        json_decref(value);
    json_decref(object);
    return NULL;
}

static json_t *with_text(json_t *object, const char *name, const char *text)
{
    return text ? with(object, name, str_to_json(str_of(text))) : object;
}

/* ---- packing ---- */

static json_t *pack_notes(const struct ingest_report *report)
{
    json_t *notes = json_array();
    for (size_t i = 0; notes && i < report->note_count; i++) {
        if (json_array_append_new(notes, str_to_json(report->notes[i])) < 0) {
            json_decref(notes);
            return NULL;
        }
    }
    return notes;
}

json_t *report_pack(const struct ingest_report *report)
{
    json_t *line = json_object();
    line = with(line, "path", control_path(report->path));
    line = with(line, "outcome", json_string(outcomes[report->outcome]));
    line = with(line, "resumed", json_boolean(report->resumed));
    line = with(line, "again", json_boolean(report->again));
    line = with_text(line, "known", report->known);
    line = with_text(line, "plugin", report->plugin);
    line = with_text(line, "guard", report->guard);
#define PACK(name) line = with(line, "n_" #name, number(report->name));
    REPORT_MAP(PACK)
#undef PACK
    line = with(line, "notes", pack_notes(report));
    line = with(line, "document", json_integer(report->document_id));
    line = with(line, "quarantine", json_integer(report->quarantine_id));
    if (report->error)
        line = with(line, "error",
                    json_pack("{s:i, s:o}", "code", report->error->code, "text",
                              str_to_json(str_of(report->error->text))));
    return line;
}

json_t *report_pack_progress(const struct desk_progress *progress)
{
    json_t *line = json_object();
    line = with(line, "done", number(progress->done));
    line = with(line, "total", number(progress->total));
    line = with(line, "bytes", number(progress->bytes));
    return with_text(line, "unit", progress->unit);
}

json_t *report_pack_counts(const struct ingest_counts *counts)
{
    json_t *line = json_object();
#define PACK(name) line = with(line, #name, number(counts->name));
    COUNTS_MAP(PACK)
#undef PACK
    return line;
}

json_t *report_pack_retry(const struct retry_counts *counts)
{
    json_t *line = json_object();
    line = with(line, "documents", report_pack_counts(&counts->documents));
    line = with(line, "articles", number(counts->articles));
    line = with(line, "healed", number(counts->articles_healed));
    return with(line, "failed", number(counts->articles_failed));
}

/* ---- reading ---- */

static const char *text_of(const json_t *line, const char *name)
{
    return json_string_value(json_object_get(line, name));
}

static int read_outcome(const json_t *line, enum ingest_outcome *out)
{
    const char *text = text_of(line, "outcome");
    for (size_t i = 0; text && i < OUTCOMES; i++) {
        if (strcmp(text, outcomes[i]) == 0) {
            *out = (enum ingest_outcome)i;
            return 0;
        }
    }
    return ERR_INVALID;
}

static int read_notes(const json_t *notes, struct report_read *out)
{
    const size_t count = json_array_size(notes);
    out->notes = mem_array(count, sizeof *out->notes);
    if (!out->notes)
        return ERR_NOMEM;
    for (size_t i = 0; i < count; i++) {
        const json_t *note = json_array_get(notes, i);
        out->notes[i] = (struct str){json_string_value(note), json_string_length(note)};
    }
    out->report.notes = out->notes;
    out->report.note_count = count;
    return 0;
}

static void read_error(const json_t *error, struct report_read *out)
{
    const char *text = text_of(error, "text");
    if (!text)
        return;
    error_set(&out->error, (int)json_integer_value(json_object_get(error, "code")), "%s", text);
    out->report.error = &out->error;
}

int report_read(const json_t *line, struct report_read *out, struct error *err)
{
    *out = (struct report_read){0};
    struct ingest_report *report = &out->report;
    if (read_outcome(line, &report->outcome) < 0)
        return error_set(err, ERR_INVALID, "a report has an outcome that is not known here");
    int code = control_bytes_of(json_object_get(line, "path"), "path", &out->path, err);
    if (code >= 0 && read_notes(json_object_get(line, "notes"), out) < 0)
        code = error_set(err, ERR_NOMEM, "out of memory while reading a report");
    if (code < 0) {
        report_read_free(out);
        return code;
    }
    report->path = out->path;
    report->resumed = json_is_true(json_object_get(line, "resumed"));
    report->again = json_is_true(json_object_get(line, "again"));
    report->known = text_of(line, "known");
    report->plugin = text_of(line, "plugin");
    report->guard = text_of(line, "guard");
#define READ(name) report->name = (size_t)number_of(line, "n_" #name);
    REPORT_MAP(READ)
#undef READ
    report->document_id = (int64_t)number_of(line, "document");
    report->quarantine_id = (int64_t)number_of(line, "quarantine");
    read_error(json_object_get(line, "error"), out);
    return 0;
}

void report_read_free(struct report_read *read)
{
    mem_free(read->path);
    mem_free(read->notes);
    *read = (struct report_read){0};
}

void report_read_progress(const json_t *line, struct desk_progress *out)
{
    const char *unit = text_of(line, "unit");
    *out = (struct desk_progress){.done = number_of(line, "done"),
                                  .total = number_of(line, "total"),
                                  .bytes = number_of(line, "bytes"),
                                  .unit = unit ? unit : ""};
}

void report_add_counts(const json_t *line, struct ingest_counts *counts)
{
#define ADD(name) counts->name += number_of(line, #name);
    COUNTS_MAP(ADD)
#undef ADD
}

void report_add_retry(const json_t *line, struct retry_counts *counts)
{
    report_add_counts(json_object_get(line, "documents"), &counts->documents);
    counts->articles += number_of(line, "articles");
    counts->articles_healed += number_of(line, "healed");
    counts->articles_failed += number_of(line, "failed");
}
