#include "plugin/registry.h"

#include <fcntl.h>

#include "base/limits.h"
#include "folder.h"
#include "plugin/fingerprint.h"

static struct registry *open_all(void)
{
    const struct registry_folders folders = {"desk", "user", "shipped"};
    struct registry *registry = NULL;
    struct error err = {0};
    if (registry_open(&folders, &registry, &err) < 0)
        fail_msg("%s", err.text);
    return registry;
}

static struct plugin_entry *find(struct registry *registry, const char *kind, const char *name)
{
    struct plugin_entry *entry = NULL;
    struct error err = {0};
    if (registry_find(registry, kind, name, &entry, &err) < 0)
        fail_msg("%s", err.text);
    return entry;
}

static void first_folder_wins_and_the_shadowed_are_known(void **state)
{
    (void)state;
    folder_put("shipped/tag/ships/init.lua", "a");
    folder_put("user/tag/ships/init.lua", "b");
    folder_put("desk/tag/ships/init.lua", "c");
    struct registry *registry = open_all();
    size_t count = 0;
    struct plugin_entry **all = registry_all(registry, &count);
    assert_int_equal(count, 3);
    assert_int_equal(all[0]->origin, PLUGIN_DESK);
    assert_null(all[0]->shadowed_by);
    assert_ptr_equal(all[1]->shadowed_by, all[0]);
    assert_ptr_equal(all[2]->shadowed_by, all[0]);
    assert_ptr_equal(find(registry, "tag", "ships"), all[0]);
    registry_close(registry);
}

static void folders_that_are_not_there_are_empty(void **state)
{
    (void)state;
    struct registry *registry = open_all();
    size_t count = 9;
    registry_all(registry, &count);
    assert_int_equal(count, 0);
    registry_close(registry);
}

static void only_folders_with_init_lua_and_a_fit_name_are_plugins(void **state)
{
    (void)state;
    folder_put("shipped/tag/ships/init.lua", "a");
    folder_put("shipped/tag/empty/other.lua", "a");
    folder_put("shipped/tag/No Name/init.lua", "a");
    folder_put("shipped/lib/x.lua", "a");
    struct registry *registry = open_all();
    size_t count = 0;
    registry_all(registry, &count);
    assert_int_equal(count, 1);
    registry_close(registry);
}

static void an_unknown_name_is_answered_with_the_nearest(void **state)
{
    (void)state;
    folder_put("shipped/tag/keywords/init.lua", "a");
    struct registry *registry = open_all();
    struct plugin_entry *entry = NULL;
    struct error err = {0};
    assert_int_equal(registry_find(registry, "tag", "keyword", &entry, &err), ERR_NOTFOUND);
    assert_has(err.text, "did you mean tag/keywords?");
    registry_close(registry);
}

static void a_spec_names_kind_and_name(void **state)
{
    (void)state;
    struct plugin_spec spec;
    struct error err = {0};
    assert_int_equal(plugin_spec_parse("tag/ships-2", &spec, &err), 0);
    assert_string_equal(spec.kind, "tag");
    assert_string_equal(spec.name, "ships-2");
    static const char *const bad[] = {"tag",     "tag/",     "/ships", "tag/../x",
                                      "tag/a/b", "tag/SHIP", "tag/-x", ""};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(plugin_spec_parse(bad[i], &spec, &err), ERR_USAGE);
    assert_int_equal(plugin_spec_parse("tags/ships", &spec, &err), ERR_USAGE);
    assert_has(err.text, "did you mean 'tag'");
}

static void files_are_read_once_in_the_order_of_their_names(void **state)
{
    (void)state;
    folder_put("shipped/tag/ships/init.lua", "code");
    folder_put("shipped/tag/ships/fleet.tsv", "data");
    folder_put("shipped/tag/ships/test.lua", "test");
    folder_put("shipped/tag/ships/.swp", "no");
    struct registry *registry = open_all();
    struct plugin_entry *entry = find(registry, "tag", "ships");
    struct error err = {0};
    assert_int_equal(registry_files(entry, &err), 0);
    assert_int_equal(entry->file_count, 3);
    assert_string_equal(entry->files[0].name, "fleet.tsv");
    assert_string_equal(entry->files[1].name, "init.lua");
    folder_put("shipped/tag/ships/init.lua", "changed");
    assert_int_equal(registry_files(entry, &err), 0);
    assert_string_equal(entry->files[1].bytes, "code");
    registry_close(registry);
}

