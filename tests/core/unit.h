/* What every C unit test includes: cmocka and the headers it needs before it. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/str.h"

/* Assertions that print both values. */
#define assert_text(got, wanted)                                                                   \
    do {                                                                                           \
        struct str got_ = (got), wanted_ = str_of(wanted);                                         \
        if (!str_same(got_, wanted_))                                                              \
            fail_msg("got \"" STR_FMT "\", wanted \"" STR_FMT "\"", STR_ARG(got_),                 \
                     STR_ARG(wanted_));                                                            \
    } while (0)

#define assert_has(text, part)                                                                     \
    do {                                                                                           \
        if (!strstr((text), (part)))                                                               \
            fail_msg("\"%s\" is not in \"%s\"", (part), (text));                                   \
    } while (0)
