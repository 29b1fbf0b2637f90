#include "pipeline/replay.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "model/wire.h"
#include "pipeline/differ.h"
#include "pipeline/host.h"
#include "pipeline/own.h"
#include "pipeline/say.h"

#define LINES_MAX 12 /* differences that are told of one call */

struct replaying {
    struct desk *desk;
    struct lineup *lineup;
    const struct fixture *fixture;
    bool current;
    struct arena *arena; /* of the call at work */
    struct buf message;
    struct replay_report report;
    struct replay_counts *counts;
    struct error *err;
};

const char *replay_word(enum replay_verdict verdict)
{
    static const char *const words[] = {"same", "healed", "other", "still", "refused", "left out"};
    return words[verdict];
}

/* ---- plugins ---- */

/* The grant that was recorded, as desk.lua would give it to what is here. */
static int add_grant(struct lineup *lineup, const struct fixture_plugin *plugin,
                     const struct plugin_entry *entry, const struct manifest *manifest,
                     struct error *err)
{
    struct arena *arena = lineup->arena;
    struct config *config = &lineup->config;
    char mark[GRANT_MARK_SIZE];
    struct plugin_grant *grants = arena_alloc(arena, config->grant_count + 1, sizeof *grants);
    const char **read = arena_alloc(arena, plugin->file_count + 1, sizeof *read);
    if (!grants || !read)
        return error_set(err, ERR_NOMEM, "out of memory");
    grant_mark(manifest, entry->origin, mark);
    for (size_t i = 0; i < plugin->file_count; i++)
        read[i] = plugin->files[i].name;
    grants[0] = (struct plugin_grant){
        .plugin = arena_printf(arena, "%s/%s", entry->kind, entry->name),
        .read = {read, plugin->file_count},
        .env = {manifest->env, manifest->env_count}, /* what is not set is not recorded */
        .manifest = arena_text(arena, str_of(mark))};
    if (!grants[0].plugin || !grants[0].manifest)
        return error_set(err, ERR_NOMEM, "out of memory");
    if (config->grant_count)
        memcpy(grants + 1, config->grants, config->grant_count * sizeof *grants);
    config->grants = grants;
    config->grant_count++;
    return own_workers_give(lineup, entry, plugin->files, plugin->file_count, plugin->env,
                            plugin->env_count, err);
}

static int give(struct lineup *lineup, const struct fixture_plugin *plugin,
                struct plugin_entry *entry, struct error *err)
{
    const struct manifest *manifest = NULL;
    for (const struct own_workers *own = lineup->own; own; own = own->next)
        if (own->entry == entry)
            return 0; /* an earlier call's */
    const int code = host_manifest(lineup, entry, &manifest, err);
    return code < 0 ? code : add_grant(lineup, plugin, entry, manifest, err);
}

static int check_same(const struct fixture_plugin *plugin, const struct desk_plugin *loaded,
                      struct error *err)
{
    char here[HASH_HEX_SIZE], recorded[HASH_HEX_SIZE];
    if (hash_same(&plugin->fingerprint, &loaded->fingerprint))
        return 0;
    hash_hex(&loaded->fingerprint, here);
    hash_hex(&plugin->fingerprint, recorded);
    if (loaded->entry->stage)
        return error_set(err, ERR_VERSION,
                         "%s is native, and here it is another build (%s, %.16s) than the one "
                         "recorded (%s@%s, %.16s): install that one, or use --current",
                         loaded->label, loaded->title, here, loaded->label, plugin->version,
                         recorded);
    return error_set(err, ERR_CORRUPT,
                     "the code in scripts/%s is not what was recorded (%.16s, not %.16s): restore "
                     "the fixture, or use --current",
                     loaded->label, here, recorded);
}

