#include "lua/bytecode.h"

#include <string.h>

#include "base/buf.h"
#include "base/limits.h"

#define DEPTH_MAX 200 /* functions in functions: Lua's own bound (LUAI_MAXCCALLS) */

struct reader {
    const uint8_t *at, *end;
    struct arena *arena;
    bool bad; /* cut short, or memory ran out */
};

static uint8_t read_byte(struct reader *in)
{
    if (!in->at || in->at >= in->end) {
        in->bad = true;
        return 0;
    }
    return *in->at++;
}

/* Groups of seven bits, the highest first; the last one is marked. */
static uint64_t read_size(struct reader *in)
{
    uint64_t value = 0;
    for (int i = 0; i < 10 && !in->bad; i++) {
        const uint8_t byte = read_byte(in);
        value = value << 7 | (byte & 0x7F);
        if (byte & 0x80)
            return value;
    }
    in->bad = true;
    return 0;
}

/* A count of things of at least `least` bytes each. */
static uint32_t read_count(struct reader *in, size_t least)
{
    const uint64_t count = read_size(in);
    if (count > (uint64_t)(in->end - in->at) / least)
        in->bad = true;
    return in->bad ? 0 : (uint32_t)count;
}

static const uint8_t *read_bytes(struct reader *in, size_t len)
{
    if ((size_t)(in->end - in->at) < len) {
        in->bad = true;
        return NULL;
    }
    in->at += len;
    return in->at - len;
}

static struct str read_text(struct reader *in)
{
    const uint64_t size = read_size(in);
    const uint8_t *bytes = size ? read_bytes(in, (size_t)(size - 1)) : NULL;
    return bytes ? (struct str){(const char *)bytes, (size_t)(size - 1)} : STR_NONE;
}

static void *room(struct reader *in, size_t count, size_t size)
{
    void *at = in->bad ? NULL : arena_alloc(in->arena, count + 1, size);
    in->bad |= at == NULL;
    return at;
}

static void read_ops(struct reader *in, struct code *code)
{
    code->count = read_count(in, sizeof *code->op);
    uint32_t *ops = room(in, code->count, sizeof *ops);
    const uint8_t *bytes = read_bytes(in, (size_t)code->count * sizeof *ops);
    if (ops && bytes)
        memcpy(ops, bytes, (size_t)code->count * sizeof *ops);
    code->op = ops;
}

static void read_constants(struct reader *in, struct code *code)
{
    enum { SHORT_TEXT = 4, LONG_TEXT = 20, INTEGER = 3, FLOAT = 19 };
    code->constant_count = read_count(in, 1);
    struct code_constant *list = room(in, code->constant_count, sizeof *list);
    for (uint32_t i = 0; !in->bad && i < code->constant_count; i++) {
        const uint8_t type = read_byte(in);
        list[i] = (struct code_constant){.is_text = type == SHORT_TEXT || type == LONG_TEXT};
        if (list[i].is_text)
            list[i].text = read_text(in);
        else if (type == INTEGER || type == FLOAT)
            read_bytes(in, 8);
    }
    code->constant = list;
}

static struct code_upvalue *read_upvalues(struct reader *in, struct code *code)
{
    code->upvalue_count = read_count(in, 3);
    struct code_upvalue *list = room(in, code->upvalue_count, sizeof *list);
    for (uint32_t i = 0; !in->bad && i < code->upvalue_count; i++) {
        list[i] = (struct code_upvalue){.in_stack = read_byte(in) != 0};
        list[i].index = read_byte(in);
        read_byte(in); /* kind */
    }
    code->upvalue = list;
    return list;
}

/* Lines are kept as steps of a byte, and whole where a step is too long (ldebug.c,
 * luaG_getfuncline). */
static void read_lines(struct reader *in, struct code *code, int32_t defined)
{
    enum { WHOLE = -128 };
    const uint32_t count = read_count(in, 1);
    const int8_t *steps = (const int8_t *)read_bytes(in, count);
    int32_t *lines = room(in, code->count, sizeof *lines);
    const uint32_t whole_count = read_count(in, 2);
    int32_t line = defined;
    uint32_t at = 0;
    for (uint32_t i = 0; i < whole_count && !in->bad; i++) {
        const uint64_t pc = read_size(in), whole = read_size(in);
        for (; at < pc && at < count && at < code->count && lines; at++)
            lines[at] = line += steps[at] == WHOLE ? 0 : steps[at];
        line = (int32_t)whole;
        if (at == pc && at < code->count && lines)
            lines[at++] = line;
    }
    for (; lines && !in->bad && at < code->count; at++)
        lines[at] = line += at < count && steps[at] != WHOLE ? steps[at] : 0;
    code->line = lines;
}

