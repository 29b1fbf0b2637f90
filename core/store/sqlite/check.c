/* Whether the store is whole. */
#include "store/sqlite/index.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/schema.h"

/* The first row of a pragma that gives none, or "ok", when all is well. */
static int check_pragma(sqlite3 *db, const char *sql, struct error *err)
{
    SQ_AUTO sqlite3_stmt *row = NULL;
    int rc = sq_prepare(db, sql, false, &row, err);
    if (rc == 0)
        rc = sq_row(row, err);
    if (rc <= 0)
        return rc;
    struct str said = sq_text(row, 0);
    if (str_is(said, "ok"))
        return 0;
    return error_set(err, ERR_CORRUPT, "%s: %s: " STR_FMT " %lld", sq_path(db), sql, STR_ARG(said),
                     (long long)sqlite3_column_int64(row, 1));
}

/* What the tables say of each other beyond foreign keys. Gives the id of an offender. */
static const struct rule {
    const char *what, *sql;
} rules[] = {
    {"article without the version it shows",
     "SELECT a.id FROM articles a LEFT JOIN versions v ON v.article_id=a.id AND"
     " v.version=a.version WHERE v.id IS NULL"},
    {"article that no document gave",
     "SELECT a.id FROM articles a LEFT JOIN article_documents s ON s.document_id=a.document_id"
     " AND s.piece=a.piece WHERE s.article_id IS NOT a.id"},
    {"document without bytes that were not dropped",
     "SELECT d.id FROM documents d LEFT JOIN document_bytes b ON b.document_id=d.id"
     " WHERE (b.document_id IS NULL)<>(d.dropped_us IS NOT NULL)"},
    {"document whose bytes are gone before it was done",
     "SELECT id FROM documents WHERE dropped_us IS NOT NULL AND state<>'done'"},
    {"tag of a task that the article does not show",
     "SELECT t.article_id FROM task_tags t WHERE t.gone=0 AND NOT EXISTS (SELECT 1 FROM tags g"
     " WHERE g.article_id=t.article_id AND g.scheme=t.scheme AND g.label=t.label AND"
     " g.code=t.code AND g.plugin_id=t.plugin_id)"},
    {"tag that a task took away and the article shows",
     "SELECT t.article_id FROM task_tags t JOIN tags g ON g.article_id=t.article_id AND"
     " g.scheme=t.scheme AND g.label=t.label AND (t.code='' OR g.code=t.code) WHERE t.gone=1"},
    {"tag by a task that the task did not give",
     "SELECT g.article_id FROM tags g JOIN plugins p ON p.id=g.plugin_id AND p.kind='task'"
     " WHERE NOT EXISTS (SELECT 1 FROM task_tags t WHERE t.article_id=g.article_id AND"
     " t.scheme=g.scheme AND t.label=g.label AND t.code=g.code AND t.plugin_id=g.plugin_id)"},
    {"field of a task that the article does not show",
     "SELECT f.article_id FROM task_fields f JOIN articles a ON a.id=f.article_id WHERE f.value<>"
     "CASE f.field WHEN 'language' THEN a.language WHEN 'genre' THEN a.genre WHEN 'byline' THEN"
     " a.byline ELSE a.dateline END"},
    {"change of a task that names no plugin",
     "SELECT id FROM changes WHERE kind='task' AND plugin_id IS NULL"},
    {"answer of a task without the run that it answers",
     "SELECT t.change_id FROM task_answers t JOIN changes c ON c.id=t.change_id"
     " WHERE c.kind<>'task' OR c.job IS NULL"},
    {"job that covers more than its runs",
     "SELECT j.covered_seq FROM jobs j WHERE j.covered_us>0 AND j.covered_seq>(SELECT"
     " max(r.upto_seq) FROM runs r WHERE r.job=j.name)"},
    {"run that was given what is not kept",
     "SELECT r.id FROM runs r WHERE r.inputs=1 AND r.ranged=0"},
    {"run whose range is none",
     "SELECT id FROM runs WHERE after_seq>upto_seq OR after_event>upto_event OR upto_seq>(SELECT"
     " value FROM meta WHERE key='seq')"},
    {"kept article that no run was given",
     "SELECT s.id FROM snapshots s WHERE NOT EXISTS (SELECT 1 FROM run_articles r WHERE"
     " r.snapshot_id=s.id)"},
    {"failed document that is not in quarantine",
     "SELECT d.id FROM documents d LEFT JOIN quarantine q ON q.document_id=d.id AND"
     " q.article_id IS NULL WHERE d.state='failed' AND q.id IS NULL"},
    {"version past the last sequence number",
     "SELECT article_id FROM versions WHERE seq>(SELECT value FROM meta WHERE key='seq')"},
    {"article that is neither indexed nor waiting",
     "SELECT a.id FROM articles a LEFT JOIN index_queue q ON q.article_id=a.id"
     " LEFT JOIN index_row r ON r.article_id=a.id"
     " WHERE q.article_id IS NULL AND r.version IS NOT a.version"},
};

static int check_rule(sqlite3 *db, const struct rule *rule, struct error *err)
{
    SQ_AUTO sqlite3_stmt *row = NULL;
    int rc = sq_prepare(db, rule->sql, false, &row, err);
    if (rc == 0)
        rc = sq_row(row, err);
    if (rc <= 0)
        return rc;
    return error_set(err, ERR_CORRUPT, "%s: %s: %lld", sq_path(db), rule->what,
                     (long long)sqlite3_column_int64(row, 0));
}

int sqlite_check(const char *dir, const struct desk_text_api *text, struct error *err)
{
    sqlite3 *db = NULL;
    struct tokenizer *tokenizer;
    int rc = connection_open(dir, CONNECTION_READ, &db, err);
    if (rc == 0)
        rc = tokenizer_register(db, text, &tokenizer, err);
    if (rc == 0)
        rc = sq_exec(db, "PRAGMA query_only=OFF; BEGIN", err); /* one moment of the store */
    if (rc == 0)
        rc = schema_check(db, err);
    if (rc == 0)
        rc = check_pragma(db, "PRAGMA integrity_check", err);
    if (rc == 0)
        rc = check_pragma(db, "PRAGMA foreign_key_check", err);
    if (rc == 0)
        rc = index_check(db, err);
    for (size_t i = 0; rc == 0 && i < sizeof rules / sizeof *rules; i++)
        rc = check_rule(db, &rules[i], err);
    connection_close(db);
    return rc;
}
