/* desk.watch as the host reads it: it does not believe the worker that evaluated desk.lua. */
#include "base/limits.h"
#include "model/wire.h"
#include "pipeline/config.h"
#include "unit.h"

static struct arena *arena;
static msgpack_unpacked unpacked;

static int setup(void **state)
{
    (void)state;
    arena = arena_new(1 << 20);
    msgpack_unpacked_init(&unpacked);
    return arena ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    msgpack_unpacked_destroy(&unpacked);
    arena_free(arena);
    return 0;
}

/* [ { "folder": "inbox", "line": 3, KEY: VALUE } ] */
static int read_with(const char *key, const char *value, struct config *out, struct error *err)
{
    BUF_AUTO struct buf bytes = BUF_INIT;
    msgpack_packer packer;
    wire_packer(&packer, &bytes);
    msgpack_pack_array(&packer, 1);
    msgpack_pack_map(&packer, key ? 3 : 2);
    wire_pack_key(&packer, "folder");
    wire_pack_str(&packer, STR_LIT("inbox"));
    wire_pack_key(&packer, "line");
    msgpack_pack_int(&packer, 3);
    if (key) {
        wire_pack_key(&packer, key);
        wire_pack_str(&packer, str_of(value));
    }
    assert_int_equal(msgpack_unpack_next(&unpacked, bytes.at, bytes.len, NULL),
                     MSGPACK_UNPACK_SUCCESS);
    *out = (struct config){0};
    return config_read_watch(&unpacked.data, arena, out, err);
}

static void defaults_are_those_that_the_readme_says(void **state)
{
    (void)state;
    struct config config;
    struct error err;
    assert_int_equal(read_with(NULL, NULL, &config, &err), 0);
    assert_int_equal(config.watch_count, 1);
    const struct config_watch *watch = &config.watches[0];
    assert_string_equal(watch->folder, "inbox");
    assert_string_equal(watch->done, "done");
    assert_string_equal(watch->duplicate, "duplicate");
    assert_string_equal(watch->failed, "failed");
    assert_string_equal(watch->source, "folder");
    assert_int_equal(watch->settle_us, 500 * 1000);
    assert_int_equal(watch->rescan_us, 300 * 1000 * 1000);
    assert_int_equal(watch->poll, CONFIG_POLL_AUTO);
    assert_int_equal(watch->after, CONFIG_MOVE);
    assert_true(watch->recursive);
    assert_int_equal(watch->line, 3);
}

static void poll_is_auto_never_or_a_span(void **state)
{
    (void)state;
    struct config config;
    struct error err;
    assert_int_equal(read_with("poll", "never", &config, &err), 0);
    assert_int_equal(config.watches[0].poll, CONFIG_POLL_NEVER);
    assert_int_equal(read_with("poll", "2s", &config, &err), 0);
    assert_int_equal(config.watches[0].poll, CONFIG_POLL_ALWAYS);
    assert_int_equal(config.watches[0].poll_us, 2000 * 1000);
    assert_int_equal(read_with("poll", "auto", &config, &err), 0);
    assert_int_equal(config.watches[0].poll, CONFIG_POLL_AUTO);
}

static void what_does_not_fit_is_refused_with_line_and_folder(void **state)
{
    (void)state;
    static const struct {
        const char *key, *value, *message;
        int code;
    } bads[] = {
        {"after", "burn", "after must be \"move\", \"keep\" or \"delete\"", ERR_INVALID},
        {"settle", "2d", "settle must be 0s to 1d (limit WATCH_SPAN)", ERR_LIMIT},
        {"rescan", "10ms", "rescan must be 1s to 1d", ERR_LIMIT},
        {"poll", "10ms", "poll must be 100ms to 1d", ERR_LIMIT},
        {"recursive", "yes", "recursive must be true or false", ERR_INVALID},
        {"ignore", "*.bak", "ignore must be a list of patterns", ERR_INVALID},
        {"done", "", "must name paths", ERR_INVALID},
    };
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++) {
        struct config config;
        struct error err = {0};
        assert_int_equal(read_with(bads[i].key, bads[i].value, &config, &err), bads[i].code);
        assert_has(err.text, "desk.lua:3: desk.watch { \"inbox\" }: ");
        assert_has(err.text, bads[i].message);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(defaults_are_those_that_the_readme_says),
        TEST(poll_is_auto_never_or_a_span),
        TEST(what_does_not_fit_is_refused_with_line_and_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
