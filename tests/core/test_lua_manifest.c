/* Manifests that are refused, options that do not fit, and what is told to the host. */
#include "lua_help.h"

/* Goes around the fields; KEEP marks where a case adds its own. */
#define HEAD "kind = 'tag', name = 'test', version = '1.0.0', api = 1, about = 'x',\n"
#define RUN  "run = function() return {} end,\n"

struct bad {
    const char *init, *message;
};

static const struct bad bads[] = {
    {"return 1", "tag/test/init.lua: it must return a table, the manifest, not a number"},
    {"return {\n" HEAD "}", "a plugin of kind 'tag' needs a function 'run'"},
    {"return {\n" HEAD "run = 1 }", "tag/test/init.lua:3: 'run' must be a function, not a number"},
    {"return {\n" HEAD RUN "option = {} }",
     "init.lua:4: unknown key 'option'; did you mean 'options'?"},
    {"return {\n" HEAD RUN "-- gvies = 1\ngvies = {} }", "init.lua:5: unknown key 'gvies'"},
    {"return {\n" HEAD RUN "'x' }", "unknown key 'number'"},
    {"return {\n" HEAD RUN "claims = function() end }", "kind 'tag' has no function 'claims'"},
    {"return { kind = 'tga', name = 'test', version = '1.0.0', api = 1, about = 'x' }",
     "init.lua:1: there is no kind 'tga'; did you mean 'tag'?"},
    {"return { kind = 'tag', name = 'other', version = '1.0.0', api = 1, about = 'x' }",
     "name is 'other', but the folder says 'test'"},
    {"return { kind = 'ingest', name = 'test', version = '1.0.0', api = 1, about = 'x' }",
     "kind is 'ingest', but the folder says 'tag'"},
    {"return { kind = 'tag', name = 'test', version = '1', api = 1, about = 'x' }",
     "version '1' should look like \"1.0.0\""},
    {"return { kind = 'tag', name = 'test', api = 1, about = 'x' }",
     "the manifest has no 'version'; give it as a string"},
    {"return { kind = 'tag', name = 'test', version = '1.0.0', api = 'x', about = 'x' }",
     "'api' must be a number, not a string"},
    {"return { kind = 'tag', name = 'test', version = '1.0.0', api = 7, about = 'x'," RUN "}",
     "written for api 7"},
    {"return {\n" HEAD RUN "needs = { 1 } }", "'needs' must be a list of texts"},
    {"return {\n" HEAD RUN "gives = 'x' }", "'gives' must be a table, not a string"},
    {"return {\n" HEAD RUN "options = { size = 3 } }", "options.size must be a table"},
    {"return {\n" HEAD RUN "options = { size = { default = 3 } } }", "options.size has no type"},
    {"return {\n" HEAD RUN "options = { size = { type = 'number', mim = 3 } } }",
     "unknown key 'options.size.mim'; did you mean 'min'?"},
    {"return {\n" HEAD RUN "options = { size = { type = 'numbr' } } }", "has type 'numbr'"},
    {"return {\n" HEAD RUN "options = { size = { type = 'number', default = 'x' } } }",
     "a default does not fit"},
    {"return {\n" HEAD RUN "options = { size = { type = 'number', default = 5, max = 3 } } }",
     "a default does not fit"},
    {"return {\n" HEAD RUN "options = { size = { type = 'number', default = print } } }",
     "manifest.options.size.default: a function cannot be sent"},
    {"return {\n" HEAD RUN "uses = { raed = {} } }",
     "unknown key 'uses.raed'; did you mean 'read'?"},
    {"return {\n" HEAD RUN "uses = { read = { 'no.tsv' } } }",
     "uses.read names 'no.tsv', which is not in the plugin's folder"},
    {"desk.read 'data.tsv'\nreturn {\n" HEAD RUN "}",
     "desk.read(\"data.tsv\") needs uses = { read = { \"data.tsv\" } }"},
    {"return {", "tag/test/init.lua:1: unexpected symbol near <eof>"},
    {"error('no')", "tag/test/init.lua:1: no"},
    {"\x1bLua", "attempt to load a binary chunk"},
};

static void each_bad_manifest_is_refused_with_its_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++) {
        struct lua_fixture fixture;
        fixture_begin(&fixture);
        fixture_file(&fixture, "data.tsv", "a\tb\n");
        if (fixture_load(&fixture, bads[i].init) >= 0)
            fail_msg("'%s' was loaded", bads[i].init);
        assert_null(fixture.plugin);
        assert_int_equal(fixture.fault.guard, GUARD_LOAD);
        assert_contains(fixture.fault.message, bads[i].message);
        fixture_end(&fixture);
    }
}

static void a_plugin_without_init_is_refused(void **state)
{
    struct lua_fixture *fixture = *state;
    assert_true(
        lua_plugin_load(&fixture->source, &fixture->world, &fixture->plugin, &fixture->fault) < 0);
    assert_contains(fixture->fault.message, "tag/test has no init.lua");
}

