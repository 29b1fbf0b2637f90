/* The native plugin "text": the service of copydesk/text.h and the Lua module desk.text. */
#include "context.h"
#include "decode.h"
#include "fold.h"
#include "language.h"
#include "lua_text.h"
#include "stem.h"
#include "stopwords.h"
#include "words.h"

static struct desk_text_api service = {
    .size = sizeof service,
    .open = context_open,
    .close = context_close,
    .decode = decode_bytes,
    .words = words_blob,
    .fold = words_fold,
    .stem = stem_word,
    .stopword = stopword_word,
    .language = language_of,
};

static int init(const struct desk_host *host, struct desk_error *error)
{
    text_host = host;
    service.words_version = words_version();
    /* All that ICU may look for on disk is asked for now, before the walls close. */
    if (fold_init() < 0 || decode_init() < 0)
        return DESK_FAIL(error, DESK_ERR_PLUGIN,
                         "ICU has no data for folding or windows-1252; is the package "
                         "libicu72 whole?");
    const int rc =
        host->register_service(host, DESK_TEXT_SERVICE, DESK_TEXT_VERSION, &service, error);
    return rc < 0 ? rc : host->register_lua_module(host, "text", lua_text_open, error);
}

DESK_PLUGIN_EXPORT const struct desk_plugin_info desk_plugin_info = {
    DESK_PLUGIN_INFO_HEAD,
    .features = DESK_FEATURE_SERVICES | DESK_FEATURE_LUA_MODULES,
    .name = "text",
    .version = "1.0.0",
    .about = "Words, sentences, stems, languages: ICU and Snowball for the index and for Lua.",
    .init = init,
};
