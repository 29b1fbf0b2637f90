#include "decode.h"

#include "fold.h"

#include <unicode/ucnv.h>
#include <unicode/utf8.h>

#include <inttypes.h>
#include <string.h>

/* Text has at most one control character in this many bytes (tab and line ends apart). */
#define CONTROLS_ONE_IN 64
/* Files this small are judged more kindly: up to so many control characters are let pass. */
#define CONTROLS_FREE 2
/* It is UTF-8 with damage when there is at most one bad place to so many good sequences. */
#define GOOD_TO_BAD 4
/* How much of a file is looked at to know UTF-16 by its NUL bytes. */
#define PATTERN_BYTES 4096

enum charset { CHARSET_UTF8, CHARSET_UTF16LE, CHARSET_UTF16BE, CHARSET_CP1252, CHARSET_LATIN1 };

static const char *const charset_names[] = {"UTF-8", "UTF-16LE", "UTF-16BE", "windows-1252",
                                            "ISO-8859-1"};

/* The table of windows-1252 above 0x7F, taken from ICU once: 0 where it has no character. */
static UChar cp1252[128];

int decode_init(void)
{
    UErrorCode status = U_ZERO_ERROR;
    UConverter *converter = ucnv_open("ibm-5348_P100-1997", &status); /* windows-1252 */
    if (U_FAILURE(status))
        return DESK_ERR_INTERNAL;
    for (int i = 0; i < 128; i++) {
        const char byte = (char)(0x80 + i);
        UChar out[4];
        status = U_ZERO_ERROR;
        const int32_t n = ucnv_toUChars(converter, out, 4, &byte, 1, &status);
        const int good = U_SUCCESS(status) && n == 1 && out[0] >= 0xA0 && out[0] != 0xFFFD;
        cp1252[i] = good ? out[0] : 0;
    }
    ucnv_close(converter);
    return 0;
}

/* What a look over the bytes tells. */
struct survey {
    size_t nuls, controls; /* controls without NUL, tab, line feed, form feed, carriage return */
    size_t first_control;
    size_t good, bad; /* UTF-8 sequences of several bytes; bad bytes */
    size_t undefined; /* bytes that windows-1252 has no character for */
};

static int is_control(unsigned char c)
{
    return (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1B) || c == 0x7F;
}

#define ONES  UINT64_C(0x0101010101010101)
#define HIGHS UINT64_C(0x8080808080808080)

/* The end of a run of printable ASCII that begins at `at`: eight bytes at a time, each of 0x20 to
 * 0x7E; where it ends earlier, at most seven bytes before that. */
static size_t skip_printable(const unsigned char *in, size_t at, size_t size)
{
    uint64_t word;
    for (; size - at >= sizeof word; at += sizeof word) {
        memcpy(&word, in + at, sizeof word);
        if ((word | (word - ONES * 0x20) | (word + ONES)) & HIGHS)
            break;
    }
    return at;
}

static void survey(const unsigned char *in, size_t size, struct survey *found)
{
    *found = (struct survey){.first_control = SIZE_MAX};
    for (size_t at = 0; at < size;) {
        const size_t run = skip_printable(in, at, size);
        if (run > at) {
            at = run;
            continue;
        }
        const unsigned char c = in[at];
        if (c < 0x80) {
            const int control = is_control(c);
            if (control && found->first_control == SIZE_MAX)
                found->first_control = at;
            found->nuls += c == 0;
            found->controls += control && c != 0;
            at++;
            continue;
        }
        uint32_t code;
        const unsigned length = fold_decode(in, at, size, &code);
        found->good += code != 0xFFFFFFFFu;
        found->bad += code == 0xFFFFFFFFu;
        for (unsigned i = 0; i < length; i++)
            found->undefined += cp1252[in[at + i] - 0x80] == 0;
        at += length;
    }
}

/* UTF-16 without a mark: Western text has its NUL bytes on one side only. Text of other scripts is
 * seldom without blanks and line ends, which have one, too, and mostly stays in one 256-block. */
