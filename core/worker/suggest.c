#include "worker/suggest.h"

#include <string.h>

static struct str *field_of(struct article *article, struct str name)
{
    if (str_is(name, "language"))
        return &article->language;
    if (str_is(name, "genre"))
        return &article->genre;
    if (str_is(name, "infosource"))
        return &article->infosource;
    if (str_is(name, "byline"))
        return &article->byline;
    if (str_is(name, "dateline"))
        return &article->dateline;
    return NULL;
}

static void apply_fields(struct article *article, const struct tag_list *answer)
{
    const struct article before = *article;
    for (size_t i = 0; i < answer->count; i++) {
        const struct tag *tag = &answer->at[i];
        struct str *field = tag->field.len ? field_of(article, tag->field) : NULL;
        struct article was = before;
        if (!field || field_of(&was, tag->field)->len)
            continue;
        double best = -1;
        for (size_t k = 0; k < i; k++)
            if (str_same(answer->at[k].field, tag->field) && answer->at[k].score > best)
                best = answer->at[k].score;
        if (tag->score > best)
            *field = tag->label;
    }
}

int suggest_apply(struct article *article, const struct tag_list *answer, struct arena *arena,
                  struct error *err)
{
    size_t count = article->tags.count;
    struct tag *tags = arena_alloc(arena, count + answer->count + 1, sizeof *tags);
    if (!tags)
        return error_set(err, ERR_NOMEM, "no memory for tags");
    if (count)
        memcpy(tags, article->tags.at, count * sizeof *tags);
    for (size_t i = 0; i < answer->count; i++)
        if (answer->at[i].field.len == 0)
            tags[count++] = answer->at[i];
    apply_fields(article, answer);
    article->tags = (struct tag_list){tags, count};
    return 0;
}
