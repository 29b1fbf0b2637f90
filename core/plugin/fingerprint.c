#include "plugin/fingerprint.h"

#include <string.h>

static void add_text(struct hasher *hasher, const char *text)
{
    hash_add_field(hasher, text ? text : "", text ? strlen(text) : 0);
}

static void add_files(struct hasher *hasher, const struct plugin_file *files, size_t count,
                      bool tests)
{
    for (size_t i = 0; i < count; i++) {
        if (!tests && registry_is_test(str_of(files[i].name)))
            continue;
        add_text(hasher, files[i].name);
        hash_add_field(hasher, files[i].bytes, files[i].len);
    }
    add_text(hasher, ""); /* no file is named so: ends the list */
}

void plugin_fingerprint(const struct plugin_entry *entry, const struct plugin_file *lib,
                        size_t lib_count, struct str options, int api, struct hash *out)
{
    struct hasher hasher;
    const uint8_t number = (uint8_t)api;
    hash_begin(&hasher);
    hash_add_field(&hasher, &number, 1);
    add_text(&hasher, entry->kind);
    add_text(&hasher, entry->name);
    if (entry->stage)
        hash_add_field(&hasher, entry->code.bytes, HASH_SIZE);
    else
        add_files(&hasher, entry->files, entry->file_count, false);
    add_files(&hasher, lib, lib_count, true);
    hash_add_field(&hasher, options.at, options.len);
    hash_end(&hasher, out);
}
