/* The control socket: a process that answers, and commands that ask. */
#include "control_desk.h"
#include "model/json.h"

static pid_t desk;

static int enter(void **state)
{
    const int code = folder_enter(state);
    if (code == 0)
        desk = desk_plays(".");
    return code;
}

static int leave(void **state)
{
    desk_must_end(desk, ".");
    return folder_leave(state);
}

static struct control_client *connected(void)
{
    struct control_client *client = NULL;
    struct error err = {0};
    if (control_connect(".", &client, &err) < 0)
        fail_msg("%s", err.text);
    return client;
}

static void what_is_asked_for_arrives_and_is_answered(void **state)
{
    (void)state;
    struct control_client *client = connected();
    struct error err = {0};
    json_t *answer = NULL;
    assert_int_equal(control_ask(client, "echo", json_pack("{s:s}", "name", "Đorđe\n"), NULL, NULL,
                                 &answer, &err),
                     0);
    assert_string_equal(json_string_value(json_object_get(answer, "name")), "Đorđe\n");
    assert_string_equal(json_string_value(json_object_get(answer, "do")), "echo");
    json_decref(answer);
    control_hang_up(client);
}

static void an_error_comes_with_its_code_words_and_fields(void **state)
{
    (void)state;
    struct control_client *client = connected();
    struct error err = {0};
    json_t *answer = NULL;
    assert_int_equal(control_ask(client, "refuse", NULL, NULL, NULL, &answer, &err), ERR_NOTFOUND);
    assert_string_equal(err.text, "no \"job\" of that name");
    assert_int_equal(json_integer_value(json_object_get(answer, "tried")), 3);
    json_decref(answer);
    control_hang_up(client);
}

static void what_the_desk_does_not_know_is_an_error_that_names_it(void **state)
{
    (void)state;
    struct control_client *client = connected();
    struct error err = {0};
    assert_int_equal(control_ask(client, "dance", NULL, NULL, NULL, NULL, &err), ERR_USAGE);
    assert_has(err.text, "'dance'");
    assert_int_equal(control_ask(client, "ecco", NULL, NULL, NULL, NULL, &err), ERR_USAGE);
    assert_has(err.text, "did you mean 'echo'?");
    control_hang_up(client);
}

static void the_socket_is_closed_to_all_other_users(void **state)
{
    (void)state;
    struct stat info;
    assert_int_equal(stat("control", &info), 0);
    assert_true(S_ISSOCK(info.st_mode));
    assert_int_equal(info.st_mode & 0777, 0600);
}

static void count_events(const char *name, const json_t *line, void *data)
{
    assert_string_equal(name, "drop");
    assert_int_equal(json_string_length(json_object_get(line, "text")), 1000);
    ++*(unsigned *)data;
}

