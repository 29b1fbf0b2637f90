#include "cli/output.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "cli/cli.h"
#include "model/json.h"

#define WIDTH_DEFAULT  80
#define WIDTH_READABLE 100
#define MATCH_BEGIN    1
#define MATCH_END      2

bool output_coloured(void)
{
    static int known = -1;
    if (known < 0) {
        const char *term = getenv("TERM");
        const char *off = getenv("NO_COLOR");
        known = isatty(STDOUT_FILENO) && !(off && *off) && !(term && strcmp(term, "dumb") == 0);
    }
    return known;
}

const char *output_style(enum style style)
{
    static const char *const escapes[] = {[STYLE_PLAIN] = "\033[0m",
                                          [STYLE_BOLD] = "\033[1m",
                                          [STYLE_DIM] = "\033[2m",
                                          [STYLE_MATCH] = "\033[1;33m",
                                          [STYLE_BAD] = "\033[31m"};
    return output_coloured() ? escapes[style] : "";
}

unsigned output_width(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
        return size.ws_col;
    return WIDTH_DEFAULT;
}

int output_json(json_t *value)
{
    BUF_AUTO struct buf line = BUF_INIT;
    struct error err = {0};
    int result = value ? json_to_buf(value, JSON_TEXT, &line, &err)
                       : error_set(&err, ERR_NOMEM, "out of memory");
    json_decref(value);
    if (result < 0) {
        output_problem("%s", err.text);
        return result;
    }
    fwrite(line.at, 1, line.len, stdout);
    putchar('\n');
    return 0;
}

/* Length of the character at `at`, and whether it is one that must not reach a terminal. */
static size_t character(struct str text, size_t at, bool *control)
{
    bool harmless;
    size_t len = utf8_next((struct str){text.at + at, text.len - at}, &harmless);
    *control = !harmless;
    return len;
}

static void put(struct str text, size_t at, size_t len, bool control)
{
    if (control)
        fputs("\xEF\xBF\xBD", stdout);
    else
        fwrite(text.at + at, 1, len, stdout);
}

void output_text(struct str text)
{
    bool control;
    for (size_t at = 0, len; at < text.len; at += len) {
        len = character(text, at, &control);
        put(text, at, len, control && text.at[at] != '\n' && text.at[at] != '\t');
    }
}

/* Columns that a character takes: two for what East Asian fonts draw wide, near enough. */
static unsigned columns_of(struct str text, size_t at, size_t len)
{
    unsigned char lead = (unsigned char)text.at[at];
    if (len == 3 && lead >= 0xE3 && lead <= 0xED)
        return 2;
    return 1;
}

static bool blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

void output_line(struct str text, unsigned columns)
{
    unsigned used = 0;
    bool control;
    for (size_t at = 0, len; at < text.len; at += len) {
        len = character(text, at, &control);
        used += columns_of(text, at, len);
        if (used >= columns && at + len < text.len) {
            fputs("\xE2\x80\xA6", stdout);
            return;
        }
        if (blank(text.at[at]))
            putchar(' ');
        else
            put(text, at, len, control);
    }
}

static void put_indent(unsigned indent)
{
    printf("%*s", (int)indent, "");
}

void output_lines(struct str text, unsigned indent)
{
    while (text.len) {
        const char *end = memchr(text.at, '\n', text.len);
        const struct str line = {text.at, end ? (size_t)(end - text.at) : text.len};
        put_indent(indent);
        output_line(line, UINT_MAX);
        putchar('\n');
        text.at += line.len + (end != NULL);
        text.len -= line.len + (end != NULL);
    }
}

/* Columns of the word that starts at `at`, and where it ends. Match marks take none. */
static size_t word_end(struct str text, size_t at, unsigned *columns)
{
    bool control;
    *columns = 0;
    while (at < text.len && !blank(text.at[at])) {
        size_t len = character(text, at, &control);
        if (text.at[at] != MATCH_BEGIN && text.at[at] != MATCH_END)
            *columns += columns_of(text, at, len);
        at += len;
    }
    return at;
}

static void put_word(struct str text, size_t at, size_t end, bool marks)
{
    bool control;
    for (size_t len; at < end; at += len) {
        len = character(text, at, &control);
        if (marks && text.at[at] == MATCH_BEGIN)
            fputs(output_style(STYLE_MATCH), stdout);
        else if (marks && text.at[at] == MATCH_END)
            fputs(output_style(STYLE_PLAIN), stdout);
        else
            put(text, at, len, control);
    }
}

static void put_wrapped(struct str text, unsigned indent, bool marks)
{
    unsigned width = output_width() < WIDTH_READABLE ? output_width() : WIDTH_READABLE;
    unsigned used = indent, columns;
    bool fresh = true;
    put_indent(indent);
    for (size_t at = 0; at < text.len;) {
        if (text.at[at] == '\n' && !marks) {
            putchar('\n');
            put_indent(indent);
            used = indent;
            fresh = true;
        }
        if (blank(text.at[at])) {
            at++;
            continue;
        }
        size_t end = word_end(text, at, &columns);
        if (!fresh && used + 1 + columns > width) {
            putchar('\n');
            put_indent(indent);
            used = indent;
            fresh = true;
        }
        if (!fresh)
            putchar(' ');
        used += columns + !fresh;
        fresh = false;
        put_word(text, at, end, marks);
        at = end;
    }
    putchar('\n');
}

void output_wrapped(struct str text, unsigned indent)
{
    put_wrapped(text, indent, false);
}

void output_snippet(struct str text, unsigned indent)
{
    put_wrapped(text, indent, true);
}

void output_time(int64_t wall_us)
{
    time_t seconds = (time_t)(wall_us / 1000000);
    struct tm parts;
    char text[32];
    if (localtime_r(&seconds, &parts) && strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts))
        fputs(text, stdout);
}

__attribute__((format(printf, 2, 0))) static void say(const char *before, const char *format,
                                                      va_list args)
{
    BUF_AUTO struct buf raw = BUF_INIT;
    BUF_AUTO struct buf clean = BUF_INIT;
    buf_vprintf(&raw, format, args);
    log_clean(&clean, buf_view(&raw), "\n    ");
    if (buf_failed(&raw) || buf_failed(&clean))
        fputs("copydesk: out of memory while reporting what is wrong\n", stderr);
    else
        fprintf(stderr, "%s%.*s\n", before, (int)clean.len, clean.at ? clean.at : "");
}

void output_problem(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say("copydesk: ", format, args);
    va_end(args);
}

void output_detail(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    say("    ", format, args);
    va_end(args);
}

void output_name(const char *name)
{
    output_line(str_of(name), UINT_MAX);
}

int output_end(int code)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    if (errno == EPIPE)
        return code;
    fprintf(stderr, "copydesk: standard output: %s\n", strerror(errno));
    return code == CLI_DONE ? CLI_FAILED : code;
}
