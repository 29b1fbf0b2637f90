#include "cli/articles.h"

#include <stdio.h>

#include "cli/output.h"
#include "model/json.h"

#define INDENT     8
#define TAGS_SHOWN 4

/* The best of a scheme, first said first among equals. */
static const struct tag *next_best(const struct tag_list *tags, struct str scheme,
                                   const struct tag *before)
{
    const struct tag *best = NULL;
    for (const struct tag *tag = tags->at; tag < tags->at + tags->count; tag++) {
        bool later =
            !before || tag->score < before->score || (tag->score == before->score && tag > before);
        if (str_same(tag->scheme, scheme) && later && (!best || tag->score > best->score))
            best = tag;
    }
    return best;
}

static void print_scheme(const struct tag_list *tags, struct str scheme, size_t most)
{
    const struct tag *tag = NULL;
    printf("%s", output_style(STYLE_DIM));
    output_line(scheme, 20);
    printf("%s ", output_style(STYLE_PLAIN));
    for (size_t i = 0; i < most && (tag = next_best(tags, scheme, tag)) != NULL; i++) {
        if (i)
            fputs(", ", stdout);
        output_line(tag->label, 40);
    }
    if (tag && next_best(tags, scheme, tag))
        fputs(" ...", stdout);
}

void print_tags(const struct tag_list *tags, size_t most)
{
    struct str scheme = STR_NONE; /* tags come ordered by scheme */
    for (size_t i = 0; i < tags->count; i++) {
        if (i && str_same(tags->at[i].scheme, scheme))
            continue;
        scheme = tags->at[i].scheme;
        if (i)
            fputs("; ", stdout);
        print_scheme(tags, scheme, most);
    }
}

static void print_article(const struct store_hit *hit)
{
    const struct article *article = &hit->article;
    unsigned width = output_width();
    printf("%s%6lld  ", output_style(STYLE_BOLD), (long long)article->id);
    output_line(article->headline, width > 40 ? width - INDENT : 40);
    printf("%s\n%*s%s", output_style(STYLE_PLAIN), INDENT, "", output_style(STYLE_DIM));
    output_time(article->received_us);
    if (article->infosource.len) {
        fputs("  ", stdout);
        output_line(article->infosource, 60);
    }
    if (article->language.len)
        printf("  " STR_FMT, STR_ARG(article->language));
    fputs(output_style(STYLE_PLAIN), stdout);
    putchar('\n');
    if (article->tags.count) {
        printf("%*s", INDENT, "");
        print_tags(&article->tags, TAGS_SHOWN);
        putchar('\n');
    }
    if (hit->snippet.len)
        output_snippet(hit->snippet, INDENT);
    else if (article->summary.text.len)
        output_wrapped(article->summary.text, INDENT);
}

static json_t *hit_to_json(const struct store_hit *hit)
{
    json_t *object = article_to_json(&hit->article, false);
    if (object && hit->snippet.len)
        json_object_set_new(object, "snippet", str_to_json(hit->snippet));
    return object;
}

int print_hit(const struct store_hit *hit, void *data)
{
    struct article_printer *printer = data;
    printer->count++;
    if (printer->json)
        printer->result = output_json(hit_to_json(hit));
    else
        print_article(hit);
    return printer->result < 0 || ferror(stdout);
}
