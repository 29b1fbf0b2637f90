/* Articles on the screen: list and search. */
#pragma once

#include "store/store.h"

struct article_printer {
    bool json;
    uint64_t count;
    int result; /* below zero: printing failed */
};

/* For store_search; `data` is a struct article_printer. */
int print_hit(const struct store_hit *hit, void *printer);
/* "person Marie Keller; place France, Serbia ...": the best `most` of each scheme, on one line. */
void print_tags(const struct tag_list *tags, size_t most);
