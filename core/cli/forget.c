/* copydesk forget */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "cli/beside.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/output.h"
#include "model/json.h"
#include "pipeline/forget.h"
#include "pipeline/host.h"

static const struct cli_option options[] = {
    {"query", 'q', "QUERY", "the articles that match, instead of ids", false},
    {"dry-run", 'n', NULL, "only say what would go", false},
    {"yes", 'y', NULL, "do not ask", false},
    CLI_JSON_OPTION,
    CLI_END,
};

/* ---- what goes ---- */

struct plan {
    bool json;
    json_t *documents, *stripped;
    bool headed[2];
};

static void print_article(const struct article *article, void *data)
{
    const struct plan *plan = data;
    if (plan->json)
        return;
    printf("%6lld  ", (long long)article->id);
    output_line(article->headline, output_width() > 20 ? output_width() - 10 : 60);
    putchar('\n');
}

static void print_document(int64_t id, struct str name, bool stripped, void *data)
{
    struct plan *plan = data;
    if (plan->json) {
        json_t *document = json_pack("{s:I, s:o}", "id", (json_int_t)id, "name", str_to_json(name));
        json_array_append_new(stripped ? plan->stripped : plan->documents, document);
        return;
    }
    if (!plan->headed[stripped])
        puts(stripped ? "Documents that other articles came from too: their kept bytes go, the "
                        "other articles stay"
                      : "Documents that go");
    plan->headed[stripped] = true;
    fputs("        ", stdout);
    output_line(name, UINT_MAX);
    putchar('\n');
}

static int print_plan(const struct plan *plan, const struct forget_list *list,
                      const struct store_forget_plan *counts, bool dry)
{
    if (!plan->json) {
        printf("With them: %s, %s, %s, %s. Files in done/ and exports stay where they are.%s\n",
               counted(counts->versions, "version", "versions"),
               counted(counts->tags, "tag", "tags"), counted(counts->results, "result", "results"),
               counted(counts->quarantined, "item in quarantine", "items in quarantine"),
               dry ? "\nNothing is forgotten yet." : "");
        return CLI_DONE;
    }
    json_t *ids = json_array();
    for (size_t i = 0; i < list->count; i++)
        json_array_append_new(ids, json_integer((json_int_t)list->ids[i]));
    json_t *object =
        json_pack("{s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:O, s:O}", "articles", ids, "versions",
                  (json_int_t)counts->versions, "tags", (json_int_t)counts->tags, "results",
                  (json_int_t)counts->results, "quarantined", (json_int_t)counts->quarantined,
                  "indexed", (json_int_t)counts->indexed, "answers", (json_int_t)counts->answers,
                  "documents", plan->documents, "stripped", plan->stripped);
    return output_json(object) < 0 ? CLI_FAILED : CLI_DONE;
}

static int id_compare(const void *a, const void *b)
{
    const int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
    return (one > other) - (one < other);
}

static void drop_doubles(struct forget_list *list)
{
    size_t kept = 0;
    qsort(list->ids, list->count, sizeof *list->ids, id_compare);
    for (size_t i = 0; i < list->count; i++)
        if (i == 0 || list->ids[i] != list->ids[i - 1])
            list->ids[kept++] = list->ids[i];
    list->count = kept;
}

static int take_ids(const struct cli_args *args, struct forget_list *out)
{
    out->ids = mem_array((size_t)args->count + 1, sizeof *out->ids);
    if (!out->ids)
        return CLI_FAILED;
    for (int i = 0; i < args->count; i++) {
        const long long id = cli_id(args, "article", args->operand[i]);
        if (id == 0)
            return CLI_MISUSE;
        out->ids[out->count++] = id;
    }
    drop_doubles(out);
    return CLI_DONE;
}

/* Opens the desk for reading, finds the articles, says what goes. */
static int plan(const struct cli_args *args, struct forget_list *list)
{
    DESK_AUTO struct desk *desk = NULL;
    struct error err = {0};
    struct store_forget_plan counts = {0};
    const char *query = cli_text(args, "query");
    const bool dry = cli_has(args, "dry-run");
    struct plan shown = {.json = cli_has(args, "json") && dry};
    int code = open_desk(args, DESK_READ, false, &desk);
    if (code == CLI_DONE && !query)
        code = take_ids(args, list);
    if (code != CLI_DONE)
        return code;
    if (query && forget_find(desk, query, clock_wall_us(), list, &err) < 0)
        return cli_failed(args, &err);
    const bool silent = cli_has(args, "json") && !dry;
    const struct forget_show show = {silent ? NULL : print_article, silent ? NULL : print_document,
                                     &shown};
    if (shown.json) {
        shown.documents = json_array();
        shown.stripped = json_array();
    }
    const int result = forget_plan(desk, list, &show, &counts, &err);
    code = result < 0 ? cli_failed(args, &err) : CLI_DONE;
    if (code == CLI_DONE && !silent && (list->count || shown.json))
        code = print_plan(&shown, list, &counts, dry);
    json_decref(shown.documents);
    json_decref(shown.stripped);
    return code;
}

/* ---- doing it ---- */

