/* What a native stage registers about itself, as a manifest: options, needs, gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/alloc.h"
#include "plugin/native_manifest.h"
#include "plugin/options.h"

#define OPTION .size = sizeof(struct desk_option)

static const char *const words[] = {"language", NULL}, *const cased[] = {"Language", NULL};
static const char *const colours[] = {"red", "blue", NULL};
static const struct desk_option number = {OPTION, "score", "number", "0.4", "0", "1", NULL, "A."};
static const struct desk_option list = {OPTION, "words", "list", "a,b", NULL, NULL, NULL, NULL};
static const struct desk_option colour = {OPTION, "colour", "string", "red",
                                          NULL,   NULL,     colours,  ""};
static const struct desk_option unset = {OPTION, "limit", "integer", NULL, NULL, NULL, NULL, NULL};

static struct desk_stage stage_with(const struct desk_option *const *options)
{
    return (struct desk_stage){.size = sizeof(struct desk_stage),
                               .kind = "tag",
                               .name = "ships",
                               .version = "1.0.0",
                               .about = "A test.",
                               .options = options,
                               .needs = words,
                               .gives = NULL};
}

static void what_a_stage_registers_is_its_manifest(void **state)
{
    (void)state;
    const struct desk_option *const options[] = {&number, &list, &colour, &unset, NULL};
    const struct desk_stage stage = stage_with(options);
    struct arena *arena = arena_new(1 << 20);
    struct manifest manifest;
    struct error err = {0};
    if (native_manifest(&stage, arena, &manifest, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(manifest.option_count, 4);
    assert_int_equal(manifest.options[0].type, OPTION_NUMBER);
    assert_true(manifest.options[0].has_max && manifest.options[0].max == 1);
    assert_int_equal(manifest.options[2].choice_count, 2);
    assert_null(manifest.options[3].default_value);
    assert_int_equal(manifest.need_count, 1);
    assert_int_equal(manifest.give_count, 0);
    arena_free(arena);
}

static void defaults_reach_the_stage_as_values_of_their_types(void **state)
{
    (void)state;
    const struct desk_option *const options[] = {&number, &list, NULL};
    const struct desk_stage stage = stage_with(options);
    struct arena *arena = arena_new(1 << 20);
    struct manifest manifest;
    struct buf out = BUF_INIT;
    assert_int_equal(native_manifest(&stage, arena, &manifest, NULL), 0);
    assert_int_equal(options_check(&manifest, NULL, NULL, 0, &out, NULL), 0);
    static const char want[] = "\x82\xa5score\xcb\x3f\xd9\x99\x99\x99\x99\x99\x9a"
                               "\xa5words\x92\xa1"
                               "a\xa1"
                               "b";
    assert_int_equal(out.len, sizeof want - 1);
    assert_memory_equal(out.at, want, out.len);
    buf_free(&out);
    arena_free(arena);
}

static void a_bad_registration_is_refused_with_the_option_s_name(void **state)
{
    (void)state;
    static const struct {
        struct desk_option option;
        const char *words;
    } bads[] = {
        {{0, "score", "number", NULL, NULL, NULL, NULL, NULL}, "the size of an option"},
        {{OPTION, "Score", "number", NULL, NULL, NULL, NULL, NULL}, "an option's name"},
        {{OPTION, NULL, "number", NULL, NULL, NULL, NULL, NULL}, "an option's name"},
        {{OPTION, "score", "real", NULL, NULL, NULL, NULL, NULL}, "option score: its type"},
        {{OPTION, "score", NULL, NULL, NULL, NULL, NULL, NULL}, "option score: its type"},
        {{OPTION, "score", "number", NULL, "low", NULL, NULL, NULL}, "min and max"},
        {{OPTION, "score", "number", "much", NULL, NULL, NULL, NULL}, "must be a number"},
        {{OPTION, "score", "number", "2", "0", "1", NULL, NULL}, "at most 1"},
        {{OPTION, "colour", "string", "green", NULL, NULL, colours, NULL}, "may be 'red', 'blue'"},
    };
    for (size_t i = 0; i < sizeof bads / sizeof *bads; i++) {
        const struct desk_option *const options[] = {&bads[i].option, NULL};
        const struct desk_stage stage = stage_with(options);
        struct arena *arena = arena_new(1 << 20);
        struct manifest manifest;
        struct error err = {0};
        assert_true(native_manifest(&stage, arena, &manifest, &err) < 0);
        if (!strstr(err.text, bads[i].words))
            fail_msg("'%s' does not say '%s'", err.text, bads[i].words);
        arena_free(arena);
    }
}

static void needs_and_gives_are_names(void **state)
{
    (void)state;
    struct desk_stage stage = stage_with(NULL);
    struct arena *arena = arena_new(1 << 20);
    struct manifest manifest;
    struct error err = {0};
    stage.gives = cased;
    assert_true(native_manifest(&stage, arena, &manifest, &err) < 0);
    assert_non_null(strstr(err.text, "needs and gives"));
    arena_free(arena);
}

static void a_list_without_an_end_is_not_followed_for_ever(void **state)
{
    (void)state;
    static const struct desk_option *endless[100000];
    for (size_t i = 0; i < sizeof endless / sizeof *endless; i++)
        endless[i] = &number;
    const struct desk_stage stage = stage_with(endless);
    struct arena *arena = arena_new(1 << 20);
    struct manifest manifest;
    struct error err = {0};
    assert_true(native_manifest(&stage, arena, &manifest, &err) < 0);
    assert_non_null(strstr(err.text, "no NULL at their end"));
    arena_free(arena);
}

static void no_memory_is_an_error_wherever_it_ends(void **state)
{
    (void)state;
    const struct desk_option *const options[] = {&number, &list, &colour, &unset, NULL};
    const struct desk_stage stage = stage_with(options);
    int code = ERR_NOMEM, fired = 1;
    for (uint64_t nth = 1; fired; nth++) {
        struct manifest manifest;
        struct error err = {0};
        mem_fail_nth(nth);
        struct arena *arena = arena_new(1 << 20);
        code = arena ? native_manifest(&stage, arena, &manifest, &err) : ERR_NOMEM;
        fired = mem_fail_nth(0);
        arena_free(arena);
        assert_int_equal(code, fired ? ERR_NOMEM : 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_stage_registers_is_its_manifest),
        cmocka_unit_test(defaults_reach_the_stage_as_values_of_their_types),
        cmocka_unit_test(a_bad_registration_is_refused_with_the_option_s_name),
        cmocka_unit_test(needs_and_gives_are_names),
        cmocka_unit_test(a_list_without_an_end_is_not_followed_for_ever),
        cmocka_unit_test(no_memory_is_an_error_wherever_it_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
