/* A process that answers at a control socket, as a running desk does, for tests of both sides. */
#pragma once

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "base/limits.h"
#include "base/log.h"
#include "control/client.h"
#include "control/protocol.h"
#include "control/server.h"
#include "folder.h"

static uv_loop_t played_loop;
static struct control_server *played_server;

static void play_echo(struct control_call *call, const json_t *request, void *data)
{
    (void)data;
    control_done(call, json_deep_copy(request));
}

/* {"count": n, "size": bytes}: so many events, as long as there is room. */
struct flood {
    json_int_t left, size;
};

static void play_flood_on(struct control_call *call, void *data)
{
    (void)data;
    struct flood *flood = control_kept(call);
    char *text = mem_zero(1, (size_t)flood->size + 1);
    memset(text, 'x', (size_t)flood->size);
    while (flood->left > 0 && !control_full(call)) {
        flood->left--;
        control_event(call, "drop", json_pack("{s:s}", "text", text));
    }
    mem_free(text);
    if (flood->left > 0)
        return;
    mem_free(flood);
    control_done(call, json_pack("{s:s}", "said", "all"));
}

static void play_flood(struct control_call *call, const json_t *request, void *data)
{
    struct flood *flood = mem_zero(1, sizeof *flood);
    flood->left = json_integer_value(json_object_get(request, "count"));
    flood->size = json_integer_value(json_object_get(request, "size"));
    control_keep(call, flood);
    play_flood_on(call, data);
}

static void play_flood_left(struct control_call *call, void *data)
{
    (void)data;
    struct error why;
    mem_free(control_kept(call));
    error_set(&why, ERR_CANCELLED, "gone");
    control_fail(call, &why, NULL);
}

/* The same without a look at the room. */
static void play_blurt(struct control_call *call, const json_t *request, void *data)
{
    (void)data;
    const char *text = json_string_value(json_object_get(request, "text"));
    for (int i = 0; i < 1000 && !control_gone(call); i++)
        control_event(call, "drop", json_pack("{s:s}", "text", text));
    folder_put(control_gone(call) ? "dropped" : "not-dropped", "");
    control_done(call, json_object());
}

/* Never answers; notes that its client left. */
static void play_wait(struct control_call *call, const json_t *request, void *data)
{
    (void)request;
    (void)data;
    control_event(call, "begun", NULL);
}

static void play_wait_left(struct control_call *call, void *data)
{
    (void)data;
    struct error why;
    folder_put("left", "");
    error_set(&why, ERR_CANCELLED, "gone");
    control_fail(call, &why, NULL);
}

static void play_refuse(struct control_call *call, const json_t *request, void *data)
{
    (void)request;
    (void)data;
    struct error why;
    error_set(&why, ERR_NOTFOUND, "no \"job\" of that name");
    control_fail(call, &why, json_pack("{s:i}", "tried", 3));
}

/* Stands still, as a desk does that was stopped. */
static void play_sleep(struct control_call *call, const json_t *request, void *data)
{
    (void)request;
    (void)data;
    raise(SIGSTOP);
    control_done(call, json_object());
}

static void play_stop(struct control_call *call, const json_t *request, void *data)
{
    (void)request;
    (void)data;
    control_done(call, json_pack("{s:b}", "stopping", 1));
    control_close(played_server, NULL, NULL);
}

static const struct control_field play_echo_fields[] = {{.name = "name", .type = CONTROL_TEXT},
                                                        {0}};
static const struct control_field play_flood_fields[] = {
    {.name = "count", .type = CONTROL_ID, .needed = true},
    {.name = "size", .type = CONTROL_ID, .needed = true},
    {0}};
static const struct control_field play_blurt_fields[] = {
    {.name = "text", .type = CONTROL_TEXT, .needed = true}, {0}};
static const struct control_field play_pair_fields[] = {
    {.name = "path", .type = CONTROL_PATH, .needed = true},
    {.name = "shown", .type = CONTROL_BYTES, .needed = true},
    {0}};
