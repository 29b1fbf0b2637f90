#include "cli/reference.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/str.h"
#include "plugin/registry_files.h"

#define ENTRIES_MAX 1000
#define ITEMS_MAX   40

/* Reads one file. */
struct reading {
    struct reference *reference;
    const char *page, *file;
    unsigned line;
    struct error *err;
    /* the comment above the line that is read */
    struct buf doc;
    struct reference_entry entry;
    struct reference_item params[ITEMS_MAX], returns[ITEMS_MAX], fields[ITEMS_MAX];
    bool begun;
    /* `local Analysis = {}` stands for the class above it */
    const char *local, *local_class;
};

static const char *keep(struct reading *in, struct str text)
{
    const char *copy = arena_text(in->reference->arena, text);
    return copy ? copy : "";
}

static int refuse(struct reading *in, const char *why)
{
    return error_set(in->err, ERR_INVALID, "%s:%u: %s", in->file, in->line, why);
}

static struct str skip_blanks(struct str text)
{
    while (text.len && text.at[0] == ' ') {
        text.at++;
        text.len--;
    }
    return text;
}

/* Takes a word off the front. */
static struct str take_word(struct str *rest)
{
    *rest = skip_blanks(*rest);
    struct str word = {rest->at, 0};
    while (word.len < rest->len && rest->at[word.len] != ' ')
        word.len++;
    rest->at += word.len;
    rest->len -= word.len;
    return word;
}

/* Takes a type off the front: it ends at the first blank that is in no bracket and behind no ':' or
 * ','
 * ("fun(a: string): number"). */
static struct str take_type(struct str *rest)
{
    *rest = skip_blanks(*rest);
    struct str type = {rest->at, 0};
    int depth = 0;
    for (; type.len < rest->len; type.len++) {
        const char c = rest->at[type.len];
        const char before = type.len ? rest->at[type.len - 1] : ' ';
        depth += c == '(' || c == '{' || c == '[' || c == '<';
        depth -= c == ')' || c == '}' || c == ']' || c == '>';
        if (c == ' ' && depth == 0 && before != ':' && before != ',')
            break;
    }
    rest->at += type.len;
    rest->len -= type.len;
    return type;
}

static bool cut_end(struct str *text, char mark)
{
    if (text->len == 0 || text->at[text->len - 1] != mark)
        return false;
    text->len--;
    return true;
}

/* "name? TYPE what it is" */
static int add_named(struct reading *in, struct str rest, struct reference_item *items,
                     struct reference_list *list)
{
    if (list->count == ITEMS_MAX)
        return refuse(in, "too many parameters or fields");
    struct reference_item *item = &items[list->count++];
    struct str name = take_word(&rest);
    item->optional = cut_end(&name, '?');
    item->name = keep(in, name);
    item->type = keep(in, take_type(&rest));
    item->doc = keep(in, str_trim(rest));
    return *item->name && *item->type ? 0 : refuse(in, "a name and a type are needed");
}

/* "TYPE name what it is" or "TYPE # what it is" */
static int add_return(struct reading *in, struct str rest)
{
    struct reference_list *list = &in->entry.returns;
    if (list->count == ITEMS_MAX)
        return refuse(in, "too many results");
    struct reference_item *item = &in->returns[list->count++];
    struct str type = take_type(&rest);
    item->optional = cut_end(&type, '?');
    item->type = keep(in, type);
    struct str name = take_word(&rest);
    item->name = str_is(name, "#") ? "" : keep(in, name);
    item->doc = keep(in, str_trim(rest));
    return *item->type ? 0 : refuse(in, "a result needs a type");
}

static int take_tag(struct reading *in, struct str text)
{
    struct str rest = text;
    const struct str tag = take_word(&rest);
    struct str name;
    if (str_is(tag, "param"))
        return add_named(in, rest, in->params, &in->entry.params);
    if (str_is(tag, "field"))
        return add_named(in, rest, in->fields, &in->entry.fields);
    if (str_is(tag, "return"))
        return add_return(in, rest);
    if (str_is(tag, "class") || str_is(tag, "alias")) {
        in->entry.kind = str_is(tag, "class") ? REFERENCE_CLASS : REFERENCE_ALIAS;
        name = take_word(&rest);
        cut_end(&name, ':');
        in->entry.name = keep(in, name);
        in->entry.type = keep(in, str_trim(rest));
    } else if (str_is(tag, "type")) {
        in->entry.type = keep(in, str_trim(rest));
    } else if (!str_is(tag, "meta") && !str_is(tag, "generic") && !str_is(tag, "overload") &&
               !str_is(tag, "operator")) {
        return refuse(in, "this tag is not understood");
    }
    return 0;
}

static void begin(struct reading *in)
{
    buf_clear(&in->doc);
    in->entry = (struct reference_entry){.kind = REFERENCE_VALUE, .name = "", .type = ""};
    in->begun = false;
}

static int keep_list(struct reading *in, const struct reference_item *items,
                     struct reference_list *list)
{
    struct reference_item *copy = arena_alloc(in->reference->arena, list->count + 1, sizeof *copy);
    if (!copy)
        return error_set(in->err, ERR_NOMEM, "out of memory while reading %s", in->file);
    memcpy(copy, items, list->count * sizeof *copy);
    list->at = copy;
    return 0;
}

