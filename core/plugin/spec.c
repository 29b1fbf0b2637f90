/* Names of plugins and their folders. */
#include "plugin/registry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"

const char *const plugin_kinds[] = {"fetch", "ingest", "tag", "summarize", "export", "task", NULL};

const char *plugin_origin_name(enum plugin_origin origin)
{
    static const char *const names[] = {"desk", "user", "shipped", "native"};
    return names[origin];
}

static bool name_fits(const char *at, size_t len)
{
    if (len == 0 || len >= PLUGIN_NAME_SIZE)
        return false;
    for (size_t i = 0; i < len; i++) {
        const char c = at[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
              (i > 0 && (c == '-' || c == '_'))))
            return false;
    }
    return true;
}

static bool kind_known(const char *kind)
{
    for (size_t i = 0; plugin_kinds[i]; i++)
        if (strcmp(kind, plugin_kinds[i]) == 0)
            return true;
    return false;
}

static int unknown_kind(const char *kind, struct error *err)
{
    size_t count = 0;
    while (plugin_kinds[count])
        count++;
    const char *near = str_nearest(str_of(kind), plugin_kinds, count);
    return error_set(err, ERR_USAGE,
                     "there is no kind of plugin named '%.64s'%s%s%s; the kinds are ingest, tag, "
                     "summarize, export and task",
                     kind, near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
}

int plugin_spec_parse(const char *text, struct plugin_spec *out, struct error *err)
{
    const char *slash = strchr(text, '/');
    const size_t kind_len = slash ? (size_t)(slash - text) : 0;
    if (slash && strlen(slash + 1) >= PLUGIN_NAME_SIZE)
        return error_set(err, ERR_USAGE,
                         "'%.100s': the name is too long: %zu bytes, at most %d are allowed", text,
                         strlen(slash + 1), PLUGIN_NAME_SIZE - 1);
    if (!slash || !name_fits(text, kind_len) || !name_fits(slash + 1, strlen(slash + 1)))
        return error_set(err, ERR_USAGE,
                         "'%.100s' does not name a plugin: write KIND/NAME as in tag/keywords, in "
                         "lower-case letters, digits, '-' and '_'",
                         text);
    snprintf(out->kind, sizeof out->kind, "%.*s", (int)kind_len, text);
    snprintf(out->name, sizeof out->name, "%s", slash + 1);
    return kind_known(out->kind) ? 0 : unknown_kind(out->kind, err);
}

/* PROGRAM/../BELOW */
static int beside_program(const char *below, char **out, struct error *err)
{
    MEM_AUTO char *dir = NULL;
    const int code = file_program_dir(&dir, err);
    if (code < 0)
        return code;
    const size_t size = strlen(dir) + strlen(below) + 5;
    *out = mem_alloc(size);
    if (!*out)
        return error_set(err, ERR_NOMEM, "out of memory while looking for %s", below);
    snprintf(*out, size, "%s/../%s", dir, below);
    char *real = NULL;
    if (file_real_path(*out, &real, NULL) >= 0) {
        mem_free(*out);
        *out = real;
    }
    return 0;
}

/* XDG Base Directory Specification 0.8: a value that is not absolute is to be ignored. */
static char *user_folder(void)
{
    const char *base = getenv("XDG_DATA_HOME");
    const char *below = "copydesk/scripts";
    if (!base || base[0] != '/') {
        base = getenv("HOME");
        below = ".local/share/copydesk/scripts";
    }
    return base && base[0] == '/' ? file_join(base, below) : NULL;
}

int registry_default_folders(char **user, char **shipped, struct error *err)
{
    *user = NULL;
    const int code = beside_program(COPYDESK_SCRIPT_DIR, shipped, err);
    if (code >= 0)
        *user = user_folder();
    return code;
}

int registry_native_folder(char **out, struct error *err)
{
    return beside_program(COPYDESK_PLUGIN_DIR, out, err);
}
