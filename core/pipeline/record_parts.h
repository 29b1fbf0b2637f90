/* What the files of `record` share. */
#pragma once

#include "pipeline/fixture.h"
#include "pipeline/host.h"
#include "pipeline/record.h"
#include "pipeline/say.h"

struct recording {
    struct desk *desk;
    struct lineup *lineup;
    const struct record_options *options;
    struct record_result *out;
    struct error *err;
    struct store_reader *reader;
    struct fixture fixture;
    struct buf bytes; /* the document's */
    int64_t document_id;
    bool found;             /* the item */
    bool failed_asked;      /* the plugin that failed was called */
    struct article article; /* as stored */
    const struct plugin_entry **entries;
    size_t entry_count;
};

/* record.c: calls, keeps what came as the next call of the fixture; `out` is that. */
int record_call(struct recording *in, const struct plugin_chain *asked,
                const struct say_input *input, struct fixture_call **out);
int record_no_memory(struct recording *in);

/* record_article.c: the article as ingest gave it, through the chain of tag and summarize plugins.
 */
int record_article(struct recording *in, const struct article *article);
