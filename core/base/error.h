/* Errors: a code below zero and a message for a person.
 *
 * Each function that can fail gives an int (zero or more: done) and fills a struct error that its
 * caller owns. The message says what happened, where, and what to do; it is complete as it stands
 * and ends without a full stop. */
#pragma once

#include <stdarg.h>

#define ERROR_TEXT_MAX 1024

/* X(name, code, words). Codes never change: they are written to logs. */
#define ERROR_MAP(X)                                                                               \
    X(NOMEM, -1, "out of memory")                                                                  \
    X(INVALID, -2, "invalid input")                                                                \
    X(LIMIT, -3, "over a limit")                                                                   \
    X(IO, -4, "input or output failed")                                                            \
    X(NOTFOUND, -5, "not found")                                                                   \
    X(EXISTS, -6, "already there")                                                                 \
    X(BUSY, -7, "in use")                                                                          \
    X(DENIED, -8, "not allowed")                                                                   \
    X(CORRUPT, -9, "damaged data")                                                                 \
    X(VERSION, -10, "version does not fit")                                                        \
    X(PLUGIN, -11, "a plugin failed")                                                              \
    X(TIMEOUT, -12, "out of time")                                                                 \
    X(CANCELLED, -13, "cancelled")                                                                 \
    X(USAGE, -14, "misuse")                                                                        \
    X(INTERNAL, -15, "internal error")

enum error_code {
#define ERROR_ENUM(name, code, words) ERR_##name = code,
    ERROR_MAP(ERROR_ENUM)
#undef ERROR_ENUM
};

struct error {
    int code; /* 0: none */
    char text[ERROR_TEXT_MAX];
};

/* Fills `err` (may be NULL) with a formatted message and gives `code` back, so that a failing
 * function can say `return error_set(err, ERR_IO, "%s: %s", path, strerror(errno));`. A message
 * too long is cut at a UTF-8 boundary. */
int error_set(struct error *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4), cold));
int error_setv(struct error *err, int code, const char *format, va_list args)
    __attribute__((format(printf, 3, 0), cold));

/* Puts "words: " before the message that is there; keeps and gives back its code. */
int error_wrap(struct error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3), cold));

/* ERR_IO (ERR_DENIED for EACCES, EPERM, EROFS; ERR_NOTFOUND for ENOENT; ERR_NOMEM for ENOMEM) with
 * "what: <strerror(errno_value)>". */
int error_errno(struct error *err, int errno_value, const char *format, ...)
    __attribute__((format(printf, 3, 4), cold));

#ifdef __clang_analyzer__ /* which sees one file at a time: what these give is below zero */
#define error_set(err, code, ...) ((error_set)(err, code, __VA_ARGS__), ERR_INTERNAL)
#define error_errno(err, no, ...) ((error_errno)(err, no, __VA_ARGS__), ERR_IO)
#define error_wrap(err, ...)      ((error_wrap)(err, __VA_ARGS__), ERR_INTERNAL)
#endif

/* "NOMEM" for ERR_NOMEM; "UNKNOWN" for a code that is in no table. */
const char *error_name(int code);
const char *error_words(int code);
