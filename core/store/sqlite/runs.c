/* Runs: begun, put off, ended. */
#include "store/sqlite/reader.h"
#include "store/sqlite/writer.h"

/* A run that was found: what of it matters here. */
struct found_run {
    struct store_run run; /* no texts */
    bool apart;
};

/* 1: it is there. By id where that is given, else by name. */
static int find(struct engine_writer *writer, const struct store_run *run, struct found_run *out,
                struct error *err)
{
    sqlite3_stmt *row =
        writer_statement(writer, run->id ? STATEMENT_RUN_BY_ID : STATEMENT_RUN, err);
    if (!row)
        return err->code;
    if (run->id) {
        sq_bind_int(row, 1, run->id);
    } else {
        sq_bind_text(row, 1, run->job);
        sq_bind_int(row, 2, run->at_us);
    }
    const int rc = sq_row(row, err);
    if (rc <= 0)
        return rc;
    run_of_row(row, &out->run);
    out->apart = sqlite3_column_int(row, 20) != 0;
    out->run.job = run->job;
    out->run.cause = out->run.error = out->run.outputs = STR_NONE;
    sq_done(row);
    return 1;
}

static int add(struct engine_writer *writer, const struct store_run *run, enum run_state state,
               int64_t ended_us, struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_ADD_RUN, err);
    if (!stmt)
        return err->code;
    sq_bind_text(stmt, 1, run->job);
    sq_bind_int(stmt, 2, run->at_us);
    sq_bind_text(stmt, 3, str_of(run_state_names[state]));
    sq_bind_text(stmt, 4, run->cause);
    sq_bind_int(stmt, 5, ended_us);
    sq_bind_text(stmt, 6, run->error);
    return sq_run(stmt, err);
}

/* The last number in (after, now] that was committed by `at_us`, with all before it: what a clock
 * that was set forward for a while has stamped holds back only what came later. */
static int seq_by_time(struct engine_writer *writer, int64_t after, int64_t at_us, int64_t *out,
                       struct error *err)
{
    sqlite3_stmt *row = writer_statement(writer, STATEMENT_SEQ_AFTER, err);
    if (!row)
        return err->code;
    sq_bind_int(row, 1, after);
    sq_bind_int(row, 2, writer->seq);
    int rc;
    *out = after;
    while ((rc = sq_row(row, err)) > 0 && sqlite3_column_int64(row, 1) <= at_us)
        *out = sqlite3_column_int64(row, 0);
    sq_done(row);
    return rc < 0 ? rc : 0;
}

static int set_range(struct engine_writer *writer, const struct store_schedule *what,
                     const struct store_job *job, struct store_run *run, struct error *err)
{
    int rc = 0;
    run->after_seq = what->all ? 0 : job->covered_seq;
    run->upto_seq = writer->seq;
    run->after_event = job->covered_event;
    run->window_start_us =
        job->covered_us && !what->apart ? job->covered_us : what->run.window_start_us;
    if (what->apart && !what->all)
        rc = seq_by_time(writer, what->run.after_seq, what->run.window_start_us, &run->after_seq,
                         err);
    if (rc == 0 && what->by_time)
        rc = seq_by_time(writer, run->after_seq, what->run.at_us, &run->upto_seq, err);
    return rc == 0 ? event_last(writer, &run->upto_event, err) : rc;
}

/* Whether there is something to run on, for a job of events. Narrows the range of events. */
static int has_news(struct engine_writer *writer, const struct store_schedule *what,
                    struct store_run *run, struct error *err)
{
    if (what->events & STORE_EVENT_STORED)
        return run->upto_seq > run->after_seq;
    const int rc =
        event_range(writer, run->job, run->after_event, what->events, &run->upto_event, err);
    return rc < 0 ? rc : rc > 0;
}

static int write_begin(struct engine_writer *writer, const struct store_schedule *what,
                       struct store_run *run, struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_BEGIN_RUN, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, run->id);
    sq_bind_int(stmt, 2, run->after_seq);
    sq_bind_int(stmt, 3, run->upto_seq);
    sq_bind_int(stmt, 4, run->after_event);
    sq_bind_int(stmt, 5, run->upto_event);
    sq_bind_int(stmt, 6, run->window_start_us);
    sq_bind_int(stmt, 7, what->apart);
    sq_bind_int(stmt, 8, ++run->tries);
    sq_bind_int(stmt, 9, what->now_us);
    run->state = RUN_RUNNING;
    run->ranged = true;
    return sq_run(stmt, err);
}

static int begin_new(struct engine_writer *writer, struct store_schedule *what,
                     struct found_run *found, bool there, struct error *err)
{
    struct store_job job = {.name = what->run.job};
    int rc = job_find(writer, &job, err);
    if (rc == 0)
        rc = set_range(writer, what, &job, &found->run, err);
    const int news = rc == 0 && what->events ? has_news(writer, what, &found->run, err)
                     : rc < 0                ? rc
                                             : 1;
    if (news == 0 && what->needs_news && !there)
        return error_set(err, ERR_NOTFOUND, "nothing has happened that " STR_FMT " runs on",
                         STR_ARG(job.name));
    if (news < 0 || there)
        return news < 0 ? news : 0;
    rc = add(writer, &what->run, RUN_RUNNING, 0, err);
    found->run.id = sqlite3_last_insert_rowid(writer->db);
    return rc;
}

