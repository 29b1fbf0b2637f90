/* copydesk/plugin.h: how to write a native plugin
 *
 * A native plugin is a shared object in C (or anything that exports C symbols). It is compiled
 * against the headers of this folder and links nothing of copydesk: all that it calls comes by a
 * table that the host hands to its init function. Write a Lua plugin where you can; write a native
 * one to bring a C library (a parser, a stemmer) to Lua, or an inner loop that Lua is too slow for.
 *
 *
 * A whole plugin
 * --------------
 *
 *     // shout.c: cc -shared -fPIC -fvisibility=hidden -o shout.so shout.c
 *     //          $(pkg-config --cflags --libs copydesk-plugin lua5.4)
 *     #include <copydesk/plugin.h>
 *     #include <lauxlib.h>
 *     #include <lua.h>
 *
 *     static int shout(lua_State *L)             // desk.shout.loud("hi") -> "hi!"
 *     {
 *         luaL_checktype(L, 1, LUA_TSTRING);
 *         lua_settop(L, 1);
 *         lua_pushliteral(L, "!");
 *         lua_concat(L, 2);
 *         return 1;
 *     }
 *
 *     static int open_shout(lua_State *L)        // gives the module's table, as for require
 *     {
 *         lua_createtable(L, 0, 1);
 *         lua_pushcfunction(L, shout);
 *         lua_setfield(L, -2, "loud");
 *         return 1;
 *     }
 *
 *     static int init(const struct desk_host *host, struct desk_error *error)
 *     {
 *         return host->register_lua_module(host, "shout", open_shout, error);
 *     }
 *
 *     DESK_PLUGIN_EXPORT const struct desk_plugin_info desk_plugin_info = {
 *         DESK_PLUGIN_INFO_HEAD,
 *         .features = DESK_FEATURE_LUA_MODULES,
 *         .name = "shout", .version = "1.0.0", .about = "Says it louder.",
 *         .init = init,
 *     };
 *
 * Use it: name its absolute path in desk.lua, `desk.native { "/home/me/shout.so" }`, or put it into
 * the plugin folder (`pkg-config --variable=plugindir copydesk-plugin`), where each desk has it.
 * The file must be a regular file that only root or you can write. A desk's own scripts/ is never
 * searched for native plugins.
 *
 * A larger one, with a stage, options, a CMake project and tests, is installed with copydesk as
 * share/doc/copydesk/example (plugins/example in the sources); begin with a copy of it.
 *
 *
 * Loading
 * -------
 * The host opens the file once in a process and never closes it; a replaced file takes a restart.
 * It looks at the file (an ELF shared object of this machine, whole), maps it, finds the symbol
 * `desk_plugin_info`, which is data, and compares size, ABI version and feature bits before it
 * calls anything. What does not fit is refused, and the message names both sides. So have no
 * constructors (C++: no static objects that need one), since those run when the file is mapped.
 * Then it calls init() once, on the thread that loads. init() registers what the plugin brings and
 * gives 0, or fills the error and gives a value below zero; then nothing of it is registered.
 *
 * It is loaded in the host and in each worker. In a worker init() runs before the walls close:
 * afterwards there are no files, no network, no new processes, no new threads, and the memory is
 * capped. So whatever a library reads from files (tables, plug-ins of its own, locale data) must be
 * read in init(). Do no more than that in it: it runs in each process. The environment is empty in
 * a worker, the current folder means nothing, and standard output and error are closed.
 *
 *
 * What can be registered (in init() alone)
 * ----------------------------------------
 *   stage        a piece of the pipeline ("ingest", "tag", "summarize"), runs in workers
 *   Lua module   functions for Lua plugins, as `desk.NAME`; runs in workers
 *   service      a table of functions that the host or other parts use under an agreed name, e.g.
 *                "text" (copydesk/text.h); runs in both
 *   store        another database; runs in the host. Needs DESK_FEATURE_STORES.
 *
 *
 * Threads
 * -------
 * init(): the loading thread, once. A stage: one call at a time in a process, perhaps on another
 * thread than init(). A Lua module: on the thread of its Lua state; there are many states in a
 * process, one a plugin, so keep what belongs to a state in that state, not in a static variable.
 * A service: as its own header says. The host's functions for memory and log may be called from any
 * thread; register_* only inside init(). Workers come and go: what one call leaves in a static
 * variable, the next call, in another worker, does not find. Keep caches there, and nothing else.
 *
 *
 * Ownership
 * ---------
 * What a plugin registers (tables, names) is borrowed for the life of the process: make it static.
 * The host table that init() gets lives as long, and may be kept. Input of a call is borrowed until
 * that call gives back. Nobody frees what the other side allocated; an answer is copied by write().
 * Take memory through host->alloc: it is counted, and the tests can make it fail. Each call may
 * give NULL, and that must end in DESK_ERR_NOMEM, not in a crash.
 *
 *
 * Encodings and units
 * -------------------
 * Text is UTF-8 and comes with its length; it may hold NUL bytes. Names are UTF-8, ended by NUL, of
 * lower-case ASCII letters, digits, "-" and "_", at most DESK_NAME_MAX bytes. Byte spans in C and
 * in msgpack are 0-based and half-open, [start, end). In Lua they are 1-based and inclusive. Times
 * in stages are RFC 3339 texts in UTC; elsewhere they are microseconds since 1970-01-01 UTC as a
 * signed 64-bit integer. Messages of stages are msgpack; msgpack-c, which copydesk itself needs and
 * so is there, reads and writes it (the example does).
 *
 *
 * Errors
 * ------
 * A function that can fail gives an int: zero or more is success, below zero one of DESK_ERR_*,
 * with a message in struct desk_error that says what happened, where, and what to do, without a
 * full stop at its end. Do not exit, abort, or write to standard output or error. Do not change
 * signal handlers, the locale, the current folder, or limits. No C++ exception may leave a function
 * that the host calls.
 *
 * An error of a stage costs its answer to that item: the item waits in quarantine with the message
 * (`copydesk failed`), and the others run. So does what is worse, and it costs the worker, too: a
 * crash, a system call that no worker may make, a call of over CALL_MS + CALL_GRACE_MS (6 s), or
 * WORKER_BYTES (1.5 GB) of memory. `copydesk doctor --sandbox` shows those walls at work.
 *
 *
 * Tests
 * -----
 * `copydesk plugin test tag/hulls` runs the test.lua of a stage as it runs that of a Lua plugin,
 * and the same file serves for both. It lies in KIND/NAME/ beside the shared object: that of a
 * stage tag/hulls of /opt/hulls.so is /opt/tag/hulls/test.lua. `copydesk plugin try` gives one
 * article to it. `copydesk plugins` says what was loaded from where.
 *
 *
 * Compatibility
 * -------------
 * The ABI has a major and a minor number. A new minor only adds: functions at the end of
 * struct desk_host, members at the end of structs that begin with their size. A plugin built for
 * 1.2 runs in a host with 1.2 and later 1.x, and is refused by 1.1. Another major is refused.
 * To run in an older minor as well, say so: put the lowest minor that you need into abi_minor and
 * look at the host's size before you touch a newer member:
 *
 *     if (DESK_HAS(host, struct desk_host, register_store)) ...
 *
 * Set all members that you do not use to zero, as an initialiser does that names its members.
 * (DESK_PLUGIN_INFO_HEAD does so; C++ knows such initialisers from C++20 on.)
 * Feature bits name what a host may be built without. A plugin puts those into `features` that it
 * cannot live without; those that it merely likes it looks up in host->features.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DESK_ABI_MAJOR 1u
#define DESK_ABI_MINOR 0u

#define DESK_FEATURE_STAGES      (UINT64_C(1) << 0) /* register_stage() */
#define DESK_FEATURE_LUA_MODULES (UINT64_C(1) << 1) /* register_lua_module(), Lua 5.4 */
#define DESK_FEATURE_SERVICES    (UINT64_C(1) << 2) /* register_service() */
#define DESK_FEATURE_STORES      (UINT64_C(1) << 3) /* register_store() */

