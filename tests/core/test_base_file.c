#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/limits.h"
#include "unit.h"

/* Each test has an empty folder, and is in it. */
static char folder[64];

static int enter_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/copydesk-test-XXXXXX");
    return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

static void put(const char *name, const char *text)
{
    struct error err = {0};
    if (file_replace(name, text, strlen(text), &err) < 0)
        fail_msg("%s", err.text);
}

static size_t count_names(void)
{
    size_t count = 0;
    DIR *dir = opendir(".");
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2;
}

static void what_was_written_is_read(void **state)
{
    (void)state;
    BUF_AUTO struct buf text = BUF_INIT;
    struct stat info;
    put("a", "one\n");
    assert_int_equal(file_read("a", 100, &text, &info, NULL), 0);
    assert_text(buf_view(&text), "one\n");
    assert_int_equal(info.st_size, 4);
}

static void an_empty_file_is_read(void **state)
{
    (void)state;
    BUF_AUTO struct buf text = BUF_INIT;
    put("a", "");
    assert_int_equal(file_read("a", 100, &text, NULL, NULL), 0);
    assert_int_equal(text.len, 0);
}

static void a_file_of_just_the_limit_is_read(void **state)
{
    (void)state;
    BUF_AUTO struct buf text = BUF_INIT;
    struct error err = {0};
    put("a", "12345");
    assert_int_equal(file_read("a", 5, &text, NULL, NULL), 0);
    assert_int_equal(file_read("a", 4, &text, NULL, &err), ERR_LIMIT);
}

static void a_limit_of_the_table_is_named(void **state)
{
    (void)state;
    BUF_AUTO struct buf text = BUF_INIT;
    struct error err = {0};
    int fd = open("a", O_CREAT | O_WRONLY, 0600);
    assert_int_equal(ftruncate(fd, (off_t)LIMIT(DOCUMENT_BYTES) + 1), 0);
    close(fd);
    assert_int_equal(file_read("a", LIMIT(DOCUMENT_BYTES), &text, NULL, &err), ERR_LIMIT);
    assert_has(err.text, "DOCUMENT_BYTES");
    assert_has(err.text, "a: ");
}

static void what_is_no_file_is_refused(void **state)
{
    (void)state;
    BUF_AUTO struct buf text = BUF_INIT;
    struct error err = {0};
    assert_int_equal(file_read(".", 5, &text, NULL, &err), ERR_INVALID);
    assert_has(err.text, "folder");
    assert_int_equal(mkfifo("pipe", 0600), 0);
    assert_int_equal(file_read("pipe", 5, &text, NULL, &err), ERR_INVALID);
    assert_int_equal(file_read("none", 5, &text, NULL, &err), ERR_NOTFOUND);
    assert_has(err.text, "none");
}

static void a_pipe_is_read_to_its_end(void **state)
{
    (void)state;
    BUF_AUTO struct buf text = BUF_INIT;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(file_write_fd(ends[1], "pipe", "abc", 3, NULL), 0);
    close(ends[1]);
    assert_int_equal(file_read_fd(ends[0], "pipe", 3, &text, NULL), 0);
    assert_text(buf_view(&text), "abc");
    close(ends[0]);
}

static void too_much_from_a_pipe_is_refused(void **state)
{
    (void)state;
    BUF_AUTO struct buf text = BUF_INIT;
    int ends[2];
    struct error err = {0};
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(file_write_fd(ends[1], "pipe", "abcd", 4, NULL), 0);
    close(ends[1]);
    assert_int_equal(file_read_fd(ends[0], "pipe", 3, &text, &err), ERR_LIMIT);
    assert_has(err.text, "pipe");
    close(ends[0]);
}

static void replacing_leaves_no_other_file(void **state)
{
    (void)state;
    BUF_AUTO struct buf text = BUF_INIT;
    put("a", "old");
    put("a", "new");
    assert_int_equal(file_read("a", 100, &text, NULL, NULL), 0);
    assert_text(buf_view(&text), "new");
    assert_int_equal(count_names(), 1);
}

