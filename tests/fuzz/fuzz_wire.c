/* Everything that reads msgpack from a worker or the store, on any bytes: what it accepts, it can
 * write again, and reads back. The first byte chooses the reader. */
#include <copydesk/text.h>
#include <stdlib.h>

#include "base/limits.h"
#include "model/wire.h"

#define ARENA_MAX (16 * MIB)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char body[] = "A text in which spans of an answer may lie: caf\xC3\xA9, \xE4\xBA\xAC.";

static const struct article sample = {
    .headline = {"A headline, \xC5\x91", 13},
    .body = {body, sizeof body - 1},
};

/* Packs and unpacks once more; what was read must be what is written. */
static void article_again(const struct article *article, struct arena *arena)
{
    struct error err = {0};
    struct buf out = BUF_INIT;
    msgpack_packer packer;
    msgpack_zone zone;
    msgpack_object value;
    struct article again;
    wire_packer(&packer, &out);
    if (article_pack(&packer, article) < 0 || buf_failed(&out))
        abort();
    msgpack_zone_init(&zone, MSGPACK_ZONE_CHUNK_SIZE);
    if (wire_unpack(out.at, out.len, "again", &zone, &value, &err) < 0 ||
        article_unpack(&value, arena, &again, &err) < 0)
        abort();
    if (!str_same(again.headline, article->headline) || again.tags.count != article->tags.count)
        abort();
    msgpack_zone_destroy(&zone);
    buf_free(&out);
}

static void tags_again(const struct tag_list *tags, struct arena *arena)
{
    struct error err = {0};
    struct buf out = BUF_INIT;
    msgpack_packer packer;
    msgpack_zone zone;
    msgpack_object value;
    struct tag_list again;
    wire_packer(&packer, &out);
    if (tags_pack(&packer, tags) < 0 || buf_failed(&out))
        abort();
    msgpack_zone_init(&zone, MSGPACK_ZONE_CHUNK_SIZE);
    if (wire_unpack(out.at, out.len, "again", &zone, &value, &err) < 0 ||
        tags_unpack_kept(&value, arena, &again, &err) < 0 || again.count != tags->count)
        abort();
    msgpack_zone_destroy(&zone);
    buf_free(&out);
}

static int read_value(unsigned reader, const msgpack_object *value, struct arena *arena,
                      struct error *err)
{
    struct article_list drafts;
    struct tag_list tags;
    struct summary summary;
    struct span_list spans;
    struct article article;
    struct document document;
    struct str packed;
    int rc = 0;
    switch (reader) {
    case 0:
        return drafts_unpack(value, 1000, arena, &drafts, err);
    case 1:
        rc = tags_unpack(value, &sample, arena, &tags, err);
        if (rc >= 0)
            tags_again(&tags, arena);
        return rc;
    case 2:
        return summary_unpack(value, &sample, arena, &summary, err);
    case 3:
        rc = article_unpack(value, arena, &article, err);
        if (rc >= 0)
            article_again(&article, arena);
        return rc;
    case 4:
        return tags_unpack_kept(value, arena, &tags, err);
    case 5:
        return spans_unpack(value, arena, &spans, err);
    case 9:
        rc = tags_take(value, &sample, arena, &tags, &packed, err);
        if (rc >= 0)
            tags_again(&tags, arena);
        return rc;
    default:
        return document_unpack(value, &document, err);
    }
}

static void read_words(const uint8_t *data, size_t size)
{
    struct desk_words_reader reader;
    struct desk_word word;
    size_t end = 0;
    if (!desk_words_open(&reader, data, size, 1000))
        return;
    while (desk_words_next(&reader, &word) > 0) {
        if (word.start < end || word.end <= word.start || word.end > 1000)
            abort();
        end = word.end;
        if ((const uint8_t *)word.folded < data ||
            (const uint8_t *)word.folded + word.folded_size > data + size)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return -1;
    const unsigned reader = data[0] % 10;
    const char *bytes = (const char *)data + 1;
    struct error err = {0};
    struct arena *arena = arena_new(ARENA_MAX);
    if (reader == 7) {
        read_words(data + 1, size - 1);
    } else if (reader == 8) {
        struct article article = sample;
        int rc = extras_unpack(bytes, size - 1, arena, &article, &err);
        if (rc < 0 && !err.text[0])
            abort();
    } else {
        msgpack_zone zone;
        msgpack_object value;
        msgpack_zone_init(&zone, MSGPACK_ZONE_CHUNK_SIZE);
        int rc = wire_unpack(bytes, size - 1, "input", &zone, &value, &err);
        if (rc >= 0)
            rc = read_value(reader, &value, arena, &err);
        if (rc < 0 && !err.text[0])
            abort();
        msgpack_zone_destroy(&zone);
    }
    arena_free(arena);
    return 0;
}
