#include "gazetteer.h"

#include "hash.h"

#include <string.h>

struct entry {
    uint64_t key; /* 0: free */
    int64_t id;
    uint16_t capital;  /* a bit a token: needs a capital */
    uint16_t capitals; /* a bit a token: needs all capitals */
    uint8_t longest;   /* of a first token: tokens of the longest name; else 0 */
    uint8_t name;      /* 1: a name ends here */
};

/* Most tokens of a text begin no name: a bit tells so of nearly all of them, without a look into
 * the table. */
#define FIRSTS 16384u

struct gazetteer {
    struct entry *entries;
    size_t count, mask, names;
    int any_case;
    uint64_t firsts[FIRSTS / 64]; /* a bit for each first token, by its hash */
};

struct gazetteer *gazetteer_new(int any_case)
{
    struct gazetteer *gazetteer = text_zero(sizeof *gazetteer);
    if (gazetteer)
        gazetteer->any_case = any_case;
    return gazetteer;
}

void gazetteer_free(struct gazetteer *gazetteer)
{
    if (gazetteer)
        text_free(gazetteer->entries);
    text_free(gazetteer);
}

size_t gazetteer_count(const struct gazetteer *gazetteer)
{
    return gazetteer->names;
}

static struct entry *find(const struct gazetteer *gazetteer, uint64_t key)
{
    size_t at = (size_t)key & gazetteer->mask;
    while (gazetteer->entries[at].key && gazetteer->entries[at].key != key)
        at = (at + 1) & gazetteer->mask;
    return &gazetteer->entries[at];
}

static int begins_name(const struct gazetteer *gazetteer, uint64_t hash)
{
    return gazetteer->firsts[hash / 64 % (FIRSTS / 64)] >> hash % 64 & 1;
}

static int grow(struct gazetteer *gazetteer)
{
    const size_t room = gazetteer->mask ? (gazetteer->mask + 1) * 2 : 256;
    struct gazetteer bigger = *gazetteer;
    bigger.entries = text_zero(room * sizeof *bigger.entries);
    bigger.mask = room - 1;
    if (!bigger.entries)
        return DESK_ERR_NOMEM;
    for (size_t i = 0; gazetteer->entries && i <= gazetteer->mask; i++)
        if (gazetteer->entries[i].key)
            *find(&bigger, gazetteer->entries[i].key) = gazetteer->entries[i];
    text_free(gazetteer->entries);
    *gazetteer = bigger;
    return 0;
}

static struct entry *entry_of(struct gazetteer *gazetteer, uint64_t key)
{
    struct entry *entry = find(gazetteer, key);
    if (!entry->key) {
        entry->key = key;
        gazetteer->count++;
    }
    return entry;
}

static uint64_t chain(uint64_t key, const struct token *token)
{
    const uint64_t next = hash_mix(key, token->hash);
    return next ? next : 1;
}

static void set_case(struct entry *entry, const struct tokens *tokens)
{
    for (size_t i = 0; i < tokens->count; i++) {
        if (tokens->at[i].flags & TOKEN_CAPITAL)
            entry->capital |= (uint16_t)(1u << i);
        if (tokens->at[i].flags & TOKEN_CAPITALS)
            entry->capitals |= (uint16_t)(1u << i);
    }
}

int gazetteer_add(struct desk_text *text, struct gazetteer *gazetteer, const char *name,
                  size_t size, int64_t id)
{
    struct tokens *tokens = &text->tokens;
    if (gazetteer->names >= GAZETTEER_NAMES_MAX)
        return DESK_ERR_LIMIT;
    if (size > 16 * DESK_WORD_MAX)
        return 0;
    const int rc = tokens_scan(text, name, size, tokens);
    if (rc < 0)
        return rc;
    if (tokens->count == 0 || tokens->count > GAZETTEER_TOKENS_MAX)
        return 0;
    while (!gazetteer->mask || (gazetteer->count + 2) * 2 > gazetteer->mask)
        if (grow(gazetteer) < 0)
            return DESK_ERR_NOMEM;
    for (size_t i = 0; i < tokens->count; i++)
        tokens->at[i].hash =
            hash_bytes(tokens->folds.at + tokens->at[i].fold, tokens->at[i].fold_size);
    const uint64_t hash = tokens->at[0].hash;
    gazetteer->firsts[hash / 64 % (FIRSTS / 64)] |= UINT64_C(1) << hash % 64;
    uint64_t key = chain(0, &tokens->at[0]);
    struct entry *first = entry_of(gazetteer, key);
    if (first->longest < tokens->count)
        first->longest = (uint8_t)tokens->count;
    for (size_t i = 1; i < tokens->count; i++)
        key = chain(key, &tokens->at[i]);
    struct entry *last = entry_of(gazetteer, key);
    if (last->name)
        return 0;
    last->name = 1;
    last->id = id;
    set_case(last, tokens);
    gazetteer->names++;
    return 1;
}

static int case_fits(const struct gazetteer *gazetteer, const struct entry *entry,
                     const struct token *tokens, size_t count)
{
    if (gazetteer->any_case)
        return 1;
    for (size_t i = 0; i < count; i++) {
        if ((entry->capital >> i & 1) && !(tokens[i].flags & TOKEN_CAPITAL))
            return 0;
        if ((entry->capitals >> i & 1) && !(tokens[i].flags & TOKEN_CAPITALS))
            return 0;
    }
    return 1;
}

/* The longest name that begins at token i: how many tokens, and its entry. */
static size_t longest_at(const struct gazetteer *gazetteer, const struct tokens *tokens, size_t i,
                         const struct entry **best)
{
    uint64_t key = chain(0, &tokens->at[i]);
    const struct entry *first = find(gazetteer, key), *entry = first;
    size_t found = 0;
    for (size_t n = 1; first->key; n++) {
        if (entry->key && entry->name && case_fits(gazetteer, entry, &tokens->at[i], n)) {
            found = n;
            *best = entry;
        }
        if (n >= first->longest || i + n >= tokens->count || tokens->at[i + n].gap == GAP_BREAK)
            break;
        key = chain(key, &tokens->at[i + n]);
        entry = find(gazetteer, key);
    }
    return found;
}

int gazetteer_match(const struct gazetteer *gazetteer, const struct analysis *analysis,
                    struct bytes *out)
{
    const struct tokens *tokens = &analysis->tokens;
    if (gazetteer->names == 0)
        return 0;
    for (size_t i = 0; i < tokens->count;) {
        const struct entry *entry = NULL;
        const size_t count = begins_name(gazetteer, tokens->at[i].hash)
                                 ? longest_at(gazetteer, tokens, i, &entry)
                                 : 0;
        if (count > 0) {
            const struct gazetteer_match match = {entry->id, tokens->at[i].start,
                                                  tokens->at[i + count - 1].end};
            if (bytes_add(out, &match, sizeof match) < 0)
                return DESK_ERR_NOMEM;
        }
        i += count ? count : 1;
    }
    return 0;
}
