/* Folding and the words blob: what the index is made of. */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text_help.h"

static void assert_folds(struct text_fixture *fixture, const char *from, const char *to)
{
    struct desk_text_bytes folded;
    assert_int_equal(
        fixture->api->fold(fixture->text, from, strlen(from), &folded, &fixture->error), 0);
    if (folded.size != strlen(to) || memcmp(folded.bytes, to, folded.size) != 0)
        fail_msg("%s folds to \"%.*s\", not to \"%s\"", from, (int)folded.size, folded.bytes, to);
}

/* Words as "folded@start-end", separated by blanks. */
static void assert_words(struct text_fixture *fixture, const char *from, const char *want)
{
    struct desk_text_bytes blob;
    struct desk_words_reader reader;
    struct desk_word word;
    char got[2048];
    size_t used = 0;
    int more;
    assert_int_equal(fixture->api->words(fixture->text, from, strlen(from), &blob, &fixture->error),
                     0);
    assert_true(desk_words_open(&reader, blob.bytes, blob.size, strlen(from)));
    assert_int_equal(reader.words_version, fixture->api->words_version);
    got[0] = '\0';
    while ((more = desk_words_next(&reader, &word)) == 1)
        used += (size_t)snprintf(got + used, sizeof got - used, "%s%.*s@%zu-%zu", used ? " " : "",
                                 (int)word.folded_size, word.folded, word.start, word.end);
    assert_int_equal(more, 0);
    assert_string_equal(got, want);
}

static void folds_serbian_in_both_scripts_to_one_form(void **state)
{
    assert_folds(*state, "Đorđe", "dorde");
    assert_folds(*state, "Ђорђе", "dorde");
    assert_folds(*state, "Dorde", "dorde");
    assert_folds(*state, "Њиљана Џајић", "njiljana dzajic");
    assert_folds(*state, "Njiljana Džajić", "njiljana dzajic");
}

static void folds_french_german_hungarian(void **state)
{
    assert_folds(*state, "Œuvre", "oeuvre");
    assert_folds(*state, "Straße STRASSE", "strasse strasse");
    assert_folds(*state, "Őrség, árvíztűrő", "orseg, arvizturo");
    assert_folds(*state, "Łódź, Ørsted, Þór, İzmir, ısı", "lodz, orsted, thor, izmir, isi");
}

static void folds_width_and_composition(void **state)
{
    assert_folds(*state, "ＡＢＣ１２", "abc12");
    assert_folds(*state, "e\xCC\x81t\xC3\xA9", "ete"); /* decomposed, composed */
    assert_folds(*state, "ﬁn", "fin");
}

static void folds_greek_and_arabic_marks(void **state)
{
    assert_folds(*state, "Ὀδυσσεύς", "οδυσσευσ");
    assert_folds(*state, "مُحَمَّد", "محمد");
    assert_folds(*state, "أحمد", "احمد");
    assert_folds(*state, "٢٠٢٤", "2024");
}

static void keeps_marks_that_make_the_word(void **state)
{
    assert_folds(*state, "が", "が");
    assert_folds(*state, "हिन्दी", "हिन्दी");
    assert_folds(*state, "한국", "한국");
}

static void splits_at_apostrophes_and_hyphens(void **state)
{
    assert_words(*state, "l'Europe", "l@0-1 europe@2-8");
    assert_words(*state, "don’t", "don@0-3 t@6-7");
    assert_words(*state, "C++ x-y", "c@0-1 x@4-5 y@6-7");
}

static void gives_original_bytes_of_folded_words(void **state)
{
    assert_words(*state, "Ђорђе, Œ!", "dorde@0-10 oe@12-14");
    assert_words(*state, "nai\xCC\x88ve", "naive@0-7");
}

static void makes_one_word_of_each_ideograph(void **state)
{
    assert_words(*state, "北京2024年", "北@0-3 京@3-6 2024@6-10 年@10-13");
    assert_words(*state, "カナ", "カ@0-3 ナ@3-6");
}

static void cuts_thai_with_a_dictionary(void **state)
{
    assert_words(*state, "สวัสดีครับ", "สวัสดี@0-18 ครับ@18-30");
}

static void finds_no_words_in_nothing(void **state)
{
    assert_words(*state, "", "");
    assert_words(*state, " .,;- \n 😀", "");
}

static void lets_bad_bytes_separate(void **state)
{
    assert_words(*state,
                 "ab\xFF"
                 "cd\xE4\xB8",
                 "ab@0-2 cd@3-5");
    assert_words(*state, "\xC3", "");
}

