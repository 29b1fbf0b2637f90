/* Fixtures: what is written is read again as it was; what JSON cannot hold is refused; without
 * memory nothing half written stays. */
#include <jansson.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "folder.h"
#include "model/raw_json.h"
#include "model/wire.h"
#include "model_sample.h"
#include "pipeline/differ.h"
#include "pipeline/fixture.h"
#include "pipeline/fixture_files.h"
#include "plugin/canonical.h"

/* ---- what is written ---- */

#define ANSWER                                                                                     \
    "\x91\x83\xA5label\xA3one\xA5score\xCB\x3F\xE6\x66\x66\x66\x66\x66\x66\xA6scheme\xA4ship"
#define OPTIONS "\x81\xA3max\x05"
#define EMPTY   "\x80"
#define CUT                                                                                        \
    "\x85\xA6"                                                                                     \
    "answer\x91\x82\xA8"                                                                           \
    "headline\xA1H\xA4"                                                                            \
    "body\xA1T\xA8"                                                                                \
    "encoding\xA5UTF-8\xA5notes\x90\xA6"                                                           \
    "plugin\xAAingest/odd\xA8text_len\x03"

static struct plugin_file granted_files[] = {{"/srv/fleet.tsv", "a\0b\xFF", 4}};
static const char *granted_env[] = {"PORT=Bar=1", "CITY=\xFF"};
static struct fixture_plugin cutters[] = {
    {.kind = "ingest", .name = "text", .version = "1.0.0", .options = {EMPTY, 1}},
    {.kind = "ingest", .name = "odd", .version = "2.0.0", .options = {OPTIONS, 6}},
};
static struct fixture_plugin taggers[] = {
    {.kind = "tag",
     .name = "ships",
     .version = "1.2.3",
     .options = {OPTIONS, 6},
     .granted = true,
     .files = granted_files,
     .file_count = 1,
     .env = granted_env,
     .env_count = 2,
     .fingerprint = {{1, 2, 0xFF}}},
    {.kind = "tag", .name = "hulls", .version = "1", .options = {EMPTY, 1}, .native = true},
    {.kind = "tag", .name = "ports", .version = "1", .options = {EMPTY, 1}, .granted = true},
};

static struct str packed_article(void)
{
    static struct buf bytes;
    msgpack_packer packer;
    buf_clear(&bytes);
    wire_packer(&packer, &bytes);
    assert_int_equal(article_pack(&packer, &sample_article), 0);
    return buf_view(&bytes);
}

static struct fixture_call calls[4];
static const char *natives[] = {"text@1.0.0"};
static struct fixture written = {
    .copydesk = "0.1.0",
    .natives = natives,
    .native_count = 1,
    .article_id = 12,
    .item_id = 3,
    .headline = {"Ada speaks", 10},
    .has_document = true,
    .document = {.bytes = {"H\n\0\xFFT", 5},
                 .name = {"caf\xE9.txt", 8},
                 .path = {"/srv/caf\xE9.txt", 13},
                 .source = {"folder", 6},
                 .received_us = 1795708845103411},
    .failure = {"tag", "tag/hulls", "1", "killed", "it died"},
    .calls = calls,
    .count = 4,
};

static struct plugin_file ship_files[] = {{"init.lua", "return 1", 8}, {"test.lua", "no", 2}};
static struct plugin_file lib_files[] = {{"excerpt.lua", "return {}", 9}};
static const struct plugin_entry ships = {
    .kind = "tag", .name = "ships", .files = ship_files, .file_count = 2};
static const struct plugin_entry *entries[] = {&ships};
static const struct fixture_code code = {entries, 1, lib_files, 1, NULL};

static void fill(void)
{
    calls[0] =
        (struct fixture_call){.document = true,
                              .asked = cutters,
                              .count = 2,
                              .said = {.answer = {CUT, sizeof CUT - 1}, .plugin = "ingest/odd"}};
    calls[1] = (struct fixture_call){.asked = &taggers[0],
                                     .count = 1,
                                     .article = packed_article(),
                                     .said = {.answer = {ANSWER, sizeof ANSWER - 1}}};
    calls[2] = (struct fixture_call){.asked = &taggers[1],
                                     .count = 1,
                                     .article = packed_article(),
                                     .said = {.failed = true,
                                              .plugin = "tag/hulls",
                                              .guard = GUARD_KILLED,
                                              .message = "it died",
                                              .traceback = "line 1\nline 2"}};
    calls[3] = (struct fixture_call){.asked = &taggers[2], .count = 1, .left_out = true};
}