static int guess_utf16(const unsigned char *in, size_t size, enum charset *charset)
{
    const size_t look = (size < PATTERN_BYTES ? size : PATTERN_BYTES) & ~(size_t)1;
    size_t even = 0, odd = 0;
    if (look < 4 || !memchr(in, 0, look))
        return 0;
    for (size_t i = 0; i < look; i += 2) {
        even += in[i] == 0;
        odd += in[i + 1] == 0;
    }
    const size_t pairs = look / 2;
    if (odd * 20 >= pairs && even * 20 < odd)
        return *charset = CHARSET_UTF16LE, odd * 2 >= pairs || (size & 1) == 0;
    if (even * 20 >= pairs && odd * 20 < even)
        return *charset = CHARSET_UTF16BE, even * 2 >= pairs || (size & 1) == 0;
    return 0;
}

/* --- output ----------------------------------------------------------------------------------- */

struct output {
    struct bytes *bytes;
    size_t cap, replaced, controls, first_control;
};

static int put(struct output *out, uint32_t code)
{
    char own[4];
    int32_t length = 0;
    U8_APPEND_UNSAFE(own, length, code);
    if (out->bytes->size + (size_t)length > out->cap)
        return DESK_ERR_LIMIT;
    return bytes_add(out->bytes, own, (size_t)length);
}

static int put_bad(struct output *out)
{
    out->replaced++;
    return put(out, 0xFFFD);
}

/* Runs of bytes that need no change are copied whole. */
static int copy(struct output *out, const unsigned char *from, size_t size)
{
    if (size > out->cap - out->bytes->size)
        return DESK_ERR_LIMIT;
    return bytes_add(out->bytes, from, size);
}

static int decode_utf8(struct output *out, const unsigned char *in, size_t size)
{
    size_t from = 0;
    int rc = 0;
    for (size_t at = 0; at < size && rc == 0;) {
        at = skip_printable(in, at, size);
        if (at == size)
            break;
        uint32_t code;
        const unsigned length = fold_decode(in, at, size, &code);
        if (code == 0xFFFFFFFFu || code == 0) {
            rc = copy(out, in + from, at - from);
            if (rc == 0)
                rc = put_bad(out);
            from = at + length;
        }
        at += length;
    }
    return rc < 0 ? rc : copy(out, in + from, size - from);
}

static int decode_bytewise(struct output *out, const unsigned char *in, size_t size,
                           enum charset charset)
{
    int rc = 0;
    for (size_t at = 0; at < size && rc == 0; at++) {
        const unsigned char c = in[at];
        if (c == 0)
            rc = put_bad(out);
        else if (c < 0x80 || charset == CHARSET_LATIN1)
            rc = put(out, c);
        else
            rc = put(out, cp1252[c - 0x80]);
    }
    return rc;
}

static int decode_utf16(struct output *out, const unsigned char *in, size_t size, int big)
{
    int rc = 0;
    for (size_t at = 0; at + 1 < size && rc == 0; at += 2) {
        uint32_t unit =
            big ? (uint32_t)in[at] << 8 | in[at + 1] : (uint32_t)in[at + 1] << 8 | in[at];
        if (unit >= 0xD800 && unit < 0xDC00 && at + 3 < size) {
            const uint32_t low = big ? (uint32_t)in[at + 2] << 8 | in[at + 3]
                                     : (uint32_t)in[at + 3] << 8 | in[at + 2];
            if (low >= 0xDC00 && low < 0xE000) {
                unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                at += 2;
            }
        }
        if (unit < 0x80 && is_control((unsigned char)unit)) {
            if (out->controls++ == 0)
                out->first_control = at;
        }
        rc = unit == 0 || (unit >= 0xD800 && unit < 0xE000) ? put_bad(out) : put(out, unit);
    }
    if (rc == 0 && (size & 1))
        rc = put_bad(out);
    return rc;
}

/* --- judgement -------------------------------------------------------------------------------- */