static void cuts_long_words_at_the_limit(void **state)
{
    struct text_fixture *fixture = *state;
    char word[1000];
    struct desk_text_bytes blob;
    struct desk_words_reader reader;
    struct desk_word found;
    memset(word, 'a', sizeof word);
    assert_int_equal(fixture->api->words(fixture->text, word, sizeof word, &blob, &fixture->error),
                     0);
    assert_true(desk_words_open(&reader, blob.bytes, blob.size, sizeof word));
    assert_int_equal(desk_words_next(&reader, &found), 1);
    assert_int_equal(found.folded_size, DESK_WORD_MAX);
    assert_int_equal(found.end, sizeof word);
}

/* Reads a blob to its end or to its damage: 1 when it was whole. */
static int read_all(const void *blob, size_t size, size_t text_size)
{
    struct desk_words_reader reader;
    struct desk_word word;
    int more;
    if (!desk_words_open(&reader, blob, size, text_size))
        return 0;
    while ((more = desk_words_next(&reader, &word)) == 1) {
        assert_true(word.start < word.end && word.end <= text_size);
        assert_true((const uint8_t *)word.folded >= (const uint8_t *)blob);
        assert_true((const uint8_t *)word.folded + word.folded_size <=
                    (const uint8_t *)blob + size);
    }
    return more == 0;
}

static void refuses_damaged_blobs(void **state)
{
    (void)state;
    assert_false(read_all("", 0, 10));
    assert_false(read_all("X\1\1\0\1\1a", 7, 10));                    /* another magic */
    assert_true(read_all("W\1\1\0\1\1a", 7, 10));                     /* the same, whole */
    assert_false(read_all("W\1\1\0\1\1a!", 8, 10));                   /* something behind */
    assert_false(read_all("W\1\1\0\0\1a", 7, 10));                    /* an empty span */
    assert_false(read_all("W\1\1\0\1\0a", 7, 10));                    /* an empty word */
    assert_false(read_all("W\1\1\0\1\5a", 7, 10));                    /* a word over the end */
    assert_false(read_all("W\1\1\0\13\1a", 7, 10));                   /* a span over the text */
    assert_false(read_all("W\1\1\13\1\1a", 7, 10));                   /* a gap over the text */
    assert_false(read_all("W\1\xFF\xFF\xFF\xFF\x0F\1\1a", 10, 10));   /* 2^32 - 1 words */
    assert_false(read_all("W\1\1\xFF\xFF\xFF\xFF\xFF\1\1a", 11, 10)); /* a number too long */
}

static void survives_every_cut_and_every_flipped_byte(void **state)
{
    struct text_fixture *fixture = *state;
    const char from[] = "Ђорђе met 北京 in l'été";
    struct desk_text_bytes blob;
    assert_int_equal(fixture->api->words(fixture->text, from, strlen(from), &blob, &fixture->error),
                     0);
    for (size_t size = 0; size < blob.size; size++) {
        uint8_t *copy = malloc(size ? size : 1); /* its own block, for the sanitizer */
        memcpy(copy, blob.bytes, size);
        assert_false(read_all(copy, size, strlen(from)));
        free(copy);
    }
    for (size_t at = 0; at < blob.size * 256; at++) {
        uint8_t *copy = malloc(blob.size);
        memcpy(copy, blob.bytes, blob.size);
        copy[at / 256] = (uint8_t)at;
        read_all(copy, blob.size, strlen(from));
        free(copy);
    }
}

static void stems_and_knows_stop_words(void **state)
{
    struct text_fixture *fixture = *state;
    const struct desk_text_api *api = fixture->api;
    struct desk_text_bytes stem;
    assert_int_equal(api->stem(fixture->text, "en", "Elections", 9, &stem, &fixture->error), 0);
    assert_memory_equal(stem.bytes, "elect", stem.size);
    assert_int_equal(api->stem(fixture->text, "sr", "Ђорђе", 10, &stem, &fixture->error), 0);
    assert_memory_equal(stem.bytes, "dorde", stem.size);
    assert_int_equal(api->stopword(fixture->text, "de", "Für", 4), 1);
    assert_int_equal(api->stopword(fixture->text, "sr", "није", 8), 1);
    assert_int_equal(api->stopword(fixture->text, "de", "Haus", 4), 0);
    assert_int_equal(api->stopword(fixture->text, "xx", "the", 3), 0);
}

