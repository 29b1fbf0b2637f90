#include "lua/traceback.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

#define LINES_MOST   64 /* Lua gives 22 levels and two lines more */
#define TURN_MOST    2  /* functions that call each other in turn */
#define REPEAT_LEAST 3  /* lines, before they are folded */

struct lines {
    struct str at[LINES_MOST];
    size_t count;
};

/* What does not find a place stays one line, the last. */
static void split(const char *text, struct lines *out)
{
    out->count = 0;
    while (*text && out->count < LINES_MOST) {
        size_t len = out->count + 1 < LINES_MOST ? strcspn(text, "\n") : strlen(text);
        out->at[out->count++] = (struct str){text, len};
        text += len + (text[len] == '\n');
    }
}

/* How many levels a line stands for that Lua left out; 0: it is no such line. */
static size_t left_out(struct str line)
{
    static const char mark[] = "\t...\t(skipping ";
    return str_starts(line, mark) ? strtoul(line.at + sizeof mark - 1, NULL, 10) : 0;
}

static bool same(const struct lines *lines, size_t a, size_t b, size_t count)
{
    if (b + count > lines->count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!str_same(lines->at[a + i], lines->at[b + i]))
            return false;
    return true;
}

/* How many lines behind the `turn` lines at `from` say the same again, and how many levels they
 * stand for. */
static size_t repeats(const struct lines *lines, size_t from, size_t turn, size_t *levels)
{
    size_t next = from + turn;
    *levels = 0;
    for (;;) {
        const size_t skipped = next < lines->count ? left_out(lines->at[next]) : 0;
        const size_t begin = next + (skipped > 0);
        if (!same(lines, from, begin, turn))
            return next - from - turn;
        next = begin + turn;
        *levels += skipped + turn;
    }
}

static void put_line(struct buf *out, struct str line)
{
    if (out->len > 0)
        buf_byte(out, '\n');
    buf_str(out, line);
}

static size_t put_turn(const struct lines *lines, size_t from, struct buf *out)
{
    for (size_t turn = 1; turn <= TURN_MOST; turn++) {
        size_t levels;
        const size_t again = repeats(lines, from, turn, &levels);
        if (again < REPEAT_LEAST)
            continue;
        for (size_t i = 0; i < turn; i++)
            put_line(out, lines->at[from + i]);
        buf_printf(out, "\n\t... %zu more of the same", levels);
        return turn + again;
    }
    put_line(out, lines->at[from]);
    return 1;
}

void traceback_fold(const char *text, struct buf *out)
{
    struct lines lines;
    split(text, &lines);
    for (size_t at = 0; at < lines.count;)
        at += put_turn(&lines, at, out);
}
