/* Files come into watched folders in all the ways that people and devices have. */
#include <sys/file.h>

#include "base/limits.h"
#include "watch_help.h"

static void append(const char *path, const char *text)
{
    FILE_AUTO int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    struct error err;
    assert_true(fd >= 0);
    assert_int_equal(file_write_fd(fd, path, text, strlen(text), &err), 0);
}

static void a_file_that_is_dropped_is_taken_in_and_moved_to_done(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    harness_start(harness);
    harness_ready(harness);
    folder_put("inbox/a.txt", "one");
    harness_until(harness, folder_has("done/a.txt") && harness_idle(harness));
    assert_false(folder_has("inbox/a.txt"));
    folder_expect("done/a.txt", "one");
    const struct harness_row row = harness_row(harness, "inbox/a.txt");
    assert_int_equal(row.row.state, STORE_FILE_MOVED);
    assert_int_equal(row.row.outcome, STORE_FILE_DONE);
    assert_true(row.row.document_id > 0 && row.row.events >= 1);
    assert_true(row.row.settle_us >= 50000);
    assert_has(row.target, "/done/a.txt");
}

static void files_that_were_there_before_are_taken_in(void **state)
{
    struct harness *harness = *state;
    folder_put("inbox/a.txt", "one");
    folder_put("inbox/deep/er/b.txt", "two");
    harness_folder(harness, "inbox");
    harness_start(harness);
    harness_until(harness, folder_has("done/a.txt") && folder_has("done/deep/er/b.txt"));
}

static void a_file_is_not_taken_before_it_rests(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox")->settle_us = 500000;
    harness_start(harness);
    harness_ready(harness);
    for (int i = 0; i < 12; i++) { /* a device that opens and closes it again and again */
        append("inbox/scan.txt", "part ");
        harness_run(harness, 50000);
        assert_int_equal(harness->offers, 0);
    }
    harness_until(harness, folder_has("done/scan.txt"));
    folder_expect("done/scan.txt", "part part part part part part part part part part part part ");
    assert_int_equal(harness->offers, 1);
}

/* It grows slowly, with pauses far longer than `settle`, in the hands of one writer. */
static void a_file_that_somebody_still_writes_is_left_alone(void **state)
{
    struct harness *harness = *state;
    struct error err;
    harness_folder(harness, "inbox");
    harness_start(harness);
    harness_ready(harness);
    int fd = open("inbox/slow.txt", O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    assert_true(fd >= 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(file_write_fd(fd, "slow", "x", 1, &err), 0);
        harness_run(harness, 400000);
        assert_int_equal(harness->offers, 0);
    }
    close(fd);
    harness_until(harness, folder_has("done/slow.txt"));
    folder_expect("done/slow.txt", "xxx");
    assert_int_equal(harness->offers, 1);
}

static void a_file_that_is_renamed_into_place_is_taken_in(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    harness_start(harness);
    folder_put("inbox/a.txt.filepart", "uploaded");
    harness_run(harness, 150000);
    assert_int_equal(harness->offers, 0);
    assert_int_equal(rename("inbox/a.txt.filepart", "inbox/a.txt"), 0);
    harness_until(harness, folder_has("done/a.txt"));
    folder_put("outside.txt", "moved in");
    assert_int_equal(rename("outside.txt", "inbox/b.txt"), 0);
    harness_until(harness, folder_has("done/b.txt"));
}

static void a_hard_link_is_taken_in(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    harness_start(harness);
    harness_ready(harness);
    folder_put("outside.txt", "linked");
    assert_int_equal(link("outside.txt", "inbox/a.txt"), 0);
    harness_until(harness, folder_has("done/a.txt"));
    folder_expect("outside.txt", "linked");
}

static void the_same_content_goes_to_duplicate_and_says_of_what(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    harness_start(harness);
    folder_put("inbox/a.txt", "one");
    harness_until(harness, folder_has("done/a.txt"));
    folder_put("inbox/b.txt", "one");
    harness_until(harness, folder_has("duplicate/b.txt") && harness_idle(harness));
    const struct harness_row a = harness_row(harness, "inbox/a.txt");
    const struct harness_row b = harness_row(harness, "inbox/b.txt");
    assert_int_equal(b.row.outcome, STORE_FILE_DUPLICATE);
    assert_int_equal(b.row.document_id, a.row.document_id);
    assert_int_equal(harness->added, 1);
}

static void equal_contents_at_the_same_time_are_one_document(void **state)
{
    struct harness *harness = *state;
    char name[64];
    harness_folder(harness, "inbox");
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "inbox/%d.txt", i);
        folder_put(name, "the same");
    }
    harness_start(harness);
    harness_until(harness, harness->reports == 20 && harness_idle(harness));
    assert_int_equal(harness->added, 1);
    assert_int_equal(system("test $(ls done | wc -l) = 1 && test $(ls duplicate | wc -l) = 19"), 0);
}

