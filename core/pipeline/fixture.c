#include "pipeline/fixture.h"

#include <stdio.h>
#include <string.h>

void fixture_free(struct fixture *fixture)
{
    arena_free(fixture->arena);
    *fixture = (struct fixture){0};
}

static bool is_labelled(const struct fixture_plugin *plugin, const char *label)
{
    const size_t kind = strlen(plugin->kind);
    return strncmp(plugin->kind, label, kind) == 0 && label[kind] == '/' &&
           strcmp(label + kind + 1, plugin->name) == 0;
}

const struct fixture_plugin *fixture_answerer(const struct fixture_call *call)
{
    if (call->count == 1)
        return &call->asked[0];
    for (size_t i = 0; call->said.plugin && i < call->count; i++)
        if (is_labelled(&call->asked[i], call->said.plugin))
            return &call->asked[i];
    return NULL;
}

void fixture_call_name(const struct fixture_call *call, size_t index, char out[FIXTURE_NAME_SIZE])
{
    if (call->document)
        snprintf(out, FIXTURE_NAME_SIZE, "%zu-ingest.json", index + 1);
    else
        snprintf(out, FIXTURE_NAME_SIZE, "%zu-%s-%s.json", index + 1, call->asked[0].kind,
                 call->asked[0].name);
}
