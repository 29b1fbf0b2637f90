/* What `copydesk forget` and desk.keep would remove, for --dry-run. */
#include "store/sqlite/kept.h"
#include "store/sqlite/reader.h"

/* The ids come as a JSON list, so that each count is one statement. */
#define GONE "WITH gone(id) AS MATERIALIZED (SELECT value FROM json_each(?1)) "
/* Documents that gave one of them; `alone`: nothing else. */
#define DOCUMENTS                                                                                  \
    "SELECT d.id, d.name, NOT EXISTS (SELECT 1 FROM article_documents AS o"                        \
    " WHERE o.document_id=d.id AND o.article_id NOT IN (SELECT id FROM gone)) AS alone,"           \
    " d.dropped_us FROM documents AS d WHERE d.id IN (SELECT document_id FROM article_documents"   \
    " WHERE article_id IN (SELECT id FROM gone)) ORDER BY d.id"

static int write_ids(const int64_t *ids, size_t count, struct buf *out, struct error *err)
{
    buf_byte(out, '[');
    for (size_t i = 0; i < count; i++)
        buf_printf(out, "%s%lld", i ? "," : "", (long long)ids[i]);
    return buf_byte(out, ']') < 0 ? error_set(err, ERR_NOMEM, "out of memory for a list of ids")
                                  : 0;
}

static int prepare(struct engine_reader *reader, const char *sql, struct str ids,
                   sqlite3_stmt **row, struct error *err)
{
    int rc = sq_prepare(reader->db, sql, false, row, err);
    if (rc == 0)
        sq_bind_text(*row, 1, ids);
    return rc;
}

static int count(struct engine_reader *reader, const char *sql, struct str ids, uint64_t *out,
                 struct error *err)
{
    SQ_AUTO sqlite3_stmt *row = NULL;
    int rc = prepare(reader, sql, ids, &row, err);
    if (rc == 0 && (rc = sq_row(row, err)) > 0)
        *out = (uint64_t)sqlite3_column_int64(row, 0);
    return rc < 0 ? rc : 0;
}

static int list_documents(struct engine_reader *reader, struct str ids,
                          struct store_forget_plan *out,
                          void (*each)(int64_t id, struct str name, bool stripped, void *data),
                          void *data, struct error *err)
{
    SQ_AUTO sqlite3_stmt *row = NULL;
    int rc = prepare(reader, GONE DOCUMENTS, ids, &row, err);
    while (rc == 0 && (rc = sq_row(row, err)) > 0) {
        const bool alone = sqlite3_column_int64(row, 2) != 0;
        rc = 0;
        if (!alone && sqlite3_column_type(row, 3) != SQLITE_NULL)
            continue; /* nothing of it is there to go */
        out->documents += alone;
        out->stripped += !alone;
        if (each)
            each(sqlite3_column_int64(row, 0), sq_text(row, 1), !alone, data);
    }
    return rc;
}

static int count_all(struct engine_reader *reader, struct str ids, struct store_forget_plan *out,
                     struct error *err)
{
    const struct {
        const char *sql;
        uint64_t *to;
    } counts[] = {
        {GONE "SELECT count(*) FROM articles WHERE id IN (SELECT id FROM gone)", &out->articles},
        {GONE "SELECT count(*) FROM versions WHERE article_id IN (SELECT id FROM gone)",
         &out->versions},
        {GONE "SELECT count(*) FROM tags WHERE article_id IN (SELECT id FROM gone)", &out->tags},
        {GONE "SELECT count(*) FROM results WHERE article_id IN (SELECT id FROM gone)",
         &out->results},
        {GONE "SELECT count(*) FROM quarantine WHERE article_id IN (SELECT id FROM gone)",
         &out->quarantined},
        {GONE "SELECT count(*) FROM index_row WHERE article_id IN (SELECT id FROM gone)",
         &out->indexed},
        {GONE "SELECT count(*) FROM task_answers WHERE (after_seq=0 AND upto_seq=0)"
              " OR EXISTS (SELECT 1 FROM articles AS a WHERE a.id IN (SELECT id FROM gone)"
              " AND task_answers.upto_seq>=a.seq AND task_answers.after_seq<(SELECT max(seq)"
              " FROM versions AS v WHERE v.article_id=a.id))",
         &out->answers},
    };
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof counts / sizeof *counts; i++)
        rc = count(reader, counts[i].sql, ids, counts[i].to, err);
    return rc;
}

