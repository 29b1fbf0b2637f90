/* The model on the wire: msgpack maps with short, fixed keys. Both ends of the socketpair use these
 * functions. Decoding trusts nothing: ids, spans, UTF-8, counts and limits are checked, an unknown
 * key is refused with the nearest known one, and errors name the item and field:
 * "answer[3].spans[1]: ends at byte 120, but the text has 100".
 *
 * The input of a decoder is a msgpack object whose frame has passed frame_check (worker/frame.h).
 * What is decoded points into that frame and into `arena`. */
#pragma once

#include <msgpack.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "model/article.h"
#include "model/document.h"

/* A msgpack packer that writes into a buf. Packing reports failure through buf_failed(out). */
void wire_packer(msgpack_packer *packer, struct buf *out);
int wire_pack_str(msgpack_packer *packer, struct str text); /* STR_NONE packs nil */
int wire_pack_key(msgpack_packer *packer, const char *key);
int wire_pack_bin(msgpack_packer *packer, const void *bytes, size_t len);

/* Small checked readers: `what` names the value in messages ("answer[3].label"). */
const msgpack_object *wire_get(const msgpack_object *map, const char *key); /* NULL: absent, nil */
int wire_text(const msgpack_object *value, const char *what, size_t max, struct str *out,
              struct error *err);
int wire_bin(const msgpack_object *value, const char *what, size_t max, struct str *out,
             struct error *err);
int wire_int(const msgpack_object *value, const char *what, int64_t min, int64_t max, int64_t *out,
             struct error *err);
int wire_number(const msgpack_object *value, const char *what, double min, double max, double *out,
                struct error *err);

/* An article whole (host to worker: to tag, to summarize, to export). */
int article_pack(msgpack_packer *packer, const struct article *article);
int article_unpack(const msgpack_object *value, struct arena *arena, struct article *out,
                   struct error *err);

/* A document without its hash (host to worker). */
int document_pack(msgpack_packer *packer, const struct document *document);
int document_unpack(const msgpack_object *value, struct document *out, struct error *err);

/* Answers of Lua plugins (worker to host), as the plugin gave them: Lua's 1-based inclusive spans
 * and ranges become the model's here. `text_len`: length of the document's decoded text in bytes,
 * bounds a draft's range. */
int drafts_unpack(const msgpack_object *answer, uint64_t text_len, struct arena *arena,
                  struct article_list *out, struct error *err);
int tags_unpack(const msgpack_object *answer, const struct article *article, struct arena *arena,
                struct tag_list *out, struct error *err);
int summary_unpack(const msgpack_object *answer, const struct article *article, struct arena *arena,
                   struct summary *out, struct error *err);

/* Tags and spans as the store keeps them in a result: 0-based, in canonical order (scheme, label,
 * code, first span); and back. */
void tags_sort(struct tag_list *tags);
int tags_pack(msgpack_packer *packer, const struct tag_list *tags);
int tags_unpack_kept(const msgpack_object *value, struct arena *arena, struct tag_list *out,
                     struct error *err);
int spans_pack(msgpack_packer *packer, const struct span_list *spans);
int spans_unpack(const msgpack_object *value, struct arena *arena, struct span_list *out,
                 struct error *err);
/* The parts of an article that the store keeps as one blob beside its columns: captions, evidence
 * and lines. The bytes come from the store, and are checked all the same. */
int extras_pack(msgpack_packer *packer, const struct article *article);
int extras_unpack(const char *bytes, size_t len, struct arena *arena, struct article *out,
                  struct error *err);
