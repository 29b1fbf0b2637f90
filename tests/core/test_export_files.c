#include "pipeline/export_files.h"

#include <dirent.h>

#include "base/limits.h"
#include "folder.h"

static struct export_files *open_out(const char *single, const struct export_limits *limits)
{
    struct export_files *files = NULL;
    struct error err = {0};
    if (export_files_open("out", single, limits, &files, &err) < 0)
        fail_msg("%s", err.text);
    return files;
}

static int put(struct export_files *files, const char *name, const char *bytes, struct error *err)
{
    return export_files_append(files, str_of(name), str_of(bytes), err);
}

static void must_put(struct export_files *files, const char *name, const char *bytes)
{
    struct error err = {0};
    if (put(files, name, bytes, &err) < 0)
        fail_msg("%s", err.text);
}

static void must_commit(struct export_files *files)
{
    struct error err = {0};
    if (export_files_commit(files, &err) < 0)
        fail_msg("%s", err.text);
    export_files_close(files);
}

static size_t names_in(const char *path)
{
    size_t count = 0;
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (struct dirent *item; (item = readdir(dir));)
        count += strcmp(item->d_name, ".") != 0 && strcmp(item->d_name, "..") != 0;
    closedir(dir);
    return count;
}

static void files_appear_at_commit(void **state)
{
    (void)state;
    struct export_files *files = open_out(NULL, NULL);
    must_put(files, "a.md", "one ");
    must_put(files, "sub/b.md", "b");
    must_put(files, "a.md", "two");
    assert_false(folder_has("out/a.md"));
    assert_int_equal(export_files_count(files), 2);
    assert_int_equal(export_files_bytes(files), 8);
    must_commit(files);
    folder_expect("out/a.md", "one two");
    folder_expect("out/sub/b.md", "b");
    assert_int_equal(names_in("out"), 2);
}

static void without_commit_nothing_is_left(void **state)
{
    (void)state;
    struct export_files *files = open_out(NULL, NULL);
    must_put(files, "a.md", "x");
    must_put(files, "sub/deep/b.md", "x");
    export_files_close(files);
    assert_false(folder_has("out"));
}

static void a_failed_run_leaves_what_was_there(void **state)
{
    (void)state;
    folder_put("out/a.md", "old");
    struct export_files *files = open_out(NULL, NULL);
    must_put(files, "a.md", "new");
    export_files_close(files);
    folder_expect("out/a.md", "old");
    assert_int_equal(names_in("out"), 1);
}

static void names_that_lead_out_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"../x", "/etc/x",  "a/../../x", "..",   ".",        "",
                                      "a//b", "a/",      "./a",       "a\nb", "a\x01",    "\xff",
                                      "a\\b", "C:x",     ".hidden",   "a/.b", "CON",      "nul.md",
                                      "com1", "lpt9.md", "a.",        "a ",   "\xc2\x85x"};
    struct export_files *files = open_out(NULL, NULL);
    struct error err = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (put(files, bad[i], "x", &err) != ERR_INVALID)
            fail_msg("'%s' was let through", bad[i]);
    const struct str nul = {"a\0b", 3};
    assert_int_equal(export_files_append(files, nul, STR_LIT("x"), &err), ERR_INVALID);
    assert_int_equal(export_files_count(files), 0);
    export_files_close(files);
}

static void long_names_are_refused_by_the_limit(void **state)
{
    (void)state;
    char name[300];
    struct error err = {0};
    struct export_files *files = open_out(NULL, NULL);
    memset(name, 'a', sizeof name);
    name[LIMIT(EXPORT_NAME_BYTES) + 1] = '\0';
    assert_int_equal(put(files, name, "x", &err), ERR_INVALID);
    assert_has(err.text, "EXPORT_NAME_BYTES");
    name[LIMIT(EXPORT_NAME_BYTES)] = '\0';
    must_put(files, name, "x");
    must_commit(files);
}

static void a_link_on_the_way_is_refused(void **state)
{
    (void)state;
    assert_int_equal(mkdir("elsewhere", 0777), 0);
    assert_int_equal(mkdir("out", 0777), 0);
    assert_int_equal(symlink("../elsewhere", "out/sub"), 0);
    struct export_files *files = open_out(NULL, NULL);
    struct error err = {0};
    assert_true(put(files, "sub/a.md", "x", &err) < 0);
    export_files_close(files);
    assert_int_equal(names_in("elsewhere"), 0);
}

static void a_link_in_the_place_of_the_file_is_replaced_not_followed(void **state)
{
    (void)state;
    folder_put("precious", "keep");
    assert_int_equal(mkdir("out", 0777), 0);
    assert_int_equal(symlink("../precious", "out/a.md"), 0);
    struct export_files *files = open_out(NULL, NULL);
    must_put(files, "a.md", "new");
    must_commit(files);
    folder_expect("precious", "keep");
    folder_expect("out/a.md", "new");
}

static void limits_are_named(void **state)
{
    (void)state;
    const struct export_limits limits = {.files = 2, .file_bytes = 4, .bytes = 6};
    struct export_files *files = open_out(NULL, &limits);
    struct error err = {0};
    assert_int_equal(put(files, "a", "12345", &err), ERR_LIMIT);
    assert_has(err.text, "EXPORT_FILE_BYTES");
    must_put(files, "a", "1234");
    assert_int_equal(put(files, "b", "123", &err), ERR_LIMIT);
    assert_has(err.text, "EXPORT_BYTES");
    assert_int_equal(put(files, "c", "1", &err), ERR_LIMIT);
    assert_has(err.text, "EXPORT_FILES");
    export_files_close(files);
    assert_false(folder_has("out"));
}

static void more_files_than_may_be_open_are_opened_again(void **state)
{
    (void)state;
    const struct export_limits limits = {.open_files = 3};
    struct export_files *files = open_out(NULL, &limits);
    char name[16];
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 400; i++) {
            snprintf(name, sizeof name, "%d/f", i);
            must_put(files, name, round ? "b" : "a");
        }
    must_commit(files);
    folder_expect("out/0/f", "ab");
    folder_expect("out/399/f", "ab");
}

static void a_single_file_gets_the_name_that_was_asked_for(void **state)
{
    (void)state;
    struct export_files *files = open_out("all.jsonl", NULL);
    struct error err = {0};
    must_put(files, "articles.jsonl", "x");
    assert_int_equal(put(files, "second.jsonl", "x", &err), ERR_INVALID);
    assert_has(err.text, "--to must name a folder");
    must_commit(files);
    folder_expect("out/all.jsonl", "x");
    assert_int_equal(names_in("out"), 1);
}

static void a_folder_in_the_place_of_a_file_is_an_error(void **state)
{
    (void)state;
    folder_put("out/a.md/x", "x");
    struct export_files *files = open_out(NULL, NULL);
    struct error err = {0};
    must_put(files, "a.md", "x");
    assert_true(export_files_commit(files, &err) < 0);
    export_files_close(files);
    assert_int_equal(names_in("out"), 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, folder_enter, folder_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(files_appear_at_commit),
        T(without_commit_nothing_is_left),
        T(a_failed_run_leaves_what_was_there),
        T(names_that_lead_out_are_refused),
        T(long_names_are_refused_by_the_limit),
        T(a_link_on_the_way_is_refused),
        T(a_link_in_the_place_of_the_file_is_replaced_not_followed),
        T(limits_are_named),
        T(more_files_than_may_be_open_are_opened_again),
        T(a_single_file_gets_the_name_that_was_asked_for),
        T(a_folder_in_the_place_of_a_file_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
