#include "pipeline/record.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/limits.h"
#include "model/wire.h"
#include "pipeline/export_to.h"
#include "pipeline/own.h"
#include "pipeline/quarantine.h"
#include "pipeline/record_parts.h"

#define SLUG_SIZE 64
#define SLUG_TEXT 40 /* letters of a headline in a name */

int record_no_memory(struct recording *in)
{
    return error_set(in->err, ERR_NOMEM, "out of memory while recording");
}

static void note(struct recording *in, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void note(struct recording *in, const char *format, ...)
{
    BUF_AUTO struct buf text = BUF_INIT;
    va_list args;
    if (in->out->note_count == RECORD_NOTES)
        return;
    va_start(args, format);
    buf_vprintf(&text, format, args);
    va_end(args);
    char *taken = buf_take(&text, NULL);
    if (taken)
        in->out->notes[in->out->note_count++] = taken;
}

/* ---- what is to be recorded ---- */

static int take_item(const struct store_quarantined *item, void *data)
{
    struct recording *in = data;
    struct fixture *fixture = &in->fixture;
    if (item->id != in->options->item)
        return 0;
    in->found = true;
    in->document_id = item->document_id;
    fixture->item_id = item->id;
    fixture->article_id = item->article_id;
    fixture->failure.stage = arena_text(fixture->arena, item->failure.stage);
    fixture->failure.plugin = arena_text(fixture->arena, item->failure.plugin);
    fixture->failure.version = arena_text(fixture->arena, item->failure.version);
    fixture->failure.guard = arena_text(fixture->arena, item->failure.guard);
    fixture->failure.message = arena_text(fixture->arena, item->failure.message);
    return 1;
}

static int find_item(struct recording *in)
{
    const int code = store_quarantine(in->reader, take_item, in, in->err);
    if (code < 0)
        return code;
    if (!in->found)
        return error_set(in->err, ERR_NOTFOUND,
                         "no item %lld waits in quarantine; `copydesk failed` lists them",
                         (long long)in->options->item);
    return in->fixture.failure.message ? 0 : record_no_memory(in);
}

static int is_item(const struct store_quarantined *item, void *data)
{
    struct recording *in = data;
    in->found |= item->id == in->options->article;
    return in->found;
}

/* The two kinds of numbers are easily mixed up. */
static int no_article(struct recording *in)
{
    struct error ignored;
    const long long id = (long long)in->options->article;
    if (store_quarantine(in->reader, is_item, in, &ignored) >= 0 && in->found)
        return error_set(in->err, ERR_NOTFOUND,
                         "there is no article %lld in the store; item %lld of quarantine is "
                         "recorded by: copydesk record --failed %lld",
                         id, id, id);
    return ERR_NOTFOUND;
}

static int find_article(struct recording *in)
{
    struct fixture *fixture = &in->fixture;
    int code =
        store_article(in->reader, fixture->article_id, fixture->arena, &in->article, in->err);
    if (code == ERR_NOTFOUND && !fixture->item_id)
        return no_article(in);
    if (code >= 0)
        code = store_article_document(in->reader, fixture->article_id, &in->document_id, in->err);
    fixture->headline = in->article.headline;
    return code;
}

static int find_document(struct recording *in)
{
    struct error why;
    struct fixture *fixture = &in->fixture;
    int code = store_document(in->reader, in->document_id, fixture->arena, &fixture->document,
                              &in->bytes, &why);
    fixture->has_document = code >= 0;
    if (code == ERR_NOTFOUND && fixture->article_id) {
        note(in, "%s: recorded from the stored article on", why.text);
        return 0;
    }
    return code < 0 ? error_set(in->err, code, "%s", why.text) : 0;
}

static int find_all(struct recording *in)
{
    in->fixture.article_id = in->options->article;
    int code = desk_reader(in->desk, false, &in->reader, in->err);
    if (code >= 0 && in->options->item)
        code = find_item(in);
    if (code >= 0 && in->fixture.article_id)
        code = find_article(in);
    if (code >= 0)
        code = find_document(in);
    store_reader_close(in->reader);
    return code < 0 ? code : 0;
}

/* ---- calls ---- */

static void describe(const struct desk_plugin *plugin, struct fixture_plugin *out)
{
    *out = (struct fixture_plugin){.kind = plugin->entry->kind,
                                   .name = plugin->entry->name,
                                   .version = plugin->manifest.version,
                                   .fingerprint = plugin->fingerprint,
                                   .options = plugin->options,
                                   .native = plugin->entry->stage != NULL,
                                   .granted = plugin->own != NULL};
    if (!plugin->own)
        return;
    out->files = plugin->own->files;
    out->file_count = plugin->own->file_count;
    out->env = plugin->own->env;
    out->env_count = plugin->own->env_count;
}

static void add_entry(struct recording *in, const struct plugin_entry *entry)
{
    for (size_t i = 0; i < in->entry_count; i++)
        if (in->entries[i] == entry)
            return;
    in->entries[in->entry_count++] = entry;
}

static bool is_failed_one(const struct recording *in, const struct plugin_chain *asked)
{
    const char *failed = in->fixture.failure.plugin;
    for (size_t i = 0; failed && i < asked->count; i++)
        if (strcmp(failed, asked->at[i]->label) == 0)
            return true;
    return false;
}

/* `granted`: the one of those asked that has a grant. */
static int leave_out(struct recording *in, const struct plugin_chain *asked,
                     const struct desk_plugin *granted)
{
    if (is_failed_one(in, asked))
        return error_set(in->err, ERR_DENIED,
                         "%s is given what desk.grant names, and without that the call that failed "
                         "cannot be made again; --with-grants writes it into the folder, for "
                         "whoever reads that to see",
                         granted->label);
    note(in,
         "%s has a grant: its call is left out, and what it says is kept from the calls that "
         "follow; --with-grants records it with what is granted",
         granted->label);
    in->out->left_out++;
    return 0;
}

static void keep_call(struct recording *in, const struct plugin_chain *asked,
                      const struct fixture_call *call)
{
    in->fixture.count++;
    in->out->calls++;
    if (call->left_out)
        return;
    for (size_t i = 0; i < asked->count; i++)
        add_entry(in, asked->at[i]->entry);
    in->out->failed += call->said.failed;
    in->failed_asked |= is_failed_one(in, asked);
}

int record_call(struct recording *in, const struct plugin_chain *asked,
                const struct say_input *input, struct fixture_call **out)
{
    struct fixture *fixture = &in->fixture;
    struct fixture_call *call = &fixture->calls[fixture->count];
    int code = 0;
    if (fixture->count == LIMIT(FIXTURE_CALLS))
        return error_set(in->err, ERR_LIMIT, "more than %lu calls (limit FIXTURE_CALLS)",
                         LIMIT(FIXTURE_CALLS));
    *call = (struct fixture_call){.document = input->document != NULL, .count = asked->count};
    call->asked = arena_alloc(fixture->arena, asked->count + 1, sizeof *call->asked);
    call->article = input->document ? STR_NONE : input->article;
    if (!call->asked)
        return record_no_memory(in);
    const struct desk_plugin *granted = NULL;
    for (size_t i = 0; i < asked->count; i++) {
        describe(asked->at[i], &call->asked[i]);
        granted = asked->at[i]->own ? asked->at[i] : granted;
    }
    call->left_out = granted && !in->options->with_grants;
    if (call->left_out)
        code = leave_out(in, asked, granted);
    if (code >= 0 && (!call->left_out || call->document)) /* which of them cuts it must be known */
        code = say(in->lineup, asked, input, fixture->arena, &call->said, in->err);
    if (code < 0)
        return code;
    keep_call(in, asked, call);
    *out = call;
    return 0;
}

/* ---- the document ---- */

/* What a plugin can see of it, and no more: receipts and ids are this desk's. */
static struct document as_given(const struct document *document)
{
    return (struct document){.bytes = document->bytes,
                             .name = document->name,
                             .path = document->path,
                             .source = document->source,
                             .received_us = document->received_us};
}

static bool same_text(const struct article *a, const struct article *b)
{
    return str_same(a->headline, b->headline) && str_same(a->body, b->body);
}

/* The draft that the stored article came from. 1; 0: there is none now. */
static int find_draft(struct recording *in, struct str said, struct article *out)
{
    msgpack_zone zone;
    msgpack_object value;
    struct article_list drafts = {0};
    bool found = false;
    if (!msgpack_zone_init(&zone, MSGPACK_ZONE_CHUNK_SIZE))
        return record_no_memory(in);
    int code = wire_unpack(said.at, said.len, "an answer", &zone, &value, in->err);
    if (code >= 0)
        code = drafts_unpack(wire_get(&value, "answer"), LIMIT(DECODED_BYTES), in->fixture.arena,
                             &drafts, in->err);
    for (size_t i = 0; code >= 0 && i < drafts.count && !found; i++) {
        found = same_text(&drafts.at[i], &in->article);
        *out = drafts.at[i];
    }
    msgpack_zone_destroy(&zone);
    return code < 0 ? code : found;
}

/* Whether a plugin that what is stored may come from has a grant. */
static bool has_grants(const struct recording *in)
{
    const struct config *config = &in->lineup->config;
    static const char *const kinds[] = {"ingest/", "tag/", "summarize/"};
    for (size_t i = 0; i < config->grant_count; i++)
        for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
            if (str_starts(str_of(config->grants[i].plugin), kinds[k]))
                return true;
    return false;
}

/* A stored article does not say what in it a plugin with a grant set. */
static int begin_stored(struct recording *in, struct article *out)
{
    if (!in->options->with_grants && has_grants(in))
        return error_set(in->err, ERR_DENIED,
                         "article %lld can only be recorded as it is stored, and plugins with a "
                         "grant may have had a part in that; --with-grants records it, for whoever "
                         "reads the folder to see",
                         (long long)in->fixture.article_id);
    *out = in->article;
    out->tags = (struct tag_list){0};
    out->summary = (struct summary){0};
    return 0;
}

static int cut_with_grant(struct recording *in, const char *plugin)
{
    return error_set(in->err, ERR_DENIED,
                     "%s has a grant, and it is what cuts this document: all of the article may "
                     "hold what was granted; --with-grants records it, for whoever reads the "
                     "folder to see",
                     plugin);
}

/* Calls the ingest plugins; `out` becomes what the chain begins with. */
static int record_document(struct recording *in, struct article *out)
{
    struct fixture_call *call = NULL;
    const struct document given = as_given(&in->fixture.document);
    const struct say_input input = {.document = &given, .want_text = true};
    int code = record_call(in, &in->lineup->ingest, &input, &call);
    if (code < 0 || !in->fixture.article_id)
        return code;
    const struct fixture_plugin *by = fixture_answerer(call);
    if (call->left_out && by && by->granted)
        return cut_with_grant(in, call->said.plugin);
    code = call->said.failed ? 0 : find_draft(in, call->said.answer, out);
    if (code == 0) {
        note(in,
             "the document is cut otherwise now than when article %lld was stored: the calls "
             "after ingest are recorded from the stored article on",
             (long long)in->fixture.article_id);
        return begin_stored(in, out);
    }
    if (code > 0) {
        out->received_us = in->fixture.document.received_us;
        if (out->infosource.len == 0)
            out->infosource = in->lineup->config.source;
    }
    return code < 0 ? code : 0;
}

static bool fails_so(const struct fixture_call *call, const char *message)
{
    return !call->left_out && call->said.failed && strcmp(call->said.message, message) == 0;
}

/* What was said when it failed may hold what was granted then, to a plugin that is gone. Without
 * grants it is written only where a call of now says the same. */
static void withhold(struct recording *in)
{
    struct fixture *fixture = &in->fixture;
    for (size_t i = 0; i < fixture->count; i++)
        if (fails_so(&fixture->calls[i], fixture->failure.message))
            return;
    fixture->failure.message = NULL;
    note(in,
         "what was said when item %lld failed is left out, as it may hold what was granted; "
         "--with-grants writes it",
         (long long)fixture->item_id);
}

static void look_at_failure(struct recording *in)
{
    const char *plugin = in->fixture.failure.plugin[0] ? in->fixture.failure.plugin : "the plugin";
    if (!in->failed_asked && in->fixture.failure.plugin[0])
        note(in, "%s is not called any more: its failure is not recorded", plugin);
    else if (in->out->failed == 0)
        note(in, "%s did not fail this time: what it says now is recorded", plugin);
    if (!in->options->with_grants)
        withhold(in);
}

static int record_calls(struct recording *in)
{
    const size_t plugins = in->lineup->article.count + in->lineup->ingest.count;
    struct article article;
    struct arena *arena = in->fixture.arena;
    in->fixture.calls = arena_alloc(arena, LIMIT(FIXTURE_CALLS), sizeof *in->fixture.calls);
    in->entries = arena_alloc(arena, plugins + 1, sizeof *in->entries);
    if (!in->fixture.calls || !in->entries)
        return record_no_memory(in);
    int code = in->fixture.has_document ? record_document(in, &article)
               : in->fixture.article_id ? begin_stored(in, &article)
                                        : 0;
    if (code >= 0 && in->fixture.article_id)
        code = record_article(in, &article);
    if (code >= 0 && in->fixture.item_id)
        look_at_failure(in);
    return code;
}

/* ---- where to ---- */

static void make_slug(const struct recording *in, char slug[SLUG_SIZE])
{
    const struct fixture *fixture = &in->fixture;
    const struct str from = fixture->headline.len ? fixture->headline : fixture->document.name;
    int used = fixture->item_id
                   ? snprintf(slug, SLUG_SIZE, "failed-%lld", (long long)fixture->item_id)
                   : snprintf(slug, SLUG_SIZE, "%lld", (long long)fixture->article_id);
    const size_t begun = (size_t)used;
    size_t len = begun;
    memset(slug + begun, 0, SLUG_SIZE - begun);
    for (size_t i = 0; i < from.len && len < begun + SLUG_TEXT && len + 2 < SLUG_SIZE; i++) {
        char letter = from.at[i];
        if (letter >= 'A' && letter <= 'Z')
            letter = (char)(letter - 'A' + 'a');
        if ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9')) {
            if (len == begun)
                slug[len++] = '-';
            slug[len++] = letter;
        } else if (len > begun && slug[len - 1] != '-') {
            slug[len++] = '-';
        }
    }
    if (len == begun + SLUG_TEXT && strrchr(slug + begun + 1, '-')) /* not within a word */
        len = (size_t)(strrchr(slug + begun + 1, '-') - slug);
    while (len > begun && slug[len - 1] == '-')
        len--;
    slug[len] = '\0';
}

