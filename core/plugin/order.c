#include "plugin/order.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"

static bool gives(const struct manifest *plugin, const char *what)
{
    for (size_t i = 0; i < plugin->give_count; i++)
        if (strcmp(plugin->gives[i], what) == 0)
            return true;
    return false;
}

bool order_waits(const struct manifest *plugin, const struct manifest *other)
{
    if (plugin == other)
        return false;
    for (size_t i = 0; i < plugin->need_count; i++)
        if (!gives(plugin, plugin->needs[i]) && gives(other, plugin->needs[i]))
            return true;
    return false;
}

static bool is_free(const struct manifest *const *plugins, size_t count, const bool *placed,
                    size_t which)
{
    for (size_t i = 0; i < count; i++)
        if (!placed[i] && i != which && order_waits(plugins[which], plugins[i]))
            return false;
    return true;
}

static int cycle(const struct manifest *const *plugins, size_t count, const bool *placed,
                 struct error *err)
{
    BUF_AUTO struct buf names = BUF_INIT;
    for (size_t i = 0; i < count; i++)
        if (!placed[i])
            buf_printf(&names, "%s%s/%s", names.len ? ", " : "", plugins[i]->kind,
                       plugins[i]->name);
    return error_set(err, ERR_INVALID,
                     "these plugins wait for each other, so none can run first: %s; change `needs` "
                     "or `gives` in one of them, or leave one out of desk.lua",
                     names.at ? names.at : "");
}

int order_plugins(const struct manifest *const *plugins, size_t count, size_t *order,
                  struct error *err)
{
    MEM_AUTO bool *placed = mem_zero(count + 1, sizeof *placed);
    if (!placed)
        return error_set(err, ERR_NOMEM, "out of memory while ordering plugins");
    for (size_t done = 0; done < count; done++) {
        size_t next = 0;
        while (next < count && (placed[next] || !is_free(plugins, count, placed, next)))
            next++;
        if (next == count)
            return cycle(plugins, count, placed, err);
        placed[next] = true;
        order[done] = next;
    }
    return 0;
}
