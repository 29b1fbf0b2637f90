/* What runs of tasks were answered with, and where the counter of commits stands. */
#include "store/sqlite/reader.h"

int reader_task_answer(struct engine_reader *reader, struct str job, int64_t instant_us,
                       struct buf *answer, int64_t *change_id, struct error *err)
{
    SQ_AUTO sqlite3_stmt *row = NULL;
    buf_clear(answer);
    int rc = sq_prepare(reader->db,
                        "SELECT c.id, t.answer FROM changes AS c LEFT JOIN task_answers AS t"
                        " ON t.change_id=c.id WHERE c.job=?1 AND c.instant_us=?2",
                        false, &row, err);
    if (rc < 0)
        return rc;
    sq_bind_text(row, 1, job);
    sq_bind_int(row, 2, instant_us);
    if ((rc = sq_row(row, err)) <= 0)
        return rc;
    *change_id = sqlite3_column_int64(row, 0);
    if (sqlite3_column_type(row, 1) == SQLITE_NULL)
        return error_set(err, ERR_NOTFOUND,
                         "this run of " STR_FMT " was done as change %lld, but its answer is not "
                         "kept any more (desk.keep, or one of its articles was forgotten)",
                         STR_ARG(job), (long long)*change_id);
    rc = buf_str(answer, sq_blob(row, 1));
    return rc < 0 ? error_set(err, rc, "out of memory for a task's answer") : 1;
}

int reader_last_seq(struct engine_reader *reader, int64_t *seq, struct error *err)
{
    return sq_number(reader->db, "SELECT value FROM meta WHERE key='seq'", seq, err);
}
