/* Desks, exports and trials, with real workers. */
#include "pipeline/desk.h"

#include "desk_help.h"
#include "pipeline/explain.h"
#include "pipeline/export.h"
#include "pipeline/ingest.h"
#include "pipeline/plugins.h"
#include "pipeline/testplugin.h"
#include "pipeline/tryplugin.h"

#define PLAIN "desk.watch { 'inbox' }\ndesk.ingest { 'plain' }\ndesk.tag { 'shout' }\n"

static int open_code(const char *dir, enum desk_use use, struct error *err)
{
    const struct desk_options options = {.dir = dir, .use = use, .workers = 1};
    struct desk *desk = NULL;
    const int code = desk_open(&options, &desk, err);
    desk_close(desk);
    return code;
}

static void a_folder_without_desk_says_what_to_do(void **state)
{
    (void)state;
    struct error err = {0};
    assert_int_equal(open_code(".", DESK_READ, &err), ERR_NOTFOUND);
    assert_has(err.text, "copydesk init");
}

static void a_desk_is_found_from_a_folder_within(void **state)
{
    (void)state;
    struct error err = {0};
    desk_make(PLAIN);
    folder_put("desk/inbox/deep/x", "");
    assert_int_equal(open_code("desk/inbox/deep", DESK_READ, &err), 0);
}

static void a_desk_of_another_user_is_refused(void **state)
{
    (void)state;
    struct error err = {0};
    if (geteuid() != 0)
        skip(); /* only root can give a folder away */
    desk_make(PLAIN);
    assert_int_equal(chown("desk", 65534, 65534), 0);
    assert_int_equal(open_code("desk", DESK_READ, &err), ERR_DENIED);
    assert_has(err.text, "65534");
}

static void an_error_in_desk_lua_names_its_line(void **state)
{
    (void)state;
    struct error err = {0};
    desk_make("desk.ingest { 'plain' }\ndesk.tag { 'shout' \n\nx = = 1\n");
    assert_true(open_code("desk", DESK_WORK, &err) < 0);
    assert_has(err.text, "desk.lua:");
}

static void an_unknown_plugin_in_desk_lua_names_the_nearest(void **state)
{
    (void)state;
    struct error err = {0};
    desk_make("desk.ingest { 'plain' }\n\ndesk.tag { 'shoot' }\n");
    assert_int_equal(open_code("desk", DESK_WORK, &err), ERR_NOTFOUND);
    assert_has(err.text, "did you mean tag/shout?");
    assert_has(err.text, "desk.lua:3");
}

static void a_second_writer_is_refused(void **state)
{
    (void)state;
    struct error err = {0};
    desk_make(PLAIN);
    struct desk *desk = desk_must(DESK_WRITE);
    assert_int_equal(open_code("desk", DESK_WRITE, &err), ERR_BUSY);
    desk_close(desk);
}

/* ---- export ---- */

static void fill(void)
{
    const char *path = "in";
    struct error err = {0};
    char name[64], text[64];
    desk_make(PLAIN);
    folder_put("desk/inbox/x", "");
    for (int i = 0; i < 150; i++) { /* more than a page */
        snprintf(name, sizeof name, "in/%03d", i);
        snprintf(text, sizeof text, "Number %d\nnews", i);
        folder_put(name, text);
    }
    struct desk *desk = desk_must(DESK_WRITE);
    if (ingest_paths(desk, &path, 1, NULL, NULL, NULL, &err) < 0)
        fail_msg("%s", err.text);
    desk_close(desk);
}

static int export(const char *to, const char *file, struct export_counts *counts, struct error *err)
{
    struct desk *desk = desk_must(DESK_WORK);
    const struct option_text given = {"file", file};
    const struct export_options options = {
        .format = "names", .to = to, .given = &given, .given_count = 1};
    const int code = export_run(desk, &options, counts, err);
    desk_close(desk);
    return code;
}

