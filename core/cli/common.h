/* What several commands share. */
#pragma once

#include "cli/bar.h"
#include "cli/cli.h"
#include "pipeline/desk.h"
#include "plugin/options.h"

/* Opens the desk that -C names, or the nearest one. Reports a failure and gives its exit code. */
int open_desk(const struct cli_args *args, enum desk_use use, bool optional, struct desk **out);
void desk_close_at(struct desk **desk);
#define DESK_AUTO __attribute__((cleanup(desk_close_at)))

/* --option k=v, as often as it was given. Below zero: misuse was reported. */
#define GIVEN_MAX CLI_VALUES_MAX
struct given_list {
    struct option_text at[GIVEN_MAX];
    size_t count;
};
int read_given(const struct cli_args *args, struct given_list *out);
void free_given(struct given_list *list);
#define GIVEN_AUTO __attribute__((cleanup(free_given)))

/* A desk_progress_fn over a struct bar. */
void show_bar(const struct desk_progress *progress, void *bar);

/* "1 article", "3 articles". Into a static buffer of the calling thread, good for four calls. */
const char *counted(uint64_t count, const char *one, const char *many);

/* An item's failure for a person, on stderr: message, then its traceback indented. */
void print_traceback(const char *traceback);
