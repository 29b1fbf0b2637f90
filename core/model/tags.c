#include "model/tags.h"

#include <stdlib.h>
#include <string.h>

#include "model/spans.h"
#include "model/wire.h"

int tags_compare(const struct tag *a, const struct tag *b)
{
    int order = str_compare(a->scheme, b->scheme);
    if (order == 0)
        order = str_compare(a->label, b->label);
    if (order == 0)
        order = str_compare(a->code, b->code);
    if (order == 0)
        order = str_compare(a->field, b->field);
    return order ? order : str_compare(a->plugin, b->plugin);
}

static int compare_first_spans(const struct span_list *a, const struct span_list *b)
{
    if (a->count == 0 || b->count == 0)
        return (a->count > 0) - (b->count > 0);
    const struct span *x = &a->at[0], *y = &b->at[0];
    if (x->field != y->field)
        return x->field < y->field ? -1 : 1;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->end > y->end) - (x->end < y->end);
}

static int compare_tags(const void *left, const void *right)
{
    const struct tag *a = left, *b = right;
    int order = tags_compare(a, b);
    if (order == 0)
        order = compare_first_spans(&a->spans, &b->spans);
    return order ? order : (a->score < b->score) - (a->score > b->score);
}

void tags_sort(struct tag_list *tags)
{
    for (size_t i = 0; i < tags->count; i++)
        spans_sort(&tags->at[i].spans);
    size_t sorted = 1;
    while (sorted < tags->count && compare_tags(&tags->at[sorted - 1], &tags->at[sorted]) <= 0)
        sorted++;
    if (sorted < tags->count)
        qsort(tags->at, tags->count, sizeof *tags->at, compare_tags);
}

/* Makes one of the `count` tags at `first`. */
static int merge_run(struct reader *in, const struct place *at, struct tag *first, size_t count)
{
    struct span_list all = {0};
    size_t spans = 0;
    for (size_t i = 0; i < count; i++)
        spans += first[i].spans.count;
    if (count == 1)
        return 0;
    if (spans > LIMIT(SPANS_PER_TAG))
        return place_fail(in->err, at, ERR_LIMIT,
                          "the tags with label \"%.*s\" have %zu spans in all, but %s allows %lu",
                          (int)utf8_cut(first->label, 60), first->label.at, spans,
                          LIMIT_NAME(SPANS_PER_TAG), LIMIT(SPANS_PER_TAG));
    all.at = arena_alloc(in->arena, spans, sizeof *all.at);
    if (!all.at)
        return place_no_memory(in->err, at);
    for (size_t i = 0; i < count; i++) {
        const struct span_list *more = &first[i].spans;
        if (more->count)
            memcpy(all.at + all.count, more->at, more->count * sizeof *all.at);
        all.count += more->count;
        if (first[i].score > first->score)
            first->score = first[i].score;
    }
    spans_sort(&all);
    first->spans = all;
    return 0;
}

int tags_merge(struct reader *in, const struct place *at, struct tag_list *tags)
{
    size_t kept = 0;
    for (size_t i = 0, next; i < tags->count; i = next) {
        for (next = i + 1; next < tags->count; next++) {
            if (tags_compare(&tags->at[i], &tags->at[next]) != 0)
                break;
        }
        int rc = merge_run(in, at, &tags->at[i], next - i);
        if (rc < 0)
            return rc;
        tags->at[kept++] = tags->at[i];
    }
    tags->count = kept;
    return 0;
}

int tags_own(struct tag_list *tags, struct arena *arena)
{
    for (size_t i = 0; i < tags->count; i++) {
        struct tag *tag = &tags->at[i];
        struct str *const texts[] = {&tag->scheme, &tag->label, &tag->code, &tag->field};
        char *copy = arena_alloc(
            arena, tag->scheme.len + tag->label.len + tag->code.len + tag->field.len, 1);
        if (!copy)
            return ERR_NOMEM;
        for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
            if (texts[k]->len == 0)
                continue;
            memcpy(copy, texts[k]->at, texts[k]->len);
            texts[k]->at = copy;
            copy += texts[k]->len;
        }
    }
    return 0;
}