static void all_articles_are_exported(void **state)
{
    (void)state;
    struct export_counts counts = {0};
    struct error err = {0};
    fill();
    if (export("out", "+.txt", &counts, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(counts.articles, 150);
    assert_int_equal(counts.files, 150);
    if (export("desk/out.txt", "all.txt", &counts, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(counts.files, 1);
    assert_true(folder_has("desk/out.txt"));
}

static void exports_stay_out_of_what_is_guarded(void **state)
{
    (void)state;
    static const char *const bad[] = {"desk/.copydesk",
                                      "desk/.copydesk/x",
                                      "desk/inbox",
                                      "desk/inbox/y",
                                      "desk/scripts/z",
                                      "desk",
                                      ".",
                                      "/",
                                      "desk/desk.lua",
                                      "desk/inbox/a.txt"};
    struct error err = {0};
    fill();
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (export(bad[i], "all.txt", NULL, &err) != ERR_DENIED)
            fail_msg("--to %s: %s", bad[i], err.text);
    assert_false(folder_has("desk/inbox/y"));
}

static void a_bad_name_fails_the_export_and_leaves_nothing(void **state)
{
    (void)state;
    struct error err = {0};
    fill();
    assert_int_equal(export("out", "../+.txt", NULL, &err), ERR_PLUGIN);
    assert_has(err.text, "export/names");
    assert_false(folder_has("out"));
}

/* ---- explain, try, test, list ---- */

struct text {
    char at[4096];
};

static void add_report(const struct explain_report *report, void *data)
{
    struct text *text = data;
    const size_t used = strlen(text->at);
    snprintf(text->at + used, sizeof text->at - used, "%s %s %zu\n", report->path,
             report->error ? "!" : report->plugin, report->articles.count);
}

static void explain_reports_in_order_and_stores_nothing(void **state)
{
    (void)state;
    struct text text = {""};
    struct explain_counts counts = {0};
    struct error err = {0};
    const char *paths[] = {"b.txt", "gone", "a.txt"};
    desk_make(PLAIN);
    folder_put("a.txt", "One\nx\n==\nTwo\ny");
    folder_put("b.txt", "Three\nx");
    struct desk *desk = desk_must(DESK_WORK);
    if (explain_paths(desk, paths, 3, NULL, NULL, 0, add_report, &text, &counts, &err) < 0)
        fail_msg("%s", err.text);
    desk_close(desk);
    assert_string_equal(text.at, "b.txt ingest/plain 1\ngone ! 0\na.txt ingest/plain 2\n");
    assert_false(folder_has("desk/.copydesk"));
}

static int check_line(const char *json, size_t len, void *data)
{
    int *next = data;
    char wanted[32];
    (void)len;
    snprintf(wanted, sizeof wanted, "{\"id\":%d,", ++*next);
    assert_has(json, wanted);
    return 0;
}

static void try_answers_in_order(void **state)
{
    (void)state;
    BUF_AUTO struct buf lines = BUF_INIT;
    struct try_counts counts = {0};
    struct error err = {0};
    int last = 0;
    const char *path = "articles.jsonl";
    desk_make(PLAIN);
    for (int i = 1; i <= 1000; i++)
        buf_printf(&lines, "{\"id\": %d, \"headline\": \"H\", \"text\": \"SOME text %d\"}\n", i, i);
    folder_put(path, lines.at);
    struct desk *desk = desk_must(DESK_WORK);
    const struct try_options options = {.plugin = "tag/shout", .paths = &path, .path_count = 1};
    if (plugin_try(desk, &options, check_line, &last, &counts, &err) < 0)
        fail_msg("%s", err.text);
    desk_close(desk);
    assert_int_equal(last, 1000);
    assert_int_equal(counts.failed, 0);
}

static int find_shout(const struct plugin_info *info, void *data)
{
    if (strcmp(info->kind, "tag") == 0 && strcmp(info->name, "shout") == 0) {
        assert_string_equal(info->origin, "desk");
        assert_true(info->used);
        assert_string_equal(info->version, "1.0.0");
        *(bool *)data = true;
    }
    return 0;
}

static void plugins_are_listed_with_their_origin(void **state)
{
    (void)state;
    bool found = false;
    struct error err = {0};
    desk_make(PLAIN);
    struct desk *desk = desk_must(DESK_WORK);
    assert_int_equal(plugin_list(desk, find_shout, &found, &err), 0);
    desk_close(desk);
    assert_true(found);
}

static void add_case(const struct test_report *report, void *data)
{
    struct text *text = data;
    const size_t used = strlen(text->at);
    snprintf(text->at + used, sizeof text->at - used, "%s %s%s\n", report->name,
             report->passed ? "ok" : report->message, report->differs ? ", differs" : "");
}

static void a_test_fails_where_two_processes_differ(void **state)
{
    (void)state;
    struct text text = {""};
    struct test_counts counts = {0};
    struct error err = {0};
    desk_make(PLAIN);
    assert_int_equal(unlink("desk/scripts"), 0);
    folder_put("desk/desk.lua", "");
    folder_put(
        "desk/scripts/tag/count/init.lua",
        "local calls = 0\n"
        "return { kind = 'tag', name = 'count', version = '1.0.0', api = 1, about = 'Counts.',\n"
        "  run = function() calls = calls + 1\n"
        "    return { { scheme = 'keyword', label = 'call ' .. calls } } end }\n");
    folder_put("desk/scripts/tag/count/test.lua",
               "local a = { headline = 'h', text = 't' }\n"
               "return { { name = 'one', article = a, check = function() end },\n"
               "  { name = 'two', article = a, check = function() end },\n"
               "  { name = 'three', article = a, expect = { { label = 'no' } } } }\n");
    struct desk *desk = desk_must(DESK_WORK);
    if (plugin_test(desk, &(struct test_options){.plugin = "tag/count"}, add_case, &text, NULL,
                    &counts, &err) < 0)
        fail_msg("%s", err.text);
    desk_close(desk);
    if (counts.cases != 3)
        fail_msg("%s", text.at);
    assert_has(text.at, "two a fresh process");
    assert_has(text.at, "three ");
}

#define T(name) cmocka_unit_test_setup_teardown(name, folder_enter, folder_leave)

int main(int argc, char **argv)
{
    DESK_WORKER(argc, argv);
    const struct CMUnitTest tests[] = {
        T(a_folder_without_desk_says_what_to_do),
        T(a_desk_is_found_from_a_folder_within),
        T(a_desk_of_another_user_is_refused),
        T(an_error_in_desk_lua_names_its_line),
        T(an_unknown_plugin_in_desk_lua_names_the_nearest),
        T(a_second_writer_is_refused),
        T(all_articles_are_exported),
        T(exports_stay_out_of_what_is_guarded),
        T(a_bad_name_fails_the_export_and_leaves_nothing),
        T(explain_reports_in_order_and_stores_nothing),
        T(try_answers_in_order),
        T(plugins_are_listed_with_their_origin),
        T(a_test_fails_where_two_processes_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
