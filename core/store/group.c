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
    }
    return error_set(err, ERR_INTERNAL, "the store has no operation %d", (int)request->op);
}

/* Below zero when the transaction is lost; a request that failed alone is undone and the rest goes
 * on. */
static int add_request(const struct store_engine *engine, struct engine_writer *writer,
                       struct store_request *request)
{
    struct error *err = &request->error;
    *err = (struct error){0};
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
                     struct store_request *first, const struct store_request *end,
                     struct error *err)
{
    int rc = engine->begin(writer, err);
    for (struct store_request *at = first; rc >= 0 && at != end; at = at->next)
        if ((rc = add_request(engine, writer, at)) < 0)
            *err = at->error;
    if (rc >= 0)
        rc = engine->commit(writer, err);
    if (rc < 0)
        engine->rollback(writer);
    return rc;
}

static void commit_alone(const struct store_engine *engine, struct engine_writer *writer,
                         struct store_request *request)
{
    struct error err = {0};
    if (try_group(engine, writer, request, request->next, &err) < 0)
        request->error = err;
}

void group_commit(const struct store_engine *engine, struct engine_writer *writer,
                  const struct request_queue *group)
{
    struct error err = {0};
    int rc = try_group(engine, writer, group->first, NULL, &err);
    if (rc >= 0)
        return;
    if (group->count == 1) {
        group->first->error = err;
        return;
    }
    for (struct store_request *at = group->first; at; at = at->next)
        commit_alone(engine, writer, at);
}
