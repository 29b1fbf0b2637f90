/* What a run is given: the articles of its range that match its query, as they stand when it begins
 * for the first time, page by page into the store. An export then reads them from there, each time
 * it is done. */
#include <string.h>

#include "base/alloc.h"
#include "base/limits.h"
#include "model/wire.h"
#include "schedule/schedule_parts.h"
#include "store/query.h"

struct collecting {
    struct run *run;
    struct query query;
    void (*collected)(struct run *run);
};

/* ---- on a thread of the pool ---- */

static bool make_room(struct run *run)
{
    if (run->input_count < run->input_room)
        return true;
    const size_t room = run->input_room ? run->input_room * 2 : 64;
    struct store_input *inputs = mem_resize_array(run->inputs, room, sizeof *inputs);
    if (inputs)
        run->inputs = inputs;
    size_t *ends = inputs ? mem_resize_array(run->input_ends, room, sizeof *ends) : NULL;
    if (!ends)
        return false;
    run->input_ends = ends;
    run->input_room = room;
    return true;
}

static int take_article(const struct store_hit *hit, void *data)
{
    struct run *run = data;
    msgpack_packer packer;
    if (!make_room(run)) {
        error_set(&run->error, ERR_NOMEM, "out of memory while reading articles");
        return 1;
    }
    wire_packer(&packer, &run->page);
    article_pack(&packer, &hit->article);
    run->inputs[run->input_count].article_id = hit->article.id;
    run->input_ends[run->input_count++] = run->page.len;
    run->before_id = hit->article.id;
    run->before_seq = hit->seq;
    return !run->spec->ranked && run->page.len >= EXPORT_PAGE_BYTES;
}

/* The buffer has moved while it grew: where each article lies is known only now. */
static void place_inputs(struct run *run)
{
    size_t begin = 0;
    for (size_t i = 0; i < run->input_count; i++) {
        run->inputs[i].packed = (struct str){run->page.at + begin, run->input_ends[i] - begin};
        begin = run->input_ends[i];
    }
}

static void read_page(void *data)
{
    struct collecting *collecting = data;
    struct run *run = collecting->run;
    const struct store_run *range = &run->what.run;
    const bool ranked = run->spec->ranked && collecting->query.root;
    const size_t limit = ranked ? LIMIT(RANKED_ROWS) : EXPORT_PAGE_ARTICLES;
    const struct store_page page = {.before_id = run->before_id,
                                    .before_seq = run->before_seq,
                                    .after_seq = range->after_seq,
                                    .upto_seq = range->upto_seq,
                                    .limit = (uint32_t)limit,
                                    .ranked = ranked,
                                    .whole = true};
    buf_clear(&run->page);
    run->input_count = 0;
    run->input_end = range->after_seq >= range->upto_seq; /* nothing new */
    if (run->input_end)
        return;
    const int code = store_search(run->reader, collecting->query.root ? &collecting->query : NULL,
                                  &page, take_article, run, NULL, &run->error);
    if (code >= 0 && run->error.code == 0 && buf_failed(&run->page))
        error_set(&run->error, ERR_NOMEM, "out of memory while reading articles");
    run->input_end = ranked || (run->input_count < limit && run->page.len < EXPORT_PAGE_BYTES);
    place_inputs(run);
}

/* ---- on the loop's thread ---- */

static void end(struct collecting *collecting)
{
    struct run *run = collecting->run;
    store_reader_close(run->reader);
    run->reader = NULL;
    buf_free(&run->page);
    mem_free(run->inputs);
    mem_free(run->input_ends);
    run->inputs = NULL;
    run->input_ends = NULL;
    run->input_count = run->input_room = 0;
    collecting->collected(run);
}

static void after_page(void *data);

static void next_page(struct collecting *collecting)
{
    struct run *run = collecting->run;
    run->work = (struct host_work){.work = read_page, .after = after_page, .data = collecting};
    host_work(run->schedule->desk, &run->work);
}

static void page_stored(struct store_request *request)
{
    struct collecting *collecting = request->data;
    struct run *run = collecting->run;
    run->what.first = false;
    if (request->error.code < 0)
        run->error = request->error;
    if (run->error.code < 0 || run->input_end)
        end(collecting);
    else
        next_page(collecting);
}

static void after_page(void *data)
{
    struct collecting *collecting = data;
    struct run *run = collecting->run;
    if (run->schedule->closing && run->error.code == 0)
        error_set(&run->error, ERR_CANCELLED, "the desk is stopping");
    if (run->error.code < 0) {
        end(collecting);
        return;
    }
    run->articles += run->input_count;
    run->what.run_op = RUN_INPUTS;
    run->what.last = run->input_end;
    run->what.inputs = run->inputs;
    run->what.input_count = run->input_count;
    run->request = (struct store_request){.op = STORE_RUN,
                                          .schedule = &run->what,
                                          .bytes = run->page.len + 200,
                                          .done = page_stored,
                                          .data = collecting};
    host_store(run->schedule->desk, &run->request);
}

/* The query's time is the instant's: "since:7d" means the same each time. */
static int prepare(struct collecting *collecting)
{
    struct run *run = collecting->run;
    const char *query = run->spec->query;
    int code = 0;
    if (query[0])
        code = query_parse(str_of(query), run->what.run.at_us, run->arena, &collecting->query,
                           &run->error);
    return code < 0 ? code
                    : desk_reader(run->schedule->desk, query[0] != '\0', &run->reader, &run->error);
}

/* What is stored and not yet indexed is found by no query: it would be in no run. */
static void indexed(void *data)
{
    next_page(data);
}

void run_collect(struct run *run, void (*collected)(struct run *run))
{
    struct collecting *collecting = arena_alloc(run->arena, 1, sizeof *collecting);
    if (!collecting) {
        error_set(&run->error, ERR_NOMEM, "out of memory while reading articles");
        collected(run);
        return;
    }
    collecting->run = run;
    collecting->collected = collected;
    run->articles = 0;
    run->before_id = run->before_seq = 0;
    run->what.first = true;
    if (prepare(collecting) < 0)
        end(collecting);
    else if (!collecting->query.root)
        next_page(collecting);
    else if (store_flush(run->schedule->desk->store, indexed, collecting) < 0) {
        error_set(&run->error, ERR_NOMEM, "out of memory while waiting for the index");
        end(collecting);
    }
}
