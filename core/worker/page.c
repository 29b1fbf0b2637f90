#include "worker/page.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

_Static_assert(sizeof(struct page) <= PAGE_BYTES, "what is noted has room");

int page_map(int fd, struct page **out, struct error *err)
{
    void *at = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        return error_errno(err, errno, "worker: cannot map the progress page");
    *out = at;
    return 0;
}

int page_make(int *fd, struct page **out, struct error *err)
{
    *fd = memfd_create("copydesk-page", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (*fd < 0)
        return error_errno(err, errno, "worker: cannot make a progress page");
    int rc = 0;
    if (ftruncate(*fd, PAGE_BYTES) < 0 ||
        fcntl(*fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
        rc = error_errno(err, errno, "worker: cannot size the progress page");
    else
        rc = page_map(*fd, out, err);
    if (rc < 0) {
        close(*fd);
        *fd = -1;
        return rc;
    }
    atomic_store(&(*out)->plugin, -1);
    return 0;
}

void page_free(struct page *page)
{
    if (page)
        munmap(page, PAGE_BYTES);
}

void page_begin(struct page *page, enum page_phase phase, int32_t plugin)
{
    atomic_fetch_add_explicit(&page->call, 1, memory_order_relaxed);
    atomic_store_explicit(&page->plugin, plugin, memory_order_relaxed);
    atomic_store_explicit(&page->phase, (uint32_t)phase, memory_order_release);
}

void page_end(struct page *page)
{
    atomic_store_explicit(&page->phase, PAGE_IDLE, memory_order_release);
}

/* The worker alone writes: no step of these needs to be one with the next. */
void page_count(struct page *page, uint32_t plugin)
{
    if (plugin < PAGE_PLUGINS)
        atomic_fetch_add_explicit(&page->calls[plugin].count, 1, memory_order_relaxed);
}

void page_took(struct page *page, uint32_t plugin, int64_t us)
{
    if (plugin >= PAGE_PLUGINS)
        return;
    struct page_calls *calls = &page->calls[plugin];
    atomic_fetch_add_explicit(&calls->us, us, memory_order_relaxed);
    if (us > atomic_load_explicit(&calls->most_us, memory_order_relaxed))
        atomic_store_explicit(&calls->most_us, us, memory_order_relaxed);
}

void page_held(struct page *page, uint32_t plugin, uint64_t bytes, uint64_t most)
{
    if (plugin >= PAGE_PLUGINS)
        return;
    struct page_calls *calls = &page->calls[plugin];
    atomic_store_explicit(&calls->bytes, bytes, memory_order_relaxed);
    if (most > atomic_load_explicit(&calls->most_bytes, memory_order_relaxed))
        atomic_store_explicit(&calls->most_bytes, most, memory_order_relaxed);
}

void page_job(struct page *page, uint64_t sequence)
{
    atomic_store_explicit(&page->plugin, -1, memory_order_relaxed);
    atomic_store_explicit(&page->sequence, sequence, memory_order_release);
}
