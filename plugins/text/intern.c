#include "intern.h"

#include "hash.h"

#include <string.h>

static int rehash(struct intern *intern)
{
    const uint32_t room = intern->mask ? (intern->mask + 1) * 2 : 512;
    uint32_t *slots = text_zero((size_t)room * sizeof *slots);
    struct intern_entry *entries =
        text_realloc(intern->entries, (size_t)room / 2 * sizeof *entries);
    if (entries)
        intern->entries = entries;
    if (!slots || !entries || room > INT32_MAX / 2) {
        text_free(slots);
        return DESK_ERR_NOMEM;
    }
    for (uint32_t i = 0; i < intern->count; i++) {
        uint32_t at = (uint32_t)entries[i].hash & (room - 1);
        while (slots[at])
            at = (at + 1) & (room - 1);
        slots[at] = i + 1;
    }
    text_free(intern->slots);
    intern->slots = slots;
    intern->mask = room - 1;
    intern->room = room / 2;
    return 0;
}

/* The slot where a string is, or where it would go. There must be slots. */
static uint32_t slot_of(const struct intern *intern, uint64_t hash, const char *bytes, size_t size)
{
    uint32_t at = (uint32_t)hash & intern->mask;
    for (; intern->slots[at]; at = (at + 1) & intern->mask) {
        const struct intern_entry *entry = &intern->entries[intern->slots[at] - 1];
        if (entry->hash == hash && entry->size == size &&
            memcmp(intern->arena.at + entry->at, bytes, size) == 0)
            break;
    }
    return at;
}

int64_t intern_find_hashed(const struct intern *intern, uint64_t hash, const char *bytes,
                           size_t size)
{
    if (!intern->slots)
        return -1;
    return (int64_t)intern->slots[slot_of(intern, hash, bytes, size)] - 1;
}

int64_t intern_add(struct intern *intern, const char *bytes, size_t size, int *fresh)
{
    return intern_add_hashed(intern, hash_bytes(bytes, size), bytes, size, fresh);
}

int64_t intern_add_hashed(struct intern *intern, uint64_t hash, const char *bytes, size_t size,
                          int *fresh)
{
    if (fresh)
        *fresh = 0;
    if (intern->count == intern->room && rehash(intern) < 0)
        return DESK_ERR_NOMEM;
    const uint32_t at = slot_of(intern, hash, bytes, size);
    if (intern->slots[at])
        return intern->slots[at] - 1;
    const size_t where = intern->arena.size;
    if (bytes_add(&intern->arena, bytes, size) < 0)
        return DESK_ERR_NOMEM;
    intern->entries[intern->count] = (struct intern_entry){hash, (uint32_t)where, (uint32_t)size};
    intern->slots[at] = ++intern->count;
    if (fresh)
        *fresh = 1;
    return intern->count - 1;
}

void intern_clear(struct intern *intern)
{
    intern->arena.size = 0;
    intern->count = 0;
    if (intern->slots)
        memset(intern->slots, 0, ((size_t)intern->mask + 1) * sizeof *intern->slots);
}

size_t intern_memory(const struct intern *intern)
{
    return intern->arena.room + intern->room * sizeof *intern->entries +
           (intern->slots ? ((size_t)intern->mask + 1) * sizeof *intern->slots : 0);
}

void intern_free(struct intern *intern)
{
    bytes_free(&intern->arena);
    text_free(intern->entries);
    text_free(intern->slots);
    *intern = (struct intern){0};
}