static void the_manifest_goes_to_the_host(void **state)
{
    struct lua_fixture *fixture = *state;
    assert_int_equal(fixture_load(fixture, "return {\n" HEAD RUN "needs = { 'language' },"
                                           "options = { size = { type = 'integer', default = 3 } },"
                                           "}"),
                     0);
    assert_int_equal(lua_plugin_manifest(fixture->plugin, &fixture->answer, &fixture->fault), 0);
    assert_int_equal(
        msgpack_unpack_next(&fixture->unpacked, fixture->answer.at, fixture->answer.len, NULL),
        MSGPACK_UNPACK_SUCCESS);
    char text[1024];
    msgpack_object_print_buffer(text, sizeof text, fixture->unpacked.data);
    assert_string_equal(text, "{\"about\"=>\"x\", \"api\"=>1, \"functions\"=>[\"run\"], "
                              "\"kind\"=>\"tag\", \"name\"=>\"test\", \"needs\"=>[\"language\"], "
                              "\"options\"=>{\"size\"=>{\"default\"=>3, \"type\"=>\"integer\"}}, "
                              "\"version\"=>\"1.0.0\", \"warnings\"=>[\"there is no test.lua\"]}");
}

static msgpack_object_kv given_kv;
static msgpack_object given;
static void give_option(struct lua_fixture *fixture, const char *name, msgpack_object value)
{
    given_kv.key.type = MSGPACK_OBJECT_STR;
    given_kv.key.via.str = (msgpack_object_str){(uint32_t)strlen(name), name};
    given_kv.val = value;
    given.type = MSGPACK_OBJECT_MAP;
    given.via.map = (msgpack_object_map){1, &given_kv};
    fixture->source.options = &given;
}

static const char options_plugin[] =
    "return {\n" HEAD "options = { size = { type = 'integer', default = 3, max = 9 },"
    "words = { type = 'list', default = { 'b', 'a' } }, free = { type = 'string' } },\n"
    "run = function(_, options)\n"
    "local all = { options.size, #options.words, tostring(options.free) }\n"
    "for _, word in ipairs(options.words) do all[#all + 1] = word end\n"
    "all[#all + 1] = tostring(pcall(function() options.words[1] = 'x' end))\n"
    "return table.concat(all, ' ') end }";

static void options_are_given_with_defaults_and_cannot_be_written(void **state)
{
    struct lua_fixture *fixture = *state;
    const msgpack_object five = {.type = MSGPACK_OBJECT_POSITIVE_INTEGER, .via.u64 = 5};
    give_option(fixture, "size", five);
    assert_int_equal(fixture_load(fixture, options_plugin), 0);
    assert_int_equal(fixture_call(fixture), 0);
    assert_memory_equal(fixture->answer.at,
                        "\xb1"
                        "5 2 nil b a false",
                        18);
}

static void an_option_that_does_not_fit_is_refused(void **state)
{
    struct lua_fixture *fixture = *state;
    const msgpack_object big = {.type = MSGPACK_OBJECT_POSITIVE_INTEGER, .via.u64 = 50};
    give_option(fixture, "size", big);
    assert_true(fixture_load(fixture, options_plugin) < 0);
    assert_contains(fixture->fault.message, "option 'size' of tag/test must be at most 9");
}

static void an_unknown_option_names_the_nearest(void **state)
{
    struct lua_fixture *fixture = *state;
    const msgpack_object five = {.type = MSGPACK_OBJECT_POSITIVE_INTEGER, .via.u64 = 5};
    give_option(fixture, "szie", five);
    assert_true(fixture_load(fixture, options_plugin) < 0);
    assert_contains(fixture->fault.message, "no option 'szie'; did you mean 'size'?");
}

static void require_finds_own_files_then_lib(void **state)
{
    struct lua_fixture *fixture = *state;
    static const struct lua_file lib[] = {
        {{"part.lua", 8}, {"return 'lib'", 12}},
        {{"other.lua", 9}, {"return ... .. require 'part'", 28}},
    };
    fixture->world.lib = lib;
    fixture->world.lib_count = 2;
    fixture_file(fixture, "part.lua", "return 'own'");
    fixture_file(fixture, "deep/er.lua", "return 'deep'");
    assert_string_equal(fixture_text(fixture, "return require 'part' .. require 'other' .. "
                                              "require 'deep.er'"),
                        "ownotherowndeep");
}

static void a_module_that_needs_itself_is_an_error(void **state)
{
    struct lua_fixture *fixture = *state;
    fixture_file(fixture, "a.lua", "return require 'b'");
    fixture_file(fixture, "b.lua", "return require 'a'");
    assert_true(fixture_load(fixture, "require 'a'") < 0);
    assert_contains(fixture->fault.message, "requires itself");
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
        TEST(each_bad_manifest_is_refused_with_its_reason),
        TEST(a_plugin_without_init_is_refused),
        TEST(the_manifest_goes_to_the_host),
        TEST(options_are_given_with_defaults_and_cannot_be_written),
        TEST(an_option_that_does_not_fit_is_refused),
        TEST(an_unknown_option_names_the_nearest),
        TEST(require_finds_own_files_then_lib),
        TEST(a_module_that_needs_itself_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
