/* The table of commands, in the order in which help lists them. To add one: a file of its own with
 * a `const struct cli_command command_NAME`, and a line here. */
#pragma once

#include "cli/cli.h"

#define COMMAND_MAP(X)                                                                             \
    X(init)                                                                                        \
    X(run)                                                                                         \
    X(watch)                                                                                       \
    X(ingest)                                                                                      \
    X(list)                                                                                        \
    X(show)                                                                                        \
    X(search)                                                                                      \
    X(export)                                                                                      \
    X(jobs)                                                                                        \
    X(jobs_next)                                                                                   \
    X(jobs_run)                                                                                    \
    X(jobs_backfill)                                                                               \
    X(jobs_pause)                                                                                  \
    X(jobs_resume)                                                                                 \
    X(jobs_history)                                                                                \
    X(failed)                                                                                      \
    X(failed_retry)                                                                                \
    X(why)                                                                                         \
    X(plugins)                                                                                     \
    X(plugin_new)                                                                                  \
    X(plugin_check)                                                                                \
    X(plugin_grant)                                                                                \
    X(plugin_try)                                                                                  \
    X(plugin_diff)                                                                                 \
    X(plugin_bench)                                                                                \
    X(plugin_test)                                                                                 \
    X(record)                                                                                      \
    X(replay)                                                                                      \
    X(status)                                                                                      \
    X(reload)                                                                                      \
    X(stop)                                                                                        \
    X(doctor)                                                                                      \
    X(keep)                                                                                        \
    X(forget)                                                                                      \
    X(check)                                                                                       \
    X(help)                                                                                        \
    X(version)                                                                                     \
    X(worker)

#define COMMAND_DECLARE(name) extern const struct cli_command command_##name;
COMMAND_MAP(COMMAND_DECLARE)
#undef COMMAND_DECLARE
