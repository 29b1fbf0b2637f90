/* ingest/@NAME@ in C: cuts documents of one form into articles.
 *
 * This one reads a list of notes: each begins with a line "== Headline". It does what the Lua
 * template of `copydesk plugin new ingest` does, and passes the same test.lua. Start reading at the
 * end, where the plugin says what it is; <copydesk/plugin.h> is the manual. */
#include <copydesk/plugin.h>

#include <msgpack.h>

#include <stdbool.h>
#include <string.h>

/* What init() was given. It stays for the life of the process, and so may be kept. */
static const struct desk_host *host;

struct text {
    const char *at;
    size_t size;
};

/* ---- the notes ------------------------------------------------------------------------------- */

struct note {
    struct text headline;
    size_t start, end; /* bytes of the document, [start, end) */
    size_t first_line, last_line;
    size_t body; /* where its first line after the headline begins */
};

/* Memory is the host's: counted there, and any call for it may fail. */
struct note_list {
    struct note *at;
    size_t count, room;
};

/* The line that begins at `from`, without its end; *next: where the one behind it begins. */
static struct text line_at(struct text text, size_t from, size_t *next)
{
    const char *end = memchr(text.at + from, '\n', text.size - from);
    struct text line = {text.at + from, end ? (size_t)(end - text.at) - from : text.size - from};
    *next = from + line.size + (end != NULL);
    if (line.size && line.at[line.size - 1] == '\r')
        line.size--;
    return line;
}

static bool is_mark(struct text line, struct text *headline)
{
    size_t at = 2;
    if (line.size < 4 || memcmp(line.at, "== ", 3) != 0)
        return false;
    while (at < line.size && line.at[at] == ' ')
        at++;
    *headline = (struct text){line.at + at, line.size - at};
    return headline->size > 0;
}

static int add_note(struct note_list *list, const struct note *note, struct desk_error *error)
{
    if (list->count == list->room) {
        const size_t room = list->room ? 2 * list->room : 16;
        struct note *grown = host->realloc(list->at, room * sizeof *grown);
        if (!grown)
            return DESK_FAIL(error, DESK_ERR_NOMEM, "out of memory for %zu notes", room);
        list->at = grown;
        list->room = room;
    }
    list->at[list->count++] = *note;
    return DESK_OK;
}

static int find_notes(struct text text, struct note_list *list, struct desk_error *error)
{
    size_t number = 0, next = 0;
    int code = DESK_OK;
    for (size_t from = 0; code == DESK_OK && from < text.size; from = next) {
        struct text headline;
        const struct text line = line_at(text, from, &next);
        number++;
        if (is_mark(line, &headline)) {
            const struct note note = {
                .headline = headline, .start = from, .first_line = number, .body = next};
            code = add_note(list, &note, error);
        }
        if (list->count) {
            struct note *last = &list->at[list->count - 1];
            last->end = (size_t)(line.at - text.at) + line.size;
            last->last_line = number;
        }
    }
    return code;
}

/* ---- the answer ------------------------------------------------------------------------------ */

/* msgpack-c stops at the first write that fails and forgets why; desk_output's own code is kept. */
struct answer {
    const struct desk_output *output;
    int code;
};

static int write_answer(void *state, const char *bytes, size_t size)
{
    struct answer *answer = state;
    if (answer->code == DESK_OK)
        answer->code = answer->output->write(answer->output->state, bytes, size);
    return answer->code;
}

static void pack_text(msgpack_packer *packer, struct text text)
{
    msgpack_pack_str_with_body(packer, text.at, text.size);
}

static void pack_word(msgpack_packer *packer, const char *word)
{
    pack_text(packer, (struct text){word, strlen(word)});
}

/* Paragraphs, parted by an empty line, into `room`; gives how many bytes. */
static size_t make_body(struct text text, const struct note *note, char *room)
{
    size_t used = 0, next = 0;
    for (size_t from = note->body; from < note->end; from = next) {
        const struct text line = line_at(text, from, &next);
        if (line.size == 0)
            continue;
        if (used) {
            memcpy(room + used, "\n\n", 2);
            used += 2;
        }
        memcpy(room + used, line.at, line.size);
        used += line.size;
    }
    return used;
}

/* Why the cut is here: `copydesk ingest --explain` shows it. */
static void pack_evidence(msgpack_packer *packer, const struct note *note)
{
    pack_word(packer, "evidence");
    msgpack_pack_array(packer, 1);
    msgpack_pack_map(packer, 4);
    pack_word(packer, "rule");
    pack_word(packer, "mark");
    pack_word(packer, "line");
    msgpack_pack_uint64(packer, note->first_line);
    pack_word(packer, "weight");
    msgpack_pack_double(packer, 1);
    pack_word(packer, "text");
    pack_word(packer, "a line '== Headline'");
}

