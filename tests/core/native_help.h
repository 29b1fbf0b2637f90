/* Where the build tree keeps its plugins; a registry for tests. */
#pragma once

#include "plugin/native.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* BUILD/`rest`, found from the program's own path (BUILD/bin/copydesk). */
static inline const char *build_path(const char *rest)
{
    static char path[2 * PATH_MAX];
    char copy[PATH_MAX];
    const char *program = getenv("COPYDESK_BIN");
    snprintf(copy, sizeof copy, "%s", program ? program : "build/dev/bin/copydesk");
    char *folder = dirname(dirname(copy));
    snprintf(path, sizeof path, "%s/%s", folder, rest);
    return path;
}

static inline struct native_registry *open_registry(void)
{
    struct error err = {0};
    struct native_registry *registry = native_registry_new(build_path(COPYDESK_PLUGIN_DIR), &err);
    if (!registry)
        fprintf(stderr, "registry: %s\n", err.text);
    return registry;
}
