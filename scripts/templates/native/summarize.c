/* summarize/@NAME@ in C: makes a summary of an article.
 *
 * This one takes the longest sentences, in the order of the text; a sentence ends in one of . ! ?
 * before a blank. It passes the test.lua of the Lua template that `copydesk plugin new summarize`
 * writes. Start reading at the end, where the plugin says what it is; <copydesk/plugin.h> is the
 * manual. */
#include <copydesk/plugin.h>

#include <msgpack.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SENTENCES_MAX 1000 /* that are looked at: the longest of a long text stand in front */

/* What init() was given. It stays for the life of the process, and so may be kept. */
static const struct desk_host *host;

struct text {
    const char *at;
    size_t size;
};

/* ---- sentences ------------------------------------------------------------------------------- */

struct span {
    size_t start, end; /* bytes of the text, [start, end) */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static bool ends_sentence(struct text text, size_t at)
{
    const char c = text.at[at];
    return (c == '.' || c == '!' || c == '?') && (at + 1 == text.size || is_blank(text.at[at + 1]));
}

/* The next sentence at or behind *from, which is moved behind it. */
static bool next_sentence(struct text text, size_t *from, struct span *out)
{
    size_t at = *from;
    while (at < text.size && is_blank(text.at[at]))
        at++;
    if (at == text.size)
        return false;
    out->start = at;
    while (at < text.size && !ends_sentence(text, at))
        at++;
    out->end = at < text.size ? at + 1 : text.size;
    *from = out->end;
    while (is_blank(text.at[out->end - 1]))
        out->end--;
    return true;
}

/* Longest first; of equally long ones the earlier: an order that leaves nothing to chance. */
static int by_length(const void *a, const void *b)
{
    const struct span *left = a, *right = b;
    const size_t size = left->end - left->start, other = right->end - right->start;
    if (size != other)
        return size > other ? -1 : 1;
    return left->start < right->start ? -1 : left->start > right->start;
}

static int by_place(const void *a, const void *b)
{
    const struct span *left = a, *right = b;
    return left->start < right->start ? -1 : left->start > right->start;
}

/* The `most` longest, in the order of the text; gives how many. `all` has SENTENCES_MAX places. */
static size_t choose(struct text text, size_t most, struct span *all)
{
    size_t count = 0, from = 0;
    while (count < SENTENCES_MAX && next_sentence(text, &from, &all[count]))
        count++;
    qsort(all, count, sizeof *all, by_length);
    if (count > most)
        count = most;
    qsort(all, count, sizeof *all, by_place);
    return count;
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

static void pack_word(msgpack_packer *packer, const char *word)
{
    msgpack_pack_str_with_body(packer, word, strlen(word));
}

/* {text, spans}: the spans say which bytes of the article's text the summary came from. */
static int pack_summary(struct text text, const struct span *spans, size_t count,
                        const struct desk_output *output, struct desk_error *error)
{
    struct answer answer = {output, DESK_OK};
    msgpack_packer packer;
    size_t size = 0;
    for (size_t i = 0; i < count; i++)
        size += spans[i].end - spans[i].start + (i > 0);
    msgpack_packer_init(&packer, &answer, write_answer);
    msgpack_pack_map(&packer, 2);
    pack_word(&packer, "text");
    msgpack_pack_str(&packer, size);
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            msgpack_pack_str_body(&packer, " ", 1);
        msgpack_pack_str_body(&packer, text.at + spans[i].start, spans[i].end - spans[i].start);
    }
    pack_word(&packer, "spans");
    msgpack_pack_array(&packer, count);
    for (size_t i = 0; i < count; i++) {
        msgpack_pack_array(&packer, 2);
        msgpack_pack_uint64(&packer, spans[i].start);
        msgpack_pack_uint64(&packer, spans[i].end);
    }
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

static int summarize(const msgpack_object *article, const struct desk_output *output,
                     struct desk_error *error)
{
    const msgpack_object *value = field_of(article, "text");
    const msgpack_object *most = field_of(field_of(article, "options"), "sentences");
    if (!value || value->type != MSGPACK_OBJECT_STR || !most)
        return DESK_FAIL(error, DESK_ERR_INVALID, "summarize/@NAME@: no text or sentences");
    const struct text text = {value->via.str.ptr, value->via.str.size};
    struct span *spans = host->alloc(SENTENCES_MAX * sizeof *spans);
    if (!spans)
        return DESK_FAIL(error, DESK_ERR_NOMEM, "out of memory for %d sentences", SENTENCES_MAX);
    const size_t count = choose(text, (size_t)most->via.u64, spans);
    const int code = pack_summary(text, spans, count, output, error);
    host->free(spans);
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
        code = summarize(&unpacked.data, output, error);
    else
        code = DESK_FAIL(error, DESK_ERR_NOMEM, "out of memory for an article of %zu bytes", size);
    msgpack_unpacked_destroy(&unpacked);
    return code;
}

/* Users set these in desk.lua: desk.summarize { { "@NAME@", sentences = 1 } }. The host checks
 * them, so that they are there and of their type. */
static const struct desk_option sentences = {
    .size = sizeof sentences,
    .name = "sentences",
    .type = "integer",
    .default_value = "2",
    .min = "1",
    .max = "20",
    .doc = "How many sentences.",
};
static const struct desk_option *const options[] = {&sentences, NULL};
static const char *const gives[] = {"summary", NULL};

static const struct desk_stage stage = {
    .size = sizeof stage,
    .kind = "summarize",
    .name = "@NAME@",
    .version = "1.0.0", /* raise it when its answers change */
    .about = "Summarises an article by its longest sentences.",
    .run = run,
    .options = options,
    .gives = gives,
};

/* ---- what the host sees ---------------------------------------------------------------------- */

static int init(const struct desk_host *given, struct desk_error *error)
{
    host = given;
    return host->register_stage(host, &stage, error);
}

DESK_PLUGIN_EXPORT const struct desk_plugin_info desk_plugin_info = {
    DESK_PLUGIN_INFO_HEAD, .features = DESK_FEATURE_STAGES,           .name = "@NAME@",
    .version = "1.0.0",    .about = "Makes a summary of an article.", .init = init,
};
