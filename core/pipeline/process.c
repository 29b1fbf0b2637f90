#include "pipeline/process.h"

#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "model/wire.h"
#include "pipeline/health.h"
#include "pipeline/own.h"
#include "plugin/canonical.h"
#include "plugin/order.h"
#include "worker/suggest.h"

struct str guard_str(enum guard guard)
{
    return str_of(guard_word(guard));
}

struct str failure_text(struct arena *arena, const char *text)
{
    struct str all = str_of(text);
    all.len = utf8_cut(all, LIMIT(QUARANTINE_TEXT));
    return arena_str(arena, all);
}

#define PACKED_ROOM 2048 /* so that hardly an article or answer makes its buffer grow */

static bool is_skipped(const struct article_work *work, size_t place)
{
    return work->skipped[place / 64] >> (place % 64) & 1;
}

static void skip(struct article_work *work, size_t place)
{
    work->skipped[place / 64] |= UINT64_C(1) << (place % 64);
}

/* ---- the job ---- */

/* How many plugins are to be asked in places [from, upto) of the chain. */
static size_t left_in(const struct article_work *work, size_t from, size_t upto)
{
    size_t left = 0;
    for (size_t i = from; i < upto; i++)
        left += !is_skipped(work, i);
    return left;
}

/* The next part of the chain, from work->upto on: as far as one pool goes. */
static void next_part(struct article_work *work)
{
    const struct plugin_chain *chain = &work->lineup->article;
    struct pool *pool = NULL;
    work->from = work->upto;
    for (; work->upto < chain->count; work->upto++) {
        if (is_skipped(work, work->upto))
            continue;
        struct pool *of = plugin_pool(work->lineup, chain->at[work->upto]);
        if (pool && of != pool)
            break;
        pool = of;
    }
    work->job.pool = pool;
}

struct article article_for_plugins(const struct article *article)
{
    struct article seen = *article;
    seen.first_line = seen.last_line = 0;
    seen.range_start = seen.range_end = 0;
    seen.evidence = (struct evidence_list){0};
    seen.lines = (struct draft_lines){0};
    return seen;
}

static void pack_job(struct article_work *work)
{
    const struct plugin_chain *chain = &work->lineup->article;
    const struct article seen = article_for_plugins(&work->piece->article);
    msgpack_packer packer;
    const size_t left = left_in(work, work->from, work->upto);
    buf_clear(&work->job.payload);
    buf_reserve(&work->job.payload, seen.body.len + PACKED_ROOM);
    wire_packer(&packer, &work->job.payload);
    msgpack_pack_map(&packer, 2);
    wire_pack_key(&packer, "plugins");
    msgpack_pack_array(&packer, left);
    for (size_t i = work->from; i < work->upto; i++)
        if (!is_skipped(work, i))
            msgpack_pack_uint32(&packer, chain->at[i]->index);
    wire_pack_key(&packer, "article");
    article_pack(&packer, &seen);
    work->job.calls = left ? (unsigned)left : 1;
}

/* ---- what was said ---- */

static void note_failure(struct article_work *work, const struct desk_plugin *plugin,
                         struct str guard, const char *message, const char *traceback)
{
    struct store_piece *piece = work->piece;
    if (piece->failure_count > work->lineup->article.count)
        return; /* room for one a plugin, and one without */
    struct store_failure *failure = &piece->failures[piece->failure_count++];
    *failure = (struct store_failure){
        .stage = str_of(plugin ? plugin->entry->kind : "tag"),
        .plugin = str_of(plugin ? plugin->label : NULL),
        .version = str_of(plugin ? plugin->manifest.version : NULL),
        .guard = guard,
        .message = failure_text(work->arena, message),
        .traceback = failure_text(work->arena, traceback),
    };
}

static void add_failure(struct article_work *work, const struct desk_plugin *plugin,
                        enum guard guard, const char *message, const char *traceback)
{
    if (work->again)
        plugin_failed_again(work->lineup, plugin, guard, message);
    else
        plugin_failed(work->lineup, plugin, guard, message);
    note_failure(work, plugin, guard_str(guard), message, traceback);
}

static void add_field(struct hasher *hasher, struct str text)
{
    hash_add_field(hasher, text.at ? text.at : "", text.len);
}

/* The fingerprint of what a plugin was given: the article's content, the fields that plugins may
 * suggest, and the answers of those before it that it says it needs. */