#define DESK_NAME_MAX 64

#if defined(__GNUC__)
#define DESK_PLUGIN_EXPORT __attribute__((visibility("default")))
#else
#define DESK_PLUGIN_EXPORT
#endif

/* True when the struct that `pointer` shows to was built with `member` in it. */
#define DESK_HAS(pointer, type, member)                                                            \
    ((pointer)->size >= offsetof(type, member) + sizeof(((const type *)0)->member))

enum desk_error_code {
    DESK_OK = 0,
    DESK_ERR_NOMEM = -1,     /* out of memory */
    DESK_ERR_INVALID = -2,   /* the input is not what it should be */
    DESK_ERR_LIMIT = -3,     /* the input or the answer is over a limit */
    DESK_ERR_IO = -4,        /* reading or writing failed */
    DESK_ERR_NOTFOUND = -5,  /* no such thing */
    DESK_ERR_EXISTS = -6,    /* the name is taken */
    DESK_ERR_DENIED = -8,    /* not allowed */
    DESK_ERR_VERSION = -10,  /* versions do not fit */
    DESK_ERR_PLUGIN = -11,   /* anything else that went wrong in a plugin */
    DESK_ERR_USAGE = -14,    /* a function was called as it must not be */
    DESK_ERR_INTERNAL = -15, /* this should not happen */
};

