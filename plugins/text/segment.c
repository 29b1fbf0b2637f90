#include "segment.h"

#include "fold.h"

#include <unicode/ubrk.h>
#include <unicode/utf16.h>

#include <string.h>

static const char *const segment_locales[SEGMENTERS_COUNT] = {"th", "zh"};

static UBreakIterator *open_iterator(enum segment_kind kind)
{
    UErrorCode status = U_ZERO_ERROR;
    UBreakIterator *iterator = ubrk_open(UBRK_WORD, segment_locales[kind], NULL, 0, &status);
    return U_SUCCESS(status) ? iterator : NULL;
}

static UBreakIterator *iterator_of(struct desk_text *text, enum segment_kind kind)
{
    if (!text->segmenters[kind])
        text->segmenters[kind] = open_iterator(kind);
    return text->segmenters[kind];
}

/* UTF-16 in text->utf16, and in text->map the byte at which each unit's code point ends. */
static int to_utf16(struct desk_text *text, const char *run, size_t size, size_t *units)
{
    bytes_reset(&text->utf16, SCRATCH_KEEP);
    if (bytes_reserve(&text->utf16, (size + 1) * sizeof(UChar)) < 0 ||
        bytes_reserve(&text->map, (size + 1) * sizeof(uint32_t)) < 0)
        return DESK_ERR_NOMEM;
    UChar *out = (UChar *)(void *)text->utf16.at;
    uint32_t *map = (uint32_t *)(void *)text->map.at;
    size_t n = 0;
    for (size_t at = 0; at < size;) {
        uint32_t code;
        at += fold_decode((const unsigned char *)run, at, size, &code);
        const size_t before = n;
        if (code == 0xFFFFFFFFu)
            code = 0xFFFD;
        U16_APPEND_UNSAFE(out, n, code);
        for (size_t i = before; i < n; i++)
            map[i] = (uint32_t)at;
    }
    *units = n;
    return 0;
}

static int cut_piece(struct desk_text *text, UBreakIterator *iterator, const char *run, size_t base,
                     size_t size, struct bytes *cuts)
{
    size_t units;
    UErrorCode status = U_ZERO_ERROR;
    if (to_utf16(text, run + base, size, &units) < 0)
        return DESK_ERR_NOMEM;
    ubrk_setText(iterator, (const UChar *)(const void *)text->utf16.at, (int32_t)units, &status);
    if (U_FAILURE(status))
        return status == U_MEMORY_ALLOCATION_ERROR ? DESK_ERR_NOMEM : DESK_ERR_INTERNAL;
    const uint32_t *map = (const uint32_t *)(const void *)text->map.at;
    for (int32_t at = ubrk_next(iterator); at != UBRK_DONE; at = ubrk_next(iterator)) {
        const uint32_t end = (uint32_t)base + map[at - 1];
        if (bytes_add(cuts, &end, sizeof end) < 0)
            return DESK_ERR_NOMEM;
    }
    return 0;
}

int segment_run(struct desk_text *text, enum segment_kind kind, const char *run, size_t size,
                const uint32_t **cuts, size_t *count)
{
    UBreakIterator *iterator = iterator_of(text, kind);
    if (!iterator)
        return DESK_ERR_NOMEM;
    bytes_reset(&text->cuts, SCRATCH_KEEP);
    for (size_t base = 0; base < size;) {
        size_t piece = size - base > SEGMENT_RUN_MAX ? SEGMENT_RUN_MAX : size - base;
        while (base + piece < size && ((unsigned char)run[base + piece] & 0xC0) == 0x80)
            piece--;
        const int rc = cut_piece(text, iterator, run, base, piece, &text->cuts);
        if (rc < 0)
            return rc;
        base += piece;
    }
    *cuts = (const uint32_t *)(const void *)text->cuts.at;
    *count = text->cuts.size / sizeof(uint32_t);
    return 0;
}

void segment_close(struct desk_text *text)
{
    for (size_t i = 0; i < SEGMENTERS_COUNT; i++)
        if (text->segmenters[i])
            ubrk_close(text->segmenters[i]);
}
