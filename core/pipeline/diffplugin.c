#include "pipeline/diffplugin.h"

#include <math.h>
#include <string.h>

#include "base/limits.h"
#include "model/wire.h"

/* Scores go through msgpack and SQLite as doubles; what differs less than a person sees is the
 * same. */
#define SCORE_SAME 0.005

struct diff {
    struct lineup *lineup;
    const struct desk_plugin *plugin;
    const struct sample *sample;
    struct error *err;
    /* of the article at work */
    struct arena *arena;
    msgpack_zone zone;
    struct article article; /* as stored */
    struct diff_line *lines;
    struct diff_article out;
};

static struct str *field_of(struct article *article, const char *name)
{
    const struct {
        const char *name;
        struct str *at;
    } fields[] = {{"language", &article->language},
                  {"genre", &article->genre},
                  {"infosource", &article->infosource},
                  {"byline", &article->byline},
                  {"dateline", &article->dateline}};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strcmp(fields[i].name, name) == 0)
            return fields[i].at;
    return NULL;
}

/* "tag/ships@1.0.0" is of tag/ships, whatever the version. */
static bool is_own(const struct diff *diff, struct str plugin)
{
    const size_t len = strlen(diff->plugin->label);
    return plugin.len > len && plugin.at[len] == '@' && str_starts(plugin, diff->plugin->label);
}

/* Parts the stored tags into the plugin's own, and the input without them. */
static int take_out(struct diff *diff, struct article *input, struct tag_list *own)
{
    const struct article *stored = &diff->article;
    *input = *stored;
    own->at = arena_alloc(diff->arena, stored->tags.count + 1, sizeof *own->at);
    input->tags.at = arena_alloc(diff->arena, stored->tags.count + 1, sizeof *own->at);
    if (!own->at || !input->tags.at)
        return error_set(diff->err, ERR_NOMEM, "out of memory");
    own->count = input->tags.count = 0;
    for (size_t i = 0; i < stored->tags.count; i++) {
        const struct tag *tag = &stored->tags.at[i];
        struct tag_list *to = is_own(diff, tag->plugin) ? own : &input->tags;
        if (to == &input->tags || tag->field.len == 0)
            to->at[to->count++] = *tag;
    }
    for (size_t i = 0; i < diff->plugin->manifest.give_count; i++) {
        struct str *field = field_of(input, diff->plugin->manifest.gives[i]);
        if (field)
            *field = STR_NONE;
    }
    if (is_own(diff, stored->summary.plugin))
        input->summary = (struct summary){0};
    tags_sort(own);
    return 0;
}

static void add_line(struct diff *diff, struct diff_line line)
{
    diff->lines[diff->out.count++] = line;
}

static bool same_spans(const struct span_list *a, const struct span_list *b)
{
    return a->count == b->count &&
           (a->count == 0 || memcmp(a->at, b->at, a->count * sizeof *a->at) == 0);
}

static int compare_names(const struct tag *a, const struct tag *b)
{
    int order = str_compare(a->scheme, b->scheme);
    if (order == 0)
        order = str_compare(a->label, b->label);
    return order ? order : str_compare(a->code, b->code);
}

static struct diff_line line_of(enum diff_sign sign, const struct tag *tag)
{
    return (struct diff_line){.sign = sign,
                              .scheme = tag->scheme,
                              .label = tag->label,
                              .code = tag->code,
                              .before = tag->score,
                              .after = tag->score};
}

/* A suggestion: what would become of the stored field. */
static void compare_field(struct diff *diff, const struct tag *tag)
{
    char name[32];
    snprintf(name, sizeof name, STR_FMT, (int)(tag->field.len < 31 ? tag->field.len : 31),
             tag->field.at);
    const struct str *stored = field_of(&diff->article, name);
    if (!stored || str_same(*stored, tag->label))
        return;
    add_line(diff, (struct diff_line){.sign = stored->len ? DIFF_OTHER : DIFF_MORE,
                                      .field = true,
                                      .scheme = tag->field,
                                      .label = tag->label,
                                      .was = *stored});
}

/* Both in canonical order. */
static void compare_tags(struct diff *diff, const struct tag_list *before,
                         const struct tag_list *after)
{
    size_t i = 0;
    for (size_t j = 0; i < before->count || j < after->count;) {
        const struct tag *old = i < before->count ? &before->at[i] : NULL;
        const struct tag *new = j < after->count ? &after->at[j] : NULL;
        if (new &&new->field.len) {
            compare_field(diff, new);
            j++;
            continue;
        }
        const int order = !old ? 1 : !new ? -1 : compare_names(old, new);
        if (old && order < 0) {
            add_line(diff, line_of(DIFF_LESS, old));
        } else if (new &&order > 0) {
            add_line(diff, line_of(DIFF_MORE, new));
        } else if (old && new &&
                   (fabs(old->score - new->score) > SCORE_SAME ||
                    !same_spans(&old->spans, &new->spans))) {
            struct diff_line line = line_of(DIFF_OTHER, new);
            line.before = old->score;
            line.moved = !same_spans(&old->spans, &new->spans);
            add_line(diff, line);
        }
        i += order <= 0;
        j += order >= 0;
    }
}

