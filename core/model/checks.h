/* What a text must look like: NULL, or what is wrong with it ("is no language tag; ..."), to stand
 * behind the place where it was given. Inside model/ only. */
#pragma once

#include "base/str.h"

/* The shape of BCP 47 tags; whether a language exists is not asked. */
const char *check_language_tag(struct str text);
const char *check_scheme_name(struct str text);
