/* Jobs and events. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/writer.h"

const char *const run_state_names[RUN_STATE_COUNT] = {
#define RUN_STATE_NAME(name, text) text,
    RUN_STATE_MAP(RUN_STATE_NAME)
#undef RUN_STATE_NAME
};

/* ---- jobs ---- */

int job_find(struct engine_writer *writer, struct store_job *job, struct error *err)
{
    sqlite3_stmt *row = writer_statement(writer, STATEMENT_JOB, err);
    if (!row)
        return err->code;
    sq_bind_text(row, 1, job->name);
    int rc = sq_row(row, err);
    if (rc < 0)
        return rc;
    if (rc == 0)
        return error_set(err, ERR_NOTFOUND, "the store knows no job " STR_FMT, STR_ARG(job->name));
    job_of_row(row, job);
    sq_done(row);
    return 0;
}

static int add_job(struct engine_writer *writer, const struct store_schedule *what,
                   struct error *err)
{
    int64_t event = 0;
    int rc = event_last(writer, &event, err);
    sqlite3_stmt *stmt = rc < 0 ? NULL : writer_statement(writer, STATEMENT_ADD_JOB, err);
    if (!stmt)
        return err->code;
    sq_bind_text(stmt, 1, what->job.name);
    sq_bind_blob(stmt, 2, what->job.mark.bytes, HASH_SIZE);
    sq_bind_int(stmt, 3, what->run.at_us);
    sq_bind_int(stmt, 4, what->events ? writer->seq : 0);
    sq_bind_int(stmt, 5, event);
    return sq_run(stmt, err);
}

static int mark_job(struct engine_writer *writer, const struct store_schedule *what,
                    struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_MARK_JOB, err);
    if (!stmt)
        return err->code;
    sq_bind_text(stmt, 1, what->job.name);
    sq_bind_blob(stmt, 2, what->job.mark.bytes, HASH_SIZE);
    sq_bind_int(stmt, 3, what->run.at_us);
    return sq_run(stmt, err);
}

static int know_job(struct engine_writer *writer, const struct store_schedule *what,
                    struct error *err)
{
    struct store_job known = {.name = what->job.name};
    int rc = job_find(writer, &known, err);
    if (rc == ERR_NOTFOUND) {
        *err = (struct error){0};
        return add_job(writer, what, err);
    }
    return rc < 0 || hash_same(&known.mark, &what->job.mark) ? rc : mark_job(writer, what, err);
}

int job_see(struct engine_writer *writer, struct str name, int64_t at_us, struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_SEE_JOB, err);
    if (!stmt)
        return err->code;
    sq_bind_text(stmt, 1, name);
    sq_bind_int(stmt, 2, at_us);
    return sq_run(stmt, err);
}

static int pause_job(struct engine_writer *writer, const struct store_schedule *what, bool paused,
                     struct error *err)
{
    sqlite3_stmt *stmt =
        writer_statement(writer, paused ? STATEMENT_PAUSE_JOB : STATEMENT_RESUME_JOB, err);
    if (!stmt)
        return err->code;
    sq_bind_text(stmt, 1, what->job.name);
    if (paused) {
        sq_bind_int(stmt, 2, what->now_us);
        sq_bind_text(stmt, 3, what->job.paused_why);
    }
    return sq_run(stmt, err);
}

int writer_job(struct engine_writer *writer, struct store_schedule *what, struct error *err)
{
    int rc = 0;
    switch (what->job_op) {
    case SCHEDULE_KNOW:
        rc = know_job(writer, what, err);
        break;
    case SCHEDULE_SEE:
        rc = job_see(writer, what->job.name, what->run.at_us, err);
        break;
    case SCHEDULE_PAUSE:
    case SCHEDULE_RESUME:
        rc = pause_job(writer, what, what->job_op == SCHEDULE_PAUSE, err);
        break;
    }
    struct store_job found = {.name = what->job.name};
    if (rc == 0 && (rc = job_find(writer, &found, err)) == 0)
        what->job = found;
    return rc;
}

/* ---- events ---- */

static int number(struct engine_writer *writer, sqlite3_stmt *row, int64_t *out, struct error *err)
{
    (void)writer;
    const int rc = sq_row(row, err);
    if (rc > 0) {
        *out = sqlite3_column_int64(row, 0);
        sq_done(row);
    }
    return rc;
}

int event_last(struct engine_writer *writer, int64_t *id, struct error *err)
{
    sqlite3_stmt *row = writer_statement(writer, STATEMENT_LAST_EVENT, err);
    const int rc = row ? number(writer, row, id, err) : err->code;
    return rc < 0 ? rc : 0;
}

int event_range(struct engine_writer *writer, struct str job, int64_t after, unsigned events,
                int64_t *upto, struct error *err)
{
    char kind[24] = "";
    int count = 0;
    int rc = event_last(writer, upto, err);
    sqlite3_stmt *row = rc < 0 ? NULL : writer_statement(writer, STATEMENT_EVENTS, err);
    if (!row)
        return err->code;
    sq_bind_text(row, 1, job);
    sq_bind_int(row, 2, after);
    sq_bind_int(row, 3, events);
    sq_bind_int(row, 4, (int64_t)LIMIT(TASK_ITEMS) + 1);
    while ((rc = sq_row(row, err)) > 0) {
        const struct str found = sq_text(row, 1);
        if (count == 0)
            snprintf(kind, sizeof kind, STR_FMT, STR_ARG(found));
        if (!str_is(found, kind) || count == (int)LIMIT(TASK_ITEMS)) {
            *upto = sqlite3_column_int64(row, 0) - 1;
            break;
        }
        count++;
    }
    sq_done(row);
    return rc < 0 ? rc : count;
}

/* The oldest go, so that a desk that nobody looks at does not grow. */
static int prune_events(struct engine_writer *writer, struct error *err)
{
    return writer_run(writer, STATEMENT_PRUNE_EVENTS, (int64_t)LIMIT(EVENTS_KEPT), err);
}

int event_of_run(struct engine_writer *writer, const struct store_run *run, int64_t now_us,
                 struct error *err)
{
    char at[CLOCK_TEXT_SIZE];
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_ADD_RUN_EVENT, err);
    if (!stmt)
        return err->code;
    sq_bind_text(stmt, 1, run->state == RUN_DONE ? STR_LIT("job.done") : STR_LIT("job.failed"));
    sq_bind_text(stmt, 2, run->job);
    sq_bind_int(stmt, 3, now_us);
    sq_bind_text(stmt, 4, str_of(clock_format(run->at_us, at)));
    sq_bind_text(stmt, 5, run->error);
    sq_bind_text(stmt, 6, run->outputs);
    const int rc = sq_run(stmt, err);
    return rc < 0 ? rc : prune_events(writer, err);
}

int event_of_failure(struct engine_writer *writer, int64_t quarantine_id, struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_ADD_FAILURE_EVENT, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, quarantine_id);
    sq_bind_int(stmt, 2, clock_wall_us());
    const int rc = sq_run(stmt, err);
    return rc < 0 ? rc : prune_events(writer, err);
}
