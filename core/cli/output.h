/* What goes to stdout: JSON lines, aligned columns, colour where a person sees it. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

enum style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_MATCH, STYLE_BAD };

/* Colour only when stdout is a terminal, TERM is not "dumb", and NO_COLOR is unset or empty. */
bool output_coloured(void);
/* The escape that begins a style, or "" where there is no colour; STYLE_PLAIN ends one. */
const char *output_style(enum style style);
/* Columns of the terminal; 80 where there is none. */
unsigned output_width(void);

/* One line of JSON; takes the reference. NULL: out of memory. 0, or below zero. */
int output_json(json_t *value);
/* Text for a person: control characters (but for line ends and tabs) become U+FFFD, so that no
 * article can move the cursor or rename the window. */
void output_text(struct str text);
/* The same on one line, cut at `columns` (with "…"); line ends become blanks. */
void output_line(struct str text, unsigned columns);
/* The same, wrapped at the terminal's width (at most 100) behind `indent` blanks. */
void output_wrapped(struct str text, unsigned indent);
/* Each line as it is, behind `indent` blanks. */
void output_lines(struct str text, unsigned indent);
/* A body's snippet: U+0001 and U+0002 around matches become bold. */
void output_snippet(struct str text, unsigned indent);
/* "2026-05-04 10:20" in local time. */
void output_time(int64_t wall_us);

/* A message on stderr, with "copydesk: " before it and an end of line behind. What a terminal would
 * obey is shown as \xNN and further lines are indented: a file's name or a plugin's error can
 * neither steer the terminal nor pass for a message of ours. */
void output_problem(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same behind four blanks, for what belongs to the message before. */
void output_detail(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* A name on stdout, whole, on one line. */
void output_name(const char *name);

/* Flushes stdout; gives `code`, or CLI_FAILED with a message when stdout could not be written. A
 * closed pipe (`copydesk list | head`) is no failure. */
int output_end(int code);
