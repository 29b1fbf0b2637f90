/* Small tables in memory before two lookups that every tag makes: the row of a plugin, and the key
 * of a label. Both are of a fixed size; what comes later replaces what was there. */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "base/hash.h"
#include "base/str.h"

struct engine_writer;

#define NAMES_KEYS    1024
#define NAMES_KEY_MAX 48 /* bytes of a label and of a key; longer ones are not remembered */
#define NAMES_PLUGINS 64

struct names {
    struct names_key {
        uint8_t label_len, key_len; /* label_len 0: empty */
        char label[NAMES_KEY_MAX], key[NAMES_KEY_MAX];
    } * keys; /* NAMES_KEYS of them, by hash */
    struct names_plugin {
        int64_t id; /* 0: empty */
        uint64_t names;
        struct hash fingerprint;
    } plugins[NAMES_PLUGINS];
};

/* tokenizer_key(label): the form in which labels and sources are compared. Lives until
 * the next call. */
int names_key(struct engine_writer *writer, struct str label, struct str *key, struct error *err);
/* The row of a plugin, added when there is none. `fingerprint` NULL: it is not known. */
int names_plugin(struct engine_writer *writer, struct str kind, struct str name, struct str version,
                 const struct hash *fingerprint, int64_t *id, struct error *err);
/* Plugins that were added may be gone again: forgets them. */
void names_rolled_back(struct names *names);
