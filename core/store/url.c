/* URLs of the same page, written the same way. RFC 3986, 6.2.2 and 6.2.3, as far as it is safe:
 * percent signs and the order of parameters are left alone. */
#include <string.h>
#include <strings.h>

#include "store/identity.h"

/* Parameters that say where a reader came from, never what the page is. A star ends a prefix. */
static const char *const tracking[] = {
    "utm_*", "fbclid", "gclid",  "gclsrc",  "dclid",     "gbraid",      "wbraid",  "msclkid",
    "yclid", "twclid", "ttclid", "igshid",  "mc_cid",    "mc_eid",      "mkt_tok", "_ga",
    "_gl",   "_hsenc", "_hsmi",  "vero_id", "at_medium", "at_campaign", "xtor",    "cmpid",
};

static bool is_tracking(struct str parameter)
{
    const char *equals = memchr(parameter.at, '=', parameter.len);
    size_t len = equals ? (size_t)(equals - parameter.at) : parameter.len;
    for (size_t i = 0; i < sizeof tracking / sizeof *tracking; i++) {
        size_t wanted = strlen(tracking[i]);
        bool prefix = tracking[i][wanted - 1] == '*';
        if (prefix ? len >= wanted - 1 && strncasecmp(parameter.at, tracking[i], wanted - 1) == 0
                   : len == wanted && strncasecmp(parameter.at, tracking[i], wanted) == 0)
            return true;
    }
    return false;
}

static void append_lower(struct buf *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        buf_byte(out, (uint8_t)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c));
    }
}

static struct str until(struct str text, const char *stops)
{
    size_t len = 0;
    while (len < text.len && !strchr(stops, text.at[len]))
        len++;
    return (struct str){text.at, len};
}

static struct str after(struct str text, size_t skip)
{
    return (struct str){text.at + skip, text.len - skip};
}

static struct str without_user(struct str authority)
{
    const char *at = memrchr(authority.at, '@', authority.len);
    return at ? after(authority, (size_t)(at + 1 - authority.at)) : authority;
}

static void append_host(struct buf *out, struct str host, const char *default_port)
{
    size_t port = strlen(default_port);
    if (host.len > 0 && host.at[host.len - 1] == ':')
        host.len--;
    else if (str_ends(host, default_port))
        host.len -= port;
    append_lower(out, host);
}

static bool append_query(struct buf *out, struct str query)
{
    bool any = false;
    while (query.len > 0) {
        struct str parameter = until(query, "&");
        query = after(query, parameter.len < query.len ? parameter.len + 1 : parameter.len);
        if (parameter.len == 0 || is_tracking(parameter))
            continue;
        buf_byte(out, any ? '&' : '?');
        buf_str(out, parameter);
        any = true;
    }
    return any;
}

int identity_url(struct str url, struct buf *out)
{
    buf_clear(out);
    url = until(str_trim(url), "#");
    bool secure = url.len > 8 && strncasecmp(url.at, "https://", 8) == 0;
    if (!secure && !(url.len > 7 && strncasecmp(url.at, "http://", 7) == 0))
        return 0;
    url = after(url, secure ? 8 : 7);
    struct str authority = until(url, "/?");
    struct str host = without_user(authority);
    url = after(url, authority.len);
    struct str path = until(url, "?");
    struct str query = after(url, path.len < url.len ? path.len + 1 : path.len);
    buf_text(out, secure ? "https://" : "http://");
    append_host(out, host, secure ? ":443" : ":80");
    buf_str(out, path.len ? path : STR_LIT("/"));
    bool asks = append_query(out, query);
    int code = out->failed;
    if (code || host.len == 0 || (path.len <= 1 && !asks))
        buf_clear(out);
    return code ? ERR_NOMEM : 0;
}
