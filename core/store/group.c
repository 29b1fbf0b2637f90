#include "store/group.h"

static int perform(const struct store_engine *engine, struct engine_writer *writer,
                   struct store_request *request, struct error *err)
{
    switch (request->op) {
    case STORE_RECEIVE:
        return engine->receive(writer, request, err);
    case STORE_APPLY:
        return engine->apply(writer, request, err);
    case STORE_FAIL:
        return engine->fail(writer, request, err);
    case STORE_REVISE:
        return engine->revise(writer, request, err);
    case STORE_RETRY:
        return engine->retry(writer, request, err);
    case STORE_FILES:
        return engine->files(writer, request, err);
    case STORE_JOB:
        return engine->job(writer, request->schedule, err);
    case STORE_RUN:
        return engine->run(writer, request->schedule, err);
    case STORE_TASK:
        return engine->task(writer, request, err);
    case STORE_FORGET:
        return engine->forget(writer, request, err);
    case STORE_KEEP:
        return engine->keep_for(writer, request, err);
    case STORE_HEALTH:
        return engine->health(writer, request, err);
    }
    return error_set(err, ERR_INTERNAL, "the store has no operation %d", (int)request->op);
}

/* A savepoint a request costs a tenth of the store thread's time: SQLite keeps the former content
 * of each page that a request changes first. Requests hardly ever fail, so a group is written
 * without, and when one fails the whole group is done again with. */
enum marks { WITHOUT_MARKS, WITH_MARKS };

/* Below zero when the transaction is lost. With marks a request that failed alone is undone and the
 * rest goes on. */
static int add_request(const struct store_engine *engine, struct engine_writer *writer,
                       struct store_request *request, enum marks marks)
{
    struct error *err = &request->error;
    *err = (struct error){0};
    if (marks == WITHOUT_MARKS)
        return perform(engine, writer, request, err);
    if (engine->mark(writer, err) < 0)
        return err->code;
    int rc = perform(engine, writer, request, err);
    if (rc >= 0)
        return engine->keep(writer, err);
    engine->undo(writer);
    return engine->broken(writer) ? rc : 0;
}

/* Errors of single requests stand in the requests; `err` is of the transaction. */
static int try_group(const struct store_engine *engine, struct engine_writer *writer,
                     struct store_request *first, const struct store_request *end, enum marks marks,
                     size_t along, struct error *err)
{
    int rc = engine->begin(writer, err);
    for (struct store_request *at = first; rc >= 0 && at != end; at = at->next)
        if ((rc = add_request(engine, writer, at, marks)) < 0)
            *err = at->error;
    if (rc >= 0 && along && engine->index_waiting(writer))
        rc = engine->index_along(writer, along, err);
    if (rc >= 0)
        rc = engine->commit(writer, err);
    if (rc < 0)
        engine->rollback(writer);
    return rc;
}

static void commit_alone(const struct store_engine *engine, struct engine_writer *writer,
                         struct store_request *request, size_t along)
{
    const struct store_request *end = request->next;
    struct error err = {0};
    if (along && try_group(engine, writer, request, end, WITHOUT_MARKS, along, &err) >= 0)
        return;
    if (try_group(engine, writer, request, end, WITHOUT_MARKS, 0, &err) < 0)
        request->error = err;
}

void group_commit(const struct store_engine *engine, struct engine_writer *writer,
                  const struct request_queue *group, size_t along)
{
    struct error err = {0};
    if (group->count == 1) {
        commit_alone(engine, writer, group->first, along);
        return;
    }
    if (try_group(engine, writer, group->first, NULL, WITHOUT_MARKS, 0, &err) >= 0 ||
        try_group(engine, writer, group->first, NULL, WITH_MARKS, 0, &err) >= 0)
        return;
    for (struct store_request *at = group->first; at; at = at->next)
        commit_alone(engine, writer, at, 0);
}