#define DESK_ERROR_TEXT_MAX 512

/* Owned by the caller, who sets it to zero before the call. */
struct desk_error {
    int code;
    char text[DESK_ERROR_TEXT_MAX]; /* UTF-8, cut when too long */
};

/* Fills an error and gives its code back: `return DESK_FAIL(error, DESK_ERR_INVALID, "...", x);` */
#define DESK_FAIL(error, number, ...)                                                              \
    ((error) ? ((error)->code = (number),                                                          \
                (void)snprintf((error)->text, DESK_ERROR_TEXT_MAX, __VA_ARGS__), (number))         \
             : (number))

enum desk_log_level { DESK_LOG_DEBUG = 0, DESK_LOG_INFO, DESK_LOG_WARN, DESK_LOG_ERROR };

/* Where an answer goes. write() copies `size` bytes to the end of the answer and gives 0, or below
 * zero when memory ran out or the answer grew over the host's limit: then stop and give that back.
 */
struct desk_output {
    void *state;
    int (*write)(void *state, const void *bytes, size_t size);
};

/* One option of a stage. Values are written as on the command line (`--option min=3`), whatever the
 * type: "3", "0.4", "true", "a,b,c" for a list. */
struct desk_option {
    uint32_t size;             /* sizeof(struct desk_option) */
    const char *name;          /* as in desk.tag { { "hulls", min_digits = 2 } } */
    const char *type;          /* "string", "number", "integer", "boolean", "list" (of texts) */
    const char *default_value; /* NULL: the option is absent unless it is set */
    const char *min, *max;     /* of a number; bytes of a string; items of a list; NULL: no bound */
    const char *const *choices; /* of a string, ended by NULL; or NULL: any */
    const char *doc;            /* one sentence */
};

/* One stage. Input and answer are one msgpack object each; the input has been checked to be well
 * formed. A field that is not known is the empty text. Times are RFC 3339 texts. `options` is a map
 * of the options that are set or have a default, checked against `options` below.
 *   ingest     {text, name, source, encoding, size, received, options} -> array of drafts
 *              {headline, body, range: [start, end), byline?, dateline?, published?, url?, ...}
 *   tag        {id, version, uri, headline, text, language, byline, dateline, genre, infosource,
 *              url, published, received, note, summary, captions: [{text, credit}], tags: [{scheme,
 *              label, code, score, spans}], options} -> array of {scheme, label, code?, score?,
 * spans?: [[start, end),
 *              ...]} or of {field, value}
 *   summarize  the same article -> {text, spans?: [[start, end), ...]}, the spans of the sentences
 *              in the article's text that it came from
 * scripts/README.md says more of each field. Spans and ranges are byte offsets into `text`, on
 * boundaries of characters. The answer is checked by the host as if it came from a stranger; one
 * that does not fit is set aside in quarantine with the reason.
 *
 * An answer must depend on the input alone (and on `version`): no clock, no random numbers, no
 * addresses, no order of a hash table. It is kept under a fingerprint of the input, the options,
 * and the shared object's own bytes, and asked for again when one of them changes. */
