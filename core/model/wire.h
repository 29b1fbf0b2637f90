/* The model on the wire: msgpack maps with short, fixed keys. Both ends of the socketpair use these
 * functions. Decoding trusts nothing: ids, spans, UTF-8, counts and limits are checked, an unknown
 * key is refused with the nearest known one, and errors name the item and field:
 * "answer[3].spans[1]: ends at byte 120, but the body has 100". Indices in messages, and bytes in
 * messages about an answer, count from 1 as in Lua. A float that is whole counts as an integer, and
 * an empty table as an empty list, for Lua tells them not apart.
 *
 * The input of a decoder is a msgpack object whose bytes have passed frame_check (worker/frame.h)
 * or wire_check. What is decoded points into those bytes and into `arena`. ERR_INVALID, ERR_LIMIT
 * (named) or ERR_NOMEM (also when the arena is full). */
#pragma once

#include <msgpack.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "model/article.h"
#include "model/document.h"

/* msgpack-c believes declared counts: five bytes make it reserve gigabytes. So wire_check walks the
 * bytes first, without memory: each declared length and count must fit in what is left, depth and
 * number of values are limited (FRAME_DEPTH, FRAME_ITEMS), ext types are refused, keys are text or
 * integers, and exactly one value must fill the bytes. 0, or ERR_INVALID or ERR_LIMIT with the
 * byte; `what` names the bytes.
 */
int wire_check(const void *bytes, size_t len, const char *what, struct error *err);
/* wire_check, then msgpack_unpack: the object lives in `zone` and points into `bytes`. */
int wire_unpack(const char *bytes, size_t len, const char *what, msgpack_zone *zone,
                msgpack_object *out, struct error *err);

/* A msgpack packer that writes into a buf. Packing reports failure through buf_failed(out). */
void wire_packer(msgpack_packer *packer, struct buf *out);
int wire_pack_str(msgpack_packer *packer, struct str text); /* STR_NONE packs nil */
int wire_pack_key(msgpack_packer *packer, const char *key);
int wire_pack_bin(msgpack_packer *packer, const void *bytes, size_t len);

/* Small checked readers: `what` names the value in messages ("answer[3].label"). An absent value
 * (NULL, nil) is an error. Over `max`: ERR_LIMIT with the first limit in bytes of that value. */
const msgpack_object *wire_get(const msgpack_object *map, const char *key); /* NULL: absent, nil */
int wire_text(const msgpack_object *value, const char *what, size_t max, struct str *out,
              struct error *err);
int wire_bin(const msgpack_object *value, const char *what, size_t max, struct str *out,
             struct error *err);
int wire_int(const msgpack_object *value, const char *what, int64_t min, int64_t max, int64_t *out,
             struct error *err);
int wire_number(const msgpack_object *value, const char *what, double min, double max, double *out,
                struct error *err);

/* An article whole (host to worker: to tag, to summarize, to export). The spans of its tags and
 * summary must lie in its texts. Empty members are left out. */
int article_pack(msgpack_packer *packer, const struct article *article);
int article_unpack(const msgpack_object *value, struct arena *arena, struct article *out,
                   struct error *err);

/* A document without its hash (host to worker). `path` and `name` may be any bytes: file names are.
 */
int document_pack(msgpack_packer *packer, const struct document *document);
int document_unpack(const msgpack_object *value, struct document *out, struct error *err);

/* Answers of Lua plugins (worker to host), as the plugin gave them: Lua's 1-based inclusive spans
 * and ranges become the model's here. `text_len`: length of the document's decoded text in bytes,
 * bounds a draft's range. nil is an empty answer.
 *
 * A draft without confidence and a tag without score get 1. tags_unpack gives canonical order, and
 * makes one of what says the same (scheme, label, code) twice: all its spans, the higher score. A
 * summary of nil or "" is none. */
int drafts_unpack(const msgpack_object *answer, uint64_t text_len, struct arena *arena,
                  struct article_list *out, struct error *err);
int tags_unpack(const msgpack_object *answer, const struct article *article, struct arena *arena,
                struct tag_list *out, struct error *err);
int summary_unpack(const msgpack_object *answer, const struct article *article, struct arena *arena,
                   struct summary *out, struct error *err);

/* The second half of tags_unpack, for tags that were read some other way (a suggestion's value is
 * its label): checks them all, puts them in canonical order, makes one of what says the same. Below
 * zero without a message. */
int tags_finish(struct tag_list *tags, const struct article *article, struct arena *arena);

/* Tags on their way from a worker: packed with tags_pack, as a run of bytes. tags_take believes
 * none of it: it checks all that tags_unpack checks, the canonical order too (nothing comes twice).
 * `out` points into the answer's bytes, `packed` is what tags_pack gave. `article` may be NULL:
 * spans are then not compared with its texts. */
int tags_put(msgpack_packer *packer, struct buf *out, const struct tag_list *tags);
int tags_take(const msgpack_object *answer, const struct article *article, struct arena *arena,
              struct tag_list *out, struct str *packed, struct error *err);
/* Copies the texts of tags into the arena. ERR_NOMEM. */
int tags_own(struct tag_list *tags, struct arena *arena);

/* Tags and spans as the store keeps them in a result: 0-based, in canonical order (scheme, label,
 * code, first span; spans by field, start, end); and back. Bounds are not checked: there is no
 * text. */
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
