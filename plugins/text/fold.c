#include "fold.h"

#include "context.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/utf16.h>
#include <unicode/utf8.h>

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#define PAGE_BITS 7
#define PAGE_SIZE (1u << PAGE_BITS)
#define PAGES     (0x10000u >> PAGE_BITS)

static _Atomic(const struct fold_entry *) fold_pages[PAGES];
static pthread_mutex_t fold_mutex = PTHREAD_MUTEX_INITIALIZER;
static const UNormalizer2 *fold_casefold, *fold_nfd;

#define MORE_8                                                                                     \
    FOLD_MORE, FOLD_MORE, FOLD_MORE, FOLD_MORE, FOLD_MORE, FOLD_MORE, FOLD_MORE, FOLD_MORE
#define MORE_32 MORE_8, MORE_8, MORE_8, MORE_8

const unsigned char fold_ascii[256] = {
    ['0'] = '0', '1',         '2',     '3', '4', '5', '6', '7', '8',
    '9',         ['A'] = 'a', 'b',     'c', 'd', 'e', 'f', 'g', 'h',
    'i',         'j',         'k',     'l', 'm', 'n', 'o', 'p', 'q',
    'r',         's',         't',     'u', 'v', 'w', 'x', 'y', 'z',
    ['a'] = 'a', 'b',         'c',     'd', 'e', 'f', 'g', 'h', 'i',
    'j',         'k',         'l',     'm', 'n', 'o', 'p', 'q', 'r',
    's',         't',         'u',     'v', 'w', 'x', 'y', 'z', [0x80] = MORE_32,
    MORE_32,     MORE_32,     MORE_32,
};

int fold_init(void)
{
    UErrorCode status = U_ZERO_ERROR;
    fold_casefold = unorm2_getNFKCCasefoldInstance(&status);
    fold_nfd = unorm2_getNFDInstance(&status);
    return U_SUCCESS(status) ? 0 : DESK_ERR_INTERNAL;
}

/* --- one code point --------------------------------------------------------------------------- */

/* Letters whose ASCII form no decomposition gives. */
static const char *fold_latin(uint32_t code)
{
    switch (code) {
    case 0x00E6:
        return "ae";
    case 0x0153:
        return "oe";
    case 0x00F8:
        return "o";
    case 0x0111:
        return "d";
    case 0x00F0:
        return "d";
    case 0x00FE:
        return "th";
    case 0x0142:
        return "l";
    case 0x0127:
        return "h";
    case 0x014B:
        return "n";
    case 0x0167:
        return "t";
    case 0x0131:
        return "i";
    case 0x0138:
        return "k";
    case 0x0180:
        return "b";
    case 0x0253:
        return "b";
    case 0x0257:
        return "d";
    case 0x0199:
        return "k";
    default:
        return NULL;
    }
}

/* U+0430 to U+045F, as Serbian writes it in Latin, then without accents; letters that Serbian does
 * not have by the usual transliteration. */
static const char *const fold_cyrillic[] = {
    "a", "b", "v", "g", "d",  "e",  "z", "z",  "i", "j",  "k",  "l", "m", "n", "o",  "p",
    "r", "s", "t", "u", "f",  "h",  "c", "c",  "s", "sc", "",   "y", "",  "e", "ju", "ja",
    "e", "e", "d", "g", "je", "dz", "i", "ji", "j", "lj", "nj", "c", "k", "i", "u",  "dz",
};

static const char *fold_other(uint32_t code)
{
    switch (code) {
    case 0x0491:
        return "g";
    case 0x0629:
        return "\xD9\x87"; /* teh marbuta: heh */
    case 0x0649:
    case 0x06CC:
        return "\xD9\x8A"; /* alef maksura, Farsi yeh: yeh */
    case 0x06A9:
        return "\xD9\x83"; /* keheh: kaf */
    case 0x0671:
        return "\xD8\xA7"; /* alef wasla: alef */
    case 0x0640:
        return ""; /* tatweel */
    default:
        return NULL;
    }
}

static int is_ideograph(uint32_t code)
{
    UErrorCode status = U_ZERO_ERROR;
    if (code == 0x30FC || code == 0xFF70) /* the long-vowel sign is of both kana */
        return 1;
    const UScriptCode script = uscript_getScript((UChar32)code, &status);
    return script == USCRIPT_HAN || script == USCRIPT_HIRAGANA || script == USCRIPT_KATAKANA ||
           script == USCRIPT_BOPOMOFO;
}

