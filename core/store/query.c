/* Recursive descent over the query's bytes, one look at each. The grammar is in query.h. */
#include "store/query.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"

struct parser {
    const char *start, *at, *end;
    const char *counted; /* columns are counted up to here ... */
    uint32_t column;     /* ... and this is the column there */
    int64_t now_us;
    struct arena *arena;
    struct error *err;
    unsigned terms, depth;
};

/* In the order of enum query_filter; NULL ends it. */
static const char *const filter_names[] = {"tag",    "place", "person", "organisation",
                                           "source", "lang",  "since",  "before"};
#define FILTERS (sizeof(filter_names) / sizeof(filter_names[0]))

static int parse_or(struct parser *p, struct query_node **out);

/* ---- places ---- */

/* Columns only grow, except in messages about an earlier place, which end the parse. */
static uint32_t column_of(struct parser *p, const char *at)
{
    if (at < p->counted) {
        p->counted = p->start;
        p->column = 1;
    }
    for (; p->counted < at; p->counted++)
        if (((unsigned char)*p->counted & 0xc0) != 0x80)
            p->column++;
    return p->column;
}

static int refuse(struct parser *p, const char *at, const char *what)
{
    return error_set(p->err, ERR_INVALID, "query, column %u: %s", (unsigned)column_of(p, at), what);
}

/* ---- characters ---- */

/* Bytes of the white space at `at`: ASCII controls, the no-break and the ideographic space. */
static size_t space_size(const char *at, const char *end)
{
    const unsigned char c = (unsigned char)*at;
    if (c <= ' ' || c == 0x7f)
        return 1;
    if (end - at >= 2 && memcmp(at, "\xc2\xa0", 2) == 0)
        return 2;
    if (end - at >= 3 && memcmp(at, "\xe3\x80\x80", 3) == 0)
        return 3;
    return 0;
}

static void skip_space(struct parser *p)
{
    size_t size;
    while (p->at < p->end && (size = space_size(p->at, p->end)) > 0)
        p->at += size;
}

static bool ends_word(const char *at, const char *end)
{
    return at == end || *at == '(' || *at == ')' || *at == '"' || space_size(at, end) > 0;
}

/* Punctuation beyond ASCII that people type: Latin-1 signs, general and CJK punctuation, full-width
 * forms. A rough sieve: what it lets through and the text service finds empty is refused later. */
static bool is_foreign_punctuation(uint32_t c)
{
    return (c >= 0x80 && c < 0xc0 && c != 0xaa && c != 0xb5 && c != 0xba) || c == 0xd7 ||
           c == 0xf7 || (c >= 0x2000 && c < 0x2070) || (c >= 0x3000 && c < 0x3005) ||
           (c >= 0x3008 && c < 0x3021) || (c >= 0xff01 && c < 0xff10) ||
           (c >= 0xff1a && c < 0xff21);
}

static bool holds_letter(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.at[i];
        if ((c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c >= 0xf0)
            return true;
        const unsigned char *s = (const unsigned char *)text.at + i;
        if (c >= 0xe0 &&
            !is_foreign_punctuation((c & 0x0fu) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu)))
            return true;
        if (c >= 0xc0 && c < 0xe0 && !is_foreign_punctuation((c & 0x1fu) << 6 | (s[1] & 0x3fu)))
            return true;
    }
    return false;
}

/* ---- nodes ---- */

static struct query_node *node_new(struct parser *p, enum query_kind kind, const char *at)
{
    struct query_node *node = arena_alloc(p->arena, 1, sizeof(*node));
    if (!node) {
        error_set(p->err, ERR_NOMEM, "out of memory reading a query");
        return NULL;
    }
    node->kind = kind;
    node->column = column_of(p, at);
    return node;
}

static int node_join(struct parser *p, enum query_kind kind, struct query_node **left,
                     struct query_node *right)
{
    struct query_node *node = arena_alloc(p->arena, 1, sizeof(*node));
    if (!node)
        return error_set(p->err, ERR_NOMEM, "out of memory reading a query");
    if (!*left || !right)
        return error_set(p->err, ERR_INTERNAL, "a query's term read as nothing");
    node->kind = kind;
    node->column = (*left)->column;
    node->left = *left;
    node->right = right;
    *left = node;
    return 0;
}

