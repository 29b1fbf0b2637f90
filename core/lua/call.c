/* Calls of ingest, tag and summarize plugins. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "lua/encode.h"
#include "lua/event.h"
#include "lua/handles.h"
#include "lua/parts.h"
#include "lua/plain_tags.h"

struct call {
    const struct lua_plugin *plugin;
    enum plugin_function function;
};

/* function(handle, options) */
static int call_work(lua_State *L)
{
    const struct call *call = lua_touserdata(L, 1);
    const struct state_input *input = &state_of(L)->input;
    lua_rawgeti(L, LUA_REGISTRYINDEX, call->plugin->functions[call->function]);
    if (input->event)
        event_push(L, input->event);
    else if (input->article)
        handle_push_article(L, input->article);
    else
        handle_push_document(L, input->document, input->text);
    lua_rawgeti(L, LUA_REGISTRYINDEX, call->plugin->options);
    lua_call(L, 2, 1);
    return 1;
}

/* Leaves the function's result on the stack. */
static int call_function(struct lua_plugin *plugin, enum plugin_function function,
                         const struct state_input *input, struct lua_fault *fault)
{
    int result = plugin_ready(plugin, fault);
    if (result < 0)
        return result;
    struct state *state = plugin->state;
    if (plugin->functions[function] == LUA_NOREF)
        return lua_fault_set(fault, GUARD_ERROR, "%s has no function '%s'", state->name,
                             plugin_function_names[function]);
    struct call call = {plugin, function};
    state->input = *input;
    state->entry = plugin_function_names[function];
    int64_t *spent_us = plugin->world->spent_us;
    const int64_t begun_us = spent_us ? clock_thread_cpu_us() : 0;
    result = state_call(state, call_work, &call, 1, plugin->world->call_ms, fault);
    if (spent_us)
        *spent_us += clock_thread_cpu_us() - begun_us;
    handle_end(state);
    return result;
}

/* The place is where the function begins that gave it. */
static int refuse_answer(struct lua_plugin *plugin, enum plugin_function function, const char *why,
                         struct lua_fault *fault)
{
    lua_fault_set(fault, GUARD_ANSWER, "%s", why);
    state_place_function(plugin->state, plugin->functions[function]);
    state_report(plugin->state, fault);
    return ERR_PLUGIN;
}

/* Takes the value on the top of the state's stack, encodes it as the answer, pops it. */
static int plugin_answer(struct lua_plugin *plugin, const char *what, struct buf *out,
                         struct lua_fault *fault)
{
    struct error err = {0};
    lua_State *L = plugin->state->L;
    const int result = encode_value(L, -1, what, out, &err);
    lua_pop(L, 1);
    if (result < 0)
        return refuse_answer(plugin, FUNCTION_RUN, err.text, fault);
    return 0;
}

/* What the call was about is over. */
static int input_end(struct lua_plugin *plugin, int result)
{
    if (plugin->state) {
        plugin->state->input = (struct state_input){0};
        plugin->state->entry = NULL;
    }
    return result;
}

static struct state_input document_input(const struct document *document, struct str text)
{
    return (struct state_input){
        .document = document, .text = text, .now_us = document->received_us};
}

int lua_plugin_claims(struct lua_plugin *plugin, const struct document *document, struct str text,
                      double *claim, struct lua_fault *fault)
{
    const struct state_input input = document_input(document, text);
    const int result = call_function(plugin, FUNCTION_CLAIMS, &input, fault);
    if (result < 0)
        return input_end(plugin, result);
    lua_State *L = plugin->state->L;
    const int type = lua_type(L, -1);
    *claim = type == LUA_TNUMBER ? lua_tonumber(L, -1) : -1;
    lua_pop(L, 1);
    char why[80];
    snprintf(why, sizeof why, "claims gave %s; it must give 0 to 1",
             type == LUA_TNUMBER ? "a number out of range" : lua_typename(L, type));
    const bool fits = *claim >= 0 && *claim <= 1;
    return input_end(plugin, fits ? 0 : refuse_answer(plugin, FUNCTION_CLAIMS, why, fault));
}

int lua_plugin_ingest(struct lua_plugin *plugin, const struct document *document, struct str text,
                      struct buf *answer, struct lua_fault *fault)
{
    const struct state_input input = document_input(document, text);
    const int result = call_function(plugin, FUNCTION_RUN, &input, fault);
    return input_end(plugin, result < 0 ? result : plugin_answer(plugin, "answer", answer, fault));
}

static int hand_over(const struct lua_plugin *plugin, const struct article *article,
                     const struct lua_answer *answer, struct error *err)
{
    lua_State *L = plugin->state->L;
    struct tag_list tags;
    msgpack_object value;
    if (answer->tags && strcmp(plugin->source->kind, "tag") == 0 &&
        plain_tags(L, -1, article, answer->arena, &tags))
        return answer->tags(&tags, answer->data, err);
    const int code = encode_tree(L, -1, "answer", answer->arena, &value, err);
    return code < 0 ? code : answer->take(&value, answer->data, err);
}

int lua_plugin_article(struct lua_plugin *plugin, const struct article *article,
                       const struct lua_answer *answer, struct lua_fault *fault)
{
    const struct state_input input = {.article = article, .now_us = article->received_us};
    struct error err = {0};
    const int result = call_function(plugin, FUNCTION_RUN, &input, fault);
    if (result < 0)
        return input_end(plugin, result);
    int code = hand_over(plugin, article, answer, &err);
    lua_pop(plugin->state->L, 1);
    if (code < 0)
        code = refuse_answer(plugin, FUNCTION_RUN, err.text, fault);
    return input_end(plugin, code);
}

int lua_plugin_task(struct lua_plugin *plugin, const struct lua_event *event, struct buf *answer,
                    struct lua_fault *fault)
{
    const struct state_input input = {.event = event, .now_us = event->at_us};
    const int result = call_function(plugin, FUNCTION_RUN, &input, fault);
    return result < 0 ? result : plugin_answer(plugin, "answer", answer, fault);
}
