/* Grants: who may have what, for which manifest, and the line that says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "plugin/grant.h"

static const char *reads[] = {"/srv/fleet.tsv", "names.tsv"};
static const char *more_reads[] = {"names.tsv", "/srv/fleet.tsv", "/srv/more.tsv"};
static const char *names[] = {"LANG"};
static struct plugin_file own_files[] = {{"init.lua", "", 0}, {"names.tsv", "", 0}};

static struct manifest ships(void)
{
    return (struct manifest){.kind = "tag",
                             .name = "ships",
                             .version = "1.0.0",
                             .about = "",
                             .read_files = reads,
                             .read_count = 2,
                             .env = names,
                             .env_count = 1};
}

static const struct plugin_entry entry = {.kind = "tag",
                                          .name = "ships",
                                          .origin = PLUGIN_DESK,
                                          .path = "/desk/scripts/tag/ships",
                                          .files = own_files,
                                          .file_count = 2};

/* As the line of desk.lua that grant_line gives for it. */
static struct plugin_grant granted(const struct manifest *manifest, char mark[GRANT_MARK_SIZE])
{
    grant_mark(manifest, PLUGIN_DESK, mark);
    return (struct plugin_grant){
        .plugin = "tag/ships", .read = {reads, 1}, .env = {names, 1}, .manifest = mark, .line = 7};
}

static void assert_denied(const struct manifest *manifest, const struct plugin_entry *of,
                          const struct plugin_grant *grant, const char *words)
{
    struct error err = {0};
    assert_int_equal(grant_check(manifest, of, grant, &err), ERR_DENIED);
    if (!strstr(err.text, words))
        fail_msg("'%s' does not say '%s'", err.text, words);
}

static void what_lies_in_the_own_folder_needs_no_grant(void **state)
{
    (void)state;
    struct manifest manifest = ships();
    struct error err = {0};
    manifest.read_files = &reads[1];
    manifest.read_count = 1;
    manifest.env_count = 0;
    assert_false(grant_needed(&manifest));
    assert_int_equal(grant_check(&manifest, &entry, NULL, &err), 0);
}

static void a_denial_says_which_line_to_add(void **state)
{
    (void)state;
    const struct manifest manifest = ships();
    char mark[GRANT_MARK_SIZE], line[512];
    grant_mark(&manifest, PLUGIN_DESK, mark);
    snprintf(line, sizeof line,
             "add this line to desk.lua:\ndesk.grant { \"tag/ships\", read = { \"/srv/fleet.tsv\" "
             "}, env = { \"LANG\" }, manifest = \"%s\" }",
             mark);
    assert_denied(&manifest, &entry, NULL, line);
}

static void a_grant_for_this_manifest_is_taken(void **state)
{
    (void)state;
    const struct manifest manifest = ships();
    char mark[GRANT_MARK_SIZE];
    const struct plugin_grant grant = granted(&manifest, mark);
    struct error err = {0};
    if (grant_check(&manifest, &entry, &grant, &err) < 0)
        fail_msg("%s", err.text);
}

static void a_plugin_that_asks_for_more_must_be_granted_anew(void **state)
{
    (void)state;
    struct manifest manifest = ships();
    char mark[GRANT_MARK_SIZE];
    struct plugin_grant grant = granted(&manifest, mark);
    manifest.read_files = more_reads;
    manifest.read_count = 3;
    assert_denied(&manifest, &entry, &grant,
                  "'/srv/more.tsv', which line 7 of desk.lua does not grant");
    /* nor does it help to widen the list and keep the old mark */
    grant.read = (struct grant_list){&more_reads[1], 2};
    assert_denied(&manifest, &entry, &grant, "is for another manifest");
}

static void a_plugin_put_in_front_has_no_grant(void **state)
{
    (void)state;
    const struct manifest manifest = ships();
    char mark[GRANT_MARK_SIZE];
    const struct plugin_grant grant = granted(&manifest, mark);
    struct plugin_entry other = entry;
    other.origin = PLUGIN_USER;
    assert_denied(&manifest, &other, &grant, "is for another manifest");
}

static void a_grant_without_a_mark_grants_nothing(void **state)
{
    (void)state;
    const struct manifest manifest = ships();
    char mark[GRANT_MARK_SIZE];
    struct plugin_grant grant = granted(&manifest, mark);
    grant.manifest = "";
    assert_denied(&manifest, &entry, &grant, "does not say for which manifest");
}

static void a_grant_of_what_nobody_asks_for_is_refused(void **state)
{
    (void)state;
    struct manifest manifest = ships();
    char mark[GRANT_MARK_SIZE];
    const struct plugin_grant grant = granted(&manifest, mark);
    manifest.env_count = 0;
    assert_denied(&manifest, &entry, &grant, "does not ask for env 'LANG', which line 7");
    manifest.read_count = 0;
    assert_denied(&manifest, &entry, &grant, "take line 7 out");
}

