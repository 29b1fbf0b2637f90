#include "worker/progress.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

_Static_assert(sizeof(struct progress) <= PROGRESS_BYTES, "the progress page is one page");

int progress_map(int fd, struct progress **out, struct error *err)
{
    void *at = mmap(NULL, PROGRESS_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (at == MAP_FAILED)
        return error_errno(err, errno, "worker: cannot map the progress page");
    *out = at;
    return 0;
}

int progress_make(int *fd, struct progress **out, struct error *err)
{
    *fd = memfd_create("copydesk-progress", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (*fd < 0)
        return error_errno(err, errno, "worker: cannot make a progress page");
    int rc = 0;
    if (ftruncate(*fd, PROGRESS_BYTES) < 0 ||
        fcntl(*fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
        rc = error_errno(err, errno, "worker: cannot size the progress page");
    else
        rc = progress_map(*fd, out, err);
    if (rc < 0) {
        close(*fd);
        *fd = -1;
        return rc;
    }
    atomic_store(&(*out)->plugin, -1);
    return 0;
}

void progress_free(struct progress *progress)
{
    if (progress)
        munmap(progress, PROGRESS_BYTES);
}

void progress_begin(struct progress *progress, enum progress_phase phase, int32_t plugin)
{
    atomic_fetch_add_explicit(&progress->call, 1, memory_order_relaxed);
    atomic_store_explicit(&progress->plugin, plugin, memory_order_relaxed);
    atomic_store_explicit(&progress->phase, (uint32_t)phase, memory_order_release);
}

void progress_end(struct progress *progress)
{
    atomic_store_explicit(&progress->phase, PROGRESS_IDLE, memory_order_release);
}

void progress_job(struct progress *progress, uint64_t sequence)
{
    atomic_store_explicit(&progress->plugin, -1, memory_order_relaxed);
    atomic_store_explicit(&progress->sequence, sequence, memory_order_release);
}
