#include "plugin/options.h"

#include "model/wire.h"
#include "plugin/canonical.h"
#include "unit.h"

static const char *const choices[] = {"short", "long"};
static const msgpack_object half = {.type = MSGPACK_OBJECT_FLOAT64, .via.f64 = 0.5};
static const msgpack_object three = {.type = MSGPACK_OBJECT_POSITIVE_INTEGER, .via.u64 = 3};

static struct option_spec specs[] = {
    {.name = "min_score",
     .type = OPTION_NUMBER,
     .default_value = &half,
     .has_min = true,
     .has_max = true,
     .min = 0,
     .max = 1},
    {.name = "count", .type = OPTION_INTEGER, .default_value = &three, .has_min = true, .min = 1},
    {.name = "form", .type = OPTION_STRING, .choices = (const char **)choices, .choice_count = 2},
    {.name = "loud", .type = OPTION_BOOLEAN},
    {.name = "skip", .type = OPTION_LIST},
};
static const struct manifest plugin = {
    .kind = "tag", .name = "ships", .version = "1", .options = specs, .option_count = 5};

/* Checks texts; the answer, unpacked, or an error. */
static int check(const struct option_text *texts, size_t count, msgpack_unpacked *out,
                 struct error *err)
{
    static struct buf packed; /* what `out` points into */
    buf_clear(&packed);
    int code = options_check(&plugin, NULL, texts, count, &packed, err);
    msgpack_unpacked_init(out);
    if (code >= 0)
        assert_int_equal(msgpack_unpack_next(out, packed.at, packed.len, NULL),
                         MSGPACK_UNPACK_SUCCESS);
    return code;
}

static void refused(const char *key, const char *value, const char *part)
{
    msgpack_unpacked out;
    struct error err = {0};
    const struct option_text text = {key, value};
    assert_int_equal(check(&text, 1, &out, &err), ERR_INVALID);
    assert_has(err.text, part);
    msgpack_unpacked_destroy(&out);
}

static void defaults_fill_in(void **state)
{
    (void)state;
    msgpack_unpacked out;
    struct error err = {0};
    assert_int_equal(check(NULL, 0, &out, &err), 0);
    assert_int_equal(out.data.via.map.size, 2);
    assert_int_equal(wire_get(&out.data, "count")->via.u64, 3);
    msgpack_unpacked_destroy(&out);
}

static void texts_are_read_by_type(void **state)
{
    (void)state;
    msgpack_unpacked out;
    struct error err = {0};
    const struct option_text texts[] = {
        {"min_score", "0.25"}, {"count", "7"}, {"form", "long"}, {"loud", "true"}, {"skip", "a,b"}};
    if (check(texts, 5, &out, &err) < 0)
        fail_msg("%s", err.text);
    assert_true(wire_get(&out.data, "min_score")->via.f64 == 0.25);
    assert_int_equal(wire_get(&out.data, "count")->via.u64, 7);
    assert_true(wire_get(&out.data, "loud")->via.boolean);
    assert_int_equal(wire_get(&out.data, "skip")->via.array.size, 2);
    msgpack_unpacked_destroy(&out);
}

static void wrong_values_are_refused_by_name(void **state)
{
    (void)state;
    refused("min_score", "2", "option 'min_score' of tag/ships must be at most 1");
    refused("min_score", "nan", "must be a number");
    refused("min_score", "", "must be a number");
    refused("count", "0", "must be at least 1");
    refused("count", "1.5", "must be an integer");
    refused("form", "tiny", "may be 'short', 'long'");
    refused("loud", "perhaps", "must be true or false");
}

static void an_unknown_option_names_the_nearest(void **state)
{
    (void)state;
    refused("min_scor", "1", "did you mean 'min_score'?");
}

static void equal_options_are_equal_bytes(void **state)
{
    (void)state;
    BUF_AUTO struct buf one = BUF_INIT;
    BUF_AUTO struct buf two = BUF_INIT;
    struct error err = {0};
    const struct option_text ab[] = {{"count", "4"}, {"form", "long"}};
    const struct option_text ba[] = {{"form", "long"}, {"count", "4.0"}};
    assert_int_equal(options_check(&plugin, NULL, ab, 2, &one, &err), 0);
    assert_int_equal(options_check(&plugin, NULL, ba, 2, &two, &err), 0);
    assert_true(str_same(buf_view(&one), buf_view(&two)));
}

static void a_given_map_is_checked_too(void **state)
{
    (void)state;
    BUF_AUTO struct buf out = BUF_INIT;
    struct error err = {0};
    msgpack_object_kv pair = {.key = {.type = MSGPACK_OBJECT_STR, .via.str = {4, "loud"}},
                              .val = {.type = MSGPACK_OBJECT_POSITIVE_INTEGER, .via.u64 = 1}};
    const msgpack_object map = {.type = MSGPACK_OBJECT_MAP, .via.map = {1, &pair}};
    assert_int_equal(options_check(&plugin, &map, NULL, 0, &out, &err), ERR_INVALID);
    assert_has(err.text, "must be a boolean");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_fill_in),
        cmocka_unit_test(texts_are_read_by_type),
        cmocka_unit_test(wrong_values_are_refused_by_name),
        cmocka_unit_test(an_unknown_option_names_the_nearest),
        cmocka_unit_test(equal_options_are_equal_bytes),
        cmocka_unit_test(a_given_map_is_checked_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