static void read_locals(struct reader *in, struct code *code)
{
    code->local_count = read_count(in, 3);
    struct code_local *list = room(in, code->local_count, sizeof *list);
    for (uint32_t i = 0; !in->bad && i < code->local_count; i++) {
        list[i].name = read_text(in);
        list[i].start = (uint32_t)read_size(in);
        list[i].end = (uint32_t)read_size(in);
    }
    code->local = list;
}

static struct code *read_function(struct reader *in, struct str source, unsigned depth)
{
    struct code *code = room(in, 1, sizeof *code);
    if (!code || depth > DEPTH_MAX) {
        in->bad = true;
        return NULL;
    }
    *code = (struct code){.source = read_text(in)};
    if (!code->source.at)
        code->source = source; /* left out where it is that of the function around */
    const int32_t defined = (int32_t)read_size(in);
    read_size(in); /* last line */
    code->params = read_byte(in);
    read_bytes(in, 2); /* vararg, stack size */
    read_ops(in, code);
    read_constants(in, code);
    struct code_upvalue *upvalues = read_upvalues(in, code);
    code->inner_count = read_count(in, 1);
    code->inner = room(in, code->inner_count, sizeof(struct code *));
    for (uint32_t i = 0; !in->bad && i < code->inner_count; i++)
        code->inner[i] = read_function(in, code->source, depth + 1);
    read_lines(in, code, defined);
    read_locals(in, code);
    const uint32_t names = read_count(in, 1);
    for (uint32_t i = 0; !in->bad && i < names; i++) {
        const struct str name = read_text(in);
        if (i < code->upvalue_count)
            upvalues[i].name = name;
    }
    return in->bad ? NULL : code;
}

static int write_dump(lua_State *L, const void *bytes, size_t len, void *data)
{
    (void)L;
    return buf_append(data, bytes, len);
}

/* "\x1bLua", version 5.4, format 0, "\x19\x93\r\n\x1a\n", sizes of instruction, integer and number,
 * 0x5678 and 370.5 as this machine writes them, then the number of upvalues. */
static bool check_head(struct reader *in)
{
    static const uint8_t head[] = "\x1bLua\x54\x00\x19\x93\r\n\x1a\n\x04\x08\x08";
    const uint8_t *given = read_bytes(in, sizeof head - 1);
    read_bytes(in, 8 + 8 + 1);
    return given && !in->bad && memcmp(given, head, sizeof head - 1) == 0;
}

int code_read(lua_State *L, struct arena *arena, struct code **out, struct error *err)
{
    BUF_AUTO struct buf dump = BUF_INIT;
    buf_init(&dump, 16 * LIMIT(PLUGIN_BYTES));
    if (lua_dump(L, write_dump, &dump, 0) != 0)
        return error_set(err, ERR_NOMEM, "out of memory while reading compiled code");
    const struct str kept = arena_str(arena, buf_view(&dump));
    if (!kept.at)
        return error_set(err, ERR_NOMEM, "out of memory while reading compiled code");
    const uint8_t *bytes = (const uint8_t *)kept.at;
    struct reader in = {bytes, bytes + kept.len, arena, false};
    if (!check_head(&in))
        return error_set(err, ERR_VERSION, "this Lua compiles to another form than Lua 5.4");
    *out = read_function(&in, STR_NONE, 0);
    return *out ? 0 : error_set(err, ERR_CORRUPT, "compiled code cannot be read");
}

bool code_writes(uint32_t op)
{
    const unsigned number = code_op(op);
    return (number <= CODE_GETFIELD && number != CODE_SETUPVAL) || number == 19 /* NEWTABLE */ ||
           (number >= 21 && number <= 45) /* arithmetic */ || (number >= 49 && number <= 53) ||
           number == 67 /* TESTSET */ || number == CODE_CLOSURE;
}

int64_t code_target(const struct code *code, uint32_t at)
{
    const uint32_t op = code->op[at];
    switch (code_op(op)) {
    case CODE_JMP: /* the offset counts from the next one; it is kept with 2^24 - 1 added */
        return (int64_t)at + 1 + (int64_t)(op >> 7) - 0xFFFFFF;
    case CODE_LFALSESKIP:
        return (int64_t)at + 2;
    case CODE_FORLOOP:
    case CODE_TFORLOOP:
        return (int64_t)at + 1 - code_bx(op);
    case CODE_FORPREP:
        return (int64_t)at + 2 + code_bx(op);
    case CODE_TFORPREP:
        return (int64_t)at + 1 + code_bx(op);
    default:
        return -1;
    }
}

const struct code_local *code_local_at(const struct code *code, unsigned reg, uint32_t at)
{
    for (uint32_t i = 0; i < code->local_count && code->local[i].start <= at; i++)
        if (at < code->local[i].end && reg-- == 0)
            return &code->local[i];
    return NULL;
}

const struct str *code_text(const struct code *code, uint32_t constant)
{
    const bool is = constant < code->constant_count && code->constant[constant].is_text;
    return is ? &code->constant[constant].text : NULL;
}
