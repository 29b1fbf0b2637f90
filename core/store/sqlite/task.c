/* What a task's commands do to articles, as one change. What tasks say lies in tables of its own
 * and is laid over what the chain's plugins said: so it outlives their next run and a new version.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/limits.h"
#include "store/sqlite/writer.h"

/* 1 when the statement gives a row for the article. */
static int has_row(struct engine_writer *writer, enum statement which, int64_t article_id,
                   struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, which, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, article_id);
    int rc = sq_row(stmt, err);
    if (rc > 0)
        sq_done(stmt);
    return rc;
}

static int lay_tags(struct engine_writer *writer, int64_t article_id, struct error *err)
{
    int rc = writer_run(writer, STATEMENT_LIFT_TAGS, article_id, err);
    if (rc == 0)
        rc = writer_run(writer, STATEMENT_HIDE_TAGS, article_id, err);
    return rc == 0 ? writer_run(writer, STATEMENT_LAY_TAGS, article_id, err) : rc;
}

static int lay_fields(struct engine_writer *writer, int64_t article_id, struct error *err)
{
    int rc = has_row(writer, STATEMENT_HAS_TASK_FIELDS, article_id, err);
    return rc > 0 ? writer_run(writer, STATEMENT_LAY_FIELDS, article_id, err) : rc;
}

int task_lay_over(struct engine_writer *writer, int64_t article_id, struct error *err)
{
    int rc = has_row(writer, STATEMENT_HAS_TASK_TAGS, article_id, err);
    if (rc > 0)
        rc = lay_tags(writer, article_id, err);
    return rc >= 0 ? lay_fields(writer, article_id, err) : rc;
}

/* ---- one command ---- */

struct doing {
    struct store_task *task;
    size_t at; /* of the command, from 0 */
    int64_t plugin_id, change_id;
};

static int drop_opposite(struct engine_writer *writer, const struct command *command, bool gone,
                         struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_TASK_TAG_OPPOSITE, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, command->article);
    sq_bind_text(stmt, 2, command->scheme);
    sq_bind_text(stmt, 3, command->label);
    sq_bind_text(stmt, 4, command->code);
    sq_bind_int(stmt, 5, gone);
    return sq_run(stmt, err);
}

static int set_tag(struct engine_writer *writer, const struct doing *doing,
                   const struct command *command, bool gone, struct error *err)
{
    int rc = drop_opposite(writer, command, gone, err);
    sqlite3_stmt *stmt = rc < 0 ? NULL : writer_statement(writer, STATEMENT_TASK_TAG, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, command->article);
    sq_bind_text(stmt, 2, command->scheme);
    sq_bind_text(stmt, 3, command->label);
    sq_bind_text(stmt, 4, command->code);
    sq_bind_int(stmt, 5, doing->plugin_id);
    sq_bind_int(stmt, 6, gone);
    sq_bind_real(stmt, 7, command->score);
    sq_bind_int(stmt, 8, doing->change_id);
    doing->task->tags++;
    return sq_run(stmt, err);
}

static int set_field(struct engine_writer *writer, const struct doing *doing,
                     const struct command *command, struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_TASK_FIELD, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, command->article);
    sq_bind_text(stmt, 2, command->field);
    sq_bind_text(stmt, 3, command->value);
    sq_bind_int(stmt, 4, doing->plugin_id);
    sq_bind_int(stmt, 5, doing->change_id);
    doing->task->fields++;
    return sq_run(stmt, err);
}

static int set_note(struct engine_writer *writer, const struct doing *doing,
                    const struct command *command, struct error *err)
{
    const bool gone = command->text.len == 0;
    sqlite3_stmt *stmt =
        writer_statement(writer, gone ? STATEMENT_DROP_TASK_NOTE : STATEMENT_TASK_NOTE, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, command->article);
    sq_bind_int(stmt, 2, doing->plugin_id);
    if (!gone) {
        sq_bind_text(stmt, 3, command->text);
        sq_bind_int(stmt, 4, doing->change_id);
    }
    doing->task->notes++;
    return sq_run(stmt, err);
}

static int do_command(struct engine_writer *writer, const struct doing *doing,
                      const struct command *command, struct error *err)
{
    switch (command->kind) {
    case COMMAND_ADD_TAG:
        return set_tag(writer, doing, command, false, err);
    case COMMAND_REMOVE_TAG:
        return set_tag(writer, doing, command, true, err);
    case COMMAND_SET_FIELD:
        return set_field(writer, doing, command, err);
    case COMMAND_NOTE:
        return set_note(writer, doing, command, err);
    default:
        return 0; /* not the store's */
    }
}

