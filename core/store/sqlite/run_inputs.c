/* What a run was given: each article once, whoever was given the same. */
#include "store/sqlite/writer.h"

/* 1: there is such a snapshot already. */
static int find_snapshot(struct engine_writer *writer, const struct hash *hash, int64_t *id,
                         struct error *err)
{
    sqlite3_stmt *row = writer_statement(writer, STATEMENT_SNAPSHOT, err);
    if (!row)
        return err->code;
    sq_bind_blob(row, 1, hash->bytes, HASH_SIZE);
    const int rc = sq_row(row, err);
    if (rc > 0) {
        *id = sqlite3_column_int64(row, 0);
        sq_done(row);
    }
    return rc;
}

static int add_snapshot(struct engine_writer *writer, const struct store_input *input,
                        const struct hash *hash, int64_t *id, struct error *err)
{
    const int rc = writer_compress(writer, input->packed, err);
    sqlite3_stmt *stmt = rc < 0 ? NULL : writer_statement(writer, STATEMENT_ADD_SNAPSHOT, err);
    if (!stmt)
        return err->code;
    sq_bind_blob(stmt, 1, hash->bytes, HASH_SIZE);
    sq_bind_int(stmt, 2, input->article_id);
    sq_bind_int(stmt, 3, (int64_t)input->packed.len);
    sq_bind_blob(stmt, 4, writer->compressed.at, writer->compressed.len);
    const int done = sq_run(stmt, err);
    *id = sqlite3_last_insert_rowid(writer->db);
    return done;
}

static int add_input(struct engine_writer *writer, int64_t run_id, const struct store_input *input,
                     struct error *err)
{
    struct hash hash;
    int64_t id = 0;
    hash_bytes(input->packed.at, input->packed.len, &hash);
    int rc = find_snapshot(writer, &hash, &id, err);
    if (rc == 0)
        rc = add_snapshot(writer, input, &hash, &id, err);
    sqlite3_stmt *stmt = rc < 0 ? NULL : writer_statement(writer, STATEMENT_ADD_INPUT, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, run_id);
    sq_bind_int(stmt, 2, id);
    return sq_run(stmt, err);
}

/* What a kill left of an earlier try, and what was kept for it alone. */
static int drop_inputs(struct engine_writer *writer, int64_t run_id, struct error *err)
{
    const int rc = writer_run(writer, STATEMENT_DROP_INPUTS, run_id, err);
    if (rc < 0 || sqlite3_changes(writer->db) == 0)
        return rc;
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_KEEP_SNAPSHOTS, err);
    return stmt ? sq_run(stmt, err) : err->code;
}

int run_inputs(struct engine_writer *writer, const struct store_schedule *what, struct error *err)
{
    int rc = what->first ? drop_inputs(writer, what->run.id, err) : 0;
    for (size_t i = 0; rc == 0 && i < what->input_count; i++)
        rc = add_input(writer, what->run.id, &what->inputs[i], err);
    return rc == 0 && what->last ? writer_run(writer, STATEMENT_INPUTS_KEPT, what->run.id, err)
                                 : rc;
}
