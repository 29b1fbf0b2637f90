#include "pipeline/blame.h"

#include <stdio.h>
#include <string.h>

#include "lua/manifest.h"

static const struct plugin_file *init_of(const struct plugin_entry *entry)
{
    for (size_t i = 0; i < entry->file_count; i++)
        if (strcmp(entry->files[i].name, "init.lua") == 0)
            return &entry->files[i];
    return NULL;
}

void blame_answer(const struct desk_plugin *plugin, const char *function,
                  const struct document *document, const char *why, struct blame *out)
{
    char path[2 * PLUGIN_NAME_SIZE + 32];
    const struct plugin_file *file = plugin ? init_of(plugin->entry) : NULL;
    msgpack_unpacked options;
    snprintf(out->message, sizeof out->message, "%s", why);
    out->traceback[0] = '\0';
    if (!file)
        return;
    snprintf(path, sizeof path, "scripts/%s/init.lua", plugin->label);
    const struct lua_file shipped = {str_of("init.lua"), {file->bytes, file->len}};
    const struct lua_plugin_source source = {.files = &shipped, .file_count = 1};
    struct report report = {.path = path,
                            .bytes = shipped.bytes,
                            .line = manifest_line(&source, function),
                            .entry = function,
                            .document = document};
    msgpack_unpacked_init(&options);
    if (msgpack_unpack_next(&options, plugin->options.at, plugin->options.len, NULL) ==
        MSGPACK_UNPACK_SUCCESS)
        report.options = &options.data;
    plugin_report_write(&report, out->traceback);
    msgpack_unpacked_destroy(&options);
    if (report.line)
        snprintf(out->message, sizeof out->message, "%s:%d: %s", path, report.line, why);
}