static void a_replace_that_fails_leaves_all_as_it_was(void **state)
{
    (void)state;
    struct error err = {0};
    assert_int_equal(mkdir("a", 0700), 0);
    assert_true(file_replace("a", "x", 1, &err) < 0);
    assert_has(err.text, "a");
    assert_int_equal(count_names(), 1);
    assert_int_equal(file_replace("none/a", "x", 1, &err), ERR_NOTFOUND);
}

static void paths_are_joined_with_one_slash(void **state)
{
    (void)state;
    static const char *const cases[][3] = {
        {"a", "b", "a/b"}, {"a//", "b", "a/b"}, {"/", "b", "/b"}, {".", "b/c", "./b/c"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        MEM_AUTO char *path = file_join(cases[i][0], cases[i][1]);
        assert_string_equal(path, cases[i][2]);
    }
}

static void base_names_follow_the_last_slash(void **state)
{
    (void)state;
    assert_string_equal(file_base_name("a/b.txt"), "b.txt");
    assert_string_equal(file_base_name("b.txt"), "b.txt");
    assert_string_equal(file_base_name("a/"), "");
}

static void real_paths_follow_links(void **state)
{
    (void)state;
    put("a", "x");
    assert_int_equal(symlink("a", "link"), 0);
    MEM_AUTO char *path = NULL, *wanted = file_join(folder, "a");
    assert_int_equal(file_real_path("link", &path, NULL), 0);
    assert_string_equal(path, wanted);
}

static void the_programs_folder_holds_the_program(void **state)
{
    (void)state;
    MEM_AUTO char *dir = NULL;
    assert_int_equal(file_program_dir(&dir, NULL), 0);
    MEM_AUTO char *program = file_join(dir, "test_base_file");
    assert_int_equal(access(program, X_OK), 0);
}

static void opens_files_beneath(void **state)
{
    (void)state;
    FILE_AUTO int dir = open(".", O_RDONLY | O_DIRECTORY);
    FILE_AUTO int made = file_open_beneath(dir, "new", O_CREAT | O_EXCL | O_WRONLY, 0600, NULL);
    assert_true(made >= 0);
    assert_true(fcntl(made, F_GETFD) & FD_CLOEXEC);
    struct error err = {0};
    assert_int_equal(file_open_beneath(dir, "none", O_RDONLY, 0, &err), ERR_NOTFOUND);
}

static void names_that_lead_out_are_refused(void **state)
{
    (void)state;
    struct error err = {0};
    assert_int_equal(mkdir("in", 0700), 0);
    put("out", "x");
    FILE_AUTO int dir = open("in", O_RDONLY | O_DIRECTORY);
    assert_int_equal(file_open_beneath(dir, "../out", O_RDONLY, 0, &err), ERR_DENIED);
    assert_int_equal(file_open_beneath(dir, "/etc/passwd", O_RDONLY, 0, &err), ERR_DENIED);
    assert_has(err.text, "leads out");
    assert_int_equal(symlink("../out", "in/link"), 0);
    assert_int_equal(file_open_beneath(dir, "link", O_RDONLY, 0, &err), ERR_DENIED);
    assert_has(err.text, "symbolic link");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, enter_folder, leave_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_written_is_read),
        TEST(an_empty_file_is_read),
        TEST(a_file_of_just_the_limit_is_read),
        TEST(a_limit_of_the_table_is_named),
        TEST(what_is_no_file_is_refused),
        TEST(a_pipe_is_read_to_its_end),
        TEST(too_much_from_a_pipe_is_refused),
        TEST(replacing_leaves_no_other_file),
        TEST(a_replace_that_fails_leaves_all_as_it_was),
        TEST(paths_are_joined_with_one_slash),
        TEST(base_names_follow_the_last_slash),
        TEST(real_paths_follow_links),
        TEST(the_programs_folder_holds_the_program),
        TEST(opens_files_beneath),
        TEST(names_that_lead_out_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
