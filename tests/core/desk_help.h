/* A desk for a test: in the test's own folder, with the plugins of tests/data/scripts. The test
 * program is its own worker: its main() begins with DESK_WORKER. */
#pragma once

#include "folder.h"
#include "pipeline/desk.h"
#include "worker/pool.h"

#define DESK_WORKER(argc, argv)                                                                    \
    do {                                                                                           \
        if ((argc) > 1 && strcmp((argv)[1], "worker") == 0)                                        \
            return worker_main(3);                                                                 \
    } while (0)

static inline void desk_make(const char *config)
{
    const char *source = getenv("COPYDESK_SOURCE");
    char scripts[512];
    snprintf(scripts, sizeof scripts, "%s/tests/data/scripts", source ? source : ".");
    if (!source)
        fail_msg("COPYDESK_SOURCE must name the source tree");
    folder_put("desk/desk.lua", config);
    if (!folder_has("desk/scripts"))
        assert_int_equal(symlink(scripts, "desk/scripts"), 0);
}

static inline struct desk *desk_must(enum desk_use use)
{
    const struct desk_options options = {.dir = "desk", .use = use, .workers = 2};
    struct desk *desk = NULL;
    struct error err = {0};
    if (desk_open(&options, &desk, &err) < 0)
        fail_msg("%s", err.text);
    return desk;
}

static inline void desk_count(struct store_counts *out)
{
    struct desk *desk = desk_must(DESK_READ);
    struct store_reader *reader = NULL;
    struct error err = {0};
    if (desk_reader(desk, false, &reader, &err) < 0 || store_counts(reader, out, &err) < 0)
        fail_msg("%s", err.text);
    store_reader_close(reader);
    desk_close(desk);
}
