#include "pipeline/notify.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"

#define PATH_VARIABLE "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
#define READ_BYTES    4096
#define ENV_MAX       8

struct notify {
    struct arena *arena;
    char *task, **argv;
    char *env[ENV_MAX];
    char *text;
    size_t text_len;
    uv_process_t process;
    uv_timer_t timer;
    uv_pipe_t input, output, errors;
    uv_write_t write;
    unsigned open; /* handles that are not closed yet */
    bool exited, late, cancelled;
    int64_t status, begun_us;
    uint64_t ms;
    int signal;
    char room[READ_BYTES];
    struct buf printed;
    void (*done)(const struct error *err, void *data);
    void *data;
};

/* ---- the end ---- */

static void describe(const struct notify *notify, struct error *err)
{
    const struct str printed = str_trim(buf_view(&notify->printed));
    const char *program = notify->argv[0];
    *err = (struct error){0};
    if (notify->late)
        error_set(err, ERR_TIMEOUT, "%s took over %.1f s (NOTIFY_MS) and was killed", program,
                  (double)notify->ms / 1e3);
    else if (notify->cancelled)
        error_set(err, ERR_CANCELLED, "%s was cancelled", program);
    else if (notify->signal)
        error_set(err, ERR_IO, "%s was ended by signal %d", program, notify->signal);
    else if (notify->status)
        error_set(err, ERR_IO, "%s ended with status %lld%s" STR_FMT, program,
                  (long long)notify->status, printed.len ? ": " : "", STR_ARG(printed));
    if (err->code < 0)
        error_wrap(err, "%s: its command", notify->task);
    const double seconds = (double)(clock_mono_us() - notify->begun_us) / 1e6;
    if (err->code < 0)
        log_warn("task", "%s", err->text);
    else
        log_info("task", "%s: %s ended well after %.1f s%s" STR_FMT, notify->task, program, seconds,
                 printed.len ? ": " : "", STR_ARG(printed));
}

static void on_closed(uv_handle_t *handle)
{
    struct notify *notify = handle->data;
    struct error err = {0};
    if (--notify->open > 0)
        return;
    if (notify->done)
        describe(notify, &err);
    void (*done)(const struct error *, void *) = notify->done;
    void *data = notify->data;
    buf_free(&notify->printed);
    arena_free(notify->arena);
    mem_free(notify);
    if (done)
        done(&err, data);
}

static void close_handle(uv_handle_t *handle)
{
    if (!uv_is_closing(handle))
        uv_close(handle, on_closed);
}

static void close_all(struct notify *notify)
{
    uv_handle_t *const handles[] = {(uv_handle_t *)&notify->process, (uv_handle_t *)&notify->timer,
                                    (uv_handle_t *)&notify->input, (uv_handle_t *)&notify->output,
                                    (uv_handle_t *)&notify->errors};
    for (size_t i = 0; i < sizeof handles / sizeof *handles; i++)
        close_handle(handles[i]);
}

/* What it left running may hold the pipes open: they are not waited for. */
static void on_ended(uv_process_t *process, int64_t status, int signal_number)
{
    struct notify *notify = process->data;
    notify->exited = true;
    notify->status = status;
    notify->signal = signal_number;
    close_all(notify);
}

static void kill_group(struct notify *notify)
{
    if (!notify->exited)
        (void)kill(-notify->process.pid, SIGKILL);
}

static void on_late(uv_timer_t *timer)
{
    struct notify *notify = timer->data;
    notify->late = true;
    kill_group(notify);
}

void notify_cancel(struct notify *notify)
{
    notify->cancelled = true;
    kill_group(notify);
}

/* ---- its input and output ---- */

static void give_room(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
    struct notify *notify = handle->data;
    (void)suggested;
    *out = uv_buf_init(notify->room, sizeof notify->room);
}

/* Read to the end, kept to the limit. */
static void on_output(uv_stream_t *stream, ssize_t count, const uv_buf_t *bytes)
{
    struct notify *notify = stream->data;
    if (count < 0) {
        (void)uv_read_stop(stream);
        return;
    }
    const size_t room = LIMIT(NOTIFY_OUTPUT) - notify->printed.len;
    buf_append(&notify->printed, bytes->base, (size_t)count < room ? (size_t)count : room);
}

/* A program that does not read its input is fine. */
static void on_written(uv_write_t *write, int status)
{
    struct notify *notify = write->data;
    (void)status;
    close_handle((uv_handle_t *)&notify->input);
}

