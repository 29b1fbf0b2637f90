/* desk.lua: what is collected, and what is refused with file and line. */
#include "lua_help.h"

static const struct lua_world world = {.state_bytes = 16 * MIB, .call_ms = 100};

static void what_desk_lua_says_is_collected_in_order(void **state)
{
    (void)state;
    static const char text[] = "desk.watch { 'inbox', settle = '500ms', recursive = true }\n"
                               "desk.ingest { 'digest', 'text' }\n"
                               "desk.tag { 'language',\n { 'entities', min_score = 0.3 } }\n"
                               "desk.summarize { 'textrank', sentences = 3 }\n"
                               "desk.source 'Global Times'\n"
                               "desk.job { 'daily', cron = '0 7 * * *', export = 'markdown',"
                               " to = 'out' }\n"
                               "desk.native { '/opt/shout.so' }\n"
                               "desk.grant { 'tag/ships', read = { '/srv/fleet.tsv' },"
                               " manifest = '0123' }\n";
    struct buf out = BUF_INIT;
    struct lua_fault fault;
    char shown[2048];
    if (lua_config("desk.lua", STR_LIT(text), &world, &out, &fault) < 0)
        fail_msg("%s", fault.message);
    msgpack_unpacked unpacked;
    msgpack_unpacked_init(&unpacked);
    assert_int_equal(msgpack_unpack_next(&unpacked, out.at, out.len, NULL), MSGPACK_UNPACK_SUCCESS);
    msgpack_object_print_buffer(shown, sizeof shown, unpacked.data);
    assert_string_equal(
        shown,
        "{\"aside\"=>[], \"grant\"=>[{\"line\"=>9, \"manifest\"=>\"0123\", "
        "\"name\"=>\"tag/ships\", "
        "\"read\"=>[\"/srv/fleet.tsv\"]}], \"ingest\"=>[{\"line\"=>2, \"name\"=>\"digest\"}, "
        "{\"line\"=>2, \"name\"=>\"text\"}], "
        "\"job\"=>[{\"cron\"=>\"0 7 * * *\", \"export\"=>\"markdown\", \"line\"=>7, "
        "\"name\"=>\"daily\", \"to\"=>\"out\"}], \"keep\"=>[], \"native\"=>[\"/opt/shout.so\"], "
        "\"source\"=>\"Global Times\", \"summarize\"=>[{\"line\"=>5, \"name\"=>\"textrank\", "
        "\"options\"=>{\"sentences\"=>3}}], \"tag\"=>[{\"line\"=>3, \"name\"=>\"language\"}, "
        "{\"line\"=>3, \"name\"=>\"entities\", \"options\"=>{\"min_score\"=>0.300000}}], "
        "\"watch\"=>[{\"folder\"=>\"inbox\", \"line\"=>1, \"recursive\"=>true, "
        "\"settle\"=>\"500ms\"}]}");
    msgpack_unpacked_destroy(&unpacked);
    buf_free(&out);
}

struct bad {
    const char *text, *message;
};

static const struct bad bads[] = {
    {"desk.tag { 'a'\ndesk.ingest { 'b' }", "desk.lua:2: '}' expected (to close '{' at line 1)"},
    {"desk.tag { 'a'\ndesk.ingest { 'b' }", "look for a missing comma, quote or bracket"},
    {"\ndesk.tga { 'a' }", "desk.lua:2: unknown name desk.tga; did you mean desk.tag?"},
    {"desk.wach { 'a' }", "desk.lua:1: unknown name desk.wach; did you mean desk.watch?"},
    {"desk.tag 'a'", "desk.lua:1: desk.tag: it takes a table; write it as in: desk.tag {"},
    {"desk.tag { 1 }", "a plugin's name is missing"},
    {"desk.tag { {} }", "desk.lua:1: desk.tag: a plugin's name is missing"},
    {"desk.tag { 'a', 'b', x = 1 }", "options belong to one plugin"},
    {"desk.tag { 'a' }\ndesk.tag { 'a' }",
     "desk.lua:2: desk.tag: 'a' is listed already, in line 1"},
    {"desk.tag { 'a', f = print }", "desk.lua: desk.tag[1].options.f: a function cannot be sent"},
    {"desk.watch { 'inbox', setle = '1s' }", "unknown field 'setle'; did you mean 'settle'?"},
    {"desk.watch { 'inbox', settle = 'soon' }", "settle must be a span as \"500ms\""},
    {"desk.watch { 'inbox', after = 'burn' }", "after must be one of: move keep delete"},
    {"desk.watch { 'inbox', poll = 'often' }",
     "poll must be a span as \"10s\", or one of: auto never"},
    {"desk.watch { 'inbox', ignore = '*.bak' }", "ignore must be a list of texts"},
    {"desk.watch { settle = '1s' }", "it begins with one text, its name"},
    {"desk.job { 'x', cron = '* * * * *' }", "it runs either an export or a task"},
    {"desk.job { 'x', export = 'a', retry = -1 }", "retry must be a whole number"},
    {"desk.native { 'shout.so' }", "it takes absolute paths"},
    {"desk.source { 'x' }", "it takes a text; write it as in: desk.source \"Global Times\""},
    {"desk.grant { 'tag/a', read = '/srv/a' }", "read must be a list of texts"},
    {"desk.grant { 'tag/a', env = { LANG = true } }", "env must be a list of texts"},
    {"desk.grant { 'tag/a', enw = {} }", "unknown field 'enw'; did you mean 'env'?"},
    {"desk.grant { 'tag/a' }\ndesk.grant { 'tag/a' }",
     "desk.lua:2: desk.grant: 'tag/a' is listed already, in line 1"},
    {"x = 1", "desk.lua:1: global 'x' cannot be set"},
    {"os.exit()", "desk.lua:1: 'os' is not there"},
    {"desk.tag = 1", "desk.lua:1: desk is read-only"},
    {"require 'x'", "desk.lua:1: module 'x' is not there"},
};

static void each_bad_desk_lua_says_where_and_what(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++) {
        struct buf out = BUF_INIT;
        struct lua_fault fault;
        if (lua_config("desk.lua", str_of(bads[i].text), &world, &out, &fault) >= 0)
            fail_msg("'%s' was taken", bads[i].text);
        if (bads[i].message)
            assert_contains(fault.message, bads[i].message);
        assert_true(fault.guard == GUARD_LOAD || fault.guard == GUARD_ANSWER);
        buf_free(&out);
    }
}

static void a_zero_byte_is_named_with_its_place(void **state)
{
    (void)state;
    struct buf out = BUF_INIT;
    struct lua_fault fault;
    assert_true(
        lua_config("desk.lua", STR_LIT("desk.tag { 'a' }\ndesk.\0tag"), &world, &out, &fault) < 0);
    if (!strstr(fault.message, "desk.lua:2:6: a zero byte (NUL)") ||
        strstr(fault.message, "missing comma"))
        fail_msg("%s", fault.message);
    buf_free(&out);
}

static void a_loop_in_desk_lua_is_stopped(void **state)
{
    (void)state;
    struct buf out = BUF_INIT;
    struct lua_fault fault;
    assert_true(lua_config("desk.lua", STR_LIT("while true do end"), &world, &out, &fault) < 0);
    assert_int_equal(fault.guard, GUARD_TIME);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_desk_lua_says_is_collected_in_order),
        cmocka_unit_test(each_bad_desk_lua_says_where_and_what),
        cmocka_unit_test(a_zero_byte_is_named_with_its_place),
        cmocka_unit_test(a_loop_in_desk_lua_is_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
