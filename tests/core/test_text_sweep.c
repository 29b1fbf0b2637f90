/* The text plugin when memory runs out: the nth allocation fails, for each n until none is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "text_help.h"

#define SWEEP_MAX 20000

static const char sample[] =
    "Der Präsident der Republik, Angela Merkel und J. K. Rowling trafen sich am 3. Oktober in New "
    "York. 北京大学的学生 came, too. สวัสดีครับ. Председник Србије је рекао. \xFF\xC3 l’Été fut beau.";

/* Gives whether everything went well. */
static int use_service(const struct desk_text_api *api)
{
    struct desk_text_bytes bytes;
    struct desk_text_decoded decoded;
    struct desk_text_language language;
    struct desk_text *text = api->open();
    const size_t size = sizeof sample - 1;
    int good = text != NULL;
    good = good && api->decode(text, sample, size, 1 << 20, &decoded, NULL) == 0;
    good = good && api->words(text, sample, size, &bytes, NULL) == 0;
    good = good && api->fold(text, sample, size, &bytes, NULL) == 0;
    good = good && api->stem(text, "de", "Häusern", 8, &bytes, NULL) == 0;
    good = good && api->language(text, sample, size, &language, NULL) == 0;
    api->close(text);
    return good;
}

static void the_service_gives_errors_and_leaks_nothing(void **state)
{
    struct text_fixture *fixture = *state;
    int n = 1, good = 0;
    for (; n < SWEEP_MAX && !good; n++) {
        mem_fail_nth((uint64_t)n);
        good = use_service(fixture->api);
        good = !mem_fail_nth(0) && good;
    }
    assert_true(n > 5 && n < SWEEP_MAX);
}

static const char chunk[] =
    "local a = text.analyse(s, 'de') local c = a:candidates() a:names() a:rank() a:sentences()\n"
    "a:keywords { beside = text.analyse('New York') } a:best_sentences() local n = a:names { needs "
    "= 1 }\n"
    "for i = 1, n.n do local _ = n.text[i], n.fold[i], n.spans[i] end\n"
    "a:match(text.gazetteer { 'New York', 'Angela Merkel' }) text.words(s) text.sentences(s, "
    "'de')\n"
    "text.similarity(s, 'New York') text.normalise_quotes(s) text.strip_lines(s) text.lower(s) "
    "text.stopwords('fr')\n"
    "assert(text.language(s) == 'de')";

static void the_module_raises_errors_and_leaks_nothing(void **state)
{
    struct text_fixture *fixture = *state;
    lua_State *L = fixture->L;
    int n = 1, done = 0;
    assert_int_equal(luaL_loadstring(L, chunk), LUA_OK);
    for (; n < SWEEP_MAX && !done; n++) {
        char text[sizeof sample + 16]; /* another text each time, so that none is kept */
        snprintf(text, sizeof text, "%s %d", sample, n);
        lua_pushstring(L, text);
        lua_setglobal(L, "s");
        lua_pushvalue(L, -1);
        mem_fail_nth((uint64_t)n);
        const int rc = lua_pcall(L, 0, 0, 0);
        done = !mem_fail_nth(0);
        if (done && rc != LUA_OK)
            fail_msg("%s", lua_tostring(L, -1));
        lua_settop(L, 1);
    }
    assert_true(n > 20 && n < SWEEP_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEXT_TEST(the_service_gives_errors_and_leaks_nothing),
        TEXT_TEST(the_module_raises_errors_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
