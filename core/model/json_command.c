#include "model/json.h"

static bool put(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new_nocheck(object, key, value) == 0;
}

json_t *command_to_json(const struct command *command)
{
    const struct {
        const char *key;
        struct str value;
    } texts[] = {{"scheme", command->scheme}, {"label", command->label},
                 {"code", command->code},     {"field", command->field},
                 {"value", command->value},   {"export", command->export},
                 {"query", command->query},   {"name", command->name},
                 {"title", command->title},   {"text", command->text}};
    json_t *object = json_object();
    bool good = object && put(object, "command", str_to_json(command->word));
    if (good && command->article)
        good = put(object, "article", json_integer(command->article));
    for (size_t i = 0; good && i < sizeof texts / sizeof *texts; i++)
        if (texts[i].value.len)
            good = put(object, texts[i].key, str_to_json(texts[i].value));
    if (good && command->kind == COMMAND_ADD_TAG)
        good = put(object, "score", json_real(command->score));
    if (good)
        return object;
    json_decref(object);
    return NULL;
}
