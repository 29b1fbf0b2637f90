#include "context.h"

#include "analysis.h"
#include "segment.h"
#include "stem.h"
#include "tokens.h"

#include <string.h>

const struct desk_host *text_host;

void *text_alloc(size_t size)
{
    return text_host->alloc(size ? size : 1);
}

void *text_zero(size_t size)
{
    void *block = text_alloc(size);
    if (block)
        memset(block, 0, size);
    return block;
}

void *text_realloc(void *block, size_t size)
{
    return text_host->realloc(block, size ? size : 1);
}

void text_free(void *block)
{
    if (block)
        text_host->free(block);
}

int bytes_grow(struct bytes *bytes, size_t more)
{
    if (more > SIZE_MAX / 4 - bytes->size)
        return DESK_ERR_NOMEM;
    size_t room = bytes->room ? bytes->room * 2 : 256;
    if (room < bytes->size + more)
        room = bytes->size + more;
    char *bigger = text_realloc(bytes->at, room);
    if (!bigger)
        return DESK_ERR_NOMEM;
    bytes->at = bigger;
    bytes->room = room;
    return 0;
}

void bytes_reset(struct bytes *bytes, size_t keep)
{
    bytes->size = 0;
    if (bytes->room > keep)
        bytes_free(bytes);
}

void bytes_free(struct bytes *bytes)
{
    text_free(bytes->at);
    *bytes = (struct bytes){0};
}

struct desk_text *context_open(void)
{
    return text_zero(sizeof(struct desk_text));
}

void context_close(struct desk_text *text)
{
    if (!text)
        return;
    for (size_t i = 0; i < ANALYSES_KEPT; i++)
        analysis_release(text->analyses[i]);
    analysis_free_spare(text);
    stem_close(text);
    segment_close(text);
    tokens_free(&text->tokens);
    bytes_free(&text->blob);
    bytes_free(&text->folded);
    bytes_free(&text->decoded);
    bytes_free(&text->stem);
    bytes_free(&text->utf16);
    bytes_free(&text->map);
    bytes_free(&text->cuts);
    bytes_free(&text->candidates);
    bytes_free(&text->slots);
    bytes_free(&text->stem_counts);
    text_free(text);
}

struct desk_text *context_of_thread(void)
{
    static _Thread_local struct desk_text *mine;
    if (!mine)
        mine = context_open();
    return mine;
}