static void write_it(const char *dir)
{
    struct error err = {0};
    fill();
    if (fixture_write(dir, "12-ada", &written, &code, false, &err) < 0)
        fail_msg("%s", err.text);
}

static void assert_canonical(struct str packed, struct str wanted)
{
    BUF_AUTO struct buf bytes = BUF_INIT;
    msgpack_zone zone;
    msgpack_object value;
    struct error err = {0};
    assert_true(msgpack_zone_init(&zone, 1024));
    assert_int_equal(wire_unpack(wanted.at, wanted.len, "it", &zone, &value, &err), 0);
    assert_int_equal(canonical_pack(&value, &bytes), 0);
    assert_true(str_same(packed, buf_view(&bytes)));
    msgpack_zone_destroy(&zone);
}

static void assert_plugin(const struct fixture_plugin *got, const struct fixture_plugin *wanted)
{
    assert_string_equal(got->kind, wanted->kind);
    assert_string_equal(got->name, wanted->name);
    assert_string_equal(got->version, wanted->version);
    assert_true(hash_same(&got->fingerprint, &wanted->fingerprint));
    assert_int_equal(got->native, wanted->native);
    assert_canonical(got->options, wanted->options);
}

static void what_is_written_is_read_again_as_it_was(void **state)
{
    (void)state;
    struct error err = {0};
    struct fixture read;
    write_it("f");
    if (fixture_read("f", &read, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(read.count, 4);
    assert_true(read.has_document);
    assert_true(str_same(read.document.bytes, written.document.bytes));
    assert_true(str_same(read.document.name, written.document.name));
    assert_true(str_same(read.document.path, written.document.path));
    assert_true(str_same(read.document.source, written.document.source));
    assert_int_equal(read.document.received_us, written.document.received_us);
    assert_string_equal(read.natives[0], "text@1.0.0");
    assert_true(read.calls[0].document);
    assert_int_equal(read.calls[0].count, 2);
    assert_plugin(&read.calls[0].asked[1], &cutters[1]);
    assert_string_equal(read.calls[0].said.plugin, "ingest/odd");
    assert_canonical(read.calls[0].said.answer, calls[0].said.answer);
    assert_plugin(&read.calls[1].asked[0], &taggers[0]);
    assert_canonical(read.calls[1].article, calls[1].article);
    assert_canonical(read.calls[1].said.answer, calls[1].said.answer);
    assert_true(read.calls[2].said.failed);
    assert_int_equal(read.calls[2].said.guard, GUARD_KILLED);
    assert_string_equal(read.calls[2].said.message, "it died");
    assert_string_equal(read.calls[2].said.traceback, "line 1\nline 2");
    assert_true(read.calls[3].left_out);
    fixture_free(&read);
}

static void what_was_granted_comes_back_byte_for_byte(void **state)
{
    (void)state;
    struct error err = {0};
    struct fixture read;
    struct stat info;
    write_it("f");
    assert_int_equal(fixture_read("f", &read, &err), 0);
    const struct fixture_plugin *plugin = &read.calls[1].asked[0];
    assert_true(plugin->granted);
    assert_int_equal(plugin->file_count, 1);
    assert_string_equal(plugin->files[0].name, "/srv/fleet.tsv");
    assert_int_equal(plugin->files[0].len, 4);
    assert_memory_equal(plugin->files[0].bytes, "a\0b\xFF", 4);
    assert_int_equal(plugin->env_count, 2);
    assert_string_equal(plugin->env[0], "PORT=Bar=1");
    assert_string_equal(plugin->env[1], "CITY=\xFF");
    fixture_free(&read);
    const char *const private[] = {"f/granted/1", "f/calls/2-tag-ships.json",
                                   "f/tests/tag/ships/12-ada.test.lua"};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(stat(private[i], &info), 0);
        assert_int_equal(info.st_mode & 0777, 0600);
    }
}

static void code_is_written_without_its_tests(void **state)
{
    (void)state;
    write_it("f");
    folder_expect("f/scripts/tag/ships/init.lua", "return 1");
    folder_expect("f/scripts/lib/excerpt.lua", "return {}");
    assert_false(folder_has("f/scripts/tag/ships/test.lua"));
    assert_false(folder_has("f/tests/tag/ports")); /* left out */
    assert_false(folder_has("f/tests/ingest"));    /* its text is no UTF-8 */
}

static void what_json_cannot_hold_is_refused_and_nothing_stays(void **state)
{
    (void)state;
    static const char *const bad[] = {"\xC4\x01x",
                                      "\xCB\x7F\xF0\0\0\0\0\0\0"}; /* bytes, infinity */
    static const size_t sizes[] = {3, 9};
    for (size_t i = 0; i < 2; i++) {
        struct error err = {0};
        fill();
        calls[1].said.answer = (struct str){bad[i], sizes[i]};
        assert_true(fixture_write("f", "x", &written, &code, false, &err) < 0);
        assert_has(err.text, "an answer cannot be recorded");
        assert_int_equal(folder_state("f", &err), 1);
        assert_int_equal(system("test -z \"$(ls -A)\""), 0);
    }
}

static void a_fixture_takes_the_place_of_its_own_files_alone(void **state)
{
    (void)state;
    struct error err = {0};
    write_it("f");
    folder_put("f/NOTES", "mine");
    folder_put("f/calls/9-old.json", "{}");
    assert_int_equal(fixture_write("f", "x", &written, &code, false, &err), ERR_EXISTS);
    assert_int_equal(fixture_write("f", "x", &written, &code, true, &err), ERR_EXISTS);
    assert_has(err.text, "f/calls/9-old.json is no file of this fixture");
    assert_int_equal(unlink("f/calls/9-old.json"), 0);
    assert_int_equal(fixture_write("f/", "x", &written, &code, true, &err), 0);
    folder_expect("f/NOTES", "mine");
    assert_false(folder_has("f/tests/tag/ships/12-ada.test.lua"));
    assert_true(folder_has("f/tests/tag/ships/x.test.lua"));
    folder_put("g/other", "x");
    assert_int_equal(fixture_write("g", "x", &written, &code, true, &err), ERR_EXISTS);
    assert_int_equal(system("test \"$(ls -A | xargs)\" = 'f g'"), 0);
}

static void nothing_beyond_the_folder_is_removed(void **state)
{
    (void)state;
    struct error err = {0};
    write_it("f");
    folder_put("precious/file", "here");
    assert_int_equal(rename("f/calls", "calls"), 0);
    assert_int_equal(symlink("../precious", "f/calls"), 0);
    assert_int_equal(fixture_write("f", "x", &written, &code, true, &err), ERR_EXISTS);
    folder_expect("precious/file", "here");
}

static void a_folder_that_somebody_else_made_is_left_alone(void **state)
{
    (void)state;
    static const char *const heads[] = {"{}", "", "[1]", "{\"fixture\": 1, \"calls\": []}"};
    fill();
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
        struct error err = {0};
        folder_put("f/fixture.json", heads[i]);
        folder_put("f/tests/mine", "mine");
        assert_int_equal(fixture_write("f", "x", &written, &code, true, &err), ERR_EXISTS);
        assert_has(err.text, "was not written by `copydesk record`");
        folder_expect("f/tests/mine", "mine");
    }
}

