/* Tasks on a real desk: what they change, what they write, and that it is done once. */
#include "pipeline/task.h"

#include <signal.h>

#include "desk_help.h"
#include "pipeline/host.h"
#include "pipeline/ingest.h"
#include "pipeline/notify.h"
#include "plugin/grant.h"

static const char ingest[] =
    "return { kind = 'ingest', name = 'lines', version = '1.0.0', api = 1, about = 'A test.',\n"
    "claims = function() return 1 end,\n"
    "run = function(document) return { { headline = document.text:match('[^\\n]+'),\n"
    "body = document.text } } end }";
static const char exporter[] =
    "local ctx\n"
    "return { kind = 'export', name = 'names', version = '1.0.0', api = 1, about = 'A test.',\n"
    "open = function(c) ctx = c end, close = function() end,\n"
    "write = function(article) ctx:file('names.txt'):write(article.headline, '\\n') end }";

static void put_task(const char *name, const char *run)
{
    char path[128], text[4096];
    snprintf(path, sizeof path, "desk/scripts/task/%s/init.lua", name);
    snprintf(text, sizeof text,
             "return { kind = 'task', name = '%s', version = '1.0.0', api = 1, about = 'A test.',\n"
             "on = { 'schedule', 'item.quarantined' }, uses = { command = true },\n"
             "run = function(event, options)\n%s\nend }",
             name, run);
    folder_put(path, text);
}

static struct desk *open_desk(const char *more)
{
    char config[2048];
    snprintf(config, sizeof config, "desk.ingest { 'lines' }\n%s", more);
    folder_put("desk/desk.lua", config);
    folder_put("desk/scripts/ingest/lines/init.lua", ingest);
    folder_put("desk/scripts/export/names/init.lua", exporter);
    return desk_must(DESK_WRITE);
}

static void take_in(struct desk *desk, const char *text)
{
    static int number;
    char path[64];
    struct error err = {0};
    const char *paths[] = {path};
    snprintf(path, sizeof path, "in/%d.txt", ++number);
    folder_put(path, text);
    const struct ingest_callbacks callbacks = {0};
    if (ingest_paths(desk, paths, 1, NULL, &callbacks, NULL, &err) < 0)
        fail_msg("%s", err.text);
}

struct outcome {
    bool done;
    struct task_result result;
    char traceback[4096];
};

static void take_result(const struct task_result *result, void *data)
{
    struct outcome *outcome = data;
    outcome->done = true;
    outcome->result = *result;
    snprintf(outcome->traceback, sizeof outcome->traceback, "%s", result->traceback);
}

static struct outcome run(struct desk *desk, const struct task_request *request)
{
    struct outcome outcome = {0};
    assert_non_null(task_start(desk, request, take_result, &outcome));
    host_wait(desk, &outcome.done);
    return outcome;
}

static struct outcome run_well(struct desk *desk, const struct task_request *request)
{
    struct outcome outcome = run(desk, request);
    if (outcome.result.error.code < 0)
        fail_msg("%s", outcome.result.error.text);
    return outcome;
}

static struct task_request all_of(const char *plugin, const char *job, int64_t upto)
{
    return (struct task_request){.plugin = plugin,
                                 .event = "schedule",
                                 .job = job,
                                 .instant_us = INT64_C(1772348400000000),
                                 .windowed = true,
                                 .upto_seq = upto,
                                 .to = "out"};
}

static size_t tags_of(struct desk *desk, int64_t id)
{
    struct store_reader *reader = NULL;
    struct article article = {0};
    struct error err = {0};
    ARENA_AUTO struct arena *arena = arena_new(1 << 20);
    if (desk_reader(desk, false, &reader, &err) < 0 ||
        store_article(reader, id, arena, &article, &err) < 0)
        fail_msg("%s", err.text);
    store_reader_close(reader);
    return article.tags.count;
}

static const char file_and_tags[] =
    "local answer, text = {}, ''\n"
    "for _, article in ipairs(event.articles) do\n"
    "text = text .. article.headline .. '\\n'\n"
    "answer[#answer + 1] = { command = 'add_tag', article = article.id, scheme = 'desk',\n"
    "label = 'read' } end\n"
    "answer[#answer + 1] = { command = 'write', name = 'list.txt', text = text }\n"
    "return answer";

static void assert_file(const char *path, const char *wanted)
{
    char text[4096] = "";
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("there is no %s", path);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(text, wanted);
}

