/* The reference of all that Lua plugins see, read from the files of scripts/types: LuaCATS comments
 * (a subset: class, field, param, return, alias, type) before declarations without bodies.
 * Editors read the same files. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"

enum reference_kind { REFERENCE_CLASS, REFERENCE_FUNCTION, REFERENCE_VALUE, REFERENCE_ALIAS };

/* A parameter, a result or a field. */
struct reference_item {
    const char *name; /* "" for a result without one */
    const char *type, *doc;
    bool optional;
};

struct reference_list {
    struct reference_item *at;
    size_t count;
};

struct reference_entry {
    enum reference_kind kind;
    const char *name; /* "desk.text.words", "desk.Analysis:stem", "desk.Article" */
    const char *page; /* "text": the file without its ending */
    const char *doc;  /* lines */
    const char *type; /* of a value or an alias; of a class, its parent or "" */
    struct reference_list params, returns, fields;
};

struct reference {
    struct arena *arena;
    struct reference_entry *at; /* by page, then in the order of the file */
    size_t count;
};

/* Reads all of the folder. Errors name the line that is not understood. reference_close in any
 * case. */
int reference_open(const char *folder, struct reference *out, struct error *err);
void reference_close(struct reference *reference);

/* NULL: none. The name's letters count, their case does not. */
const struct reference_entry *reference_find(const struct reference *reference, const char *name);
/* The name that is nearest to one that is not there, or NULL. */
const char *reference_nearest(const struct reference *reference, const char *name);
/* "desk.text.words" belongs to "desk.text", "desk.Analysis:stem" to "desk.Analysis". */
bool reference_member(const struct reference_entry *entry, const struct reference_entry *of);
