#include "watch/outcome.h"

#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/log.h"
#include "model/json.h"
#include "watch/moves.h"
#include "watch/root.h"

#define ERROR_JSON ".error.json"

const char *outcome_place(const struct watch_file *file)
{
    return file->at ? file->at : file->path;
}

bool outcome_deletes(const struct watch_file *file)
{
    return file->action == ACTION_OUT && file->root->after == CONFIG_DELETE &&
           file->outcome != STORE_FILE_FAILED;
}

bool outcome_moves(const struct watch_file *file)
{
    return file->action != ACTION_STAY && !(file->action == ACTION_RETURN && !file->at);
}

bool outcome_reports(const struct watch_file *file)
{
    return file->action != ACTION_RETURN && file->outcome == STORE_FILE_FAILED;
}

static json_t *text_json(struct str text)
{
    BUF_AUTO struct buf clean = BUF_INIT;
    log_clean(&clean, text, "\n");
    return json_stringn(clean.len ? clean.at : "", clean.len);
}

int outcome_report(struct asker *asker, const struct watch_file *file, char **json,
                   struct error *err)
{
    ARENA_AUTO struct arena *arena = arena_new(LIMIT(CONFIG_BYTES));
    struct store_failure failure = {
        .stage = STR_LIT("receive"), .guard = STR_LIT("input"), .message = str_of(file->reason)};
    struct store_reader *reader = NULL;
    int64_t at_us = clock_wall_us();
    char at[CLOCK_TEXT_SIZE];
    if (!arena)
        return error_set(err, ERR_NOMEM, "out of memory");
    if (file->document_id) {
        struct error why;
        int code = asker_reader(asker, &reader, err);
        if (code < 0)
            return code;
        code = store_failure(reader, file->document_id, arena, &failure, &at_us, &why);
        if (code < 0 && code != ERR_NOTFOUND)
            return error_set(err, code, "%s", why.text);
    }
    json_t *object = json_pack(
        "{s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:s}", "file", text_json(str_of(file->path)),
        "time", clock_format(at_us, at), "stage", text_json(failure.stage), "plugin",
        text_json(failure.plugin), "version", text_json(failure.version), "guard",
        text_json(failure.guard), "message", text_json(failure.message), "traceback",
        text_json(failure.traceback), "document", (json_int_t)file->document_id, "retry",
        "delete this file, or run `copydesk failed retry`");
    BUF_AUTO struct buf text = BUF_INIT;
    const int code = object ? json_to_buf(object, JSON_INDENT(2), &text, err)
                            : error_set(err, ERR_NOMEM, "out of memory");
    json_decref(object);
    if (code < 0)
        return code;
    buf_byte(&text, '\n');
    *json = buf_take(&text, NULL);
    return *json ? 0 : error_set(err, ERR_NOMEM, "out of memory");
}

static int hidden_target(struct watch_file *file, struct error *err)
{
    MEM_AUTO char *folder = move_folder(outcome_place(file));
    BUF_AUTO struct buf name = BUF_INIT;
    if (!folder)
        return error_set(err, ERR_NOMEM, "out of memory");
    buf_printf(&name, ".copydesk-%llx.part", (unsigned long long)file->settle.mark.inode);
    if (buf_failed(&name))
        return error_set(err, ERR_NOMEM, "out of memory");
    return move_choose(folder, name.at, NULL, &file->target, err);
}

int outcome_choose(struct watch_file *file, struct error *err)
{
    const struct root *root = file->root;
    mem_free(file->target);
    file->target = NULL;
    if (file->action == ACTION_RETURN) {
        MEM_AUTO char *folder = move_folder(file->path);
        return folder ? move_choose(folder, file_base_name(file->path), NULL, &file->target, err)
                      : error_set(err, ERR_NOMEM, "out of memory");
    }
    if (outcome_deletes(file))
        return hidden_target(file, err);
    if (file->action == ACTION_STAY && !outcome_reports(file))
        return 0;
    const bool failed = file->outcome == STORE_FILE_FAILED;
    const char *dir = failed                                  ? root->failed
                      : file->outcome == STORE_FILE_DUPLICATE ? root->duplicate
                                                              : root->done;
    return move_choose(dir, file->path + file->relative, failed ? ERROR_JSON : NULL, &file->target,
                       err);
}

/* ---- reports ---- */

static int report_name(const char *path, struct buf *out, struct error *err)
{
    buf_printf(out, "%s" ERROR_JSON, path);
    return buf_failed(out) ? error_set(err, ERR_NOMEM, "out of memory") : 0;
}

int outcome_write_report(const char *path, const char *json, struct error *err)
{
    BUF_AUTO struct buf name = BUF_INIT;
    int code = report_name(path, &name, err);
    if (code >= 0)
        code = move_make_folders(name.at, err);
    return code < 0 ? code : file_replace(name.at, json, strlen(json), err);
}

void outcome_remove_report(const char *path)
{
    BUF_AUTO struct buf name = BUF_INIT;
    if (report_name(path, &name, NULL) == 0)
        unlink(name.at);
}

bool outcome_has_report(const char *path)
{
    BUF_AUTO struct buf name = BUF_INIT;
    struct stat info;
    return report_name(path, &name, NULL) < 0 || lstat(name.at, &info) == 0;
}
