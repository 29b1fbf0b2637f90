/* Reading the files of one folder; the registry's own helper. */
#pragma once

#include "plugin/registry.h"

/* Adds the regular files of `folder` to the list, kept in the order of their names. `suffix`: only
 * those that end so (NULL: all, and then a folder or a link in it is refused). `first_wins`: a name
 * that is there already is passed over. Limits PLUGIN_FILES and PLUGIN_BYTES hold for the list. A
 * folder that is not there is empty when `first_wins`. */
int registry_files_add(const char *folder, const char *suffix, bool first_wins,
                       struct plugin_file **files, size_t *count, struct error *err);
void registry_files_free(struct plugin_file *files, size_t count);