static int compare_answer(struct diff *diff, const struct article *input,
                          const struct tag_list *own, const msgpack_object *answer)
{
    struct tag_list tags = {0};
    struct summary summary = {0};
    if (strcmp(diff->plugin->entry->kind, "summarize") == 0) {
        const int code = summary_unpack(answer, input, diff->arena, &summary, diff->err);
        const bool ours = is_own(diff, diff->article.summary.plugin);
        diff->out.summary_before = ours ? diff->article.summary.text : STR_NONE;
        diff->out.summary_after = summary.text;
        diff->out.summary = !str_same(diff->out.summary_before, summary.text);
        return code;
    }
    const int code = tags_unpack(answer, input, diff->arena, &tags, diff->err);
    diff->lines = code < 0
                      ? NULL
                      : arena_alloc(diff->arena, tags.count + own->count + 1, sizeof *diff->lines);
    if (code >= 0 && !diff->lines)
        return error_set(diff->err, ERR_NOMEM, "out of memory");
    if (code >= 0)
        compare_tags(diff, own, &tags);
    return code;
}

static void count(const struct diff *diff, struct diff_counts *counts)
{
    uint64_t *const signs[] = {&counts->more, &counts->less, &counts->other};
    counts->articles++;
    counts->failed += diff->out.failed != NULL;
    counts->changed += diff->out.count || diff->out.summary;
    counts->other += diff->out.summary;
    for (size_t i = 0; i < diff->out.count; i++)
        (*signs[diff->lines[i].sign])++;
}

static int diff_one(struct diff *diff, size_t which,
                    int (*each)(const struct diff_article *article, void *data), void *data,
                    struct diff_counts *counts)
{
    const struct sample_item *item = &diff->sample->at[which];
    BUF_AUTO struct buf packed = BUF_INIT;
    struct article input;
    struct tag_list own;
    struct one_call call = {0};
    msgpack_object value;
    msgpack_packer packer;
    int code = wire_unpack(item->packed.at, item->packed.len, "an article", &diff->zone, &value,
                           diff->err);
    if (code >= 0)
        code = article_unpack(&value, diff->arena, &diff->article, diff->err);
    if (code >= 0)
        code = take_out(diff, &input, &own);
    if (code < 0)
        return code;
    wire_packer(&packer, &packed);
    article_pack(&packer, &input);
    code = one_call_packed(diff->lineup, diff->plugin, false, buf_view(&packed), &call, diff->err);
    diff->out = (struct diff_article){.item = item, .failed = call.answer ? NULL : &call};
    if (code >= 0 && call.answer)
        code = compare_answer(diff, &input, &own, call.answer);
    diff->out.lines = diff->lines;
    if (code >= 0)
        count(diff, counts);
    const bool told = diff->out.count || diff->out.summary || diff->out.failed;
    if (code >= 0 && told && each(&diff->out, data) != 0)
        code = error_set(diff->err, ERR_CANCELLED, "stopped");
    one_call_free(&call);
    return code;
}

int plugin_diff(struct desk *desk, const struct trace_options *options,
                int (*each)(const struct diff_article *article, void *data), void *data,
                struct diff_counts *counts, struct error *err)
{
    struct sample sample = {0};
    struct desk_plugin *plugin = NULL;
    *counts = (struct diff_counts){0};
    int code = trace_choose(desk, options, &plugin, &sample, err);
    if (code >= 0 && sample.documents)
        code = error_set(err, ERR_USAGE, "%s: only tag and summarize plugins have stored results",
                         options->plugin);
    for (size_t i = 0; code >= 0 && i < sample.count; i++) {
        struct diff diff = {.lineup = desk->lineup,
                            .plugin = plugin,
                            .sample = &sample,
                            .err = err,
                            .arena = arena_new(LIMIT(SAMPLE_BYTES))};
        if (!diff.arena || !msgpack_zone_init(&diff.zone, MSGPACK_ZONE_CHUNK_SIZE)) {
            arena_free(diff.arena);
            code = error_set(err, ERR_NOMEM, "out of memory");
            break;
        }
        code = diff_one(&diff, i, each, data, counts);
        msgpack_zone_destroy(&diff.zone);
        arena_free(diff.arena);
    }
    sample_free(&sample);
    return code;
}
