/* Native plugins that are wrong in one way each; CMake builds one .so for each FIXTURE_* name. */
#include <copydesk/plugin.h>

#include <string.h>

#ifndef FIXTURE_SIZE
#define FIXTURE_SIZE sizeof(struct desk_plugin_info)
#endif
#ifndef FIXTURE_MAJOR
#define FIXTURE_MAJOR DESK_ABI_MAJOR
#endif
#ifndef FIXTURE_MINOR
#define FIXTURE_MINOR DESK_ABI_MINOR
#endif
#ifndef FIXTURE_FEATURES
#define FIXTURE_FEATURES 0
#endif
#ifndef FIXTURE_NAME
#define FIXTURE_NAME "fixture"
#endif

static const uint32_t table[2] = {sizeof table, 42};

static int echo(void *state, const void *input, size_t size, const struct desk_output *output,
                struct desk_error *error)
{
    (void)state, (void)error;
    return output->write(output->state, input, size);
}

static const struct desk_stage stage = {
    .size = sizeof stage,
    .kind = "tag",
    .name = "echo",
    .version = "1",
    .about = "Gives back what it got.",
    .run = echo,
};

static const struct desk_host *kept_host;

#ifdef FIXTURE_LATE
/* Called by the test, when init() is over. */
DESK_PLUGIN_EXPORT int register_late(struct desk_error *error);
int register_late(struct desk_error *error)
{
    return kept_host->register_stage(kept_host, &stage, error);
}
#endif

static int init(const struct desk_host *host, struct desk_error *error)
{
    kept_host = host;
    if (host->size < sizeof *host || !kept_host)
        return DESK_FAIL(error, DESK_ERR_VERSION, "host table too small");
    if (host->register_service(host, "fixture", 3, table, error) < 0)
        return error->code;
    if (host->register_stage(host, &stage, error) < 0)
        return error->code;
#ifdef FIXTURE_FAILS
    return DESK_FAIL(error, DESK_ERR_PLUGIN, "the moon is full");
#else
    return 0;
#endif
}

#ifdef FIXTURE_FUNCTION /* code under the name of the struct */
DESK_PLUGIN_EXPORT int no_struct(void) __asm__("desk_plugin_info");
int no_struct(void)
{
    return (int)sizeof stage;
}
#endif

#if defined(FIXTURE_NO_SYMBOL) || defined(FIXTURE_FUNCTION)
#define INFO_NAME another_name
extern DESK_PLUGIN_EXPORT const struct desk_plugin_info another_name;
#else
#define INFO_NAME desk_plugin_info
#endif

DESK_PLUGIN_EXPORT const struct desk_plugin_info INFO_NAME = {
    .size = FIXTURE_SIZE,
    .abi_major = FIXTURE_MAJOR,
    .abi_minor = FIXTURE_MINOR,
    .features = FIXTURE_FEATURES,
    .name = FIXTURE_NAME,
    .version = "1.0.0",
#ifndef FIXTURE_NO_ABOUT
    .about = "A plugin for tests.",
#endif
    .init = init,
};
