/* Lines of files and of standard input, one after the other, in bounded memory. Blocking; one
 * thread at a time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

struct lines;

/* `paths` are borrowed until lines_close; "-" is standard input. */
int lines_open(const char *const *paths, size_t count, struct lines **out, struct error *err);
/* 1: a line that is not blank, without its end; it lives until the next call. 0: no more.
 * ERR_LIMIT: the line is over DOCUMENT_BYTES and was passed over; the next call goes on. Others:
 * reading failed. `number` counts from 1 in each file. */
int lines_next(struct lines *lines, struct str *line, uint64_t *number, struct error *err);
/* Whether a whole line is there already, so that lines_next would not wait for input. */
bool lines_ready(const struct lines *lines);
void lines_close(struct lines *lines);
