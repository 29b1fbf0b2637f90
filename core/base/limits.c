#include "base/limits.h"

#include <stddef.h>
#include <string.h>

const struct limit_info limit_table[LIMIT_COUNT] = {
#define LIMIT_ROW(limit_name, limit_value, limit_unit, limit_what)                                 \
    [LIMIT_##limit_name##_INDEX] = {#limit_name, limit_unit, limit_what, limit_value},
    LIMIT_MAP(LIMIT_ROW)
#undef LIMIT_ROW
};

const struct limit_info *limit_in_bytes(unsigned long value)
{
    for (size_t i = 0; i < LIMIT_COUNT; i++) {
        if (limit_table[i].value == value && strcmp(limit_table[i].unit, "bytes") == 0)
            return &limit_table[i];
    }
    return NULL;
}
