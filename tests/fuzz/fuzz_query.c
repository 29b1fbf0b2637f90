/* The query parser on any bytes: never crashes, and what it accepts keeps its promises. */
#include <stdlib.h>

#include "base/limits.h"
#include "store/query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned terms_of(const struct query_node *node, unsigned depth)
{
    if (!node)
        return 0;
    if (node->column == 0 || depth > LIMIT(QUERY_TERMS) + 2 * LIMIT(QUERY_DEPTH))
        abort();
    if (node->kind <= QUERY_FILTER) {
        if (node->text.len == 0 || node->left || node->right)
            abort();
        return 1;
    }
    if (!node->left || (node->kind == QUERY_NOT) != !node->right)
        abort();
    return terms_of(node->left, depth + 1) + terms_of(node->right, depth + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *arena = arena_new(1 << 20);
    struct query query;
    struct error err = {0};
    const struct str text = {(const char *)data, size};
    int rc = query_parse(text, 1780000000000000, arena, &query, &err);
    if (rc < 0 ? !err.text[0] || query.root : terms_of(query.root, 0) > LIMIT(QUERY_TERMS))
        abort();
    arena_free(arena);
    return 0;
}
