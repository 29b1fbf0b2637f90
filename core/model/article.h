/* What the desk knows: articles with their captions, tags and summary. Names follow IPTC ninjs 3.
 *
 * A model struct owns nothing: its slices point into the message, the row or the arena it was
 * decoded from and live as long as that. Text is UTF-8, checked on the way in. Spans are byte
 * offsets, 0-based, half-open; lines count from 1. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/str.h"

enum span_field { SPAN_BODY, SPAN_HEADLINE };

struct span {
    uint32_t start, end; /* [start, end) in the field's text */
    uint32_t field;      /* enum span_field */
};

struct span_list {
    struct span *at;
    size_t count;
};

struct line_list {
    uint32_t *at;
    size_t count;
};

/* One thing that a tag plugin says: a tag, or a value for a field (then `field` is set, `label` is
 * the value, and scheme and code are empty). */
struct tag {
    struct str scheme, label, code; /* code: an identifier in the scheme, or none */
    struct str field;               /* only language, genre, infosource, byline and dateline can be
                                       suggested */
    double score;                   /* 0..1; 1 when the plugin gave none */
    struct span_list spans;
    struct str plugin; /* "tag/entities@1.0.0": who said so; empty in an answer */
};

struct tag_list {
    struct tag *at;
    size_t count;
};

struct summary {
    struct str text;
    struct span_list spans; /* sentences of the body it came from */
    struct str plugin;
};

/* A picture's caption: ninjs association. Given once, however often the document repeats it. */
struct caption {
    struct str text, credit;
    uint32_t line;            /* 0: unknown */
    struct line_list repeats; /* lines that say it again */
};

struct caption_list {
    struct caption *at;
    size_t count;
};

/* Why a cut is where it is. */
struct evidence {
    struct str rule, text;
    uint32_t line; /* 0: none */
    double weight;
};

struct evidence_list {
    struct evidence *at;
    size_t count;
};

/* Where each part of a draft stands in the document; for --explain and for corrections. */
struct draft_lines {
    struct line_list title, byline, captions, caption_repeats, subheads, body;
    uint32_t end_mark; /* 0: none */
};

struct article {
    int64_t id;      /* 0: not stored yet */
    int64_t version; /* counts from 1; 0: not stored yet */
    struct str uri;  /* "urn:copydesk:..." once stored */
    struct str headline, byline, dateline, body, language, genre, infosource, url, published, note;
    int64_t received_us;
    struct summary summary; /* text empty: none */
    struct caption_list captions;
    struct tag_list tags;
    /* of a draft, and kept with the version: where it was cut from */
    uint32_t first_line, last_line;
    uint64_t range_start, range_end; /* bytes of the document's decoded text */
    double confidence;
    struct evidence_list evidence;
    struct draft_lines lines;
};

struct article_list {
    struct article *at;
    size_t count;
};

/* The content's fingerprint: headline, body, captions and note, and nothing volatile (author
 * spelling, tracking parameters, tags). Same identity and other fingerprint: a new version. */
void article_fingerprint(const struct article *article, struct hash *out);

/* "urn:copydesk:<first 32 hex digits of the document's hash>:<piece, from 1>" into `out`. */
#define ARTICLE_URI_SIZE 64
char *article_uri(const struct hash *document, uint32_t piece, char out[ARTICLE_URI_SIZE]);
