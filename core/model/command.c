#include "model/command.h"

#include <stddef.h>
#include <string.h>

#include "model/checks.h"
#include "model/fields.h"

static const char *const words[COMMAND_COUNT] = {
#define COMMAND_WORD(name, word) [COMMAND_##name] = (word),
    COMMAND_KIND_MAP(COMMAND_WORD)
#undef COMMAND_WORD
};

static const struct field command_fields[] = {
    FIELD(command, word, "command", TEXT, MOST(TAG_BYTES), .flags = FIELD_REQUIRED | FIELD_FILLED),
    FIELD(command, article, "article", INT),
    FIELD(command, scheme, "scheme", TEXT, MOST(TAG_BYTES), .flags = FIELD_FILLED,
          .check = check_scheme_name),
    FIELD(command, label, "label", TEXT, MOST(TAG_BYTES), .flags = FIELD_FILLED | FIELD_ONE_LINE),
    FIELD(command, code, "code", TEXT, MOST(TAG_BYTES), .flags = FIELD_ONE_LINE),
    FIELD(command, score, "score", REAL, SHARE),
    FIELD(command, field, "field", TEXT, MOST(TAG_BYTES), .flags = FIELD_FILLED),
    FIELD(command, value, "value", TEXT, MOST(FIELD_BYTES), .flags = FIELD_FILLED | FIELD_ONE_LINE),
    FIELD(command, text, "text", TEXT, MOST(TASK_TEXT_BYTES)),
    FIELD(command, title, "title", TEXT, MOST(FIELD_BYTES), .flags = FIELD_ONE_LINE),
    FIELD(command, name, "name", TEXT, MOST(FIELD_BYTES), .flags = FIELD_FILLED | FIELD_ONE_LINE),
    FIELD(command, export, "export", TEXT, MOST(TAG_BYTES), .flags = FIELD_FILLED | FIELD_ONE_LINE),
    FIELD(command, query, "query", TEXT, MOST(QUERY_BYTES), .flags = FIELD_ONE_LINE),
};

/* Which keys a command needs and which else it may have. */
enum key {
    KEY_ARTICLE = 1,
    KEY_SCHEME = 2,
    KEY_LABEL = 4,
    KEY_CODE = 8,
    KEY_FIELD = 16,
    KEY_VALUE = 32,
    KEY_TEXT = 64,
    KEY_TITLE = 128,
    KEY_NAME = 256,
    KEY_EXPORT = 512,
    KEY_QUERY = 1024,
};

static const struct shape {
    unsigned needed, other;
} shapes[COMMAND_COUNT] = {
    [COMMAND_ADD_TAG] = {KEY_ARTICLE | KEY_SCHEME | KEY_LABEL, KEY_CODE},
    [COMMAND_REMOVE_TAG] = {KEY_ARTICLE | KEY_SCHEME | KEY_LABEL, KEY_CODE},
    [COMMAND_SET_FIELD] = {KEY_ARTICLE | KEY_FIELD | KEY_VALUE, 0},
    [COMMAND_NOTE] = {KEY_ARTICLE, KEY_TEXT},
    [COMMAND_WRITE] = {KEY_NAME, KEY_TEXT},
    [COMMAND_EXPORT] = {KEY_EXPORT, KEY_QUERY | KEY_NAME},
    [COMMAND_NOTIFY] = {KEY_TEXT, KEY_TITLE},
};

static const struct key_place {
    unsigned key;
    const char *name;
    size_t offset; /* of a struct str */
} key_places[] = {
    {KEY_SCHEME, "scheme", offsetof(struct command, scheme)},
    {KEY_LABEL, "label", offsetof(struct command, label)},
    {KEY_CODE, "code", offsetof(struct command, code)},
    {KEY_FIELD, "field", offsetof(struct command, field)},
    {KEY_VALUE, "value", offsetof(struct command, value)},
    {KEY_TEXT, "text", offsetof(struct command, text)},
    {KEY_TITLE, "title", offsetof(struct command, title)},
    {KEY_NAME, "name", offsetof(struct command, name)},
    {KEY_EXPORT, "export", offsetof(struct command, export)},
    {KEY_QUERY, "query", offsetof(struct command, query)},
};

