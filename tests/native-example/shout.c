/* A native plugin built outside the tree, as anybody's is: one Lua module and one tag stage. */
#include <copydesk/plugin.h>
#include <lauxlib.h>
#include <lua.h>

#include <string.h>

/* shout.loud("hi") -> "hi!" */
static int shout_loud(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TSTRING);
    lua_settop(L, 1);
    lua_pushliteral(L, "!");
    lua_concat(L, 2);
    return 1;
}

static int open_shout(lua_State *L)
{
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, shout_loud);
    lua_setfield(L, -2, "loud");
    return 1;
}

/* Tags each article that holds an exclamation mark. The answer is msgpack: an array of no or one
 * map {scheme: "keyword", label: "loud"}. */
static int tag_run(void *state, const void *article, size_t size, const struct desk_output *output,
                   struct desk_error *error)
{
    static const char none[] = "\x90";
    static const char loud[] = "\x91\x82\xA6scheme\xA7keyword\xA5label\xA4loud";
    (void)state;
    const int found = memchr(article, '!', size) != NULL;
    const int rc = found ? output->write(output->state, loud, sizeof loud - 1)
                         : output->write(output->state, none, sizeof none - 1);
    return rc < 0 ? DESK_FAIL(error, rc, "the answer was not taken") : 0;
}

static const struct desk_stage tag_stage = {
    .size = sizeof tag_stage,
    .kind = "tag",
    .name = "shout",
    .version = "1.0.0",
    .about = "Tags articles with an exclamation mark.",
    .run = tag_run,
};

static int init(const struct desk_host *host, struct desk_error *error)
{
    const int rc = host->register_lua_module(host, "shout", open_shout, error);
    return rc < 0 ? rc : host->register_stage(host, &tag_stage, error);
}

DESK_PLUGIN_EXPORT const struct desk_plugin_info desk_plugin_info = {
    DESK_PLUGIN_INFO_HEAD,
    .features = DESK_FEATURE_LUA_MODULES | DESK_FEATURE_STAGES,
    .name = "shout",
    .version = "1.0.0",
    .about = "Says it louder.",
    .init = init,
};