static int load_one(struct replaying *in, const struct fixture_plugin *plugin,
                    struct desk_plugin **out, struct error *err)
{
    struct plugin_entry *entry = NULL;
    msgpack_zone zone;
    msgpack_object options;
    int code = registry_find(in->lineup->registry, plugin->kind, plugin->name, &entry, err);
    if (code < 0 && plugin->native)
        return error_wrap(err, "a native plugin is not part of a fixture, and here is none");
    if (code == ERR_NOTFOUND && !in->current)
        return error_set(err, code,
                         "scripts/%s/%s is missing in the fixture: restore it, or use --current",
                         plugin->kind, plugin->name);
    if (code >= 0 && plugin->native != (entry->stage != NULL) && !in->current)
        code = error_set(err, ERR_CORRUPT, "%s/%s was recorded as %s plugin, and here it is not",
                         plugin->kind, plugin->name, plugin->native ? "a native" : "a Lua");
    if (code >= 0 && plugin->granted)
        code = give(in->lineup, plugin, entry, err);
    if (code < 0)
        return code;
    if (!msgpack_zone_init(&zone, MSGPACK_ZONE_CHUNK_SIZE))
        return error_set(err, ERR_NOMEM, "out of memory");
    code = wire_unpack(plugin->options.at, plugin->options.len, "options", &zone, &options, err);
    if (code >= 0)
        code = host_load(in->lineup, plugin->kind, plugin->name, &options, NULL, 0, out, err);
    msgpack_zone_destroy(&zone);
    if (code == ERR_DENIED && plugin->granted)
        return error_set(err, code,
                         "%s/%s does not ask for what the fixture holds as granted to it",
                         plugin->kind, plugin->name);
    return code < 0 || in->current ? code : check_same(plugin, *out, err);
}

static int load_all(struct replaying *in, const struct fixture_call *call,
                    struct plugin_chain *chain, struct error *err)
{
    int code = 0;
    chain->at = arena_alloc(in->arena, call->count, sizeof *chain->at);
    if (!chain->at)
        return error_set(err, ERR_NOMEM, "out of memory");
    for (; code >= 0 && chain->count < call->count; chain->count++)
        code = load_one(in, &call->asked[chain->count], &chain->at[chain->count], err);
    return code;
}

/* ---- comparing ---- */

/* Whether the words of a failure depend on the call alone: where a clock or the kernel stopped it,
 * they tell of that moment. */
static bool is_exact(enum guard guard)
{
    return guard != GUARD_TIME && guard != GUARD_MEMORY && guard != GUARD_KILLED;
}

static bool same_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "") == 0;
}

static bool same_failure(const struct fixture_said *a, const struct fixture_said *b)
{
    return a->guard == b->guard && same_text(a->plugin, b->plugin) &&
           (!is_exact(a->guard) ||
            (same_text(a->message, b->message) && same_text(a->traceback, b->traceback)));
}

static void tell_failure(struct replaying *in, const char *when, const struct fixture_said *said)
{
    if (said->failed)
        buf_printf(&in->message, "%s it failed (%s): %s\n", when, guard_word(said->guard),
                   said->message);
    else
        buf_printf(&in->message, "%s it gave an answer\n", when);
}

static enum replay_verdict compare(struct replaying *in, const struct fixture_said *recorded,
                                   const struct fixture_said *now)
{
    if (recorded->failed && in->current && !now->failed)
        return REPLAY_HEALED;
    if (recorded->failed && in->current) {
        tell_failure(in, "now", now);
        in->report.traceback = now->traceback;
        return REPLAY_STILL;
    }
    if (recorded->failed && now->failed && same_failure(recorded, now))
        return REPLAY_SAME;
    if (recorded->failed || now->failed) {
        tell_failure(in, "recorded:", recorded);
        tell_failure(in, "now:", now);
        in->report.traceback = now->failed ? now->traceback : "";
        return REPLAY_OTHER;
    }
    if (str_same(recorded->answer, now->answer))
        return REPLAY_SAME;
    differ_list(recorded->answer, now->answer, "answer", LINES_MAX, &in->message);
    return REPLAY_OTHER;
}

/* ---- calls ---- */

static int judge(struct replaying *in, const struct fixture_call *call)
{
    struct plugin_chain chain = {0};
    struct fixture_said now = {0};
    const struct say_input input = {call->document ? &in->fixture->document : NULL, call->article,
                                    false};
    struct error why;
    if (call->left_out) {
        in->report.verdict = REPLAY_LEFT_OUT;
        return buf_text(&in->message, "it had a grant, which is not recorded\n");
    }
    if (load_all(in, call, &chain, &why) < 0) {
        in->report.verdict = REPLAY_REFUSED;
        return buf_printf(&in->message, "%s\n", why.text);
    }
    const int code = say(in->lineup, &chain, &input, in->arena, &now, in->err);
    if (code >= 0)
        in->report.verdict = compare(in, &call->said, &now);
    return code;
}

