/* Commands that write, beside a desk that runs: the lock is held, so what they would have done goes
 * over the control socket, and what comes back is printed by the same functions. */
#pragma once

#include "cli/reports.h"
#include "control/client.h"
#include "pipeline/quarantine.h"

/* Opens the desk for writing into *desk; or, when a running desk holds its lock, a line to that one
 * into *line, and *desk is open for DESK_READ. Reports a failure and gives its exit code. */
int open_desk_or_line(const struct cli_args *args, struct desk **desk,
                      struct control_client **line);
/* A line to the running desk, and the desk for DESK_READ, also when its desk.lua is gone. Without a
 * running one *line is NULL and the code CLI_DONE. */
int open_line(const struct cli_args *args, struct desk **desk, struct control_client **line);

void hang_up_at(struct control_client **line);
#define LINE_AUTO __attribute__((cleanup(hang_up_at)))

/* As ingest_paths and failed_retry do, by the running desk. */
int ingest_beside(struct control_client *line, struct desk *desk, const char *const *paths,
                  size_t count, const char *source, const struct ingest_callbacks *callbacks,
                  struct ingest_counts *counts, struct error *err);
int retry_beside(struct control_client *line, int64_t id, const struct ingest_callbacks *callbacks,
                 struct retry_counts *counts, struct error *err);
