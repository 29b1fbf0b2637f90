/* Many files at once, events that were lost, file systems that tell nothing, other file systems for
 * done/, settings that change, and settings that cannot be. */
#include <sys/mount.h>

#include "base/limits.h"
#include "watch_help.h"

static void drop(const char *folder, int count)
{
    char name[96];
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "%s/%05d.txt", folder, i);
        close(open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
    }
}

static int entries(const char *folder)
{
    char command[128];
    int count = 0;
    snprintf(command, sizeof command, "ls -A %s 2>/dev/null | wc -l", folder);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_int_equal(fscanf(pipe, "%d", &count), 1);
    pclose(pipe);
    return count;
}

/* More events than the kernel's queue holds, and more files than the table. */
static void events_that_were_lost_lose_no_file(void **state)
{
    struct harness *harness = *state;
    struct watch_status status;
    const int count = (int)LIMIT(WATCH_FILES) + 3000;
    harness_folder(harness, "inbox");
    harness->quick = true;
    harness_start(harness);
    harness_ready(harness);
    drop("inbox", count); /* the loop does not run meanwhile */
    harness_until(harness, harness->added >= count && harness_idle(harness));
    watch_status(harness->watch, &status);
    assert_true(status.overflows > 0);
    assert_int_equal(harness->offers, count);
    assert_int_equal(entries("inbox"), 0);
    assert_int_equal(entries("done"), count);
}

static void a_full_table_leaves_names_on_disk_and_takes_them_later(void **state)
{
    struct harness *harness = *state;
    struct watch_status status;
    const int count = (int)LIMIT(WATCH_FILES) + 500;
    harness_folder(harness, "inbox");
    harness->quick = true;
    harness->busy_after = -1; /* no room at all: nothing leaves the table */
    drop("inbox", count);
    harness_start(harness);
    harness_run(harness, 500000);
    watch_status(harness->watch, &status);
    assert_true(status.more);
    assert_true(status.waiting <= LIMIT(WATCH_FILES));
    harness->busy_after = 0;
    watch_room(harness->watch);
    harness_until(harness, harness->added == count && harness_idle(harness));
    assert_int_equal(entries("done"), count);
}

static void polling_by_option_finds_what_no_event_tells(void **state)
{
    struct harness *harness = *state;
    struct watch_folder_status status;
    struct config_watch *folder = harness_folder(harness, "inbox");
    folder->poll = CONFIG_POLL_ALWAYS;
    folder->poll_us = 100000;
    harness_start(harness);
    harness_ready(harness);
    watch_folder_status(harness->watch, 0, &status);
    assert_true(status.polled);
    /* written through a mapping of another mount, a folder's events may be missing: a rename within
       a mount that inotify watches by another path is as good */
    folder_put("outside/a.txt", "a");
    assert_int_equal(rename("outside/a.txt", "inbox/a.txt"), 0);
    harness_until(harness, folder_has("done/a.txt"));
    watch_folder_status(harness->watch, 0, &status);
    assert_true(status.scanned_us > 0);
}

static void a_mount_over_the_folder_is_noticed(void **state)
{
    struct harness *harness = *state;
    if (geteuid() != 0)
        skip(); /* only root may mount */
    harness_folder(harness, "inbox")->rescan_us = 1000000;
    harness_start(harness);
    harness_ready(harness);
    if (mount("none", "inbox", "tmpfs", 0, "size=1m") < 0)
        skip();                     /* nor may root, in this container */
    folder_put("inbox/a.txt", "a"); /* told to nobody: the mount is newer than the watch */
    harness_until(harness, folder_has("done/a.txt"));
    folder_put("inbox/b.txt", "b");
    harness_until(harness, folder_has("done/b.txt") && harness_idle(harness));
    folder_expect("done/b.txt", "b");
    harness_stop(harness);
    assert_int_equal(umount("inbox"), 0);
}

static void done_on_another_file_system_gets_whole_copies(void **state)
{
    struct harness *harness = *state;
    char done[64] = "/dev/shm/copydesk-XXXXXX", path[96], command[96];
    struct stat here, there, info;
    if (!mkdtemp(done))
        skip(); /* no /dev/shm */
    assert_int_equal(stat(".", &here), 0);
    assert_int_equal(stat(done, &there), 0);
    snprintf(command, sizeof command, "rm -rf %s", done);
    if (here.st_dev == there.st_dev) {
        assert_int_equal(system(command), 0);
        skip(); /* the same file system */
    }
    harness_folder(harness, "inbox")->done = done;
    folder_put("inbox/sub/a.txt", "one");
    assert_int_equal(chmod("inbox/sub/a.txt", 0640), 0);
    assert_int_equal(utimensat(AT_FDCWD, "inbox/sub/a.txt",
                               (struct timespec[2]){{.tv_sec = 7}, {.tv_sec = 1000000000}}, 0),
                     0);
    harness_start(harness);
    snprintf(path, sizeof path, "%s/sub/a.txt", done);
    harness_until(harness, folder_has(path) && harness_idle(harness));
    folder_expect(path, "one");
    assert_false(folder_has("inbox/sub/a.txt"));
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mtim.tv_sec, 1000000000);
    assert_int_equal(info.st_mode & 0777, 0640);
    snprintf(path, sizeof path, "%s/sub", done);
    assert_int_equal(entries(path), 1); /* no hidden half */
    assert_int_equal(system(command), 0);
}

