/* Ingest calls, exports, and test.lua. */
#include "lua_help.h"

static char shown[4096];

/* The value in `out`, as msgpack's own printer shows it. */
static const char *show(struct buf *out)
{
    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    assert_int_equal(msgpack_unpack_next(&unpacked, out->at, out->len, NULL),
                     MSGPACK_UNPACK_SUCCESS);
    msgpack_object_print_buffer(shown, sizeof shown, unpacked.data);
    msgpack_unpacked_destroy(&unpacked);
    buf_clear(out);
    return shown;
}

static const char ingest[] =
    "return { kind = 'ingest', name = 'test', version = '1.0.0', api = 1, about = 'x',\n"
    "options = { loud = { type = 'boolean', default = false } },\n"
    "claims = function(document) return document.name == 'a.txt' and 0.75 or 2 end,\n"
    "run = function(document, options) return { { headline = document.text:sub(1, 5), body = '',"
    " note = options.loud and 'LOUD' or nil, range = { 1, #document.text } } } end }";

static void a_document_is_claimed_and_cut(void **state)
{
    struct lua_fixture *fixture = *state;
    struct document document = {.name = STR_LIT("a.txt"), .bytes = STR_LIT("Hello world")};
    double claim = 0;
    fixture->source.kind = "ingest";
    assert_int_equal(fixture_load(fixture, ingest), 0);
    assert_int_equal(
        lua_plugin_claims(fixture->plugin, &document, document.bytes, &claim, &fixture->fault), 0);
    assert_true(claim == 0.75);
    assert_int_equal(lua_plugin_ingest(fixture->plugin, &document, document.bytes, &fixture->answer,
                                       &fixture->fault),
                     0);
    assert_string_equal(show(&fixture->answer),
                        "[{\"body\"=>\"\", \"headline\"=>\"Hello\", \"range\"=>[1, 11]}]");
}

static void a_claim_out_of_range_is_a_bad_answer(void **state)
{
    struct lua_fixture *fixture = *state;
    struct document document = {.name = STR_LIT("b.txt")};
    double claim = 0;
    fixture->source.kind = "ingest";
    assert_int_equal(fixture_load(fixture, ingest), 0);
    assert_true(lua_plugin_claims(fixture->plugin, &document, STR_NONE, &claim, &fixture->fault) <
                0);
    assert_int_equal(fixture->fault.guard, GUARD_ANSWER);
}

static const char exporter[] =
    "local ctx\n"
    "return { kind = 'export', name = 'test', version = '1.0.0', api = 1, about = 'x',\n"
    "options = { file = { type = 'string', default = 'all.txt' } },\n"
    "open = function(c) ctx = c ctx:file(ctx.options.file):write('begin\\n') end,\n"
    "write = function(article) ctx:file(ctx.options.file):write(article.headline, '\\n')\n"
    "if article.id then ctx:file('sub/' .. article.id .. '.txt'):write(article.text) end end,\n"
    "close = function() ctx:file(ctx.options.file):write('end\\n') end }";

static void an_export_gives_pieces_to_append(void **state)
{
    struct lua_fixture *fixture = *state;
    struct buf *files = &fixture->answer;
    fixture->source.kind = "export";
    assert_int_equal(fixture_load(fixture, exporter), 0);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(lua_plugin_export_open(fixture->plugin, files, &fixture->fault), 0);
        assert_string_equal(show(files), "[{\"name\"=>\"all.txt\", \"append\"=>\"begin\\x0a\"}]");
        fixture->article.id = 7;
        assert_int_equal(
            lua_plugin_export_write(fixture->plugin, &fixture->article, files, &fixture->fault), 0);
        assert_string_equal(show(files),
                            "[{\"name\"=>\"all.txt\", \"append\"=>\"A headline\\x0a\"}, "
                            "{\"name\"=>\"sub/7.txt\", \"append\"=>\"A text of some words.\"}]");
        assert_int_equal(lua_plugin_export_close(fixture->plugin, files, &fixture->fault), 0);
        assert_string_equal(show(files), "[{\"name\"=>\"all.txt\", \"append\"=>\"end\\x0a\"}]");
    }
}

static void an_export_that_is_not_open_refuses(void **state)
{
    struct lua_fixture *fixture = *state;
    fixture->source.kind = "export";
    assert_int_equal(fixture_load(fixture, exporter), 0);
    assert_true(lua_plugin_export_write(fixture->plugin, &fixture->article, &fixture->answer,
                                        &fixture->fault) < 0);
    assert_contains(fixture->fault.message, "the export is not open");
}

static void names_that_leave_the_folder_are_refused(void **state)
{
    static const char *const names[] = {"/etc/x", "../x", "a/../x", "a//b", ".hidden",
                                        "",       "a/",   "a\\0b",  "\\xff"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct lua_fixture fixture;
        char init[1024];
        fixture_begin(&fixture);
        fixture.source.kind = "export";
        snprintf(init, sizeof init,
                 "return { kind = 'export', name = 'test', version = '1.0.0', api = 1, about = "
                 "'x', open = function(ctx) ctx:file('%s') end, write = function() end, close = "
                 "function() end }",
                 names[i]);
        assert_int_equal(fixture_load(&fixture, init), 0);
        if (lua_plugin_export_open(fixture.plugin, &fixture.answer, &fixture.fault) >= 0)
            fail_msg("'%s' was taken", names[i]);
        assert_contains(fixture.fault.message, "cannot be a file here");
        fixture_end(&fixture);
    }
}

