/* What watched folders saw and decided: writing and reading. */
#include <string.h>

#include "base/limits.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/writer.h"

static const char *const states[] = {
    [STORE_FILE_MOVING] = "moving",     [STORE_FILE_MOVED] = "moved",
    [STORE_FILE_DELETING] = "deleting", [STORE_FILE_DELETED] = "deleted",
    [STORE_FILE_KEPT] = "kept",         [STORE_FILE_RETRY] = "retry",
    [STORE_FILE_GONE] = "gone",
};
static const char *const outcomes[] = {
    [STORE_FILE_DONE] = "done",
    [STORE_FILE_DUPLICATE] = "duplicate",
    [STORE_FILE_FAILED] = "failed",
    [STORE_FILE_UNREADABLE] = "unreadable",
};

/* ---- writing ---- */

static struct str bounded(struct str text, size_t max)
{
    return (struct str){text.at, utf8_cut(text, max)};
}

static int write_file(struct engine_writer *writer, struct store_file *file, struct error *err)
{
    sqlite3_stmt *stmt =
        writer_statement(writer, file->id ? STATEMENT_SET_FILE : STATEMENT_ADD_FILE, err);
    if (!stmt)
        return err->code;
    sq_bind_text(stmt, 1, file->path);
    sq_bind_int(stmt, 2, (int64_t)file->device);
    sq_bind_int(stmt, 3, (int64_t)file->inode);
    sq_bind_int(stmt, 4, file->size);
    sq_bind_int(stmt, 5, file->mtime_ns);
    sq_bind_int(stmt, 6, file->seen_us);
    sq_bind_int(stmt, 7, file->settle_us);
    sq_bind_int(stmt, 8, file->events);
    sq_bind_text(stmt, 9, str_of(states[file->state]));
    sq_bind_text(stmt, 10, str_of(outcomes[file->outcome]));
    sq_bind_int(stmt, 11, file->document_id);
    sq_bind_text(stmt, 12, file->target);
    sq_bind_text(stmt, 13, bounded(file->reason, LIMIT(FIELD_BYTES)));
    sq_bind_int(stmt, 14, file->at_us);
    if (file->id)
        sq_bind_int(stmt, 15, file->id);
    const int rc = sq_run(stmt, err);
    file->stored_id = file->id ? file->id : sqlite3_last_insert_rowid(writer->db);
    return rc;
}

int writer_files(struct engine_writer *writer, struct store_request *request, struct error *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < request->file_count; i++)
        rc = write_file(writer, &request->files[i], err);
    return rc;
}

/* ---- reading ---- */

#define FILE_COLUMNS                                                                               \
    "SELECT f.id, f.path, f.device, f.inode, f.size, f.mtime_ns, f.seen_us, f.settle_us,"          \
    " f.events, f.state, f.outcome, f.document_id, f.target, f.reason, f.at_us, d.state, d.name,"  \
    " (SELECT path FROM receipts r WHERE r.document_id=d.id ORDER BY at_us LIMIT 1)"               \
    " FROM files f LEFT JOIN documents d ON d.id=f.document_id WHERE "

enum { BY_PATH, BY_TARGET, BY_INODE, BY_OPEN };

static const char *const queries[READER_FILES] = {
    [BY_PATH] = FILE_COLUMNS "f.path=?1 ORDER BY f.id DESC LIMIT ?3",
    [BY_TARGET] = FILE_COLUMNS "f.target=?1 ORDER BY f.id DESC LIMIT ?3",
    [BY_INODE] = FILE_COLUMNS "f.inode=?1 AND f.device=?2 ORDER BY f.id DESC LIMIT ?3",
    [BY_OPEN] = FILE_COLUMNS
    "(f.state='moving' OR f.state='deleting' OR f.state='retry' OR f.outcome='failed')"
    " AND f.id>?1 ORDER BY f.id LIMIT ?3",
};

static int named(struct str text, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(text, names[i]))
            return (int)i;
    return 0; /* the table's CHECK lets nothing else in */
}

