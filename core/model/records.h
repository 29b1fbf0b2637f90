/* The tables of what is kept and sent whole, and what kept.c and answer.c share. */
#pragma once

#include "model/fields.h"

extern const struct record_type record_lines;    /* struct draft_lines */
extern const struct record_type record_evidence; /* struct evidence */
extern const struct record_type record_caption;  /* struct caption */
