/* desk.json, desk.date, desk.array, desk.null, desk.sorted, and answers as msgpack. */
#include "lua_help.h"

struct example {
    const char *body, *text;
};

static const struct example examples[] = {
    {"return desk.json.encode { b = 1, a = { 1, 2.5 }, c = {}, d = desk.null, e = true }",
     "{\"a\":[1,2.5],\"b\":1,\"c\":[],\"d\":null,\"e\":true}"},
    {"return desk.json.encode(0.9) .. desk.json.encode(0.1 + 0.2)", "0.90.30000000000000004"},
    {"return desk.json.encode({ 1 }, { indent = 2 })", "[\n  1\n]"},
    {"return desk.json.encode(desk.json.decode '[1, 1.0, null, [], {\"a\":{}}]')",
     "[1,1.0,null,[],{\"a\":[]}]"},
    {"return tostring(math.type(desk.json.decode('7'))) .. math.type(desk.json.decode('7.0'))",
     "integerfloat"},
    {"return select(2, desk.json.decode '[1,')", "line 1, column 3: ']' expected near end of file"},
    {"local t = {} t[1] = t return select(2, pcall(desk.json.encode, t))",
     "desk.json.encode: nested too deep (JSON_DEPTH): perhaps a table holds itself"},
    {"return select(2, pcall(desk.json.encode, { 1, a = 2 }))",
     "desk.json.encode: a table has both list items and named fields, or a list has a hole"},
    {"return select(2, pcall(desk.json.encode, { print }))",
     "desk.json.encode: a function has no JSON form"},
    {"return select(2, pcall(desk.json.encode, '\\xff'))", "desk.json.encode: a text is not UTF-8"},
    {"return select(2, pcall(desk.json.encode, { ['\\xff'] = 1 }))",
     "desk.json.encode: a key is not UTF-8"},
    {"return select(2, pcall(desk.json.encode, 0/0))",
     "desk.json.encode: a number is NaN or infinite"},
    {"return select(2, pcall(desk.json.decode, ('['):rep(200) .. (']'):rep(200)))",
     "desk.json.decode: nested deeper than 100 levels (JSON_DEPTH)"},
    {"local all = {} for k, v in desk.sorted { b = 2, a = 1, [10] = 'x', [2] = 'y', [1.5] = 'z' } "
     "do "
     "all[#all + 1] = k .. '=' .. v end return table.concat(all, ' ')",
     "1.5=z 2=y 10=x a=1 b=2"},
    {"return select(2, pcall(desk.sorted, { [print] = 1 }))",
     "desk.sorted: a key is a function; only texts and numbers have an order"},
    {"local all = {} for k in desk.sorted(utf8) do all[#all + 1] = k end return table.concat(all, "
     "' ')",
     "char charpattern codepoint codes len offset"},
    {"return desk.date.format(desk.date.parse '2026-05-04T10:20:30+02:00')",
     "2026-05-04T08:20:30Z"},
    {"return desk.date.format(desk.date.parse '2026-05-04T10:20:30-02:30')",
     "2026-05-04T12:50:30Z"},
    {"return desk.date.format(desk.date.parse 'Mon, 4 May 2026 10:20:30 +0200', 'rfc5322')",
     "Mon, 4 May 2026 08:20:30 +0000"},
    {"return desk.date.format(desk.date.parse '4 May 26 10:20 EST')", "2026-05-04T15:20:00Z"},
    {"return desk.date.format(desk.date.parse '2024-02-29', 'date')", "2024-02-29"},
    {"return tostring(desk.date.parse '31 Feb 2026') .. tostring(desk.date.parse 'soon') .. "
     "tostring(desk.date.parse('x'):rep(1))",
     NULL},
    {"return desk.date.format(desk.date.add(desk.date.parse '2024-01-31', { months = 1 }), 'date')",
     "2024-02-29"},
    {"return desk.date.format(desk.date.add(desk.date.parse '2024-03-01', { days = -1, hours = 25 "
     "}))",
     "2024-03-01T01:00:00Z"},
    {"local d = desk.date.diff(desk.date.parse '2024-03-02', desk.date.parse '2024-02-28') "
     "return d.days .. ' ' .. d.total",
     "3 259200"},
    {"return desk.date.parts(desk.date.parse '2026-05-04').weekday .. ''", "1"},
    {"return desk.date.format(desk.date.now())", "2026-01-01T00:00:00Z"},
    {"return article.text:sub(1, 6) .. article.received", "A text2026-01-01T00:00:00Z"},
    {"local all = {} for k in pairs(article) do all[#all + 1] = k end return table.concat(all, ' "
     "')",
     "headline text received captions tags"},
    {"return require('lpeg').match(require('lpeg').C(require('lpeg').R 'AZ'), article.headline)",
     "A"},
    {"local c = coroutine.wrap(function(a) local b = coroutine.yield(a + 1) return b * 2 end) "
     "return c(1) .. ' ' .. c(21)",
     "2 42"},
    {"local c = coroutine.create(function() error('inside') end) "
     "return select(2, coroutine.resume(c)) .. ' ' .. coroutine.status(c)",
     "scripts/tag/test/init.lua:3: inside dead"},
    {"local c = coroutine.wrap(function() error('inside', 0) end) return select(2, pcall(c))",
     "inside"},
    {"return select(2, xpcall(error, function(m) return m .. '!' end, 'x'))", "x!"},
    {"return tostring(select('#', pcall(function(...) return ... end, 1, nil, nil)))", "4"},
    {"return string.format('%d %5.1f %q %s%%', 3, 2.5, 'x', nil)", "3   2.5 \"x\" nil%"},
};

