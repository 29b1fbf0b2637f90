#include "lua/code_walk.h"

#include <string.h>

#define REGISTERS 256

enum fact_kind { FACT_NONE, FACT_ENV, FACT_PATH, FACT_PARAM, FACT_TEXT };

/* What is known of a register or an upvalue. */
struct fact {
    enum fact_kind kind;
    const char *text;
};

struct walk {
    const struct code_walk *to;
    const struct code *code;
    const struct fact *up;
    struct fact reg[REGISTERS];
    uint32_t at;
    bool failed; /* out of memory */
};

static const struct fact nothing = {FACT_NONE, NULL};

static const char *keep(struct walk *walk, struct str text)
{
    const char *copy = arena_text(walk->to->arena, text);
    walk->failed |= copy == NULL;
    return copy ? copy : "";
}

static int32_t line_of(const struct walk *walk)
{
    return walk->code->line[walk->at];
}

/* ---- what stays known where two ways meet ---- */

static bool upvalue_is_set(const struct code *code, unsigned upvalue)
{
    for (uint32_t i = 0; i < code->count; i++)
        if (code_op(code->op[i]) == CODE_SETUPVAL && code_b(code->op[i]) == upvalue)
            return true;
    for (uint32_t i = 0; i < code->inner_count; i++)
        for (uint32_t u = 0; u < code->inner[i]->upvalue_count; u++) {
            const struct code_upvalue *inner = &code->inner[i]->upvalue[u];
            if (!inner->in_stack && inner->index == upvalue && upvalue_is_set(code->inner[i], u))
                return true;
        }
    return false;
}

/* Whether a local keeps the value that it begins with. */
static bool is_fixed(const struct code *code, const struct code_local *local, unsigned reg)
{
    for (uint32_t i = local->start; i < local->end && i < code->count; i++) {
        const uint32_t op = code->op[i];
        if (code_writes(op) && code_a(op) == reg)
            return false;
        if (code_op(op) != CODE_CLOSURE || code_bx(op) >= code->inner_count)
            continue;
        const struct code *inner = code->inner[code_bx(op)];
        for (uint32_t u = 0; u < inner->upvalue_count; u++)
            if (inner->upvalue[u].in_stack && inner->upvalue[u].index == reg &&
                upvalue_is_set(inner, u))
                return false;
    }
    return true;
}

static bool stays(const struct code *code, unsigned reg, uint32_t at)
{
    const struct code_local *local = code_local_at(code, reg, at);
    return local && (local->start < at || at == 0) && is_fixed(code, local, reg);
}

static void forget_unsure(struct walk *walk)
{
    for (unsigned reg = 0; reg < REGISTERS; reg++)
        if (walk->reg[reg].kind != FACT_NONE && !stays(walk->code, reg, walk->at))
            walk->reg[reg] = nothing;
}

static void forget_from(struct walk *walk, unsigned reg)
{
    for (; reg < REGISTERS; reg++)
        walk->reg[reg] = nothing;
}

/* ---- instructions ---- */

static struct fact text_fact(struct walk *walk, uint32_t constant)
{
    const struct str *text = code_text(walk->code, constant);
    return text ? (struct fact){FACT_TEXT, keep(walk, *text)} : nothing;
}

static struct fact up_fact(const struct walk *walk, unsigned upvalue)
{
    return upvalue < walk->code->upvalue_count ? walk->up[upvalue] : nothing;
}

/* What base[key] is. */
static struct fact index_fact(struct walk *walk, struct fact base, struct fact key,
                              enum code_use use)
{
    const struct code_walk *to = walk->to;
    if (key.kind != FACT_TEXT)
        return nothing;
    to->key(to->data, key.text);
    if (base.kind == FACT_PARAM) {
        to->field(to->data, base.text, key.text, line_of(walk));
        const bool options = strcmp(key.text, "options") == 0; /* ctx.options */
        return options ? (struct fact){FACT_PARAM, "options"} : nothing;
    }
    if (base.kind != FACT_ENV && base.kind != FACT_PATH)
        return nothing;
    const char *path =
        base.kind == FACT_ENV ? key.text : arena_printf(to->arena, "%s.%s", base.text, key.text);
    walk->failed |= path == NULL;
    if (!path)
        return nothing;
    to->path(to->data, path, use, line_of(walk));
    return (struct fact){FACT_PATH, path};
}

static struct fact second(struct walk *walk, uint32_t op)
{
    return code_k(op) ? text_fact(walk, code_c(op)) : walk->reg[code_c(op)];
}

/* base[key] = what the instruction's third part says. */
static void set_field(struct walk *walk, struct fact base, struct fact key, uint32_t op)
{
    const struct code_walk *to = walk->to;
    const struct fact value = second(walk, op);
    const bool other = code_k(op) && value.kind != FACT_TEXT; /* a constant, and no text */
    if (base.kind == FACT_ENV || base.kind == FACT_PATH)
        (void)index_fact(walk, base, key, CODE_WRITE);
    else if (key.kind == FACT_TEXT && !other)
        to->given(to->data, key.text, value.kind == FACT_TEXT ? value.text : NULL, line_of(walk));
}