static void a_task_s_files_and_tags_are_there(void **state)
{
    (void)state;
    put_task("mark", file_and_tags);
    struct desk *desk = open_desk("");
    take_in(desk, "First\n\nOne.");
    take_in(desk, "Second\n\nTwo.");
    const struct task_request request = all_of("mark", NULL, 2);
    struct outcome outcome = run_well(desk, &request);
    assert_int_equal(outcome.result.articles, 2);
    assert_int_equal(outcome.result.tags, 2);
    assert_int_equal(outcome.result.files, 1);
    assert_true(outcome.result.change_id > 0);
    assert_file("out/list.txt", "Second\nFirst\n");
    assert_int_equal(tags_of(desk, 1), 1);
    desk_close(desk);
}

static void a_window_is_given_and_no_more(void **state)
{
    (void)state;
    put_task("mark", file_and_tags);
    struct desk *desk = open_desk("");
    take_in(desk, "First\n\nOne.");
    take_in(desk, "Second\n\nTwo.");
    struct task_request request = all_of("task/mark", NULL, 2);
    request.after_seq = 1;
    assert_int_equal(run_well(desk, &request).result.articles, 1);
    assert_file("out/list.txt", "Second\n");
    request.query = "first"; /* also what the index does not hold yet */
    request.after_seq = 0;
    assert_int_equal(run_well(desk, &request).result.articles, 1);
    assert_file("out/list.txt", "First\n");
    request.upto_seq = 0;
    assert_int_equal(run_well(desk, &request).result.articles, 0);
    desk_close(desk);
}

/* As after a kill between the commit and the rename: the change is there, the file is not. */
static void a_run_done_again_gives_the_same_file_and_changes_nothing(void **state)
{
    (void)state;
    put_task("mark", file_and_tags);
    struct desk *desk = open_desk("");
    take_in(desk, "First\n\nOne.");
    const struct task_request request = all_of("mark", "daily", 1);
    struct outcome first = run_well(desk, &request);
    assert_false(first.result.repeated);
    assert_int_equal(unlink("out/list.txt"), 0);
    put_task("mark", "error('it is not called again')");
    take_in(desk, "Second\n\nTwo.");
    struct outcome again = run_well(desk, &request);
    assert_true(again.result.repeated);
    assert_int_equal(again.result.change_id, first.result.change_id);
    assert_int_equal(again.result.tags, 0);
    assert_file("out/list.txt", "First\n");
    desk_close(desk);
}

static void a_task_that_fails_leaves_nothing(void **state)
{
    (void)state;
    put_task("fails", "error('no')");
    put_task("wrong", "return { { command = 'write', name = 'a.txt', text = 'a' },\n"
                      "{ command = 'add_tag', article = 99, scheme = 's', label = 'l' } }");
    put_task("escapes",
             "return { { command = 'add_tag', article = 1, scheme = 's', label = 'l' },\n"
             "{ command = 'write', name = '../a.txt', text = 'a' } }");
    struct desk *desk = open_desk("");
    take_in(desk, "First\n\nOne.");
    struct task_request request = all_of("fails", "x", 1);
    struct outcome outcome = run(desk, &request);
    assert_int_equal(outcome.result.error.code, ERR_PLUGIN);
    assert_has(outcome.traceback, "traceback");
    request.plugin = "wrong";
    outcome = run(desk, &request);
    assert_has(outcome.result.error.text,
               "task/wrong: answer[2].article: the task was given no article 99");
    request.plugin = "escapes";
    outcome = run(desk, &request);
    assert_has(outcome.result.error.text, "task/escapes: answer[2]: the file name '../a.txt'");
    assert_false(folder_has("out/a.txt"));
    assert_false(folder_has("a.txt"));
    assert_int_equal(tags_of(desk, 1), 0);
    desk_close(desk);
}

static void a_task_without_a_place_may_write_no_file(void **state)
{
    (void)state;
    put_task("mark", file_and_tags);
    struct desk *desk = open_desk("");
    take_in(desk, "First\n\nOne.");
    struct task_request request = all_of("mark", NULL, 1);
    request.to = NULL;
    struct outcome outcome = run(desk, &request);
    assert_has(outcome.result.error.text, "give the job to = \"out\"");
    assert_int_equal(tags_of(desk, 1), 0);
    request.to = "desk/scripts";
    outcome = run(desk, &request);
    assert_int_equal(outcome.result.error.code, ERR_DENIED);
    desk_close(desk);
}

static void a_task_runs_on_its_own_events_alone(void **state)
{
    (void)state;
    put_task("mark", file_and_tags);
    struct desk *desk = open_desk("");
    struct task_request request = all_of("mark", NULL, 0);
    request.event = "job.failed";
    struct outcome outcome = run(desk, &request);
    assert_has(outcome.result.error.text, "runs on schedule, item.quarantined, not on job.failed");
    desk_close(desk);
}

