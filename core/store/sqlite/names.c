#include "store/sqlite/names.h"

#include <string.h>

#include "base/alloc.h"
#include "store/sqlite/writer.h"

/* The table is made at first use and done without when there is no memory for it. */
static struct names_key *slot_of(struct names *names, struct str label)
{
    if (label.len == 0 || label.len > NAMES_KEY_MAX)
        return NULL;
    if (!names->keys)
        names->keys = mem_zero(NAMES_KEYS, sizeof *names->keys);
    return names->keys ? &names->keys[hash_64(label.at, label.len) % NAMES_KEYS] : NULL;
}

int names_key(struct engine_writer *writer, struct str label, struct str *key, struct error *err)
{
    *key = STR_NONE;
    if (label.len == 0)
        return 0;
    struct names_key *slot = slot_of(&writer->names, label);
    if (slot && slot->label_len == label.len && memcmp(slot->label, label.at, label.len) == 0) {
        *key = (struct str){slot->key, slot->key_len};
        return 0;
    }
    int rc = tokenizer_key(writer->tokenizer, label, &writer->key, err);
    *key = buf_view(&writer->key);
    if (rc < 0 || !slot || key->len > NAMES_KEY_MAX)
        return rc;
    memcpy(slot->label, label.at, label.len);
    if (key->len)
        memcpy(slot->key, key->at, key->len);
    slot->label_len = (uint8_t)label.len;
    slot->key_len = (uint8_t)key->len;
    return 0;
}

static void bind_plugin(sqlite3_stmt *stmt, struct str kind, struct str name, struct str version,
                        const struct hash *fingerprint)
{
    sq_bind_text(stmt, 1, kind);
    sq_bind_text(stmt, 2, name);
    sq_bind_text(stmt, 3, version);
    sq_bind_blob(stmt, 4, fingerprint ? fingerprint->bytes : NULL, fingerprint ? HASH_SIZE : 0);
}

static int find_plugin(struct engine_writer *writer, struct str kind, struct str name,
                       struct str version, const struct hash *fingerprint, int64_t *id,
                       struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_PLUGIN, err);
    if (!stmt)
        return err->code;
    bind_plugin(stmt, kind, name, version, fingerprint);
    int rc = sq_row(stmt, err);
    if (rc < 0)
        return rc;
    *id = rc ? sqlite3_column_int64(stmt, 0) : 0;
    sq_done(stmt);
    if (rc)
        return 0;
    if (!(stmt = writer_statement(writer, STATEMENT_ADD_PLUGIN, err)))
        return err->code;
    bind_plugin(stmt, kind, name, version, fingerprint);
    rc = sq_run(stmt, err);
    *id = sqlite3_last_insert_rowid(writer->db);
    return rc;
}

int names_plugin(struct engine_writer *writer, struct str kind, struct str name, struct str version,
                 const struct hash *fingerprint, int64_t *id, struct error *err)
{
    static const struct hash unknown = {{0}};
    const struct hash *print = fingerprint ? fingerprint : &unknown;
    uint64_t names = hash_64(kind.at, kind.len);
    names = names * 31 + hash_64(name.at, name.len);
    names = names * 31 + hash_64(version.at, version.len);
    struct names_plugin *slot = &writer->names.plugins[(names ^ print->bytes[0]) % NAMES_PLUGINS];
    if (slot->id && slot->names == names && hash_same(&slot->fingerprint, print)) {
        *id = slot->id;
        return 0;
    }
    int rc = find_plugin(writer, kind, name, version, fingerprint, id, err);
    if (rc == 0)
        *slot = (struct names_plugin){.id = *id, .names = names, .fingerprint = *print};
    return rc;
}

void names_rolled_back(struct names *names)
{
    memset(names->plugins, 0, sizeof names->plugins);
}
