#include "store/sqlite/match.h"

#include "base/buf.h"
#include "base/limits.h"

/* ---- words of one term ---- */

static int no_memory(struct matcher *matcher)
{
    return error_set(matcher->err, ERR_NOMEM, "out of memory reading a query");
}

static int too_many(struct matcher *matcher)
{
    return error_set(matcher->err, ERR_LIMIT,
                     "the query holds more than %lu words (%s); ask for less at once",
                     LIMIT(QUERY_WORDS), LIMIT_NAME(QUERY_WORDS));
}

static int open_words(struct matcher *matcher, struct str text, struct desk_words_reader *reader)
{
    struct desk_text_bytes blob;
    struct desk_error said = {0};
    const struct desk_text_api *api = tokenizer_api(matcher->tokenizer);
    int code = api->words(tokenizer_text(matcher->tokenizer), text.at, text.len, &blob, &said);
    if (code >= 0 && desk_words_open(reader, blob.bytes, blob.size, text.len))
        return 0;
    error_set(matcher->err, code == DESK_ERR_NOMEM ? ERR_NOMEM : ERR_INTERNAL,
              "reading a query: %s", code < 0 ? said.text : "the text service is at fault");
    return code == DESK_ERR_NOMEM ? ERR_NOMEM : ERR_INTERNAL;
}

/* The index words of `text`, copied. */
static int words_of(struct matcher *matcher, struct str text, struct match_term *term)
{
    struct desk_words_reader reader;
    struct desk_word word;
    int rc = open_words(matcher, text, &reader);
    if (rc < 0)
        return rc;
    if (matcher->words + reader.left > LIMIT(QUERY_WORDS))
        return too_many(matcher);
    matcher->words += reader.left;
    term->count = 0;
    term->words = arena_alloc(matcher->arena, reader.left + 1, sizeof(*term->words));
    if (!term->words)
        return no_memory(matcher);
    while ((rc = desk_words_next(&reader, &word)) > 0) {
        const struct str folded = {word.folded, word.folded_size};
        term->words[term->count] = arena_str(matcher->arena, folded);
        if (term->words[term->count++].len == 0)
            return no_memory(matcher);
    }
    return rc < 0 ? error_set(matcher->err, ERR_INTERNAL, "the text service gave a damaged list")
                  : 0;
}

/* FTS5's string: a quote in it is doubled. */
static void append_quoted(struct buf *out, struct str word)
{
    buf_byte(out, '"');
    for (size_t i = 0; i < word.len; i++) {
        if (word.at[i] == '"')
            buf_byte(out, '"');
        buf_byte(out, (uint8_t)word.at[i]);
    }
    buf_byte(out, '"');
}

static int keep(struct matcher *matcher, const struct buf *text, struct match *out)
{
    out->text = arena_str(matcher->arena, buf_view(text));
    return buf_failed(text) || out->text.len != text->len ? no_memory(matcher) : 0;
}

static int write_phrase(struct matcher *matcher, const char *column, const struct match_term *term,
                        struct match *out)
{
    BUF_AUTO struct buf text = BUF_INIT;
    buf_text(&text, column);
    for (size_t i = 0; i < term->count; i++) {
        if (i > 0)
            buf_text(&text, " + ");
        append_quoted(&text, term->words[i]);
    }
    if (term->prefix)
        buf_text(&text, " *");
    *out = (struct match){.binding = BINDS_ALL};
    return keep(matcher, &text, out);
}

static int term_of(struct matcher *matcher, const struct query_node *node, struct match_term *term)
{
    int rc = words_of(matcher, node->text, term);
    term->prefix = node->kind == QUERY_PREFIX;
    if (rc >= 0 && term->count == 0)
        return error_set(matcher->err, ERR_INVALID,
                         "query, column %u: \"" STR_FMT "\" holds no word that could be found",
                         (unsigned)node->column, STR_ARG(node->text));
    return rc;
}

static int match_leaf(struct matcher *matcher, const struct query_node *node, struct match *out)
{
    struct match_term term;
    int rc = term_of(matcher, node, &term);
    return rc < 0 ? rc : write_phrase(matcher, "", &term, out);
}

int match_label(struct matcher *matcher, struct str value, struct match *out)
{
    struct match_term term = {.prefix = false};
    int rc = words_of(matcher, value, &term);
    *out = (struct match){.binding = BINDS_ALL};
    return rc < 0 || term.count == 0 ? rc : write_phrase(matcher, "tags : ", &term, out);
}

/* ---- AND, OR, NOT ---- */

static void append_operand(struct buf *out, const struct match *operand, bool parentheses)
{
    buf_text(out, parentheses ? "(" : "");
    buf_str(out, operand->text);
    buf_text(out, parentheses ? ")" : "");
}

static int combine(struct matcher *matcher, const struct match *left, enum match_binding binding,
                   const struct match *right, struct match *out)
{
    static const char *const words[] = {" OR ", " AND ", " NOT "};
    BUF_AUTO struct buf text = BUF_INIT;
    struct match made = {.binding = binding};
    append_operand(&text, left, left->binding < binding);
    buf_text(&text, words[binding]);
    append_operand(&text, right,
                   right->binding < binding || (binding == BINDS_NOT && right->binding == binding));
    int rc = keep(matcher, &text, &made);
    *out = made;
    return rc;
}

/* FTS5 knows NOT only between two expressions, so what is negated is carried along and told at the
 * end:  a AND -b = a NOT b;  -a AND -b = -(a OR b);  a OR -b = -(b NOT a);  -a OR -b = -(a AND b).
 */
int match_join(struct matcher *matcher, enum query_kind kind, const struct match *left,
               const struct match *right, struct match *out)
{
    const bool or = kind == QUERY_OR;
    const bool negated = or ? left->negated || right->negated : left->negated && right->negated;
    int rc;
    if (left->negated == right->negated)
        rc = combine(matcher, left, or != negated ? BINDS_OR : BINDS_AND, right, out);
    else if (left->negated == or)
        rc = combine(matcher, left, BINDS_NOT, right, out);
    else
        rc = combine(matcher, right, BINDS_NOT, left, out);
    out->negated = negated;
    return rc;
}

bool match_is_text(const struct query_node *node)
{
    switch (node->kind) {
    case QUERY_FILTER:
        return false;
    case QUERY_NOT:
        return match_is_text(node->left);
    case QUERY_AND:
    case QUERY_OR:
        return match_is_text(node->left) && match_is_text(node->right);
    default:
        return true;
    }
}

int match_text(struct matcher *matcher, const struct query_node *node, struct match *out)
{
    struct match left, right;
    if (node->kind < QUERY_FILTER)
        return match_leaf(matcher, node, out);
    int rc = match_text(matcher, node->left, &left);
    if (rc < 0)
        return rc;
    if (node->kind == QUERY_NOT) {
        *out = left;
        out->negated = !left.negated;
        return 0;
    }
    rc = match_text(matcher, node->right, &right);
    return rc < 0 ? rc : match_join(matcher, node->kind, &left, &right, out);
}

/* ---- terms ---- */

int match_terms(struct matcher *matcher, const struct query_node *root, struct match_term *terms,
                size_t max, size_t *count)
{
    int rc = 0;
    if (!root || root->kind == QUERY_NOT || root->kind == QUERY_FILTER || *count >= max)
        return 0;
    if (root->kind < QUERY_FILTER) {
        rc = term_of(matcher, root, &terms[*count]);
        *count += rc >= 0;
        return rc;
    }
    rc = match_terms(matcher, root->left, terms, max, count);
    return rc < 0 ? rc : match_terms(matcher, root->right, terms, max, count);
}
