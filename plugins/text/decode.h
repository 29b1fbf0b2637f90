/* From bytes of unknown encoding to UTF-8. */
#pragma once

#include "context.h"

/* Opens the converters, so that no file is looked for later; 0 or DESK_ERR_INTERNAL. */
int decode_init(void);

/* decode() of the service. */
int decode_bytes(struct desk_text *text, const void *bytes, size_t size, size_t cap,
                 struct desk_text_decoded *out, struct desk_error *error);
