#include "store/sqlite/tokenizer.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"

struct tokenizer {
    const struct desk_text_api *api;
    struct desk_text *text;
    struct desk_error said; /* by the service, when it last failed */
};

/* ---- FTS5's side ---- */

/* One tokenizer a connection: the instances that FTS5 makes are all the same one. */
static int create(void *context, const char **args, int count, Fts5Tokenizer **out)
{
    (void)args;
    (void)count;
    *out = context;
    return SQLITE_OK;
}

static void delete_instance(Fts5Tokenizer *instance)
{
    (void)instance;
}

static int sqlite_code(int code)
{
    return code == DESK_ERR_NOMEM ? SQLITE_NOMEM : SQLITE_ERROR;
}

typedef int (*token_sink)(void *, int, const char *, int, int, int);

static int give_words(struct tokenizer *tokenizer, void *context, const char *bytes, size_t size,
                      token_sink sink)
{
    struct desk_text_bytes blob;
    struct desk_words_reader reader;
    struct desk_word word;
    int more, rc = SQLITE_OK;
    tokenizer->said = (struct desk_error){0};
    int code = tokenizer->api->words(tokenizer->text, bytes, size, &blob, &tokenizer->said);
    if (code < 0)
        return sqlite_code(code);
    if (!desk_words_open(&reader, blob.bytes, blob.size, size))
        return sqlite_code(DESK_ERR_INTERNAL);
    while (rc == SQLITE_OK && (more = desk_words_next(&reader, &word)) != 0) {
        if (more < 0)
            return sqlite_code(DESK_ERR_INTERNAL);
        rc = sink(context, 0, word.folded, (int)word.folded_size, (int)word.start, (int)word.end);
    }
    return rc;
}

static int tokenize(Fts5Tokenizer *instance, void *context, int flags, const char *bytes, int size,
                    token_sink sink)
{
    struct tokenizer *tokenizer = (struct tokenizer *)(void *)instance;
    if (size <= 0)
        return SQLITE_OK;
    if (flags & FTS5_TOKENIZE_QUERY)
        return sink(context, 0, bytes, size, 0, size);
    return give_words(tokenizer, context, bytes, (size_t)size, sink);
}

/* ---- desk_key() ---- */

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static int append_squeezed(struct buf *out, const char *at, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (!is_space(at[i]))
            buf_byte(out, (uint8_t)at[i]);
        else if (out->len > 0 && out->at[out->len - 1] != ' ')
            buf_byte(out, ' ');
    }
    if (out->len > 0 && out->at[out->len - 1] == ' ')
        out->len--;
    return buf_failed(out) ? ERR_NOMEM : 0;
}

int tokenizer_key(struct tokenizer *tokenizer, struct str text, struct buf *out, struct error *err)
{
    struct desk_text_bytes folded = {"", 0};
    struct desk_error said = {0};
    buf_clear(out);
    if (text.len > 0 &&
        tokenizer->api->fold(tokenizer->text, text.at, text.len, &folded, &said) < 0)
        return error_set(err, said.code < 0 ? said.code : ERR_INTERNAL, "folding a label: %s",
                         said.text);
    if (append_squeezed(out, folded.bytes, folded.size) < 0)
        return error_set(err, ERR_NOMEM, "out of memory folding a label");
    return 0;
}

static void key_function(sqlite3_context *context, int count, sqlite3_value **values)
{
    struct tokenizer *tokenizer = sqlite3_user_data(context);
    BUF_AUTO struct buf key = BUF_INIT;
    struct error err = {0};
    const char *text = (const char *)sqlite3_value_text(values[0]);
    (void)count;
    if (!text)
        return;
    const struct str label = {text, (size_t)sqlite3_value_bytes(values[0])};
    int rc = tokenizer_key(tokenizer, label, &key, &err);
    if (rc == ERR_NOMEM)
        sqlite3_result_error_nomem(context);
    else if (rc < 0)
        sqlite3_result_error(context, err.text, -1);
    else
        sqlite3_result_text(context, key.at ? key.at : "", (int)key.len, SQLITE_TRANSIENT);
}

/* ---- registration ---- */

/* The way to FTS5's functions that its manual gives. ERR_VERSION: there is none. */
static int find_fts5(sqlite3 *db, fts5_api **out, struct error *err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &stmt, NULL);
    *out = NULL;
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_pointer(stmt, 1, out, "fts5_api_ptr", NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    sqlite3_finalize(stmt);
    if ((rc & 0xff) == SQLITE_NOMEM)
        return error_set(err, ERR_NOMEM, "out of memory looking for FTS5");
    if (!*out)
        return error_set(err, ERR_VERSION,
                         "this SQLite (%s) has no FTS5; install one that is built with it",
                         sqlite3_libversion());
    return 0;
}

static void tokenizer_free(void *context)
{
    struct tokenizer *tokenizer = context;
    tokenizer->api->close(tokenizer->text);
    mem_free(tokenizer);
}

static struct tokenizer *tokenizer_new(const struct desk_text_api *api)
{
    struct tokenizer *tokenizer = mem_zero(1, sizeof(*tokenizer));
    if (!tokenizer)
        return NULL;
    tokenizer->api = api;
    tokenizer->text = api->open();
    if (!tokenizer->text) {
        mem_free(tokenizer);
        return NULL;
    }
    return tokenizer;
}

int tokenizer_register(sqlite3 *db, const struct desk_text_api *api, struct tokenizer **out,
                       struct error *err)
{
    static fts5_tokenizer functions = {create, delete_instance, tokenize};
    const int key_flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    fts5_api *fts5;
    int rc = find_fts5(db, &fts5, err);
    if (rc < 0)
        return rc;
    struct tokenizer *tokenizer = tokenizer_new(api);
    if (!tokenizer)
        return error_set(err, ERR_NOMEM, "out of memory opening the text service");
    /* From here the connection frees it, also when the registration fails in FTS5. */
    rc = sqlite3_create_function_v2(db, "desk_key", 1, key_flags, tokenizer, key_function, NULL,
                                    NULL, tokenizer_free);
    if (rc == SQLITE_OK)
        rc = fts5->xCreateTokenizer(fts5, "copydesk", tokenizer, &functions, NULL);
    if (rc != SQLITE_OK)
        return error_set(err, ERR_NOMEM, "registering the tokenizer: %s", sqlite3_errstr(rc));
    *out = tokenizer;
    return 0;
}

struct desk_text *tokenizer_text(struct tokenizer *tokenizer)
{
    return tokenizer->text;
}

const struct desk_text_api *tokenizer_api(struct tokenizer *tokenizer)
{
    return tokenizer->api;
}

const char *tokenizer_message(struct tokenizer *tokenizer)
{
    return tokenizer->said.text;
}
