/* Loading and calling Lua plugins: the contract of core/lua/plugin.h. */
#include "lua_help.h"

static int begin(void **state)
{
    static struct lua_fixture fixture;
    fixture_begin(&fixture);
    *state = &fixture;
    return 0;
}

static int end(void **state)
{
    fixture_end(*state);
    return 0;
}

static void an_answer_comes_back_as_msgpack(void **state)
{
    struct lua_fixture *fixture = *state;
    assert_int_equal(
        fixture_run_of(fixture, "return { { scheme = 'a', label = article.headline } }"), 0);
    assert_int_equal(fixture_call(fixture), 0);
    static const char expected[] = "\x91\x82\xa5label\xaa"
                                   "A headline\xa6scheme\xa1"
                                   "a";
    assert_int_equal(fixture->answer.len, sizeof expected - 1);
    assert_memory_equal(fixture->answer.at, expected, sizeof expected - 1);
}

static void an_error_names_file_and_line(void **state)
{
    struct lua_fixture *fixture = *state;
    assert_int_equal(fixture_run_of(fixture, "local x\nreturn x.y"), 0);
    assert_true(fixture_call(fixture) < 0);
    assert_int_equal(fixture->fault.guard, GUARD_ERROR);
    assert_contains(fixture->fault.message, "tag/test/init.lua:4: attempt to index a nil value");
    assert_contains(fixture->fault.traceback, "tag/test/init.lua:4: in function");
}

/* ---- plain answers ---- */

struct both_ways {
    struct lua_fixture *fixture;
    struct arena *arena;
    struct buf bytes;
    bool plain;
    char why[ERROR_TEXT_MAX];
};

static int keep_tags(struct tag_list *tags, void *data, struct error *err)
{
    struct both_ways *ways = data;
    msgpack_packer packer;
    (void)err;
    ways->plain = true;
    wire_packer(&packer, &ways->bytes);
    return tags_pack(&packer, tags);
}

static int keep_value(const msgpack_object *value, void *data, struct error *err)
{
    struct both_ways *ways = data;
    struct tag_list tags;
    int rc = tags_unpack(value, &ways->fixture->article, ways->arena, &tags, err);
    if (rc >= 0)
        rc = keep_tags(&tags, data, err);
    ways->plain = false;
    return rc;
}

/* The same bytes, or the same refusal, by the short way and by the long one. */
static void says_the_same_both_ways(struct lua_fixture *fixture, const char *body, bool plain)
{
    struct both_ways quick = {.fixture = fixture}, slow = {.fixture = fixture};
    char code[1024];
    snprintf(code, sizeof code, "return %s", body);
    assert_int_equal(fixture_run_of(fixture, code), 0);
    for (int i = 0; i < 2; i++) {
        struct both_ways *ways = i ? &slow : &quick;
        ways->arena = arena_new(1 << 20);
        const struct lua_answer answer = {keep_value, i ? NULL : keep_tags, ways, ways->arena};
        if (lua_plugin_article(fixture->plugin, &fixture->article, &answer, &fixture->fault) < 0)
            snprintf(ways->why, sizeof ways->why, "%s", fixture->fault.message);
    }
    if (quick.plain != plain)
        fail_msg("%s is read the %s way", body, plain ? "long" : "short");
    assert_string_equal(quick.why, slow.why);
    assert_int_equal(quick.bytes.len, slow.bytes.len);
    if (quick.bytes.len)
        assert_memory_equal(quick.bytes.at, slow.bytes.at, slow.bytes.len);
    for (int i = 0; i < 2; i++) {
        arena_free((i ? &slow : &quick)->arena);
        buf_free(&(i ? &slow : &quick)->bytes);
    }
    lua_plugin_free(fixture->plugin);
    fixture->plugin = NULL;
    fixture->source.file_count = 0;
}

static void plain_answers_are_read_as_others_are(void **state)
{
    static const char *const plain[] = {
        "{}",
        "desk.array {}",
        "{ { scheme = 's', label = 'l' } }",
        "{ { scheme = 's', label = 'b', score = 0.25 }, { scheme = 's', label = 'a', score = 1 } }",
        "{ { scheme = 's', label = 'a', spans = { { 3, 6 }, { 1, 1.0 } }, score = 0.1 },\n"
        "  { scheme = 's', label = 'a', spans = desk.array { { 3, 6 } } } }",
        "{ { field = 'language', value = 'fr', score = 0.5 }, { scheme = 's', label = 'l', code = "
        "'c' } }",
    };
    static const char *const others[] = {
        "nil",
        "'x'",
        "{ 1 }",
        "{ { scheme = 's' } }",
        "{ { scheme = 's', label = '' } }",
        "{ { scheme = 's', label = 'l', colour = 'red' } }",
        "{ { scheme = 's', label = 'l', score = 2 } }",
        "{ { scheme = 's', label = 5 } }",
        "{ { scheme = 's', label = 'l', spans = { { 2, 1, } } } }",
        "{ { scheme = 's', label = 'l', spans = { { 1, 99 } } } }",
        "{ { scheme = 's', label = 'l', spans = { { 0, 1 } } } }",
        "{ { scheme = 's', label = 'l', spans = { { 1, 2, 'headline' } } } }",
        "{ { scheme = 's', label = 'l', spans = { { 1, 2, x = 3 } } } }",
        "{ { scheme = 's', label = 'l', spans = 'ab' } }",
        "{ { scheme = 's', label = 'l', code = '' } }",
        "{ { scheme = 's', label = 'l', value = 'v' } }",
        "{ { field = 'language', label = 'l', value = 'fr' } }",
        "{ { field = 'language' } }",
        "{ { field = 'colour', value = 'red' } }",
        "{ { scheme = 's s', label = 'l' } }",
        "{ { scheme = 's', label = 'a\\nb' } }",
        "{ { scheme = 's', label = '\\xff' } }",
        "{ [2] = { scheme = 's', label = 'l' } }",
        "{ { scheme = 's', label = 'l' }, n = 1 }",
        "setmetatable({ { scheme = 's', label = 'l' } }, {})",
    };
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        says_the_same_both_ways(*state, plain[i], true);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        says_the_same_both_ways(*state, others[i], false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_answer_comes_back_as_msgpack, begin, end),
        cmocka_unit_test_setup_teardown(an_error_names_file_and_line, begin, end),
        cmocka_unit_test_setup_teardown(plain_answers_are_read_as_others_are, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
