#include "cli/help_reference.h"

#include <stdio.h>
#include <string.h>

#include "cli/output.h"

/* "desk.text.stem(word, lang)" */
static void print_signature(const struct reference_entry *entry)
{
    fputs(entry->name, stdout);
    if (entry->kind == REFERENCE_FUNCTION) {
        putchar('(');
        for (size_t i = 0; i < entry->params.count; i++)
            printf("%s%s", i ? ", " : "", entry->params.at[i].name);
        putchar(')');
    }
}

/* The first sentence, or the first line when it goes on. */
static int summary_length(const char *doc)
{
    const char *end = doc;
    while (*end && !(end[0] == '.' && (end[1] == ' ' || end[1] == '\n' || !end[1])) &&
           !(end[0] == ':' && end[1] == ' ') && !(end[0] == '\n' && end[1] == '\n'))
        end++;
    return (int)(end - doc);
}

static void print_summary(const char *doc)
{
    const int len = summary_length(doc);
    for (int i = 0; i < len; i++)
        putchar(doc[i] == '\n' ? ' ' : doc[i]);
}

/* ---- for a person ---- */

static void print_lines(const char *doc, const char *indent)
{
    for (const char *at = doc; *at;) {
        const int len = (int)strcspn(at, "\n");
        printf("%s%.*s\n", len ? indent : "", len, at);
        at += len + (at[len] == '\n');
    }
}

static void print_items(const char *title, const struct reference_list *list)
{
    if (list->count == 0)
        return;
    printf("\n%s%s%s\n", output_style(STYLE_BOLD), title, output_style(STYLE_PLAIN));
    for (size_t i = 0; i < list->count; i++) {
        const struct reference_item *item = &list->at[i];
        printf("  %s%s%s%s%s%s\n", item->name, *item->name ? ": " : "", item->type,
               item->optional ? " or nil" : "", *item->doc ? "\n      " : "", item->doc);
    }
}

/* desk.Article, not desk.text. */
static bool is_type(const struct reference_entry *entry)
{
    const char *last = strrchr(entry->name, '.');
    const char first = last ? last[1] : '\0';
    return first >= 'A' && first <= 'Z' && entry->kind != REFERENCE_FUNCTION;
}

static void print_members(const struct reference *reference, const struct reference_entry *of,
                          const char *title, bool types)
{
    bool any = false;
    for (size_t i = 0; i < reference->count; i++) {
        const struct reference_entry *entry = &reference->at[i];
        if (!reference_member(entry, of) || is_type(entry) != types)
            continue;
        if (!any)
            printf("\n%s%s%s\n", output_style(STYLE_BOLD), title, output_style(STYLE_PLAIN));
        any = true;
        fputs("  ", stdout);
        print_signature(entry);
        fputs("\n      ", stdout);
        print_summary(entry->doc);
        putchar('\n');
    }
}

void help_entry(const struct reference *reference, const struct reference_entry *entry)
{
    fputs(output_style(STYLE_BOLD), stdout);
    print_signature(entry);
    fputs(output_style(STYLE_PLAIN), stdout);
    if (*entry->type)
        printf("%s%s", entry->kind == REFERENCE_CLASS ? ", a " : ": ", entry->type);
    fputs("\n\n", stdout);
    print_lines(entry->doc, "");
    print_items("Parameters", &entry->params);
    print_items("Gives", &entry->returns);
    print_items("Fields", &entry->fields);
    print_members(reference, entry, "What is there", false);
    print_members(reference, entry, "Types", true);
}

/* ---- JSON ---- */

static json_t *items_json(const struct reference_list *list)
{
    json_t *array = json_array();
    for (size_t i = 0; array && i < list->count; i++) {
        const struct reference_item *item = &list->at[i];
        json_t *object = json_pack("{s:s, s:s, s:b, s:s}", "name", item->name, "type", item->type,
                                   "optional", item->optional, "doc", item->doc);
        if (json_array_append_new(array, object) < 0) {
            json_decref(array);
            return NULL;
        }
    }
    return array;
}

void help_entry_json(const struct reference_entry *entry)
{
    static const char *const kinds[] = {"class", "function", "value", "alias"};
    output_json(json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:o}", "name", entry->name, "kind",
                          kinds[entry->kind], "page", entry->page, "type", entry->type, "doc",
                          entry->doc, "params", items_json(&entry->params), "returns",
                          items_json(&entry->returns), "fields", items_json(&entry->fields)));
}

/* ---- Markdown ---- */

/* A table's cell: a pipe would end it. */
static void print_cell(const char *text)
{
    for (; *text; text++)
        printf(*text == '|' ? "\\%c" : "%c", *text);
}

static void page_items(const char *title, const struct reference_list *list)
{
    if (list->count == 0)
        return;
    printf("| %s | | |\n|---|---|---|\n", title);
    for (size_t i = 0; i < list->count; i++) {
        const struct reference_item *item = &list->at[i];
        printf("| %s%s%s | `", *item->name ? "`" : "", item->name, *item->name ? "`" : "");
        print_cell(item->type);
        printf("`%s | ", item->optional ? " or nil" : "");
        print_cell(item->doc);
        puts(" |");
    }
    putchar('\n');
}

static void page_entry(const struct reference_entry *entry)
{
    const bool top = entry->kind == REFERENCE_CLASS || entry->kind == REFERENCE_ALIAS;
    printf("%s `", top ? "##" : "###");
    print_signature(entry);
    printf("`\n\n%s\n\n", entry->doc);
    if (*entry->type)
        printf("%s`%s`\n\n", entry->kind == REFERENCE_CLASS ? "Has the fields of " : "",
               entry->type);
    page_items("parameter", &entry->params);
    page_items("gives", &entry->returns);
    page_items("field", &entry->fields);
}

bool help_page(const struct reference *reference, const char *page)
{
    bool any = false;
    for (size_t i = 0; i < reference->count; i++) {
        if (strcmp(reference->at[i].page, page) != 0)
            continue;
        if (!any)
            printf("<!-- Made from %s.lua by .ci/reference.sh: change that file. -->\n# %s\n\n",
                   page, page);
        any = true;
        page_entry(&reference->at[i]);
    }
    return any;
}
