/* Order among tags. Inside model/ only. */
#pragma once

#include "model/fields.h"

/* By scheme, label, code; then field and plugin. */
int tags_compare(const struct tag *a, const struct tag *b);

/* Makes one tag of those that say the same: all spans, the higher score. Needs tags_sort's order.
 */
int tags_merge(struct reader *in, const struct place *at, struct tag_list *tags);