static void events_that_wait_for_room_all_arrive(void **state)
{
    (void)state;
    struct control_client *client = connected();
    struct error err = {0};
    unsigned count = 0;
    /* 20 MB: five times what may wait */
    if (control_ask(client, "flood", json_pack("{s:i, s:i}", "count", 20000, "size", 1000),
                    count_events, &count, NULL, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(count, 20000);
    control_hang_up(client);
}

static void a_client_that_does_not_read_is_dropped(void **state)
{
    (void)state;
    static char line[8200];
    const int fd = raw_connect(".");
    memset(line, 'y', 8000);
    memcpy(line, "{\"id\":1,\"do\":\"blurt\",\"text\":\"", 29);
    strcpy(line + 8000, "\"}\n");
    raw_send(fd, line);
    assert_true(soon_there("dropped"));
    close(fd);
}

static void a_client_that_leaves_takes_its_request_with_it(void **state)
{
    (void)state;
    const int fd = raw_connect(".");
    raw_send(fd, "{\"id\":1,\"do\":\"wait\"}\n");
    assert_has(raw_hear(fd, 1), "\"begun\"");
    close(fd);
    assert_true(soon_there("left"));
}

static void lines_may_come_in_pieces_and_together(void **state)
{
    (void)state;
    const int fd = raw_connect(".");
    raw_send(fd, "{\"id\":1,\"do\"");
    usleep(20000);
    raw_send(fd, ":\"echo\"}\n{\"id\":2,\"do\":\"echo\"}\n");
    const char *heard = raw_hear(fd, 2);
    assert_has(heard, "{\"id\":1,\"ok\":");
    assert_has(heard, "{\"id\":2,\"ok\":");
    close(fd);
}

static void lines_that_are_no_requests_are_answered_with_why(void **state)
{
    (void)state;
    static const struct {
        const char *line, *said;
    } cases[] = {
        {"nonsense", "{\"id\":null,\"error\":{\"code\":\"INVALID\",\"text\":\"not JSON"},
        {"[1,2]", "not a JSON object"},
        {"{}", "'id' must be a whole number"},
        {"{\"id\":0,\"do\":\"echo\"}", "'id' must be a whole number"},
        {"{\"id\":1.5,\"do\":\"echo\"}", "'id' must be a whole number"},
        {"{\"id\":9007199254740992,\"do\":\"echo\"}", "'id' must be a whole number"},
        {"{\"id\":1}", "{\"id\":1,\"error\":{\"code\":\"INVALID\",\"text\":\"'do' must say"},
        {"{\"id\":1,\"id\":2,\"do\":\"echo\"}", "duplicate"},
        {"{\"id\":1,\"do\":\"ec\\u0000ho\"}", "not JSON"},
        {"{\"id\":1,\"do\":\"\xff\"}", "not JSON"},
        {"", "not JSON"},
    };
    const int fd = raw_connect(".");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        raw_send(fd, cases[i].line);
        raw_send(fd, "\n");
        assert_has(raw_hear(fd, 1), cases[i].said);
    }
    close(fd);
}

static void fields_that_are_unknown_or_of_another_type_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *fields, *said;
    } cases[] = {
        {"\"qarantine\":1", "'typed' knows no field 'qarantine'; did you mean 'quarantine'?"},
        {"\"zebra\":null", "'typed' knows no field 'zebra'; it takes 'now', 'source', "},
        {"\"now\":1", "'now' must be true or false"},
        {"\"source\":5", "'source' must be a string"},
        {"\"quarantine\":0", "'quarantine' must be an id"},
        {"\"quarantine\":-1", "'quarantine' must be an id"},
        {"\"quarantine\":\"1\"", "'quarantine' must be an id"},
        {"\"quarantine\":1.5", "'quarantine' must be an id"},
        {"\"ids\":7", "'ids' must be a list of one or more ids"},
        {"\"ids\":[]", "'ids' must be a list of one or more ids"},
        {"\"ids\":[1,\"2\"]", "'ids'[1] must be an id"},
        {"\"path\":\"a.txt\"", "'path' must be an absolute path"},
        {"\"path\":{\"hex\":\"2f61\",\"dec\":1}", "'path' must be an absolute path"},
        {"\"paths\":\"/a.txt\"", "'paths' must be a list of paths"},
        {"\"paths\":[\"/a.txt\",null]", "'paths' must be an absolute path"},
        {"\"shown\":{}", "'shown' must be a string"},
        {"\"pairs\":{}", "'pairs' must be a list of objects"},
        {"\"pairs\":[1]", "'pairs' must be a list of objects"},
        {"\"pairs\":[{\"path\":\"/a\"}]", "'pairs' needs the field 'shown'"},
        {"\"quarantine\":null", "'quarantine' must be an id"},
        {"\"pairs\":[{\"path\":null,\"shown\":\"-\"}]", "'path' must be an absolute path"},
        {"\"pairs\":[{\"path\":\"/a\",\"show\":\"-\"}]", "did you mean 'shown'?"},
    };
    char line[256];
    const int fd = raw_connect(".");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(line, sizeof line, "{\"id\":1,\"do\":\"typed\",%s}\n", cases[i].fields);
        raw_send(fd, line);
        const char *heard = raw_hear(fd, 1);
        assert_has(heard, "{\"id\":1,\"error\":{\"code\":\"INVALID\"");
        assert_has(heard, cases[i].said);
    }
    close(fd);
}

