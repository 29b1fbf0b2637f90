/* One article with every member filled, for round trips. */
#pragma once

#include "model/article.h"

static struct span sample_spans[] = {{0, 3, SPAN_BODY}, {4, 9, SPAN_BODY}, {0, 4, SPAN_HEADLINE}};
static uint32_t sample_lines[] = {2, 3, 70000};
static struct tag sample_tags[] = {
    {.scheme = {"person", 6},
     .label = {"Ada", 3},
     .code = {"Q7259", 5},
     .score = 0.5,
     .spans = {sample_spans, 3},
     .plugin = {"tag/entities@1.0.0", 18}},
    {.field = {"language", 8}, .label = {"en", 2}, .score = 0.25},
};
static struct caption sample_captions[] = {
    {.text = {"A picture", 9}, .credit = {"VCG", 3}, .line = 7, .repeats = {sample_lines, 3}}};
static struct evidence sample_evidence[] = {
    {.rule = {"blank-before", 12}, .text = {"a blank line", 12}, .line = 1, .weight = -0.5}};

static const struct article sample_article = {
    .id = 42,
    .version = 3,
    .uri = {"urn:copydesk:0:1", 16},
    .headline = {"Ada speaks", 10},
    .byline = {"By Charles", 10},
    .dateline = {"LONDON, May 4", 13},
    .body = {"Ada spoke. All listened.", 24},
    .language = {"en", 2},
    .genre = {"news", 4},
    .infosource = {"Gazette", 7},
    .url = {"https://example.org/1", 21},
    .published = {"2026-05-04", 10},
    .note = {"A note", 6},
    .received_us = -5,
    .summary = {.text = {"Ada spoke.", 10}, .spans = {sample_spans, 1}, .plugin = {"p", 1}},
    .captions = {sample_captions, 1},
    .tags = {sample_tags, 2},
    .first_line = 2,
    .last_line = 9,
    .range_start = 100,
    .range_end = 5000000000,
    .confidence = 0.75,
    .evidence = {sample_evidence, 1},
    .lines = {.title = {sample_lines, 1},
              .byline = {sample_lines, 2},
              .body = {sample_lines, 3},
              .captions = {sample_lines, 1},
              .caption_repeats = {sample_lines, 1},
              .subheads = {sample_lines, 1},
              .end_mark = 9},
};