/* ---- without memory ---- */

static int write_again(struct error *err)
{
    return fixture_write("f", "x", &written, &code, false, err);
}

static int read_again(struct error *err)
{
    struct fixture read = {0};
    const int result = fixture_read("kept", &read, err);
    fixture_free(&read);
    return result;
}

/* A step of several allocations: files are written each time. Gives how often it failed. */
static unsigned sweep(int (*work)(struct error *err), uint64_t step)
{
    unsigned failures = 0;
    for (uint64_t nth = 1;; nth += step) {
        struct error err = {0};
        mem_fail_nth(nth);
        const int result = work(&err);
        const bool fired = mem_fail_nth(0) != 0;
        if (!fired && result < 0)
            fail_msg("%s", err.text);
        if (!fired)
            return failures;
        /* jansson calls a token invalid that it has no memory for, and an arena that is full
           looks like one that cannot grow */
        if (result < 0 && result != ERR_NOMEM && result != ERR_LIMIT &&
            !(result == ERR_INVALID && work == read_again))
            fail_msg("allocation %llu: %s (%d)", (unsigned long long)nth, err.text, result);
        failures += result < 0;
        if (work == write_again)
            assert_int_equal(
                system(result < 0 ? "test ! -e f && test -z \"$(ls -A | grep part)\"" : "rm -rf f"),
                0);
    }
}

