/* copydesk show */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "cli/articles.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/output.h"
#include "model/json.h"

static const struct cli_option options[] = {CLI_JSON_OPTION, CLI_END};

static void print_field(const char *name, struct str value)
{
    if (value.len == 0)
        return;
    printf("%s%-12s%s", output_style(STYLE_DIM), name, output_style(STYLE_PLAIN));
    output_line(value, UINT_MAX);
    putchar('\n');
}

/* Many captions end with their credit: it is not said twice. */
static bool holds(struct str text, struct str part)
{
    return part.len == 0 || (text.len && memmem(text.at, text.len, part.at, part.len));
}

static void print_captions(const struct caption_list *captions)
{
    for (size_t i = 0; i < captions->count; i++) {
        fputs("\n[picture] ", stdout);
        output_text(captions->at[i].text);
        if (!holds(captions->at[i].text, captions->at[i].credit)) {
            fputs(" (", stdout);
            output_text(captions->at[i].credit);
            putchar(')');
        }
    }
    if (captions->count)
        putchar('\n');
}

static void print_article(const struct article *article)
{
    printf("%s", output_style(STYLE_BOLD));
    output_text(article->headline);
    printf("%s\n", output_style(STYLE_PLAIN));
    print_field("by", article->byline);
    print_field("source", article->infosource);
    print_field("language", article->language);
    print_field("genre", article->genre);
    print_field("published", article->published);
    printf("%s%-12s%s", output_style(STYLE_DIM), "received", output_style(STYLE_PLAIN));
    output_time(article->received_us);
    putchar('\n');
    print_field("url", article->url);
    print_field("uri", article->uri);
    if (article->tags.count) {
        printf("%s%-12s%s", output_style(STYLE_DIM), "tags", output_style(STYLE_PLAIN));
        print_tags(&article->tags, SIZE_MAX);
        putchar('\n');
    }
    print_field("summary", article->summary.text);
    print_field("note", article->note);
    putchar('\n');
    output_text(article->body);
    putchar('\n');
    print_captions(&article->captions);
}

static int show(const struct cli_args *args, struct desk *desk, int64_t id)
{
    ARENA_AUTO struct arena *arena = arena_new(4 * LIMIT(BODY_BYTES));
    struct store_reader *reader = NULL;
    struct error err = {0};
    struct article article;
    if (!arena)
        return error_set(&err, ERR_NOMEM, "out of memory"), cli_failed(args, &err);
    int result = desk_reader(desk, false, &reader, &err);
    if (result >= 0)
        result = store_article(reader, id, arena, &article, &err);
    store_reader_close(reader);
    if (result < 0)
        return cli_failed(args, &err);
    if (cli_has(args, "json"))
        return output_json(article_to_json(&article, true)) < 0 ? CLI_FAILED : CLI_DONE;
    print_article(&article);
    return CLI_DONE;
}

static int run(const struct cli_args *args)
{
    DESK_AUTO struct desk *desk = NULL;
    long long id = cli_id(args, "article", args->operand[0]);
    if (id == 0)
        return CLI_MISUSE;
    int code = open_desk(args, DESK_READ, false, &desk);
    return code == CLI_DONE ? show(args, desk, id) : code;
}

const struct cli_command command_show = {
    .name = "show",
    .usage = "ID",
    .about = "Show one article whole",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
