#include "base/log.h"

#include <jansson.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"

#define MESSAGE_MAX 8192

static atomic_int least_level = LOG_LEVEL_INFO;
static atomic_int line_form = LOG_FORM_TEXT;
static atomic_bool with_colour;

static const struct {
    const char *name, *colour;
} levels[] = {
    [LOG_LEVEL_ERROR] = {"error", "\033[1;31m"},
    [LOG_LEVEL_WARN] = {"warning", "\033[1;33m"},
    [LOG_LEVEL_INFO] = {"info", "\033[36m"},
    [LOG_LEVEL_DEBUG] = {"debug", "\033[2m"},
};
#define LEVELS (sizeof levels / sizeof levels[0])

/* https://no-color.org: set and not empty, whatever the value. */
static bool colour_wanted(void)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return !(no && *no) && !(term && strcmp(term, "dumb") == 0) && isatty(STDERR_FILENO);
}

void log_setup(enum log_level least, enum log_form form)
{
    atomic_store(&least_level, (int)least);
    atomic_store(&line_form, (int)form);
    atomic_store(&with_colour, form == LOG_FORM_TEXT && colour_wanted());
}

int log_level_of(const char *name)
{
    if (strcmp(name, "warn") == 0)
        return LOG_LEVEL_WARN;
    for (size_t i = 0; i < LEVELS; i++) {
        if (strcmp(name, levels[i].name) == 0)
            return (int)i;
    }
    return -1;
}

/* What is no harmless character: its bytes as \xNN. */
static void add_bytes(struct buf *out, const char *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        buf_printf(out, "\\x%02x", (unsigned char)at[i]);
}

void log_clean(struct buf *out, struct str text, const char *line_end)
{
    bool harmless;
    for (size_t at = 0, len; at < text.len; at += len) {
        len = utf8_next((struct str){text.at + at, text.len - at}, &harmless);
        if (harmless || text.at[at] == '\t')
            buf_append(out, text.at + at, len);
        else if (text.at[at] == '\n')
            buf_text(out, line_end);
        else
            add_bytes(out, text.at + at, len);
    }
}

static void text_line(struct buf *out, enum log_level level, const char *area, struct str message)
{
    if (atomic_load(&with_colour))
        buf_printf(out, "copydesk: %s%s:\033[0m ", levels[level].colour, levels[level].name);
    else
        buf_printf(out, "copydesk: %s: ", levels[level].name);
    if (area && *area)
        buf_printf(out, "%s: ", area);
    log_clean(out, message, "\n    ");
    buf_byte(out, '\n');
}

static int append_json(const char *bytes, size_t len, void *out)
{
    return buf_append(out, bytes, len) < 0 ? -1 : 0;
}

static void json_line(struct buf *out, enum log_level level, const char *area, struct str message)
{
    char now[CLOCK_TEXT_SIZE];
    BUF_AUTO struct buf clean = BUF_INIT;
    log_clean(&clean, message, "\n");
    json_t *line = json_pack("{s:s, s:s, s:s, s:s%}", "time", clock_format(clock_wall_us(), now),
                             "level", levels[level].name, "area", area ? area : "", "message",
                             clean.at ? clean.at : "", clean.len);
    if (!line || json_dump_callback(line, append_json, out, JSON_COMPACT) < 0)
        out->failed = ERR_NOMEM;
    json_decref(line);
    buf_byte(out, '\n');
}

/* The message as it is written, without memory: the last resort. */
static void write_plain(struct str message)
{
    file_write_fd(STDERR_FILENO, "standard error", message.at, message.len, NULL);
    file_write_fd(STDERR_FILENO, "standard error", "\n", 1, NULL);
}

static pthread_mutex_t last_lock = PTHREAD_MUTEX_INITIALIZER;
static struct log_last last;

static void copy_cut(char *out, size_t room, struct str text)
{
    text.len = utf8_cut(text, room - 1);
    memcpy(out, text.at, text.len);
    out[text.len] = '\0';
}

static void keep_last(const char *area, struct str message)
{
    pthread_mutex_lock(&last_lock);
    last.wall_us = clock_wall_us();
    copy_cut(last.area, sizeof last.area, str_of(area ? area : ""));
    copy_cut(last.message, sizeof last.message, message);
    pthread_mutex_unlock(&last_lock);
}

bool log_last_error(struct log_last *out)
{
    pthread_mutex_lock(&last_lock);
    *out = last;
    pthread_mutex_unlock(&last_lock);
    return out->wall_us != 0;
}

void log_write(enum log_level level, const char *area, const char *format, ...)
{
    if ((unsigned)level >= LEVELS || (int)level > atomic_load(&least_level))
        return;
    char bytes[MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(bytes, sizeof bytes, format, args);
    va_end(args);
    struct str message = str_of(len < 0 ? format : bytes);
    if (len >= (int)sizeof bytes)
        message.len = utf8_cut(message, sizeof bytes - 5);
    while (message.len && message.at[message.len - 1] == '\n')
        message.len--;
    if (level == LOG_LEVEL_ERROR)
        keep_last(area, message);
    BUF_AUTO struct buf line = BUF_INIT;
    if (atomic_load(&line_form) == LOG_FORM_JSON)
        json_line(&line, level, area, message);
    else
        text_line(&line, level, area, message);
    if (buf_failed(&line))
        write_plain(message);
    else
        file_write_fd(STDERR_FILENO, "standard error", line.at, line.len, NULL);
}
