#include "plugin/order.h"

#include "unit.h"

static const char *language[] = {"language"};
static const char *place[] = {"place"};

static const struct manifest knows_language = {
    .kind = "tag", .name = "language", .gives = language, .give_count = 1};
static const struct manifest wants_language = {
    .kind = "tag", .name = "keywords", .needs = language, .need_count = 1};
static const struct manifest plain = {.kind = "tag", .name = "plain"};

static void without_needs_the_order_stays(void **state)
{
    (void)state;
    const struct manifest *chain[] = {&plain, &knows_language, &plain};
    size_t order[3];
    struct error err = {0};
    assert_int_equal(order_plugins(chain, 3, order, &err), 0);
    assert_int_equal(order[0], 0);
    assert_int_equal(order[1], 1);
    assert_int_equal(order[2], 2);
}

static void who_needs_runs_after_who_gives(void **state)
{
    (void)state;
    const struct manifest *chain[] = {&wants_language, &plain, &knows_language};
    size_t order[3];
    struct error err = {0};
    assert_int_equal(order_plugins(chain, 3, order, &err), 0);
    assert_int_equal(order[0], 1);
    assert_int_equal(order[1], 2);
    assert_int_equal(order[2], 0);
}

static void a_need_that_nobody_gives_is_no_error(void **state)
{
    (void)state;
    const struct manifest *chain[] = {&wants_language};
    size_t order[1];
    struct error err = {0};
    assert_int_equal(order_plugins(chain, 1, order, &err), 0);
}

static void a_cycle_is_refused_by_name(void **state)
{
    (void)state;
    const struct manifest a = {.kind = "tag",
                               .name = "a",
                               .needs = language,
                               .need_count = 1,
                               .gives = place,
                               .give_count = 1};
    const struct manifest b = {.kind = "tag",
                               .name = "b",
                               .needs = place,
                               .need_count = 1,
                               .gives = language,
                               .give_count = 1};
    const struct manifest *chain[] = {&plain, &a, &b};
    size_t order[3];
    struct error err = {0};
    assert_int_equal(order_plugins(chain, 3, order, &err), ERR_INVALID);
    assert_has(err.text, "tag/a, tag/b");
    assert_null(strstr(err.text, "plain"));
}

static void a_plugin_does_not_wait_for_itself(void **state)
{
    (void)state;
    const struct manifest both = {.kind = "tag",
                                  .name = "both",
                                  .needs = language,
                                  .need_count = 1,
                                  .gives = language,
                                  .give_count = 1};
    const struct manifest *chain[] = {&both};
    size_t order[1];
    struct error err = {0};
    assert_int_equal(order_plugins(chain, 1, order, &err), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_needs_the_order_stays),
        cmocka_unit_test(who_needs_runs_after_who_gives),
        cmocka_unit_test(a_need_that_nobody_gives_is_no_error),
        cmocka_unit_test(a_cycle_is_refused_by_name),
        cmocka_unit_test(a_plugin_does_not_wait_for_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