static void equal_names_get_numbers_and_nothing_is_overwritten(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    harness_start(harness);
    const char *const texts[] = {"one", "two", "three"};
    const char *const names[] = {"done/a.txt", "done/a (2).txt", "done/a (3).txt"};
    for (size_t i = 0; i < 3; i++) {
        folder_put("inbox/a.txt", texts[i]);
        harness_until(harness, folder_has(names[i]) && harness_idle(harness));
    }
    for (size_t i = 0; i < 3; i++)
        folder_expect(names[i], texts[i]);
    assert_int_equal(harness_row(harness, "inbox/a.txt").count, 3);
}

static void a_file_that_changes_while_it_is_worked_on_is_a_new_document(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    harness->hold = true;
    harness_start(harness);
    folder_put("inbox/a.txt", "first");
    harness_until(harness, harness->held);
    folder_put("inbox/a.txt", "second, longer");
    harness_run(harness, 20000);
    harness_let_go(harness);
    harness_until(harness, folder_has("done/a.txt") && harness_idle(harness));
    folder_expect("done/a.txt", "second, longer");
    assert_int_equal(harness->added, 2);
}

static void a_file_that_is_only_touched_meanwhile_is_no_duplicate_of_itself(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    harness->hold = true;
    harness_start(harness);
    folder_put("inbox/a.txt", "first");
    harness_until(harness, harness->held);
    assert_int_equal(
        utimensat(AT_FDCWD, "inbox/a.txt", (struct timespec[2]){{.tv_sec = 1}, {.tv_sec = 1}}, 0),
        0);
    harness_let_go(harness);
    harness_until(harness, folder_has("done/a.txt") && harness_idle(harness));
    assert_false(folder_has("duplicate"));
    assert_int_equal(harness->added, 1);
}

static void a_writer_that_opens_it_again_keeps_it_in_the_folder(void **state)
{
    struct harness *harness = *state;
    struct error err;
    harness_folder(harness, "inbox");
    harness->hold = true;
    harness_start(harness);
    folder_put("inbox/a.txt", "first");
    harness_until(harness, harness->held);
    int fd = open("inbox/a.txt", O_WRONLY | O_APPEND | O_CLOEXEC);
    assert_true(fd >= 0);
    harness_let_go(harness);
    harness_run(harness, 300000);
    assert_true(folder_has("inbox/a.txt") && !folder_has("done/a.txt"));
    assert_int_equal(file_write_fd(fd, "a", ", second", 8, &err), 0);
    close(fd);
    harness_until(harness, folder_has("done/a.txt") && harness_idle(harness));
    folder_expect("done/a.txt", "first, second");
    assert_int_equal(harness->added, 2);
}

