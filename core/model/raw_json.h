/* Any msgpack value as JSON, and JSON as msgpack: a plugin's answer as it gave it. Texts, whole and
 * other numbers, lists and maps with texts for keys come back as they were; bytes that are no UTF-8
 * are shown with U+FFFD and do not. */
#pragma once

#include <jansson.h>
#include <msgpack.h>

#include "base/error.h"
#include "base/str.h"

/* A new reference; NULL: out of memory, or a number that JSON has not (infinite, none). */
json_t *raw_to_json(const msgpack_object *value);

/* Packs the value. ERR_LIMIT: it is nested deeper than FRAME_DEPTH. Whether it was all packed, the
 * packer's buffer tells. */
int raw_from_json(const json_t *value, msgpack_packer *packer, struct error *err);

/* JSON text that others wrote, so that it takes no more memory than its size allows for: at most
 * FRAME_ITEMS values; no key twice. A new reference; NULL: `err` says where it breaks, in `what`.
 */
json_t *raw_json_read(struct str text, const char *what, struct error *err);