static void input_fingerprint(const struct article_work *work, const struct desk_plugin *plugin,
                              struct hash *out)
{
    const struct article *article = &work->piece->article;
    const struct str fields[] = {article->language, article->genre,    article->infosource,
                                 article->byline,   article->dateline, article->url,
                                 article->published};
    struct hasher hasher;
    hash_begin(&hasher);
    hash_add(&hasher, work->content.bytes, HASH_SIZE);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        add_field(&hasher, fields[i]);
    for (size_t i = 0; plugin->manifest.need_count && i < work->piece->result_count; i++) {
        const struct store_result *before = &work->piece->results[i];
        for (size_t k = 0; k < work->lineup->article.count; k++) {
            const struct desk_plugin *other = work->lineup->article.at[k];
            if (hash_same(&other->fingerprint, &before->plugin) &&
                order_waits(&plugin->manifest, &other->manifest))
                add_field(&hasher, before->answer);
        }
    }
    hash_end(&hasher, out);
}

/* `answer` lives as long as the worker's frame, or the arena. */
static void keep_result(struct article_work *work, const struct desk_plugin *plugin,
                        const struct hash *input, struct str answer)
{
    work->piece->results[work->piece->result_count++] = (struct store_result){
        .kind = str_of(plugin->entry->kind),
        .name = str_of(plugin->entry->name),
        .version = str_of(plugin->manifest.version),
        .plugin = plugin->fingerprint,
        .input = *input,
        .answer = answer,
    };
}

static int take_tags(struct article_work *work, const struct desk_plugin *plugin,
                     const msgpack_object *answer, struct str *kept, struct error *err)
{
    struct tag_list tags;
    const int code = tags_take(answer, &work->piece->article, work->arena, &tags, kept, err);
    if (code < 0)
        return code;
    for (size_t i = 0; i < tags.count; i++)
        tags.at[i].plugin = str_of(plugin->title);
    return suggest_apply(&work->piece->article, &tags, work->arena, err);
}

static int take_summary(struct article_work *work, const struct desk_plugin *plugin,
                        const msgpack_object *answer, struct str *kept, struct error *err)
{
    BUF_AUTO struct buf packed = BUF_INIT;
    struct summary summary = {0};
    const int code = summary_unpack(answer, &work->piece->article, work->arena, &summary, err);
    if (code < 0)
        return code;
    if (canonical_pack(answer, &packed) < 0)
        return error_set(err, ERR_NOMEM, "out of memory");
    *kept = arena_str(work->arena, buf_view(&packed));
    if (!kept->at)
        return error_set(err, ERR_NOMEM, "out of memory while keeping an answer");
    if (summary.text.len == 0)
        return 0;
    summary.plugin = str_of(plugin->title);
    work->piece->article.summary = summary;
    return 0;
}

static void take_answer(struct article_work *work, const struct desk_plugin *plugin,
                        const msgpack_object *answer)
{
    struct error why;
    struct hash input;
    struct str kept = STR_NONE;
    input_fingerprint(work, plugin, &input);
    const bool is_tag = strcmp(plugin->entry->kind, "tag") == 0;
    const int code = is_tag ? take_tags(work, plugin, answer, &kept, &why)
                            : take_summary(work, plugin, answer, &kept, &why);
    if (code < 0) {
        add_failure(work, plugin, GUARD_ANSWER, why.text, "");
        return;
    }
    keep_result(work, plugin, &input, kept);
    plugin_worked(work->lineup, plugin);
}

static const char *fault_text(struct article_work *work, const msgpack_object *fault,
                              const char *key)
{
    struct str text = STR_NONE;
    const msgpack_object *value = wire_get(fault, key);
    if (!value || wire_text(value, key, LIMIT(QUARANTINE_TEXT), &text, NULL) < 0)
        return "";
    const char *copy = arena_text(work->arena, text);
    return copy ? copy : "";
}

static void take_fault(struct article_work *work, const struct desk_plugin *plugin,
                       const msgpack_object *fault)
{
    int64_t guard = GUARD_ERROR;
    const bool table = fault->type == MSGPACK_OBJECT_MAP;
    if (!table || !wire_get(fault, "guard") ||
        wire_int(wire_get(fault, "guard"), "guard", 0, GUARD_COUNT - 1, &guard, NULL) < 0)
        guard = GUARD_ERROR;
    add_failure(work, plugin, (enum guard)guard,
                table ? fault_text(work, fault, "message") : "it failed and did not say how",
                table ? fault_text(work, fault, "traceback") : "");
}

