/* Jobs, runs, what runs were given, and events. */
#include <string.h>
#include <zstd.h>

#include "base/limits.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/statements.h"

static bool copy(struct arena *arena, struct str text, struct str *to)
{
    *to = arena_str(arena, text);
    return text.len == 0 || to->at;
}

void job_of_row(sqlite3_stmt *row, struct store_job *out)
{
    const struct str mark = sq_blob(row, 0);
    if (mark.len == HASH_SIZE)
        memcpy(out->mark.bytes, mark.at, HASH_SIZE);
    out->seen_us = sqlite3_column_int64(row, 1);
    out->covered_seq = sqlite3_column_int64(row, 2);
    out->covered_event = sqlite3_column_int64(row, 3);
    out->covered_us = sqlite3_column_int64(row, 4);
    out->paused_us = sqlite3_column_int64(row, 5);
    out->failures = sqlite3_column_int64(row, 6);
    out->paused_why = STR_NONE;
}

int reader_job(struct engine_reader *reader, struct str name, struct arena *arena,
               struct store_job *out, struct error *err)
{
    SQ_AUTO sqlite3_stmt *row = NULL;
    int rc = sq_prepare(reader->db,
                        "SELECT mark, seen_us, covered_seq, covered_event, covered_us, paused_us,"
                        " failures, paused_why FROM jobs WHERE name=?1",
                        false, &row, err);
    if (rc < 0)
        return rc;
    *out = (struct store_job){.name = name};
    sq_bind_text(row, 1, name);
    if ((rc = sq_row(row, err)) < 0)
        return rc;
    if (rc == 0)
        return error_set(err, ERR_NOTFOUND, "the store knows no job " STR_FMT, STR_ARG(name));
    job_of_row(row, out);
    return copy(arena, sq_text(row, 7), &out->paused_why)
               ? 0
               : error_set(err, ERR_NOMEM, "out of memory for a job");
}

int reader_seq_by_time(struct engine_reader *reader, int64_t after, int64_t at_us, int64_t *seq,
                       struct error *err)
{
    SQ_AUTO sqlite3_stmt *row = NULL;
    int rc = sq_prepare(reader->db, SEQ_AFTER_SQL, false, &row, err);
    *seq = after;
    if (rc < 0)
        return rc;
    sq_bind_int(row, 1, after);
    sq_bind_int(row, 2, INT64_MAX);
    while ((rc = sq_row(row, err)) > 0 && sqlite3_column_int64(row, 1) <= at_us)
        *seq = sqlite3_column_int64(row, 0);
    return rc < 0 ? rc : 0;
}

static enum run_state state_of(struct str text)
{
    for (int i = 0; i < RUN_STATE_COUNT; i++)
        if (str_is(text, run_state_names[i]))
            return (enum run_state)i;
    return RUN_FAILED;
}

void run_of_row(sqlite3_stmt *row, struct store_run *out)
{
    *out = (struct store_run){
        .id = sqlite3_column_int64(row, 0),
        .job = sq_text(row, 1),
        .at_us = sqlite3_column_int64(row, 2),
        .state = state_of(sq_text(row, 3)),
        .cause = sq_text(row, 4),
        .ranged = sqlite3_column_int(row, 5) != 0,
        .after_seq = sqlite3_column_int64(row, 6),
        .upto_seq = sqlite3_column_int64(row, 7),
        .after_event = sqlite3_column_int64(row, 8),
        .upto_event = sqlite3_column_int64(row, 9),
        .window_start_us = sqlite3_column_int64(row, 10),
        .inputs = sqlite3_column_int(row, 11) != 0,
        .tries = sqlite3_column_int64(row, 12),
        .retry_us = sqlite3_column_int64(row, 13),
        .started_us = sqlite3_column_int64(row, 14),
        .ended_us = sqlite3_column_int64(row, 15),
        .articles = sqlite3_column_int64(row, 16),
        .files = sqlite3_column_int64(row, 17),
        .error = sq_text(row, 18),
        .outputs = sq_text(row, 19),
    };
}

