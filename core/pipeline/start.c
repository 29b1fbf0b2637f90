/* Starting what an open desk runs on: native plugins and the store. */
#include <errno.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "pipeline/health.h"
#include "pipeline/host.h"

int host_natives(struct desk *desk, struct error *err)
{
    if (desk->natives)
        return 0;
    MEM_AUTO char *folder = NULL;
    int code = registry_native_folder(&folder, err);
    if (code < 0)
        return code;
    desk->natives = native_registry_new(folder, err);
    if (!desk->natives)
        return err->code;
    code = native_load_installed(desk->natives, err);
    if (code < 0)
        return code;
    desk->text = native_service(desk->natives, DESK_TEXT_SERVICE, DESK_TEXT_VERSION, err);
    return desk->text ? 0 : err->code;
}

int host_open_store(struct desk *desk, bool no_index, struct error *err)
{
    const struct store_options options = {.text = desk->text,
                                          .room = host_store_room,
                                          .news = host_store_news,
                                          .data = desk,
                                          .no_index = no_index};
    struct stat info;
    /* a desk that came from version control has no store yet */
    if (stat(desk->store_dir, &info) < 0) {
        if (mkdir(desk->store_dir, 0777) < 0)
            return error_errno(err, errno, "cannot make %s", desk->store_dir);
        const int code = store_create(desk->store_dir, err);
        if (code < 0)
            return code;
    }
    const int code = store_open(desk->store_dir, &desk->loop, &options, &desk->store, err);
    return code < 0 ? code : health_load(desk, err);
}
