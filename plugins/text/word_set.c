#include "word_set.h"

#include "context.h"
#include "fold.h"
#include "hash.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

/* Hashes only, in a table at most half full: a false hit has odds of one in 2^53. */
struct word_set {
    size_t mask;
    uint64_t slots[];
};

static pthread_mutex_t sets_mutex = PTHREAD_MUTEX_INITIALIZER;

static void set_add(struct word_set *set, uint64_t hash)
{
    size_t at = (size_t)hash & set->mask;
    while (set->slots[at] && set->slots[at] != hash)
        at = (at + 1) & set->mask;
    set->slots[at] = hash;
}

static size_t next_word(const char *words, size_t at, size_t *end)
{
    while (words[at] == ' ')
        at++;
    *end = at + strcspn(words + at, " ");
    return at;
}

static struct word_set *make_set(const char *words)
{
    size_t count = 1, room = 16, end;
    for (const char *at = words; *at; at++)
        count += *at == ' ';
    while (room < count * 2)
        room *= 2;
    struct word_set *set = text_zero(sizeof *set + room * sizeof set->slots[0]);
    struct bytes folded = {0};
    if (!set)
        return NULL;
    set->mask = room - 1;
    for (size_t at = next_word(words, 0, &end); words[at]; at = next_word(words, end, &end)) {
        folded.size = 0;
        if (fold_text(words + at, end - at, &folded) < 0) {
            text_free(set);
            set = NULL;
            break;
        }
        set_add(set, hash_bytes(folded.at, folded.size));
    }
    bytes_free(&folded);
    return set;
}

const struct word_set *word_set_get(word_set_slot *slot, const char *words)
{
    const struct word_set *set = atomic_load_explicit(slot, memory_order_acquire);
    if (set || !words)
        return set;
    pthread_mutex_lock(&sets_mutex);
    set = atomic_load_explicit(slot, memory_order_acquire);
    if (!set) {
        set = make_set(words);
        atomic_store_explicit(slot, set, memory_order_release);
    }
    pthread_mutex_unlock(&sets_mutex);
    return set;
}

int word_set_has(const struct word_set *set, const char *folded, size_t size)
{
    return set && size > 0 && word_set_has_hash(set, hash_bytes(folded, size));
}

int word_set_has_hash(const struct word_set *set, uint64_t hash)
{
    if (!set)
        return 0;
    for (size_t at = (size_t)hash & set->mask; set->slots[at]; at = (at + 1) & set->mask)
        if (set->slots[at] == hash)
            return 1;
    return 0;
}