static int set_folder(struct recording *in, const char *slug)
{
    struct record_result *out = in->out;
    const int len = in->options->to
                        ? snprintf(out->folder, sizeof out->folder, "%s", in->options->to)
                        : snprintf(out->folder, sizeof out->folder, "%s/fixtures/%s",
                                   desk_folder(in->desk), slug);
    return len >= 0 && (size_t)len < sizeof out->folder
               ? 0
               : error_set(in->err, ERR_LIMIT,
                           "the path of the folder is over %lu bytes "
                           "(PATH_BYTES)",
                           LIMIT(PATH_BYTES));
}

static int name_natives(struct recording *in)
{
    size_t count = 0;
    struct fixture *fixture = &in->fixture;
    const struct native_plugin *const *natives = native_plugins(in->desk->natives, &count);
    fixture->copydesk = COPYDESK_VERSION;
    fixture->natives = arena_alloc(fixture->arena, count + 1, sizeof *fixture->natives);
    for (size_t i = 0; fixture->natives && i < count; i++) {
        const char *name =
            arena_printf(fixture->arena, "%s@%s", natives[i]->name, natives[i]->version);
        if (!name)
            return record_no_memory(in);
        fixture->natives[fixture->native_count++] = name;
    }
    return fixture->natives ? 0 : record_no_memory(in);
}

