/* INGEST: bytes to text, the plugin that claims the document most, its drafts; or the first half of
 * it alone (`claims`), or, for a plugin that was chosen so, the second (`chosen`). */
#include <stdio.h>

#include "base/clock.h"
#include "base/limits.h"
#include "model/wire.h"
#include "worker/serve.h"

#define PLUGINS_NAMED 400 /* bytes of names in a message */

struct decoded {
    struct str text;
    const char *encoding, *note;
};

/* Without a text service only UTF-8 can be read. */
static int decode_utf8(struct serve *serve, struct str bytes, struct decoded *out)
{
    if (str_starts(bytes, "\xEF\xBB\xBF"))
        bytes = (struct str){bytes.at + 3, bytes.len - 3};
    size_t valid = utf8_valid(bytes.at, bytes.len);
    if (valid < bytes.len)
        return fault_set(serve, -1, GUARD_INPUT,
                         "byte %zu is not UTF-8, and the text plugin, which reads other encodings, "
                         "is not loaded",
                         valid);
    *out = (struct decoded){bytes, "UTF-8", ""};
    return 0;
}

static int decode(struct serve *serve, struct str bytes, struct desk_text_decoded *room,
                  struct decoded *out)
{
    struct desk_error why = {0};
    if (!serve->text)
        return decode_utf8(serve, bytes, out);
    const int64_t begun_us = clock_thread_cpu_us();
    int rc = serve->text->decode(serve->text_context, bytes.at ? bytes.at : "", bytes.len,
                                 LIMIT(DECODED_BYTES), room, &why);
    atomic_fetch_add_explicit(&serve->page->decode_us, clock_thread_cpu_us() - begun_us,
                              memory_order_relaxed);
    if (rc < 0)
        return fault_set(serve, -1, GUARD_INPUT, "cannot read the document as text: %s", why.text);
    *out = (struct decoded){{room->text, room->size}, room->encoding, room->notes};
    return 0;
}

static int ask(struct serve *serve, const struct served_plugin *plugin, uint32_t index,
               const struct document *document, struct str text, double *claim)
{
    int rc = 0;
    *claim = 0;
    serve->fault.plugin = index;
    call_begin(serve, index);
    if (plugin->native)
        rc = stage_claims(serve, index, document, text, claim);
    else
        rc = lua_plugin_claims(plugin->lua, document, text, claim, &serve->fault.why);
    call_end(serve);
    return rc;
}

static int nobody(struct serve *serve, const msgpack_object_array *plugins)
{
    char names[PLUGINS_NAMED] = "";
    size_t used = 0;
    for (uint32_t i = 0; i < plugins->size && used + 1 < sizeof names; i++) {
        uint32_t index = 0;
        struct served_plugin *plugin = plugin_get(serve, &plugins->ptr[i], &index);
        int n = plugin ? snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "",
                                  plugin->name)
                       : 0;
        used += n > 0 ? (size_t)n : 0;
    }
    if (!names[0])
        return fault_set(serve, -1, GUARD_INPUT, "no ingest plugin is configured");
    return fault_set(serve, -1, GUARD_INPUT, "no ingest plugin claims this document (asked: %s)",
                     names);
}

/* The highest claim wins; among equals the first; 0: nobody's. A plugin that fails at claiming
 * fails the document: another one's cuts would be a guess that nobody sees. */
static int choose(struct serve *serve, const msgpack_object_array *plugins,
                  const struct document *document, struct str text, uint32_t *chosen, double *best)
{
    *best = 0;
    for (uint32_t i = 0; i < plugins->size; i++) {
        uint32_t index = 0;
        double claim = 0;
        struct served_plugin *plugin = plugin_get(serve, &plugins->ptr[i], &index);
        if (!plugin || ask(serve, plugin, index, document, text, &claim) < 0)
            return ERR_PLUGIN;
        if (claim > *best) {
            *best = claim;
            *chosen = index;
        }
    }
    return 0;
}

static int answer_claim(struct serve *serve, uint32_t index, double claim)
{
    msgpack_packer packer;
    wire_packer(&packer, &serve->answer);
    msgpack_pack_map(&packer, 2);
    wire_pack_key(&packer, "plugin");
    msgpack_pack_uint32(&packer, index);
    wire_pack_key(&packer, "claim");
    msgpack_pack_double(&packer, claim);
    return 0;
}

