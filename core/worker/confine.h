/* The walls around a worker, closed once and for good.
 *
 * Another uid when started as root; no new privileges; Landlock with nothing allowed (where the
 * kernel has it); limits on address space, files, processes and core dumps; every descriptor closed
 * but one; no environment but what is granted; not dumpable; dies with the host; and a seccomp
 * filter that lets through what computing needs: anything else is noted in the progress page and
 * kills with SIGSYS.
 *
 * Builds with sanitizers leave out the limit on address space and let through what a sanitizer's
 * report needs (it reads /proc and writes to stderr). */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "worker/page.h"

#define CONFINE_UID 65534 /* nobody, nogroup */

struct confine {
    int fd;                 /* the one descriptor that stays open */
    uint64_t address_bytes; /* RLIMIT_AS */
    struct page *page;
    char *const *env; /* "NAME=value", kept; ends in NULL; NULL: none */
};

/* One thread only. Below zero: the process is half confined and must end. */
int confine(const struct confine *walls, struct error *err);
