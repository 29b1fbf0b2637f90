#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "unit.h"

/* What the log wrote: stderr goes into a pipe in between. */
static int kept_stderr, reading;
static char written[32 * 1024];

static void catch_begin(void)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    kept_stderr = dup(STDERR_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    reading = ends[0];
}

static const char *catch_end(void)
{
    dup2(kept_stderr, STDERR_FILENO);
    close(kept_stderr);
    ssize_t len = read(reading, written, sizeof written - 1);
    written[len < 0 ? 0 : len] = '\0';
    close(reading);
    return written;
}

static void a_line_says_program_level_area_and_message(void **state)
{
    (void)state;
    log_setup(LOG_LEVEL_INFO, LOG_FORM_TEXT);
    catch_begin();
    log_error("store", "disk %d is full", 3);
    log_warn(NULL, "no area");
    assert_string_equal(catch_end(), "copydesk: error: store: disk 3 is full\n"
                                     "copydesk: warning: no area\n");
}

static void less_important_lines_are_left_out(void **state)
{
    (void)state;
    log_setup(LOG_LEVEL_WARN, LOG_FORM_TEXT);
    catch_begin();
    log_info("x", "not this");
    log_debug("x", "nor this");
    log_warn("x", "this");
    assert_string_equal(catch_end(), "copydesk: warning: x: this\n");
}

static void control_characters_cannot_steer_a_terminal(void **state)
{
    (void)state;
    log_setup(LOG_LEVEL_INFO, LOG_FORM_TEXT);
    catch_begin();
    log_info("p", "red\033[31m \x7f \xFF \xC3\xA9\tend");
    assert_string_equal(catch_end(), "copydesk: info: p: red\\x1b[31m \\x7f \\xff \xC3\xA9\tend\n");
}

static void further_lines_are_indented(void **state)
{
    (void)state;
    log_setup(LOG_LEVEL_INFO, LOG_FORM_TEXT);
    catch_begin();
    log_error("p", "one\ntwo\n");
    assert_string_equal(catch_end(), "copydesk: error: p: one\n    two\n");
}

static void no_colour_where_there_is_no_terminal(void **state)
{
    (void)state;
    unsetenv("NO_COLOR");
    setenv("TERM", "xterm", 1);
    catch_begin();
    log_setup(LOG_LEVEL_INFO, LOG_FORM_TEXT);
    log_error(NULL, "plain");
    assert_null(strchr(catch_end(), '\033'));
}

/* Writes one line with stderr on a terminal; says whether it had colour. */
static int coloured(const char *no_color)
{
    int terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || grantpt(terminal) < 0 || unlockpt(terminal) < 0)
        skip();
    int side = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    setenv("TERM", "xterm", 1);
    setenv("NO_COLOR", no_color, 1);
    kept_stderr = dup(STDERR_FILENO);
    dup2(side, STDERR_FILENO);
    close(side);
    reading = terminal;
    log_setup(LOG_LEVEL_INFO, LOG_FORM_TEXT);
    log_error(NULL, "on a terminal");
    ssize_t len = read(terminal, written, sizeof written - 1);
    dup2(kept_stderr, STDERR_FILENO);
    close(kept_stderr);
    close(terminal);
    written[len < 0 ? 0 : len] = '\0';
    return strchr(written, '\033') != NULL;
}

static void colour_on_a_terminal_but_never_with_no_color(void **state)
{
    (void)state;
    assert_true(coloured(""));
    assert_false(coloured("1"));
}

static void the_json_form_is_one_object_a_line(void **state)
{
    (void)state;
    log_setup(LOG_LEVEL_INFO, LOG_FORM_JSON);
    catch_begin();
    log_warn("lua", "a \"quoted\"\nline \xFF");
    const char *line = catch_end();
    assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
    json_t *object = json_loads(line, 0, NULL);
    assert_non_null(object);
    assert_string_equal(json_string_value(json_object_get(object, "level")), "warning");
    assert_string_equal(json_string_value(json_object_get(object, "area")), "lua");
    assert_string_equal(json_string_value(json_object_get(object, "message")),
                        "a \"quoted\"\nline \\xff");
    assert_has(json_string_value(json_object_get(object, "time")), "T");
    json_decref(object);
}

static void long_messages_are_cut_between_characters(void **state)
{
    (void)state;
    char *text = malloc(20001);
    for (int i = 0; i < 20000; i += 2)
        memcpy(text + i, "\xC3\xA9", 2);
    text[20000] = '\0';
    log_setup(LOG_LEVEL_INFO, LOG_FORM_TEXT);
    catch_begin();
    log_info(NULL, "x%s", text);
    const char *line = catch_end();
    free(text);
    assert_true(strlen(line) > 8000 && strlen(line) < 8300);
    assert_null(strstr(line, "\\x"));
}

static void levels_have_names(void **state)
{
    (void)state;
    assert_int_equal(log_level_of("warn"), LOG_LEVEL_WARN);
    assert_int_equal(log_level_of("debug"), LOG_LEVEL_DEBUG);
    assert_int_equal(log_level_of("loud"), -1);
}

static void the_last_error_can_be_asked_for(void **state)
{
    (void)state;
    struct log_last last;
    char much[2000];
    memset(much, 'e', sizeof much - 1);
    much[sizeof much - 1] = '\0';
    memcpy(much + 510, "\xC4\x90", 2);
    catch_begin();
    log_error("store", "first");
    log_error("a-name-of-an-area-that-is-too-long-to-be-kept", "%s", much);
    log_warn("store", "no error");
    catch_end();
    assert_true(log_last_error(&last));
    assert_true(last.wall_us > 0);
    assert_int_equal(strlen(last.message), 510); /* cut before a letter of two bytes */
    assert_int_equal(strlen(last.area), sizeof last.area - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_says_program_level_area_and_message),
        cmocka_unit_test(less_important_lines_are_left_out),
        cmocka_unit_test(the_last_error_can_be_asked_for),
        cmocka_unit_test(control_characters_cannot_steer_a_terminal),
        cmocka_unit_test(further_lines_are_indented),
        cmocka_unit_test(no_colour_where_there_is_no_terminal),
        cmocka_unit_test(colour_on_a_terminal_but_never_with_no_color),
        cmocka_unit_test(the_json_form_is_one_object_a_line),
        cmocka_unit_test(long_messages_are_cut_between_characters),
        cmocka_unit_test(levels_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