static const struct control_field play_typed_fields[] = {
    {.name = "now", .type = CONTROL_BOOL},
    {.name = "source", .type = CONTROL_TEXT},
    {.name = "quarantine", .type = CONTROL_ID},
    {.name = "ids", .type = CONTROL_IDS},
    {.name = "path", .type = CONTROL_PATH},
    {.name = "paths", .type = CONTROL_PATHS},
    {.name = "shown", .type = CONTROL_BYTES},
    {.name = "pairs", .type = CONTROL_OBJECTS, .of = play_pair_fields},
    {0}};

static const struct control_handler played[] = {
    {"echo", play_echo_fields, play_echo, NULL, NULL},
    {"typed", play_typed_fields, play_echo, NULL, NULL},
    {"flood", play_flood_fields, play_flood, play_flood_left, play_flood_on},
    {"blurt", play_blurt_fields, play_blurt, NULL, NULL},
    {"wait", NULL, play_wait, play_wait_left, NULL},
    {"refuse", NULL, play_refuse, NULL, NULL},
    {"sleep", NULL, play_sleep, NULL, NULL},
    {"stop", NULL, play_stop, NULL, NULL},
};

static int play(const char *dir)
{
    struct error err = {0};
    signal(SIGPIPE, SIG_IGN);
    log_setup(LOG_LEVEL_ERROR, LOG_FORM_TEXT);
    if (uv_loop_init(&played_loop) != 0 ||
        control_open(&played_loop, dir, &played_server, &err) < 0 ||
        control_register(played_server, played, sizeof played / sizeof *played, NULL, &err) < 0 ||
        control_start(played_server, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    uv_run(&played_loop, UV_RUN_DEFAULT);
    return uv_loop_close(&played_loop) == 0 ? 0 : 2;
}

/* Starts it and waits until it listens at `dir`. */
static inline pid_t desk_plays(const char *dir)
{
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        exit(play(dir));
    }
    struct control_client *client = NULL;
    struct error err = {0};
    for (int i = 0; i < 500 && control_connect(dir, &client, &err) < 0; i++)
        usleep(10000);
    if (!client)
        fail_msg("%s", err.text);
    assert_int_equal(control_pid(client), pid);
    control_hang_up(client);
    return pid;
}

/* Its exit code, or minus the signal. */
static inline int desk_ended(pid_t pid)
{
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static inline int ask_to_stop(const char *dir, struct error *err)
{
    struct control_client *client = NULL;
    int code = control_connect(dir, &client, err);
    if (code >= 0)
        code = control_ask(client, "stop", NULL, NULL, NULL, NULL, err);
    control_hang_up(client);
    return code;
}

static inline void desk_must_end(pid_t pid, const char *dir)
{
    struct error err = {0};
    int code;
    while ((code = ask_to_stop(dir, &err)) == ERR_BUSY) /* clients that left are still counted */
        usleep(1000);
    if (code < 0)
        fail_msg("%s", err.text);
    assert_int_equal(desk_ended(pid), 0);
}

/* A connection without the client's manners. */
static inline int raw_connect(const char *dir)
{
    struct sockaddr_un address;
    struct error err = {0};
    FILE_AUTO int by = -1;
    assert_int_equal(control_address(dir, &address, &by, &err), 0);
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static inline void raw_send(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* What comes until the other side closes, or `lines` lines have come (0: until it closes). */
static inline const char *raw_hear(int fd, unsigned lines)
{
    static char heard[65536];
    size_t len = 0;
    for (unsigned seen = 0; len + 1 < sizeof heard && (lines == 0 || seen < lines);) {
        const ssize_t count = recv(fd, heard + len, sizeof heard - 1 - len, 0);
        if (count <= 0)
            break;
        for (ssize_t i = 0; i < count; i++)
            seen += heard[len + (size_t)i] == '\n';
        len += (size_t)count;
    }
    heard[len] = '\0';
    return heard;
}

static inline bool soon_there(const char *name)
{
    for (int i = 0; i < 500; i++, usleep(10000))
        if (access(name, F_OK) == 0)
            return true;
    return false;
}
