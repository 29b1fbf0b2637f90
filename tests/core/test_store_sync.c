/* When the store's log is synced, seen from below: a VFS that counts, holds up and fails the syncs.
 */
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include "base/limits.h"
#include "store_help.h"

#define HELD_MOST_MS 5000

static struct {
    sqlite3_vfs vfs, *below;
    sqlite3_io_methods log;
    const sqlite3_io_methods *log_below;
    atomic_int syncs;
    atomic_bool held, fails;
} disk;

static int sync_log(sqlite3_file *file, int flags)
{
    for (int i = 0; disk.held && i < HELD_MOST_MS; i++)
        usleep(1000);
    disk.syncs++;
    return disk.fails ? SQLITE_IOERR_FSYNC : disk.log_below->xSync(file, flags);
}

/* Readers open the log too, each on a thread of its own: it is the same for all. */
static void watch_log(const sqlite3_io_methods *below)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&mutex);
    if (!disk.log_below) {
        disk.log_below = below;
        disk.log = *below;
        disk.log.xSync = sync_log;
    }
    pthread_mutex_unlock(&mutex);
}

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *given)
{
    (void)vfs;
    const int rc = disk.below->xOpen(disk.below, name, file, flags, given);
    if (rc == SQLITE_OK && (flags & SQLITE_OPEN_WAL)) {
        watch_log(file->pMethods);
        file->pMethods = &disk.log;
    }
    return rc;
}

/* A log begins with a sync of its own; so something is written first. */
static void begin(struct desk *desk)
{
    disk.below = sqlite3_vfs_find(NULL);
    disk.vfs = *disk.below;
    disk.vfs.zName = "watched";
    disk.vfs.xOpen = open_file;
    disk.held = disk.fails = false;
    assert_int_equal(sqlite3_vfs_register(&disk.vfs, 1), SQLITE_OK);
    desk_start(desk);
    desk_add(desk, desk_piece("First", "It begins the log.").article);
    desk_flush(desk);
    disk.syncs = 0;
}

static int leave(void **state)
{
    disk.held = false;
    const int rc = desk_leave(state);
    if (sqlite3_vfs_find("watched"))
        sqlite3_vfs_unregister(&disk.vfs);
    return rc;
}

static void a_receipt_is_synced_with_the_write_behind_it(void **state)
{
    struct desk *desk = *state;
    struct store_piece piece = desk_piece("Headline", "Text.");
    begin(desk);
    const int64_t document = desk_receive(desk, "x");
    const int before = disk.syncs;
    struct store_request apply = desk_apply(document, &piece, 1);
    desk_do_well(desk, &apply);
    assert_true(disk.syncs > before);
    assert_true(disk.syncs <= 2); /* on a slow machine the receipt was synced alone */
}

static void a_receipt_alone_is_synced_soon(void **state)
{
    struct desk *desk = *state;
    begin(desk);
    desk_receive(desk, "x");
    for (int i = 0; i < 1000 && disk.syncs == 0; i++)
        usleep(1000);
    assert_int_equal(disk.syncs, 1);
}

static void a_flush_syncs_receipts(void **state)
{
    struct desk *desk = *state;
    begin(desk);
    desk_receive(desk, "x");
    desk_flush(desk);
    assert_int_equal(disk.syncs, 1);
}

/* Who looks for it finds it; who submitted it is told when it is safe. */
static void an_article_is_found_before_it_is_synced_and_done_after(void **state)
{
    struct desk *desk = *state;
    struct store_piece piece = desk_piece("Headline", "Text.");
    int finished = 0;
    begin(desk);
    const int64_t document = desk_receive(desk, "x");
    desk_flush(desk);
    disk.held = true;
    struct store_request apply = desk_apply(document, &piece, 1);
    apply.done = desk_done;
    apply.data = &finished;
    assert_int_equal(store_submit(desk->store, &apply), 0);
    for (int i = 0; i < 1000 && desk_counts(desk).articles < 2; i++)
        usleep(1000);
    assert_int_equal(desk_counts(desk).articles, 2);
    assert_int_equal(desk_counts(desk).unindexed, 0);
    uv_run(&desk->loop, UV_RUN_NOWAIT);
    assert_int_equal(finished, 0);
    disk.held = false;
    while (finished == 0)
        uv_run(&desk->loop, UV_RUN_ONCE);
}

