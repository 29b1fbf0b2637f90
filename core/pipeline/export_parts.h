/* The parts of an export: export.c, export_read.c. */
#pragma once

#include "model/wire.h"
#include "pipeline/export.h"
#include "pipeline/export_files.h"
#include "pipeline/host.h"
#include "store/query.h"

struct export
{
    struct desk *desk;
    struct lineup *lineup;         /* held */
    struct export_options options; /* its texts are in the arena */
    struct desk_plugin *plugin;
    struct store_reader *reader; /* NULL: there is a source */
    struct arena *arena;         /* of options and query */
    struct query query;
    struct export_files *files;
    int64_t session;
    unsigned deaths; /* of its workers */
    struct export_counts counts;
    uint64_t total;     /* articles there will be; 0: not known, as with a query */
    struct error error; /* the first one: nothing more is done then */
    bool cancelled;
    /* the page that was read */
    struct buf page;
    uint32_t page_count;
    int64_t before_id, before_seq;
    bool stopped, at_end;
    /* the answer that waits to be written */
    struct pool_frame *frame;
    const msgpack_object *answer;
    /* what is under way: one of them */
    struct pool_job job;
    struct host_work work;
    struct host_later later;
    export_done_fn *done;
    void *data;
};

/* On a thread of the pool; they leave what went wrong in run->error. */
void export_write_and_read(void *run);   /* the answer into files, then the next page */
void export_write_and_commit(void *run); /* the answer into files, then all get their names */