static void fields_as_they_are_declared_are_taken(void **state)
{
    (void)state;
    const int fd = raw_connect(".");
    raw_send(fd, "{\"id\":1,\"do\":\"typed\",\"now\":true,\"source\":null,\"quarantine\":1,"
                 "\"ids\":[1,2],\"path\":\"/a\",\"paths\":[],\"shown\":\"-\","
                 "\"pairs\":[{\"path\":{\"hex\":\"2fff\"},\"shown\":{\"hex\":\"ff\"}}]}\n");
    assert_has(raw_hear(fd, 1), "\"ok\"");
    close(fd);
}

static void a_text_over_the_limit_is_refused_by_its_name(void **state)
{
    (void)state;
    char text[8192 + 2], line[8192 + 100];
    memset(text, 'y', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    const int fd = raw_connect(".");
    snprintf(line, sizeof line, "{\"id\":1,\"do\":\"typed\",\"source\":\"%s\"}\n", text);
    raw_send(fd, line);
    assert_has(raw_hear(fd, 1), "FIELD_BYTES");
    close(fd);
}

static void a_line_over_the_limit_is_refused_by_its_name(void **state)
{
    (void)state;
    const int fd = raw_connect(".");
    static char much[4096];
    memset(much, ' ', sizeof much - 1);
    for (size_t sent = 0; sent <= LIMIT(CONTROL_LINE_BYTES); sent += sizeof much - 1)
        if (send(fd, much, sizeof much - 1, MSG_NOSIGNAL) < 0)
            break;
    assert_has(raw_hear(fd, 0), "CONTROL_LINE_BYTES");
    close(fd);
}

static void requests_over_the_limit_of_one_client_are_refused(void **state)
{
    (void)state;
    char line[64];
    const int fd = raw_connect(".");
    const unsigned most = (unsigned)LIMIT(CONTROL_REQUESTS);
    for (unsigned i = 1; i <= most + 1; i++) {
        snprintf(line, sizeof line, "{\"id\":%u,\"do\":\"wait\"}\n", i);
        raw_send(fd, line);
    }
    assert_has(raw_hear(fd, most + 1), "CONTROL_REQUESTS");
    close(fd);
    assert_true(soon_there("left"));
}

static void an_id_at_work_is_not_taken_twice(void **state)
{
    (void)state;
    const int fd = raw_connect(".");
    raw_send(fd, "{\"id\":1,\"do\":\"wait\"}\n{\"id\":1,\"do\":\"wait\"}\n");
    assert_has(raw_hear(fd, 2), "id 1 is at work");
    close(fd);
}

static void clients_over_the_limit_are_told_so(void **state)
{
    (void)state;
    int fds[256];
    const size_t most = LIMIT(CONTROL_CLIENTS);
    assert_true(most < 256);
    for (size_t i = 0; i < most; i++) {
        fds[i] = raw_connect(".");
        raw_send(fds[i], "{\"id\":1,\"do\":\"echo\"}\n");
        assert_has(raw_hear(fds[i], 1), "\"ok\"");
    }
    struct control_client *client = connected();
    struct error err = {0};
    assert_int_equal(control_ask(client, "echo", NULL, NULL, NULL, NULL, &err), ERR_BUSY);
    assert_has(err.text, "CONTROL_CLIENTS");
    control_hang_up(client);
    for (size_t i = 0; i < most; i++)
        close(fds[i]);
}

static void clients_that_ask_for_nothing_give_way(void **state)
{
    (void)state;
    int fds[256];
    const size_t most = LIMIT(CONTROL_CLIENTS);
    struct error err = {0};
    fds[0] = raw_connect(".");
    raw_send(fds[0], "{\"id\":1,\"do\":\"wait\"}\n"); /* the oldest, but it waits for an answer */
    assert_has(raw_hear(fds[0], 1), "\"begun\"");
    for (size_t i = 1; i < most; i++)
        fds[i] = raw_connect(".");
    usleep((useconds_t)(LIMIT(CONTROL_IDLE_MS) + 200) * 1000);
    struct control_client *client = connected();
    if (control_ask(client, "echo", NULL, NULL, NULL, NULL, &err) < 0)
        fail_msg("%s", err.text);
    assert_has(raw_hear(fds[1], 0), "CONTROL_IDLE_MS");
    raw_send(fds[2], "{\"id\":1,\"do\":\"echo\"}\n");
    assert_has(raw_hear(fds[2], 1), "\"ok\"");
    control_hang_up(client);
    for (size_t i = 0; i < most; i++)
        close(fds[i]);
}

static void a_desk_that_was_killed_is_known_by_its_silence(void **state)
{
    (void)state;
    struct control_client *client = connected();
    struct error err = {0};
    kill(desk, SIGKILL);
    assert_int_equal(control_wait_end(client, 10000, &err), 0);
    assert_int_equal(desk_ended(desk), -SIGKILL);
    assert_int_equal(control_ask(client, "echo", NULL, NULL, NULL, NULL, &err), ERR_CANCELLED);
    assert_has(err.text, "what it had received is kept");
    control_hang_up(client);
    /* its socket is still there, and nobody behind it */
    assert_true(folder_has("control"));
    assert_int_equal(control_connect(".", &client, &err), ERR_NOTFOUND);
    desk = desk_plays("."); /* the next one replaces it */
}

static void a_desk_that_stands_still_can_be_ended(void **state)
{
    (void)state;
    struct control_client *client = connected();
    struct error err = {0};
    const int fd = raw_connect(".");
    raw_send(fd, "{\"id\":1,\"do\":\"sleep\"}\n");
    assert_int_equal(waitpid(desk, &(int){0}, WUNTRACED), desk);
    assert_int_equal(control_wait_end(client, 50, &err), ERR_TIMEOUT);
    assert_int_equal(control_kill(client, &err), 0);
    assert_int_equal(control_wait_end(client, 10000, &err), 0);
    assert_int_equal(desk_ended(desk), -SIGKILL);
    control_hang_up(client);
    close(fd);
    desk = desk_plays(".");
}

static void a_desk_that_stops_removes_its_socket_and_ends(void **state)
{
    (void)state;
    struct control_client *client = connected();
    struct error err = {0};
    assert_int_equal(control_ask(client, "stop", NULL, NULL, NULL, NULL, &err), 0);
    assert_int_equal(control_wait_end(client, 10000, &err), 0);
    assert_int_equal(desk_ended(desk), 0);
    assert_false(folder_has("control"));
    control_hang_up(client);
    assert_int_equal(control_connect(".", &client, &err), ERR_NOTFOUND);
    desk = desk_plays(".");
}

static void a_desk_in_a_folder_with_a_long_name_is_reached(void **state)
{
    (void)state;
    char dir[400] = "/tmp/copydesk-test-long-XXXXXX", command[500];
    struct control_client *client = NULL;
    struct error err = {0};
    assert_non_null(mkdtemp(dir));
    const size_t root = strlen(dir);
    memset(dir + root, 'd', 250);
    dir[root] = '/';
    assert_int_equal(mkdir(dir, 0777), 0);
    const pid_t far = desk_plays(dir);
    assert_int_equal(control_connect(dir, &client, &err), 0);
    assert_int_equal(control_ask(client, "echo", NULL, NULL, NULL, NULL, &err), 0);
    control_hang_up(client);
    desk_must_end(far, dir);
    snprintf(command, sizeof command, "rm -rf '%.*s'", (int)root, dir);
    assert_int_equal(system(command), 0);
}

static void another_user_is_not_heard(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    /* the modes would let him in */
    assert_int_equal(chmod("control", 0666), 0);
    assert_int_equal(chmod(".", 0755), 0);
    const pid_t pid = fork();
    if (pid == 0) {
        if (setresgid(65534, 65534, 65534) < 0 || setresuid(65534, 65534, 65534) < 0)
            _exit(1);
        const int fd = raw_connect(".");
        const char *heard = raw_hear(fd, 0);
        _exit(strstr(heard, "\"DENIED\"") && !strstr(heard, "\"ok\"") ? 0 : 2);
    }
    assert_int_equal(desk_ended(pid), 0);
}

static void a_path_travels_whole_whatever_its_bytes(void **state)
{
    (void)state;
    static const char *const paths[] = {"/home/ana/Đorđe.txt", "/tmp/\xff\xfe \x01.txt", "/"};
    struct error err = {0};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        MEM_AUTO char *back = NULL;
        json_t *value = control_path(paths[i]);
        BUF_AUTO struct buf text = BUF_INIT;
        json_t *line = json_pack("{s:o}", "path", value);
        assert_int_equal(json_to_buf(line, JSON_TEXT, &text, &err), 0);
        json_decref(line);
        assert_int_equal(control_parse(buf_view(&text), 0, &line, &err), 0);
        assert_int_equal(control_path_of(json_object_get(line, "path"), "path", &back, &err), 0);
        assert_string_equal(back, paths[i]);
        json_decref(line);
    }
}

