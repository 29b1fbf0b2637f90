/* Names in a watched folder that are no documents. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The pattern that ignores `path` (relative to the watched folder), or NULL: of the rules that
 * always count (scan_rule), or of the folder's own. A pattern without a slash is compared with the
 * last part of the path, one with a slash with all of it, as fnmatch() compares (`*` spans no
 * slash). A folder that is ignored is not entered. */
const char *ignore_rule(const char *path, const char *const *patterns, size_t count);
/* The same for each part of the path: why a file deep below is not looked at. */
const char *ignore_rule_deep(const char *path, const char *const *patterns, size_t count);
