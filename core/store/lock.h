/* The desk's lock: who holds it is the one host that writes the desk. A file beside the store,
 * locked by the kernel (flock), so that the end of the holder, also by SIGKILL, gives it free; what
 * is written in the file is only for the message. */
#pragma once

#include "base/error.h"

#define LOCK_FILE "lock"

struct lock {
    int fd; /* below zero: not held */
};

/* ERR_BUSY names the process that holds it; ERR_DENIED when the desk cannot be written;
 * ERR_NOTFOUND when there is no folder. Waits for nobody who lives; for what a killed holder left
 * behind, LOCK_WAIT_MS. */
int lock_take(const char *dir, struct lock *out, struct error *err);
/* Whether the file in `dir` is still the one that is locked; without it another process can take
 * the lock beside this one. ERR_NOTFOUND: it is gone; ERR_EXISTS: another file is there. */
int lock_in_place(const struct lock *lock, const char *dir, struct error *err);
void lock_give(struct lock *lock); /* not held is fine */