static void a_link_out_of_the_folder_is_refused(void **state)
{
    (void)state;
    folder_put("secret", "x");
    folder_put("shipped/tag/ships/init.lua", "code");
    assert_int_equal(symlink("../../../secret", "shipped/tag/ships/data"), 0);
    struct registry *registry = open_all();
    struct error err = {0};
    assert_int_equal(registry_files(find(registry, "tag", "ships"), &err), ERR_DENIED);
    assert_has(err.text, "data");
    registry_close(registry);
}

static void too_many_files_name_the_limit(void **state)
{
    (void)state;
    char name[64];
    folder_put("shipped/tag/ships/init.lua", "code");
    for (unsigned long i = 0; i < LIMIT(PLUGIN_FILES); i++) {
        snprintf(name, sizeof name, "shipped/tag/ships/%lu.lua", i);
        folder_put(name, "x");
    }
    struct registry *registry = open_all();
    struct error err = {0};
    assert_int_equal(registry_files(find(registry, "tag", "ships"), &err), ERR_LIMIT);
    assert_has(err.text, "PLUGIN_FILES");
    registry_close(registry);
}

static void lib_takes_the_first_of_a_name(void **state)
{
    (void)state;
    folder_put("shipped/lib/util.lua", "shipped");
    folder_put("shipped/lib/more.lua", "more");
    folder_put("desk/lib/util.lua", "desk");
    struct registry *registry = open_all();
    const struct plugin_file *lib = NULL;
    size_t count = 0;
    struct error err = {0};
    assert_int_equal(registry_lib(registry, &lib, &count, &err), 0);
    assert_int_equal(count, 2);
    assert_string_equal(lib[1].name, "util.lua");
    assert_string_equal(lib[1].bytes, "desk");
    registry_close(registry);
}

static void fingerprint_of(struct hash *out, struct str options)
{
    struct registry *registry = open_all();
    struct plugin_entry *entry = find(registry, "tag", "ships");
    struct error err = {0};
    assert_int_equal(registry_files(entry, &err), 0);
    plugin_fingerprint(entry, NULL, 0, options, 1, out);
    registry_close(registry);
}

static void the_fingerprint_follows_code_data_and_options_but_not_tests(void **state)
{
    (void)state;
    struct hash first, second;
    folder_put("shipped/tag/ships/init.lua", "code");
    fingerprint_of(&first, STR_LIT("\x80"));
    folder_put("shipped/tag/ships/test.lua", "test");
    fingerprint_of(&second, STR_LIT("\x80"));
    assert_true(hash_same(&first, &second));
    fingerprint_of(&second, STR_LIT("\x81"));
    assert_false(hash_same(&first, &second));
    folder_put("shipped/tag/ships/fleet.tsv", "data");
    fingerprint_of(&second, STR_LIT("\x80"));
    assert_false(hash_same(&first, &second));
}

#define T(name) cmocka_unit_test_setup_teardown(name, folder_enter, folder_leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(first_folder_wins_and_the_shadowed_are_known),
        T(folders_that_are_not_there_are_empty),
        T(only_folders_with_init_lua_and_a_fit_name_are_plugins),
        T(an_unknown_name_is_answered_with_the_nearest),
        T(a_spec_names_kind_and_name),
        T(files_are_read_once_in_the_order_of_their_names),
        T(a_link_out_of_the_folder_is_refused),
        T(too_many_files_name_the_limit),
        T(lib_takes_the_first_of_a_name),
        T(the_fingerprint_follows_code_data_and_options_but_not_tests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
