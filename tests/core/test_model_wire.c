#include <math.h>
#include <stdio.h>

#include "base/limits.h"
#include "model_help.h"

static void broken(const char *bytes, size_t len, const char *why)
{
    struct error err = {0};
    int rc = wire_check(bytes, len, "frame", &err);
    if (rc >= 0)
        fail_msg("passed, but should say \"%s\"", why);
    assert_has(err.text, why);
}

static void one_whole_value_passes(void **state)
{
    (void)state;
    assert_int_equal(wire_check("\xC0", 1, "frame", NULL), 0);
    assert_int_equal(wire_check("\x92\x01\xA1x", 4, "frame", NULL), 0);
    assert_int_equal(wire_check("\x81\xA1k\xCB\0\0\0\0\0\0\0\0", 12, "frame", NULL), 0);
    assert_int_equal(wire_check("\xDC\0\1\xC4\1z", 6, "frame", NULL), 0);
}

/* msgpack-c is the measure of what bytes mean. */
static void values_are_those_that_msgpack_reads(void **state)
{
    (void)state;
    static const char bytes[] =
        "\xdc\x00\x1d\x00\x7f\xe0\xff\xc0\xc2\xc3\xcc\xff\xcd\xff\xfe\xce\xff\xff\xff\xfd"
        "\xcf\xff\xff\xff\xff\xff\xff\xff\xff\xd0\x80\xd1\x80\x00\xd1\x7f\xff\xd2\x80\0\0\0"
        "\xd3\x80\0\0\0\0\0\0\0\xca\x3f\x80\0\0\xcb\x3f\xf8\0\0\0\0\0\0\xa0\xa1x\xd9\x01y"
        "\xda\x00\x01z\xdb\0\0\0\x01w\xc4\x01\xff\xc5\x00\x00\xc6\0\0\0\x02zz\x90\x80"
        "\x82\xa1k\x91\x93\x01\x02\x03\x05\xdd\0\0\0\x01\xdf\0\0\0\x01\xa1q\xc0";
    struct error err = {0};
    msgpack_zone zone;
    msgpack_object ours, theirs;
    size_t used = 0;
    msgpack_zone_init(&zone, MSGPACK_ZONE_CHUNK_SIZE);
    assert_int_equal(wire_unpack(bytes, sizeof bytes - 1, "test", &zone, &ours, &err), 0);
    assert_int_equal(msgpack_unpack(bytes, sizeof bytes - 1, &used, &zone, &theirs),
                     MSGPACK_UNPACK_SUCCESS);
    assert_true(msgpack_object_equal(ours, theirs));
    msgpack_zone_destroy(&zone);
}

static void five_bytes_that_promise_gigabytes_are_refused(void **state)
{
    (void)state;
    broken("\xDD\xFF\xFF\xFF\xFF", 5, "more values than there are bytes");
    broken("\xDF\xFF\xFF\xFF\xFF", 5, "more values than there are bytes");
    broken("\xDB\xFF\xFF\xFF\xFF", 5, "more bytes than there are");
    broken("\xC6\x7F\xFF\xFF\xFF", 5, "more bytes than there are");
}

/* Each list alone fits in the bytes that are left, all of them together do not. */
static void nested_promises_are_added_up(void **state)
{
    (void)state;
    broken("\x98\x98\x98\1\1\1\1\1\1\1\1\1\1", 13, "more values than there are bytes");
}

static void values_cut_off_are_refused(void **state)
{
    (void)state;
    broken("", 0, "byte 0");
    broken("\x92\x01", 2, "more values");
    broken("\xCD\x01", 2, "more bytes than there are");
    broken("\xDC\x00", 2, "cut off");
    broken("\xA3xy", 3, "more bytes than there are");
}

static void bytes_after_the_value_are_refused(void **state)
{
    (void)state;
    broken("\xC0\xC0", 2, "byte 1: has bytes after its end");
}

static void types_without_use_are_refused(void **state)
{
    (void)state;
    broken("\xC1", 1, "not used here");
    broken("\xD4\x01\x01", 3, "not used here");
    broken("\xC7\x01\x01\x01", 4, "not used here");
}

static void depth_is_limited_by_name(void **state)
{
    (void)state;
    char bytes[100];
    memset(bytes, '\x91', sizeof bytes - 1);
    bytes[sizeof bytes - 1] = '\xC0';
    broken(bytes, sizeof bytes, "FRAME_DEPTH");
    size_t deepest = LIMIT(FRAME_DEPTH);
    broken(bytes + sizeof bytes - 2 - deepest, deepest + 2, "FRAME_DEPTH");
    assert_int_equal(wire_check(bytes + sizeof bytes - 1 - deepest, deepest + 1, "f", NULL), 0);
}

static void packing_tells_the_buffers_failure(void **state)
{
    (void)state;
    msgpack_packer packer;
    BUF_AUTO struct buf out;
    buf_init(&out, 4);
    wire_packer(&packer, &out);
    assert_int_equal(wire_pack_str(&packer, STR_LIT("too long")), ERR_NOMEM);
    assert_true(buf_failed(&out));
}

static void no_text_is_nil_and_empty_text_is_not(void **state)
{
    (void)state;
    msgpack_packer packer;
    BUF_AUTO struct buf out = BUF_INIT;
    wire_packer(&packer, &out);
    wire_pack_str(&packer, STR_NONE);
    wire_pack_str(&packer, STR_LIT(""));
    wire_pack_bin(&packer, NULL, 0);
    assert_memory_equal(out.at, "\xC0\xA0\xC4\x00", 4);
}

