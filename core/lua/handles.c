#include "lua/handles.h"

#include <lauxlib.h>
#include <string.h>

#include "base/clock.h"
#include "lua/desk.h"
#include "lua/frozen.h"
#include "lua/state.h"

/* X(name): fields of each handle; the order gives the number of its uservalue. */
/* clang-format off */
#define ARTICLE_FIELDS(X) \
    X(id) X(version) X(uri) X(headline) X(text) X(language) X(byline) X(dateline) X(genre) \
    X(infosource) X(url) X(published) X(received) X(note) X(captions) X(tags) X(summary)
#define DOCUMENT_FIELDS(X) X(text) X(name) X(path) X(source) X(encoding) X(size) X(received)
/* clang-format on */

enum article_field {
    ARTICLE_NONE,
#define FIELD(name) ARTICLE_##name,
    ARTICLE_FIELDS(FIELD) ARTICLE_END
#undef FIELD
};
enum document_field {
    DOCUMENT_NONE,
#define FIELD(name) DOCUMENT_##name,
    DOCUMENT_FIELDS(FIELD) DOCUMENT_END
#undef FIELD
};

#define FIELD(name) #name,
static const char *const article_names[] = {ARTICLE_FIELDS(FIELD) NULL};
static const char *const document_names[] = {DOCUMENT_FIELDS(FIELD) NULL};
#undef FIELD

struct handle {
    const void *shown;
    uint64_t call; /* the one it was made in: it is good for that one alone */
    struct str text;
    void (*push)(lua_State *L, const struct handle *handle, lua_Integer field);
};

/* Registry keys of the metatables. */
static const char article_mark, document_mark;

static void push_text(lua_State *L, struct str text)
{
    if (text.len == 0)
        lua_pushnil(L);
    else
        lua_pushlstring(L, text.at, text.len);
}

/* "" where a text is always there. */
static void push_whole_text(lua_State *L, struct str text)
{
    lua_pushlstring(L, text.at ? text.at : "", text.len);
}

static void push_time(lua_State *L, int64_t us)
{
    char text[CLOCK_TEXT_SIZE];
    if (us == 0)
        lua_pushnil(L);
    else
        lua_pushstring(L, clock_format(us, text));
}

static void push_number(lua_State *L, int64_t number)
{
    if (number == 0)
        lua_pushnil(L);
    else
        lua_pushinteger(L, number);
}

static void set_text(lua_State *L, const char *name, struct str text)
{
    if (text.len == 0)
        return;
    lua_pushlstring(L, text.at, text.len);
    lua_setfield(L, -2, name);
}