static int node_leaf(struct parser *p, enum query_kind kind, const char *at, struct str text,
                     struct query_node **out)
{
    if (++p->terms > LIMIT(QUERY_TERMS))
        return error_set(p->err, ERR_LIMIT,
                         "query, column %u: more than %lu terms (%s); ask for less at once",
                         (unsigned)column_of(p, at), LIMIT(QUERY_TERMS), LIMIT_NAME(QUERY_TERMS));
    *out = node_new(p, kind, at);
    if (!*out)
        return ERR_NOMEM;
    (*out)->text = text;
    return 0;
}

/* ---- phrases and words ---- */

static int read_phrase(struct parser *p, struct str *out)
{
    const char *open = p->at++;
    const char *close = memchr(p->at, '"', (size_t)(p->end - p->at));
    if (!close)
        return refuse(p, open,
                      "the quote that opens here is not closed; add \" at the end of the "
                      "phrase, or leave it out");
    *out = (struct str){p->at, (size_t)(close - p->at)};
    p->at = close + 1;
    if (!holds_letter(*out))
        return refuse(p, open,
                      "there is no letter or digit between these quotes; put a word "
                      "there, or leave them out");
    return 0;
}

static struct str read_word(struct parser *p)
{
    const char *start = p->at;
    while (!ends_word(p->at, p->end))
        p->at++;
    return (struct str){start, (size_t)(p->at - start)};
}

static int parse_phrase(struct parser *p, struct query_node **out)
{
    const char *start = p->at;
    struct str text;
    int rc = read_phrase(p, &text);
    return rc < 0 ? rc : node_leaf(p, QUERY_PHRASE, start, text, out);
}

static int parse_word(struct parser *p, struct query_node **out)
{
    const char *start = p->at;
    struct str text = read_word(p);
    enum query_kind kind = QUERY_WORD;
    if (!holds_letter(text))
        return refuse(p, start,
                      "this holds no letter or digit, so there is nothing to search "
                      "for; write a word, or leave it out");
    if (text.at[text.len - 1] == '*') {
        kind = QUERY_PREFIX;
        text.len--;
    }
    return node_leaf(p, kind, start, text, out);
}

/* ---- filters ---- */

