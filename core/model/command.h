/* Commands: what a task answers. Each is a table with the key "command" that says which one it is,
 * and the keys that this one takes:
 *
 *   add_tag     article, scheme, label, code?, score?     a tag of its own on an article
 *   remove_tag  article, scheme, label, code?             takes such tags away, whoever gave them
 *   set_field   article, field, value                     language, genre, byline or dateline
 *   note        article, text                             a line for people; "" takes it back
 *   write       name, text                                a file; again: more of it
 *   export      export, query?, name?                     an export plugin over the same articles
 *   notify      text, title?                              the command that desk.lua grants
 *
 * A task's tags and fields are about the article, not about one version's text: they have no spans,
 * and outlive versions and later runs of tag plugins. infosource is part of what an article is
 * known by, so no task sets it. */
#pragma once

#include <msgpack.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

/* X(NAME, word) */
#define COMMAND_KIND_MAP(X)                                                                        \
    X(ADD_TAG, "add_tag")                                                                          \
    X(REMOVE_TAG, "remove_tag")                                                                    \
    X(SET_FIELD, "set_field")                                                                      \
    X(NOTE, "note")                                                                                \
    X(WRITE, "write")                                                                              \
    X(EXPORT, "export")                                                                            \
    X(NOTIFY, "notify")

enum command_kind {
#define COMMAND_ENUM(name, word) COMMAND_##name,
    COMMAND_KIND_MAP(COMMAND_ENUM)
#undef COMMAND_ENUM
        COMMAND_COUNT
};

struct command {
    struct str word; /* as it is written */
    enum command_kind kind;
    int64_t article; /* of the first four */
    struct str scheme, label, code;
    double score;
    struct str field, value;
    struct str text, title;
    struct str name; /* of the file; of an export the folder beneath the task's own, or none */
    struct str export, query;
};

struct command_list {
    struct command *at;
    size_t count;
};

/* A task's answer, or what commands_pack made; nil is an empty one. Order is kept: it has a
 * meaning. Checked: words, keys, limits (TASK_COMMANDS ...), UTF-8, languages, what each command
 * needs and does not take. Not checked: whether the articles are there. Points into the value and
 * `arena`. */
int commands_unpack(const msgpack_object *answer, struct arena *arena, struct command_list *out,
                    struct error *err);
/* The canonical form: keys in one order, what is empty left out. */
int commands_pack(msgpack_packer *packer, const struct command_list *commands);
/* Whether it changes what the store says of an article. */
bool command_is_of_article(const struct command *command);
