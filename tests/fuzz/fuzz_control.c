/* Lines over the control socket: any bytes are an object or an error with a reason, and what is
 * taken as a request or a path keeps its promises. */
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "control/protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at_path(const json_t *value)
{
    struct error err = {0};
    MEM_AUTO char *path = NULL;
    const int code = control_path_of(value, "path", &path, &err);
    if (code < 0 ? path || !err.text[0] : path[0] != '/' || strlen(path) >= LIMIT(PATH_BYTES))
        abort();
    if (code < 0)
        return;
    MEM_AUTO char *again = NULL;
    json_t *packed = control_path(path);
    if (control_path_of(packed, "path", &again, &err) < 0 || strcmp(path, again) != 0)
        abort();
    json_decref(packed);
}

static void look_at(const json_t *line)
{
    struct error err = {0};
    json_int_t id = -1;
    const char *what = NULL, *key;
    json_t *value;
    const int code = control_request(line, &id, &what, &err);
    if (code < 0 ? !err.text[0] || id < 0 : id < 1 || !what)
        abort();
    json_object_foreach((json_t *)line, key, value) look_at_path(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = {0};
    json_t *line = NULL;
    const int code = control_parse((struct str){(const char *)data, size}, 0, &line, &err);
    if (code < 0 ? line || !err.text[0] : !json_is_object(line))
        abort();
    if (line)
        look_at(line);
    json_decref(line);
    return 0;
}