struct desk_stage {
    uint32_t size;       /* sizeof(struct desk_stage) */
    const char *kind;    /* "ingest", "tag", "summarize" */
    const char *name;    /* kind and name together are unique */
    const char *version; /* "1.0.0"; shown with each answer */
    const char *about;   /* one sentence */
    void *state;         /* handed to claims() and run() */
    /* ingest only: how sure the stage is that the document is its own, 0 to 1; NULL elsewhere. */
    double (*claims)(void *state, const void *document, size_t size);
    int (*run)(void *state, const void *input, size_t size, const struct desk_output *output,
               struct desk_error *error);
    /* Each of these may be NULL. Lists end with NULL. What a stage needs and gives are words that
     * plugins agree on ("language", "keyword"): who gives a word runs before who needs it. */
    const struct desk_option *const *options;
    const char *const *needs;
    const char *const *gives;
};

struct lua_State;

/* Opens a Lua module: leaves its table on the stack and gives 1, as a luaopen_ function does. It
 * runs once in each Lua state that asks for it. A native plugin that registers modules links the
 * system's shared Lua 5.4 itself (`pkg-config lua5.4`), the same that the host uses. Functions of a
 * module are called by code that nobody trusts: check each argument, bound each size, lock
 * metatables (`__metatable`), and mind that a Lua error jumps over your C frames. */
typedef int (*desk_lua_opener)(struct lua_State *L);

/* The host's side. Valid for the life of the process. Functions that take `host` want the table
 * that init() got, since each plugin has its own. */
struct desk_host {
    uint32_t size; /* of the struct that the host was built with */
    uint32_t abi_major;
    uint32_t abi_minor;
    uint32_t reserved;
    uint64_t features;
    const char *version; /* of copydesk, for messages */
    const void *state;   /* the host's own */

    /* As malloc, realloc, free; any thread. alloc(0) gives a pointer that can be freed. */
    void *(*alloc)(size_t size);
    void *(*realloc)(void *block, size_t size);
    void (*free)(void *block);

    /* One line for the log, without a newline; the host adds time and plugin. Any thread. */
    void (*log)(const struct desk_host *host, enum desk_log_level level, const char *text);

    /* Only inside init(). Each gives 0, or DESK_ERR_USAGE (called too late, a bad name or struct),
     * DESK_ERR_EXISTS (the name is taken, and by whom), DESK_ERR_NOMEM, DESK_ERR_LIMIT. */
    int (*register_stage)(const struct desk_host *host, const struct desk_stage *stage,
                          struct desk_error *error);
    int (*register_lua_module)(const struct desk_host *host, const char *name,
                               desk_lua_opener opener, struct desk_error *error);
    /* `table` begins with its size as uint32_t; its layout is fixed by name and version. A higher
     * version of a service holds all of the lower ones. */
    int (*register_service)(const struct desk_host *host, const char *name, uint32_t version,
                            const void *table, struct desk_error *error);
    /* As register_service, for databases. A host without DESK_FEATURE_STORES gives
     * DESK_ERR_VERSION. */
    int (*register_store)(const struct desk_host *host, const char *name, uint32_t version,
                          const void *table, struct desk_error *error);
};

/* What a plugin exports, as `desk_plugin_info`. Begin its initialiser with DESK_PLUGIN_INFO_HEAD.
 */
struct desk_plugin_info {
    uint32_t size; /* sizeof(struct desk_plugin_info) */
    uint32_t abi_major;
    uint32_t abi_minor;
    uint32_t reserved; /* 0 */
    uint64_t features; /* those of DESK_FEATURE_* that it cannot live without */
    const char *name;
    const char *version;
    const char *about; /* one sentence */
    int (*init)(const struct desk_host *host, struct desk_error *error);
};

#define DESK_PLUGIN_INFO_HEAD                                                                      \
    .size = sizeof(struct desk_plugin_info), .abi_major = DESK_ABI_MAJOR,                          \
    .abi_minor = DESK_ABI_MINOR

/* Declared here so that a plugin that defines it draws no warning. */
extern DESK_PLUGIN_EXPORT const struct desk_plugin_info desk_plugin_info;

#ifdef __cplusplus
}
#endif
