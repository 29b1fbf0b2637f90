#include "watch/ignore.h"

#include <fnmatch.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "pipeline/scan.h"

const char *ignore_rule(const char *path, const char *const *patterns, size_t count)
{
    const char *name = file_base_name(path);
    const char *rule = scan_rule(name);
    for (size_t i = 0; !rule && i < count; i++) {
        const bool whole = strchr(patterns[i], '/') != NULL;
        if (fnmatch(patterns[i], whole ? path : name, FNM_PATHNAME) == 0)
            rule = patterns[i];
    }
    return rule;
}

const char *ignore_rule_deep(const char *path, const char *const *patterns, size_t count)
{
    MEM_AUTO char *copy = mem_strdup(path);
    const char *rule = NULL;
    if (!copy)
        return ignore_rule(path, patterns, count);
    for (char *slash = strchr(copy, '/'); !rule && slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        rule = ignore_rule(copy, patterns, count);
        *slash = '/';
    }
    return rule ? rule : ignore_rule(path, patterns, count);
}
