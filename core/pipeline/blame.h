/* For an answer that the host refuses: which function of the plugin gave it, about what. The text
 * is that of a fault of the plugin's own (plugin/report.h). */
#pragma once

#include "pipeline/lineup.h"
#include "plugin/report.h"

struct blame {
    char message[ERROR_TEXT_MAX + 200]; /* "scripts/ingest/x/init.lua:12: WHY" */
    char traceback[REPORT_SIZE];
};

/* `function`: "run". `document` is what it was called with. Of a native plugin the message is `why`
 * alone. */
void blame_answer(const struct desk_plugin *plugin, const char *function,
                  const struct document *document, const char *why, struct blame *out);
