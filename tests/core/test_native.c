/* The native loader: what it refuses, how it says so, and what it keeps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "native_help.h"
#include "plugin/native_open.h"

#include <dlfcn.h>
#include <elf.h>
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
    assert_says(fixture, "larger than it is");
}

static void refuses_another_major_and_prints_both_sides(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(load(fixture, "major"), ERR_VERSION);
    assert_says(fixture, "it is newer");
    assert_says(fixture, "the plugin has ABI 99.0");
    assert_says(fixture, "the host has ABI 1.0");
    assert_says(fixture, "build the plugin against");
}

static void refuses_an_older_major(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(load(fixture, "older"), ERR_VERSION);
    assert_says(fixture, "it is older");
    assert_says(fixture, "the plugin has ABI 0.0");
}

/* What this host is to plugins of today, a host of tomorrow will be to this one. */
static void a_newer_host_takes_a_plugin_of_an_older_minor(void **state)
{
    struct fixture *fixture = *state;
    const struct native_offer newer = {sizeof(struct desk_plugin_info) + 64, DESK_ABI_MAJOR,
                                       DESK_ABI_MINOR + 3, UINT64_MAX};
    if (!native_open(build_path("tests/native/good.so"), &newer, &fixture->err))
        fail_msg("%s", fixture->err.text);
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

static void refuses_a_function_under_the_name(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(load(fixture, "function"), ERR_PLUGIN);
    assert_says(fixture, "is no struct");
}

static void refuses_a_plugin_that_does_not_say_what_it_is(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(load(fixture, "words"), ERR_PLUGIN);
    assert_says(fixture, "version, about and init must be filled in");
}

static void nothing_is_registered_after_init(void **state)
{
    struct fixture *fixture = *state;
    struct desk_error error = {0};
    assert_int_equal(load(fixture, "late"), 0);
    void *handle = dlopen(build_path("tests/native/late.so"), RTLD_NOW);
    assert_non_null(handle);
    int (*late)(struct desk_error *) = NULL;
    *(void **)&late = dlsym(handle, "register_late");
    assert_non_null(late);
    assert_int_equal(late(&error), DESK_ERR_USAGE);
    assert_non_null(strstr(error.text, "init()"));
    dlclose(handle);
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

/* A copy of a good plugin, of `size` bytes at most, where byte `at` is `value`; loaded from there.
 */
static int load_spoilt(struct fixture *fixture, size_t size, size_t at, uint8_t value, mode_t mode)
{
    char path[] = "/tmp/native-test-XXXXXX";
    uint8_t bytes[256 * 1024];
    FILE *good = fopen(build_path("tests/native/good.so"), "rb");
    assert_non_null(good);
    const size_t whole = fread(bytes, 1, sizeof bytes, good);
    fclose(good);
    assert_in_range(whole, 1, sizeof bytes - 1);
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    if (at < whole)
        bytes[at] = value;
    size = size < whole ? size : whole;
    assert_int_equal(write(fd, bytes, size), (ssize_t)size);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
    memset(&fixture->err, 0, sizeof fixture->err);
    const int code = native_load(path, fixture->registry, &fixture->err);
    unlink(path);
    return code;
}

#define WHOLE  SIZE_MAX
#define NOBODY 65534

static void refuses_a_file_that_is_no_library(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(load_spoilt(fixture, WHOLE, EI_MAG1, 'e', 0600), ERR_PLUGIN);
    assert_says(fixture, "not a shared object (ELF)");
    assert_int_equal(load_spoilt(fixture, 10, WHOLE, 0, 0600), ERR_PLUGIN);
    assert_says(fixture, "not a shared object (ELF)");
    assert_int_equal(load_spoilt(fixture, 0, WHOLE, 0, 0600), ERR_PLUGIN);
    assert_int_equal(load_spoilt(fixture, WHOLE, offsetof(Elf64_Ehdr, e_type), ET_REL, 0600),
                     ERR_PLUGIN);
    assert_says(fixture, "not a shared object (ELF)");
}

static void refuses_a_library_for_another_machine(void **state)
{
    struct fixture *fixture = *state;
    const uint8_t other = sizeof(void *) == 8 ? ELFCLASS32 : ELFCLASS64;
    assert_int_equal(load_spoilt(fixture, WHOLE, offsetof(Elf64_Ehdr, e_machine), EM_PPC64, 0600),
                     ERR_VERSION);
    assert_says(fixture, "ppc64");
    assert_says(fixture, "this copydesk runs on");
    assert_int_equal(load_spoilt(fixture, WHOLE, EI_CLASS, other, 0600), ERR_VERSION);
    assert_says(fixture, "another machine");
}

/* The dynamic linker would map it and die of SIGBUS when it touches what is not there. */
static void refuses_a_library_that_was_cut_short(void **state)
{
    struct fixture *fixture = *state;
    for (size_t size = 4096; size < 12 * 1024; size += 4096) {
        assert_int_equal(load_spoilt(fixture, size, WHOLE, 0, 0600), ERR_PLUGIN);
        assert_says(fixture, "cut short");
    }
}

static void says_that_a_file_cannot_be_read(void **state)
{
    struct fixture *fixture = *state;
    const uid_t was = geteuid();
    if (was == 0) /* root reads everything */
        assert_int_equal(seteuid(NOBODY), 0);
    const int code = load_spoilt(fixture, WHOLE, WHOLE, 0, 0000);
    assert_int_equal(seteuid(was), 0);
    assert_int_equal(code, ERR_DENIED);
    assert_says(fixture, "Permission denied");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(refuses_a_small_info_struct),
        TEST(refuses_an_info_struct_larger_than_the_symbol),
        TEST(refuses_another_major_and_prints_both_sides),
        TEST(refuses_an_older_major),
        TEST(a_newer_host_takes_a_plugin_of_an_older_minor),
        TEST(refuses_a_newer_minor),
        TEST(refuses_features_that_the_host_lacks),
        TEST(refuses_a_library_without_the_symbol),
        TEST(refuses_a_function_under_the_name),
        TEST(refuses_a_plugin_that_does_not_say_what_it_is),
        TEST(nothing_is_registered_after_init),
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
        TEST(refuses_a_library_for_another_machine),
        TEST(refuses_a_library_that_was_cut_short),
        TEST(says_that_a_file_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
