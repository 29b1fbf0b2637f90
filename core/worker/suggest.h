/* What a tag plugin's answer does to the article that later plugins see. Worker and host call the
 * same function, so that they agree. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "model/article.h"

/* Adds the tags of a checked answer to `article` and applies its field suggestions: a suggestion
 * fills a field that is empty, so what the document said itself stays, and the first plugin that
 * knows wins; within one answer the highest score wins, ties to the first. Suggestions are not kept
 * among the tags. New memory comes from `arena`; slices still point into the answer. */
int suggest_apply(struct article *article, const struct tag_list *answer, struct arena *arena,
                  struct error *err);
