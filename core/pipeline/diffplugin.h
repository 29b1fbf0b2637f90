/* `plugin diff`: what a plugin, as it lies there now, would say about stored articles, beside what
 * is stored of it. Nothing is saved. */
#pragma once

#include "model/article.h"
#include "pipeline/traceplugin.h"

enum diff_sign { DIFF_MORE, DIFF_LESS, DIFF_OTHER };

struct diff_line {
    enum diff_sign sign;
    struct str scheme, label,
        code; /* of a tag; of a field its name in `scheme`, its value in `label` */
    bool field;
    double before, after; /* scores */
    struct str was;       /* of a field that is other: the stored value */
    bool moved;           /* other places */
};

struct diff_article {
    const struct sample_item *item;
    const struct diff_line *lines;
    size_t count;
    bool summary; /* it is another one: */
    struct str summary_before, summary_after;
    const struct one_call *failed; /* the plugin failed on it; NULL: it did not */
};

struct diff_counts {
    uint64_t articles, changed, more, less, other, failed;
};

/* Kinds tag and summarize. `each` is called for articles that change or fail, and gives 0 to go on.
 * Desk open for DESK_PLUGINS. Fields that the plugin gives are taken from the input, so that it
 * says them again. */
int plugin_diff(struct desk *desk, const struct trace_options *options,
                int (*each)(const struct diff_article *article, void *data), void *data,
                struct diff_counts *counts, struct error *err);
