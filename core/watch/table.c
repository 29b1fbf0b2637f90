#include "watch/table.h"

#include <string.h>

#include "base/alloc.h"
#include "base/hash.h"
#include "base/limits.h"
#include "watch/root.h"

#define BUCKETS 4096 /* half of WATCH_FILES: chains are short */

struct table {
    struct watch_file *buckets[BUCKETS];
    struct watch_file *hidden; /* those that are not found by path */
    struct watch_file **heap;  /* from 1: the one due first is at 1 */
    size_t heap_count, heap_room;
    size_t count, bytes;
};

/* ---- lists ---- */

void file_list_init(struct file_list *list)
{
    *list = (struct file_list){.end = &list->first};
}

void file_list_add(struct file_list *list, struct watch_file *file)
{
    file->next = NULL;
    *list->end = file;
    list->end = &file->next;
    list->count++;
}

struct watch_file *file_list_take(struct file_list *list)
{
    struct watch_file *file = list->first;
    if (!file)
        return NULL;
    list->first = file->next;
    if (!list->first)
        list->end = &list->first;
    list->count--;
    file->next = NULL;
    return file;
}

/* ---- the heap ---- */

static void heap_put(struct table *table, size_t place, struct watch_file *file)
{
    table->heap[place] = file;
    file->place = place;
}

static void heap_up(struct table *table, struct watch_file *file)
{
    size_t place = file->place;
    while (place > 1 && table->heap[place / 2]->due_us > file->due_us) {
        heap_put(table, place, table->heap[place / 2]);
        place /= 2;
    }
    heap_put(table, place, file);
}

static void heap_down(struct table *table, struct watch_file *file)
{
    size_t place = file->place;
    for (;;) {
        size_t child = place * 2;
        if (child > table->heap_count)
            break;
        if (child < table->heap_count &&
            table->heap[child + 1]->due_us < table->heap[child]->due_us)
            child++;
        if (table->heap[child]->due_us >= file->due_us)
            break;
        heap_put(table, place, table->heap[child]);
        place = child;
    }
    heap_put(table, place, file);
}

static void heap_remove(struct table *table, struct watch_file *file)
{
    const size_t place = file->place;
    if (place == 0)
        return;
    struct watch_file *last = table->heap[table->heap_count--];
    file->place = 0;
    if (last == file)
        return;
    heap_put(table, place, last);
    heap_up(table, last);
    heap_down(table, last);
}

/* Room for each file there may be, so that being due never fails. */
static int heap_reserve(struct table *table, size_t count)
{
    if (count < table->heap_room)
        return 0;
    const size_t room = count + count / 2 + 64;
    struct watch_file **grown = mem_resize_array(table->heap, room, sizeof(struct watch_file *));
    if (!grown)
        return ERR_NOMEM;
    table->heap = grown;
    table->heap_room = room;
    return 0;
}

void table_due(struct table *table, struct watch_file *file, int64_t due_us)
{
    if (due_us < 0) {
        heap_remove(table, file);
        return;
    }
    file->due_us = due_us;
    if (file->place == 0)
        heap_put(table, ++table->heap_count, file);
    heap_up(table, file);
    heap_down(table, file);
}

struct watch_file *table_first(const struct table *table)
{
    return table->heap_count ? table->heap[1] : NULL;
}

/* ---- the table ---- */

int table_new(struct table **out, struct error *err)
{
    *out = mem_zero(1, sizeof **out);
    return *out ? 0 : error_set(err, ERR_NOMEM, "out of memory while watching folders");
}

static struct watch_file **bucket_of(struct table *table, const char *path)
{
    return &table->buckets[hash_64(path, strlen(path)) % BUCKETS];
}

struct watch_file *table_find(const struct table *table, const char *path)
{
    struct watch_file *file = table->buckets[hash_64(path, strlen(path)) % BUCKETS];
    while (file && strcmp(file->path, path) != 0)
        file = file->chain;
    return file;
}

static struct watch_file *add(struct table *table, struct root *root, const char *path,
                              size_t relative, struct watch_file **list)
{
    const size_t len = strlen(path) + 1;
    struct watch_file *file = mem_zero(1, sizeof *file + len);
    if (!file || heap_reserve(table, table->count + 2) < 0) {
        mem_free(file);
        return NULL;
    }
    memcpy(file->path, path, len);
    file->root = root_hold(root);
    file->relative = relative;
    file->settled_us = -1;
    file->bytes = sizeof *file + len;
    file->chain = *list;
    *list = file;
    table->count++;
    table->bytes += file->bytes;
    return file;
}

struct watch_file *table_add(struct table *table, struct root *root, const char *path,
                             size_t relative)
{
    if (table->count >= LIMIT(WATCH_FILES) || table->bytes >= LIMIT(WATCH_BYTES))
        return NULL;
    return add(table, root, path, relative, bucket_of(table, path));
}

struct watch_file *table_add_hidden(struct table *table, struct root *root, const char *path,
                                    size_t relative)
{
    struct watch_file *file = add(table, root, path, relative, &table->hidden);
    if (file)
        file->hidden = true;
    return file;
}

bool table_has_hidden(const struct table *table, int64_t row_id)
{
    const struct watch_file *file = table->hidden;
    while (file && file->row_id != row_id)
        file = file->chain;
    return file != NULL;
}

static void destroy(struct watch_file *file)
{
    root_release(file->root);
    mem_free(file->reason);
    mem_free(file->stuck);
    mem_free(file->at);
    mem_free(file->target);
    mem_free(file);
}

void table_drop(struct table *table, struct watch_file *file)
{
    struct watch_file **at = file->hidden ? &table->hidden : bucket_of(table, file->path);
    while (*at && *at != file)
        at = &(*at)->chain;
    if (*at)
        *at = file->chain;
    heap_remove(table, file);
    table->count--;
    table->bytes -= file->bytes;
    destroy(file);
}

size_t table_count(const struct table *table)
{
    return table->count;
}

bool table_has_room(const struct table *table)
{
    return table->count < LIMIT(WATCH_FILES) / 4 * 3 && table->bytes < LIMIT(WATCH_BYTES) / 4 * 3;
}

static void each_of(struct watch_file *file, void (*each)(struct watch_file *, void *), void *data)
{
    while (file) {
        struct watch_file *next = file->chain;
        each(file, data);
        file = next;
    }
}

void table_each(struct table *table, void (*each)(struct watch_file *file, void *data), void *data)
{
    for (size_t i = 0; i < BUCKETS; i++)
        each_of(table->buckets[i], each, data);
    each_of(table->hidden, each, data);
}

static void drop_each(struct watch_file *file, void *data)
{
    table_drop(data, file);
}

void table_free(struct table *table)
{
    if (!table)
        return;
    table_each(table, drop_each, table);
    mem_free(table->heap);
    mem_free(table);
}
