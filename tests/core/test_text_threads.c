/* Contexts of different threads share tables that are made on first use; tsan watches this. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text_help.h"

#include <pthread.h>

#define THREADS 4

static const char *const samples[] = {
    "Das Haus in der Straße",   "Председник Србије", "北京大学",
    "Le gouvernement français", "สวัสดีครับ",           "مُحَمَّد",
    "A kormány őrsége",         "η κυβέρνηση",
};

static void *work(void *argument)
{
    const struct desk_text_api *api = argument;
    struct desk_text *text = api->open();
    struct desk_text_bytes bytes;
    struct desk_text_language language;
    long bad = text == NULL;
    for (size_t i = 0; text && i < 40; i++) {
        const char *sample = samples[i % 8];
        const size_t size = strlen(sample);
        bad += api->words(text, sample, size, &bytes, NULL) < 0;
        bad += api->fold(text, sample, size, &bytes, NULL) < 0;
        bad += api->language(text, sample, size, &language, NULL) < 0;
        bad += api->stem(text, "de", sample, size, &bytes, NULL) < 0;
        api->stopword(text, i % 2 ? "de" : "fr", sample, 3);
    }
    api->close(text);
    return (void *)bad;
}

static void contexts_of_several_threads_do_not_meet(void **state)
{
    struct text_fixture *fixture = *state;
    pthread_t threads[THREADS];
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, (void *)fixture->api), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *bad;
        assert_int_equal(pthread_join(threads[i], &bad), 0);
        assert_null(bad);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEXT_TEST(contexts_of_several_threads_do_not_meet)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
