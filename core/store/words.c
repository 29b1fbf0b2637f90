#include "store/words.h"

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

static bool take_number(struct str *bytes, uint64_t *number)
{
    *number = 0;
    for (unsigned shift = 0; shift < 35 && bytes->len > 0; shift += 7) {
        const uint8_t byte = (uint8_t)*bytes->at;
        bytes->at++;
        bytes->len--;
        *number |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return true;
    }
    return false;
}

int words_split(struct str packed, struct str out[WORDS_COLUMNS])
{
    for (int i = 0; i < WORDS_COLUMNS; i++) {
        uint64_t length;
        if (!take_number(&packed, &length) || length > packed.len)
            return ERR_INVALID;
        out[i] = (struct str){packed.at, (size_t)length};
        packed.at += length;
        packed.len -= (size_t)length;
    }
    return packed.len == 0 ? 0 : ERR_INVALID;
}
