#include "plugin/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define AROUND        2   /* lines before and after */
#define LINE_SHOWN    120 /* bytes of a line */
#define NAME_SHOWN    100 /* bytes of a headline, a name */
#define VALUE_SHOWN   40  /* bytes of an option */
#define OPTIONS_SHOWN 600 /* bytes of all options */

/* Appends to a text of a fixed size; what does not fit is left out. */
struct text {
    char *at;
    size_t len, size;
};

__attribute__((format(printf, 2, 3))) static void add(struct text *text, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int len = vsnprintf(text->at + text->len, text->size - text->len, format, args);
    va_end(args);
    if (len > 0 && text->len + (size_t)len < text->size)
        text->len += (size_t)len;
    text->at[text->len] = '\0';
}

/* On one line, cut; bytes that are no text become '?'. */
static void add_shown(struct text *text, struct str shown, size_t most)
{
    const size_t cut = utf8_cut(shown, most);
    for (size_t at = 0; at < cut;) {
        bool harmless = false;
        const size_t len = utf8_next((struct str){shown.at + at, cut - at}, &harmless);
        if (harmless || shown.at[at] == '\t')
            add(text, "%.*s", (int)len, shown.at + at);
        else
            add(text, "%s", shown.at[at] == '\n' ? " " : "?");
        at += len;
    }
    if (cut < shown.len)
        add(text, " ...");
}

static void add_value(struct text *text, const msgpack_object *value)
{
    switch (value->type) {
    case MSGPACK_OBJECT_STR:
        add(text, "\"");
        add_shown(text, (struct str){value->via.str.ptr, value->via.str.size}, VALUE_SHOWN);
        add(text, "\"");
        break;
    case MSGPACK_OBJECT_BOOLEAN:
        add(text, "%s", value->via.boolean ? "true" : "false");
        break;
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        add(text, "%lld", (long long)value->via.i64);
        break;
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        add(text, "%g", value->via.f64);
        break;
    case MSGPACK_OBJECT_ARRAY:
        add(text, "{");
        for (uint32_t i = 0; i < value->via.array.size && i < 4; i++) {
            add(text, i ? ", " : " ");
            if (value->via.array.ptr[i].type != MSGPACK_OBJECT_ARRAY)
                add_value(text, &value->via.array.ptr[i]);
        }
        add(text, value->via.array.size > 4 ? ", ... }" : " }");
        break;
    default:
        add(text, "?");
    }
}

static void add_options(struct text *text, const msgpack_object *options)
{
    if (!options || options->type != MSGPACK_OBJECT_MAP || options->via.map.size == 0)
        return;
    const size_t begun = text->len;
    for (uint32_t i = 0; i < options->via.map.size; i++) {
        const msgpack_object_kv *pair = &options->via.map.ptr[i];
        if (pair->key.type != MSGPACK_OBJECT_STR)
            continue;
        if (text->len - begun > OPTIONS_SHOWN) {
            add(text, ", ...");
            break;
        }
        add(text, "%s%.*s = ", i ? ", " : "options ", (int)pair->key.via.str.size,
            pair->key.via.str.ptr);
        add_value(text, &pair->val);
    }
    add(text, "\n");
}

static void add_subject(struct text *text, const struct report *report)
{
    if (report->article && report->article->id)
        add(text, "article %lld ", (long long)report->article->id);
    else if (report->article)
        add(text, "article ");
    else if (report->document)
        add(text, "document ");
    else
        return;
    if (report->article) {
        add(text, "\"");
        add_shown(text, report->article->headline, NAME_SHOWN);
        add(text, "\"\n");
    } else {
        add_shown(text, report->document->name, NAME_SHOWN);
        add(text, " (%zu bytes)\n", report->document->bytes.len);
    }
}

static void add_function(struct text *text, const struct report *report)
{
    const bool inner = report->function && *report->function &&
                       (!report->entry || strcmp(report->function, report->entry) != 0);
    if (inner)
        add(text, "in %s, ", report->function);
    if (report->entry)
        add(text, "%s%s\n", inner ? "called by " : "in ", report->entry);
    else
        add(text, "while it was loaded\n");
}

static void add_lines(struct text *text, const struct report *report)
{
    struct str rest = report->bytes;
    for (int line = 1; rest.len && line <= report->line + AROUND; line++) {
        const char *end = memchr(rest.at, '\n', rest.len);
        struct str shown = {rest.at, end ? (size_t)(end - rest.at) : rest.len};
        const size_t taken = shown.len + (end != NULL);
        rest.at += taken;
        rest.len -= taken;
        if (line < report->line - AROUND)
            continue;
        if (shown.len && shown.at[shown.len - 1] == '\r')
            shown.len--;
        add(text, "%s %5d | ", line == report->line ? ">" : " ", line);
        add_shown(text, shown, LINE_SHOWN);
        add(text, "\n");
    }
}

size_t plugin_report_write(const struct report *report, char *out)
{
    struct text text = {out, 0, REPORT_SIZE};
    out[0] = '\0';
    add_function(&text, report);
    add_subject(&text, report);
    add_options(&text, report->options);
    if (report->path && report->line > 0)
        add(&text, "%s:%d\n", report->path, report->line);
    if (report->line > 0)
        add_lines(&text, report);
    return text.len;
}
