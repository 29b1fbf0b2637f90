/* The index words of an article, column by column, in the form of store/words.h. */
#include "store/words.h"

#include "model/wire.h"
#include "worker/serve.h"

static int one_column(struct serve *serve, const struct article *article, enum words_column column,
                      struct buf *out)
{
    struct desk_text_bytes blob = {0};
    struct desk_error why = {0};
    struct str text = STR_NONE;
    if (words_column_text(article, column, serve->arena, &text) < 0)
        return fault_set(serve, -1, GUARD_MEMORY, "index words: no memory for a column's text");
    if (serve->text->words(serve->text_context, text.at ? text.at : "", text.len, &blob, &why) < 0)
        return fault_set(serve, -1, GUARD_ERROR, "index words: %s", why.text);
    buf_varint(out, blob.size);
    buf_append(out, blob.bytes, blob.size);
    return buf_failed(out) ? fault_set(serve, -1, GUARD_MEMORY, "index words: no memory") : 0;
}

/* Tags in canonical order, as the host will store them: the words of that column must belong to the
 * same text there. */
int words_compute(struct serve *serve, const struct article *article, struct buf *out)
{
    struct article sorted = *article;
    if (!serve->text)
        return fault_set(serve, -1, GUARD_LOAD,
                         "index words are wanted, but no native plugin gives the service text");
    tags_sort(&sorted.tags);
    int rc = 0;
    for (int column = 0; rc >= 0 && column < WORDS_COLUMNS; column++)
        rc = one_column(serve, &sorted, (enum words_column)column, out);
    return rc;
}