static int begin(struct engine_writer *writer, struct store_schedule *what, struct error *err)
{
    struct found_run found = {.run = {.job = what->run.job, .at_us = what->run.at_us}};
    struct store_run name = what->run;
    name.id = 0;
    int rc = find(writer, &name, &found, err);
    if (rc < 0)
        return rc;
    const bool ended = rc > 0 && found.run.state != RUN_WAITING && found.run.state != RUN_RUNNING;
    if (ended && (what->again == RUN_ONCE ||
                  (what->again == RUN_UNLESS_DONE && found.run.state == RUN_DONE)))
        return error_set(err, ERR_EXISTS, "this run is there already, and %s",
                         run_state_names[found.run.state]);
    if (found.run.ranged)
        what->apart = found.apart;
    else if ((rc = begin_new(writer, what, &found, rc > 0, err)) < 0)
        return rc;
    rc = write_begin(writer, what, &found.run, err);
    found.run.cause = what->run.cause;
    if (rc == 0)
        what->run = found.run;
    return rc;
}

static int write_end(struct engine_writer *writer, const struct store_run *run, int64_t ended_us,
                     struct error *err);

/* A run that waited may be left out after all; one that has begun stays as it is. */
static int put_off(struct engine_writer *writer, const struct store_schedule *what,
                   enum run_state state, struct error *err)
{
    struct found_run found = {0};
    struct store_run run = what->run;
    run.id = 0;
    const int rc = find(writer, &run, &found, err);
    if (rc < 0)
        return rc;
    if (rc == 0)
        return add(writer, &run, state, state == RUN_WAITING ? 0 : what->now_us, err);
    if (state == RUN_WAITING || found.run.state != RUN_WAITING)
        return 0;
    run.id = found.run.id;
    run.state = state;
    return write_end(writer, &run, what->now_us, err);
}

/* ---- ending ---- */

static int write_end(struct engine_writer *writer, const struct store_run *run, int64_t ended_us,
                     struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_END_RUN, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, run->id);
    sq_bind_text(stmt, 2, str_of(run_state_names[run->state]));
    sq_bind_int(stmt, 3, run->retry_us);
    sq_bind_int(stmt, 4, ended_us);
    sq_bind_int(stmt, 5, run->articles);
    sq_bind_int(stmt, 6, run->files);
    sq_bind_text(stmt, 7, run->error);
    sq_bind_text(stmt, 8, run->outputs);
    return sq_run(stmt, err);
}

static int cover(struct engine_writer *writer, const struct found_run *found, struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_JOB_WELL, err);
    if (!stmt)
        return err->code;
    sq_bind_text(stmt, 1, found->run.job);
    const int rc = sq_run(stmt, err);
    if (rc < 0 || found->apart)
        return rc;
    if (!(stmt = writer_statement(writer, STATEMENT_COVER_JOB, err)))
        return err->code;
    sq_bind_text(stmt, 1, found->run.job);
    sq_bind_int(stmt, 2, found->run.upto_seq);
    sq_bind_int(stmt, 3, found->run.upto_event);
    sq_bind_int(stmt, 4, found->run.at_us);
    return sq_run(stmt, err);
}

static int count_failure(struct engine_writer *writer, struct store_schedule *what,
                         struct error *err)
{
    int64_t failures = 0;
    sqlite3_stmt *row = writer_statement(writer, STATEMENT_JOB_FAILED, err);
    if (!row)
        return err->code;
    sq_bind_text(row, 1, what->run.job);
    const int rc = sq_row(row, err);
    if (rc < 0)
        return rc;
    failures = rc > 0 ? sqlite3_column_int64(row, 0) : 0;
    sq_done(row);
    if (what->pause_after == 0 || failures < what->pause_after)
        return 0;
    char *why =
        arena_printf(writer->arena, "%lld run%s in a row failed, the last with: " STR_FMT,
                     (long long)failures, failures == 1 ? "" : "s", STR_ARG(what->run.error));
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_PAUSE_JOB, err);
    if (!stmt)
        return err->code;
    if (!why)
        return error_set(err, ERR_NOMEM, "out of memory for a job's failure");
    sq_bind_text(stmt, 1, what->run.job);
    sq_bind_int(stmt, 2, what->now_us);
    sq_bind_text(stmt, 3, str_of(why));
    what->paused = true;
    return sq_run(stmt, err);
}

static int end(struct engine_writer *writer, struct store_schedule *what, struct error *err)
{
    struct found_run found = {0};
    what->paused = false;
    int rc = find(writer, &what->run, &found, err);
    if (rc == 0)
        return error_set(err, ERR_NOTFOUND, "there is no run %lld in the store",
                         (long long)what->run.id);
    if (rc > 0)
        rc = write_end(writer, &what->run, what->run.state == RUN_WAITING ? 0 : what->now_us, err);
    if (rc == 0 && what->run.state == RUN_DONE)
        rc = cover(writer, &found, err);
    if (rc == 0 && what->run.state == RUN_FAILED)
        rc = count_failure(writer, what, err);
    if (rc == 0 && what->run.state != RUN_WAITING && !what->quiet)
        rc = event_of_run(writer, &what->run, what->now_us, err);
    return rc;
}

int writer_run_op(struct engine_writer *writer, struct store_schedule *what, struct error *err)
{
    int rc = 0;
    arena_clear(writer->arena);
    switch (what->run_op) {
    case RUN_BEGIN:
        rc = begin(writer, what, err);
        break;
    case RUN_QUEUE:
        rc = put_off(writer, what, RUN_WAITING, err);
        break;
    case RUN_SKIP:
        rc = put_off(writer, what, what->run.state, err);
        break;
    case RUN_INPUTS:
        return run_inputs(writer, what, err);
    case RUN_END:
        return end(writer, what, err);
    }
    return rc == 0 && what->see ? job_see(writer, what->run.job, what->run.at_us, err) : rc;
}
