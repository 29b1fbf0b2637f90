#include "watch/asker.h"

int asker_reader(struct asker *asker, struct store_reader **out, struct error *err)
{
    int code = 0;
    if (!asker->reader)
        code = store_reader_open(asker->store_dir, NULL, &asker->reader, err);
    *out = asker->reader;
    return code;
}

void asker_close(struct asker *asker)
{
    store_reader_close(asker->reader);
    asker->reader = NULL;
}

static int take(const struct store_file *file, void *data)
{
    struct asked *asked = data;
    asked->found = true;
    asked->row = *file;
    asked->row.path = asked->row.target = asked->row.reason = STR_NONE;
    asked->row.document_state = asked->row.document_name = asked->row.document_path = STR_NONE;
    asked->mark = (struct file_mark){file->device, file->inode, file->size, file->mtime_ns};
    return 1;
}

static int ask(struct asker *asker, const struct store_file_query *query, struct asked *out,
               struct error *err)
{
    struct store_reader *reader = NULL;
    *out = (struct asked){0};
    const int code = asker_reader(asker, &reader, err);
    return code < 0 ? code : store_files(reader, query, take, out, err);
}

int asker_path(struct asker *asker, const char *path, struct asked *out, struct error *err)
{
    return ask(asker, &(struct store_file_query){.path = str_of(path), .limit = 1}, out, err);
}

int asker_inode(struct asker *asker, const struct file_mark *mark, struct asked *out,
                struct error *err)
{
    return ask(asker,
               &(struct store_file_query){.device = mark->device, .inode = mark->inode, .limit = 1},
               out, err);
}

static bool is_kept(const struct asked *asked, const struct file_mark *mark)
{
    return asked->found && asked->row.state == STORE_FILE_KEPT &&
           asked->row.outcome != STORE_FILE_UNREADABLE && mark_same(&asked->mark, mark);
}

int asker_decided(struct asker *asker, const char *path, const struct file_mark *mark, bool *out,
                  struct error *err)
{
    struct asked asked;
    int code = asker_path(asker, path, &asked, err);
    *out = code >= 0 && is_kept(&asked, mark);
    if (code < 0 || *out || asked.found)
        return code;
    code = asker_inode(asker, mark, &asked, err);
    *out = code >= 0 && is_kept(&asked, mark);
    return code;
}