/* Marks that are accents or optional signs. In Indic scripts and kana marks make the word. */
static int is_droppable_mark(uint32_t code)
{
    UErrorCode status = U_ZERO_ERROR;
    if (u_charType((UChar32)code) != U_NON_SPACING_MARK)
        return 0;
    if (code == 0x3099 || code == 0x309A)
        return 0;
    switch (uscript_getScript((UChar32)code, &status)) {
    case USCRIPT_INHERITED:
    case USCRIPT_COMMON:
    case USCRIPT_LATIN:
    case USCRIPT_GREEK:
    case USCRIPT_CYRILLIC:
    case USCRIPT_ARABIC:
    case USCRIPT_HEBREW:
    case USCRIPT_SYRIAC:
        return 1;
    default:
        return 0;
    }
}

static enum fold_class class_of(uint32_t code)
{
    if (code == 0xAD || code == 0x200C || code == 0x200D || code == 0x2060)
        return FOLD_MARK; /* soft hyphen, joiners */
    if (code == 0x02BC || code == 0x02BB)
        return FOLD_BREAK; /* apostrophes, though letters by their category */
    const uint32_t mask = U_MASK(u_charType((UChar32)code));
    if (mask & U_GC_M_MASK) {
        const int complex =
            u_getIntPropertyValue((UChar32)code, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT;
        return complex ? FOLD_COMPLEX : FOLD_MARK;
    }
    if (!(mask & (U_GC_L_MASK | U_GC_N_MASK)))
        return FOLD_BREAK;
    if (is_ideograph(code))
        return FOLD_IDEOGRAPH;
    if (u_getIntPropertyValue((UChar32)code, UCHAR_LINE_BREAK) == U_LB_COMPLEX_CONTEXT)
        return FOLD_COMPLEX;
    return FOLD_LETTER;
}

/* Appends one code point that is already in small letters and decomposed. */
static int add_folded(char *out, size_t *size, uint32_t code)
{
    const size_t room = sizeof((struct fold_entry *)0)->bytes;
    const char *word = NULL;
    if (is_droppable_mark(code))
        return 1;
    if (code < 0x250)
        word = fold_latin(code);
    else if (code >= 0x430 && code < 0x460)
        word = fold_cyrillic[code - 0x430];
    else
        word = fold_other(code);
    const int32_t digit = code >= 0x80 ? u_charDigitValue((UChar32)code) : -1;
    char own[4];
    int32_t length = 0;
    if (word) {
        length = (int32_t)strlen(word);
    } else if (digit >= 0) {
        own[length++] = (char)('0' + digit);
    } else {
        U8_APPEND_UNSAFE(own, length, code);
    }
    if (*size + (size_t)length > room)
        return 0;
    memcpy(out + *size, word ? word : own, (size_t)length);
    *size += (size_t)length;
    return 1;
}

/* Decomposes for accents, but keeps Hangul syllables and kana whole. */
static int decomposes(uint32_t code)
{
    UErrorCode status = U_ZERO_ERROR;
    switch (uscript_getScript((UChar32)code, &status)) {
    case USCRIPT_LATIN:
    case USCRIPT_GREEK:
    case USCRIPT_CYRILLIC:
    case USCRIPT_ARABIC:
    case USCRIPT_HEBREW:
        return 1;
    default:
        return 0;
    }
}

static void fold_one(uint32_t code, struct fold_entry *entry)
{
    UChar source[2], lower[32], parts[64];
    UErrorCode status = U_ZERO_ERROR;
    int32_t length = 0;
    size_t size = 0;
    U16_APPEND_UNSAFE(source, length, code);
    int32_t count = unorm2_normalize(fold_casefold, source, length, lower, 32, &status);
    for (int32_t i = 0; U_SUCCESS(status) && i < count;) {
        UChar32 c;
        U16_NEXT(lower, i, count, c);
        int32_t own = -1;
        /* Cyrillic short i and its kin are letters of their own, not letters with an accent. */
        if (decomposes((uint32_t)c) && !(c >= 0x430 && c < 0x460))
            own = unorm2_getDecomposition(fold_nfd, c, parts, 64, &status);
        if (own < 0) {
            own = 0;
            U16_APPEND_UNSAFE(parts, own, c);
        }
        for (int32_t k = 0; k < own;) {
            UChar32 part;
            U16_NEXT(parts, k, own, part);
            add_folded(entry->bytes, &size, (uint32_t)part);
        }
    }
    entry->size = (uint8_t)size;
}

static void fill_entry(uint32_t code, struct fold_entry *entry)
{
    memset(entry, 0, sizeof *entry);
    if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
        return;
    entry->cls = (uint8_t)class_of(code);
    fold_one(code, entry);
    /* A folded form that is no word ("½" gives "1/2" with its own slash) would put a separator into
     * a word. */
    for (size_t i = 0; entry->cls != FOLD_BREAK && i < entry->size;) {
        UChar32 c;
        U8_NEXT_UNSAFE(entry->bytes, i, c);
        if (class_of((uint32_t)c) == FOLD_BREAK)
            entry->cls = FOLD_BREAK;
    }
    if (entry->size == 0 && entry->cls == FOLD_LETTER)
        entry->cls = FOLD_MARK; /* the hard and the soft sign */
    const int type = u_charType((UChar32)code);
    if (type == U_UPPERCASE_LETTER || type == U_TITLECASE_LETTER)
        entry->flags |= FOLD_UPPER;
    if (U_MASK(type) & U_GC_N_MASK)
        entry->flags |= FOLD_DIGIT;
}

/* --- pages ------------------------------------------------------------------------------------ */

static const struct fold_entry *fill_page(uint32_t page)
{
    struct fold_entry *entries = text_alloc(PAGE_SIZE * sizeof *entries);
    if (!entries)
        return NULL;
    for (uint32_t i = 0; i < PAGE_SIZE; i++)
        fill_entry(page << PAGE_BITS | i, &entries[i]);
    pthread_mutex_lock(&fold_mutex);
    const struct fold_entry *other = atomic_load_explicit(&fold_pages[page], memory_order_acquire);
    if (other) {
        text_free(entries);
    } else {
        atomic_store_explicit(&fold_pages[page], entries, memory_order_release);
        other = entries;
    }
    pthread_mutex_unlock(&fold_mutex);
    return other;
}

/* Han, Hangul and the private planes fold to themselves: a page each would be waste. */
static int is_plain(uint32_t code)
{
    return (code >= 0x3400 && code < 0xA000) || (code >= 0xAC00 && code < 0xD800) ||
           code >= 0x10000;
}

static const struct fold_entry *plain_entry(uint32_t code, struct fold_entry *spare)
{
    if (code >= 0xD7A4) {
        fill_entry(code, spare);
        return spare;
    }
    *spare = (struct fold_entry){.cls = code < 0xA000 ? FOLD_IDEOGRAPH : FOLD_LETTER, .size = 3};
    if (code >= 0x4DC0 && code < 0x4E00) /* hexagrams lie between the ideographs */
        spare->cls = FOLD_BREAK;
    spare->bytes[0] = (char)(0xE0 | code >> 12);
    spare->bytes[1] = (char)(0x80 | (code >> 6 & 0x3F));
    spare->bytes[2] = (char)(0x80 | (code & 0x3F));
    return spare;
}

const struct fold_entry *fold_entry(uint32_t code, struct fold_entry *spare)
{
    if (is_plain(code))
        return plain_entry(code, spare);
    const struct fold_entry *page =
        atomic_load_explicit(&fold_pages[code >> PAGE_BITS], memory_order_acquire);
    if (!page)
        page = fill_page(code >> PAGE_BITS);
    if (page)
        return &page[code & (PAGE_SIZE - 1)];
    fill_entry(code, spare); /* out of memory: slower, not wrong */
    return spare;
}

int fold_text(const char *text, size_t size, struct bytes *out)
{
    const unsigned char *in = (const unsigned char *)text;
    struct fold_entry spare;
    for (size_t at = 0; at < size;) {
        uint32_t code;
        const unsigned length = fold_decode(in, at, size, &code);
        const struct fold_entry *entry = NULL;
        if (code < 0x80) {
            const char c = (char)(fold_ascii[code] ? fold_ascii[code] : code);
            if (bytes_add(out, &c, 1) < 0)
                return DESK_ERR_NOMEM;
        } else {
            if (code != 0xFFFFFFFFu)
                entry = fold_entry(code, &spare);
            const int stays = !entry || entry->cls == FOLD_BREAK;
            if (bytes_add(out, stays ? text + at : entry->bytes, stays ? length : entry->size) < 0)
                return DESK_ERR_NOMEM;
        }
        at += length;
    }
    return 0;
}