static void the_order_of_a_list_makes_no_other_manifest(void **state)
{
    (void)state;
    static const char *turned[] = {"names.tsv", "/srv/fleet.tsv"};
    struct manifest manifest = ships();
    char one[GRANT_MARK_SIZE], other[GRANT_MARK_SIZE];
    grant_mark(&manifest, PLUGIN_DESK, one);
    manifest.read_files = turned;
    manifest.version = "2.0.0"; /* nor does a version: what it asks for is what counts */
    grant_mark(&manifest, PLUGIN_DESK, other);
    assert_string_equal(one, other);
}

static void the_same_word_in_another_list_is_another_manifest(void **state)
{
    (void)state;
    static const char *word[] = {"/bin/true"};
    const struct manifest as_read = {
        .kind = "task", .name = "a", .read_files = word, .read_count = 1};
    const struct manifest as_command = {.kind = "task", .name = "a", .env = word, .env_count = 1};
    char one[GRANT_MARK_SIZE], other[GRANT_MARK_SIZE];
    grant_mark(&as_read, PLUGIN_DESK, one);
    grant_mark(&as_command, PLUGIN_DESK, other);
    assert_string_not_equal(one, other);
}

static void what_nobody_can_grant_is_said(void **state)
{
    (void)state;
    static const char *relative[] = {"../fleet.tsv"}, *bad_name[] = {"A=B"}, *gone[] = {"no.tsv"};
    const struct manifest bad[] = {
        {.kind = "tag", .name = "a", .read_files = relative, .read_count = 1},
        {.kind = "tag", .name = "a", .env = bad_name, .env_count = 1},
        {.kind = "tag", .name = "a", .asks_command = true},
        {.kind = "tag", .name = "a", .read_files = gone, .read_count = 1},
    };
    static const char *const words[] = {"write an absolute path", "no name of an environment",
                                        "for tasks alone", "not in its folder"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct error err = {0};
        assert_true(grant_check(&bad[i], &entry, NULL, &err) < 0);
        if (!strstr(err.text, words[i]))
            fail_msg("'%s' does not say '%s'", err.text, words[i]);
    }
}

static void a_task_may_be_loaded_without_its_command(void **state)
{
    (void)state;
    static const char *command[] = {"/usr/bin/mail", "-s", "desk"}, *bare[] = {"mail"};
    struct manifest manifest = {.kind = "task", .name = "ships", .asks_command = true};
    struct error err = {0};
    char mark[GRANT_MARK_SIZE];
    assert_false(grant_needed(&manifest));
    assert_int_equal(grant_check(&manifest, &entry, NULL, &err), 0);
    grant_mark(&manifest, PLUGIN_DESK, mark);
    struct plugin_grant grant = {.manifest = mark, .line = 7, .command = {command, 3}};
    assert_int_equal(grant_check(&manifest, &entry, &grant, &err), 0);
    grant.manifest = "0123456789abcdef";
    assert_denied(&manifest, &entry, &grant, "is for another manifest");
    grant.command = (struct grant_list){bare, 1};
    assert_int_equal(grant_check(&manifest, &entry, &grant, &err), ERR_INVALID);
    manifest.asks_command = false;
    assert_denied(&manifest, &entry, &grant, "take");
}

static void a_name_that_would_end_the_text_is_quoted(void **state)
{
    (void)state;
    static const char *odd[] = {"/srv/a\"b\\c\nd"};
    const struct manifest manifest = {
        .kind = "tag", .name = "a", .read_files = odd, .read_count = 1};
    struct arena *arena = arena_new(4096);
    const char *line = grant_line(&manifest, PLUGIN_DESK, arena);
    assert_non_null(line);
    assert_non_null(strstr(line, "read = { \"/srv/a\\\"b\\\\c\\010d\" }"));
    arena_free(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_lies_in_the_own_folder_needs_no_grant),
        cmocka_unit_test(a_denial_says_which_line_to_add),
        cmocka_unit_test(a_grant_for_this_manifest_is_taken),
        cmocka_unit_test(a_plugin_that_asks_for_more_must_be_granted_anew),
        cmocka_unit_test(a_plugin_put_in_front_has_no_grant),
        cmocka_unit_test(a_grant_without_a_mark_grants_nothing),
        cmocka_unit_test(a_grant_of_what_nobody_asks_for_is_refused),
        cmocka_unit_test(the_order_of_a_list_makes_no_other_manifest),
        cmocka_unit_test(the_same_word_in_another_list_is_another_manifest),
        cmocka_unit_test(what_nobody_can_grant_is_said),
        cmocka_unit_test(a_task_may_be_loaded_without_its_command),
        cmocka_unit_test(a_name_that_would_end_the_text_is_quoted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