static int write_it(struct recording *in)
{
    char slug[SLUG_SIZE];
    size_t too_long = 0;
    struct fixture_code code = {
        .entries = in->entries, .count = in->entry_count, .too_long = &too_long};
    make_slug(in, slug);
    int result = set_folder(in, slug);
    if (result >= 0)
        result = name_natives(in);
    if (result >= 0)
        result = registry_lib(in->lineup->registry, &code.lib, &code.lib_count, in->err);
    if (result >= 0)
        result =
            fixture_write(in->out->folder, slug, &in->fixture, &code, in->options->force, in->err);
    if (too_long)
        note(in, "no test of %zu of the calls: it would be over half of PLUGIN_BYTES", too_long);
    return result;
}

int record(struct desk *desk, const struct record_options *options, struct record_result *out,
           struct error *err)
{
    struct recording in = {
        .desk = desk, .lineup = desk->lineup, .options = options, .out = out, .err = err};
    *out = (struct record_result){.calls = 0};
    in.fixture.arena = arena_new(LIMIT(SAMPLE_BYTES));
    int code = in.fixture.arena ? 0 : record_no_memory(&in);
    if (code >= 0 && options->to)
        code = export_to_fixture(desk, options->to, err);
    if (code >= 0)
        code = find_all(&in);
    if (code >= 0)
        code = record_calls(&in);
    if (code >= 0)
        code = write_it(&in);
    fixture_free(&in.fixture);
    buf_free(&in.bytes);
    return code < 0 ? code : 0;
}

void record_free(struct record_result *result)
{
    for (size_t i = 0; i < result->note_count; i++)
        mem_free(result->notes[i]);
    result->note_count = 0;
}
