#include "lua/fault_place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lua/desk.h"
#include "plugin/report.h"

#define SCRIPTS "scripts/"

const char *state_push_chunk(lua_State *L, const char *folder, const char *file)
{
    return lua_pushfstring(L, "@" SCRIPTS "%s/%s", folder, file);
}

static bool note(struct state_place *place, const char *source, int line, const char *function)
{
    if (source[0] != '@' || line <= 0)
        return false;
    snprintf(place->path, sizeof place->path, "%s", source + 1);
    snprintf(place->function, sizeof place->function, "%s", function ? function : "");
    place->line = line;
    return true;
}

/* lua_getstack and lua_getinfo with "Sln" allocate nothing, and a running function has saved its
 * place before it allocates. */
void fault_place_take(struct state *state, lua_State *L)
{
    lua_Debug frame;
    for (int level = 0; lua_getstack(L, level, &frame); level++)
        if (lua_getinfo(L, "Sln", &frame) &&
            note(&state->place, frame.source, frame.currentline, frame.name))
            return;
}

void fault_place_no_memory(struct state *state)
{
    if (state->ready)
        fault_place_take(state, state->running);
}

void state_place_function(struct state *state, int function)
{
    lua_Debug about;
    lua_State *L = state->L;
    state->place = (struct state_place){.line = 0};
    if (lua_rawgeti(L, LUA_REGISTRYINDEX, function) == LUA_TFUNCTION &&
        lua_getinfo(L, ">S", &about))
        note(&state->place, about.source, about.linedefined, NULL);
    else
        lua_pop(L, 1);
}

/* The shipped file behind a path as messages have it, which Lua cuts at its front when it is long
 * ("...ships/init.lua"). `path` becomes the whole one. */
static struct str find_file(const struct state *state, struct str given, char *path, size_t size)
{
    const struct lua_plugin_source *source = state->source;
    const struct lua_world *world = state->world;
    const size_t own = source ? source->file_count : 0;
    const size_t lib = world ? world->lib_count : 0;
    const bool cut = str_starts(given, "...");
    const struct str end = {given.at + 3 * cut, given.len - 3 * cut};
    for (size_t i = 0; i < own + lib; i++) {
        const struct lua_file *file = i < own ? &source->files[i] : &world->lib[i - own];
        snprintf(path, size, SCRIPTS "%s/" STR_FMT, i < own ? state->name : "lib",
                 STR_ARG(file->name));
        const size_t len = strlen(path);
        if (cut ? len >= end.len && strncmp(path + len - end.len, end.at, end.len) == 0
                : str_is(end, path))
            return file->bytes;
    }
    snprintf(path, size, "%s", state->name);
    return state->config.at && str_is(given, state->name) ? state->config : STR_NONE;
}

int fault_place_of(const char *message, struct str *path)
{
    for (const char *at = strchr(message, ':'); at; at = strchr(at + 1, ':')) {
        char *end = NULL;
        const long line = strtol(at + 1, &end, 10);
        if (line > 0 && line < INT32_MAX && *end == ':' && at - message < 200) {
            *path = (struct str){message, (size_t)(at - message)};
            return (int)line;
        }
    }
    return 0;
}

static void put_before(char *text, size_t size, const char *head, size_t len)
{
    const size_t old = strlen(text);
    const size_t room = size - 1 - len;
    const size_t kept = old <= room ? old : utf8_cut((struct str){text, old}, room);
    memmove(text + len, text, kept);
    memcpy(text, head, len);
    text[len + kept] = '\0';
}

void state_report(const struct state *state, struct lua_fault *fault)
{
    char path[300], shown[REPORT_SIZE];
    struct str named = STR_NONE;
    const int line = fault_place_of(fault->message, &named);
    struct report report = {.entry = state->entry,
                            .article = state->input.article,
                            .document = state->input.document,
                            .options = state->entry ? state->options : NULL,
                            .line = line};
    if (line)
        report.bytes = find_file(state, named, path, sizeof path);
    if (report.bytes.at == NULL && state->place.line) { /* the message names no file of ours */
        report.line = state->place.line;
        report.bytes = find_file(state, str_of(state->place.path), path, sizeof path);
    }
    if (report.line == state->place.line)
        report.function = state->place.function;
    report.path = report.bytes.at ? path : NULL;
    if (!line && fault->guard != GUARD_ERROR) { /* an error's text is its author's */
        char head[320];
        const int len = report.path ? snprintf(head, sizeof head, "%s:%d: ", path, report.line)
                                    : snprintf(head, sizeof head, "%s: ", state->name);
        put_before(fault->message, sizeof fault->message, head, (size_t)len);
    }
    put_before(fault->traceback, sizeof fault->traceback, shown,
               plugin_report_write(&report, shown));
}