static bool is_name(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((text.at[i] | 0x20) < 'a' || (text.at[i] | 0x20) > 'z')
            return false;
    return text.len > 0;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static int filter_of(struct str name)
{
    for (size_t i = 0; i < FILTERS; i++) {
        size_t n = 0;
        while (n < name.len && filter_names[i][n] && lower(name.at[n]) == filter_names[i][n])
            n++;
        if (n == name.len && !filter_names[i][n])
            return (int)i;
    }
    return -1;
}

/* The filter's name that stands at the parser, when a word begins "name:". */
static bool filter_name(const struct parser *p, struct str *name)
{
    const char *at = p->at;
    while (!ends_word(at, p->end) && *at != ':')
        at++;
    *name = (struct str){p->at, (size_t)(at - p->at)};
    return at < p->end && *at == ':' && is_name(*name);
}

static int filter_time(struct parser *p, struct query_node *node, const char *at)
{
    struct error why = {0};
    int64_t span;
    if (clock_parse(node->text, &node->time_us, &why) >= 0)
        return 0;
    if (clock_parse_span(node->text, &span, NULL) >= 0) {
        node->time_us = span > p->now_us ? 0 : p->now_us - span;
        return 0;
    }
    return error_set(p->err, ERR_INVALID,
                     "query, column %u: \"" STR_FMT "\" is no date; write %s:2026-05-04, "
                     "%s:2026-05-04T10:00:00Z or %s:7d",
                     (unsigned)column_of(p, at), STR_ARG(node->text), filter_names[node->filter],
                     filter_names[node->filter], filter_names[node->filter]);
}

static int filter_value(struct parser *p, enum query_filter filter, struct str *value)
{
    const char *start = p->at;
    char text[160];
    if (p->at < p->end && *p->at == '"')
        return read_phrase(p, value);
    *value = read_word(p);
    if (!holds_letter(*value)) {
        snprintf(text, sizeof(text), "%s: wants a value right behind it, as in %s",
                 filter_names[filter],
                 filter >= FILTER_SINCE ? "since:7d" : "tag:energy or place:\"New York\"");
        return refuse(p, start, text);
    }
    if (value->at[value->len - 1] == '*')
        return refuse(p, value->at + value->len - 1,
                      "a filter wants its whole value; \"*\" is for words alone");
    return 0;
}

static int parse_filter(struct parser *p, struct str name, enum query_filter filter,
                        struct query_node **out)
{
    const char *start = p->at;
    struct str value = STR_NONE;
    p->at += name.len + 1;
    const char *value_at = p->at;
    int rc = filter_value(p, filter, &value);
    if (rc >= 0)
        rc = node_leaf(p, QUERY_FILTER, start, value, out);
    if (rc < 0)
        return rc;
    (*out)->filter = filter;
    return filter >= FILTER_SINCE ? filter_time(p, *out, value_at) : 0;
}

/* "tga:x" is a slip and refused; "12:30", "https://..." and "GT:" are words with a colon. */
static const char *slip_for(const struct parser *p, struct str name)
{
    const char *colon = name.at + name.len;
    if (ends_word(colon + 1, p->end) && (colon + 1 == p->end || colon[1] != '"'))
        return NULL;
    if (colon + 1 < p->end && colon[1] == '/')
        return NULL;
    return str_nearest(name, filter_names, FILTERS);
}

/* A word, or a filter. */
static int parse_term(struct parser *p, struct query_node **out)
{
    struct str name;
    if (!filter_name(p, &name))
        return parse_word(p, out);
    const int filter = filter_of(name);
    if (filter >= 0)
        return parse_filter(p, name, (enum query_filter)filter, out);
    const char *slip = slip_for(p, name);
    if (!slip && p->end - p->at > (long)name.len + 1 && p->at[name.len + 1] == '"')
        return error_set(p->err, ERR_INVALID,
                         "query, column %u: there is no filter \"" STR_FMT
                         ":\"; tag: finds tags of every scheme, also \"" STR_FMT "\"",
                         (unsigned)column_of(p, p->at), STR_ARG(name), STR_ARG(name));
    if (!slip)
        return parse_word(p, out);
    return error_set(p->err, ERR_INVALID,
                     "query, column %u: there is no filter \"" STR_FMT ":\"; did you mean \"%s:\"? "
                     "Put it in quotes to search for the words",
                     (unsigned)column_of(p, p->at), STR_ARG(name), slip);
}

/* ---- the grammar ---- */

static int deeper(struct parser *p, const char *at)
{
    if (++p->depth <= LIMIT(QUERY_DEPTH))
        return 0;
    return error_set(p->err, ERR_LIMIT,
                     "query, column %u: parentheses and \"-\" nest deeper than %lu (%s)",
                     (unsigned)column_of(p, at), LIMIT(QUERY_DEPTH), LIMIT_NAME(QUERY_DEPTH));
}

/* Whether the bare word `word` ("OR", "AND") stands at the parser. */
static bool at_keyword(const struct parser *p, const char *word)
{
    const size_t len = strlen(word);
    return (size_t)(p->end - p->at) >= len && memcmp(p->at, word, len) == 0 &&
           ends_word(p->at + len, p->end);
}

static int parse_group(struct parser *p, struct query_node **out)
{
    const char *open = p->at++;
    int rc = deeper(p, open);
    if (rc < 0)
        return rc;
    skip_space(p);
    if (p->at < p->end && *p->at == ')')
        return refuse(p, open, "there is nothing between these parentheses; leave them out");
    if (p->at < p->end && (rc = parse_or(p, out)) < 0)
        return rc;
    if (p->at == p->end)
        return refuse(p, open, "the parenthesis that opens here is not closed; add \")\"");
    p->at++; /* parse_or stops at the end or at ")" */
    p->depth--;
    return 0;
}

static int parse_unary(struct parser *p, struct query_node **out);

static int parse_not(struct parser *p, struct query_node **out)
{
    const char *minus = p->at++;
    if (p->at == p->end || *p->at == ')' || space_size(p->at, p->end) > 0)
        return refuse(p, minus,
                      "\"-\" stands alone; put it right before the word that must not "
                      "be there, or leave it out");
    *out = node_new(p, QUERY_NOT, minus);
    int rc = *out ? deeper(p, minus) : ERR_NOMEM;
    if (rc >= 0)
        rc = parse_unary(p, &(*out)->left);
    p->depth--;
    return rc;
}

static int parse_unary(struct parser *p, struct query_node **out)
{
    switch (*p->at) {
    case '-':
        return parse_not(p, out);
    case '(':
        return parse_group(p, out);
    case '"':
        return parse_phrase(p, out);
    default:
        return parse_term(p, out);
    }
}

/* Steps over "AND" or "OR"; something must follow it. */
static int take_keyword(struct parser *p, const char *word)
{
    const char *start = p->at;
    char text[160];
    p->at += strlen(word);
    skip_space(p);
    if (p->at < p->end && *p->at != ')' && !at_keyword(p, "OR") && !at_keyword(p, "AND"))
        return 0;
    snprintf(text, sizeof(text),
             "%s has nothing behind it; put a word there, or write \"%s\" in quotes to search "
             "for it",
             word, word);
    return refuse(p, start, text);
}

static int no_keyword_here(struct parser *p)
{
    if (at_keyword(p, "OR"))
        return refuse(p, p->at,
                      "OR has nothing before it; put a word there, or write \"OR\" in "
                      "quotes to search for it");
    if (at_keyword(p, "AND"))
        return refuse(p, p->at,
                      "AND has nothing before it; put a word there, or write \"AND\" in "
                      "quotes to search for it");
    return 0;
}

static int parse_and(struct parser *p, struct query_node **out)
{
    struct query_node *right;
    int rc = no_keyword_here(p);
    if (rc >= 0)
        rc = parse_unary(p, out);
    for (skip_space(p); rc >= 0 && p->at < p->end && *p->at != ')' && !at_keyword(p, "OR");
         skip_space(p)) {
        right = NULL;
        if (at_keyword(p, "AND"))
            rc = take_keyword(p, "AND");
        if (rc >= 0)
            rc = parse_unary(p, &right);
        if (rc >= 0)
            rc = node_join(p, QUERY_AND, out, right);
    }
    return rc;
}

static int parse_or(struct parser *p, struct query_node **out)
{
    struct query_node *right;
    int rc = parse_and(p, out);
    while (rc >= 0 && p->at < p->end && *p->at != ')') {
        right = NULL;
        rc = take_keyword(p, "OR");
        if (rc >= 0)
            rc = parse_and(p, &right);
        if (rc >= 0)
            rc = node_join(p, QUERY_OR, out, right);
    }
    return rc;
}

int query_parse(struct str text, int64_t now_us, struct arena *arena, struct query *out,
                struct error *err)
{
    struct parser p = {.start = text.at,
                       .at = text.at,
                       .counted = text.at,
                       .column = 1,
                       .now_us = now_us,
                       .arena = arena,
                       .err = err};
    out->root = NULL;
    if (text.len == 0)
        return 0;
    p.end = text.at + text.len;
    if (text.len > LIMIT(QUERY_BYTES))
        return error_set(err, ERR_LIMIT, "the query is longer than %lu bytes (%s)",
                         LIMIT(QUERY_BYTES), LIMIT_NAME(QUERY_BYTES));
    const size_t valid = utf8_valid(text.at, text.len);
    if (valid < text.len)
        return refuse(&p, text.at + valid, "this is not UTF-8; check the terminal's encoding");
    skip_space(&p);
    if (p.at == p.end)
        return 0;
    if (*p.at == ')')
        return refuse(&p, p.at, "\")\" closes nothing; leave it out, or add \"(\" before it");
    int rc = parse_or(&p, &out->root);
    if (rc >= 0 && p.at < p.end)
        rc = refuse(&p, p.at, "\")\" closes nothing; leave it out, or add \"(\" before it");
    if (rc < 0)
        out->root = NULL;
    return rc;
}
