/* A host that is killed at any of the instants between a commit, a move and a record, and started
 * again: each file is in one place, each document there once. (The real SIGKILL, at random
 * instants, is the torture bench's.) */
#include "watch_help.h"

static int files_in(const char *folder)
{
    char command[160];
    int count = 0;
    snprintf(command, sizeof command, "find %s -type f 2>/dev/null | wc -l", folder);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_int_equal(fscanf(pipe, "%d", &count), 1);
    pclose(pipe);
    return count;
}

static void expect_files(int inbox, int done, int duplicate, int failed)
{
    assert_int_equal(files_in("inbox"), inbox);
    assert_int_equal(files_in("done"), done);
    assert_int_equal(files_in("duplicate"), duplicate);
    assert_int_equal(files_in("failed"), failed);
}

static void after_the_commit_the_file_ends_in_done_and_not_in_duplicate(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    harness->lose_reports = true;
    harness_start(harness);
    folder_put("inbox/a.txt", "one");
    harness_until(harness, harness->cut);
    expect_files(1, 0, 0, 0);
    harness_again(harness);
    harness_until(harness, harness_idle(harness) && folder_has("done/a.txt"));
    expect_files(0, 1, 0, 0);
    assert_int_equal(harness->added, 1);
}

static void after_the_commit_of_a_duplicate_it_ends_in_duplicate(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    harness_start(harness);
    folder_put("inbox/a.txt", "one");
    harness_until(harness, folder_has("done/a.txt") && harness_idle(harness));
    harness->lose_reports = true;
    folder_put("inbox/b.txt", "one");
    harness_until(harness, harness->cut);
    harness_again(harness);
    harness_until(harness, folder_has("duplicate/b.txt") && harness_idle(harness));
    expect_files(0, 1, 1, 0);
    assert_int_equal(harness->added, 1);
}

static void while_its_document_is_not_done_the_file_waits_for_it(void **state)
{
    struct harness *harness = *state;
    struct store_piece piece = desk_piece("Resumed", "Words.");
    harness_folder(harness, "inbox");
    harness->hold = true;
    harness_start(harness);
    folder_put("inbox/a.txt", "one");
    harness_until(harness, harness->held);
    harness_again(harness);
    harness_until(harness, harness->offers >= 1);
    harness_run(harness, 50000);
    expect_files(1, 0, 0, 0);
    struct store_request apply = desk_apply(1, &piece, 1); /* the new host resumes it */
    desk_do_well(harness->desk, &apply);
    harness_until(harness, folder_has("done/a.txt") && harness_idle(harness));
    expect_files(0, 1, 0, 0);
}

static void between_what_is_meant_and_the_move_it_is_moved_once(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    harness->cut_after = 1;
    harness->cut_written = true;
    harness_start(harness);
    folder_put("inbox/a.txt", "one");
    harness_until(harness, harness->cut);
    assert_int_equal(harness_row(harness, "inbox/a.txt").row.state, STORE_FILE_MOVING);
    expect_files(1, 0, 0, 0);
    harness_again(harness);
    harness_until(harness, folder_has("done/a.txt") && harness_idle(harness));
    expect_files(0, 1, 0, 0);
    assert_int_equal(harness_row(harness, "inbox/a.txt").count, 1);
    assert_int_equal(harness_open_rows(harness), 0);
}

static void between_the_move_and_the_record_it_is_recorded(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    harness->cut_after = 2;
    harness_start(harness);
    folder_put("inbox/a.txt", "one");
    harness_until(harness, harness->cut);
    expect_files(0, 1, 0, 0);
    assert_int_equal(harness_open_rows(harness), 1);
    harness_again(harness);
    harness_until(harness, harness_open_rows(harness) == 0);
    const struct harness_row row = harness_row(harness, "inbox/a.txt");
    assert_int_equal(row.row.state, STORE_FILE_MOVED);
    assert_int_equal(harness->offers, 0);
    expect_files(0, 1, 0, 0);
}

/* To another file system a move is a copy and an unlink: a kill between leaves both. */
static void between_copy_and_unlink_one_of_the_two_goes(void **state)
{
    struct harness *harness = *state;
    char command[1200];
    harness_folder(harness, "inbox");
    harness->cut_after = 1;
    harness->cut_written = true;
    harness_start(harness);
    folder_put("inbox/a.txt", "one");
    harness_until(harness, harness->cut);
    const struct harness_row row = harness_row(harness, "inbox/a.txt");
    snprintf(command, sizeof command, "mkdir -p done && cp -p inbox/a.txt '%s'", row.target);
    assert_int_equal(system(command), 0);
    harness_again(harness);
    harness_until(harness, harness_open_rows(harness) == 0 && harness_idle(harness));
    expect_files(0, 1, 0, 0);
}