/* Text of all that words() treats in ways of its own, in an order that `seed` gives. */
static size_t make_text(uint32_t seed, char *text, size_t room)
{
    static const char *const pieces[] = {
        "a",     "Word", "2024", "x1",   "é", "été", "l'Œuvre",  "naïve",
        "Ђорђе", "北京", "カ",   "สวัสดี", "½", " ",   "  ",       ", ",
        "\n\n",  "-",    "\xC3", "\xFF", "’", "😀",   "\xCC\x88",
    };
    size_t size = 0;
    while (size + 400 < room) {
        seed = seed * 1664525 + 1013904223;
        const uint32_t pick = seed >> 24;
        if (pick < 4) { /* words and gaps around the largest number of one byte */
            const size_t length = 125 + (seed >> 8) % 6;
            memset(text + size, pick < 2 ? 'w' : '.', length);
            size += length;
        } else {
            const char *piece = pick < 120 ? "word " : pieces[pick % 23];
            memcpy(text + size, piece, strlen(piece));
            size += strlen(piece);
        }
    }
    return size;
}

/* What a word of ASCII is, said as plainly as it can be. */
static void finds_every_run_of_ascii_letters_and_digits(void **state)
{
    struct text_fixture *fixture = *state;
    uint32_t seed = 7;
    char text[700];
    for (int round = 0; round < 200; round++) {
        struct desk_text_bytes blob;
        struct desk_words_reader reader;
        struct desk_word word;
        for (size_t i = 0; i < sizeof text; i++) {
            seed = seed * 1664525 + 1013904223;
            text[i] = (char)(seed >> 28 ? seed >> 25 & 0x7F : 'Q');
        }
        assert_int_equal(
            fixture->api->words(fixture->text, text, sizeof text, &blob, &fixture->error), 0);
        assert_true(desk_words_open(&reader, blob.bytes, blob.size, sizeof text));
        for (size_t at = 0, end; at < sizeof text; at = end) {
            end = at;
            while (end < sizeof text && isalnum((unsigned char)text[end]))
                end++;
            if (end == at) {
                end++;
                continue;
            }
            assert_int_equal(desk_words_next(&reader, &word), 1);
            assert_int_equal(word.start, at);
            assert_int_equal(word.end, end);
            for (size_t i = 0; i < word.folded_size; i++)
                assert_int_equal(word.folded[i], tolower((unsigned char)text[at + i]));
        }
        assert_int_equal(desk_words_next(&reader, &word), 0);
    }
}

static void finds_the_words_that_the_plain_scanner_finds(void **state)
{
    struct text_fixture *fixture = *state;
    lua_State *L = fixture->L;
    static char text[6000], got[64000];
    for (uint32_t seed = 1; seed <= 300; seed++) {
        const size_t size = make_text(seed, text, 500 + seed * 17);
        struct desk_text_bytes blob;
        struct desk_words_reader reader;
        struct desk_word word;
        size_t used = 0;
        assert_int_equal(fixture->api->words(fixture->text, text, size, &blob, &fixture->error), 0);
        assert_true(desk_words_open(&reader, blob.bytes, blob.size, size));
        while (desk_words_next(&reader, &word) == 1)
            used += (size_t)snprintf(got + used, sizeof got - used, "%.*s %zu %zu;",
                                     (int)word.folded_size, word.folded, word.start + 1, word.end);
        assert_int_equal(reader.left, 0);
        lua_pushlstring(L, text, size);
        lua_setglobal(L, "bytes");
        lua_pushlstring(L, got, used);
        lua_setglobal(L, "got");
        run_lua(fixture, "local w, out = text.words(bytes), {}\n"
                         "for i = 1, w.n do "
                         "out[i] = ('%s %d %d;'):format(w.word[i], w.first[i], w.last[i]) end\n"
                         "equal(got, table.concat(out))");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEXT_TEST(folds_serbian_in_both_scripts_to_one_form),
        TEXT_TEST(folds_french_german_hungarian),
        TEXT_TEST(folds_width_and_composition),
        TEXT_TEST(folds_greek_and_arabic_marks),
        TEXT_TEST(keeps_marks_that_make_the_word),
        TEXT_TEST(splits_at_apostrophes_and_hyphens),
        TEXT_TEST(gives_original_bytes_of_folded_words),
        TEXT_TEST(makes_one_word_of_each_ideograph),
        TEXT_TEST(cuts_thai_with_a_dictionary),
        TEXT_TEST(finds_no_words_in_nothing),
        TEXT_TEST(lets_bad_bytes_separate),
        TEXT_TEST(cuts_long_words_at_the_limit),
        TEXT_TEST(finds_every_run_of_ascii_letters_and_digits),
        TEXT_TEST(finds_the_words_that_the_plain_scanner_finds),
        TEXT_TEST(refuses_damaged_blobs),
        TEXT_TEST(survives_every_cut_and_every_flipped_byte),
        TEXT_TEST(stems_and_knows_stop_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