static int run(struct serve *serve, uint32_t index, const struct document *document,
               struct str text)
{
    const struct served_plugin *plugin = &serve->plugins[index];
    int rc = 0;
    serve->fault.plugin = index;
    call_begin(serve, index);
    if (plugin->native)
        rc = stage_ingest(serve, index, document, text, &serve->answer);
    else
        rc = lua_plugin_ingest(plugin->lua, document, text, &serve->answer, &serve->fault.why);
    call_end(serve);
    return rc;
}

static int answer(struct serve *serve, uint32_t index, const struct document *document,
                  const struct decoded *decoded, bool want_text, bool want_cost)
{
    msgpack_packer packer;
    wire_packer(&packer, &serve->answer);
    msgpack_pack_map(&packer, 5U + want_text + want_cost);
    wire_pack_key(&packer, "plugin");
    msgpack_pack_uint32(&packer, index);
    wire_pack_key(&packer, "encoding");
    wire_pack_str(&packer, str_of(decoded->encoding));
    wire_pack_key(&packer, "notes");
    msgpack_pack_array(&packer, decoded->note[0] ? 1 : 0);
    if (decoded->note[0])
        wire_pack_str(&packer, str_of(decoded->note));
    wire_pack_key(&packer, "text_len");
    msgpack_pack_uint64(&packer, decoded->text.len);
    if (want_text) {
        wire_pack_key(&packer, "text");
        msgpack_pack_str_with_body(&packer, decoded->text.at ? decoded->text.at : "",
                                   decoded->text.len);
    }
    wire_pack_key(&packer, "answer");
    const int rc = run(serve, index, document, decoded->text);
    if (rc >= 0 && want_cost)
        pack_cost(serve, &serve->plugins[index]);
    return rc;
}

static bool is_true(const msgpack_object *map, const char *key)
{
    const msgpack_object *value = wire_get(map, key);
    return value && value->type == MSGPACK_OBJECT_BOOLEAN && value->via.boolean;
}

static int take_chosen(struct serve *serve, const msgpack_object_array *plugins, uint32_t *index)
{
    if (plugins->size != 1)
        return fault_set(serve, -1, GUARD_INPUT, "chosen: %u plugins", (unsigned)plugins->size);
    return plugin_get(serve, &plugins->ptr[0], index) ? 0 : ERR_PLUGIN;
}

static int answer_text(struct serve *serve, const struct decoded *decoded)
{
    msgpack_packer packer;
    wire_packer(&packer, &serve->answer);
    msgpack_pack_map(&packer, 1);
    wire_pack_key(&packer, "text");
    msgpack_pack_str_with_body(&packer, decoded->text.at ? decoded->text.at : "",
                               decoded->text.len);
    return 0;
}

int job_ingest(struct serve *serve, const msgpack_object *payload)
{
    struct error err = {0};
    struct document document = {0};
    struct desk_text_decoded room = {0};
    struct decoded decoded = {.encoding = "", .note = ""};
    uint32_t index = 0;
    const msgpack_object *plugins = wire_get(payload, "plugins");
    if (!plugins || plugins->type != MSGPACK_OBJECT_ARRAY)
        return fault_set(serve, -1, GUARD_INPUT, "plugins: not a list");
    if (document_unpack(wire_get(payload, "document"), &document, &err) < 0)
        return fault_set(serve, -1, GUARD_INPUT, "%s", err.text);
    int rc = decode(serve, document.bytes, &room, &decoded);
    if (rc < 0)
        return rc;
    if (is_true(payload, "decode"))
        return answer_text(serve, &decoded);
    document.encoding = str_of(decoded.encoding);
    double claim = 1;
    if (is_true(payload, "chosen"))
        rc = take_chosen(serve, &plugins->via.array, &index);
    else
        rc = choose(serve, &plugins->via.array, &document, decoded.text, &index, &claim);
    if (rc < 0)
        return rc;
    if (is_true(payload, "claims"))
        return answer_claim(serve, index, claim);
    if (claim <= 0)
        return nobody(serve, &plugins->via.array);
    return answer(serve, index, &document, &decoded, is_true(payload, "want_text"),
                  is_true(payload, "want_cost"));
}