static void begin_streams(struct notify *notify)
{
    uv_buf_t text = uv_buf_init(notify->text, (unsigned)notify->text_len);
    notify->write.data = notify;
    if (uv_write(&notify->write, (uv_stream_t *)&notify->input, &text, 1, on_written) < 0)
        close_handle((uv_handle_t *)&notify->input);
    (void)uv_read_start((uv_stream_t *)&notify->output, give_room, on_output);
    (void)uv_read_start((uv_stream_t *)&notify->errors, give_room, on_output);
    (void)uv_timer_start(&notify->timer, on_late, notify->ms, 0);
}

/* ---- the start ---- */

static char *variable(struct notify *notify, const char *name, const char *value)
{
    return arena_printf(notify->arena, "%s=%s", name, value ? value : "");
}

static int copy_options(struct notify *notify, const struct notify_options *options)
{
    const struct grant_list *command = options->command;
    const char *home = getenv("HOME");
    const char *title = arena_text(notify->arena, options->title);
    bool failed = !title;
    notify->argv = arena_alloc(notify->arena, command->count + 1, sizeof *notify->argv);
    for (size_t i = 0; notify->argv && i < command->count; i++)
        failed |= !(notify->argv[i] = arena_text(notify->arena, str_of(command->at[i])));
    notify->task = arena_text(notify->arena, str_of(options->task));
    notify->text = arena_text(notify->arena, options->text);
    notify->text_len = options->text.len;
    size_t count = 0;
    notify->env[count++] = arena_text(notify->arena, STR_LIT(PATH_VARIABLE));
    notify->env[count++] = variable(notify, "LANG", "C.UTF-8");
    notify->env[count++] = variable(notify, "HOME", home ? home : "/");
    notify->env[count++] = variable(notify, "COPYDESK_TASK", options->task);
    notify->env[count++] = variable(notify, "COPYDESK_TITLE", title);
    for (size_t i = 0; i < count; i++)
        failed |= !notify->env[i];
    return failed || !notify->argv || !notify->task || !notify->text ? ERR_NOMEM : 0;
}

static void open_handles(struct notify *notify, uv_loop_t *loop)
{
    uv_timer_init(loop, &notify->timer); /* these cannot fail */
    uv_pipe_init(loop, &notify->input, 0);
    uv_pipe_init(loop, &notify->output, 0);
    uv_pipe_init(loop, &notify->errors, 0);
    notify->process.data = notify->timer.data = notify->input.data = notify->output.data = notify;
    notify->errors.data = notify;
    notify->open = 5;
}

static int spawn(struct notify *notify, uv_loop_t *loop)
{
    uv_stdio_container_t stdio[3] = {
        {.flags = UV_CREATE_PIPE | UV_READABLE_PIPE, .data.stream = (uv_stream_t *)&notify->input},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&notify->output},
        {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&notify->errors},
    };
    uv_process_options_t options = {
        .exit_cb = on_ended,
        .file = notify->argv[0],
        .args = notify->argv,
        .env = notify->env,
        .cwd = "/",
        .flags = UV_PROCESS_DETACHED, /* a group of its own, to be killed as one */
        .stdio_count = 3,
        .stdio = stdio,
    };
    return uv_spawn(loop, &notify->process, &options);
}

/* uv_spawn makes the process handle even when it fails: all are closed, in silence. */
static void give_up(struct notify *notify)
{
    notify->done = NULL;
    notify->exited = true;
    close_all(notify);
}

struct notify *notify_start(uv_loop_t *loop, const struct notify_options *options,
                            void (*done)(const struct error *err, void *data), void *data,
                            struct error *err)
{
    struct notify *notify = mem_zero(1, sizeof *notify);
    if (notify)
        notify->arena = arena_new(2 * LIMIT(NOTIFY_BYTES) + LIMIT(CONFIG_BYTES));
    if (!notify || !notify->arena || copy_options(notify, options) < 0) {
        if (notify)
            arena_free(notify->arena);
        mem_free(notify);
        error_set(err, ERR_NOMEM, "out of memory for a notification");
        return NULL;
    }
    notify->done = done;
    notify->data = data;
    notify->begun_us = clock_mono_us();
    notify->ms = options->ms ? options->ms : LIMIT(NOTIFY_MS);
    buf_init(&notify->printed, LIMIT(NOTIFY_OUTPUT));
    open_handles(notify, loop);
    const int code = spawn(notify, loop);
    if (code < 0) {
        error_set(err, ERR_IO, "%s: cannot start %s: %s", options->task, notify->argv[0],
                  uv_strerror(code));
        give_up(notify);
        return NULL;
    }
    begin_streams(notify);
    return notify;
}