static void an_editor_that_saves_by_renaming_over_is_followed(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    harness->hold = true;
    harness_start(harness);
    folder_put("inbox/a.txt", "first");
    harness_until(harness, harness->held);
    folder_put("inbox/.a.txt.swp", "second, longer");
    assert_int_equal(rename("inbox/.a.txt.swp", "inbox/a.txt"), 0);
    harness_let_go(harness);
    harness_until(harness, folder_has("done/a.txt") && harness_idle(harness));
    folder_expect("done/a.txt", "second, longer");
    assert_int_equal(harness->added, 2);
}

static void a_new_folder_with_files_in_it_is_gone_through(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    harness_start(harness);
    harness_ready(harness);
    folder_put("batch/one/a.txt", "a");
    folder_put("batch/b.txt", "b");
    assert_int_equal(rename("batch", "inbox/batch"), 0);
    harness_until(harness, folder_has("done/batch/one/a.txt") && folder_has("done/batch/b.txt"));
    folder_put("inbox/batch/one/later.txt", "c");
    harness_until(harness, folder_has("done/batch/one/later.txt"));
    folder_put("inbox/x/y/z/made.txt", "d");
    harness_until(harness, folder_has("done/x/y/z/made.txt"));
}

static void a_folder_that_is_renamed_within_is_followed(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    assert_int_equal(mkdir("inbox/old", 0777), 0);
    harness_start(harness);
    harness_ready(harness);
    assert_int_equal(rename("inbox/old", "inbox/new"), 0);
    harness_run(harness, 50000);
    folder_put("inbox/new/a.txt", "a");
    harness_until(harness, folder_has("done/new/a.txt"));
}

static void a_folder_that_leaves_is_told_of_no_more(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    assert_int_equal(mkdir("inbox/sub", 0777), 0);
    harness_start(harness);
    harness_ready(harness);
    assert_int_equal(rename("inbox/sub", "elsewhere"), 0);
    harness_run(harness, 50000);
    folder_put("elsewhere/a.txt", "a");
    harness_run(harness, 200000);
    assert_int_equal(harness->offers, 0);
}

static void a_watched_folder_that_is_removed_and_made_again_is_watched_again(void **state)
{
    struct harness *harness = *state;
    struct watch_folder_status status;
    harness_folder(harness, "inbox");
    harness_start(harness);
    harness_ready(harness);
    assert_int_equal(rmdir("inbox"), 0);
    harness_run(harness, 50000);
    watch_folder_status(harness->watch, 0, &status);
    assert_true(status.missing);
    folder_put("inbox/a.txt", "a");
    harness_until(harness, folder_has("done/a.txt"));
    folder_put("inbox/b.txt", "b"); /* by inotify now */
    harness_until(harness, folder_has("done/b.txt"));
    watch_folder_status(harness->watch, 0, &status);
    assert_false(status.missing);
}

static void a_folder_that_is_not_there_yet_is_waited_for(void **state)
{
    struct harness *harness = *state;
    struct watch_status status;
    harness_folder(harness, "later");
    harness_start(harness);
    harness_run(harness, 100000);
    watch_status(harness->watch, &status);
    assert_has(status.problem, "later is waited for");
    folder_put("later/a.txt", "a");
    harness_until(harness, folder_has("done/a.txt"));
}

static void temporary_names_and_the_own_list_are_ignored(void **state)
{
    struct harness *harness = *state;
    static const char *ignore[] = {"*.bak", "drafts", "raw/*.log"};
    struct config_watch *folder = harness_folder(harness, "inbox");
    folder->ignore = ignore;
    folder->ignore_count = 3;
    folder_put("inbox/.hidden", "1");
    folder_put("inbox/a.part", "2");
    folder_put("inbox/~$a.doc", "3");
    folder_put("inbox/.stfolder/x", "4");
    folder_put("inbox/@eaDir/x", "5");
    folder_put("inbox/a.bak", "6");
    folder_put("inbox/drafts/a.txt", "7");
    folder_put("inbox/raw/a.log", "8");
    folder_put("inbox/real.txt", "9");
    harness_start(harness);
    harness_until(harness, folder_has("done/real.txt"));
    folder_put("inbox/b.bak", "10");
    folder_put("inbox/b.tmp", "11");
    folder_put("inbox/drafts/b.txt", "12");
    harness_run(harness, 200000);
    assert_int_equal(harness->offers, 1);
}

