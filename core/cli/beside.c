#include "cli/beside.h"

#include <unistd.h>

#include "base/limits.h"

#define TRY_AGAIN_US 20000

/* ---- finding who runs the desk ---- */

void hang_up_at(struct control_client **line)
{
    control_hang_up(*line);
}

int open_line(const struct cli_args *args, struct desk **desk, struct control_client **line)
{
    const struct desk_options options = {.dir = args->desk, .bare = true, .use = DESK_READ};
    struct error err = {0};
    *line = NULL;
    if (desk_open(&options, desk, &err) < 0)
        return cli_failed(args, &err);
    if (control_connect(desk_store_folder(*desk), line, &err) < 0 && err.code != ERR_NOTFOUND)
        return cli_failed(args, &err);
    return CLI_DONE;
}

static int try_desk(const struct cli_args *args, struct desk **desk, struct error *err)
{
    const struct desk_options options = {.dir = args->desk, .use = DESK_WRITE};
    return desk_open(&options, desk, err);
}

/* Who holds the lock may be a desk that runs; or one that will listen in a moment; or another
 * command, that may be done in a moment. */
int open_desk_or_line(const struct cli_args *args, struct desk **desk, struct control_client **line)
{
    struct error err = {0};
    *line = NULL;
    int code = try_desk(args, desk, &err);
    for (unsigned long ms = 0; code == ERR_BUSY; ms += TRY_AGAIN_US / 1000) {
        struct desk *reading = NULL;
        if (open_line(args, &reading, line) != CLI_DONE) {
            desk_close(reading);
            return CLI_FAILED;
        }
        if (*line) {
            *desk = reading;
            return CLI_DONE;
        }
        desk_close(reading);
        if (ms >= LIMIT(CONTROL_BEGIN_MS))
            break;
        usleep(TRY_AGAIN_US);
        code = try_desk(args, desk, &err);
    }
    return code < 0 ? cli_failed(args, &err) : CLI_DONE;
}