static void absent_and_nil_are_the_same(void **state)
{
    (void)state;
    struct bench b;
    struct str text;
    enter(&b);
    const msgpack_object *map = from_json(&b, "{'a': null, 'b': 'x'}");
    assert_null(wire_get(map, "a"));
    assert_null(wire_get(map, "c"));
    assert_null(wire_get(NULL, "a"));
    assert_int_equal(wire_text(wire_get(map, "b"), "b", 10, &text, &b.err), 0);
    assert_text(text, "x");
    assert_int_equal(wire_text(wire_get(map, "a"), "thing.a", 10, &text, &b.err), ERR_INVALID);
    assert_has(b.err.text, "thing.a: is missing");
    leave(&b);
}

static void readers_name_value_and_type(void **state)
{
    (void)state;
    struct bench b;
    struct str text;
    int64_t number;
    double real;
    enter(&b);
    assert_int_equal(wire_text(from_json(&b, "7"), "x", 9, &text, &b.err), ERR_INVALID);
    assert_string_equal(b.err.text, "x: is a number, but a string is needed");
    assert_int_equal(wire_int(from_json(&b, "'7'"), "x", 0, 9, &number, &b.err), ERR_INVALID);
    assert_string_equal(b.err.text, "x: is a string, but a whole number is needed");
    assert_int_equal(wire_int(from_json(&b, "12"), "x", 0, 9, &number, &b.err), ERR_INVALID);
    assert_string_equal(b.err.text, "x: is 12, but must lie in 0 to 9");
    assert_int_equal(wire_number(from_json(&b, "1.5"), "x", 0, 1, &real, &b.err), ERR_INVALID);
    assert_string_equal(b.err.text, "x: is 1.5, but must lie in 0 to 1");
    assert_int_equal(wire_bin(from_json(&b, "[]"), "x", 9, &text, &b.err), ERR_INVALID);
    assert_string_equal(b.err.text, "x: is a list, but a run of bytes is needed");
    leave(&b);
}

static void texts_over_a_limit_name_it(void **state)
{
    (void)state;
    struct bench b;
    struct str text;
    char json[600];
    enter(&b);
    snprintf(json, sizeof json, "'%0550d'", 0);
    assert_int_equal(wire_text(from_json(&b, json), "x", LIMIT(TAG_BYTES), &text, &b.err),
                     ERR_LIMIT);
    assert_string_equal(b.err.text, "x: has 550 bytes, but TAG_BYTES allows 512");
    leave(&b);
}

static void whole_floats_are_integers(void **state)
{
    (void)state;
    struct bench b;
    int64_t number;
    enter(&b);
    assert_int_equal(wire_int(from_json(&b, "3.0"), "x", 0, 9, &number, &b.err), 0);
    assert_int_equal(number, 3);
    assert_int_equal(wire_int(from_json(&b, "3.5"), "x", 0, 9, &number, &b.err), ERR_INVALID);
    assert_int_equal(wire_int(from_json(&b, "1e300"), "x", 0, 9, &number, &b.err), ERR_INVALID);
    leave(&b);
}

static void not_a_number_is_refused(void **state)
{
    (void)state;
    struct bench b;
    msgpack_packer packer;
    int64_t number;
    double real;
    enter(&b);
    wire_packer(&packer, &b.bytes);
    msgpack_pack_double(&packer, (double)NAN);
    const msgpack_object *nan = packed(&b);
    assert_int_equal(wire_number(nan, "x", 0, 1, &real, &b.err), ERR_INVALID);
    assert_int_equal(wire_int(nan, "x", 0, 1, &number, &b.err), ERR_INVALID);
    leave(&b);
}

static void integers_past_int64_are_refused(void **state)
{
    (void)state;
    struct bench b;
    msgpack_packer packer;
    int64_t number;
    enter(&b);
    wire_packer(&packer, &b.bytes);
    msgpack_pack_uint64(&packer, UINT64_MAX);
    assert_int_equal(wire_int(packed(&b), "x", INT64_MIN, INT64_MAX, &number, &b.err), ERR_INVALID);
    assert_has(b.err.text, "too large");
    leave(&b);
}

static void texts_must_be_utf8(void **state)
{
    (void)state;
    struct bench b;
    msgpack_packer packer;
    struct str text;
    enter(&b);
    wire_packer(&packer, &b.bytes);
    wire_pack_str(&packer, STR_LIT("caf\xE9"));
    assert_int_equal(wire_text(packed(&b), "x", 9, &text, &b.err), ERR_INVALID);
    assert_has(b.err.text, "x: is not UTF-8 at byte 4");
    leave(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_whole_value_passes),
        cmocka_unit_test(values_are_those_that_msgpack_reads),
        cmocka_unit_test(five_bytes_that_promise_gigabytes_are_refused),
        cmocka_unit_test(nested_promises_are_added_up),
        cmocka_unit_test(values_cut_off_are_refused),
        cmocka_unit_test(bytes_after_the_value_are_refused),
        cmocka_unit_test(types_without_use_are_refused),
        cmocka_unit_test(depth_is_limited_by_name),
        cmocka_unit_test(packing_tells_the_buffers_failure),
        cmocka_unit_test(no_text_is_nil_and_empty_text_is_not),
        cmocka_unit_test(absent_and_nil_are_the_same),
        cmocka_unit_test(readers_name_value_and_type),
        cmocka_unit_test(texts_over_a_limit_name_it),
        cmocka_unit_test(whole_floats_are_integers),
        cmocka_unit_test(not_a_number_is_refused),
        cmocka_unit_test(integers_past_int64_are_refused),
        cmocka_unit_test(texts_must_be_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