static int confirm(const struct cli_args *args, size_t count)
{
    char answer[16] = "";
    if (cli_has(args, "yes"))
        return CLI_DONE;
    if (!isatty(STDIN_FILENO))
        return cli_misuse(args, "it cannot be taken back: say --yes, or look first with --dry-run");
    fflush(stdout);
    fprintf(stderr, "Forget %s for good? [y/N] ", counted(count, "article", "articles"));
    if (!fgets(answer, sizeof answer, stdin) || (answer[0] != 'y' && answer[0] != 'Y')) {
        fputs("nothing is forgotten\n", stderr);
        return CLI_FAILED;
    }
    return CLI_DONE;
}

struct forgetting {
    bool done;
    struct forget_result result;
};

static void finished(const struct forget_result *result, void *data)
{
    struct forgetting *forgetting = data;
    forgetting->result = *result;
    forgetting->done = true;
}

static void forget_here(struct desk *desk, const struct forget_list *list,
                        struct forget_result *out)
{
    struct forgetting forgetting = {0};
    if (!forget_start(desk, list->ids, list->count, false, finished, &forgetting))
        error_set(&forgetting.result.error, ERR_NOMEM, "out of memory");
    else
        host_wait(desk, &forgetting.done);
    *out = forgetting.result;
}

static uint64_t number(const json_t *answer, const char *key)
{
    return (uint64_t)json_integer_value(json_object_get(answer, key));
}

/* A line holds so many ids, however long (CONTROL_LINE_BYTES). */
#define IDS_PER_LINE 10000

static int forget_part(struct control_client *line, const int64_t *ids, size_t count, bool more,
                       struct forget_result *out)
{
    json_t *list = json_array(), *answer = NULL;
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_integer((json_int_t)ids[i]));
    const int code = control_ask(line, "forget", json_pack("{s:o, s:b}", "ids", list, "more", more),
                                 NULL, NULL, &answer, &out->error);
    if (code >= 0) {
        out->articles += number(answer, "articles");
        out->versions += number(answer, "versions");
        out->documents += number(answer, "documents");
        out->stripped += number(answer, "stripped");
    }
    json_decref(answer);
    return code;
}

static void forget_beside(struct control_client *line, const struct forget_list *list,
                          struct forget_result *out)
{
    int code = 0;
    *out = (struct forget_result){0};
    for (size_t at = 0; code >= 0 && at < list->count; at += IDS_PER_LINE) {
        const size_t left = list->count - at;
        const bool more = left > IDS_PER_LINE;
        code = forget_part(line, list->ids + at, more ? IDS_PER_LINE : left, more, out);
    }
}

static int print_result(const struct cli_args *args, const struct forget_result *result)
{
    if (result->error.code < 0)
        return cli_failed(args, &result->error);
    if (cli_has(args, "json"))
        return output_json(json_pack(
                   "{s:I, s:I, s:I, s:I}", "articles", (json_int_t)result->articles, "versions",
                   (json_int_t)result->versions, "documents", (json_int_t)result->documents,
                   "stripped", (json_int_t)result->stripped)) < 0
                   ? CLI_FAILED
                   : CLI_DONE;
    printf("%s forgotten", counted(result->articles, "article", "articles"));
    if (result->documents)
        printf(", and %s that gave nothing else",
               counted(result->documents, "document", "documents"));
    putchar('\n');
    return CLI_DONE;
}

static int forget(const struct cli_args *args, const struct forget_list *list)
{
    DESK_AUTO struct desk *desk = NULL;
    LINE_AUTO struct control_client *line = NULL;
    struct forget_result result = {0};
    const int code = open_desk_or_line(args, &desk, &line);
    if (code != CLI_DONE)
        return code;
    if (line)
        forget_beside(line, list, &result);
    else
        forget_here(desk, list, &result);
    return print_result(args, &result);
}

static int run(const struct cli_args *args)
{
    struct forget_list list = {0};
    const bool queried = cli_text(args, "query") != NULL;
    if (queried == (args->count > 0))
        return cli_misuse(args, "give either ids or --query");
    int code = plan(args, &list);
    if (code == CLI_DONE && list.count == 0 && !cli_has(args, "json"))
        puts("no article matches: nothing to forget");
    if (code == CLI_DONE && list.count && !cli_has(args, "dry-run")) {
        code = confirm(args, list.count);
        if (code == CLI_DONE)
            code = forget(args, &list);
    }
    mem_free(list.ids);
    return code;
}

const struct cli_command command_forget = {
    .name = "forget",
    .usage = "ID... | --query QUERY",
    .about = "Take articles out of the store and the index for good",
    .more =
        "With an article go its versions, captions, tags, results, words in the index, and the\n"
        "documents that gave nothing else. A document that gave other articles stays known, but "
        "its\n"
        "kept bytes go. Afterwards the store's files are written anew, so that nothing is left in\n"
        "them; that takes time and room in proportion to the store. Files in done/ and exports "
        "that\n"
        "were written are not touched. A forgotten document that is dropped again is new.\n\n"
        "  copydesk forget --dry-run --query 'source:\"River Courier\" before:2020-01-01'\n"
        "  copydesk forget 17 --yes\n",
    .options = options,
    .most = -1,
    .run = run,
};