static struct store_file read_file(sqlite3_stmt *row)
{
    struct store_file file = {
        .id = sqlite3_column_int64(row, 0),
        .path = sq_text(row, 1),
        .device = (uint64_t)sqlite3_column_int64(row, 2),
        .inode = (uint64_t)sqlite3_column_int64(row, 3),
        .size = sqlite3_column_int64(row, 4),
        .mtime_ns = sqlite3_column_int64(row, 5),
        .seen_us = sqlite3_column_int64(row, 6),
        .settle_us = sqlite3_column_int64(row, 7),
        .events = sqlite3_column_int64(row, 8),
        .state =
            (enum store_file_state)named(sq_text(row, 9), states, sizeof states / sizeof *states),
        .outcome = (enum store_file_outcome)named(sq_text(row, 10), outcomes,
                                                  sizeof outcomes / sizeof *outcomes),
        .document_id = sqlite3_column_int64(row, 11),
        .target = sq_text(row, 12),
        .reason = sq_text(row, 13),
        .at_us = sqlite3_column_int64(row, 14),
        .document_state = sq_text(row, 15),
        .document_name = sq_text(row, 16),
        .document_path = sq_text(row, 17),
    };
    file.original = file.document_path.len > 0 && str_same(file.document_path, file.path);
    return file;
}

static sqlite3_stmt *ask(struct engine_reader *reader, const struct store_file_query *query,
                         struct error *err)
{
    const int way = query->open       ? BY_OPEN
                    : query->inode    ? BY_INODE
                    : query->path.len ? BY_PATH
                                      : BY_TARGET;
    sqlite3_stmt *row = reader_statement(reader, &reader->files[way], queries[way], err);
    if (!row)
        return NULL;
    if (way == BY_OPEN)
        sq_bind_int(row, 1, query->after_id);
    else if (way == BY_INODE)
        sq_bind_int(row, 1, (int64_t)query->inode);
    else
        sq_bind_text(row, 1, way == BY_PATH ? query->path : query->target);
    if (way == BY_INODE)
        sq_bind_int(row, 2, (int64_t)query->device);
    sq_bind_int(row, 3, query->limit ? (int64_t)query->limit : -1);
    return row;
}

int reader_files(struct engine_reader *reader, const struct store_file_query *query,
                 int (*each)(const struct store_file *file, void *data), void *data,
                 struct error *err)
{
    sqlite3_stmt *row = ask(reader, query, err);
    int rc = 0;
    if (!row)
        return err->code;
    while ((rc = sq_row(row, err)) > 0) {
        const struct store_file file = read_file(row);
        if (each(&file, data) != 0)
            break;
    }
    sq_done(row);
    return rc < 0 ? rc : 0;
}

int reader_failure(struct engine_reader *reader, int64_t document_id, struct arena *arena,
                   struct store_failure *out, int64_t *at_us, struct error *err)
{
    SQ_AUTO sqlite3_stmt *row = NULL;
    int rc = sq_prepare(reader->db,
                        "SELECT stage, plugin, plugin_version, guard, message, traceback, at_us"
                        " FROM quarantine WHERE document_id=?1 AND article_id IS NULL",
                        false, &row, err);
    *out = (struct store_failure){0};
    if (rc < 0)
        return rc;
    sq_bind_int(row, 1, document_id);
    if ((rc = sq_row(row, err)) < 0)
        return rc;
    if (rc == 0)
        return error_set(err, ERR_NOTFOUND, "document %lld does not wait in quarantine",
                         (long long)document_id);
    struct str *const to[] = {&out->stage, &out->plugin,  &out->version,
                              &out->guard, &out->message, &out->traceback};
    for (size_t i = 0; i < sizeof to / sizeof *to; i++) {
        const struct str text = sq_text(row, (int)i);
        *to[i] = arena_str(arena, text);
        if (text.len && !to[i]->at)
            return error_set(err, ERR_NOMEM, "out of memory");
    }
    *at_us = sqlite3_column_int64(row, 6);
    return 0;
}
