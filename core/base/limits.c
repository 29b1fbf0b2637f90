#include "base/limits.h"

const struct limit_info limit_table[LIMIT_COUNT] = {
#define LIMIT_ROW(limit_name, limit_value, limit_unit, limit_what)                                 \
    [LIMIT_##limit_name##_INDEX] = {#limit_name, limit_unit, limit_what, limit_value},
    LIMIT_MAP(LIMIT_ROW)
#undef LIMIT_ROW
};
