/* The walls that fill a file each; only confine.c calls them. */
#pragma once

#include "base/error.h"
#include "worker/page.h"

/* Nothing may be opened, bound, connected or signalled outside. 0 also where there is no Landlock.
 */
int confine_landlock(struct error *err);
/* The allow-list of system calls; what it catches is noted in `page` before SIGSYS kills. */
int confine_filter(struct page *page, struct error *err);
