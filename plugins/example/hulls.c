/* A whole native plugin: finds hull numbers of ships ("DDG-51", "CVN 78") in an article.
 *
 * It brings a stage, tag/hulls, and a Lua module, desk.hulls, over the same search. Start reading
 * at the end, where the plugin says what it is; <copydesk/plugin.h> is the manual. */
#include <copydesk/plugin.h>

#include <lauxlib.h>
#include <lua.h>
#include <msgpack.h>

#include <stdbool.h>
#include <string.h>

#define LETTERS_MIN 2
#define LETTERS_MAX 4
#define DIGITS_MAX  4
#define LABEL_SIZE  (LETTERS_MAX + 1 + DIGITS_MAX + 1)
#define TAGS_MAX    1000 /* as many as an answer may hold (TAGS_PER_ANSWER) */

/* What init() was given. It stays for the life of the process, and so may be kept. */
static const struct desk_host *host;

/* ---- the search ------------------------------------------------------------------------------ */

struct text {
    const char *at;
    size_t size;
};

struct hull {
    size_t start, end; /* bytes of the text, [start, end) */
    size_t letters;
    char label[LABEL_SIZE]; /* "DDG-51", also where the text has a blank */
};

/* ASCII alone: the answer must not depend on a locale. */
static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_capital(c) || is_digit(c) || (c >= 'a' && c <= 'z');
}

static size_t run_of(struct text text, size_t from, bool (*is)(char c))
{
    size_t at = from;
    while (at < text.size && is(text.at[at]))
        at++;
    return at - from;
}

/* Whether a hull number of at least `min_digits` digits begins at `at`, the begin of a word. */
static bool hull_at(struct text text, size_t at, size_t min_digits, struct hull *out)
{
    const size_t letters = run_of(text, at, is_capital), gap = at + letters;
    if (letters < LETTERS_MIN || letters > LETTERS_MAX || gap >= text.size ||
        (text.at[gap] != '-' && text.at[gap] != ' '))
        return false;
    const size_t digits = run_of(text, gap + 1, is_digit), end = gap + 1 + digits;
    if (digits == 0 || digits < min_digits || digits > DIGITS_MAX ||
        (end < text.size && is_word(text.at[end])))
        return false;
    *out = (struct hull){.start = at, .end = end, .letters = letters};
    memcpy(out->label, text.at + at, end - at);
    out->label[letters] = '-';
    return true;
}

/* The next one at or behind *from, which is moved behind it. */
static bool next_hull(struct text text, size_t *from, size_t min_digits, struct hull *out)
{
    for (size_t at = *from; at < text.size; at++) {
        const bool begins = is_word(text.at[at]) && (at == 0 || !is_word(text.at[at - 1]));
        if (begins && hull_at(text, at, min_digits, out)) {
            *from = out->end;
            return true;
        }
    }
    return false;
}

/* ---- the stage ------------------------------------------------------------------------------- */

/* All places, in the order of the text. Memory is the host's: counted there, and any call for it
 * may fail. */
struct hull_list {
    struct hull *at;
    size_t count, room;
};

static int collect(struct text text, size_t min_digits, struct hull_list *list,
                   struct desk_error *error)
{
    struct hull found;
    size_t from = 0;
    while (list->count < TAGS_MAX && next_hull(text, &from, min_digits, &found)) {
        if (list->count == list->room) {
            const size_t room = list->room ? 2 * list->room : 16;
            struct hull *grown = host->realloc(list->at, room * sizeof *grown);
            if (!grown)
                return DESK_FAIL(error, DESK_ERR_NOMEM, "out of memory for %zu hull numbers", room);
            list->at = grown;
            list->room = room;
        }
        list->at[list->count++] = found;
    }
    return DESK_OK;
}

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

static void pack_text(msgpack_packer *packer, const char *text)
{
    msgpack_pack_str_with_body(packer, text, strlen(text));
}

static bool is_first(const struct hull_list *list, size_t which)
{
    for (size_t i = 0; i < which; i++)
        if (strcmp(list->at[i].label, list->at[which].label) == 0)
            return false;
    return true;
}

/* {scheme, label, score, spans}: one tag a label, with all its places. */
static void pack_tag(msgpack_packer *packer, const struct hull_list *list, size_t which,
                     double score)
{
    size_t spans = 0;
    for (size_t i = which; i < list->count; i++)
        spans += strcmp(list->at[i].label, list->at[which].label) == 0;
    msgpack_pack_map(packer, 4);
    pack_text(packer, "scheme");
    pack_text(packer, "ship");
    pack_text(packer, "label");
    pack_text(packer, list->at[which].label);
    pack_text(packer, "score");
    msgpack_pack_double(packer, score);
    pack_text(packer, "spans");
    msgpack_pack_array(packer, spans);
    for (size_t i = which; i < list->count; i++) {
        if (strcmp(list->at[i].label, list->at[which].label) != 0)
            continue;
        msgpack_pack_array(packer, 2);
        msgpack_pack_uint64(packer, list->at[i].start);
        msgpack_pack_uint64(packer, list->at[i].end);
    }
}

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

