/* The native loader: what it refuses, how it says so, and what it keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "native_help.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct fixture {
    struct native_registry *registry;
    struct error err;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->registry = open_registry();
    *state = fixture;
    return fixture->registry ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    native_registry_free(fixture->registry);
    free(fixture);
    return 0;
}

static int load(struct fixture *fixture, const char *name)
{
    char rest[64], path[2 * PATH_MAX];
    snprintf(rest, sizeof rest, "tests/native/%s.so", name);
    snprintf(path, sizeof path, "%s", build_path(rest));
    memset(&fixture->err, 0, sizeof fixture->err);
    return native_load(path, fixture->registry, &fixture->err);
}

static void assert_says(const struct fixture *fixture, const char *words)
{
    if (!strstr(fixture->err.text, words))
        fail_msg("\"%s\" does not say \"%s\"", fixture->err.text, words);
}

static void refuses_a_small_info_struct(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(load(fixture, "small"), ERR_VERSION);
    assert_says(fixture, "too small");
}

static void refuses_an_info_struct_larger_than_the_symbol(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(load(fixture, "large"), ERR_VERSION);
    assert_says(fixture, "4096 bytes");
}

static void refuses_another_major_and_prints_both_sides(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(load(fixture, "major"), ERR_VERSION);
    assert_says(fixture, "the plugin has ABI 99.0");
    assert_says(fixture, "the host has ABI 1.0");
    assert_says(fixture, "build the plugin against");
}

static void refuses_a_newer_minor(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(load(fixture, "minor"), ERR_VERSION);
    assert_says(fixture, "ABI 1.99");
}

static void refuses_features_that_the_host_lacks(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(load(fixture, "feature"), ERR_VERSION);
    assert_says(fixture, "0x1000000000000000");
}

static void refuses_a_library_without_the_symbol(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(load(fixture, "nosymbol"), ERR_PLUGIN);
    assert_says(fixture, "desk_plugin_info");
}

static void refuses_a_bad_name(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(load(fixture, "badname"), ERR_PLUGIN);
    assert_says(fixture, "a-z");
}

static void keeps_nothing_of_a_plugin_that_fails_to_start(void **state)
{
    struct fixture *fixture = *state;
    size_t count;
    assert_int_equal(load(fixture, "fails"), ERR_PLUGIN);
    assert_says(fixture, "the moon is full");
    assert_null(native_service(fixture->registry, "fixture", 1, NULL));
    native_plugins(fixture->registry, &count);
    assert_int_equal(count, 0);
}

static void finds_what_a_plugin_registered(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(load(fixture, "good"), 0);
    const uint32_t *table = native_service(fixture->registry, "fixture", 3, &fixture->err);
    assert_non_null(table);
    assert_int_equal(table[1], 42);
    assert_non_null(native_stage(fixture->registry, "tag", "echo"));
    assert_null(native_stage(fixture->registry, "ingest", "echo"));
}

static void says_which_version_of_a_service_is_there(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(load(fixture, "good"), 0);
    assert_null(native_service(fixture->registry, "fixture", 4, &fixture->err));
    assert_int_equal(fixture->err.code, ERR_VERSION);
    assert_says(fixture, "version 4 is needed");
}

static void loads_the_same_file_once(void **state)
{
    struct fixture *fixture = *state;
    size_t count;
    assert_int_equal(load(fixture, "good"), 0);
    assert_int_equal(load(fixture, "good"), 0);
    native_plugins(fixture->registry, &count);
    assert_int_equal(count, 1);
}

static void says_who_has_a_name_already(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(load(fixture, "good"), 0);
    assert_int_equal(load(fixture, "good-copy"), ERR_EXISTS);
    assert_says(fixture, "good.so");
}

static void loads_an_installed_plugin_by_name(void **state)
{
    struct fixture *fixture = *state;
    size_t count;
    assert_int_equal(native_load("text", fixture->registry, &fixture->err), 0);
    const struct native_lua_module *modules = native_lua_modules(fixture->registry, &count);
    assert_int_equal(count, 1);
    assert_string_equal(modules[0].name, "text");
    assert_string_equal(modules[0].plugin->name, "text");
}

static void refuses_relative_paths(void **state)
{
    struct fixture *fixture = *state;
    const char *const paths[] = {"./good.so", "../good", "scripts/good.so", "", "Good"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        assert_int_equal(native_load(paths[i], fixture->registry, &fixture->err), ERR_DENIED);
    assert_says(fixture, "absolute path");
}

static void says_that_a_plugin_is_not_there(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(native_load("nosuch", fixture->registry, &fixture->err), ERR_NOTFOUND);
    assert_says(fixture, "nosuch.so");
}

static void refuses_a_folder(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(native_load("/usr", fixture->registry, &fixture->err), ERR_DENIED);
    assert_says(fixture, "not a regular file");
}

static void refuses_a_file_that_anyone_can_write(void **state)
{
    struct fixture *fixture = *state;
    char path[] = "/tmp/native-test-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(fchmod(fd, 0666), 0);
    close(fd);
    assert_int_equal(native_load(path, fixture->registry, &fixture->err), ERR_DENIED);
    assert_says(fixture, "chmod o-w");
    unlink(path);
}

static void refuses_a_file_that_is_no_library(void **state)
{
    struct fixture *fixture = *state;
    char path[] = "/tmp/native-test-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "no library\n", 11), 11);
    close(fd);
    assert_int_equal(native_load(path, fixture->registry, &fixture->err), ERR_PLUGIN);
    unlink(path);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(refuses_a_small_info_struct),
        TEST(refuses_an_info_struct_larger_than_the_symbol),
        TEST(refuses_another_major_and_prints_both_sides),
        TEST(refuses_a_newer_minor),
        TEST(refuses_features_that_the_host_lacks),
        TEST(refuses_a_library_without_the_symbol),
        TEST(refuses_a_bad_name),
        TEST(keeps_nothing_of_a_plugin_that_fails_to_start),
        TEST(finds_what_a_plugin_registered),
        TEST(says_which_version_of_a_service_is_there),
        TEST(loads_the_same_file_once),
        TEST(says_who_has_a_name_already),
        TEST(loads_an_installed_plugin_by_name),
        TEST(refuses_relative_paths),
        TEST(says_that_a_plugin_is_not_there),
        TEST(refuses_a_folder),
        TEST(refuses_a_file_that_anyone_can_write),
        TEST(refuses_a_file_that_is_no_library),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
