/* Where an export may go. */
#pragma once

#include "pipeline/host.h"

struct export_to {
    char *folder; /* mem_alloc'd */
    char *single; /* mem_alloc'd; NULL: the plugin names its files */
};

/* `to` as it was given. ERR_DENIED when plugins' files would come into the store, into scripts,
 * into a watched folder or where its files are put, or when the folder holds one of these: then a
 * plugin could choose a name that leads there. */
int export_to_check(const struct desk *desk, const char *to, struct export_to *out,
                    struct error *err);
/* Makes the folders above the one that files go into, where exports may go there at all. What came
 * to be is for export_to_check to judge: names that were not there yet may lead elsewhere. */
int export_to_make_parents(const struct desk *desk, const char *to, struct error *err);
/* The same question, of a job that has not run: with the settings of `lineup`, `to` relative to the
 * desk, and with folders that are yet to be made. */
int export_to_may(const struct lineup *lineup, const char *to, struct error *err);
/* The same question, of a folder that `copydesk record` is to make. */
int export_to_fixture(const struct desk *desk, const char *to, struct error *err);
void export_to_free(struct export_to *to);
