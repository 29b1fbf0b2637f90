/* The parts of a watch by themselves: when a file is settled, which names are ignored, where files
 * are moved, the table. */
#include <limits.h>

#include "base/limits.h"
#include "folder.h"
#include "watch/ignore.h"
#include "watch/moves.h"
#include "watch/poll.h"
#include "watch/root.h"
#include "watch/settle.h"
#include "watch/table.h"

#define MS INT64_C(1000)

/* ---- settle ---- */

static struct settle_look seen(int64_t size, int64_t now_us)
{
    return (struct settle_look){
        .mark = {.inode = 1, .size = size}, .now_us = now_us, .trust_age = true, .held = HELD_NO};
}

static void one_look_is_enough_where_the_clock_can_be_trusted(void **state)
{
    (void)state;
    int64_t again = 0;
    struct settle settle = {0};
    struct settle_look look = seen(5, 1000 * MS);
    look.age_us = 499 * MS;
    assert_int_equal(settle_judge(&settle, &look, 500 * MS, &again), SETTLE_WAIT);
    assert_true(again > look.now_us && again <= look.now_us + 10 * MS);
    look.age_us = 500 * MS;
    assert_int_equal(settle_judge(&settle, &look, 500 * MS, &again), SETTLE_DONE);
}

static void an_event_begins_the_rest_anew(void **state)
{
    (void)state;
    int64_t again = 0;
    struct settle settle = {.event_us = 900 * MS};
    struct settle_look look = seen(5, 1000 * MS);
    look.age_us = 10000 * MS;
    assert_int_equal(settle_judge(&settle, &look, 500 * MS, &again), SETTLE_WAIT);
    assert_int_equal(again, 1400 * MS);
    look.now_us = 1400 * MS;
    assert_int_equal(settle_judge(&settle, &look, 500 * MS, &again), SETTLE_DONE);
}

/* A server's clock may be hours off; two looks that are alike count there. */
static void elsewhere_two_looks_must_be_alike(void **state)
{
    (void)state;
    int64_t again = 0;
    struct settle settle = {0};
    struct settle_look look = seen(5, 1000 * MS);
    look.trust_age = false;
    look.age_us = 3600000 * MS;
    assert_int_equal(settle_judge(&settle, &look, 500 * MS, &again), SETTLE_WAIT);
    look = seen(6, 1500 * MS); /* it grew */
    look.trust_age = false;
    assert_int_equal(settle_judge(&settle, &look, 500 * MS, &again), SETTLE_WAIT);
    assert_int_equal(again, 2000 * MS);
    look.now_us = 2000 * MS;
    assert_int_equal(settle_judge(&settle, &look, 500 * MS, &again), SETTLE_DONE);
}

static void a_clock_that_was_set_back_does_not_hold_a_file_for_ever(void **state)
{
    (void)state;
    int64_t again = 0;
    struct settle settle = {0};
    struct settle_look look = seen(5, 1000 * MS);
    look.age_us = -3600000 * MS;
    assert_int_equal(settle_judge(&settle, &look, 500 * MS, &again), SETTLE_WAIT);
    look.now_us = again;
    assert_int_equal(settle_judge(&settle, &look, 500 * MS, &again), SETTLE_DONE);
}

static void a_held_file_is_never_settled(void **state)
{
    (void)state;
    int64_t again = 0;
    struct settle settle = {0};
    struct settle_look look = seen(5, 1000 * MS);
    look.age_us = 3600000 * MS;
    look.held = HELD_YES;
    assert_int_equal(settle_judge(&settle, &look, 500 * MS, &again), SETTLE_HELD);
    assert_int_equal(again, 1500 * MS);
}

/* A file that grows for a minute, written every five seconds, where nothing tells who holds it. */
static void a_file_whose_close_was_not_told_rests_longer(void **state)
{
    (void)state;
    int64_t again = 0;
    struct settle settle = {.event_us = 1};
    for (int64_t second = 1; second <= 60; second++) {
        struct settle_look look = seen(second / 5, second * 1000 * MS);
        look.age_us = second % 5 * 1000 * MS;
        look.held = HELD_UNKNOWN;
        look.created_only = true;
        assert_int_equal(settle_judge(&settle, &look, 500 * MS, &again), SETTLE_WAIT);
    }
}