static void run_case(struct lua_fixture *fixture, uint32_t index)
{
    buf_clear(&fixture->answer);
    if (lua_plugin_test(fixture->plugin, index, &fixture->answer, &fixture->fault) < 0)
        fail_msg("%s", fixture->fault.message);
    show(&fixture->answer);
}

static const char tagger[] =
    "return { kind = 'tag', name = 'test', version = '1.0.0', api = 1, about = 'x',\n"
    "options = { scheme = { type = 'string', default = 'a' } },\n"
    "run = function(article, options) if article.text == 'fail' then error('no') end\n"
    "if article.text == 'loop' then while true do end end\n"
    "return { { scheme = options.scheme, label = article.headline, score = 1 } } end }";

static void cases_are_counted_run_and_judged(void **state)
{
    struct lua_fixture *fixture = *state;
    fixture_file(
        fixture, "test.lua",
        "local article = { headline = 'H', text = 'T' }\n"
        "return {\n"
        "{ name = 'one', article = article, expect = { { label = 'H' } } },\n"
        "{ name = 'two', article = article, expect = { { label = 'X' } } },\n"
        "{ name = 'three', article = article, options = { scheme = 'b' },\n"
        "  check = function(answer) assert(answer[1].scheme == 'b') end },\n"
        "{ name = 'four', article = article, check = function() assert(false, 'bad') end },\n"
        "{ name = 'five', article = { text = 'fail' }, expect = {} },\n"
        "{ name = 'six', article = { headlin = 'H' }, expect = {} },\n"
        "{ name = 'seven', article = article, expect = {} },\n"
        "{ name = 'eight', article = article, expect = { {}, {} } },\n"
        "{ name = 'nine', article = { text = 'loop' }, expect = {} },\n"
        "{ name = 'ten', article = article, options = { sheme = 'b' }, expect = {} },\n"
        "}");
    assert_int_equal(fixture_load(fixture, tagger), 0);
    run_case(fixture, 0);
    assert_contains(shown, "\"cases\"=>10");
    run_case(fixture, 1);
    assert_contains(shown,
                    "\"name\"=>\"one\", \"passed\"=>true, \"message\"=>\"\", \"traceback\"=>\"\", "
                    "\"golden\"=>\"\", \"golden_text\"=>\"\", \"answer\"=>[{");
    run_case(fixture, 2);
    assert_contains(shown,
                    "\"passed\"=>false, \"message\"=>\"expect[1].label: want 'X', got 'H'\"");
    run_case(fixture, 3);
    assert_contains(shown, "\"passed\"=>true");
    run_case(fixture, 4);
    assert_contains(shown, "\"passed\"=>false, \"message\"=>\"scripts/tag/test/test.lua:7: bad\"");
    run_case(fixture, 5);
    assert_contains(shown, "\"passed\"=>false, \"message\"=>\"scripts/tag/test/init.lua:3: no\"");
    run_case(fixture, 6);
    assert_contains(shown, "article has no field 'headlin'; did you mean 'headline'?");
    run_case(fixture, 7);
    assert_contains(shown, "expect: want 0 items, got 1");
    run_case(fixture, 8);
    assert_contains(shown, "expect: want 2 items, got 1");
    run_case(fixture, 9);
    assert_contains(shown, "stopped after its " FIXTURE_CALL_TEXT " were over");
    run_case(fixture, 10);
    assert_contains(shown, "no option 'sheme'; did you mean 'scheme'?");
    run_case(fixture, 1);
    assert_contains(shown, "\"passed\"=>true");
    assert_true(lua_plugin_test(fixture->plugin, 11, &fixture->answer, &fixture->fault) < 0);
}

static void a_plugin_without_tests_has_no_cases(void **state)
{
    struct lua_fixture *fixture = *state;
    assert_int_equal(fixture_load(fixture, tagger), 0);
    run_case(fixture, 0);
    assert_contains(shown, "\"cases\"=>0");
}

static void an_export_is_tested_by_what_it_wrote(void **state)
{
    struct lua_fixture *fixture = *state;
    fixture->source.kind = "export";
    fixture_file(fixture, "test.lua",
                 "return { { name = 'x', articles = { { headline = 'A' }, { headline = 'B' } },"
                 "options = { file = 'o.txt' },"
                 "expect = { ['o.txt'] = 'begin\\nA\\nB\\nend\\n' } } }");
    assert_int_equal(fixture_load(fixture, exporter), 0);
    run_case(fixture, 1);
    assert_contains(shown, "\"passed\"=>true");
}

static void an_ingest_check_gets_the_claim(void **state)
{
    struct lua_fixture *fixture = *state;
    fixture->source.kind = "ingest";
    fixture_file(fixture, "test.lua",
                 "return { { name = 'x', document = { name = 'a.txt', text = 'Some text' },"
                 "options = { loud = true }, check = function(answer, claim)\n"
                 "assert(claim == 0.75 and answer[1].note == 'LOUD') end } }");
    assert_int_equal(fixture_load(fixture, ingest), 0);
    run_case(fixture, 1);
    assert_contains(shown, "\"passed\"=>true");
}

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

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_document_is_claimed_and_cut),           TEST(a_claim_out_of_range_is_a_bad_answer),
        TEST(an_export_gives_pieces_to_append),        TEST(an_export_that_is_not_open_refuses),
        TEST(names_that_leave_the_folder_are_refused), TEST(cases_are_counted_run_and_judged),
        TEST(a_plugin_without_tests_has_no_cases),     TEST(an_export_is_tested_by_what_it_wrote),
        TEST(an_ingest_check_gets_the_claim),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
