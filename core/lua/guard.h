/* Which wall stopped a plugin. The numbers travel from worker to host. */
#pragma once

/* X(name, word) */
#define GUARD_MAP(X)                                                                               \
    X(ERROR, "error")   /* it raised an error */                                                   \
    X(TIME, "time")     /* the soft budget or the host's SIGKILL */                                \
    X(MEMORY, "memory") /* the state's allocator cap or the address space */                       \
    X(ANSWER, "answer") /* its answer does not fit the contract */                                 \
    X(LOAD, "load")     /* it could not be loaded */                                               \
    X(KILLED, "killed") /* the worker died: signal or forbidden system call, named */              \
    X(INPUT, "input")   /* the input itself cannot be read */

enum guard {
#define GUARD_ENUM(name, word) GUARD_##name,
    GUARD_MAP(GUARD_ENUM)
#undef GUARD_ENUM
        GUARD_COUNT
};
