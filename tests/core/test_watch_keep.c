/* after = "keep": the user's files are read and never touched. */
#include "watch_help.h"

static void keep(struct harness *harness)
{
    harness_folder(harness, "inbox")->after = CONFIG_KEEP;
}

static struct stat look(const char *path)
{
    struct stat info;
    assert_int_equal(lstat(path, &info), 0);
    return info;
}

static void files_stay_as_they_are(void **state)
{
    struct harness *harness = *state;
    keep(harness);
    folder_put("inbox/sub/a.txt", "one");
    folder_put("inbox/b.txt", "one");
    assert_int_equal(chmod("inbox/b.txt", 0400), 0);
    const struct stat a = look("inbox/sub/a.txt"), b = look("inbox/b.txt");
    harness_start(harness);
    harness_until(harness, harness->reports == 2 && harness_idle(harness));
    const struct stat a2 = look("inbox/sub/a.txt"), b2 = look("inbox/b.txt");
    assert_true(a.st_ino == a2.st_ino && a.st_ctim.tv_nsec == a2.st_ctim.tv_nsec);
    assert_true(b.st_ino == b2.st_ino && b.st_ctim.tv_nsec == b2.st_ctim.tv_nsec);
    assert_false(folder_has("done") || folder_has("duplicate") || folder_has("failed"));
    assert_int_equal(harness->added, 1);
    assert_int_equal(harness_row(harness, "inbox/b.txt").row.state, STORE_FILE_KEPT);
}

static void what_was_taken_in_is_not_offered_again_after_a_restart(void **state)
{
    struct harness *harness = *state;
    keep(harness);
    harness->folders[0].rescan_us = 1000000;
    folder_put("inbox/a.txt", "one");
    folder_put("inbox/sub/b.txt", "two");
    harness_start(harness);
    harness_until(harness, harness->added == 2 && harness_idle(harness));
    harness_run(harness, 1300000); /* a rescan */
    assert_int_equal(harness->offers, 2);
    harness_again(harness);
    harness_run(harness, 300000);
    assert_int_equal(harness->offers, 0);
}

static void a_renamed_file_is_the_same_file(void **state)
{
    struct harness *harness = *state;
    keep(harness);
    folder_put("inbox/a.txt", "one");
    harness_start(harness);
    harness_until(harness, harness->added == 1 && harness_idle(harness));
    assert_int_equal(rename("inbox/a.txt", "inbox/b.txt"), 0);
    harness_run(harness, 300000);
    assert_int_equal(harness->offers, 1);
}

static void a_changed_file_is_a_new_document(void **state)
{
    struct harness *harness = *state;
    keep(harness);
    folder_put("inbox/a.txt", "one");
    harness_start(harness);
    harness_until(harness, harness->added == 1 && harness_idle(harness));
    folder_put("inbox/a.txt", "one, and more");
    harness_until(harness, harness->added == 2 && harness_idle(harness));
    assert_int_equal(harness_row(harness, "inbox/a.txt").row.outcome, STORE_FILE_DONE);
    harness_again(harness);
    harness_run(harness, 200000);
    assert_int_equal(harness->offers, 0);
}

static void a_touched_file_is_no_duplicate_of_itself(void **state)
{
    struct harness *harness = *state;
    keep(harness);
    folder_put("inbox/a.txt", "one");
    harness_start(harness);
    harness_until(harness, harness->added == 1 && harness_idle(harness));
    folder_put("inbox/a.txt", "one"); /* saved once more, unchanged */
    harness_until(harness, harness->reports == 2 && harness_idle(harness));
    assert_int_equal(harness->added, 1);
    assert_int_equal(harness_row(harness, "inbox/a.txt").row.outcome, STORE_FILE_DONE);
    assert_int_equal(harness_row(harness, "inbox/a.txt").count, 1);
}

static void a_failure_is_reported_in_failed_and_its_removal_tries_again(void **state)
{
    struct harness *harness = *state;
    keep(harness);
    folder_put("inbox/sub/a.txt", "FAIL");
    harness_start(harness);
    harness_until(harness, folder_has("failed/sub/a.txt.error.json") && harness_idle(harness));
    folder_expect("inbox/sub/a.txt", "FAIL");
    assert_false(folder_has("failed/sub/a.txt"));
    harness->healed = true;
    assert_int_equal(unlink("failed/sub/a.txt.error.json"), 0);
    harness_until(harness, harness->added == 1 && harness_idle(harness));
    folder_expect("inbox/sub/a.txt", "FAIL");
    assert_int_equal(harness_row(harness, "inbox/sub/a.txt").row.outcome, STORE_FILE_DONE);
    assert_int_equal(harness_open_rows(harness), 0);
}

static void a_healed_document_takes_its_report_away(void **state)
{
    struct harness *harness = *state;
    keep(harness);
    folder_put("inbox/a.txt", "FAIL");
    harness_start(harness);
    harness_until(harness, folder_has("failed/a.txt.error.json") && harness_idle(harness));
    struct store_request retry = {.op = STORE_RETRY, .bytes = 1, .document.id = 1};
    desk_do_well(harness->desk, &retry);
    struct store_piece piece = desk_piece("Healed", "Words.");
    struct store_request apply = desk_apply(1, &piece, 1);
    desk_do_well(harness->desk, &apply);
    watch_review(harness->watch);
    harness_until(harness,
                  !folder_has("failed/a.txt.error.json") && harness_open_rows(harness) == 0);
    folder_expect("inbox/a.txt", "FAIL");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WATCH_TEST(files_stay_as_they_are),
        WATCH_TEST(what_was_taken_in_is_not_offered_again_after_a_restart),
        WATCH_TEST(a_renamed_file_is_the_same_file),
        WATCH_TEST(a_changed_file_is_a_new_document),
        WATCH_TEST(a_touched_file_is_no_duplicate_of_itself),
        WATCH_TEST(a_failure_is_reported_in_failed_and_its_removal_tries_again),
        WATCH_TEST(a_healed_document_takes_its_report_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
