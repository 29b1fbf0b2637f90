/* A document's way to articles: any bytes, decoded by the text plugin, claimed and cut by
 * ingest/digest in a Lua state, and the drafts checked as the host checks them. Each document is
 * text or is refused; the splitter may take too long, and nothing else may go wrong with it. */
#include <copydesk/text.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "lua/guard.h"
#include "lua/plugin.h"
#include "model/wire.h"
#include "plugin/native.h"
#include "plugin/registry.h"

#define STATE_MAX   (64 * MIB)
#define ARENA_MAX   (64 * MIB)
#define MODULES_MAX 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* Set up once; reachable to the end, so no leak. */
static struct native_registry *natives;
static const struct desk_text_api *text_api;
static struct desk_text *text_context;
static struct lua_module modules[MODULES_MAX];
static struct lua_file files[64], lib[64];
static struct lua_world world = {.modules = modules, .lib = lib, .state_bytes = STATE_MAX};
static struct lua_plugin_source source = {.kind = "ingest", .name = "digest", .files = files};
static struct lua_plugin *plugin;

/* Lua's branches are not seen by the fuzzer; which rules made the cuts is. */
__attribute__((section("__libfuzzer_extra_counters"))) static uint8_t rules[1024];

static void stop(const char *what, const char *why)
{
    fprintf(stderr, "fuzz_digest: %s: %s\n", what, why);
    abort();
}

static void open_natives(struct error *err)
{
    char *folder = NULL;
    size_t count = 0;
    if (registry_native_folder(&folder, err) < 0)
        stop("native folder", err->text);
    natives = native_registry_new(folder, err);
    mem_free(folder);
    if (!natives || native_load_installed(natives, err) < 0)
        stop("native plugins", err->text);
    text_api = native_service(natives, DESK_TEXT_SERVICE, DESK_TEXT_VERSION, err);
    if (!text_api || !(text_context = text_api->open()))
        stop("text service", err->text);
    const struct native_lua_module *found = native_lua_modules(natives, &count);
    for (size_t i = 0; i < count && i < MODULES_MAX; i++)
        modules[i] = (struct lua_module){found[i].name, (int (*)(void *))found[i].opener};
    world.module_count = count < MODULES_MAX ? count : MODULES_MAX;
}

static size_t take(const struct plugin_file *from, size_t count, struct lua_file *to)
{
    if (count > 64)
        stop("scripts", "more files than the fuzzer has room for");
    for (size_t i = 0; i < count; i++)
        to[i] = (struct lua_file){str_of(from[i].name), {from[i].bytes, from[i].len}};
    return count;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    static struct registry *registry;
    static char *user, *shipped;
    struct error err = {0};
    struct lua_fault fault = {0};
    struct plugin_entry *entry = NULL;
    const struct plugin_file *shared = NULL;
    size_t count = 0;
    open_natives(&err);
    if (registry_default_folders(&user, &shipped, &err) < 0 ||
        registry_open(&(struct registry_folders){.shipped = shipped}, &registry, &err) < 0 ||
        registry_find(registry, "ingest", "digest", &entry, &err) < 0 ||
        registry_files(entry, &err) < 0 || registry_lib(registry, &shared, &count, &err) < 0)
        stop("ingest/digest", err.text);
    source.file_count = take(entry->files, entry->file_count, files);
    world.lib_count = take(shared, count, lib);
    world.call_ms = LIMIT(CALL_MS);
    if (lua_plugin_load(&source, &world, &plugin, &fault) < 0)
        stop("ingest/digest", fault.message);
    return 0;
}

static void stop_at(int rc, const struct lua_fault *fault)
{
    if (rc < 0 && fault->guard != GUARD_TIME)
        stop(fault->message, fault->traceback);
}

static void note_rules(const struct article_list *drafts)
{
    for (size_t i = 0; i < drafts->count; i++) {
        const struct evidence_list *evidence = &drafts->at[i].evidence;
        for (size_t k = 0; k < evidence->count; k++) {
            const struct str rule = evidence->at[k].rule;
            uint32_t hash = 5381;
            for (size_t at = 0; at < rule.len; at++)
                hash = hash * 33 + (uint8_t)rule.at[at];
            rules[hash % sizeof rules]++;
        }
    }
}

static void check(const struct buf *answer, uint64_t text_len)
{
    struct error err = {0};
    struct article_list drafts = {0};
    msgpack_zone zone;
    msgpack_object value;
    struct arena *arena = arena_new(ARENA_MAX);
    if (!arena || !msgpack_zone_init(&zone, MSGPACK_ZONE_CHUNK_SIZE))
        stop("memory", "out");
    if (wire_unpack(answer->at, answer->len, "answer", &zone, &value, &err) < 0 ||
        drafts_unpack(&value, text_len, arena, &drafts, &err) < 0)
        stop("drafts", err.text);
    note_rules(&drafts);
    msgpack_zone_destroy(&zone);
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct desk_text_decoded decoded = {0};
    struct desk_error why = {0};
    if (text_api->decode(text_context, data, size, LIMIT(DECODED_BYTES), &decoded, &why) < 0)
        return -1; /* no text: not worth keeping */
    const struct str text = {decoded.text, decoded.size};
    const struct document document = {
        .bytes = {(const char *)data, size},
        .name = STR_LIT("digest.txt"),
        .source = STR_LIT("stdin"),
        .encoding = str_of(decoded.encoding),
        .received_us = INT64_C(1780000000000000),
    };
    struct lua_fault fault = {0};
    struct buf answer = BUF_INIT;
    double claim = 0;
    stop_at(lua_plugin_claims(plugin, &document, text, &claim, &fault), &fault);
    const int rc = lua_plugin_ingest(plugin, &document, text, &answer, &fault);
    stop_at(rc, &fault);
    if (rc >= 0)
        check(&answer, text.len);
    buf_free(&answer);
    return 0;
}