static void a_done_folder_that_cannot_be_made_keeps_the_file_and_says_so(void **state)
{
    struct harness *harness = *state;
    struct watch_status status;
    folder_put("blocker", "a file");
    harness_folder(harness, "inbox")->done = "blocker/done";
    harness_start(harness);
    folder_put("inbox/a.txt", "a");
    harness_until(harness, harness->added == 1);
    harness_run(harness, 200000);
    folder_expect("inbox/a.txt", "a");
    watch_status(harness->watch, &status);
    assert_has(status.problem, "blocker");
    assert_int_equal(unlink("blocker"), 0);
    harness_until(harness, folder_has("blocker/done/a.txt"));
    assert_int_equal(harness->added, 1);
}

static void other_settings_serve_after_a_reload(void **state)
{
    struct harness *harness = *state;
    struct error err;
    harness_folder(harness, "inbox");
    harness->hold = true;
    harness_start(harness);
    folder_put("inbox/a.txt", "a");
    harness_until(harness, harness->held);
    struct config_watch folders[2] = {harness->folders[0], harness->folders[0]};
    folders[0].done = "finished";
    folders[1].folder = "second";
    folder_put("second/b.txt", "b");
    assert_int_equal(watch_reload(harness->watch, folders, 2, &err), 0);
    assert_int_equal(watch_folder_count(harness->watch), 2);
    harness_let_go(harness);
    folder_put("inbox/c.txt", "c");
    harness_until(harness, folder_has("done/b.txt") && folder_has("finished/c.txt"));
    harness_until(harness, folder_has("done/a.txt")); /* it began under the old ones */
    assert_int_equal(harness->added, 3);
    folders[1].folder = "inbox";
    assert_int_equal(watch_reload(harness->watch, folders, 2, &err), ERR_INVALID);
    assert_has(err.text, "is watched already");
    folder_put("inbox/d.txt", "d");
    harness_until(harness, folder_has("finished/d.txt")); /* the old ones stay */
}

static void after_a_stop_nothing_new_is_offered_and_what_is_at_work_is_moved(void **state)
{
    struct harness *harness = *state;
    bool stopped = false;
    harness_folder(harness, "inbox");
    harness->hold = true;
    harness_start(harness);
    folder_put("inbox/a.txt", "a");
    harness_until(harness, harness->held);
    watch_stop(harness->watch, desk_flushed, &stopped);
    folder_put("inbox/b.txt", "b");
    harness_run(harness, 200000);
    assert_false(stopped);
    harness_let_go(harness);
    harness_until(harness, stopped);
    assert_true(folder_has("done/a.txt") && folder_has("inbox/b.txt"));
    assert_int_equal(harness->offers, 1);
}

static void settings_that_cannot_be_are_refused_with_what_to_do(void **state)
{
    struct harness *harness = *state;
    static const struct {
        const char *folder, *done, *message;
    } bads[] = {
        {".", "done", "holds the desk itself"},
        {"..", "done", "holds the desk itself"},
        {"inbox", "inbox", "put its files into a watched folder"},
        {"scripts/tag", "done", "lies in the desk's store or scripts"},
        {DESK "/x", "done", "lies in the desk's store or scripts"},
    };
    desk_start(harness->desk);
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++) {
        struct error err = {0};
        harness->folder_count = 0;
        struct config_watch *folder = harness_folder(harness, bads[i].folder);
        folder->done = bads[i].done;
        if (harness_try(harness, &err) >= 0)
            fail_msg("%s was taken", bads[i].folder);
        assert_int_equal(err.code, ERR_INVALID);
        assert_has(err.text, "desk.lua:1: desk.watch:");
        assert_has(err.text, bads[i].message);
    }
    harness_run(harness, 20000);
    desk_stop(harness->desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WATCH_TEST(events_that_were_lost_lose_no_file),
        WATCH_TEST(a_full_table_leaves_names_on_disk_and_takes_them_later),
        WATCH_TEST(polling_by_option_finds_what_no_event_tells),
        WATCH_TEST(a_mount_over_the_folder_is_noticed),
        WATCH_TEST(done_on_another_file_system_gets_whole_copies),
        WATCH_TEST(a_done_folder_that_cannot_be_made_keeps_the_file_and_says_so),
        WATCH_TEST(other_settings_serve_after_a_reload),
        WATCH_TEST(after_a_stop_nothing_new_is_offered_and_what_is_at_work_is_moved),
        WATCH_TEST(settings_that_cannot_be_are_refused_with_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
