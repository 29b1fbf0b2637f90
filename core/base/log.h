/* The log: lines on stderr. Human on a terminal, JSON lines otherwise when asked for. Any thread.
 */
#pragma once

#include <stdarg.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_form { LOG_FORM_TEXT, LOG_FORM_JSON };

void log_setup(enum log_level least, enum log_form form);
/* "error" and so on; the level of a name, or -1. */
const char *log_level_name(enum log_level level);
int log_level_of(const char *name);
void log_write(enum log_level level, const char *area, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
#define log_error(area, ...) log_write(LOG_LEVEL_ERROR, area, __VA_ARGS__)
#define log_warn(area, ...)  log_write(LOG_LEVEL_WARN, area, __VA_ARGS__)
#define log_info(area, ...)  log_write(LOG_LEVEL_INFO, area, __VA_ARGS__)
#define log_debug(area, ...) log_write(LOG_LEVEL_DEBUG, area, __VA_ARGS__)