static void without_recursive_folders_inside_are_left_alone(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox")->recursive = false;
    folder_put("inbox/sub/a.txt", "1");
    folder_put("inbox/b.txt", "2");
    harness_start(harness);
    harness_until(harness, folder_has("done/b.txt"));
    folder_put("inbox/new/c.txt", "3");
    harness_run(harness, 200000);
    assert_int_equal(harness->offers, 1);
}

static void links_are_not_followed(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    folder_put("secret/a.txt", "secret");
    assert_int_equal(symlink("../secret", "inbox/folder"), 0);
    assert_int_equal(symlink("../secret/a.txt", "inbox/file.txt"), 0);
    harness_start(harness);
    harness_run(harness, 100000);
    assert_int_equal(symlink("../secret/a.txt", "inbox/later.txt"), 0);
    assert_int_equal(mkfifo("inbox/pipe", 0666), 0);
    harness_run(harness, 200000);
    assert_int_equal(harness->offers, 0);
    assert_true(harness_idle(harness));
}

static void what_fails_goes_to_failed_with_the_reason_beside_it(void **state)
{
    struct harness *harness = *state;
    struct error err;
    BUF_AUTO struct buf json = BUF_INIT;
    harness_folder(harness, "inbox");
    harness_start(harness);
    folder_put("inbox/sub/a.txt", "FAIL");
    harness_until(harness, folder_has("failed/sub/a.txt") && harness_idle(harness));
    assert_int_equal(file_read("failed/sub/a.txt.error.json", 1 << 16, &json, NULL, &err), 0);
    assert_has(json.at, "\"plugin\": \"ingest/plain\"");
    assert_has(json.at, "\"version\": \"1.2.3\"");
    assert_has(json.at, "\"traceback\": \"init.lua:7: in run\"");
    assert_has(json.at, "\"message\": \"it is broken\"");
    assert_has(json.at, "\"time\": \"20");
    assert_int_equal(harness_row(harness, "inbox/sub/a.txt").row.outcome, STORE_FILE_FAILED);
}

static void deleting_the_reason_tries_again(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    harness_start(harness);
    folder_put("inbox/a.txt", "FAIL");
    harness_until(harness, folder_has("failed/a.txt.error.json") && harness_idle(harness));
    assert_int_equal(unlink("failed/a.txt.error.json"), 0);
    harness_until(harness, harness->retries == 1 && folder_has("failed/a.txt.error.json") &&
                               harness_idle(harness)); /* it fails again */
    harness->healed = true;
    assert_int_equal(unlink("failed/a.txt.error.json"), 0);
    harness_until(harness, folder_has("done/a.txt") && harness_idle(harness));
    assert_false(folder_has("failed/a.txt"));
    assert_int_equal(harness->added, 1);
    const struct harness_row row = harness_row(harness, "inbox/a.txt");
    assert_int_equal(row.count, 1);
    assert_int_equal(row.row.outcome, STORE_FILE_DONE);
}

/* `copydesk failed retry` heals the document; the file follows. */
static void a_document_that_was_healed_leaves_failed(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    harness_start(harness);
    folder_put("inbox/a.txt", "FAIL");
    harness_until(harness, folder_has("failed/a.txt.error.json") && harness_idle(harness));
    const int64_t id = harness_row(harness, "inbox/a.txt").row.document_id;
    struct store_request retry = {.op = STORE_RETRY, .bytes = 1, .document.id = id};
    desk_do_well(harness->desk, &retry);
    struct store_piece piece = desk_piece("Healed", "Words.");
    struct store_request apply = desk_apply(id, &piece, 1);
    desk_do_well(harness->desk, &apply);
    watch_review(harness->watch);
    harness_until(harness, folder_has("done/a.txt") && harness_idle(harness));
    assert_false(folder_has("failed/a.txt"));
    assert_false(folder_has("failed/a.txt.error.json"));
    assert_int_equal(harness_open_rows(harness), 0);
}