static int refuse_binary(const unsigned char *in, size_t at, struct desk_error *error)
{
    return DESK_FAIL(error, DESK_ERR_INVALID,
                     "this is no text: many control characters, the first at byte %zu (0x%02X); "
                     "convert it to text first",
                     at + 1, in[at]);
}

static int too_many(size_t controls, size_t size)
{
    return controls > CONTROLS_FREE && controls > size / CONTROLS_ONE_IN;
}

static enum charset choose_bytewise(const struct survey *found)
{
    if (found->bad == 0 || found->good >= found->bad * GOOD_TO_BAD)
        return CHARSET_UTF8;
    return found->undefined == 0 ? CHARSET_CP1252 : CHARSET_LATIN1;
}

static int choose(const unsigned char *in, size_t size, size_t *skip, enum charset *charset,
                  struct desk_error *error)
{
    struct survey found;
    *skip = 0;
    *charset = CHARSET_UTF8;
    if (size >= 2 && ((in[0] == 0xFF && in[1] == 0xFE) || (in[0] == 0xFE && in[1] == 0xFF))) {
        *skip = 2;
        *charset = in[0] == 0xFF ? CHARSET_UTF16LE : CHARSET_UTF16BE;
        return 0;
    }
    if (guess_utf16(in, size, charset))
        return 0;
    if (size >= 3 && memcmp(in, "\xEF\xBB\xBF", 3) == 0)
        *skip = 3;
    survey(in + *skip, size - *skip, &found);
    if (too_many(found.nuls + found.controls, size))
        return refuse_binary(in, found.first_control + *skip, error);
    *charset = *skip ? CHARSET_UTF8 : choose_bytewise(&found);
    return 0;
}

static int convert(struct output *out, const unsigned char *in, size_t size, enum charset charset)
{
    switch (charset) {
    case CHARSET_UTF8:
        return decode_utf8(out, in, size);
    case CHARSET_UTF16LE:
        return decode_utf16(out, in, size, 0);
    case CHARSET_UTF16BE:
        return decode_utf16(out, in, size, 1);
    default:
        return decode_bytewise(out, in, size, charset);
    }
}

static void note(struct desk_text_decoded *out, size_t skip, enum charset charset)
{
    char damage[96] = "";
    if (out->replaced)
        snprintf(damage, sizeof damage, "%zu bad or NUL characters became U+FFFD", out->replaced);
    if (charset != CHARSET_UTF8)
        snprintf(out->notes, sizeof out->notes, "converted from %s%s%s%s", out->encoding,
                 skip ? " (byte order mark)" : " (guessed)", damage[0] ? "; " : "", damage);
    else
        snprintf(out->notes, sizeof out->notes, "%s", damage);
}

int decode_bytes(struct desk_text *text, const void *bytes, size_t size, size_t cap,
                 struct desk_text_decoded *out, struct desk_error *error)
{
    const unsigned char *in = bytes;
    enum charset charset;
    size_t skip;
    *out = (struct desk_text_decoded){0};
    int rc = choose(in, size, &skip, &charset, error);
    if (rc < 0)
        return rc;
    struct output output = {.bytes = &text->decoded, .cap = cap};
    bytes_reset(&text->decoded, SCRATCH_KEEP);
    rc = size - skip <= cap ? bytes_reserve(&text->decoded, size - skip) : 0;
    if (rc == 0)
        rc = convert(&output, in + skip, size - skip, charset);
    if (rc == DESK_ERR_LIMIT)
        return DESK_FAIL(error, rc, "the text is over %zu bytes when decoded from %s", cap,
                         charset_names[charset]);
    if (rc < 0)
        return DESK_FAIL(error, rc, "out of memory while decoding");
    if (too_many(output.controls, output.bytes->size))
        return refuse_binary(in + skip, output.first_control, error);
    out->text = text->decoded.at ? text->decoded.at : "";
    out->size = text->decoded.size;
    out->encoding = charset_names[charset];
    out->replaced = output.replaced;
    note(out, skip, charset);
    return 0;
}
