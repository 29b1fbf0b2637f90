/* A store in a folder of its own, with the real text service, for tests. Leaving checks that the
 * store is whole: a test that writes needs not ask for it. */
#pragma once

#include <uv.h>

#include "base/clock.h"
#include "folder.h"
#include "native_help.h"
#include "store/store.h"

#include <copydesk/text.h>

#define DESK "desk"

struct desk {
    struct native_registry *registry;
    const struct desk_text_api *text;
    uv_loop_t loop;
    struct store *store;
    struct store_reader *reader;
    struct arena *arena; /* for what tests make */
    bool damaged;        /* the test broke the store on purpose: no check */
};

static inline const struct desk_text_api *desk_load_text(struct native_registry **registry)
{
    struct error err = {0};
    *registry = open_registry();
    if (!*registry || native_load("text", *registry, &err) < 0) {
        fprintf(stderr, "text plugin: %s\n", err.text);
        return NULL;
    }
    return native_service(*registry, DESK_TEXT_SERVICE, DESK_TEXT_VERSION, &err);
}

static inline int desk_try_start(struct desk *desk, struct error *err)
{
    struct store_options options = {.text = desk->text};
    return store_open(DESK, &desk->loop, &options, &desk->store, err);
}

static inline void desk_start(struct desk *desk)
{
    struct error err = {0};
    if (desk_try_start(desk, &err) < 0)
        fail_msg("%s", err.text);
}

static inline void desk_stop(struct desk *desk)
{
    store_reader_close(desk->reader);
    desk->reader = NULL;
    store_close(desk->store);
    desk->store = NULL;
    uv_run(&desk->loop, UV_RUN_DEFAULT);
}

static inline int desk_enter(void **state)
{
    struct error err = {0};
    struct desk *desk = calloc(1, sizeof *desk);
    *state = desk;
    desk->text = desk_load_text(&desk->registry);
    desk->arena = arena_new(256 << 20);
    if (!desk->text || folder_enter(state) < 0 || uv_loop_init(&desk->loop) != 0)
        return -1;
    *state = desk;
    if (store_create(DESK, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return -1;
    }
    return 0;
}

static inline int desk_leave(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    desk_stop(desk);
    int rc = desk->damaged ? 0 : store_check(DESK, desk->text, &err);
    if (rc < 0)
        fprintf(stderr, "%s\n", err.text);
    uv_loop_close(&desk->loop);
    arena_free(desk->arena);
    native_registry_free(desk->registry);
    free(desk);
    return folder_leave(state) < 0 ? -1 : rc;
}

#define DESK_TEST(name) cmocka_unit_test_setup_teardown(name, desk_enter, desk_leave)

/* ---- requests ---- */

static inline void desk_done(struct store_request *request)
{
    *(int *)request->data += 1;
}

/* Submits all, runs the loop until all are done. */
static inline void desk_run(struct desk *desk, struct store_request *requests, size_t count)
{
    int finished = 0;
    for (size_t i = 0; i < count; i++) {
        requests[i].done = desk_done;
        requests[i].data = &finished;
        assert_int_equal(store_submit(desk->store, &requests[i]), 0);
    }
    while (finished < (int)count)
        uv_run(&desk->loop, UV_RUN_ONCE);
}

static inline int desk_do(struct desk *desk, struct store_request *request)
{
    desk_run(desk, request, 1);
    return request->error.code;
}

static inline void desk_do_well(struct desk *desk, struct store_request *request)
{
    if (desk_do(desk, request) < 0)
        fail_msg("%s", request->error.text);
}

static inline struct store_request desk_document(const char *bytes, const char *path)
{
    struct store_request request = {
        .op = STORE_RECEIVE,
        .bytes = strlen(bytes),
        .document = {.bytes = str_of(bytes),
                     .source = STR_LIT("folder"),
                     .path = str_of(path),
                     .name = str_of(file_base_name(path)),
                     .received_us = INT64_C(1700000000000000)},
    };
    hash_bytes(bytes, strlen(bytes), &request.document.hash);
    return request;
}

static inline int64_t desk_receive(struct desk *desk, const char *bytes)
{
    struct store_request request = desk_document(bytes, "/in/a.txt");
    desk_do_well(desk, &request);
    return request.document.id;
}

static inline struct store_request desk_apply(int64_t document, struct store_piece *pieces,
                                              size_t count)
{
    return (struct store_request){.op = STORE_APPLY,
                                  .bytes = 1000,
                                  .document.id = document,
                                  .pieces = pieces,
                                  .piece_count = count};
}

static inline struct store_piece desk_piece(const char *headline, const char *body)
{
    return (struct store_piece){
        .article = {.headline = str_of(headline), .body = str_of(body), .confidence = 0.5}};
}

/* Receives a document that holds just this article, and applies it: gives the piece back. */
static inline struct store_piece desk_add_at(struct desk *desk, struct article article,
                                             int64_t received_us)
{
    static int number;
    struct store_piece piece = {.article = article};
    char *bytes = arena_printf(desk->arena, "document %d of %d", ++number, (int)getpid());
    struct store_request receive = desk_document(bytes, "/in/a.txt");
    receive.document.received_us = received_us;
    desk_do_well(desk, &receive);
    struct store_request apply = desk_apply(receive.document.id, &piece, 1);
    desk_do_well(desk, &apply);
    return piece;
}

static inline struct store_piece desk_add(struct desk *desk, struct article article)
{
    return desk_add_at(desk, article, INT64_C(1700000000000000));
}

/* ---- reading ---- */

static inline struct store_reader *desk_reader(struct desk *desk)
{
    struct error err = {0};
    if (!desk->reader && store_reader_open(DESK, desk->text, &desk->reader, &err) < 0)
        fail_msg("%s", err.text);
    return desk->reader;
}

static inline struct article desk_article(struct desk *desk, int64_t id)
{
    struct article article = {0};
    struct error err = {0};
    if (store_article(desk_reader(desk), id, desk->arena, &article, &err) < 0)
        fail_msg("%s", err.text);
    return article;
}

static inline struct store_counts desk_counts(struct desk *desk)
{
    struct store_counts counts;
    struct error err = {0};
    if (store_counts(desk_reader(desk), &counts, &err) < 0)
        fail_msg("%s", err.text);
    return counts;
}

static inline void desk_flushed(void *data)
{
    *(bool *)data = true;
}

static inline void desk_flush(struct desk *desk)
{
    bool flushed = false;
    assert_int_equal(store_flush(desk->store, desk_flushed, &flushed), 0);
    while (!flushed)
        uv_run(&desk->loop, UV_RUN_ONCE);
}
