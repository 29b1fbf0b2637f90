/* Spans: reading, checking against a text, order. Inside model/ only. */
#pragma once

#include "model/fields.h"

int spans_read(struct reader *in, const struct place *at, const msgpack_object *value,
               struct span_list *out);
int range_read(struct reader *in, const struct place *at, const msgpack_object *value,
               uint64_t range[2]);
/* Whether the spans lie in the article's texts and on characters. */
int spans_check(struct reader *in, const struct place *at, const struct span_list *spans,
                const struct article *about);
/* Are they by field, start, end, each one once? */
bool spans_in_order(const struct span_list *spans);
/* Puts them so. */
void spans_sort(struct span_list *spans);
