#include "cli/plugin_sample.h"

#include "base/limits.h"

#define LAST_DEFAULT 200

int read_sample(const struct cli_args *args, struct given_list *given, struct trace_options *out)
{
    const long last = cli_number(args, "last", 1, (long)LIMIT(SAMPLE_ITEMS), LAST_DEFAULT);
    const int code = last < 0 ? CLI_MISUSE : read_given(args, given);
    *out = (struct trace_options){.plugin = args->operand[0],
                                  .given = given->at,
                                  .given_count = given->count,
                                  .sample = {.from = (const char *const *)args->operand + 1,
                                             .from_count = (size_t)args->count - 1,
                                             .query = cli_text(args, "query"),
                                             .last = last < 0 ? 0 : (size_t)last}};
    return code;
}
