/* `copydesk help desk.NAME`: the reference for a person, as JSON, and as pages. */
#pragma once

#include "cli/reference.h"

/* An entry, and what belongs to it. */
void help_entry(const struct reference *reference, const struct reference_entry *entry);
void help_entry_json(const struct reference_entry *entry);
/* A page in Markdown; false when there is none of that name. */
bool help_page(const struct reference *reference, const char *page);
