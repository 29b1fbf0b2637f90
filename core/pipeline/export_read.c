/* What of an export happens on a thread of the pool: articles are read, answers are written. */
#include "base/limits.h"
#include "pipeline/export_parts.h"

static int take_article(const struct store_hit *hit, void *data)
{
    struct export *run = data;
    msgpack_packer packer;
    wire_packer(&packer, &run->page);
    article_pack(&packer, &hit->article);
    run->before_id = hit->article.id;
    run->before_seq = hit->seq;
    run->page_count++;
    run->stopped = run->page.len >= EXPORT_PAGE_BYTES;
    return run->stopped;
}

static int read_store(struct export *run)
{
    const struct store_page page = {.before_id = run->before_id,
                                    .before_seq = run->before_seq,
                                    .after_seq = run->options.after_seq,
                                    .upto_seq = run->options.upto_seq,
                                    .limit = EXPORT_PAGE_ARTICLES,
                                    .whole = true};
    run->stopped = false;
    const int code = store_search(run->reader, run->query.root ? &run->query : NULL, &page,
                                  take_article, run, NULL, &run->error);
    run->at_end = !run->stopped && run->page_count < EXPORT_PAGE_ARTICLES;
    return code;
}

static int read_page(struct export *run)
{
    const struct export_source *source = run->options.source;
    buf_clear(&run->page);
    run->page_count = 0;
    if (run->at_end)
        return 0;
    const int code = source ? source->page(source->data, run->counts.articles, &run->page,
                                           &run->page_count, &run->error)
                            : read_store(run);
    if (code >= 0 && buf_failed(&run->page))
        return error_set(&run->error, ERR_NOMEM, "out of memory while reading articles");
    run->at_end = run->at_end || run->page_count == 0;
    return code;
}

static int write_one(struct export *run, const msgpack_object *file)
{
    struct str name = STR_NONE;
    struct str bytes = STR_NONE;
    const bool table = file->type == MSGPACK_OBJECT_MAP;
    const msgpack_object *text = table ? wire_get(file, "name") : NULL;
    const msgpack_object *more = table ? wire_get(file, "append") : NULL;
    if (!text)
        return error_set(&run->error, ERR_PLUGIN, "a file has no name");
    int code = wire_text(text, "name", LIMIT(PATH_BYTES), &name, &run->error);
    if (code >= 0 && more && more->type == MSGPACK_OBJECT_STR)
        bytes = (struct str){more->via.str.ptr, more->via.str.size};
    else if (code >= 0 && more)
        code = wire_bin(more, "append", LIMIT(FRAME_BYTES), &bytes, &run->error);
    return code < 0 ? code : export_files_append(run->files, name, bytes, &run->error);
}

static int write_answer(struct export *run)
{
    const msgpack_object *files = run->answer ? wire_get(run->answer, "files") : NULL;
    int code = 0;
    if (files && files->type != MSGPACK_OBJECT_ARRAY)
        return error_set(&run->error, ERR_PLUGIN, "it gave no list of files");
    for (uint32_t i = 0; code >= 0 && files && i < files->via.array.size; i++)
        code = write_one(run, &files->via.array.ptr[i]);
    return code < 0 ? error_wrap(&run->error, "%s", run->plugin->label) : 0;
}

void export_write_and_read(void *data)
{
    struct export *run = data;
    if (write_answer(run) >= 0)
        (void)read_page(run);
}

void export_write_and_commit(void *data)
{
    struct export *run = data;
    if (write_answer(run) >= 0)
        (void)export_files_commit(run->files, &run->error);
}
