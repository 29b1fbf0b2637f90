/* A plugin made from a text, for tests of core/lua. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "lua/guard.h"
#include "lua/plugin.h"
#include "model/wire.h"

struct lua_fixture {
    struct lua_world world;
    struct lua_plugin_source source;
    struct lua_file files[8];
    struct lua_plugin *plugin;
    struct lua_fault fault;
    struct buf answer;
    struct article article;
    msgpack_unpacked unpacked; /* the answer read */
};

/* Tests wait it out where time is the matter, and must not meet it on a busy machine elsewhere. */
#ifdef COPYDESK_SANITIZED
#define FIXTURE_CALL_MS   600
#define FIXTURE_CALL_TEXT "600 ms"
#else
#define FIXTURE_CALL_MS   300
#define FIXTURE_CALL_TEXT "300 ms"
#endif

static inline void fixture_begin(struct lua_fixture *fixture)
{
    memset(fixture, 0, sizeof *fixture);
    fixture->world.state_bytes = 16 * MIB;
    fixture->world.call_ms = FIXTURE_CALL_MS;
    fixture->source.kind = "tag";
    fixture->source.name = "test";
    fixture->source.files = fixture->files;
    fixture->article.headline = STR_LIT("A headline");
    fixture->article.body = STR_LIT("A text of some words.");
    fixture->article.received_us = 1767225600000000;
    buf_init(&fixture->answer, 0);
    msgpack_unpacked_init(&fixture->unpacked);
}

static inline void fixture_end(struct lua_fixture *fixture)
{
    lua_plugin_free(fixture->plugin);
    buf_free(&fixture->answer);
    msgpack_unpacked_destroy(&fixture->unpacked);
}

static inline void fixture_file(struct lua_fixture *fixture, const char *name, const char *text)
{
    fixture->files[fixture->source.file_count++] = (struct lua_file){str_of(name), str_of(text)};
}

static inline int fixture_load(struct lua_fixture *fixture, const char *init)
{
    fixture_file(fixture, "init.lua", init);
    return lua_plugin_load(&fixture->source, &fixture->world, &fixture->plugin, &fixture->fault);
}

/* A tag plugin whose run has this body; it may use `article` and `options`. */
static inline int fixture_run_of(struct lua_fixture *fixture, const char *body)
{
    static char init[16384];
    snprintf(
        init, sizeof init,
        "return { kind = 'tag', name = 'test', version = '1.0.0', api = 1, about = 'A test.',\n"
        "run = function(article, options)\n%s\nend }",
        body);
    return fixture_load(fixture, init);
}

/* Keeps the answer, whatever it is, as bytes. */
static inline int fixture_take(const msgpack_object *answer, void *data, struct error *err)
{
    msgpack_packer packer;
    (void)err;
    wire_packer(&packer, data);
    return msgpack_pack_object(&packer, *answer);
}

static inline int fixture_call(struct lua_fixture *fixture)
{
    struct arena *arena = arena_new(64 << 20);
    const struct lua_answer answer = {
        .take = fixture_take, .data = &fixture->answer, .arena = arena};
    buf_clear(&fixture->answer);
    const int rc =
        arena ? lua_plugin_article(fixture->plugin, &fixture->article, &answer, &fixture->fault)
              : ERR_NOMEM;
    arena_free(arena);
    return rc;
}

/* Loads and calls the body; gives the answer when it is one text, NULL when the call failed. */
static inline const char *fixture_text(struct lua_fixture *fixture, const char *body)
{
    static char text[16384];
    if (fixture_run_of(fixture, body) < 0)
        fail_msg("load: %s", fixture->fault.message);
    if (fixture_call(fixture) < 0)
        return NULL;
    msgpack_unpacked_destroy(&fixture->unpacked);
    msgpack_unpacked_init(&fixture->unpacked);
    assert_int_equal(
        msgpack_unpack_next(&fixture->unpacked, fixture->answer.at, fixture->answer.len, NULL),
        MSGPACK_UNPACK_SUCCESS);
    const msgpack_object *value = &fixture->unpacked.data;
    assert_true(value->type == MSGPACK_OBJECT_STR || value->type == MSGPACK_OBJECT_BIN);
    snprintf(text, sizeof text, "%.*s", (int)value->via.str.size, value->via.str.ptr);
    return text;
}

static inline void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' does not hold '%s'", text, part);
}
