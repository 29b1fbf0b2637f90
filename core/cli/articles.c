#include "cli/articles.h"

#include <stdio.h>

#include "cli/output.h"
#include "model/json.h"

#define INDENT     8
#define TAGS_SHOWN 8

void print_tags(const struct tag_list *tags, size_t most)
{
    for (size_t i = 0; i < tags->count && i < most; i++) {
        if (i)
            fputs(", ", stdout);
        output_line(tags->at[i].scheme, 20);
        putchar(':');
        output_line(tags->at[i].label, 40);
    }
    if (tags->count > most)
        printf(", and %zu more", tags->count - most);
}

static void print_article(const struct store_hit *hit)
{
    const struct article *article = &hit->article;
    unsigned width = output_width();
    printf("%s%6lld  ", output_style(STYLE_BOLD), (long long)article->id);
    output_line(article->headline, width > 40 ? width - INDENT : 40);
    printf("%s\n%*s%s", output_style(STYLE_PLAIN), INDENT, "", output_style(STYLE_DIM));
    output_time(article->received_us);
    if (article->infosource.len)
        printf("  " STR_FMT, STR_ARG(article->infosource));
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