static void without_memory_nothing_half_written_stays(void **state)
{
    (void)state;
    write_it("kept");
    json_set_alloc_funcs(mem_alloc, mem_free);
    const unsigned writes = sweep(write_again, 13), reads = sweep(read_again, 1);
    json_set_alloc_funcs(malloc, free);
    assert_true(writes > 20 && reads > 100);
}

/* ---- JSON and differences ---- */

static void json_gives_the_very_values_again(void **state)
{
    (void)state;
    static const char text[] = "{\"a\": [1, -2, 0.1, 1e300, true, null, \"\\u0000x\", {}], \"b\": "
                               "9007199254740993}";
    struct error err = {0};
    BUF_AUTO struct buf packed = BUF_INIT;
    msgpack_packer packer;
    msgpack_unpacked unpacked;
    json_t *value = raw_json_read(STR_LIT(text), "it", &err);
    assert_non_null(value);
    wire_packer(&packer, &packed);
    assert_int_equal(raw_from_json(value, &packer, &err), 0);
    msgpack_unpacked_init(&unpacked);
    assert_int_equal(msgpack_unpack_next(&unpacked, packed.at, packed.len, NULL),
                     MSGPACK_UNPACK_SUCCESS);
    json_t *again = raw_to_json(&unpacked.data);
    assert_int_equal(json_equal(value, again), 1);
    json_decref(value);
    json_decref(again);
    msgpack_unpacked_destroy(&unpacked);
    assert_null(raw_json_read(STR_LIT("{\"a\": 1, \"a\": 2}"), "it", &err));
    assert_has(err.text, "it:1: it is no JSON: duplicate object key");
}

static void each_difference_is_told_with_its_place(void **state)
{
    (void)state;
    static const char other[] = "\x92\x83\xA5label\xA3two\xA5score\xCB\x3F\xE6\x66\x66\x66\x66\x66"
                                "\x66\xA4"
                                "code\xA1x\x01";
    BUF_AUTO struct buf out = BUF_INIT;
    differ_list((struct str){ANSWER, sizeof ANSWER - 1}, (struct str){other, sizeof other - 1},
                "answer", 10, &out);
    assert_text(buf_view(&out), "answer: recorded 1 items, now 2\n"
                                "answer[1].label: recorded 'one', now 'two'\n"
                                "answer[1].scheme: recorded 'ship', now nothing\n"
                                "answer[1].code: recorded nothing, now 'x'\n"
                                "answer[2]: recorded nothing, now 1\n");
    buf_clear(&out);
    differ_list((struct str){ANSWER, sizeof ANSWER - 1}, (struct str){other, sizeof other - 1},
                "answer", 2, &out);
    assert_has(out.at, "\nand ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_written_is_read_again_as_it_was, folder_enter,
                                        folder_leave),
        cmocka_unit_test_setup_teardown(what_was_granted_comes_back_byte_for_byte, folder_enter,
                                        folder_leave),
        cmocka_unit_test_setup_teardown(code_is_written_without_its_tests, folder_enter,
                                        folder_leave),
        cmocka_unit_test_setup_teardown(what_json_cannot_hold_is_refused_and_nothing_stays,
                                        folder_enter, folder_leave),
        cmocka_unit_test_setup_teardown(a_fixture_takes_the_place_of_its_own_files_alone,
                                        folder_enter, folder_leave),
        cmocka_unit_test_setup_teardown(a_folder_that_somebody_else_made_is_left_alone,
                                        folder_enter, folder_leave),
        cmocka_unit_test_setup_teardown(nothing_beyond_the_folder_is_removed, folder_enter,
                                        folder_leave),
        cmocka_unit_test_setup_teardown(without_memory_nothing_half_written_stays, folder_enter,
                                        folder_leave),
        cmocka_unit_test(json_gives_the_very_values_again),
        cmocka_unit_test(each_difference_is_told_with_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