static void in_the_middle_of_a_copy_the_hidden_half_goes(void **state)
{
    struct harness *harness = *state;
    char hidden[256];
    harness_folder(harness, "inbox");
    harness->cut_after = 1;
    harness->cut_written = true;
    harness_start(harness);
    folder_put("inbox/a.txt", "one");
    harness_until(harness, harness->cut);
    const struct harness_row row = harness_row(harness, "inbox/a.txt");
    snprintf(hidden, sizeof hidden, "done/.copydesk-%llx-%llx.part",
             (unsigned long long)row.row.device, (unsigned long long)row.row.inode);
    folder_put(hidden, "on");
    harness_again(harness);
    harness_until(harness, folder_has("done/a.txt") && harness_idle(harness));
    expect_files(0, 1, 0, 0);
}

static void after_the_commit_of_a_failure_it_is_in_failed_and_not_tried_again(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    harness->lose_reports = true;
    harness_start(harness);
    folder_put("inbox/a.txt", "FAIL");
    harness_until(harness, harness->cut);
    harness_again(harness);
    harness_until(harness, folder_has("failed/a.txt") && harness_idle(harness));
    expect_files(0, 0, 0, 2); /* with its report */
    assert_int_equal(harness->retries, 0);
}

static void between_a_failed_move_and_its_record_the_report_stays(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    harness->cut_after = 2;
    harness_start(harness);
    folder_put("inbox/a.txt", "FAIL");
    harness_until(harness, harness->cut);
    harness_again(harness);
    harness_run(harness, 300000);
    expect_files(0, 0, 0, 2);
    assert_int_equal(harness->retries, 0);
    const struct harness_row row = harness_row(harness, "inbox/a.txt");
    assert_int_equal(row.row.state, STORE_FILE_MOVED);
    assert_int_equal(row.row.outcome, STORE_FILE_FAILED);
}

static void in_the_middle_of_a_delete_it_is_deleted(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox")->after = CONFIG_DELETE;
    harness->cut_after = 1;
    harness->cut_written = true;
    harness_start(harness);
    folder_put("inbox/a.txt", "one");
    harness_until(harness, harness->cut);
    const struct harness_row row = harness_row(harness, "inbox/a.txt");
    assert_int_equal(row.row.state, STORE_FILE_DELETING);
    assert_int_equal(rename("inbox/a.txt", row.target), 0);
    harness_again(harness);
    harness_until(harness, harness_open_rows(harness) == 0 && harness_idle(harness));
    expect_files(0, 0, 0, 0);
    assert_int_equal(harness_row(harness, "inbox/a.txt").row.state, STORE_FILE_DELETED);
}

static void on_the_way_back_from_failed_it_is_tried_again(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    harness_start(harness);
    folder_put("inbox/a.txt", "FAIL");
    harness_until(harness, folder_has("failed/a.txt.error.json") && harness_idle(harness));
    harness->writes = 0;
    harness->cut_after = 1;
    harness->cut_written = true;
    harness->healed = true;
    assert_int_equal(unlink("failed/a.txt.error.json"), 0);
    harness_until(harness, harness->cut);
    assert_int_equal(harness_row(harness, "inbox/a.txt").row.state, STORE_FILE_RETRY);
    harness_again(harness);
    harness_until(harness, folder_has("done/a.txt") && harness_idle(harness));
    expect_files(0, 1, 0, 0);
    assert_int_equal(harness->retries, 1);
}

static void a_file_dropped_while_nobody_looked_is_not_taken_for_the_one_before(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    harness->cut_after = 2; /* moved, not recorded */
    harness_start(harness);
    folder_put("inbox/a.txt", "one");
    harness_until(harness, harness->cut);
    harness_stop(harness);
    folder_put("inbox/a.txt", "another");
    harness_again(harness);
    harness_until(harness, folder_has("done/a (2).txt") && harness_idle(harness));
    folder_expect("done/a.txt", "one");
    folder_expect("done/a (2).txt", "another");
    assert_int_equal(harness->added, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WATCH_TEST(after_the_commit_the_file_ends_in_done_and_not_in_duplicate),
        WATCH_TEST(after_the_commit_of_a_duplicate_it_ends_in_duplicate),
        WATCH_TEST(while_its_document_is_not_done_the_file_waits_for_it),
        WATCH_TEST(between_what_is_meant_and_the_move_it_is_moved_once),
        WATCH_TEST(between_the_move_and_the_record_it_is_recorded),
        WATCH_TEST(between_copy_and_unlink_one_of_the_two_goes),
        WATCH_TEST(in_the_middle_of_a_copy_the_hidden_half_goes),
        WATCH_TEST(after_the_commit_of_a_failure_it_is_in_failed_and_not_tried_again),
        WATCH_TEST(between_a_failed_move_and_its_record_the_report_stays),
        WATCH_TEST(in_the_middle_of_a_delete_it_is_deleted),
        WATCH_TEST(on_the_way_back_from_failed_it_is_tried_again),
        WATCH_TEST(a_file_dropped_while_nobody_looked_is_not_taken_for_the_one_before),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