static int check_article(struct engine_writer *writer, const struct doing *doing, int64_t id,
                         struct error *err)
{
    int rc = has_row(writer, STATEMENT_ARTICLE_STATE, id, err);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    return error_set(err, ERR_NOTFOUND,
                     "answer[%zu].article: there is no article %lld in the store", doing->at + 1,
                     (long long)id);
}

/* ---- all commands ---- */

/* Commands on one article stand together, mostly: its tags are laid over when the last of a row of
 * them is done. Doing it more often does no harm. */
static int finish_article(struct engine_writer *writer, const struct doing *doing, int64_t id,
                          struct error *err)
{
    int64_t tags = 0;
    int rc = lay_tags(writer, id, err);
    if (rc == 0)
        rc = lay_fields(writer, id, err);
    sqlite3_stmt *stmt = rc < 0 ? NULL : writer_statement(writer, STATEMENT_COUNT_TAGS, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, id);
    if ((rc = sq_row(stmt, err)) < 0)
        return rc;
    tags = sqlite3_column_int64(stmt, 0);
    sq_done(stmt);
    if (tags > (int64_t)LIMIT(TAGS_PER_ARTICLE))
        return error_set(err, ERR_LIMIT,
                         "answer[%zu]: article %lld would have %lld tags, but %s allows %lu",
                         doing->at + 1, (long long)id, (long long)tags,
                         LIMIT_NAME(TAGS_PER_ARTICLE), LIMIT(TAGS_PER_ARTICLE));
    return writer_want_index(writer, id, err);
}

static int do_commands(struct engine_writer *writer, struct doing *doing, struct error *err)
{
    const struct store_task *task = doing->task;
    int rc = 0;
    for (; rc == 0 && doing->at < task->command_count; doing->at++) {
        const struct command *command = &task->commands[doing->at];
        const struct command *next = doing->at + 1 < task->command_count ? command + 1 : NULL;
        if (!command_is_of_article(command))
            continue;
        rc = check_article(writer, doing, command->article, err);
        if (rc == 0)
            rc = do_command(writer, doing, command, err);
        if (rc == 0 && (!next || !command_is_of_article(next) || next->article != command->article))
            rc = finish_article(writer, doing, command->article, err);
    }
    return rc;
}

/* 1 when this run has its change already. */
static int find_run(struct engine_writer *writer, const struct store_task *task, int64_t *change_id,
                    struct error *err)
{
    if (task->job.len == 0)
        return 0;
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_RUN_CHANGE, err);
    if (!stmt)
        return err->code;
    sq_bind_text(stmt, 1, task->job);
    sq_bind_int(stmt, 2, task->instant_us);
    int rc = sq_row(stmt, err);
    if (rc <= 0)
        return rc;
    *change_id = sqlite3_column_int64(stmt, 0);
    sq_done(stmt);
    return 1;
}

static int add_change(struct engine_writer *writer, struct doing *doing, struct error *err)
{
    const struct store_task *task = doing->task;
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_ADD_TASK_CHANGE, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, clock_wall_us());
    sq_bind_int(stmt, 2, doing->plugin_id);
    if (task->job.len) {
        sq_bind_text(stmt, 3, task->job);
        sq_bind_int(stmt, 4, task->instant_us);
    }
    int rc = sq_run(stmt, err);
    doing->change_id = sqlite3_last_insert_rowid(writer->db);
    return rc;
}

static int add_answer(struct engine_writer *writer, const struct doing *doing, struct error *err)
{
    const struct store_task *task = doing->task;
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_ADD_TASK_ANSWER, err);
    if (!stmt)
        return err->code;
    sq_bind_int(stmt, 1, doing->change_id);
    sq_bind_int(stmt, 2, task->after_seq);
    sq_bind_int(stmt, 3, task->upto_seq);
    sq_bind_blob(stmt, 4, task->said.answer.at, task->said.answer.len);
    return sq_run(stmt, err);
}

int writer_task(struct engine_writer *writer, struct store_request *request, struct error *err)
{
    struct store_task *task = request->task;
    struct doing doing = {.task = task};
    const struct store_result *said = &task->said;
    arena_clear(writer->arena);
    task->tags = task->fields = task->notes = 0;
    request->known = false;
    int rc = find_run(writer, task, &request->change_id, err);
    if (rc != 0) {
        request->known = rc > 0;
        return rc < 0 ? rc : 0;
    }
    rc = names_plugin(writer, said->kind, said->name, said->version, &said->plugin,
                      &doing.plugin_id, err);
    if (rc == 0)
        rc = add_change(writer, &doing, err);
    if (rc == 0)
        rc = do_commands(writer, &doing, err);
    if (rc == 0 && task->job.len)
        rc = add_answer(writer, &doing, err);
    request->change_id = doing.change_id;
    return rc;
}
