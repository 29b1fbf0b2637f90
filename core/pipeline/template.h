/* Templates: texts in which marks stand for words. */
#pragma once

#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"

/* A list ends with a mark of NULL. */
struct template_word {
    const char *mark, *text;
};

/* Appends the text with each mark replaced. ERR_NOMEM. */
int template_fill(struct str text, const struct template_word *words, struct buf *out);
/* Writes a new file "FOLDER/NAME" filled in; one that is there is an error. */
int template_write(const char *folder, const char *name, struct str text,
                   const struct template_word *words, mode_t mode, struct error *err);
/* mkdir; one that is there is fine. */
int template_folder(const char *path, struct error *err);
