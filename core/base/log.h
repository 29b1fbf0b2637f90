/* The log: lines on stderr, for people ("copydesk: error: store: disk full") or, when asked for, as
 * JSON objects {"time","level","area","message"}. Any thread; a line is one write. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_form { LOG_FORM_TEXT, LOG_FORM_JSON };

/* `least`: the least important level that is written. Before this is called: info and above, as
 * text. Colour is used in the text form, on a terminal, when NO_COLOR is not set. Call it at start,
 * before there are threads: it reads the environment. */
void log_setup(enum log_level least, enum log_form form);
/* "error", "warning", "info", "debug"; the level of a name ("warn" too), or -1. */
int log_level_of(const char *name);
/* Appends `text` as it may be shown on a terminal: what utf8_next calls harmless, and tabs, as they
 * are; `line_end` for each end of line; the bytes of all else as \xNN. */
void log_clean(struct buf *out, struct str text, const char *line_end);
/* `area`: the part of the house ("store"), or NULL. The message needs no end of line; more lines
 * are indented under the first. Bytes that are no UTF-8 and control characters are shown as \xNN:
 * what a plugin logs cannot steer a terminal. Cut at 8 KiB. */
void log_write(enum log_level level, const char *area, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The last error that was logged (the beginning of its message); false: none yet. */
struct log_last {
    int64_t wall_us;
    char area[32], message[512];
};
bool log_last_error(struct log_last *out);

#define log_error(area, ...) log_write(LOG_LEVEL_ERROR, area, __VA_ARGS__)
#define log_warn(area, ...)  log_write(LOG_LEVEL_WARN, area, __VA_ARGS__)
#define log_info(area, ...)  log_write(LOG_LEVEL_INFO, area, __VA_ARGS__)
#define log_debug(area, ...) log_write(LOG_LEVEL_DEBUG, area, __VA_ARGS__)
