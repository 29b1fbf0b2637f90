/* What a request may hold: each handler declares it, and nothing begins before all of it is as
 * declared. A field that was passed over would make another request of it: `retry` without its id
 * tries everything again. */
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/limits.h"
#include "base/str.h"
#include "control/parts.h"

#define FIELDS_MOST 16 /* of one handler; the nearest is looked for among so many */

static int check_fields(const json_t *object, const struct control_field *fields, const char *whose,
                        struct error *err);

/* ---- names ---- */

static const struct control_field *find_field(const struct control_field *fields, const char *name)
{
    for (; fields && fields->name; fields++)
        if (strcmp(fields->name, name) == 0)
            return fields;
    return NULL;
}

static int unknown(const struct control_field *fields, const char *name, const char *whose,
                   struct error *err)
{
    BUF_AUTO struct buf text = BUF_INIT;
    const char *names[FIELDS_MOST];
    size_t count = 0;
    for (; fields && fields->name && count < FIELDS_MOST; fields++)
        names[count++] = fields->name;
    const char *nearest = str_nearest(str_of(name), names, count);
    buf_printf(&text, "'%s' knows no field '%.64s'", whose, name);
    if (nearest)
        buf_printf(&text, "; did you mean '%s'?", nearest);
    else if (count == 0)
        buf_text(&text, "; it takes none");
    for (size_t i = 0; !nearest && i < count; i++)
        buf_printf(&text, "%s'%s'", i ? ", " : "; it takes ", names[i]);
    return buf_failed(&text) ? error_set(err, ERR_NOMEM, "out of memory in the running desk")
                             : error_set(err, ERR_INVALID, "%s", text.at);
}

/* ---- values ---- */

static bool is_id(const json_t *value)
{
    return json_integer_value(value) > 0;
}

static int must_be(const char *name, const char *what, struct error *err)
{
    return error_set(err, ERR_INVALID, "'%s' must be %s", name, what);
}

static int check_text(const json_t *value, const char *name, struct error *err)
{
    if (!json_is_string(value))
        return must_be(name, "a string", err);
    if (json_string_length(value) <= LIMIT(FIELD_BYTES))
        return 0;
    return error_set(err, ERR_LIMIT, "'%s' is over the limit of %lu bytes (%s)", name,
                     LIMIT(FIELD_BYTES), LIMIT_NAME(FIELD_BYTES));
}

static int check_path(const json_t *value, const char *name, struct error *err)
{
    MEM_AUTO char *path = NULL;
    return control_path_of(value, name, &path, err);
}

static int check_bytes(const json_t *value, const char *name, struct error *err)
{
    MEM_AUTO char *bytes = NULL;
    return control_bytes_of(value, name, &bytes, err);
}

static int check_ids(const json_t *list, const char *name, struct error *err)
{
    const json_t *id;
    size_t i;
    if (json_array_size(list) == 0)
        return must_be(name, "a list of one or more ids", err);
    json_array_foreach(list, i, id) if (!is_id(id)) return error_set(
        err, ERR_INVALID, "'%s'[%zu] must be an id: a whole number from 1", name, i);
    return 0;
}

static int check_paths(const json_t *list, const char *name, struct error *err)
{
    const json_t *path;
    size_t i;
    if (!json_is_array(list))
        return must_be(name, "a list of paths", err);
    json_array_foreach(list, i, path)
    {
        const int code = check_path(path, name, err);
        if (code < 0)
            return code;
    }
    return 0;
}

static int check_objects(const json_t *list, const struct control_field *field, struct error *err)
{
    const json_t *object;
    size_t i;
    if (!json_is_array(list))
        return must_be(field->name, "a list of objects", err);
    json_array_foreach(list, i, object)
    {
        const int code = json_is_object(object) ? check_fields(object, field->of, field->name, err)
                                                : must_be(field->name, "a list of objects", err);
        if (code < 0)
            return code;
    }
    return 0;
}

static int check_value(const json_t *value, const struct control_field *field, struct error *err)
{
    switch (field->type) {
    case CONTROL_BOOL:
        return json_is_boolean(value) ? 0 : must_be(field->name, "true or false", err);
    case CONTROL_TEXT:
        return check_text(value, field->name, err);
    case CONTROL_ID:
        return is_id(value) ? 0 : must_be(field->name, "an id: a whole number from 1", err);
    case CONTROL_IDS:
        return check_ids(value, field->name, err);
    case CONTROL_PATH:
        return check_path(value, field->name, err);
    case CONTROL_PATHS:
        return check_paths(value, field->name, err);
    case CONTROL_BYTES:
        return check_bytes(value, field->name, err);
    case CONTROL_OBJECTS:
        return check_objects(value, field, err);
    }
    return error_set(err, ERR_INTERNAL, "'%s' is declared as nothing", field->name);
}

/* ---- all of it ---- */

/* null stands for what is not given, but for a field that is needed, and for an id: without one a
 * request is about all there are. */
static int check_fields(const json_t *object, const struct control_field *fields, const char *whose,
                        struct error *err)
{
    const char *name;
    const json_t *value;
    json_object_foreach((json_t *)object, name, value)
    {
        const struct control_field *field = find_field(fields, name);
        if (!field)
            return unknown(fields, name, whose, err);
        const int code = json_is_null(value) && !field->needed && field->type != CONTROL_ID
                             ? 0
                             : check_value(value, field, err);
        if (code < 0)
            return code;
    }
    for (; fields && fields->name; fields++)
        if (fields->needed && !json_object_get(object, fields->name))
            return error_set(err, ERR_INVALID, "'%s' needs the field '%s'", whose, fields->name);
    return 0;
}

int call_check(const json_t *request, const struct control_handler *handler, struct error *err)
{
    json_t *given = json_copy((json_t *)request);
    if (!given)
        return error_set(err, ERR_NOMEM, "out of memory in the running desk");
    json_object_del(given, "id");
    json_object_del(given, "do");
    const int code = check_fields(given, handler->fields, handler->name, err);
    json_decref(given);
    return code;
}