/* ---- names ---- */

static void names_are_ignored_by_rule(void **state)
{
    (void)state;
    static const char *const own[] = {"*.bak", "raw/*.log", "drafts"};
    static const struct {
        const char *path, *rule;
    } cases[] = {
        {"a.txt", NULL},       {".a.txt", ".*"},           {"a.filepart", "*.filepart"},
        {"a.part", "*.part"},  {"~$a.docx", "~$*"},        {"a.crdownload", "*.crdownload"},
        {".stfolder", ".*"},   {"@eaDir", "@eaDir"},       {".~lock.a.odt#", ".*"},
        {"x/a.bak", "*.bak"},  {"raw/a.log", "raw/*.log"}, {"b/raw/a.log", NULL},
        {"raw/x/a.log", NULL}, {"drafts", "drafts"},       {"drafts/a.txt", NULL},
        {"a.parts", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *rule = ignore_rule(cases[i].path, own, 3);
        if ((rule == NULL) != (cases[i].rule == NULL) || (rule && strcmp(rule, cases[i].rule) != 0))
            fail_msg("%s: %s, not %s", cases[i].path, rule ? rule : "taken",
                     cases[i].rule ? cases[i].rule : "taken");
    }
    assert_string_equal(ignore_rule_deep("drafts/x/a.txt", own, 3), "drafts");
    assert_string_equal(ignore_rule_deep(".git/x/a.txt", NULL, 0), ".*");
}

static void file_systems_that_tell_nothing_are_known(void **state)
{
    (void)state;
    assert_string_equal(poll_file_system(0x6969), "nfs");
    assert_string_equal(poll_file_system((long)0xff534d42), "cifs");
    assert_string_equal(poll_file_system((int)0xfe534d42), "smb2"); /* with its sign */
    assert_string_equal(poll_file_system(0x65735546), "fuse");
    assert_string_equal(poll_file_system(0x01021997), "9p");
    assert_string_equal(poll_file_system(0x794c7630), "overlay");
    assert_null(poll_file_system(0xef53));     /* ext4 */
    assert_null(poll_file_system(0x01021994)); /* tmpfs */
    assert_true(poll_is_local("overlay") && !poll_is_local("nfs"));
}

/* ---- moves ---- */

static void choose(const char *rel, const char *beside, const char *wanted)
{
    struct error err;
    MEM_AUTO char *path = NULL;
    if (move_choose("out", rel, beside, &path, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(path, wanted);
}

static void a_free_name_is_found_among_many(void **state)
{
    (void)state;
    char name[NAME_MAX + 16];
    choose("sub/a.txt", NULL, "out/sub/a.txt");
    folder_put("out/a.txt", "");
    choose("a.txt", NULL, "out/a (2).txt");
    for (int i = 2; i <= 300; i++) {
        snprintf(name, sizeof name, "out/a (%d).txt", i);
        folder_put(name, "");
    }
    choose("a.txt", NULL, "out/a (301).txt");
    folder_put("out/noext", "");
    choose("noext", NULL, "out/noext (2)");
    folder_put("out/.rc", "");
    choose(".rc", NULL, "out/.rc (2)");
    folder_put("out/b.txt.error.json", "");
    choose("b.txt", ".error.json", "out/b (2).txt");
}

static void a_name_as_long_as_can_be_is_cut_between_characters(void **state)
{
    (void)state;
    char name[NAME_MAX + 16] = "out/";
    struct error err;
    MEM_AUTO char *path = NULL;
    for (int i = 0; i < 125; i++)
        strcat(name, "ж"); /* 250 bytes */
    strcat(name, ".txt");
    folder_put(name, "");
    assert_int_equal(move_choose("out", name + 4, NULL, &path, &err), 0);
    assert_true(strlen(file_base_name(path)) <= NAME_MAX);
    assert_int_equal(utf8_valid(path, strlen(path)), strlen(path));
    assert_has(path, " (2).txt");
}

static struct file_mark mark(const char *path)
{
    struct stat info;
    assert_int_equal(lstat(path, &info), 0);
    return mark_of(&info);
}

static enum moved moved(const char *from, const char *to, const struct file_mark *is)
{
    struct error err;
    enum moved out;
    if (move_file(from, to, is, &out, &err) < 0)
        fail_msg("%s", err.text);
    return out;
}

static void a_move_never_overwrites_and_says_what_it_found(void **state)
{
    (void)state;
    folder_put("a.txt", "one");
    folder_put("b.txt", "two");
    const struct file_mark is = mark("a.txt");
    assert_int_equal(moved("a.txt", "b.txt", &is), MOVED_TAKEN);
    folder_expect("b.txt", "two");
    assert_int_equal(moved("a.txt", "new/deep/a.txt", &is), MOVED_DONE);
    folder_expect("new/deep/a.txt", "one");
    assert_int_equal(moved("a.txt", "c.txt", &is), MOVED_GONE);
    folder_put("new/deep/a.txt", "changed");
    assert_int_equal(moved("new/deep/a.txt", "c.txt", &is), MOVED_CHANGED);
    folder_expect("new/deep/a.txt", "changed");
    const struct file_mark two = mark("b.txt");
    FILE_AUTO int fd = open("b.txt", O_WRONLY | O_CLOEXEC);
    assert_int_equal(moved("b.txt", "c.txt", &two), MOVED_HELD);
    assert_false(folder_has("c.txt"));
}

static void a_link_is_not_moved_in_the_place_of_a_file(void **state)
{
    (void)state;
    folder_put("secret", "s");
    folder_put("a.txt", "one");
    const struct file_mark is = mark("a.txt");
    assert_int_equal(unlink("a.txt"), 0);
    assert_int_equal(symlink("secret", "a.txt"), 0);
    assert_int_equal(moved("a.txt", "out.txt", &is), MOVED_CHANGED);
    assert_false(folder_has("out.txt"));
}

/* ---- the table ---- */

static struct root *new_root(void)
{
    struct root *root = mem_zero(1, sizeof *root);
    return root_hold(root);
}

static void the_table_gives_what_is_due_in_order(void **state)
{
    (void)state;
    struct table *table = NULL;
    struct error err;
    char path[32];
    struct root *root = new_root();
    assert_int_equal(table_new(&table, &err), 0);
    for (int i = 0; i < 1000; i++) {
        snprintf(path, sizeof path, "/in/%d", i);
        table_due(table, table_add(table, root, path, 4), (i * 7919) % 1000);
    }
    table_due(table, table_find(table, "/in/5"), -1);
    table_drop(table, table_find(table, "/in/6"));
    assert_null(table_find(table, "/in/6"));
    int64_t last = -1;
    int count = 0;
    for (struct watch_file *file; (file = table_first(table)); count++) {
        assert_true(file->due_us >= last);
        last = file->due_us;
        table_due(table, file, -1);
    }
    assert_int_equal(count, 998);
    assert_int_equal(table_count(table), 999);
    table_free(table);
    root_release(root);
}

static void the_table_is_bounded_in_files_and_bytes(void **state)
{
    (void)state;
    struct table *table = NULL;
    struct error err;
    char path[4000];
    struct root *root = new_root();
    assert_int_equal(table_new(&table, &err), 0);
    size_t count = 0;
    for (;; count++) {
        snprintf(path, sizeof path, "/in/%0*zu", 3000, count);
        if (!table_add(table, root, path, 4))
            break;
    }
    assert_true(count > 1000 && count * 3000 <= LIMIT(WATCH_BYTES));
    assert_false(table_has_room(table));
    table_free(table);
    root_release(root);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_enter, folder_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_look_is_enough_where_the_clock_can_be_trusted),
        TEST(an_event_begins_the_rest_anew),
        TEST(elsewhere_two_looks_must_be_alike),
        TEST(a_clock_that_was_set_back_does_not_hold_a_file_for_ever),
        TEST(a_held_file_is_never_settled),
        TEST(a_file_whose_close_was_not_told_rests_longer),
        TEST(names_are_ignored_by_rule),
        TEST(file_systems_that_tell_nothing_are_known),
        TEST(a_free_name_is_found_among_many),
        TEST(a_name_as_long_as_can_be_is_cut_between_characters),
        TEST(a_move_never_overwrites_and_says_what_it_found),
        TEST(a_link_is_not_moved_in_the_place_of_a_file),
        TEST(the_table_gives_what_is_due_in_order),
        TEST(the_table_is_bounded_in_files_and_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
