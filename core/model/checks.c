#include "model/checks.h"

const char *check_language_tag(struct str text)
{
    static const char *const wrong = "is no language tag; write one like \"fr\" or \"zh-Hans\"";
    size_t part = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (c == '-' && part == 0)
            return wrong;
        if (!good && c != '-')
            return wrong;
        part = c == '-' ? 0 : part + 1;
        if (part > 8)
            return wrong;
    }
    return part ? NULL : wrong;
}

const char *check_scheme_name(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (c <= ' ' || c == 0x7F || c == '"')
            return "has a space, quote or control character in it; write one like \"place\"";
    }
    return NULL;
}