static void an_export_gets_the_articles_of_the_window(void **state)
{
    (void)state;
    put_task("sends", "return { { command = 'export', export = 'names', name = 'sub' } }");
    struct desk *desk = open_desk("");
    take_in(desk, "First\n\nOne.");
    take_in(desk, "Second\n\nTwo.");
    assert_int_equal(mkdir("out", 0777), 0);
    struct task_request request = all_of("sends", NULL, 2);
    request.after_seq = 1;
    assert_int_equal(run_well(desk, &request).result.exports, 1);
    assert_file("out/sub/names.txt", "Second\n");
    desk_close(desk);
}

static void an_export_by_query_misses_nothing_that_waits_for_the_index(void **state)
{
    (void)state;
    put_task("sends", "return { { command = 'export', export = 'names', query = 'second' } }");
    struct desk *desk = open_desk("");
    take_in(desk, "First\n\nOne.");
    take_in(desk, "Second\n\nTwo.");
    struct task_request request = all_of("sends", NULL, 2);
    assert_int_equal(run_well(desk, &request).result.exports, 1);
    assert_file("out/names.txt", "Second\n");
    desk_close(desk);
}

static void too_many_events_at_once_are_refused_by_name(void **state)
{
    (void)state;
    put_task("mark", "return {}");
    struct desk *desk = open_desk("");
    struct task_item *items = calloc(1001, sizeof *items);
    const struct task_request request = {
        .plugin = "mark", .event = "item.quarantined", .items = items, .item_count = 1001};
    assert_has(run(desk, &request).result.error.text, "TASK_ITEMS");
    free(items);
    desk_close(desk);
}

/* ---- notifications ---- */

static const char tells[] =
    "return { { command = 'notify', text = 'héllo\\n', title = 'It is so' } }";

static struct desk *open_granted(const char *command)
{
    char mark[GRANT_MARK_SIZE], line[1024], here[512];
    const struct manifest manifest = {.kind = "task", .name = "tells", .asks_command = true};
    grant_mark(&manifest, PLUGIN_DESK, mark);
    assert_non_null(getcwd(here, sizeof here));
    snprintf(line, sizeof line,
             "desk.grant { 'task/tells', command = { '/bin/sh', '-c', [[cd %s; %s]] },"
             " manifest = '%s' }\n",
             here, command, mark);
    put_task("tells", tells);
    return open_desk(line);
}

static void a_granted_command_gets_the_text_and_little_else(void **state)
{
    (void)state;
    setenv("A_SECRET", "x", 1);
    struct desk *desk = open_granted("cat > text; env > env");
    const struct task_request request = all_of("tells", NULL, 0);
    assert_int_equal(run_well(desk, &request).result.notified, 1);
    assert_file("text", "h\xC3\xA9llo\n");
    assert_int_equal(system("grep -q '^COPYDESK_TITLE=It is so$' env"), 0);
    assert_int_not_equal(system("grep -q A_SECRET env"), 0);
    unsetenv("A_SECRET");
    desk_close(desk);
}

static void a_command_that_fails_says_what_it_printed(void **state)
{
    (void)state;
    struct desk *desk = open_granted("echo no such host >&2; exit 3");
    const struct task_request request = all_of("tells", NULL, 0);
    struct outcome outcome = run(desk, &request);
    assert_int_equal(outcome.result.error.code, ERR_IO);
    assert_has(outcome.result.error.text, "ended with status 3: no such host");
    desk_close(desk);
}

static void assert_child_is_gone(void)
{
    assert_int_equal(
        system("for i in 1 2 3 4 5 6 7 8 9; do kill -0 $(cat child) 2>/dev/null || exit 0;"
               " sleep 0.1; done; grep -q '^State:.Z' /proc/$(cat child)/status"),
        0);
}

static void a_command_that_hangs_is_killed_with_its_children(void **state)
{
    (void)state;
    /* what it prints wakes the loop */
    struct desk *desk = open_granted("sleep 600 & echo $! > child; touch begun; echo begun; wait");
    const struct task_request request = all_of("tells", NULL, 0);
    struct outcome outcome = {0};
    struct task_run *task = task_start(desk, &request, take_result, &outcome);
    while (!outcome.done && !folder_has("begun"))
        uv_run(&desk->loop, UV_RUN_NOWAIT), host_turn(desk);
    task_cancel(task);
    host_wait(desk, &outcome.done);
    assert_int_equal(outcome.result.error.code, ERR_CANCELLED);
    assert_child_is_gone();
    desk_close(desk);
}

struct notified {
    bool done;
    struct error error;
};

static void take_end(const struct error *err, void *data)
{
    struct notified *end = data;
    end->done = true;
    end->error = *err;
}

