/* What Lua made of a source text, read from lua_dump: instructions with their lines, constants,
 * names of locals and upvalues. For looking at code without running it.
 *
 * The format is that of Lua 5.4 (lundump.c, lopcodes.h); another version is refused. */
#pragma once

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

enum code_op { /* those that somebody asks for */
               CODE_MOVE = 0,
               CODE_LOADK = 3,
               CODE_LFALSESKIP = 6,
               CODE_LOADNIL = 8,
               CODE_GETUPVAL = 9,
               CODE_SETUPVAL = 10,
               CODE_GETTABUP = 11,
               CODE_GETTABLE = 12,
               CODE_GETFIELD = 14,
               CODE_SETTABUP = 15,
               CODE_SETTABLE = 16,
               CODE_SETFIELD = 18,
               CODE_SELF = 20,
               CODE_JMP = 56,
               CODE_CALL = 68,
               CODE_TAILCALL = 69,
               CODE_FORLOOP = 73,
               CODE_FORPREP = 74,
               CODE_TFORPREP = 75,
               CODE_TFORCALL = 76,
               CODE_TFORLOOP = 77,
               CODE_CLOSURE = 79,
               CODE_VARARG = 80,
};

struct code_constant {
    bool is_text;
    struct str text;
};

struct code_local { /* in the order of their beginnings; alive in [start, end) */
    struct str name;
    uint32_t start, end;
};

struct code_upvalue {
    struct str name;
    bool in_stack; /* of the function around: its register, or its upvalue */
    uint8_t index;
};

struct code {
    struct str source; /* "@scripts/tag/ships/init.lua" */
    uint8_t params;
    uint32_t count;
    const uint32_t *op;
    const int32_t *line; /* of each instruction */
    uint32_t constant_count, local_count, upvalue_count, inner_count;
    const struct code_constant *constant;
    const struct code_local *local;
    const struct code_upvalue *upvalue;
    struct code **inner;
};

/* The Lua function on the top of the stack (it stays there). All is in `arena`. */
int code_read(lua_State *L, struct arena *arena, struct code **out, struct error *err);

static inline unsigned code_op(uint32_t op)
{
    return op & 0x7F;
}
static inline unsigned code_a(uint32_t op)
{
    return op >> 7 & 0xFF;
}
static inline unsigned code_b(uint32_t op)
{
    return op >> 16 & 0xFF;
}
static inline unsigned code_c(uint32_t op)
{
    return op >> 24;
}
static inline bool code_k(uint32_t op)
{
    return op >> 15 & 1;
}
static inline uint32_t code_bx(uint32_t op)
{
    return op >> 15;
}

/* Whether it writes register A, and only that. */
bool code_writes(uint32_t op);
/* Where it may go besides to the next instruction; `at` is its own place. -1: nowhere else. */
int64_t code_target(const struct code *code, uint32_t at);
/* The local variable in a register at an instruction; NULL: none. */
const struct code_local *code_local_at(const struct code *code, unsigned reg, uint32_t at);
/* NULL: not a text. */
const struct str *code_text(const struct code *code, uint32_t constant);