static void what_is_no_absolute_path_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"\"a.txt\"",
                                        "\"\"",
                                        "1",
                                        "{\"hex\":\"612f\"}",
                                        "{\"hex\":\"2\"}",
                                        "{\"hex\":\"2f00\"}",
                                        "{\"hex\":\"2fxx\"}",
                                        "null"};
    struct error err = {0};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *path = NULL;
        json_t *value = json_loads(texts[i], JSON_DECODE_ANY, NULL);
        assert_non_null(value);
        assert_int_equal(control_path_of(value, "path", &path, &err), ERR_INVALID);
        assert_has(err.text, "'path' must be an absolute path");
        json_decref(value);
    }
}

int main(void)
{
#define ON_DESK(test) cmocka_unit_test_setup_teardown(test, enter, leave)
    const struct CMUnitTest tests[] = {
        ON_DESK(what_is_asked_for_arrives_and_is_answered),
        ON_DESK(an_error_comes_with_its_code_words_and_fields),
        ON_DESK(what_the_desk_does_not_know_is_an_error_that_names_it),
        ON_DESK(the_socket_is_closed_to_all_other_users),
        ON_DESK(events_that_wait_for_room_all_arrive),
        ON_DESK(a_client_that_does_not_read_is_dropped),
        ON_DESK(a_client_that_leaves_takes_its_request_with_it),
        ON_DESK(lines_may_come_in_pieces_and_together),
        ON_DESK(lines_that_are_no_requests_are_answered_with_why),
        ON_DESK(fields_that_are_unknown_or_of_another_type_are_refused),
        ON_DESK(fields_as_they_are_declared_are_taken),
        ON_DESK(a_text_over_the_limit_is_refused_by_its_name),
        ON_DESK(a_line_over_the_limit_is_refused_by_its_name),
        ON_DESK(requests_over_the_limit_of_one_client_are_refused),
        ON_DESK(an_id_at_work_is_not_taken_twice),
        ON_DESK(clients_over_the_limit_are_told_so),
        ON_DESK(clients_that_ask_for_nothing_give_way),
        ON_DESK(a_desk_that_was_killed_is_known_by_its_silence),
        ON_DESK(a_desk_that_stands_still_can_be_ended),
        ON_DESK(a_desk_that_stops_removes_its_socket_and_ends),
        ON_DESK(a_desk_in_a_folder_with_a_long_name_is_reached),
        ON_DESK(another_user_is_not_heard),
        cmocka_unit_test(a_path_travels_whole_whatever_its_bytes),
        cmocka_unit_test(what_is_no_absolute_path_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