static void push_lines(lua_State *L, const struct line_list *lines)
{
    lua_createtable(L, (int)lines->count, 0);
    area_mark_array(L);
    for (size_t i = 0; i < lines->count; i++) {
        lua_pushinteger(L, lines->at[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

static void push_captions(lua_State *L, const struct caption_list *captions)
{
    lua_createtable(L, (int)captions->count, 0);
    area_mark_array(L);
    for (size_t i = 0; i < captions->count; i++) {
        const struct caption *caption = &captions->at[i];
        lua_createtable(L, 0, 4);
        push_whole_text(L, caption->text);
        lua_setfield(L, -2, "text");
        set_text(L, "credit", caption->credit);
        if (caption->line) {
            lua_pushinteger(L, caption->line);
            lua_setfield(L, -2, "line");
        }
        push_lines(L, &caption->repeats);
        lua_setfield(L, -2, "repeats");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

/* 1-based and inclusive, as string.sub wants them; "headline" is the third item where it is not the
 * body. */
static void push_spans(lua_State *L, const struct span_list *spans)
{
    lua_createtable(L, (int)spans->count, 0);
    area_mark_array(L);
    for (size_t i = 0; i < spans->count; i++) {
        lua_createtable(L, 2, 0);
        lua_pushinteger(L, (lua_Integer)spans->at[i].start + 1);
        lua_rawseti(L, -2, 1);
        lua_pushinteger(L, spans->at[i].end);
        lua_rawseti(L, -2, 2);
        if (spans->at[i].field == SPAN_HEADLINE) {
            lua_pushliteral(L, "headline");
            lua_rawseti(L, -2, 3);
        }
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

static void push_tags(lua_State *L, const struct tag_list *tags)
{
    lua_createtable(L, (int)tags->count, 0);
    area_mark_array(L);
    for (size_t i = 0; i < tags->count; i++) {
        const struct tag *tag = &tags->at[i];
        lua_createtable(L, 0, 6);
        set_text(L, "scheme", tag->scheme);
        set_text(L, "label", tag->label);
        set_text(L, "code", tag->code);
        set_text(L, "plugin", tag->plugin);
        lua_pushnumber(L, tag->score);
        lua_setfield(L, -2, "score");
        push_spans(L, &tag->spans);
        lua_setfield(L, -2, "spans");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

static void push_article_field(lua_State *L, const struct handle *handle, lua_Integer field)
{
    const struct article *article = handle->shown;
    const struct str texts[ARTICLE_END] = {
        [ARTICLE_uri] = article->uri,       [ARTICLE_language] = article->language,
        [ARTICLE_byline] = article->byline, [ARTICLE_dateline] = article->dateline,
        [ARTICLE_genre] = article->genre,   [ARTICLE_infosource] = article->infosource,
        [ARTICLE_url] = article->url,       [ARTICLE_published] = article->published,
        [ARTICLE_note] = article->note,     [ARTICLE_summary] = article->summary.text,
    };
    switch (field) {
    case ARTICLE_id:
        push_number(L, article->id);
        break;
    case ARTICLE_version:
        push_number(L, article->version);
        break;
    case ARTICLE_headline:
        push_whole_text(L, article->headline);
        break;
    case ARTICLE_text:
        push_whole_text(L, article->body);
        break;
    case ARTICLE_received:
        push_time(L, article->received_us);
        break;
    case ARTICLE_captions:
        push_captions(L, &article->captions);
        break;
    case ARTICLE_tags:
        push_tags(L, &article->tags);
        break;
    default:
        push_text(L, texts[field]);
    }
}

static void push_document_field(lua_State *L, const struct handle *handle, lua_Integer field)
{
    const struct document *document = handle->shown;
    switch (field) {
    case DOCUMENT_text:
        push_whole_text(L, handle->text);
        break;
    case DOCUMENT_name:
        push_whole_text(L, document->name);
        break;
    case DOCUMENT_path:
        push_text(L, document->path);
        break;
    case DOCUMENT_source:
        push_text(L, document->source);
        break;
    case DOCUMENT_encoding:
        push_text(L, document->encoding);
        break;
    case DOCUMENT_size:
        lua_pushinteger(L, (lua_Integer)document->bytes.len);
        break;
    default:
        push_time(L, document->received_us);
    }
}

static struct handle *check_shown(lua_State *L)
{
    struct handle *handle = lua_touserdata(L, 1);
    if (handle->call != state_of(L)->calls)
        luaL_error(L, "this %s is no more: it can be used only in the call that it was given to",
                   lua_tostring(L, lua_upvalueindex(2)));
    return handle;
}

/* (handle, name). Upvalues: table of names to numbers, "article" or "document". The metatable is
 * locked, so the first argument is a handle of the right kind. */
static int handle_index(lua_State *L)
{
    struct handle *handle = check_shown(L);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNUMBER) {
        const char *what = lua_tostring(L, lua_upvalueindex(2));
        const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : luaL_typename(L, 2);
        frozen_push_hint(L, lua_upvalueindex(1), name, what);
        return luaL_error(L, "unknown field %s.%s%s", what, name, lua_tostring(L, -1));
    }
    const lua_Integer field = lua_tointeger(L, -1);
    if (lua_getiuservalue(L, 1, (int)field) != LUA_TNIL)
        return 1;
    handle->push(L, handle, field);
    lua_pushvalue(L, -1);
    lua_setiuservalue(L, 1, (int)field);
    return 1;
}

static int handle_newindex(lua_State *L)
{
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : luaL_typename(L, 2);
    return luaL_error(L, "%s.%s is read-only: give what you found in the answer",
                      lua_tostring(L, lua_upvalueindex(2)), name);
}

/* Iterator of pairs, in the order of the fields; fields that are not there are left out. Upvalues:
 * names, kind, the handle, next number. */
static int handle_next(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(3));
    lua_replace(L, 1);
    const struct handle *handle = check_shown(L);
    const char *const *names = handle->push == push_article_field ? article_names : document_names;
    for (lua_Integer at = lua_tointeger(L, lua_upvalueindex(4)); names[at]; at++) {
        lua_pushinteger(L, at + 1);
        lua_replace(L, lua_upvalueindex(4));
        lua_pushstring(L, names[at]);
        handle->push(L, handle, at + 1);
        if (!lua_isnil(L, -1))
            return 2;
        lua_pop(L, 2);
    }
    return 0;
}

static int handle_pairs(lua_State *L)
{
    check_shown(L);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, handle_next, 4);
    return 1;
}

static int handle_text(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(2));
    return 1;
}

static void open_kind(lua_State *L, const char *kind, const char *const *names, const void *mark)
{
    static const luaL_Reg functions[] = {{"__index", handle_index},
                                         {"__newindex", handle_newindex},
                                         {"__pairs", handle_pairs},
                                         {"__tostring", handle_text},
                                         {NULL, NULL}};
    lua_createtable(L, 0, 6);
    lua_newtable(L);
    for (int i = 0; names[i]; i++) {
        lua_pushinteger(L, i + 1);
        lua_setfield(L, -2, names[i]);
    }
    lua_pushstring(L, kind);
    luaL_setfuncs(L, functions, 2);
    lua_pushstring(L, kind);
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_rawsetp(L, LUA_REGISTRYINDEX, mark);
}

const char *const *handle_article_names(size_t *count)
{
    *count = ARTICLE_END - 1;
    return article_names;
}

const char *const *handle_document_names(size_t *count)
{
    *count = DOCUMENT_END - 1;
    return document_names;
}

void handles_open(lua_State *L)
{
    open_kind(L, "article", article_names, &article_mark);
    open_kind(L, "document", document_names, &document_mark);
}

static struct handle *push_handle(lua_State *L, int fields, const void *mark)
{
    struct handle *handle = lua_newuserdatauv(L, sizeof *handle, fields);
    *handle = (struct handle){.call = state_of(L)->calls};
    lua_rawgetp(L, LUA_REGISTRYINDEX, mark);
    lua_setmetatable(L, -2);
    return handle;
}

void handle_push_listed(lua_State *L, const struct article *article)
{
    struct handle *handle = push_handle(L, ARTICLE_END - 1, &article_mark);
    handle->shown = article;
    handle->push = push_article_field;
}

void handle_push_article(lua_State *L, const struct article *article)
{
    handle_end(state_of(L));
    handle_push_listed(L, article);
}

void handle_push_document(lua_State *L, const struct document *document, struct str text)
{
    handle_end(state_of(L));
    struct handle *handle = push_handle(L, DOCUMENT_END - 1, &document_mark);
    handle->shown = document;
    handle->text = text;
    handle->push = push_document_field;
}

void handle_end(struct state *state)
{
    state->calls++;
}