/* After a failed sync nobody knows what the disk holds, and a second one would say that all is
 * well.
 */
static void after_a_failed_sync_nothing_is_done(void **state)
{
    struct desk *desk = *state;
    struct store_piece piece = desk_piece("Headline", "Text.");
    begin(desk);
    const int64_t document = desk_receive(desk, "x");
    disk.fails = true;
    struct store_request apply = desk_apply(document, &piece, 1);
    assert_int_equal(desk_do(desk, &apply), ERR_IO);
    assert_has(apply.error.text, "could not be synced");
    disk.fails = false;
    struct store_request next = desk_document("y", "/in/b.txt");
    assert_int_equal(desk_do(desk, &next), ERR_IO);
    desk_stop(desk);
    desk_start(desk);
    desk_do_well(desk, &next);
}

/* A document of `size` bytes that no compression makes small. */
static void receive_noise(struct desk *desk, size_t size, unsigned noise)
{
    struct buf bytes = BUF_INIT;
    for (size_t i = 0; i < size; i += sizeof noise) {
        noise = noise * 1664525u + 1013904223u;
        for (size_t k = 0; k < sizeof noise; k++)
            buf_byte(&bytes, (uint8_t)(33 + (noise >> (k * 8)) % 90));
    }
    buf_byte(&bytes, '\0');
    assert_false(buf_failed(&bytes));
    desk_receive(desk, (const char *)bytes.at);
    buf_free(&bytes);
}

static off_t database_bytes(void)
{
    struct stat info;
    assert_int_equal(stat(DESK "/store.db", &info), 0);
    return info.st_size;
}

/* Gives whether the log then went home. */
static bool make_long_log(struct desk *desk)
{
    const off_t before = database_bytes();
    receive_noise(desk, LIMIT(LOG_PAGES) * 1536, 1);
    for (int i = 0; i < 2000; i++, usleep(1000))
        if (database_bytes() > before)
            return true;
    return false;
}

/* Who writes without a pause waits for it in the end: the disk is not filled by the log. */
static void a_log_too_long_is_brought_home_though_writes_go_on(void **state)
{
    struct desk *desk = *state;
    begin(desk);
    const off_t before = database_bytes();
    for (unsigned i = 0; i < 48; i++)
        receive_noise(desk, MIB, i + 1);
    assert_true(database_bytes() > before);
}

/* With nobody in its way the log goes home before a write would have to wait for it. */
static void a_long_log_is_brought_home_at_leisure(void **state)
{
    begin(*state);
    assert_true(make_long_log(*state));
}

/* Nor does the first write into the new log wait for the sync with which a log begins. */
static void the_log_begins_anew_before_somebody_writes(void **state)
{
    struct desk *desk = *state;
    begin(desk);
    assert_true(make_long_log(desk));
    int before = -1;
    for (; before != disk.syncs; usleep(200 * 1000))
        before = disk.syncs;
    disk.held = true;
    desk_receive(desk, "x");
    assert_int_equal(disk.syncs, before);
    disk.held = false;
}

#define SYNC_TEST(name) cmocka_unit_test_setup_teardown(name, desk_enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SYNC_TEST(a_receipt_is_synced_with_the_write_behind_it),
        SYNC_TEST(a_receipt_alone_is_synced_soon),
        SYNC_TEST(a_flush_syncs_receipts),
        SYNC_TEST(an_article_is_found_before_it_is_synced_and_done_after),
        SYNC_TEST(after_a_failed_sync_nothing_is_done),
        SYNC_TEST(a_long_log_is_brought_home_at_leisure),
        SYNC_TEST(a_log_too_long_is_brought_home_though_writes_go_on),
        SYNC_TEST(the_log_begins_anew_before_somebody_writes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
