/* One call, and what came of it in the form that a fixture keeps: recorded and done again by the
 * same function, so that both are judged alike. */
#pragma once

#include "pipeline/fixture.h"
#include "pipeline/host.h"

/* One of them. */
struct say_input {
    const struct document *document; /* all ingest plugins that are asked are asked for a claim */
    struct str article;              /* as on the wire, for the one plugin that is asked */
    bool want_text;                  /* out->text: what the document was read as */
};

/* Outside of callbacks. What the host would refuse is a failure (GUARD_ANSWER), as it is when the
 * desk takes a document in. Lives in `arena`. Below zero: the call could not be made. */
int say(struct lineup *lineup, const struct plugin_chain *asked, const struct say_input *input,
        struct arena *arena, struct fixture_said *out, struct error *err);
