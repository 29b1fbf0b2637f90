/* What a service manager hears, on a real socket. */
#include <sys/socket.h>
#include <sys/un.h>

#include "control/notify.h"
#include "folder.h"

static uv_loop_t loop;
static int manager = -1;

/* A socket as systemd has it, named by NOTIFY_SOCKET. */
static void manager_listens(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const size_t len = strlen(name);
    memcpy(address.sun_path, name, len);
    if (name[0] == '@')
        address.sun_path[0] = '\0';
    manager = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(
        bind(manager, (struct sockaddr *)&address,
             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len + (name[0] == '/'))),
        0);
    const struct timeval patience = {.tv_sec = 5};
    setsockopt(manager, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setenv("NOTIFY_SOCKET", name, 1);
}

static const char *heard(void)
{
    static char text[4096];
    const ssize_t len = recv(manager, text, sizeof text - 1, 0);
    if (len < 0)
        fail_msg("nothing was said");
    text[len] = '\0';
    return text;
}

static int enter(void **state)
{
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
    return folder_enter(state) == 0 ? uv_loop_init(&loop) : -1;
}

static int leave(void **state)
{
    uv_run(&loop, UV_RUN_DEFAULT);
    if (manager >= 0)
        close(manager);
    manager = -1;
    return uv_loop_close(&loop) == 0 ? folder_leave(state) : -1;
}

static struct notify *opened(void)
{
    struct notify *notify = NULL;
    struct error err = {0};
    if (notify_open(&loop, &notify, &err) < 0)
        fail_msg("%s", err.text);
    return notify;
}

static void path_here(char *out, size_t room)
{
    snprintf(out, room, "%s/notify", folder_name);
}

static void without_a_manager_nothing_is_said(void **state)
{
    (void)state;
    struct notify *notify = opened();
    assert_null(notify);
    notify_ready(notify, "x");
    notify_stopping(notify);
    notify_close(notify);
}

static void a_manager_at_a_path_hears_each_state(void **state)
{
    (void)state;
    char path[100];
    path_here(path, sizeof path);
    manager_listens(path);
    struct notify *notify = opened();
    notify_ready(notify, "Watching\n2 folders");
    assert_string_equal(heard(), "READY=1\nSTATUS=Watching 2 folders\n");
    notify_status(notify, "3 articles");
    assert_string_equal(heard(), "STATUS=3 articles\n");
    const long long before = (long long)uv_hrtime() / 1000;
    notify_reloading(notify);
    long long at = 0;
    assert_int_equal(sscanf(heard(), "RELOADING=1\nMONOTONIC_USEC=%lld\n", &at), 1);
    assert_true(at >= before && at <= (long long)uv_hrtime() / 1000);
    notify_stopping(notify);
    assert_string_equal(heard(), "STOPPING=1\nSTATUS=Stopping\n");
    notify_close(notify);
}

static void a_manager_with_an_abstract_name_hears_too(void **state)
{
    (void)state;
    char name[100];
    snprintf(name, sizeof name, "@copydesk-test-%ld", (long)getpid());
    manager_listens(name);
    struct notify *notify = opened();
    notify_ready(notify, NULL);
    assert_string_equal(heard(), "READY=1\n");
    notify_close(notify);
}

static void signs_of_life_come_twice_in_the_time_asked_for(void **state)
{
    (void)state;
    char path[100];
    path_here(path, sizeof path);
    manager_listens(path);
    setenv("WATCHDOG_USEC", "100000", 1);
    struct notify *notify = opened();
    static uv_timer_t keeps_running;
    uv_timer_init(&loop, &keeps_running);
    uv_timer_start(&keeps_running, (uv_timer_cb)uv_stop, 5000, 0);
    const uint64_t begun = uv_hrtime();
    for (int i = 0; i < 3; i++) {
        while (recv(manager, &(char){0}, 1, MSG_PEEK | MSG_DONTWAIT) < 0)
            uv_run(&loop, UV_RUN_ONCE);
        assert_string_equal(heard(), "WATCHDOG=1\n");
    }
    assert_true(uv_hrtime() - begun >= 99 * UINT64_C(1000000)); /* at 0, 50, 100 ms */
    uv_close((uv_handle_t *)&keeps_running, NULL);
    notify_close(notify);
}

static void signs_of_life_asked_of_another_process_are_not_given(void **state)
{
    (void)state;
    char path[100];
    path_here(path, sizeof path);
    manager_listens(path);
    setenv("WATCHDOG_USEC", "20000", 1);
    setenv("WATCHDOG_PID", "1", 1);
    struct notify *notify = opened();
    uv_run(&loop, UV_RUN_NOWAIT);
    assert_true(recv(manager, &(char){0}, 1, MSG_DONTWAIT) < 0);
    notify_close(notify);
}

static void children_do_not_inherit_the_variables(void **state)
{
    (void)state;
    char path[100];
    path_here(path, sizeof path);
    manager_listens(path);
    setenv("WATCHDOG_USEC", "1000000", 1);
    struct notify *notify = opened();
    assert_null(getenv("NOTIFY_SOCKET"));
    assert_null(getenv("WATCHDOG_USEC"));
    notify_close(notify);
}

static void variables_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    struct notify *notify = NULL;
    struct error err = {0};
    setenv("NOTIFY_SOCKET", "relative/path", 1);
    assert_int_equal(notify_open(&loop, &notify, &err), ERR_INVALID);
    assert_has(err.text, "NOTIFY_SOCKET='relative/path'");
    setenv("NOTIFY_SOCKET", "@x", 1);
    setenv("WATCHDOG_USEC", "soon", 1);
    assert_int_equal(notify_open(&loop, &notify, &err), ERR_INVALID);
    assert_has(err.text, "WATCHDOG_USEC='soon'");
}

int main(void)
{
#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter, leave)
    const struct CMUnitTest tests[] = {
        IN_FOLDER(without_a_manager_nothing_is_said),
        IN_FOLDER(a_manager_at_a_path_hears_each_state),
        IN_FOLDER(a_manager_with_an_abstract_name_hears_too),
        IN_FOLDER(signs_of_life_come_twice_in_the_time_asked_for),
        IN_FOLDER(signs_of_life_asked_of_another_process_are_not_given),
        IN_FOLDER(children_do_not_inherit_the_variables),
        IN_FOLDER(variables_that_make_no_sense_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
