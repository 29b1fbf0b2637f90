/* What became of documents, told to a person or as JSON; for ingest and failed retry. */
#pragma once

#include "cli/common.h"
#include "pipeline/ingest.h"

struct report_printer {
    struct bar *bar;
    bool json, quiet;
};

/* For struct ingest_callbacks; `data` is a struct report_printer. */
void print_report(const struct ingest_report *report, void *printer);
void report_progress(const struct desk_progress *progress, void *printer);