static int add_entry(struct reading *in)
{
    struct reference *reference = in->reference;
    struct reference_entry *entry = &in->entry;
    if (reference->count == ENTRIES_MAX)
        return refuse(in, "too many entries");
    entry->doc = keep(in, str_trim(buf_view(&in->doc)));
    entry->page = in->page;
    int code = keep_list(in, in->params, &entry->params);
    if (code >= 0)
        code = keep_list(in, in->returns, &entry->returns);
    if (code >= 0)
        code = keep_list(in, in->fields, &entry->fields);
    if (code >= 0)
        reference->at[reference->count++] = *entry;
    return code;
}

/* "Analysis:stem" by the class that Analysis stands for. */
static const char *full_name(struct reading *in, struct str name)
{
    const size_t len = in->local ? strlen(in->local) : 0;
    if (len && name.len > len && name.at[len] == ':' && strncmp(name.at, in->local, len) == 0) {
        const char *full = arena_printf(in->reference->arena, "%s" STR_FMT, in->local_class,
                                        (int)(name.len - len), name.at + len);
        return full ? full : "";
    }
    return keep(in, name);
}

/* The line under a comment: `function desk.x(a) end`, `desk.x = {}`, `local X = {}`, or nothing. */
static int take_code(struct reading *in, struct str line)
{
    const struct str whole = line;
    struct str word = take_word(&line);
    if (str_is(word, "function")) {
        line = skip_blanks(line);
        const char *open = line.len ? memchr(line.at, '(', line.len) : NULL;
        if (!open || !str_ends(line, ") end"))
            return refuse(in, "a function is written as: function NAME(PARAMETERS) end");
        in->entry.kind = REFERENCE_FUNCTION;
        in->entry.name = full_name(in, (struct str){line.at, (size_t)(open - line.at)});
    } else if (str_is(word, "local")) {
        in->local = keep(in, take_word(&line));
        in->local_class = in->entry.name;
    } else if (whole.len && in->entry.kind == REFERENCE_VALUE) {
        in->entry.name = keep(in, word);
    }
    const int code = in->begun && *in->entry.name ? add_entry(in) : 0;
    begin(in);
    return code;
}

static int take_line(struct reading *in, struct str line)
{
    if (str_starts(line, "---@")) {
        in->begun = true;
        return take_tag(in, (struct str){line.at + 4, line.len - 4});
    }
    if (str_starts(line, "---")) {
        in->begun = true;
        const size_t skip = line.len > 3 && line.at[3] == ' ' ? 4 : 3;
        buf_str(&in->doc, (struct str){line.at + skip, line.len - skip});
        return buf_byte(&in->doc, '\n') < 0 ? error_set(in->err, ERR_NOMEM, "out of memory") : 0;
    }
    return str_starts(line, "--") ? 0 : take_code(in, line);
}

static int read_file(struct reference *reference, const struct plugin_file *file, struct error *err)
{
    struct reading in = {.reference = reference, .file = file->name, .err = err};
    const size_t stem = strlen(file->name) - strlen(".lua");
    struct str rest = {file->bytes, file->len};
    int code = 0;
    in.page = keep(&in, (struct str){file->name, stem});
    begin(&in);
    while (code >= 0 && rest.len) {
        const char *end = memchr(rest.at, '\n', rest.len);
        const size_t len = end ? (size_t)(end - rest.at) : rest.len;
        in.line++;
        code = take_line(&in, (struct str){rest.at, len});
        rest.at += len + (end != NULL);
        rest.len -= len + (end != NULL);
    }
    if (code >= 0)
        code = take_code(&in, STR_NONE);
    buf_free(&in.doc);
    return code;
}

int reference_open(const char *folder, struct reference *out, struct error *err)
{
    struct plugin_file *files = NULL;
    size_t count = 0;
    *out = (struct reference){.arena = arena_new(LIMIT(PLUGIN_BYTES))};
    if (out->arena)
        out->at = arena_alloc(out->arena, ENTRIES_MAX, sizeof *out->at);
    if (!out->at)
        return error_set(err, ERR_NOMEM, "out of memory while reading %s", folder);
    int code = registry_files_add(folder, ".lua", false, &files, &count, err);
    for (size_t i = 0; code >= 0 && i < count; i++)
        code = read_file(out, &files[i], err);
    registry_files_free(files, count);
    if (code < 0)
        return error_wrap(err, "the reference in %s cannot be read", folder);
    return 0;
}

void reference_close(struct reference *reference)
{
    arena_free(reference->arena);
    *reference = (struct reference){0};
}

const struct reference_entry *reference_find(const struct reference *reference, const char *name)
{
    for (size_t i = 0; i < reference->count; i++)
        if (strcasecmp(reference->at[i].name, name) == 0)
            return &reference->at[i];
    return NULL;
}

const char *reference_nearest(const struct reference *reference, const char *name)
{
    const char *names[ENTRIES_MAX];
    for (size_t i = 0; i < reference->count; i++)
        names[i] = reference->at[i].name;
    return str_nearest(str_of(name), names, reference->count);
}

bool reference_member(const struct reference_entry *entry, const struct reference_entry *of)
{
    const size_t len = strlen(of->name);
    return strncmp(entry->name, of->name, len) == 0 &&
           (entry->name[len] == '.' || entry->name[len] == ':') &&
           !strpbrk(entry->name + len + 1, ".:");
}
