/* Words of scripts that put no blanks between them, by ICU's dictionaries. Those lie in libicudata,
 * which is mapped when the plugin is loaded, so that no file is looked for later. */
#pragma once

#include "context.h"

enum segment_kind {
    SEGMENT_COMPLEX, /* Thai, Lao, Khmer, Burmese */
    SEGMENT_CJK,     /* Chinese, Japanese */
};

/* Cuts a run of valid UTF-8 into words: *cuts are the ends in bytes, rising, the last is `size`.
 * They live until the next call. Runs over SEGMENT_RUN_MAX bytes are cut in pieces of that size. */
int segment_run(struct desk_text *text, enum segment_kind kind, const char *run, size_t size,
                const uint32_t **cuts, size_t *count);

#define SEGMENT_RUN_MAX 65536u

void segment_close(struct desk_text *text);