static int pack_tags(const struct hull_list *list, double score, const struct desk_output *output,
                     struct desk_error *error)
{
    struct answer answer = {output, DESK_OK};
    msgpack_packer packer;
    size_t labels = 0;
    for (size_t i = 0; i < list->count; i++)
        labels += is_first(list, i);
    msgpack_packer_init(&packer, &answer, write_answer);
    msgpack_pack_array(&packer, labels);
    for (size_t i = 0; i < list->count; i++)
        if (is_first(list, i))
            pack_tag(&packer, list, i, score);
    return answer.code < 0 ? DESK_FAIL(error, answer.code, "the answer was not taken") : DESK_OK;
}

/* The host has checked the options against hull_options, so that they are there and of their type.
 */
static int tag_article(const msgpack_object *article, const struct desk_output *output,
                       struct desk_error *error)
{
    const msgpack_object *text = field_of(article, "text"), *options = field_of(article, "options");
    const msgpack_object *min_digits = field_of(options, "min_digits"),
                         *score = field_of(options, "score");
    if (!text || text->type != MSGPACK_OBJECT_STR || !min_digits || !score)
        return DESK_FAIL(error, DESK_ERR_INVALID, "tag/hulls: no text, min_digits or score");
    /* a whole number comes as an integer also where the option is a number */
    const double likely =
        score->type == MSGPACK_OBJECT_POSITIVE_INTEGER ? (double)score->via.u64 : score->via.f64;
    struct hull_list list = {0};
    int code = collect((struct text){text->via.str.ptr, text->via.str.size}, min_digits->via.u64,
                       &list, error);
    if (code == DESK_OK)
        code = pack_tags(&list, likely, output, error);
    host->free(list.at);
    return code;
}

static int tag_run(void *state, const void *input, size_t size, const struct desk_output *output,
                   struct desk_error *error)
{
    msgpack_unpacked unpacked;
    int code;
    (void)state;
    msgpack_unpacked_init(&unpacked);
    if (msgpack_unpack_next(&unpacked, input, size, NULL) == MSGPACK_UNPACK_SUCCESS)
        code = tag_article(&unpacked.data, output, error);
    else
        code = DESK_FAIL(error, DESK_ERR_NOMEM, "out of memory for an article of %zu bytes", size);
    msgpack_unpacked_destroy(&unpacked);
    return code;
}

static const struct desk_option min_digits = {
    .size = sizeof min_digits,
    .name = "min_digits",
    .type = "integer",
    .default_value = "1",
    .min = "1",
    .max = "4",
    .doc = "Digits that a hull number has at least.",
};
static const struct desk_option score = {
    .size = sizeof score,
    .name = "score",
    .type = "number",
    .default_value = "0.9",
    .min = "0",
    .max = "1",
    .doc = "Score given.",
};
static const struct desk_option *const hull_options[] = {&min_digits, &score, NULL};
static const char *const gives[] = {"ship", NULL};

static const struct desk_stage tag_stage = {
    .size = sizeof tag_stage,
    .kind = "tag",
    .name = "hulls",
    .version = "1.0.0",
    .about = "Tags ships by hull number.",
    .run = tag_run,
    .options = hull_options,
    .gives = gives,
};

/* ---- the Lua module -------------------------------------------------------------------------- */

/* desk.hulls.find(text, init) -> label, first, last; or nil. Positions as string.find's. Code that
 * nobody trusts calls this: each argument is checked, and nothing is allocated that an error of
 * Lua, which jumps over this function, would leak. */
static int module_find(lua_State *L)
{
    struct text text = {0};
    struct hull found;
    text.at = luaL_checklstring(L, 1, &text.size);
    const lua_Integer init = luaL_optinteger(L, 2, 1);
    luaL_argcheck(L, init >= 1, 2, "begins with 1");
    size_t from = (lua_Unsigned)(init - 1) < text.size ? (size_t)(init - 1) : text.size;
    if (!next_hull(text, &from, 1, &found)) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushstring(L, found.label);
    lua_pushinteger(L, (lua_Integer)found.start + 1);
    lua_pushinteger(L, (lua_Integer)found.end);
    return 3;
}

static int open_module(lua_State *L)
{
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, module_find);
    lua_setfield(L, -2, "find");
    return 1;
}

/* ---- what the host sees ---------------------------------------------------------------------- */

static int init(const struct desk_host *given, struct desk_error *error)
{
    host = given;
    const int code = host->register_lua_module(host, "hulls", open_module, error);
    return code < 0 ? code : host->register_stage(host, &tag_stage, error);
}

DESK_PLUGIN_EXPORT const struct desk_plugin_info desk_plugin_info = {
    DESK_PLUGIN_INFO_HEAD,
    .features = DESK_FEATURE_STAGES | DESK_FEATURE_LUA_MODULES,
    .name = "hulls",
    .version = "1.0.0",
    .about = "Finds hull numbers of ships.",
    .init = init,
};