static void each_example_gives_its_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct lua_fixture fixture;
        fixture_begin(&fixture);
        const char *text = fixture_text(&fixture, examples[i].body);
        if (!examples[i].text) {
            assert_null(text);
        } else {
            if (!text)
                fail_msg("%s: %s", examples[i].body, fixture.fault.message);
            assert_string_equal(text, examples[i].text);
        }
        fixture_end(&fixture);
    }
}

/* What an answer is on the wire, as msgpack's own printer shows it. */
static const struct example answers[] = {
    {"return { 1, 2.0, 'x', true, desk.null }", "[1, 2.000000, \"x\", true, nil]"},
    {"return {}", "[]"},
    {"return desk.array {}", "[]"},
    {"return { b = 1, a = { z = {}, y = -1 } }", "{\"a\"=>{\"y\"=>-1, \"z\"=>[]}, \"b\"=>1}"},
    {"return nil", "nil"},
    {"return options", "[]"},
    {"local t = {} for i = 1, 70 do t[string.format('k%02d', 71 - i)] = i end "
     "local u = {} for k, v in pairs(t) do u[#u + 1] = k end return { #u, next({ t.k70 }) }",
     "[70, 1, 1]"},
};

static void each_answer_keeps_its_shape(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        struct lua_fixture fixture;
        char text[1024];
        fixture_begin(&fixture);
        assert_int_equal(fixture_run_of(&fixture, answers[i].body), 0);
        if (fixture_call(&fixture) < 0)
            fail_msg("%s: %s", answers[i].body, fixture.fault.message);
        assert_int_equal(
            msgpack_unpack_next(&fixture.unpacked, fixture.answer.at, fixture.answer.len, NULL),
            MSGPACK_UNPACK_SUCCESS);
        msgpack_object_print_buffer(text, sizeof text, fixture.unpacked.data);
        assert_string_equal(text, answers[i].text);
        fixture_end(&fixture);
    }
}

static const struct example bad_answers[] = {
    {"return { { score = 0/0 } }",
     "scripts/tag/test/init.lua:2: answer[1].score: the number is NaN or infinite"},
    {"return { { label = print } }", "answer[1].label: a function cannot be sent"},
    {"return { article }", "answer[1]: a userdata cannot be sent"},
    {"local t = { {} } t[1].me = t return t", "answer[1].me: the table holds itself"},
    {"return { 1, x = 2 }", "the table has both list items and named fields"},
    {"return { a = { 1, nil, 3, nil, nil, 6 } }", NULL},
    {"return desk.array { x = 1 }", "answer: the table has both list items and named fields"},
    {"local t = {} for _ = 1, 40 do t = { t } end return t", "nested too deep (ANSWER_DEPTH)"},
    {"local s, t = ('x'):rep(1 << 20), {} for i = 1, 80 do t[i] = s end return t",
     "too many bytes (ANSWER_BYTES)"},
};

static void each_bad_answer_names_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_answers / sizeof *bad_answers; i++) {
        struct lua_fixture fixture;
        fixture_begin(&fixture);
        assert_int_equal(fixture_run_of(&fixture, bad_answers[i].body), 0);
        if (fixture_call(&fixture) >= 0 || fixture.fault.guard != GUARD_ANSWER)
            fail_msg("'%s' was taken", bad_answers[i].body);
        if (bad_answers[i].text)
            assert_contains(fixture.fault.message, bad_answers[i].text);
        assert_int_equal(fixture.answer.len, 0);
        fixture_end(&fixture);
    }
}

static void keys_come_in_byte_order_in_large_maps_too(void **state)
{
    (void)state;
    struct lua_fixture fixture;
    fixture_begin(&fixture);
    assert_int_equal(fixture_run_of(&fixture, "local t = {} for i = 1, 500 do t['k' .. i] = i end "
                                              "return t"),
                     0);
    assert_int_equal(fixture_call(&fixture), 0);
    assert_int_equal(
        msgpack_unpack_next(&fixture.unpacked, fixture.answer.at, fixture.answer.len, NULL),
        MSGPACK_UNPACK_SUCCESS);
    const msgpack_object_map *map = &fixture.unpacked.data.via.map;
    assert_int_equal(map->size, 500);
    for (uint32_t i = 1; i < map->size; i++) {
        const msgpack_object_str *a = &map->ptr[i - 1].key.via.str, *b = &map->ptr[i].key.via.str;
        assert_true(str_compare((struct str){a->ptr, a->size}, (struct str){b->ptr, b->size}) < 0);
    }
    fixture_end(&fixture);
}

static void bytes_that_are_no_utf8_come_as_bin(void **state)
{
    (void)state;
    struct lua_fixture fixture;
    fixture_begin(&fixture);
    assert_int_equal(fixture_run_of(&fixture, "return '\\xff'"), 0);
    assert_int_equal(fixture_call(&fixture), 0);
    assert_memory_equal(fixture.answer.at, "\xc4\x01\xff", 3);
    fixture_end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_example_gives_its_text),
        cmocka_unit_test(each_answer_keeps_its_shape),
        cmocka_unit_test(each_bad_answer_names_its_place),
        cmocka_unit_test(keys_come_in_byte_order_in_large_maps_too),
        cmocka_unit_test(bytes_that_are_no_utf8_come_as_bin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
