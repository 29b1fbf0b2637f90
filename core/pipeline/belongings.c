#include "pipeline/belongings.h"

#include <string.h>

#include "base/alloc.h"
#include "base/file.h"

/* `path` as desk.lua has it: in the desk, or absolute. */
static int pass(const struct desk *desk, struct scan *scan, const char *path, struct error *err)
{
    MEM_AUTO char *whole = path[0] == '/' ? mem_strdup(path) : file_join(desk->dir, path);
    if (whole && scan_pass_over(scan, whole) >= 0)
        return 0;
    return error_set(err, ERR_NOMEM, "out of memory while listing documents");
}

static int pass_outcomes(const struct desk *desk, const struct config_watch *watch,
                         struct scan *scan, struct error *err)
{
    const char *const folders[] = {watch->done, watch->duplicate, watch->failed};
    int code = 0;
    for (size_t i = 0; code >= 0 && i < sizeof folders / sizeof *folders; i++)
        if (folders[i])
            code = pass(desk, scan, folders[i], err);
    return code;
}

static struct str place_of(const msgpack_object *job)
{
    for (uint32_t i = 0; job->type == MSGPACK_OBJECT_MAP && i < job->via.map.size; i++) {
        const msgpack_object *key = &job->via.map.ptr[i].key, *value = &job->via.map.ptr[i].val;
        if (key->type == MSGPACK_OBJECT_STR && value->type == MSGPACK_OBJECT_STR &&
            str_is((struct str){key->via.str.ptr, key->via.str.size}, "to"))
            return (struct str){value->via.str.ptr, value->via.str.size};
    }
    return STR_NONE;
}

/* "out/france-{date}" writes into out: the folder before the first name that changes. A job that
 * writes into the desk's own folder has none. */
static int pass_place(const struct desk *desk, struct str to, struct scan *scan, struct error *err)
{
    const char *open = to.len ? memchr(to.at, '{', to.len) : NULL;
    size_t len = open ? (size_t)(open - to.at) : to.len;
    while (open && len > 0 && to.at[len - 1] != '/')
        len--;
    if (len == 0)
        return 0;
    MEM_AUTO char *place = mem_strndup(to.at, len);
    return place ? pass(desk, scan, place, err)
                 : error_set(err, ERR_NOMEM, "out of memory while listing documents");
}

int belongings_pass(const struct desk *desk, struct scan *scan, struct error *err)
{
    static const char *const always[] = {"desk.lua", "scripts",  "native",
                                         "out",      "fixtures", ".copydesk"};
    const struct config *config = &desk->lineup->config;
    const msgpack_object *jobs = config->jobs;
    int code = 0;
    if (!desk->dir)
        return 0; /* plugins tried without a desk: nothing is its own */
    if (scan_close_off(scan, desk_store_folder(desk)) < 0)
        code = error_set(err, ERR_NOMEM, "out of memory while listing documents");
    for (size_t i = 0; code >= 0 && i < sizeof always / sizeof *always; i++)
        code = pass(desk, scan, always[i], err);
    for (size_t i = 0; code >= 0 && i < config->watch_count; i++)
        code = pass_outcomes(desk, &config->watches[i], scan, err);
    if (!jobs || jobs->type != MSGPACK_OBJECT_ARRAY)
        return code;
    for (uint32_t i = 0; code >= 0 && i < jobs->via.array.size; i++)
        code = pass_place(desk, place_of(&jobs->via.array.ptr[i]), scan, err);
    return code;
}
