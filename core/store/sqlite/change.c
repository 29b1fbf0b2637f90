/* Changes: every undoable write has a row. */
#include "store/sqlite/writer.h"

int change_add(struct engine_writer *writer, const char *kind, int64_t document_id,
               int64_t article_id, int64_t at_us, int64_t *id, struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_ADD_CHANGE, err);
    if (!stmt)
        return err->code;
    sq_bind_text(stmt, 1, str_of(kind));
    sq_bind_int(stmt, 2, at_us);
    sq_bind_int(stmt, 3, document_id);
    if (article_id)
        sq_bind_int(stmt, 4, article_id);
    int rc = sq_run(stmt, err);
    *id = sqlite3_last_insert_rowid(writer->db);
    return rc;
}
