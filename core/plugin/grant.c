#include "plugin/grant.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/hash.h"

/* The room that the line of a grant may take in a message. */
#define LINE_ARENA_BYTES (256 * 1024)

/* What is asked for by name and must be granted, as `uses` and desk.grant call it. */
enum use { USE_READ, USE_ENV, USE_COUNT };
static const char *const use_names[USE_COUNT] = {"read", "env"};

static struct grant_list asked(const struct manifest *manifest, enum use use)
{
    if (use == USE_READ)
        return (struct grant_list){manifest->read_files, manifest->read_count};
    return (struct grant_list){manifest->env, manifest->env_count};
}

static const struct grant_list *given(const struct plugin_grant *grant, enum use use)
{
    return use == USE_READ ? &grant->read : &grant->env;
}

/* Files of the plugin's own folder come with it. */
static bool is_own(enum use use, const char *text)
{
    return use == USE_READ && !strchr(text, '/');
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In the order of their bytes, so that a manifest that only lists them otherwise is the same. */
static void add_sorted(struct hasher *hasher, enum use use, struct grant_list list)
{
    MEM_AUTO const char **sorted = mem_zero(list.count + 1, sizeof *sorted);
    size_t count = 0;
    hash_add_field(hasher, use_names[use], strlen(use_names[use]));
    for (size_t i = 0; i < list.count; i++)
        if (!is_own(use, list.at[i])) {
            /* without memory the order is the manifest's: another mark, which grants nothing */
            if (sorted)
                sorted[count++] = list.at[i];
            else
                hash_add_field(hasher, list.at[i], strlen(list.at[i]));
        }
    if (sorted)
        qsort(sorted, count, sizeof *sorted, by_text);
    for (size_t i = 0; i < count; i++)
        hash_add_field(hasher, sorted[i], strlen(sorted[i]));
    hash_add_field(hasher, "", 0);
}

void grant_mark(const struct manifest *manifest, enum plugin_origin origin,
                char text[GRANT_MARK_SIZE])
{
    struct hasher hasher;
    struct hash hash;
    char hex[HASH_HEX_SIZE];
    const char *found = plugin_origin_name(origin);
    hash_begin(&hasher);
    hash_add_field(&hasher, found, strlen(found));
    hash_add_field(&hasher, manifest->kind, strlen(manifest->kind));
    hash_add_field(&hasher, manifest->name, strlen(manifest->name));
    for (int use = 0; use < USE_COUNT; use++)
        add_sorted(&hasher, (enum use)use, asked(manifest, (enum use)use));
    hash_add_field(&hasher, "command", manifest->asks_command ? 7 : 0);
    hash_end(&hasher, &hash);
    memcpy(text, hash_hex(&hash, hex), GRANT_MARK_SIZE - 1);
    text[GRANT_MARK_SIZE - 1] = '\0';
}

bool grant_needed(const struct manifest *manifest)
{
    for (int use = 0; use < USE_COUNT; use++) {
        const struct grant_list list = asked(manifest, (enum use)use);
        for (size_t i = 0; i < list.count; i++)
            if (!is_own((enum use)use, list.at[i]))
                return true;
    }
    return false;
}

/* A Lua string: bytes that would end or break it are written as numbers. */
static void add_quoted(struct buf *out, const char *text)
{
    buf_byte(out, '"');
    for (const char *at = text; *at; at++) {
        const unsigned char byte = (unsigned char)*at;
        if (byte == '"' || byte == '\\')
            buf_printf(out, "\\%c", byte);
        else if (byte < 0x20 || byte == 0x7F)
            buf_printf(out, "\\%03u", byte);
        else
            buf_byte(out, byte);
    }
    buf_byte(out, '"');
}

static void add_command(struct buf *out, const struct grant_list *command)
{
    static const char *sample[] = {"/PROGRAM", "ARGUMENT"};
    const struct grant_list list = command ? *command : (struct grant_list){sample, 2};
    for (size_t i = 0; i < list.count; i++) {
        buf_text(out, i ? ", " : ", command = { ");
        add_quoted(out, list.at[i]);
    }
    if (list.count)
        buf_text(out, " }");
}

static void add_list(struct buf *out, enum use use, struct grant_list list)
{
    bool begun = false;
    for (size_t i = 0; i < list.count; i++) {
        if (is_own(use, list.at[i]))
            continue;
        if (begun)
            buf_text(out, ", ");
        else
            buf_printf(out, ", %s = { ", use_names[use]);
        begun = true;
        add_quoted(out, list.at[i]);
    }
    if (begun)
        buf_text(out, " }");
}

char *grant_line(const struct manifest *manifest, enum plugin_origin origin, struct arena *arena)
{
    return grant_line_with(manifest, origin, NULL, arena);
}

char *grant_line_with(const struct manifest *manifest, enum plugin_origin origin,
                      const struct grant_list *command, struct arena *arena)
{
    BUF_AUTO struct buf out = BUF_INIT;
    char mark[GRANT_MARK_SIZE];
    buf_printf(&out, "desk.grant { \"%s/%s\"", manifest->kind, manifest->name);
    for (int use = 0; use < USE_COUNT; use++)
        add_list(&out, (enum use)use, asked(manifest, (enum use)use));
    if (manifest->asks_command)
        add_command(&out, command);
    grant_mark(manifest, origin, mark);
    buf_printf(&out, ", manifest = \"%s\" }", mark);
    return buf_failed(&out) ? NULL : arena_text(arena, buf_view(&out));
}

static bool has_file(const struct plugin_entry *entry, const char *name)
{
    for (size_t i = 0; i < entry->file_count; i++)
        if (strcmp(entry->files[i].name, name) == 0)
            return true;
    return false;
}

static bool is_name(const char *text)
{
    for (const char *at = text; *at; at++)
        if (!(*at == '_' || (*at >= 'A' && *at <= 'Z') || (*at >= 'a' && *at <= 'z') ||
              (at > text && *at >= '0' && *at <= '9')))
            return false;
    return text[0] != '\0';
}

static int check_path(const struct manifest *manifest, const struct plugin_entry *entry,
                      const char *path, struct error *err)
{
    if (!strchr(path, '/')) {
        if (strcmp(path, "..") != 0 && has_file(entry, path))
            return 0;
        return error_set(err, ERR_NOTFOUND,
                         "%s/%s wants to read '%s', which is not in its folder %s", manifest->kind,
                         manifest->name, path, entry->path);
    }
    if (path[0] == '/')
        return 0;
    return error_set(err, ERR_INVALID,
                     "%s/%s asks to read '%s': write an absolute path, or the name of a file in "
                     "the plugin's folder",
                     manifest->kind, manifest->name, path);
}

/* What nobody can grant. */
static int check_asked(const struct manifest *manifest, const struct plugin_entry *entry,
                       struct error *err)
{
    for (size_t i = 0; i < manifest->read_count; i++) {
        const int code = check_path(manifest, entry, manifest->read_files[i], err);
        if (code < 0)
            return code;
    }
    for (size_t i = 0; i < manifest->env_count; i++)
        if (!is_name(manifest->env[i]))
            return error_set(err, ERR_INVALID,
                             "%s/%s: uses.env names '%s', which is no name of an environment "
                             "variable: write letters, digits and '_'",
                             manifest->kind, manifest->name, manifest->env[i]);
    if (manifest->asks_command && strcmp(manifest->kind, "task") != 0)
        return error_set(err, ERR_INVALID, "%s/%s: uses.command is for tasks alone", manifest->kind,
                         manifest->name);
    return 0;
}

static bool holds(struct grant_list list, const char *text)
{
    for (size_t i = 0; i < list.count; i++)
        if (strcmp(list.at[i], text) == 0)
            return true;
    return false;
}

static int deny(const struct manifest *manifest, const struct plugin_entry *entry, const char *why,
                const char *what_to_do, struct error *err)
{
    ARENA_AUTO struct arena *arena = arena_new(LINE_ARENA_BYTES);
    const char *line = arena ? grant_line(manifest, entry->origin, arena) : NULL;
    if (!line)
        return error_set(err, ERR_NOMEM, "out of memory");
    return error_set(err, ERR_DENIED, "%s/%s %s; %s:\n%s", manifest->kind, manifest->name, why,
                     what_to_do, line);
}

static int check_command(const struct manifest *manifest, const struct plugin_grant *grant,
                         struct error *err)
{
    if (grant->command.count > 0 && !manifest->asks_command)
        return error_set(err, ERR_DENIED,
                         "%s/%s does not ask for a command (uses.command), which line %d of "
                         "desk.lua grants; take it out",
                         manifest->kind, manifest->name, grant->line);
    if (grant->command.count > 0 && grant->command.at[0][0] != '/')
        return error_set(err, ERR_INVALID,
                         "desk.lua:%d: desk.grant: command begins with the absolute path of a "
                         "program, not '%s'",
                         grant->line, grant->command.at[0]);
    return 0;
}

static int check_granted(const struct manifest *manifest, const struct plugin_entry *entry,
                         const struct plugin_grant *grant, enum use use, struct error *err)
{
    const struct grant_list wants = asked(manifest, use), has = *given(grant, use);
    char why[512];
    for (size_t i = 0; i < wants.count; i++)
        if (!is_own(use, wants.at[i]) && !holds(has, wants.at[i])) {
            snprintf(why, sizeof why, "asks for %s '%s', which line %d of desk.lua does not grant",
                     use_names[use], wants.at[i], grant->line);
            return deny(manifest, entry, why, "if it shall have that, change the line to", err);
        }
    for (size_t i = 0; i < has.count; i++)
        if (is_own(use, has.at[i]) || !holds(wants, has.at[i])) {
            snprintf(why, sizeof why, "does not ask for %s '%s', which line %d of desk.lua grants",
                     use_names[use], has.at[i], grant->line);
            return deny(manifest, entry, why, "change the line to", err);
        }
    return 0;
}

int grant_check(const struct manifest *manifest, const struct plugin_entry *entry,
                const struct plugin_grant *grant, struct error *err)
{
    char mark[GRANT_MARK_SIZE], why[256];
    int code = check_asked(manifest, entry, err);
    if (code < 0 || (!grant && !grant_needed(manifest)))
        return code;
    if (!grant)
        return deny(manifest, entry, "asks for what desk.lua does not grant",
                    "if it shall have that, add this line to desk.lua", err);
    if (!grant_needed(manifest) && !manifest->asks_command)
        return error_set(err, ERR_DENIED,
                         "%s/%s asks for nothing that must be granted; take line %d out of "
                         "desk.lua",
                         manifest->kind, manifest->name, grant->line);
    if ((code = check_command(manifest, grant, err)) < 0)
        return code;
    for (int use = 0; use < USE_COUNT; use++)
        if ((code = check_granted(manifest, entry, grant, (enum use)use, err)) < 0)
            return code;
    grant_mark(manifest, entry->origin, mark);
    if (strcmp(grant->manifest, mark) == 0)
        return 0;
    snprintf(why, sizeof why, "has no grant: line %d of desk.lua is for another manifest",
             grant->line);
    if (!grant->manifest[0])
        snprintf(why, sizeof why,
                 "has no grant: line %d of desk.lua does not say for which "
                 "manifest it is",
                 grant->line);
    return deny(manifest, entry, why, "look at what the plugin is now, and then change the line to",
                err);
}
