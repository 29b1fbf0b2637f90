/* What answer.c and take.c share. Inside model/ only. */
#pragma once

#include "model/fields.h"

/* Whether the texts of one tag or suggestion are such as a plugin may give: scheme, label and code,
 * or a field and, as its label, a value for it. */
int tag_check(struct reader *in, const struct place *at, struct tag *tag);
