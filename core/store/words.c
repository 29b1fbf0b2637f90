#include "store/words.h"

#include "base/buf.h"
#include "base/error.h"

static int join(struct buf *out, struct str text)
{
    if (text.len == 0)
        return 0;
    if (out->len > 0)
        buf_byte(out, '\n');
    return buf_str(out, text);
}

static int join_column(const struct article *article, enum words_column column, struct buf *out)
{
    for (size_t i = 0; column == WORDS_CAPTIONS && i < article->captions.count; i++) {
        join(out, article->captions.at[i].text);
        join(out, article->captions.at[i].credit);
    }
    for (size_t i = 0; column == WORDS_TAGS && i < article->tags.count; i++)
        if (article->tags.at[i].field.len == 0)
            join(out, article->tags.at[i].label);
    return buf_failed(out) ? ERR_NOMEM : 0;
}

int words_column_text(const struct article *article, enum words_column column, struct arena *arena,
                      struct str *out)
{
    BUF_AUTO struct buf text = BUF_INIT;
    *out = column == WORDS_HEADLINE ? article->headline : article->body;
    if (column == WORDS_HEADLINE || column == WORDS_BODY)
        return 0;
    if (join_column(article, column, &text) < 0)
        return ERR_NOMEM;
    *out = arena_str(arena, buf_view(&text));
    return out->len == text.len ? 0 : ERR_NOMEM;
}