static void call(struct walk *walk, uint32_t op)
{
    const struct code_walk *to = walk->to;
    const unsigned a = code_a(op);
    const struct fact function = walk->reg[a];
    if (function.kind == FACT_PATH && code_b(op) == 2 && a + 1 < REGISTERS) {
        const struct fact argument = walk->reg[a + 1];
        to->call(to->data, function.text, argument.kind == FACT_TEXT ? argument.text : NULL,
                 line_of(walk));
    }
    forget_from(walk, a);
}

static int walk_function(const struct code_walk *to, const struct code *code, const struct fact *up,
                         bool *failed);

static void closure(struct walk *walk, uint32_t op)
{
    if (code_bx(op) >= walk->code->inner_count)
        return;
    const struct code *inner = walk->code->inner[code_bx(op)];
    struct fact up[REGISTERS];
    for (uint32_t i = 0; i < inner->upvalue_count && i < REGISTERS; i++) {
        const struct code_upvalue *from = &inner->upvalue[i];
        const struct code_local *local =
            from->in_stack ? code_local_at(walk->code, from->index, walk->at) : NULL;
        up[i] = from->in_stack ? walk->reg[from->index] : up_fact(walk, from->index);
        if (from->in_stack && (!local || !is_fixed(walk->code, local, from->index)))
            up[i] = nothing;
    }
    (void)walk_function(walk->to, inner, up, &walk->failed);
    walk->reg[code_a(op)] = nothing;
}

static void step(struct walk *walk, uint32_t op)
{
    const unsigned a = code_a(op), b = code_b(op);
    struct fact *reg = walk->reg;
    switch (code_op(op)) {
    case CODE_MOVE:
        reg[a] = reg[b];
        break;
    case CODE_LOADK:
        reg[a] = text_fact(walk, code_bx(op));
        break;
    case CODE_GETUPVAL:
        reg[a] = up_fact(walk, b);
        break;
    case CODE_GETTABUP:
        reg[a] = index_fact(walk, up_fact(walk, b), text_fact(walk, code_c(op)), CODE_READ);
        break;
    case CODE_GETTABLE:
        reg[a] = index_fact(walk, reg[b], reg[code_c(op)], CODE_READ);
        break;
    case CODE_GETFIELD:
        reg[a] = index_fact(walk, reg[b], text_fact(walk, code_c(op)), CODE_READ);
        break;
    case CODE_SELF: {
        const struct fact base = reg[b];
        reg[a] = index_fact(walk, base, second(walk, op), CODE_READ);
        reg[a + 1 < REGISTERS ? a + 1 : a] = base;
        break;
    }
    case CODE_SETTABUP:
        set_field(walk, up_fact(walk, a), text_fact(walk, b), op);
        break;
    case CODE_SETTABLE:
        set_field(walk, reg[a], reg[b], op);
        break;
    case CODE_SETFIELD:
        set_field(walk, reg[a], text_fact(walk, b), op);
        break;
    case CODE_CALL:
    case CODE_TAILCALL:
        call(walk, op);
        break;
    case CODE_CLOSURE:
        closure(walk, op);
        break;
    case CODE_LOADNIL:
    case CODE_TFORCALL:
    case CODE_FORLOOP:
    case CODE_FORPREP:
    case CODE_VARARG:
        forget_from(walk, a);
        break;
    default:
        if (code_writes(op))
            reg[a] = nothing;
    }
}

static void watch_params(struct walk *walk)
{
    for (unsigned i = 0; i < walk->code->params; i++) {
        const struct code_local *local = code_local_at(walk->code, i, 0);
        for (const char *const *name = walk->to->params; local && *name; name++)
            if (str_is(local->name, *name) && is_fixed(walk->code, local, i))
                walk->reg[i] = (struct fact){FACT_PARAM, *name};
    }
}

static int walk_function(const struct code_walk *to, const struct code *code, const struct fact *up,
                         bool *failed)
{
    struct walk walk = {.to = to, .code = code, .up = up};
    bool *meets = arena_alloc(to->arena, (size_t)code->count + 1, sizeof *meets);
    if (!meets) {
        *failed = true;
        return ERR_NOMEM;
    }
    for (uint32_t i = 0; i < code->count; i++) {
        const int64_t target = code_target(code, i);
        if (target >= 0 && target < (int64_t)code->count)
            meets[target] = true;
    }
    watch_params(&walk);
    for (; walk.at < code->count; walk.at++) {
        if (meets[walk.at])
            forget_unsure(&walk);
        step(&walk, code->op[walk.at]);
    }
    *failed |= walk.failed;
    return *failed ? ERR_NOMEM : 0;
}

int code_walk(const struct code_walk *walk, const struct code *main, struct error *err)
{
    const struct fact env = {FACT_ENV, NULL};
    bool failed = false;
    return walk_function(walk, main, &env, &failed) < 0
               ? error_set(err, ERR_NOMEM, "out of memory while looking at code")
               : 0;
}