static void pack_note(msgpack_packer *packer, const struct note *note, struct text body,
                      struct text source)
{
    msgpack_pack_map(packer, source.size ? 8 : 7);
    pack_word(packer, "headline");
    pack_text(packer, note->headline);
    pack_word(packer, "body");
    pack_text(packer, body);
    pack_word(packer, "first_line");
    msgpack_pack_uint64(packer, note->first_line);
    pack_word(packer, "last_line");
    msgpack_pack_uint64(packer, note->last_line);
    pack_word(packer, "range");
    msgpack_pack_array(packer, 2);
    msgpack_pack_uint64(packer, note->start);
    msgpack_pack_uint64(packer, note->end);
    pack_word(packer, "confidence");
    msgpack_pack_double(packer, 1);
    pack_evidence(packer, note);
    if (source.size) {
        pack_word(packer, "infosource");
        pack_text(packer, source);
    }
}

/* A body holds no more than two bytes for each of its lines' ends. */
static int pack_notes(struct text text, const struct note_list *list, struct text source,
                      const struct desk_output *output, struct desk_error *error)
{
    struct answer answer = {output, DESK_OK};
    msgpack_packer packer;
    char *room = host->alloc(2 * text.size + 2);
    if (!room)
        return DESK_FAIL(error, DESK_ERR_NOMEM, "out of memory for %zu bytes of notes", text.size);
    msgpack_packer_init(&packer, &answer, write_answer);
    msgpack_pack_array(&packer, list->count);
    for (size_t i = 0; i < list->count; i++) {
        const struct text body = {room, make_body(text, &list->at[i], room)};
        pack_note(&packer, &list->at[i], body, source);
    }
    host->free(room);
    return answer.code < 0 ? DESK_FAIL(error, answer.code, "the answer was not taken") : DESK_OK;
}

/* ---- the stage ------------------------------------------------------------------------------- */

static const msgpack_object *field_of(const msgpack_object *map, const char *name)
{
    const size_t size = strlen(name);
    for (uint32_t i = 0; map && map->type == MSGPACK_OBJECT_MAP && i < map->via.map.size; i++) {
        const msgpack_object *key = &map->via.map.ptr[i].key;
        if (key->type == MSGPACK_OBJECT_STR && key->via.str.size == size &&
            memcmp(key->via.str.ptr, name, size) == 0)
            return &map->via.map.ptr[i].val;
    }
    return NULL;
}

static struct text text_of(const msgpack_object *map, const char *name)
{
    const msgpack_object *value = field_of(map, name);
    if (!value || value->type != MSGPACK_OBJECT_STR)
        return (struct text){"", 0};
    return (struct text){value->via.str.ptr, value->via.str.size};
}

/* How sure it is that the document is one of its own: 0 (not mine) to 1. */
static double claims(void *state, const void *document, size_t size)
{
    msgpack_unpacked unpacked;
    struct text headline;
    size_t next;
    double claim = 0;
    (void)state;
    msgpack_unpacked_init(&unpacked);
    if (msgpack_unpack_next(&unpacked, document, size, NULL) == MSGPACK_UNPACK_SUCCESS) {
        const struct text text = text_of(&unpacked.data, "text");
        if (text.size && is_mark(line_at(text, 0, &next), &headline))
            claim = 0.9;
    }
    msgpack_unpacked_destroy(&unpacked);
    return claim;
}

static int cut(const msgpack_object *document, const struct desk_output *output,
               struct desk_error *error)
{
    const struct text text = text_of(document, "text");
    const struct text source = text_of(field_of(document, "options"), "source");
    struct note_list list = {0};
    int code = find_notes(text, &list, error);
    if (code == DESK_OK)
        code = pack_notes(text, &list, source, output, error);
    host->free(list.at);
    return code;
}

static int run(void *state, const void *input, size_t size, const struct desk_output *output,
               struct desk_error *error)
{
    msgpack_unpacked unpacked;
    int code;
    (void)state;
    msgpack_unpacked_init(&unpacked);
    if (msgpack_unpack_next(&unpacked, input, size, NULL) == MSGPACK_UNPACK_SUCCESS)
        code = cut(&unpacked.data, output, error);
    else
        code = DESK_FAIL(error, DESK_ERR_NOMEM, "out of memory for a document of %zu bytes", size);
    msgpack_unpacked_destroy(&unpacked);
    return code;
}

/* Users set these in desk.lua: desk.ingest { { "@NAME@", source = "Harbour office" } }. The host
 * checks them, so that they are there and of their type. */
static const struct desk_option source = {
    .size = sizeof source,
    .name = "source",
    .type = "string",
    .default_value = "",
    .doc = "Publisher of the notes; empty: not said.",
};
static const struct desk_option *const options[] = {&source, NULL};

static const struct desk_stage stage = {
    .size = sizeof stage,
    .kind = "ingest",
    .name = "@NAME@",
    .version = "1.0.0", /* raise it when its cuts change */
    .about = "Reads lists of notes, each under a line '== Headline'.",
    .claims = claims,
    .run = run,
    .options = options,
};

/* ---- what the host sees ---------------------------------------------------------------------- */

static int init(const struct desk_host *given, struct desk_error *error)
{
    host = given;
    return host->register_stage(host, &stage, error);
}

DESK_PLUGIN_EXPORT const struct desk_plugin_info desk_plugin_info = {
    DESK_PLUGIN_INFO_HEAD,
    .features = DESK_FEATURE_STAGES,
    .name = "@NAME@",
    .version = "1.0.0",
    .about = "Cuts documents of one form into articles.",
    .init = init,
};
