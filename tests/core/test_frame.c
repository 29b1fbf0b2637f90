/* Frames from a stranger: what is refused, and that nothing is reserved on its word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/limits.h"
#include "worker/frame.h"

static int check(const char *bytes, size_t len)
{
    struct error err = {0};
    int rc = frame_check(bytes, len, &err);
    assert_true(rc == 0 || err.text[0]);
    return rc;
}
#define CHECK(literal) check(literal, sizeof(literal) - 1)

static void each_plain_value_passes(void **state)
{
    (void)state;
    assert_int_equal(CHECK("\xc0"), 0);
    assert_int_equal(CHECK("\x7f"), 0);
    assert_int_equal(CHECK("\xe0"), 0);
    assert_int_equal(CHECK("\xcb\0\0\0\0\0\0\0\0"), 0);
    assert_int_equal(CHECK("\xa3"
                           "abc"),
                     0);
    assert_int_equal(CHECK("\xc4\x02xy"), 0);
    assert_int_equal(CHECK("\x82\xa1"
                           "a\x01\x02\x93\x01\x02\x03"),
                     0);
}

static void every_cut_of_a_frame_is_refused(void **state)
{
    (void)state;
    static const char whole[] = "\x93\x05\xcd\x01\x00\x82\xa1"
                                "a\x92\x01\xc4\x03xyz\xa1"
                                "b\xcb\0\0\0\0\0\0\0\0";
    assert_int_equal(CHECK(whole), 0);
    for (size_t len = 0; len < sizeof whole - 1; len++)
        assert_int_equal(check(whole, len), ERR_INVALID);
}

static void counts_over_the_bytes_left_are_refused(void **state)
{
    (void)state;
    assert_int_equal(CHECK("\xdd\xff\xff\xff\xff"), ERR_INVALID);
    assert_int_equal(CHECK("\xdf\xff\xff\xff\xff"), ERR_INVALID);
    assert_int_equal(CHECK("\xdf\x80\x00\x00\x00\xc0"), ERR_INVALID);
    assert_int_equal(CHECK("\xdb\xff\xff\xff\xff"), ERR_INVALID);
    assert_int_equal(CHECK("\xc6\xff\xff\xff\xff"), ERR_INVALID);
}

/* Each array alone fits in what is left, all of them together do not. */
static void nested_counts_are_added_up(void **state)
{
    (void)state;
    assert_int_equal(CHECK("\x94\x94\x94\x94\xc0\xc0\xc0\xc0"), ERR_INVALID);
}

static void depth_is_limited(void **state)
{
    (void)state;
    char bytes[64];
    memset(bytes, 0x91, sizeof bytes);
    bytes[LIMIT(FRAME_DEPTH)] = (char)0xc0;
    assert_int_equal(check(bytes, LIMIT(FRAME_DEPTH) + 1), 0);
    bytes[LIMIT(FRAME_DEPTH)] = (char)0x91;
    bytes[LIMIT(FRAME_DEPTH) + 1] = (char)0xc0;
    assert_int_equal(check(bytes, LIMIT(FRAME_DEPTH) + 2), ERR_LIMIT);
}

static void ext_and_reserved_types_are_refused(void **state)
{
    (void)state;
    assert_int_equal(CHECK("\xc1"), ERR_INVALID);
    assert_int_equal(CHECK("\xd4\x01x"), ERR_INVALID);
    assert_int_equal(CHECK("\xc7\x01\x01x"), ERR_INVALID);
}

static void keys_are_text_or_integers(void **state)
{
    (void)state;
    assert_int_equal(CHECK("\x81\xc0\x01"), ERR_INVALID);
    assert_int_equal(CHECK("\x81\x90\x01"), ERR_INVALID);
    assert_int_equal(CHECK("\x81\xca\0\0\0\0\x01"), ERR_INVALID);
    assert_int_equal(CHECK("\x81\x01\xc0"), 0);
    assert_int_equal(CHECK("\x81\xa1k\x81\xc2\x01"), ERR_INVALID);
}

static void one_value_fills_the_frame(void **state)
{
    (void)state;
    assert_int_equal(CHECK(""), ERR_INVALID);
    assert_int_equal(CHECK("\xc0\xc0"), ERR_INVALID);
}

static void a_stream_is_cut_into_frames(void **state)
{
    (void)state;
    struct error err = {0};
    const uint8_t *body = NULL;
    size_t len = 0, need = 0;
    static const char stream[] = "\x02\0\0\0\x91\xc0\x01\0\0\0\xc0";
    assert_int_equal(frame_next(stream, 3, &body, &len, &need, &err), 0);
    assert_int_equal(need, FRAME_HEADER);
    assert_int_equal(frame_next(stream, 5, &body, &len, &need, &err), 0);
    assert_int_equal(need, FRAME_HEADER + 2);
    assert_int_equal(frame_next(stream, sizeof stream - 1, &body, &len, &need, &err), 1);
    assert_int_equal(len, 2);
    assert_ptr_equal(body, stream + FRAME_HEADER);
}

static void a_length_over_the_limit_is_refused_at_once(void **state)
{
    (void)state;
    struct error err = {0};
    const uint8_t *body = NULL;
    size_t len = 0, need = 0;
    assert_int_equal(frame_next("\xff\xff\xff\xff", 4, &body, &len, &need, &err), ERR_LIMIT);
    assert_non_null(strstr(err.text, "FRAME_BYTES"));
    assert_int_equal(frame_next("\0\0\0\0", 4, &body, &len, &need, &err), ERR_INVALID);
}

static void a_written_frame_reads_back(void **state)
{
    (void)state;
    struct error err = {0};
    struct buf out = BUF_INIT;
    const uint8_t *body = NULL;
    size_t len = 0, need = 0;
    msgpack_zone zone;
    msgpack_object value;
    buf_text(&out, "before");
    size_t begun = frame_begin(&out);
    buf_append(&out, "\x92\x01\xa1x", 4);
    assert_int_equal(frame_end(&out, begun, &err), 0);
    assert_int_equal(frame_next(out.at + begun, out.len - begun, &body, &len, &need, &err), 1);
    assert_true(msgpack_zone_init(&zone, MSGPACK_ZONE_CHUNK_SIZE));
    assert_int_equal(frame_unpack(body, len, &zone, &value, &err), 0);
    assert_int_equal(value.via.array.size, 2);
    msgpack_zone_destroy(&zone);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_plain_value_passes),
        cmocka_unit_test(every_cut_of_a_frame_is_refused),
        cmocka_unit_test(counts_over_the_bytes_left_are_refused),
        cmocka_unit_test(nested_counts_are_added_up),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(ext_and_reserved_types_are_refused),
        cmocka_unit_test(keys_are_text_or_integers),
        cmocka_unit_test(one_value_fills_the_frame),
        cmocka_unit_test(a_stream_is_cut_into_frames),
        cmocka_unit_test(a_length_over_the_limit_is_refused_at_once),
        cmocka_unit_test(a_written_frame_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