static int find_kind(struct reader *in, const struct place *at, struct command *command)
{
    struct place word = place_key(at, "command");
    for (int i = 0; i < COMMAND_COUNT; i++)
        if (str_is(command->word, words[i])) {
            command->kind = (enum command_kind)i;
            return 0;
        }
    const char *near = str_nearest(command->word, words, COMMAND_COUNT);
    return place_fail(in->err, &word, ERR_INVALID,
                      "is no command: \"%.*s\"%s%s%s (add_tag, remove_tag, set_field, note, write, "
                      "export and notify are)",
                      (int)utf8_cut(command->word, 60), command->word.at,
                      near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}

static int check_key(struct reader *in, const struct place *at, const struct command *command,
                     unsigned key, const char *name, bool given)
{
    const struct shape *shape = &shapes[command->kind];
    struct place member = place_key(at, name);
    if (!given && (shape->needed & key))
        return place_fail(in->err, &member, ERR_INVALID, "is missing, but %s needs it",
                          words[command->kind]);
    if (given && !((shape->needed | shape->other) & key))
        return place_fail(in->err, &member, ERR_INVALID, "is nothing that %s takes",
                          words[command->kind]);
    return 0;
}

static int check_field(struct reader *in, const struct place *at, const struct command *command)
{
    static const char *const known[] = {"language", "genre", "byline", "dateline"};
    struct place field = place_key(at, "field"), value = place_key(at, "value");
    size_t i = 0;
    while (i < sizeof known / sizeof *known && !str_is(command->field, known[i]))
        i++;
    if (i == sizeof known / sizeof *known)
        return place_fail(in->err, &field, ERR_INVALID,
                          "cannot be set: \"%.*s\" (language, genre, byline and dateline can)",
                          (int)utf8_cut(command->field, 60), command->field.at);
    const char *wrong = i == 0 ? check_language_tag(command->value) : NULL;
    return wrong ? place_fail(in->err, &value, ERR_INVALID, "%s", wrong) : 0;
}

static int command_check(struct reader *in, const struct place *at, void *record)
{
    struct command *command = record;
    int rc = find_kind(in, at, command);
    if (rc == 0)
        rc = check_key(in, at, command, KEY_ARTICLE, "article", command->article != 0);
    for (size_t i = 0; rc == 0 && i < sizeof key_places / sizeof *key_places; i++) {
        struct str text;
        memcpy(&text, (const char *)record + key_places[i].offset, sizeof text);
        rc = check_key(in, at, command, key_places[i].key, key_places[i].name, text.len > 0);
    }
    if (rc == 0 && command->kind == COMMAND_NOTE && command->text.len > LIMIT(NOTE_BYTES)) {
        struct place text = place_key(at, "text");
        rc = place_over(in->err, &text, command->text.len, LIMIT_NOTE_BYTES_INDEX);
    }
    return rc == 0 && command->kind == COMMAND_SET_FIELD ? check_field(in, at, command) : rc;
}

static const struct record_type command_type = {FIELDS_OF(command_fields), sizeof(struct command),
                                                command_check};

int commands_unpack(const msgpack_object *answer, struct arena *arena, struct command_list *out,
                    struct error *err)
{
    struct reader in = {.arena = arena, .err = err};
    struct place root = place_key(NULL, "answer");
    *out = (struct command_list){0};
    return list_read(&in, &root, answer, &command_type, LIMIT_TASK_COMMANDS_INDEX, out);
}

int commands_pack(msgpack_packer *packer, const struct command_list *commands)
{
    return list_pack(packer, &command_type, commands);
}

bool command_is_of_article(const struct command *command)
{
    return command->kind <= COMMAND_NOTE;
}
