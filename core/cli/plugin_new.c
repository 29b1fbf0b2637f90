/* copydesk plugin new */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/file.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "pipeline/newplugin.h"

static const struct cli_option options[] = {
    {"native", 0, NULL, "a plugin in C, in native/NAME", false},
    CLI_END,
};

static bool is_here(const char *folder)
{
    struct stat here, there;
    return stat(".", &here) == 0 && stat(folder, &there) == 0 && here.st_dev == there.st_dev &&
           here.st_ino == there.st_ino;
}

/* `folder`: the plugin's, as it can be named from where its author stands. */
static void print_native(const struct new_plugin *made, const char *folder)
{
    printf("\nNext: edit %s/%s.c, then\n"
           "  cmake -S %s -B %s/build && cmake --build %s/build\n"
           "  ctest --test-dir %s/build --output-on-failure\n"
           "  and name it in desk.lua:\n"
           "  desk.native { \"%s/%s/build/%s.so\" }\n"
           "  desk.%s { ..., \"%s\" }\n",
           folder, made->spec.name, folder, folder, folder, folder, made->desk, made->folder,
           made->spec.name, made->spec.kind, made->spec.name);
}

/* `desk`: what -C gave; NULL: it is found from here. */
static void print_next(const struct new_plugin *made, const char *folder, const char *desk)
{
    const char *kind = made->spec.kind, *name = made->spec.name;
    const char *option = desk ? " -C " : "";
    desk = desk ? desk : "";
    printf("\nNext: edit %s/init.lua, then\n"
           "  copydesk%s%s plugin test %s/%s\n  ",
           folder, option, desk, kind, name);
    if (strcmp(kind, "export") == 0)
        printf("copydesk%s%s export --format %s --to FOLDER\n", option, desk, name);
    else if (strcmp(kind, "task") == 0)
        printf("and give it a job in desk.lua: desk.job { \"NAME\", cron = \"0 7 * * *\", "
               "task = \"%s\", to = \"out\" }\n",
               name);
    else
        printf("and name it in desk.lua: desk.%s { ..., \"%s\" }\n", kind, name);
}

static int print_made(const struct cli_args *args, const struct new_plugin *made, bool native)
{
    const bool here = is_here(made->desk);
    MEM_AUTO char *folder = here ? mem_strdup(made->folder) : file_join(made->desk, made->folder);
    if (!folder) {
        output_problem("out of memory");
        return CLI_FAILED;
    }
    for (size_t i = 0; i < made->count; i++) {
        printf("%s/", folder);
        output_name(made->files[i]);
        putchar('\n');
    }
    if (made->replaces)
        output_problem("in this desk it takes the place of %s", made->replaces);
    if (native)
        print_native(made, folder);
    else
        print_next(made, folder, here ? NULL : args->desk);
    return CLI_DONE;
}

static int run(const struct cli_args *args)
{
    char plugin[256];
    struct error err = {0};
    struct new_plugin made;
    const char *first = args->operand[0];
    if (args->count == 1 && !strchr(first, '/'))
        return cli_misuse(args,
                          "a kind and a name are needed, as in: copydesk plugin new tag ships");
    snprintf(plugin, sizeof plugin, "%s%s%s", first, args->count > 1 ? "/" : "",
             args->count > 1 ? args->operand[1] : "");
    const bool native = cli_has(args, "native");
    const int code = native ? plugin_new_native(args->desk, plugin, &made, &err)
                            : plugin_new(args->desk, plugin, &made, &err);
    const int said = code < 0 ? cli_failed(args, &err) : print_made(args, &made, native);
    new_plugin_free(&made);
    return said;
}

const struct cli_command command_plugin_new = {
    .name = "plugin new",
    .usage = "KIND NAME",
    .about = "Write a new plugin that runs, with its test",
    .more =
        "Writes scripts/KIND/NAME/init.lua and test.lua into the desk: a small plugin of that\n"
        "kind that does something, with comments that say how, and a test that passes. KIND\n"
        "is ingest, tag, summarize, export or task.\n\n"
        "With --native it is a plugin in C: a CMake project in native/NAME that is built against\n"
        "the installed copydesk (pkg-config copydesk-plugin), with a test. KIND is ingest, tag or\n"
        "summarize, the stages that C can have. It goes by no folder of scripts/: desk.lua names\n"
        "its shared object.\n\n"
        "  copydesk plugin new tag ships\n"
        "  copydesk plugin test tag/ships\n",
    .options = options,
    .least = 1,
    .most = 2,
    .run = run,
};