static const char *runs_sql(const struct store_runs *which)
{
    if (which->open)
        return "SELECT " RUN_COLUMNS " FROM runs WHERE state IN ('waiting', 'running')"
               " AND (?1='' OR job=?1) AND ?2=?2 AND ?3=?3 ORDER BY job, at_us LIMIT ?4";
    if (which->job.len == 0)
        return "SELECT " RUN_COLUMNS " FROM runs WHERE ?1='' AND at_us<?2 AND (?3=0 OR at_us=?3)"
               " ORDER BY id DESC LIMIT ?4";
    return "SELECT " RUN_COLUMNS " FROM runs WHERE job=?1 AND at_us<?2 AND (?3=0 OR at_us=?3)"
           " ORDER BY at_us DESC LIMIT ?4";
}

int reader_runs(struct engine_reader *reader, const struct store_runs *which,
                int (*each)(const struct store_run *run, void *data), void *data, struct error *err)
{
    SQ_AUTO sqlite3_stmt *row = NULL;
    int rc = sq_prepare(reader->db, runs_sql(which), false, &row, err);
    if (rc < 0)
        return rc;
    sq_bind_text(row, 1, which->job);
    sq_bind_int(row, 2, which->before_us ? which->before_us : INT64_MAX);
    sq_bind_int(row, 3, which->at_us);
    sq_bind_int(row, 4, (int64_t)which->max);
    while ((rc = sq_row(row, err)) > 0) {
        struct store_run run;
        run_of_row(row, &run);
        if (each(&run, data) != 0)
            return 0;
    }
    return rc;
}

static int unpack(struct str frame, int64_t size, struct buf *out, struct error *err)
{
    buf_clear(out);
    if (size < 0 || (uint64_t)size > 2 * LIMIT(DECODED_BYTES) ||
        ZSTD_getFrameContentSize(frame.at, frame.len) != (uint64_t)size)
        return error_set(err, ERR_CORRUPT, "what the run was given is damaged (a size)");
    if (buf_reserve(out, (size_t)size) < 0)
        return error_set(err, ERR_NOMEM, "out of memory for what a run was given");
    const size_t len = ZSTD_decompress(out->at, (size_t)size, frame.at, frame.len);
    if (ZSTD_isError(len) || len != (size_t)size)
        return error_set(err, ERR_CORRUPT, "what the run was given is damaged (%s)",
                         ZSTD_isError(len) ? ZSTD_getErrorName(len) : "cut short");
    out->len = len;
    return 0;
}

int reader_inputs(struct engine_reader *reader, int64_t run_id, int64_t after, size_t max,
                  int (*each)(struct str packed, void *data), void *data, struct error *err)
{
    SQ_AUTO sqlite3_stmt *row = NULL;
    BUF_AUTO struct buf bytes = BUF_INIT;
    int rc = sq_prepare(reader->db,
                        "SELECT s.bytes, s.size FROM run_articles AS r"
                        " JOIN snapshots AS s ON s.id=r.snapshot_id WHERE r.run_id=?1"
                        " ORDER BY r.position LIMIT ?3 OFFSET ?2",
                        false, &row, err);
    if (rc < 0)
        return rc;
    sq_bind_int(row, 1, run_id);
    sq_bind_int(row, 2, after);
    sq_bind_int(row, 3, (int64_t)max);
    while ((rc = sq_row(row, err)) > 0) {
        rc = unpack(sq_blob(row, 0), sqlite3_column_int64(row, 1), &bytes, err);
        if (rc < 0 || each(buf_view(&bytes), data) != 0)
            break;
    }
    return rc < 0 ? rc : 0;
}

int reader_events(struct engine_reader *reader, const struct store_events *which,
                  int (*each)(const struct store_event *event, void *data), void *data,
                  struct error *err)
{
    SQ_AUTO sqlite3_stmt *row = NULL;
    int rc = sq_prepare(reader->db,
                        "SELECT id, kind, job, at_us, data FROM events WHERE " EVENT_WANTED
                        " AND id<=?4 ORDER BY id LIMIT ?5",
                        false, &row, err);
    if (rc < 0)
        return rc;
    sq_bind_text(row, 1, which->job);
    sq_bind_int(row, 2, which->after);
    sq_bind_int(row, 3, which->kinds);
    sq_bind_int(row, 4, which->upto);
    sq_bind_int(row, 5, (int64_t)which->max);
    while ((rc = sq_row(row, err)) > 0) {
        const struct store_event event = {.id = sqlite3_column_int64(row, 0),
                                          .kind = sq_text(row, 1),
                                          .job = sq_text(row, 2),
                                          .at_us = sqlite3_column_int64(row, 3),
                                          .data = sq_text(row, 4)};
        if (each(&event, data) != 0)
            return 0;
    }
    return rc;
}
