/* Articles, documents and results as they are kept and sent whole. */
#include <stdlib.h>

#include "model/records.h"
#include "model/spans.h"
#include "model/wire.h"

static const struct field tag_fields[] = {
    FIELD(tag, scheme, "scheme", TEXT, MOST(TAG_BYTES)),
    /* of a suggestion it is a field's value, so as long as a field may be */
    FIELD(tag, label, "label", TEXT, MOST(FIELD_BYTES)),
    FIELD(tag, code, "code", TEXT, MOST(TAG_BYTES)),
    FIELD(tag, field, "field", TEXT, MOST(TAG_BYTES)),
    FIELD(tag, score, "score", REAL, SHARE),
    FIELD(tag, spans, "spans", SPANS),
    FIELD(tag, plugin, "plugin", TEXT, MOST(FIELD_BYTES)),
};
static const struct record_type kept_tag = {FIELDS_OF(tag_fields), sizeof(struct tag), NULL};

static const struct field summary_fields[] = {
    FIELD(summary, text, "text", TEXT, MOST(SUMMARY_BYTES)),
    FIELD(summary, spans, "spans", SPANS),
    FIELD(summary, plugin, "plugin", TEXT, MOST(FIELD_BYTES)),
};
static const struct record_type kept_summary = {FIELDS_OF(summary_fields), sizeof(struct summary),
                                                NULL};

#define EXTRAS_FIELDS                                                                              \
    FIELD(article, captions, "captions", LIST, MOST(CAPTIONS_PER_ARTICLE),                         \
          .type = &record_caption),                                                                \
        FIELD(article, evidence, "evidence", LIST, MOST(EVIDENCE_PER_ARTICLE),                     \
              .type = &record_evidence),                                                           \
        FIELD(article, lines, "lines", RECORD, .type = &record_lines)

static const struct field extras_fields[] = {EXTRAS_FIELDS};
static const struct record_type kept_extras = {FIELDS_OF(extras_fields), sizeof(struct article),
                                               NULL};

static const struct field article_fields[] = {
    FIELD(article, id, "id", INT),
    FIELD(article, version, "version", INT),
    FIELD(article, uri, "uri", TEXT, MOST(FIELD_BYTES)),
    FIELD(article, headline, "headline", TEXT, MOST(HEADLINE_BYTES)),
    FIELD(article, byline, "byline", TEXT, MOST(FIELD_BYTES)),
    FIELD(article, dateline, "dateline", TEXT, MOST(FIELD_BYTES)),
    FIELD(article, body, "body", TEXT, MOST(BODY_BYTES)),
    FIELD(article, language, "language", TEXT, MOST(FIELD_BYTES)),
    FIELD(article, genre, "genre", TEXT, MOST(FIELD_BYTES)),
    FIELD(article, infosource, "infosource", TEXT, MOST(FIELD_BYTES)),
    FIELD(article, url, "url", TEXT, MOST(FIELD_BYTES)),
    FIELD(article, published, "published", TEXT, MOST(FIELD_BYTES)),
    FIELD(article, note, "note", TEXT, MOST(FIELD_BYTES)),
    FIELD(article, received_us, "received", INT, .flags = FIELD_SIGNED),
    FIELD(article, summary, "summary", RECORD, .type = &kept_summary),
    FIELD(article, tags, "tags", LIST, MOST(TAGS_PER_ARTICLE), .type = &kept_tag),
    FIELD(article, first_line, "first_line", LINE),
    FIELD(article, last_line, "last_line", LINE),
    FIELD(article, range_start, "range", RANGE),
    FIELD(article, confidence, "confidence", REAL, SHARE),
    EXTRAS_FIELDS,
};

_Static_assert(offsetof(struct article, range_end) ==
                   offsetof(struct article, range_start) + sizeof(uint64_t),
               "a range is two numbers side by side");

/* Only now, with both texts read, can the spans be looked at. */
static int article_check(struct reader *in, const struct place *at, void *record)
{
    const struct article *article = record;
    struct place tags = place_key(at, "tags"), summary = place_key(at, "summary");
    for (size_t i = 0; i < article->tags.count; i++) {
        struct place tag = place_item(&tags, i), spans = place_key(&tag, "spans");
        int rc = spans_check(in, &spans, &article->tags.at[i].spans, article);
        if (rc < 0)
            return rc;
    }
    struct place spans = place_key(&summary, "spans");
    return spans_check(in, &spans, &article->summary.spans, article);
}

static const struct record_type kept_article = {FIELDS_OF(article_fields), sizeof(struct article),
                                                article_check};

int article_pack(msgpack_packer *packer, const struct article *article)
{
    return record_pack(packer, &kept_article, article);
}

int article_unpack(const msgpack_object *value, struct arena *arena, struct article *out,
                   struct error *err)
{
    struct reader in = {.arena = arena, .err = err};
    struct place root = place_key(NULL, "article");
    *out = (struct article){0};
    return record_read(&in, &root, value, &kept_article, out);
}

static const struct field document_fields[] = {
    FIELD(document, id, "id", INT),
    FIELD(document, bytes, "bytes", BYTES, MOST(DOCUMENT_BYTES)),
    FIELD(document, source, "source", TEXT, MOST(FIELD_BYTES)),
    FIELD(document, path, "path", BYTES, MOST(PATH_BYTES)),
    FIELD(document, name, "name", BYTES, MOST(PATH_BYTES)),
    FIELD(document, encoding, "encoding", TEXT, MOST(FIELD_BYTES)),
    FIELD(document, received_us, "received", INT, .flags = FIELD_SIGNED),
    FIELD(document, device, "device", UINT),
    FIELD(document, inode, "inode", UINT),
    FIELD(document, mtime_us, "mtime", INT, .flags = FIELD_SIGNED),
};
static const struct record_type kept_document = {FIELDS_OF(document_fields),
                                                 sizeof(struct document), NULL};

int document_pack(msgpack_packer *packer, const struct document *document)
{
    return record_pack(packer, &kept_document, document);
}

int document_unpack(const msgpack_object *value, struct document *out, struct error *err)
{
    struct reader in = {.err = err};
    struct place root = place_key(NULL, "document");
    *out = (struct document){0};
    return record_read(&in, &root, value, &kept_document, out);
}

int tags_pack(msgpack_packer *packer, const struct tag_list *tags)
{
    return list_pack(packer, &kept_tag, tags);
}

int tags_unpack_kept(const msgpack_object *value, struct arena *arena, struct tag_list *out,
                     struct error *err)
{
    struct reader in = {.arena = arena, .err = err};
    struct place root = place_key(NULL, "tags");
    *out = (struct tag_list){0};
    return list_read(&in, &root, value, &kept_tag, LIMIT_TAGS_PER_ARTICLE_INDEX, out);
}

int extras_pack(msgpack_packer *packer, const struct article *article)
{
    return record_pack(packer, &kept_extras, article);
}

int extras_unpack(const char *bytes, size_t len, struct arena *arena, struct article *out,
                  struct error *err)
{
    struct reader in = {.arena = arena, .err = err};
    struct place root = place_key(NULL, "extras");
    msgpack_zone zone;
    msgpack_object value;
    if (!msgpack_zone_init(&zone, 1024))
        return place_no_memory(err, &root);
    int rc = wire_unpack(bytes, len, "extras", &zone, &value, err);
    if (rc == 0)
        rc = record_read(&in, &root, &value, &kept_extras, out);
    msgpack_zone_destroy(&zone);
    return rc;
}
