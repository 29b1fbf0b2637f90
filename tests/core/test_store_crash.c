/* A writer is killed at any instant: what it acknowledged is there afterwards, and nothing twice.
 *
 * The child writes documents, each an article, and says on a pipe "s 0" when it has begun, "r N"
 * when N is received and "d N" when it is done, after the commits. Begun again, it first finishes
 * what is pending. */
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

#include "store_help.h"

#define KILLS     30
#define DOCUMENTS 100000

struct child {
    struct desk *desk;
    int pipe;
    int running;
};

struct job {
    struct store_request request;
    struct store_piece piece;
    struct child *child;
    int number;
    char bytes[64], headline[64];
};

static void say(struct child *child, char what, int number)
{
    char line[32];
    int len = snprintf(line, sizeof line, "%c %d\n", what, number);
    if (write(child->pipe, line, (size_t)len) != len)
        _exit(3);
}

static void on_applied(struct store_request *request)
{
    struct job *job = request->data;
    if (request->error.code < 0)
        _exit(4);
    say(job->child, 'd', job->number);
    job->child->running--;
    free(job);
}

static void apply(struct job *job)
{
    snprintf(job->headline, sizeof job->headline, "Headline %d", job->number);
    job->piece = desk_piece(job->headline, "The same text stands below each of the headlines.");
    job->request = desk_apply(job->request.document.id, &job->piece, 1);
    job->request.done = on_applied;
    job->request.data = job;
    if (store_submit(job->child->desk->store, &job->request) < 0)
        _exit(5);
}

static void on_received(struct store_request *request)
{
    struct job *job = request->data;
    if (request->error.code < 0)
        _exit(6);
    say(job->child, 'r', job->number);
    if (!request->known || strcmp(request->known_state, "received") == 0) {
        apply(job);
        return;
    }
    job->child->running--;
    free(job);
}

static void receive(struct child *child, int number)
{
    struct job *job = calloc(1, sizeof *job);
    job->child = child;
    job->number = number;
    snprintf(job->bytes, sizeof job->bytes, "document %d", number);
    job->request = desk_document(job->bytes, "/in/a.txt");
    job->request.done = on_received;
    job->request.data = job;
    if (store_submit(child->desk->store, &job->request) < 0)
        _exit(7);
    child->running++;
}

/* Documents that an earlier writer received and did not finish. */
static void resume(struct child *child)
{
    struct error err = {0};
    int64_t ids[64];
    size_t count;
    if (store_pending(desk_reader(child->desk), 0, ids, 64, &count, &err) < 0)
        _exit(8);
    for (size_t i = 0; i < count; i++) {
        struct document document;
        BUF_AUTO struct buf bytes = BUF_INIT;
        if (store_document(child->desk->reader, ids[i], child->desk->arena, &document, &bytes,
                           &err) < 0)
            _exit(9);
        struct job *job = calloc(1, sizeof *job);
        job->child = child;
        job->number = atoi(document.bytes.at + strlen("document "));
        job->request.document.id = ids[i];
        child->running++;
        apply(job);
    }
}

static void write_until_killed(struct desk *desk, int pipe, int from)
{
    struct child child = {.desk = desk, .pipe = pipe};
    struct error err = {0};
    if (desk_try_start(desk, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        _exit(2);
    }
    say(&child, 's', 0);
    resume(&child);
    for (int number = from; number < DOCUMENTS;) {
        while (child.running < 32)
            receive(&child, number++);
        uv_run(&desk->loop, UV_RUN_ONCE);
    }
    _exit(0);
}

static void read_lines(int fd, bool *received, bool *done)
{
    FILE *lines = fdopen(fd, "r");
    char what;
    int number;
    while (fscanf(lines, " %c %d", &what, &number) == 2) {
        assert_in_range(number, 0, DOCUMENTS - 1);
        if (what != 's')
            (what == 'r' ? received : done)[number] = true;
    }
    fclose(lines);
}

/* Mostly: some are killed while they open the store. Without it a slow build would be killed before
 * it wrote anything, each time. */
static void wait_for_begin(int fd)
{
    struct pollfd begun = {.fd = fd, .events = POLLIN};
    if (rand() % 4 != 0)
        assert_int_equal(poll(&begun, 1, 60000), 1);
}

static void kill_one(struct desk *desk, int from, bool *received, bool *done)
{
    int ends[2], status;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(ends[0]);
        write_until_killed(desk, ends[1], from);
    }
    close(ends[1]);
    wait_for_begin(ends[0]);
    usleep((useconds_t)(10000 + rand() % 120000));
    kill(child, SIGKILL);
    read_lines(ends[0], received, done);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFSIGNALED(status))
        fail_msg("the writer ended by itself with %d", WEXITSTATUS(status));
}

/* Every acknowledged document is there with its article, whose headline has its number. */
static int mark_article(const struct store_hit *hit, void *data)
{
    int *articles = data;
    int number = atoi(hit->article.headline.at + strlen("Headline "));
    articles[number]++;
    return 0;
}

static int check_all(struct desk *desk, const bool *received, const bool *done)
{
    static int articles[DOCUMENTS];
    struct error err = {0};
    struct store_page page = {.limit = DOCUMENTS};
    int next = 0, acknowledged = 0;
    memset(articles, 0, sizeof articles);
    if (store_check(DESK, desk->text, &err) < 0)
        fail_msg("%s", err.text);
    if (store_search(desk_reader(desk), NULL, &page, mark_article, articles, NULL, &err) < 0)
        fail_msg("%s", err.text);
    struct store_counts counts = desk_counts(desk);
    for (int i = 0; i < DOCUMENTS; i++) {
        if (articles[i] > 1 || (done[i] && articles[i] != 1))
            fail_msg("document %d has %d articles", i, articles[i]);
        acknowledged += received[i];
        if (received[i] || articles[i])
            next = i + 1;
    }
    if (counts.documents < acknowledged)
        fail_msg("%lld documents of %d acknowledged", (long long)counts.documents, acknowledged);
    store_reader_close(desk->reader);
    desk->reader = NULL;
    return next;
}

static void nothing_acknowledged_is_lost_and_nothing_is_there_twice(void **state)
{
    struct desk *desk = *state;
    static bool received[DOCUMENTS], done[DOCUMENTS];
    int next = 0;
    srand(4711);
    for (int i = 0; i < KILLS; i++) {
        /* The last few again: a host that was killed sees the same files again. */
        kill_one(desk, next > 8 ? next - 8 : 0, received, done);
        next = check_all(desk, received, done);
    }
    print_message("%d documents over %d kills\n", next, KILLS);
    assert_true(next > KILLS);
}

/* The index catches up with what a killed writer left. */
static void the_index_is_finished_by_the_next_writer(void **state)
{
    struct desk *desk = *state;
    int status;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        desk_start(desk);
        desk_add(desk, desk_piece("Left behind", "Some text.").article);
        kill(getpid(), SIGKILL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(desk_counts(desk).articles, 1);
    desk_start(desk);
    desk_flush(desk);
    assert_int_equal(desk_counts(desk).unindexed, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(nothing_acknowledged_is_lost_and_nothing_is_there_twice),
        DESK_TEST(the_index_is_finished_by_the_next_writer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