static void a_command_that_takes_too_long_is_killed_with_its_children(void **state)
{
    (void)state;
    char here[512], line[1024];
    assert_non_null(getcwd(here, sizeof here));
    snprintf(line, sizeof line, "cd %s; sleep 600 & echo $! > child; wait", here);
    const char *words[] = {"/bin/sh", "-c", line};
    const struct grant_list command = {words, 3};
    const struct notify_options options = {
        .command = &command, .task = "task/tells", .text = STR_LIT("a text"), .ms = 200};
    struct notified end = {0};
    struct error err = {0};
    uv_loop_t loop;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_non_null(notify_start(&loop, &options, take_end, &end, &err));
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_true(end.done);
    assert_int_equal(end.error.code, ERR_TIMEOUT);
    assert_has(end.error.text, "task/tells: its command: /bin/sh took over 0.2 s (NOTIFY_MS)");
    assert_child_is_gone();
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void without_a_grant_nothing_is_run_and_the_line_is_given(void **state)
{
    (void)state;
    put_task("tells", tells);
    struct desk *desk = open_desk("");
    const struct task_request request = all_of("tells", NULL, 0);
    struct outcome outcome = run(desk, &request);
    assert_int_equal(outcome.result.error.code, ERR_DENIED);
    assert_has(outcome.result.error.text, "desk.grant { \"task/tells\"");
    desk_close(desk);
}

static void too_many_notifications_are_refused_by_name(void **state)
{
    (void)state;
    put_task("tells", "local answer = {}\nfor i = 1, 11 do answer[i] = { command = 'notify',\n"
                      "text = 'x' } end return answer");
    struct desk *desk = open_desk("");
    const struct task_request request = all_of("tells", NULL, 0);
    assert_has(run(desk, &request).result.error.text, "TASK_NOTIFICATIONS");
    desk_close(desk);
}

static void several_tasks_may_be_under_way(void **state)
{
    (void)state;
    put_task("mark", file_and_tags);
    struct desk *desk = open_desk("");
    take_in(desk, "First\n\nOne.");
    struct outcome outcomes[3] = {0};
    for (int i = 0; i < 3; i++) {
        const struct task_request request = all_of("mark", NULL, 1);
        assert_non_null(task_start(desk, &request, take_result, &outcomes[i]));
    }
    for (int i = 0; i < 3; i++) {
        host_wait(desk, &outcomes[i].done);
        assert_int_equal(outcomes[i].result.error.code, 0);
    }
    desk_close(desk);
}

static void an_event_s_items_are_given_and_its_articles_may_be_tagged(void **state)
{
    (void)state;
    put_task("mark", "return { { command = 'add_tag', article = tonumber(event.items[1].article),\n"
                     "scheme = 'desk', label = event.items[1].plugin } }");
    struct desk *desk = open_desk("");
    take_in(desk, "First\n\nOne.");
    const struct task_fact facts[] = {{"article", STR_LIT("1")}, {"plugin", STR_LIT("tag/x")}};
    const struct task_item item = {facts, 2};
    const struct task_request request = {
        .plugin = "mark", .event = "item.quarantined", .items = &item, .item_count = 1};
    assert_int_equal(run_well(desk, &request).result.tags, 1);
    assert_int_equal(tags_of(desk, 1), 1);
    desk_close(desk);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_enter, folder_leave)

int main(int argc, char **argv)
{
    DESK_WORKER(argc, argv);
    signal(SIGPIPE, SIG_IGN); /* as the program does: a command may end without reading */
    const struct CMUnitTest tests[] = {
        TEST(a_task_s_files_and_tags_are_there),
        TEST(a_window_is_given_and_no_more),
        TEST(a_run_done_again_gives_the_same_file_and_changes_nothing),
        TEST(a_task_that_fails_leaves_nothing),
        TEST(a_task_without_a_place_may_write_no_file),
        TEST(a_task_runs_on_its_own_events_alone),
        TEST(an_export_gets_the_articles_of_the_window),
        TEST(an_export_by_query_misses_nothing_that_waits_for_the_index),
        TEST(too_many_events_at_once_are_refused_by_name),
        TEST(a_granted_command_gets_the_text_and_little_else),
        TEST(a_command_that_fails_says_what_it_printed),
        TEST(a_command_that_hangs_is_killed_with_its_children),
        TEST(a_command_that_takes_too_long_is_killed_with_its_children),
        TEST(without_a_grant_nothing_is_run_and_the_line_is_given),
        TEST(too_many_notifications_are_refused_by_name),
        TEST(several_tasks_may_be_under_way),
        TEST(an_event_s_items_are_given_and_its_articles_may_be_tagged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