static void dropping_failed_content_again_tries_it_again(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    harness_start(harness);
    folder_put("inbox/a.txt", "FAIL");
    harness_until(harness, folder_has("failed/a.txt.error.json") && harness_idle(harness));
    harness->healed = true;
    folder_put("inbox/b.txt", "FAIL");
    harness_until(harness, folder_has("done/b.txt") && harness_idle(harness));
    assert_int_equal(harness->retries, 1);
    watch_review(harness->watch);
    harness_until(harness, folder_has("done/a.txt") && harness_idle(harness));
}

static void an_unreadable_file_is_said_once_and_taken_when_it_can_be_read(void **state)
{
    struct harness *harness = *state;
    struct watch_status status;
    harness_folder(harness, "inbox")->rescan_us = 1000000;
    folder_put("inbox/a.txt", "a");
    if (geteuid() == 0) { /* root reads everything */
        assert_int_equal(system("chown -R 65534 ."), 0);
        assert_int_equal(seteuid(65534), 0);
    }
    assert_int_equal(chmod("inbox/a.txt", 0), 0);
    harness_start(harness);
    harness_run(harness, 2500000);
    watch_status(harness->watch, &status);
    assert_has(status.problem, "a.txt cannot be read");
    assert_int_equal(harness_row(harness, "inbox/a.txt").count, 1);
    assert_int_equal(chmod("inbox/a.txt", 0600), 0);
    harness_until(harness, folder_has("done/a.txt"));
}

static void after_delete_done_and_duplicate_are_deleted_and_failed_is_kept(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox")->after = CONFIG_DELETE;
    harness_start(harness);
    folder_put("inbox/a.txt", "a");
    harness_until(harness, harness->added == 1 && harness_idle(harness));
    folder_put("inbox/b.txt", "a");
    folder_put("inbox/c.txt", "FAIL");
    harness_until(harness, folder_has("failed/c.txt") && harness_idle(harness));
    assert_int_equal(system("test -z \"$(ls -A inbox)\""), 0);
    assert_false(folder_has("done") || folder_has("duplicate"));
    assert_int_equal(harness_row(harness, "inbox/a.txt").row.state, STORE_FILE_DELETED);
    assert_int_equal(harness_row(harness, "inbox/b.txt").row.outcome, STORE_FILE_DUPLICATE);
}

static void outcomes_inside_a_watched_folder_are_not_taken_in(void **state)
{
    struct harness *harness = *state;
    struct config_watch *folder = harness_folder(harness, "inbox");
    folder->done = "inbox/done";
    folder->duplicate = "inbox/duplicate";
    folder->failed = "inbox/failed";
    folder->rescan_us = 1000000;
    harness_start(harness);
    folder_put("inbox/a.txt", "a");
    folder_put("inbox/b.txt", "FAIL");
    harness_until(harness, folder_has("inbox/done/a.txt") && folder_has("inbox/failed/b.txt"));
    harness_run(harness, 1300000);
    assert_int_equal(harness->offers, 2);
    assert_true(folder_has("inbox/done/a.txt") && folder_has("inbox/failed/b.txt"));
}

static void a_watched_folder_inside_another_has_its_own_settings(void **state)
{
    struct harness *harness = *state;
    harness_folder(harness, "inbox");
    harness_folder(harness, "inbox/urgent")->done = "urgent-done";
    folder_put("inbox/a.txt", "a");
    folder_put("inbox/urgent/b.txt", "b");
    harness_start(harness);
    harness_until(harness, folder_has("done/a.txt") && folder_has("urgent-done/b.txt"));
    folder_put("inbox/urgent/c.txt", "c");
    harness_until(harness, folder_has("urgent-done/c.txt") && harness_idle(harness));
    assert_int_equal(harness->offers, 3);
}

