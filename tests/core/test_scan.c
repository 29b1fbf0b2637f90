#include "pipeline/scan.h"

#include <fcntl.h>

#include "base/limits.h"
#include "folder.h"

/* What a scan gives, a line each; errors as "! message". */
static char *list(const char *const *paths, size_t count, uint64_t *skipped)
{
    struct scan *scan = NULL;
    struct scan_item item;
    struct error err = {0};
    struct buf out = BUF_INIT;
    assert_int_equal(scan_open(paths, count, &scan, &err), 0);
    while (scan_next(scan, &item, &err) > 0) {
        buf_printf(&out, "%s%s\n", item.error.code ? "! " : "",
                   item.error.code ? item.error.text : item.path);
        scan_item_free(&item);
    }
    if (skipped)
        *skipped = scan_skipped(scan);
    scan_close(scan);
    size_t len;
    return out.len ? buf_take(&out, &len) : mem_strdup("");
}

static void expect(const char *path, const char *wanted)
{
    MEM_AUTO char *got = list(&path, 1, NULL);
    assert_string_equal(got, wanted);
}

static void folders_are_gone_through_in_order(void **state)
{
    (void)state;
    folder_put("in/b.txt", "");
    folder_put("in/a/z.txt", "");
    folder_put("in/a/y.txt", "");
    folder_put("in/c.txt", "");
    expect("in", "in/a/y.txt\nin/a/z.txt\nin/b.txt\nin/c.txt\n");
}

static void temporary_names_are_passed_over_and_counted(void **state)
{
    (void)state;
    uint64_t skipped = 0;
    const char *in = "in";
    static const char *const names[] = {"in/.hidden", "in/a.part",    "in/a.tmp",
                                        "in/~$a.doc", "in/.git/HEAD", "in/a.crdownload",
                                        "in/@eaDir/x"};
    folder_put("in/real.txt", "");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        folder_put(names[i], "");
    MEM_AUTO char *got = list(&in, 1, &skipped);
    assert_string_equal(got, "in/real.txt\n");
    assert_int_equal(skipped, 7);
}

static void a_file_that_is_named_is_given_whatever_its_name(void **state)
{
    (void)state;
    folder_put(".notes.tmp", "");
    expect(".notes.tmp", ".notes.tmp\n");
}

static void links_to_folders_are_not_followed(void **state)
{
    (void)state;
    folder_put("in/a.txt", "");
    assert_int_equal(symlink("..", "in/loop"), 0);
    assert_int_equal(symlink("a.txt", "in/b.txt"), 0);
    expect("in", "in/a.txt\nin/b.txt\n");
}

static void what_cannot_be_read_is_said_and_the_rest_goes_on(void **state)
{
    (void)state;
    const char *paths[] = {"gone.txt", "in"};
    folder_put("in/a.txt", "");
    assert_int_equal(symlink("nowhere", "in/broken"), 0);
    MEM_AUTO char *got = list(paths, 2, NULL);
    assert_has(got, "! gone.txt: No such file");
    assert_has(got, "! in/broken: No such file");
    assert_has(got, "in/a.txt\n");
}

static void depth_is_limited_by_name(void **state)
{
    (void)state;
    char path[512] = "in";
    for (unsigned long i = 0; i < LIMIT(SCAN_DEPTH) + 2; i++) {
        assert_int_equal(mkdir(path, 0777), 0);
        strcat(path, "/d");
    }
    const char *in = "in";
    MEM_AUTO char *got = list(&in, 1, NULL);
    assert_has(got, "SCAN_DEPTH");
}

static void a_folder_larger_than_the_window_is_given_whole(void **state)
{
    (void)state;
    const unsigned long count = LIMIT(SCAN_PENDING) + 500;
    char name[64];
    assert_int_equal(mkdir("in", 0777), 0);
    for (unsigned long i = 0; i < count; i++) {
        snprintf(name, sizeof name, "in/%06lu", i);
        close(open(name, O_CREAT | O_WRONLY, 0666));
    }
    const char *in = "in";
    MEM_AUTO char *got = list(&in, 1, NULL);
    unsigned long lines = 0;
    for (const char *at = got; *at; at++)
        lines += *at == '\n';
    assert_int_equal(lines, count);
}

static void sockets_and_pipes_in_folders_are_passed_over(void **state)
{
    (void)state;
    folder_put("in/a.txt", "");
    assert_int_equal(mkfifo("in/pipe", 0666), 0);
    expect("in", "in/a.txt\n");
}

#define T(name) cmocka_unit_test_setup_teardown(name, folder_enter, folder_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(folders_are_gone_through_in_order),
        T(temporary_names_are_passed_over_and_counted),
        T(a_file_that_is_named_is_given_whatever_its_name),
        T(links_to_folders_are_not_followed),
        T(what_cannot_be_read_is_said_and_the_rest_goes_on),
        T(depth_is_limited_by_name),
        T(a_folder_larger_than_the_window_is_given_whole),
        T(sockets_and_pipes_in_folders_are_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
