/* What goes wrong around a store: another holder, another version, damage, a full disk, a desk that
 * cannot be written. Each gives a clear error and leaves the store whole. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "store/sqlite/schema.h"
#include "store_help.h"

#define NOBODY 65534

static void expect_refusal(struct desk *desk, int code, const char *part, const char *also)
{
    struct error err = {0};
    assert_int_equal(desk_try_start(desk, &err), code);
    assert_has(err.text, part);
    assert_has(err.text, also);
    assert_null(desk->store);
}

/* ---- the lock ---- */

static pid_t hold_in_another_process(struct desk *desk)
{
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        desk_start(desk);
        if (write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return child;
}

static void end_process(pid_t child)
{
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void the_holder_of_the_lock_is_named(void **state)
{
    struct desk *desk = *state;
    char process[40];
    pid_t child = hold_in_another_process(desk);
    snprintf(process, sizeof process, "process %d", (int)child);
    expect_refusal(desk, ERR_BUSY, process, "wait until");
    assert_int_equal(desk_counts(desk).documents, 0); /* reading goes on */
    end_process(child);
    desk_start(desk);
}

/* What a fork of a killed host has of it until it ends. */
static void a_lock_that_outlives_its_holder_is_waited_for(void **state)
{
    struct desk *desk = *state;
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t host = fork();
    if (host == 0) {
        desk_start(desk);
        if (fork() == 0) {
            usleep(200 * 1000);
            _exit(0);
        }
        if (write(ready[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    end_process(host);
    desk_start(desk);
}

static void two_writers_in_one_process_exclude_each_other(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    struct store *second;
    struct store_options options = {.text = desk->text};
    desk_start(desk);
    assert_int_equal(store_open(DESK, &desk->loop, &options, &second, &err), ERR_BUSY);
    desk_stop(desk);
    desk_start(desk);
}

static void a_database_held_by_another_program_is_busy(void **state)
{
    struct desk *desk = *state;
    sqlite3 *db;
    desk_start(desk);
    assert_int_equal(sqlite3_open(DESK "/store.db", &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    struct store_request request = desk_document("x", "/in/a.txt");
    assert_int_equal(desk_do(desk, &request), ERR_BUSY);
    assert_has(request.error.text, "in use by another process");
    sqlite3_close(db);
    desk_do_well(desk, &request);
}

/* ---- versions and damage ---- */

static void change_database(const char *sql)
{
    sqlite3 *db;
    assert_int_equal(sqlite3_open(DESK "/store.db", &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void a_newer_schema_is_refused_with_both_numbers(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    const int known = schema_version();
    change_database("PRAGMA user_version=7001");
    expect_refusal(desk, ERR_VERSION, "schema 7001", "up to ");
    assert_int_equal(store_reader_open(DESK, NULL, &desk->reader, &err), ERR_VERSION);
    assert_has(err.text, "newer release");
    char back[64];
    snprintf(back, sizeof back, "PRAGMA user_version=%d", known);
    change_database(back);
}

/* A store that was being made when its maker was killed. */
static void an_empty_database_is_brought_up(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    assert_int_equal(unlink(DESK "/store.db"), 0);
    folder_put(DESK "/store.db", "");
    assert_int_equal(store_reader_open(DESK, NULL, &desk->reader, &err), ERR_VERSION);
    assert_has(err.text, "copydesk ingest");
    desk_start(desk);
    assert_int_equal(desk_receive(desk, "x"), 1);
}

static void a_database_of_another_program_is_refused(void **state)
{
    struct desk *desk = *state;
    change_database("PRAGMA application_id=1234");
    expect_refusal(desk, ERR_CORRUPT, "is no copydesk store", "0x000004d2");
    desk->damaged = true;
}

static void a_file_that_is_no_database_is_damage(void **state)
{
    struct desk *desk = *state;
    char rubbish[4096];
    memset(rubbish, 'x', sizeof rubbish - 1);
    rubbish[sizeof rubbish - 1] = '\0';
    folder_put(DESK "/store.db", rubbish);
    expect_refusal(desk, ERR_CORRUPT, "is damaged", "restore");
    desk->damaged = true;
}

static void damaged_bytes_of_a_document_are_found_when_they_are_read(void **state)
{
    struct desk *desk = *state;
    struct document document;
    struct error err = {0};
    BUF_AUTO struct buf bytes = BUF_INIT;
    desk_start(desk);
    int64_t id = desk_receive(desk, "Some bytes that are worth keeping.");
    desk_stop(desk);
    change_database("UPDATE document_bytes SET bytes=CAST(substr(bytes,1,length(bytes)-6)||"
                    "x'000000000000' AS BLOB)");
    assert_int_equal(store_document(desk_reader(desk), id, desk->arena, &document, &bytes, &err),
                     ERR_CORRUPT);
    assert_has(err.text, "document 1");
}

static void the_check_finds_a_row_that_points_nowhere(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    desk_start(desk);
    desk_add(desk, desk_piece("Moon", "It rose.").article);
    desk_stop(desk);
    change_database("DELETE FROM versions");
    assert_int_equal(store_check(DESK, desk->text, &err), ERR_CORRUPT);
    desk->damaged = true;
}

/* ---- a full disk ---- */

static void fill(struct desk *desk, int *stored, struct error *err)
{
    char bytes[65536];
    err->code = 0;
    for (int i = 0; err->code == 0; i++) {
        assert_in_range(i, 0, 10000);
        for (size_t k = 0; k < sizeof bytes - 1; k++)
            bytes[k] = (char)('!' + rand() % 90);
        bytes[sizeof bytes - 1] = '\0';
        struct store_request request = desk_document(bytes, "/in/a.txt");
        desk_do(desk, &request);
        *err = request.error;
        *stored += err->code == 0;
    }
}

/* As much as fits; then an error that says so; then, with room, on as if nothing had been. */
static void use_a_full_disk(struct desk *desk, void (*make_room)(void))
{
    struct error err;
    int stored = 0;
    fill(desk, &stored, &err);
    assert_int_equal(err.code, ERR_IO);
    assert_has(err.text, "the disk is full");
    assert_int_equal(desk_counts(desk).documents, stored);
    make_room();
    desk_receive(desk, "there is room again");
    assert_int_equal(desk_counts(desk).documents, stored + 1);
}

static void raise_file_limit(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_FSIZE, &limit);
}

/* A quota, as far as a process without rights can make one: no file over 2 MB. */
static void a_quota_is_a_full_disk(void **state)
{
    struct desk *desk = *state;
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    desk_start(desk);
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = 2 << 20;
    setrlimit(RLIMIT_FSIZE, &limit);
    use_a_full_disk(desk, raise_file_limit);
}

static void remove_ballast(void)
{
    assert_int_equal(unlink(DESK "/ballast"), 0);
}

static void a_full_file_system_is_a_full_disk(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    if (mkdir("small", 0777) < 0 || mount("none", "small", "tmpfs", 0, "size=4m") < 0) {
        print_message("skipped: no tmpfs can be mounted here (%s)\n", strerror(errno));
        skip();
    }
    assert_int_equal(rename(DESK, "old"), 0);
    assert_int_equal(symlink("small", DESK), 0);
    assert_int_equal(store_create(DESK, &err), 0);
    static char ballast[1 << 20];
    memset(ballast, 'x', sizeof ballast - 1);
    folder_put(DESK "/ballast", ballast);
    desk_start(desk);
    use_a_full_disk(desk, remove_ballast);
    desk_stop(desk);
    assert_int_equal(store_check(DESK, desk->text, &err), 0);
    assert_int_equal(umount("small"), 0);
    assert_int_equal(unlink(DESK), 0);
    assert_int_equal(rename("old", DESK), 0);
}

/* ---- a desk that cannot be written ---- */

/* Root may write everything, so a child becomes nobody; the folder itself is closed to it. */
static void as_nobody(struct desk *desk, void (*test)(struct desk *desk))
{
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
                               setresuid(NOBODY, NOBODY, NOBODY) < 0))
            _exit(9);
        test(desk);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        fail_msg("as nobody: status %d", status);
}

static void close_folder(void)
{
    assert_int_equal(chmod(".", 0555), 0);
    assert_int_equal(chmod(DESK, 0555), 0);
    assert_int_equal(chmod(DESK "/store.db", 0444), 0);
}

static void open_folder(void)
{
    assert_int_equal(chmod(DESK "/store.db", 0644), 0);
    assert_int_equal(chmod(DESK, 0755), 0);
    assert_int_equal(chmod(".", 0755), 0);
}

/* In the child an assertion cannot be caught: exit codes say where. */
static void read_only_desk(struct desk *desk)
{
    struct error err = {0};
    struct store_counts counts = {0};
    if (desk_try_start(desk, &err) != ERR_DENIED || !strstr(err.text, "permissions"))
        _exit(1);
    if (store_create(DESK, &err) != ERR_DENIED)
        _exit(2);
    if (store_reader_open(DESK, NULL, &desk->reader, &err) < 0)
        _exit(3);
    if (store_counts(desk->reader, &counts, &err) < 0 || counts.documents != 1)
        _exit(4);
}

static void a_read_only_desk_can_be_read_and_not_written(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    desk_receive(desk, "x");
    desk_stop(desk);
    unlink(DESK "/lock");
    close_folder();
    as_nobody(desk, read_only_desk);
    open_folder();
}

static void write_closed_store(struct desk *desk)
{
    struct error err = {0};
    if (desk_try_start(desk, &err) != ERR_DENIED || !strstr(err.text, "read-only"))
        _exit(1);
}

/* The folder is open, so the lock can be had; the database is not. */
static void a_read_only_database_is_said_to_be_one(void **state)
{
    struct desk *desk = *state;
    unlink(DESK "/lock");
    assert_int_equal(chmod(".", 0755), 0);
    assert_int_equal(chmod(DESK, 0777), 0);
    assert_int_equal(chmod(DESK "/store.db", 0444), 0);
    as_nobody(desk, write_closed_store);
    open_folder();
    unlink(DESK "/lock");
}

static void a_link_in_place_of_the_lock_is_not_followed(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    unlink(DESK "/lock");
    folder_put("victim", "precious");
    assert_int_equal(symlink("../victim", DESK "/lock"), 0);
    assert_true(desk_try_start(desk, &err) < 0);
    folder_expect("victim", "precious");
    assert_int_equal(unlink(DESK "/lock"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(the_holder_of_the_lock_is_named),
        DESK_TEST(a_lock_that_outlives_its_holder_is_waited_for),
        DESK_TEST(two_writers_in_one_process_exclude_each_other),
        DESK_TEST(a_database_held_by_another_program_is_busy),
        DESK_TEST(a_newer_schema_is_refused_with_both_numbers),
        DESK_TEST(an_empty_database_is_brought_up),
        DESK_TEST(a_database_of_another_program_is_refused),
        DESK_TEST(a_file_that_is_no_database_is_damage),
        DESK_TEST(damaged_bytes_of_a_document_are_found_when_they_are_read),
        DESK_TEST(the_check_finds_a_row_that_points_nowhere),
        DESK_TEST(a_quota_is_a_full_disk),
        DESK_TEST(a_full_file_system_is_a_full_disk),
        DESK_TEST(a_read_only_desk_can_be_read_and_not_written),
        DESK_TEST(a_read_only_database_is_said_to_be_one),
        DESK_TEST(a_link_in_place_of_the_lock_is_not_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