static void offers_wait_for_room(void **state)
{
    struct harness *harness = *state;
    char name[64];
    harness_folder(harness, "inbox");
    harness->busy_after = 3;
    for (int i = 0; i < 50; i++) {
        snprintf(name, sizeof name, "inbox/%d.txt", i);
        folder_put(name, name);
    }
    harness_start(harness);
    harness_until(harness, harness->added == 50 && harness_idle(harness));
    assert_int_equal(harness->offers, 50);
}

static void trouble_that_is_not_the_files_is_tried_again(void **state)
{
    struct harness *harness = *state;
    struct watch_status status;
    harness_folder(harness, "inbox");
    harness->fail_writes = true;
    harness_start(harness);
    folder_put("inbox/a.txt", "a");
    harness_until(harness, harness->added == 1);
    harness_run(harness, 100000);
    assert_true(folder_has("inbox/a.txt")); /* nothing is moved before it is written down */
    watch_status(harness->watch, &status);
    assert_has(status.problem, "the disk is full");
    harness->fail_writes = false;
    harness_until(harness, folder_has("done/a.txt") && harness_idle(harness));
    assert_int_equal(harness->added, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WATCH_TEST(a_file_that_is_dropped_is_taken_in_and_moved_to_done),
        WATCH_TEST(files_that_were_there_before_are_taken_in),
        WATCH_TEST(a_file_is_not_taken_before_it_rests),
        WATCH_TEST(a_file_that_somebody_still_writes_is_left_alone),
        WATCH_TEST(a_file_that_is_renamed_into_place_is_taken_in),
        WATCH_TEST(a_hard_link_is_taken_in),
        WATCH_TEST(the_same_content_goes_to_duplicate_and_says_of_what),
        WATCH_TEST(equal_contents_at_the_same_time_are_one_document),
        WATCH_TEST(equal_names_get_numbers_and_nothing_is_overwritten),
        WATCH_TEST(a_file_that_changes_while_it_is_worked_on_is_a_new_document),
        WATCH_TEST(a_file_that_is_only_touched_meanwhile_is_no_duplicate_of_itself),
        WATCH_TEST(a_writer_that_opens_it_again_keeps_it_in_the_folder),
        WATCH_TEST(an_editor_that_saves_by_renaming_over_is_followed),
        WATCH_TEST(a_new_folder_with_files_in_it_is_gone_through),
        WATCH_TEST(a_folder_that_is_renamed_within_is_followed),
        WATCH_TEST(a_folder_that_leaves_is_told_of_no_more),
        WATCH_TEST(a_watched_folder_that_is_removed_and_made_again_is_watched_again),
        WATCH_TEST(a_folder_that_is_not_there_yet_is_waited_for),
        WATCH_TEST(temporary_names_and_the_own_list_are_ignored),
        WATCH_TEST(without_recursive_folders_inside_are_left_alone),
        WATCH_TEST(links_are_not_followed),
        WATCH_TEST(what_fails_goes_to_failed_with_the_reason_beside_it),
        WATCH_TEST(deleting_the_reason_tries_again),
        WATCH_TEST(a_document_that_was_healed_leaves_failed),
        WATCH_TEST(dropping_failed_content_again_tries_it_again),
        WATCH_TEST(an_unreadable_file_is_said_once_and_taken_when_it_can_be_read),
        WATCH_TEST(after_delete_done_and_duplicate_are_deleted_and_failed_is_kept),
        WATCH_TEST(outcomes_inside_a_watched_folder_are_not_taken_in),
        WATCH_TEST(a_watched_folder_inside_another_has_its_own_settings),
        WATCH_TEST(offers_wait_for_room),
        WATCH_TEST(trouble_that_is_not_the_files_is_tried_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
