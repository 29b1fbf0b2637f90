#include "worker/message.h"

#include <stddef.h>

const char *guard_word(enum guard guard)
{
    static const char *const words[GUARD_COUNT] = {
#define GUARD_WORD(name, word) word,
        GUARD_MAP(GUARD_WORD)
#undef GUARD_WORD
    };
    if ((int)guard < 0 || guard >= GUARD_COUNT)
        return "unknown";
    return words[guard];
}
