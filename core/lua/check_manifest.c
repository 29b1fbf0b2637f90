/* The manifest beside the code. */
#include <string.h>

#include "lua/check_parts.h"
#include "lua/desk.h"
#include "lua/manifest.h"
#include "plugin/registry.h"

void check_read(struct check *check, const char *name, int line)
{
    const struct lua_plugin_source *source = check->source;
    const struct manifest *manifest = check->manifest;
    if (!name) {
        check->read_unknown = true;
        return;
    }
    if (check->read_count < CHECK_READS)
        check->reads[check->read_count++] = name;
    const bool granted = name[0] == '/'; /* a file of the user's, which desk.lua grants */
    if (!granted && !area_find_file(source->files, source->file_count, name))
        check_add(check, check->file, line, CHECK_ERROR,
                  "desk.read: '%s' is not in the plugin's folder", name);
    else if (manifest && !str_among(name, manifest->read_files, manifest->read_count))
        check_add(check, check->file, line, CHECK_ERROR,
                  "desk.read(\"%s\") needs uses = { read = { \"%s\" } }", name, name);
}

void check_env(struct check *check, const char *name, int line)
{
    const struct manifest *manifest = check->manifest;
    if (!name) {
        check->env_unknown = true;
        return;
    }
    if (check->env_count < CHECK_READS)
        check->envs[check->env_count++] = name;
    if (manifest && !str_among(name, manifest->env, manifest->env_count))
        check_add(check, check->file, line, CHECK_ERROR,
                  "desk.env(\"%s\") needs uses = { env = { \"%s\" } }", name, name);
}

/* "a.b" is a/b.lua: the plugin's own folder is flat, so it never is there; lib may be. */
void check_require(struct check *check, const char *module, int line)
{
    const struct lua_plugin_source *source = check->source;
    lua_State *L = check->L;
    luaL_gsub(L, module, ".", "/");
    const char *file = lua_pushfstring(L, "%s.lua", lua_tostring(L, -1));
    if (strcmp(module, "lpeg") != 0 && !area_find_file(source->files, source->file_count, file) &&
        !area_find_file(check->world->lib, check->world->lib_count, file))
        check_add(
            check, check->file, line, CHECK_ERROR,
            "module '%s' is not there: require finds %s in the plugin's folder and in scripts/lib, "
            "and lpeg",
            module, file);
    lua_pop(L, 2);
}

static int line_of(const struct check *check, const char *key)
{
    return manifest_line(check->source, key);
}

void check_command(struct check *check, const char *value, int line)
{
    const struct manifest *manifest = check->manifest;
    if (strcmp(check->source->kind, "task") != 0 || registry_is_test(str_of(check->file)))
        return;
    check->command_unknown |= value == NULL;
    if (!value || strcmp(value, "notify") != 0)
        return;
    check->notifies = true;
    if (manifest && !manifest->asks_command)
        check_add(check, check->file, line, CHECK_ERROR,
                  "notify runs a command of the user's, which needs uses = { command = true }");
}

static void check_uses(struct check *check)
{
    const struct manifest *manifest = check->manifest;
    if (manifest->asks_command && !check->notifies && !check->command_unknown)
        check_add(check, "init.lua", line_of(check, "command"), CHECK_WARNING,
                  "uses.command asks for a command, but notify is never said");
    for (size_t i = 0; i < manifest->env_count && !check->env_unknown; i++)
        if (!str_among(manifest->env[i], check->envs, check->env_count))
            check_add(check, "init.lua", line_of(check, "env"), CHECK_WARNING,
                      "uses.env names '%s', which desk.env is never asked for", manifest->env[i]);
    for (size_t i = 0; i < manifest->read_count && !check->read_unknown; i++)
        if (!str_among(manifest->read_files[i], check->reads, check->read_count))
            check_add(check, "init.lua", line_of(check, "read"), CHECK_WARNING,
                      "uses.read names '%s', which desk.read is never asked for",
                      manifest->read_files[i]);
}

static void check_gives(struct check *check)
{
    const struct manifest *manifest = check->manifest;
    if (strcmp(manifest->kind, "tag") != 0)
        return;
    for (size_t i = 0; i < check->given_count; i++) {
        const struct check_given *given = &check->given[i];
        if (!str_among(given->value, manifest->gives, manifest->give_count))
            check_add(check, given->file, given->line, CHECK_WARNING,
                      "says '%s', which is not in gives: plugins that need it would run too early",
                      given->value);
    }
    for (size_t i = 0; i < manifest->give_count && !check->given_unknown; i++) {
        bool said = false;
        for (size_t j = 0; j < check->given_count; j++)
            said |= strcmp(check->given[j].value, manifest->gives[i]) == 0;
        if (!said)
            check_add(check, "init.lua", line_of(check, "gives"), CHECK_WARNING,
                      "gives names '%s', which is never said", manifest->gives[i]);
    }
}

static void check_options(struct check *check)
{
    const struct manifest *manifest = check->manifest;
    for (size_t i = 0; i < manifest->option_count && i < CHECK_OPTIONS; i++) {
        const struct option_spec *option = &manifest->options[i];
        const int line = line_of(check, option->name);
        if (!check->option_used[i])
            check_add(check, "init.lua", line, CHECK_WARNING, "option '%s' is never read",
                      option->name);
        if (option->has_min && option->has_max && option->min > option->max)
            check_add(check, "init.lua", line, CHECK_ERROR,
                      "option '%s' has a min over its max: no value fits", option->name);
        if (!option->doc[0])
            check_add(check, "init.lua", line, CHECK_NOTE,
                      "option '%s' has no doc: a line for those who set it", option->name);
    }
}

void check_manifest(struct check *check)
{
    const struct lua_plugin_source *source = check->source;
    if (!area_has_tests(source))
        check_add(check, "init.lua", 0, CHECK_NOTE, "there is no test.lua");
    if (!check->manifest)
        return;
    check_uses(check);
    check_gives(check);
    check_options(check);
}
