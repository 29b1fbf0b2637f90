/* words() and fold() of the service. */
#pragma once

#include "context.h"

/* Raised with each change of what tokens.c or fold.c make of a text. */
#define WORDS_RULES 1u

uint32_t words_version(void);
int words_blob(struct desk_text *text, const char *bytes, size_t size, struct desk_text_bytes *blob,
               struct desk_error *error);
int words_fold(struct desk_text *text, const char *bytes, size_t size,
               struct desk_text_bytes *folded, struct desk_error *error);

/* Fills the error for what tokens_scan() and its like give. */
int words_fail(struct desk_error *error, int code);
