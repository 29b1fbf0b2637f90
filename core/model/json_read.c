#include <string.h>

#include "base/limits.h"
#include "model/json.h"
#include "model/place.h"

/* Which key goes where. Of two keys for one member the first in this table that is there counts. */
static const struct json_key {
    const char *key;
    size_t offset;
    int limit;
} keys[] = {
    {"headline", offsetof(struct article, headline), LIMIT_HEADLINE_BYTES_INDEX},
    {"title", offsetof(struct article, headline), LIMIT_HEADLINE_BYTES_INDEX},
    {"text", offsetof(struct article, body), LIMIT_BODY_BYTES_INDEX},
    {"body", offsetof(struct article, body), LIMIT_BODY_BYTES_INDEX},
    {"language", offsetof(struct article, language), LIMIT_FIELD_BYTES_INDEX},
    {"byline", offsetof(struct article, byline), LIMIT_FIELD_BYTES_INDEX},
    {"dateline", offsetof(struct article, dateline), LIMIT_FIELD_BYTES_INDEX},
    {"genre", offsetof(struct article, genre), LIMIT_FIELD_BYTES_INDEX},
    {"infosource", offsetof(struct article, infosource), LIMIT_FIELD_BYTES_INDEX},
    {"note", offsetof(struct article, note), LIMIT_FIELD_BYTES_INDEX},
    {"url", offsetof(struct article, url), LIMIT_FIELD_BYTES_INDEX},
    {"published", offsetof(struct article, published), LIMIT_FIELD_BYTES_INDEX},
};

static const char *type_words(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        return "an object";
    case JSON_ARRAY:
        return "a list";
    case JSON_STRING:
        return "a string";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    default:
        return "true or false";
    }
}

static int copy_text(const json_t *value, const char *key, int limit, struct arena *arena,
                     struct str *out, struct error *err)
{
    struct place at = place_key(NULL, key);
    if (!json_is_string(value))
        return place_fail(err, &at, ERR_INVALID, "is %s, but a string is needed",
                          type_words(value));
    struct str text = {json_string_value(value), json_string_length(value)};
    if (text.len > limit_table[limit].value)
        return place_over(err, &at, text.len, limit);
    *out = arena_str(arena, text);
    return text.len && !out->at ? place_no_memory(err, &at) : 0;
}

static int read_id(const json_t *object, struct arena *arena, struct article *out,
                   struct error *err)
{
    const json_t *id = json_object_get(object, "id");
    struct place at = place_key(NULL, "id");
    if (!id || json_is_null(id))
        return 0;
    if (json_is_integer(id)) {
        out->id = json_integer_value(id);
        return 0;
    }
    if (!json_is_string(id))
        return place_fail(err, &at, ERR_INVALID, "is %s, but a whole number or a string is needed",
                          type_words(id));
    return copy_text(id, "id", LIMIT_FIELD_BYTES_INDEX, arena, &out->uri, err);
}

static int read_keys(const json_t *object, struct arena *arena, struct article *out,
                     struct error *err)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const json_t *value = json_object_get(object, keys[i].key);
        struct str *member = (struct str *)((char *)out + keys[i].offset);
        if (!value || json_is_null(value) || member->len)
            continue;
        int rc = copy_text(value, keys[i].key, keys[i].limit, arena, member, err);
        if (rc < 0)
            return rc;
    }
    return read_id(object, arena, out, err);
}

/* jansson 2.14 calls a lack of memory a syntax error wherever it meets it. A line that really is
 * wrong is wrong in the same place twice, so a failed parse is done again and compared. */
static json_t *parse(const char *line, size_t len, struct error *err)
{
    const size_t flags = JSON_ALLOW_NUL | JSON_DECODE_ANY;
    json_error_t wrong, again;
    json_t *value = json_loadb(line, len, flags, &wrong);
    if (value)
        return value;
    value = json_loadb(line, len, flags, &again);
    if (value || wrong.position != again.position || strcmp(wrong.text, again.text) != 0 ||
        !wrong.text[0])
        error_set(err, ERR_NOMEM, "out of memory");
    else
        error_set(err, ERR_INVALID, "is no JSON at byte %d: %s", wrong.position, wrong.text);
    json_decref(value);
    return NULL;
}

int article_from_json(const char *line, size_t len, struct arena *arena, struct article *out,
                      struct error *err)
{
    struct error own = {0};
    err = err ? err : &own;
    *out = (struct article){.confidence = 1};
    json_t *object = parse(line, len, err);
    if (!object)
        return err->code;
    int rc = json_is_object(object)
                 ? read_keys(object, arena, out, err)
                 : error_set(err, ERR_INVALID, "is %s, but a JSON object is needed",
                             json_is_null(object) ? "null" : type_words(object));
    json_decref(object);
    return rc;
}