int reader_forget_plan(struct engine_reader *reader, const int64_t *ids, size_t id_count,
                       struct store_forget_plan *out,
                       void (*each)(int64_t id, struct str name, bool stripped, void *data),
                       void *data, struct error *err)
{
    BUF_AUTO struct buf list = BUF_INIT;
    *out = (struct store_forget_plan){0};
    int rc = write_ids(ids, id_count, &list, err);
    if (rc < 0)
        return rc;
    rc = reader_begin(reader, err);
    if (rc == 0)
        rc = count_all(reader, buf_view(&list), out, err);
    if (rc == 0 && out->articles)
        rc = list_documents(reader, buf_view(&list), out, each, data, err);
    if (out->articles == 0)
        out->answers = 0;
    reader_end(reader);
    return rc;
}

int reader_keep_count(struct engine_reader *reader, enum store_kept what, int64_t before_us,
                      uint64_t *out, struct error *err)
{
    static const char *const sql[KEPT_COUNT] = {
        [KEPT_DOCUMENTS] = "SELECT count(*)" KEPT_DOCUMENTS_SQL,
        [KEPT_VERSIONS] = "SELECT count(*)" KEPT_VERSIONS_SQL,
        [KEPT_RESULTS] = "SELECT (SELECT count(*)" KEPT_RESULTS_SQL
                         ") + (SELECT count(*)" KEPT_DOCUMENT_RESULTS_SQL ")",
        [KEPT_RUNS] = "SELECT (SELECT count(*)" KEPT_RUNS_SQL ") + (SELECT count(*)" KEPT_EVENTS_SQL
                      ") + (SELECT count(*)" KEPT_RUN_ROWS_SQL ")",
        [KEPT_FILES] = "SELECT count(*)" KEPT_FILES_SQL,
    };
    SQ_AUTO sqlite3_stmt *row = NULL;
    int rc = sq_prepare(reader->db, sql[what], false, &row, err);
    if (rc < 0)
        return rc;
    sq_bind_int(row, 1, before_us);
    if ((rc = sq_row(row, err)) > 0)
        *out = (uint64_t)sqlite3_column_int64(row, 0);
    return rc < 0 ? rc : 0;
}

int reader_old_files(struct engine_reader *reader, int64_t before_us, int64_t after_id,
                     size_t limit, int (*each)(const struct store_file *file, void *data),
                     void *data, struct error *err)
{
    SQ_AUTO sqlite3_stmt *row = NULL;
    int rc = sq_prepare(reader->db,
                        "SELECT f.id, f.target, f.inode, f.size, f.mtime_ns" KEPT_FILES_SQL
                        " AND f.state='moved' AND f.id>?2 ORDER BY f.id LIMIT ?3",
                        false, &row, err);
    if (rc < 0)
        return rc;
    sq_bind_int(row, 1, before_us);
    sq_bind_int(row, 2, after_id);
    sq_bind_int(row, 3, (int64_t)limit);
    while ((rc = sq_row(row, err)) > 0) {
        const struct store_file file = {.id = sqlite3_column_int64(row, 0),
                                        .target = sq_text(row, 1),
                                        .inode = (uint64_t)sqlite3_column_int64(row, 2),
                                        .size = sqlite3_column_int64(row, 3),
                                        .mtime_ns = sqlite3_column_int64(row, 4)};
        if (each(&file, data) != 0)
            break;
    }
    return rc < 0 ? rc : 0;
}