/* One entry of `results`, which come in the order in which the plugins were named. */
static void take_result(struct article_work *work, const struct desk_plugin *plugin,
                        const msgpack_object *result)
{
    static const msgpack_object nil = {.type = MSGPACK_OBJECT_NIL};
    int64_t index = -1;
    const bool table = result && result->type == MSGPACK_OBJECT_MAP;
    const msgpack_object *which = table ? wire_get(result, "plugin") : NULL;
    if (!which || wire_int(which, "plugin", 0, UINT32_MAX, &index, NULL) < 0 ||
        index != plugin->index) {
        add_failure(work, plugin, GUARD_ANSWER, "the worker gave no answer of this plugin", "");
        return;
    }
    const msgpack_object *fault = wire_get(result, "fault");
    const msgpack_object *answer = wire_get(result, "answer");
    if (fault)
        take_fault(work, plugin, fault);
    else
        take_answer(work, plugin, answer ? answer : &nil);
}

static void take_results(struct article_work *work, const msgpack_object *value)
{
    const struct plugin_chain *chain = &work->lineup->article;
    const msgpack_object *results = wire_get(value, "results");
    const bool list = results && results->type == MSGPACK_OBJECT_ARRAY;
    uint32_t next = 0;
    for (size_t i = work->from; i < work->upto; i++) {
        if (is_skipped(work, i))
            continue;
        const bool there = list && next < results->via.array.size;
        take_result(work, chain->at[i], there ? &results->via.array.ptr[next] : NULL);
        next++;
    }
    tags_sort(&work->piece->article.tags);
}

/* ---- when a worker was lost ---- */

static bool blame(struct article_work *work, const struct pool_fault *fault)
{
    const struct plugin_chain *chain = &work->lineup->article;
    for (size_t i = 0; i < chain->count; i++) {
        if (fault->plugin != (int64_t)chain->at[i]->index || is_skipped(work, i))
            continue;
        add_failure(work, chain->at[i], fault->guard, fault->message, fault->traceback);
        skip(work, i);
        return true;
    }
    return false;
}

/* False: there is nothing left to try. */
static bool go_without(struct article_work *work, const struct pool_fault *fault)
{
    if (blame(work, fault))
        return true;
    add_failure(work, NULL, fault->guard, fault->message, fault->traceback);
    const bool again = !work->given_up && left_in(work, work->from, work->lineup->article.count);
    work->given_up = true;
    memset(work->skipped, 0xff, sizeof work->skipped);
    return again;
}

static void submit(struct article_work *work);

static void job_done(struct pool_job *job, const struct pool_answer *answer)
{
    struct article_work *work = job->data;
    buf_free(&job->payload);
    if (answer->fault && go_without(work, answer->fault)) {
        submit(work);
        return;
    }
    if (!answer->fault) {
        work->frames[work->frame_count++] = pool_answer_keep(answer);
        take_results(work, answer->value);
    }
    if (left_in(work, work->upto, work->lineup->article.count)) {
        next_part(work);
        submit(work);
    } else {
        work->done(work);
    }
}

static void submit(struct article_work *work)
{
    pack_job(work);
    if (buf_failed(&work->job.payload)) {
        add_failure(work, NULL, GUARD_MEMORY, "out of memory while sending the article", "");
        buf_free(&work->job.payload);
        work->done(work);
        return;
    }
    host_submit(work->lineup, &work->job);
}

static void leave_out_aside(struct article_work *work)
{
    const struct plugin_chain *chain = &work->lineup->article;
    for (size_t i = 0; !work->again && i < chain->count; i++) {
        if (!health_bars(work->lineup, chain->at[i]))
            continue;
        const char *why = health_why(chain->at[i]->health, work->arena);
        note_failure(work, chain->at[i], STR_LIT(STORE_GUARD_ASIDE), why ? why : "", "");
        skip(work, i);
    }
}

void article_work_start(struct article_work *work)
{
    const size_t room = work->lineup->article.count + 1;
    struct store_piece *piece = work->piece;
    article_fingerprint(&piece->article, &work->content);
    piece->content = &work->content; /* plugins change no text */
    piece->results = arena_alloc(work->arena, room, sizeof *piece->results);
    piece->failures = arena_alloc(work->arena, room, sizeof *piece->failures);
    work->job.op = JOB_ARTICLE;
    work->job.done = job_done;
    work->job.data = work;
    work->frames = arena_alloc(work->arena, room, sizeof *work->frames);
    if (!piece->results || !piece->failures || !work->frames) {
        work->done(work); /* stored without plugins' answers */
        return;
    }
    leave_out_aside(work);
    if (left_in(work, 0, work->lineup->article.count) == 0) {
        work->done(work);
        return;
    }
    next_part(work);
    submit(work);
}

void article_work_free(struct article_work *work)
{
    for (size_t i = 0; i < work->frame_count; i++)
        pool_frame_free(work->frames[i]);
    buf_free(&work->job.payload);
    work->frame_count = 0;
}
