/* A library whose interface is every public type and constant of include/copydesk: what abidiff
 * sees of a library are the types that its exported functions reach. tests/abi/check.sh compares it
 * with the kept dump. A new public type is named here; check.sh finds those that are not. */
#include <copydesk/plugin.h>
#include <copydesk/text.h>

#define PROBE(type, name)                                                                          \
    void probe_##name(const type *);                                                               \
    void probe_##name(const type *value)                                                           \
    {                                                                                              \
        (void)value;                                                                               \
    }

PROBE(enum desk_error_code, error_code)
PROBE(enum desk_log_level, log_level)
PROBE(struct desk_error, error)
PROBE(struct desk_output, output)
PROBE(struct desk_option, option)
PROBE(struct desk_stage, stage)
PROBE(struct desk_host, host)
PROBE(struct desk_plugin_info, plugin_info)
PROBE(desk_lua_opener, lua_opener)
PROBE(struct desk_text, text)
PROBE(struct desk_text_api, text_api)
PROBE(struct desk_text_bytes, text_bytes)
PROBE(struct desk_text_decoded, text_decoded)
PROBE(struct desk_text_language, text_language)
PROBE(struct desk_words_reader, words_reader)
PROBE(struct desk_word, word)

/* Macros leave no trace in a library; as values of an enumeration they do. The minor number is not
 * among them: it rises with each addition. */
enum probe_constants {
    PROBE_ABI_MAJOR = DESK_ABI_MAJOR,
    PROBE_FEATURE_STAGES = (int)DESK_FEATURE_STAGES,
    PROBE_FEATURE_LUA_MODULES = (int)DESK_FEATURE_LUA_MODULES,
    PROBE_FEATURE_SERVICES = (int)DESK_FEATURE_SERVICES,
    PROBE_FEATURE_STORES = (int)DESK_FEATURE_STORES,
    PROBE_NAME_MAX = DESK_NAME_MAX,
    PROBE_ERROR_TEXT_MAX = DESK_ERROR_TEXT_MAX,
    PROBE_TEXT_VERSION = DESK_TEXT_VERSION,
    PROBE_WORD_MAX = DESK_WORD_MAX,
    PROBE_WORDS_MAGIC = DESK_WORDS_MAGIC,
    PROBE_TEXT_MAX = DESK_TEXT_MAX,
    PROBE_TEXT_NOTES_MAX = DESK_TEXT_NOTES_MAX,
};
PROBE(enum probe_constants, constants)

/* The symbol that the host looks for. */
static int init(const struct desk_host *host, struct desk_error *error)
{
    (void)host, (void)error;
    return 0;
}

DESK_PLUGIN_EXPORT const struct desk_plugin_info desk_plugin_info = {
    DESK_PLUGIN_INFO_HEAD, .name = "probe", .version = "1.0.0", .about = "A probe.", .init = init};
