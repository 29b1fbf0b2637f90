/* Goes through compiled code and tells which names it asks for: globals and what lies below them
 * ("desk.text.words", also by way of locals that are set once: `local text = desk.text`), and
 * fields of parameters with a known name (`options.min`). Nothing is run. What is told is so in
 * each run that comes there: a register whose value depends on the way is forgotten. */
#pragma once

#include "lua/bytecode.h"

enum code_use { CODE_READ, CODE_WRITE };

struct code_walk {
    struct arena *arena;
    void *data;
    /* A global, or a field below one: "desk", "desk.text", "desk.text.words". */
    void (*path)(void *data, const char *path, enum code_use use, int32_t line);
    /* A field of a parameter of a watched name. `value`: the text that a write gives it, or NULL.
     */
    void (*field)(void *data, const char *param, const char *key, int32_t line);
    /* Any key that is asked for, of whatever. */
    void (*key)(void *data, const char *key);
    /* A constant text that is given to a key of a table: scheme = "topic". `value` NULL: something
     * that is known only when it runs. */
    void (*given)(void *data, const char *key, const char *value, int32_t line);
    /* A call of a path with one argument: its text, or NULL when it is none that is known. */
    void (*call)(void *data, const char *path, const char *argument, int32_t line);
    const char *const *params; /* names that are watched; ends in NULL */
};

/* Below zero: out of memory. */
int code_walk(const struct code_walk *walk, const struct code *main, struct error *err);
