/* One plugin after the other, each with what those before it said, as the desk runs them. */
#include <string.h>

#include "model/wire.h"
#include "pipeline/own.h"
#include "pipeline/process.h"
#include "pipeline/record_parts.h"
#include "worker/suggest.h"

/* The article on its way through the chain. Workers hold it as `part` does: as they got it, with
 * what plugins of the same workers said since. `whole` is what the host makes of all answers, and
 * other workers are given (process.c). */
struct on_the_way {
    struct article part, whole;
    struct pool *pool;
};

static int apply_tags(struct recording *in, const struct desk_plugin *plugin,
                      const msgpack_object *answer, struct on_the_way *way)
{
    struct arena *arena = in->fixture.arena;
    struct tag_list tags = {0}, titled = {0};
    int code = tags_unpack(answer, &way->part, arena, &tags, in->err);
    if (code >= 0)
        code = suggest_apply(&way->part, &tags, arena, in->err);
    if (code >= 0)
        code = tags_unpack(answer, &way->whole, arena, &titled, in->err);
    for (size_t i = 0; code >= 0 && i < titled.count; i++)
        titled.at[i].plugin = str_of(plugin->title);
    return code < 0 ? code : suggest_apply(&way->whole, &titled, arena, in->err);
}

static int apply_summary(struct recording *in, const struct desk_plugin *plugin,
                         const msgpack_object *answer, struct on_the_way *way)
{
    struct summary summary = {0};
    const int code = summary_unpack(answer, &way->part, in->fixture.arena, &summary, in->err);
    if (code < 0)
        return code;
    way->part.summary = summary;
    if (summary.text.len) {
        way->whole.summary = summary;
        way->whole.summary.plugin = str_of(plugin->title);
    }
    return 0;
}

static int apply(struct recording *in, const struct desk_plugin *plugin,
                 const struct fixture_said *said, struct on_the_way *way)
{
    msgpack_zone zone;
    msgpack_object value;
    if (said->failed || !said->answer.at) /* what is left out is given to nobody */
        return 0;
    if (!msgpack_zone_init(&zone, MSGPACK_ZONE_CHUNK_SIZE))
        return record_no_memory(in);
    int code = wire_unpack(said->answer.at, said->answer.len, "an answer", &zone, &value, in->err);
    if (code >= 0)
        code = strcmp(plugin->entry->kind, "tag") == 0 ? apply_tags(in, plugin, &value, way)
                                                       : apply_summary(in, plugin, &value, way);
    msgpack_zone_destroy(&zone);
    return code;
}

static int record_plugin(struct recording *in, struct desk_plugin *plugin, struct on_the_way *way)
{
    BUF_AUTO struct buf packed = BUF_INIT;
    msgpack_packer packer;
    struct fixture_call *call = NULL;
    struct pool *pool = plugin_pool(in->lineup, plugin);
    if (way->pool && pool != way->pool) {
        tags_sort(&way->whole.tags);
        way->part = way->whole;
    }
    way->pool = pool;
    const struct article seen = article_for_plugins(&way->part);
    wire_packer(&packer, &packed);
    if (article_pack(&packer, &seen) < 0 || buf_failed(&packed))
        return record_no_memory(in);
    const struct say_input input = {.article = arena_str(in->fixture.arena, buf_view(&packed))};
    const struct plugin_chain asked = {&plugin, 1};
    int code = input.article.at ? record_call(in, &asked, &input, &call) : record_no_memory(in);
    return code < 0 || !call ? code : apply(in, plugin, &call->said, way);
}

int record_article(struct recording *in, const struct article *article)
{
    const struct plugin_chain *chain = &in->lineup->article;
    struct on_the_way way = {.part = *article, .whole = *article};
    int code = 0;
    for (size_t i = 0; code >= 0 && i < chain->count; i++)
        code = record_plugin(in, chain->at[i], &way);
    return code;
}
