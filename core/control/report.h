/* What operations of the pipeline say of documents, as it travels over the control socket: packed
 * by the desk, read by the command, which prints it as if it had done the work itself. */
#pragma once

#include <jansson.h>

#include "pipeline/ingest.h"
#include "pipeline/quarantine.h"

/* Fields of the events "report" and "progress", and of answers. NULL when out of memory. */
json_t *report_pack(const struct ingest_report *report);
json_t *report_pack_progress(const struct desk_progress *progress);
json_t *report_pack_counts(const struct ingest_counts *counts);
json_t *report_pack_retry(const struct retry_counts *counts);

/* A report with all that it points to, besides the line it was read from. */
struct report_read {
    struct ingest_report report;
    struct error error;
    char *path;
    struct str *notes;
};
int report_read(const json_t *line, struct report_read *out, struct error *err);
void report_read_free(struct report_read *read);
/* Strings point into `line`. What is not there is zero or "". */
void report_read_progress(const json_t *line, struct desk_progress *out);
/* These add to what is there. */
void report_add_counts(const json_t *line, struct ingest_counts *counts);
void report_add_retry(const json_t *line, struct retry_counts *counts);