static void name_call(const struct fixture_call *call, struct replay_report *out, char *name,
                      size_t size)
{
    const struct fixture_plugin *plugin = fixture_answerer(call);
    if (plugin)
        snprintf(name, size, "%s/%s", plugin->kind, plugin->name);
    else
        snprintf(name, size, "%s", call->asked[0].kind);
    *out = (struct replay_report){.call = call,
                                  .name = name,
                                  .version = plugin ? plugin->version : "",
                                  .message = "",
                                  .traceback = ""};
}

static void count(struct replay_counts *counts, enum replay_verdict verdict)
{
    const bool passed = verdict == REPLAY_SAME || verdict == REPLAY_HEALED;
    counts->calls++;
    counts->passed += passed;
    counts->left_out += verdict == REPLAY_LEFT_OUT;
    counts->failed += !passed && verdict != REPLAY_LEFT_OUT;
}

static int replay_call(struct replaying *in, const struct fixture_call *call,
                       void (*each)(const struct replay_report *report, void *data), void *data)
{
    char name[2 * PLUGIN_NAME_SIZE];
    in->arena = arena_new(LIMIT(SAMPLE_BYTES));
    if (!in->arena)
        return error_set(in->err, ERR_NOMEM, "out of memory");
    buf_clear(&in->message);
    name_call(call, &in->report, name, sizeof name);
    int code = judge(in, call);
    if (code >= 0) {
        while (in->message.len && in->message.at[in->message.len - 1] == '\n')
            in->message.at[--in->message.len] = '\0';
        if (in->message.len)
            in->report.message = in->message.at;
        count(in->counts, in->report.verdict);
        each(&in->report, data);
    }
    arena_free(in->arena);
    return code;
}

/* ---- the whole ---- */

static bool has_native(const struct desk *desk, const char *name)
{
    size_t count = 0;
    char here[200];
    const struct native_plugin *const *natives = native_plugins(desk->natives, &count);
    for (size_t i = 0; i < count; i++) {
        snprintf(here, sizeof here, "%s@%s", natives[i]->name, natives[i]->version);
        if (strcmp(here, name) == 0)
            return true;
    }
    return false;
}

static void look_at_natives(const struct replaying *in)
{
    struct replay_counts *out = in->counts;
    size_t used = 0;
    for (size_t i = 0; i < in->fixture->native_count && used < sizeof out->natives; i++) {
        if (has_native(in->desk, in->fixture->natives[i]))
            continue;
        const int len = snprintf(out->natives + used, sizeof out->natives - used, "%s%s",
                                 used ? ", " : "", in->fixture->natives[i]);
        used += len > 0 ? (size_t)len : 0;
    }
}

static int open_for(const char *dir, const struct replay_options *options, struct desk **out,
                    struct error *err)
{
    MEM_AUTO char *scripts = file_join(dir, "scripts");
    struct desk_options chosen = {.use = DESK_PLUGINS, .optional = true, .workers = 1};
    if (!scripts)
        return error_set(err, ERR_NOMEM, "out of memory");
    if (options->current)
        chosen.dir = options->desk;
    else
        chosen.scripts = scripts;
    return desk_open(&chosen, out, err);
}

int replay(const char *dir, const struct replay_options *options,
           void (*each)(const struct replay_report *report, void *data), void *data,
           struct replay_counts *counts, struct error *err)
{
    struct fixture fixture;
    struct replaying in = {
        .fixture = &fixture, .current = options->current, .counts = counts, .err = err};
    *counts = (struct replay_counts){.calls = 0};
    int code = fixture_read(dir, &fixture, err);
    if (code >= 0)
        code = open_for(dir, options, &in.desk, err);
    if (code >= 0) {
        in.lineup = in.desk->lineup;
        look_at_natives(&in);
    }
    for (size_t i = 0; code >= 0 && i < fixture.count; i++)
        code = replay_call(&in, &fixture.calls[i], each, data);
    desk_close(in.desk);
    buf_free(&in.message);
    fixture_free(&fixture);
    return code < 0 ? code : 0;
}
