/* A fixture: what plugins were given and what they said, kept as files, so that it can be done
 * again elsewhere. A folder of
 *
 *   fixture.json            what was recorded, of which versions, the document's facts, all files
 *   document                its bytes as they came
 *   calls/1-tag-ships.json  one call: plugin, options, fingerprint, the article as the plugin got
 *                           it, and the answer or the failure
 *   granted/1               bytes of a granted file; only when that was asked for
 *   scripts/                the code of all these plugins, and scripts/lib
 *   tests/tag/ships/NAME.test.lua   the call as a test, to be put beside the plugin
 *
 * A folder that somebody else made is believed in nothing: no name in it is used as a path, links
 * are refused, sizes and counts are bounded (FIXTURE_...), and its plugins get the walls of any
 * other. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "lua/guard.h"
#include "model/article.h"
#include "model/document.h"
#include "plugin/registry.h"

#define FIXTURE_FORMAT 1

/* What came of a call. Equal answers are equal bytes. */
struct fixture_said {
    bool failed;
    struct str answer;  /* canonical msgpack; of ingest a map: plugin, encoding, notes, text_len,
                           answer */
    const char *plugin; /* that answered or failed: "ingest/digest"; NULL: none */
    enum guard guard;   /* when it failed */
    const char *message, *traceback;
    struct str text; /* what the document was read as; only when recorded */
};

/* A plugin as it was called. */
struct fixture_plugin {
    const char *kind, *name, *version;
    struct hash fingerprint;
    struct str options; /* canonical msgpack map */
    bool native;
    bool granted; /* it had a grant: what is below was granted, if it was recorded */
    const struct plugin_file *files; /* by absolute paths */
    size_t file_count;
    const char *const *env; /* "NAME=value" */
    size_t env_count;
};

struct fixture_call {
    bool document; /* it was given the fixture's document; else `article` */
    bool left_out; /* it had a grant, and what was granted is not recorded: it cannot be repeated */
    struct fixture_plugin *asked; /* one; of a document all that were asked for a claim */
    size_t count;
    struct str article; /* as on the wire */
    struct fixture_said said;
};

struct fixture {
    struct arena *arena;  /* of all that is below */
    const char *copydesk; /* version that recorded it */
    const char **natives; /* "text@1.0.0": native plugins that were there */
    size_t native_count;
    int64_t article_id, item_id; /* 0: none */
    struct str headline;
    bool has_document;
    struct document document; /* bytes, name, path, source, received; the hash */
    struct {                  /* of the item in quarantine; plugin NULL: none */
        const char *stage, *plugin, *version, *guard;
        const char *message; /* NULL: withheld, for it may hold what was granted */
    } failure;
    struct fixture_call *calls;
    size_t count;
};

void fixture_free(struct fixture *fixture);

/* What is written besides: code. */
struct fixture_code {
    const struct plugin_entry *const *entries; /* each once; native ones have no files */
    size_t count;
    const struct plugin_file *lib;
    size_t lib_count;
    size_t *too_long; /* filled: calls that would be too long a test to lie beside a plugin */
};

/* Makes the folder `dir`. There must be nothing, or an empty folder; with `replace` also a fixture,
 * whose files go, and nothing else: where a file lies among them that the fixture does not list,
 * that is told. ERR_EXISTS: something is there; ERR_LIMIT: a part is too large; ERR_INVALID: an
 * answer that JSON cannot hold. Nothing half written is left. `slug`: what its tests are called. */
int fixture_write(const char *dir, const char *slug, const struct fixture *fixture,
                  const struct fixture_code *code, bool replace, struct error *err);

/* Reads all but the code, which lies in DIR/scripts. fixture_free in any case. */
int fixture_read(const char *dir, struct fixture *out, struct error *err);

/* The call as a test.lua of the plugin that was called, or that cut the document: appends to `out`.
 * 1; 0: it cannot be one (no plugin, no text); or an error. */
int fixture_test(const struct fixture *fixture, const struct fixture_call *call, const char *slug,
                 struct buf *out, struct error *err);
/* Which of the plugins asked that is; NULL: none. */
const struct fixture_plugin *fixture_answerer(const struct fixture_call *call);
/* "1-tag-ships.json": the file of a call within calls/, into `out`. */
#define FIXTURE_NAME_SIZE 160
void fixture_call_name(const struct fixture_call *call, size_t index, char out[FIXTURE_NAME_SIZE]);
