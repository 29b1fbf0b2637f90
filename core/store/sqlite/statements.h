/* Every statement of the writer, so that each is prepared once and none is made of pieces. */
#pragma once

#include "store/sqlite/statements_runs.h"
#include "store/sqlite/statements_tasks.h"

#define STATEMENT_MAP(X)                                                                           \
    X(SAVEPOINT, "SAVEPOINT request")                                                              \
    X(RELEASE, "RELEASE request")                                                                  \
    X(UNDO, "ROLLBACK TO request")                                                                 \
    X(BEGIN, "BEGIN IMMEDIATE")                                                                    \
    X(COMMIT, "COMMIT")                                                                            \
    X(SET_META, "UPDATE meta SET value=?2 WHERE key=?1")                                           \
    X(DOCUMENT_BY_HASH, "SELECT id, state FROM documents WHERE hash=?1")                           \
    X(ADD_DOCUMENT, "INSERT INTO documents(hash, size, state, name, encoding, received_us)"        \
                    " VALUES(?1, ?2, 'received', ?3, ?4, ?5)")                                     \
    X(ADD_BYTES, "INSERT INTO document_bytes(document_id, bytes) VALUES(?1, ?2)")                  \
    X(ADD_RECEIPT, "INSERT INTO receipts(document_id, path, source, device, inode, mtime_us,"      \
                   " at_us) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO UPDATE SET"          \
                   " device=?4, inode=?5, mtime_us=?6, at_us=CASE WHEN device=?4 AND inode=?5"     \
                   " AND mtime_us=?6 THEN at_us ELSE ?7 END")                                      \
    X(SAME_FILE, "SELECT r.at_us=d.received_us FROM receipts r JOIN documents d"                   \
                 " ON d.id=r.document_id WHERE r.document_id=?1 AND r.path=?2 AND r.source=?3"     \
                 " AND r.device=?4 AND r.inode=?5 AND r.mtime_us=?6")                              \
    X(ADD_FILE, "INSERT INTO files(path, device, inode, size, mtime_ns, seen_us, settle_us,"       \
                " events, state, outcome, document_id, target, reason, at_us)"                     \
                " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)")            \
    X(SET_FILE, "UPDATE files SET path=?1, device=?2, inode=?3, size=?4, mtime_ns=?5, seen_us=?6," \
                " settle_us=?7, events=?8, state=?9, outcome=?10, document_id=?11, target=?12,"    \
                " reason=?13, at_us=?14 WHERE id=?15")                                             \
    X(DOCUMENT_STATE, "SELECT hash, state, received_us FROM documents WHERE id=?1")                \
    X(DOCUMENT_DONE, "UPDATE documents SET state='done',"                                          \
                     " encoding=CASE WHEN ?2='' THEN encoding ELSE ?2 END WHERE id=?1")            \
    X(SET_STATE, "UPDATE documents SET state=?2 WHERE id=?1")                                      \
    X(ADD_CHANGE, "INSERT INTO changes(kind, at_us, document_id, article_id)"                      \
                  " VALUES(?1, ?2, ?3, ?4)")                                                       \
    X(ADD_ARTICLE, "INSERT INTO articles(infosource, source_key, language, genre, byline,"         \
                   " dateline, summary, summary_spans, summary_plugin, seq, version, document_id," \
                   " piece, identity, received_us)"                                                \
                   " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9, ?10, 1, ?11, ?12, ?13, ?14)")              \
    X(SET_ARTICLE, "UPDATE articles SET infosource=?1, source_key=?2, language=?3, genre=?4,"      \
                   " byline=?5, dateline=?6, summary=?7, summary_spans=?8, summary_plugin=?9,"     \
                   " version=?11 WHERE id=?10")                                                    \
    X(ADD_VERSION, "INSERT INTO versions(article_id, version, seq, change_id, document_id, piece," \
                   " received_us, fingerprint, first_line, last_line, range_start, range_end,"     \
                   " confidence, headline, url, published, note, captions_text, extras, body)"     \
                   " VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,"   \
                   "?20)")                                                                         \
    X(ADD_SOURCE, "INSERT INTO article_documents(document_id, piece, article_id, version,"         \
                  " range_start, range_end) VALUES(?1, ?2, ?3, ?4, ?5, ?6)")                       \
    X(GAVE, "SELECT 1 FROM article_documents WHERE document_id=?1 AND article_id=?2")              \
    X(CANDIDATES, "SELECT a.id, a.version, v.fingerprint, v.received_us, v.url, v.published,"      \
                  " a.infosource, v.headline, v.body FROM articles a"                              \
                  " JOIN versions v ON v.article_id=a.id AND v.version=a.version"                  \
                  " WHERE a.identity=?1 ORDER BY a.id DESC LIMIT ?2")                              \
    X(ARTICLE_STATE, "SELECT version, document_id FROM articles WHERE id=?1")                      \
    X(ADD_TAG, "INSERT INTO tags(article_id, position, scheme, label, key, code, score, spans,"    \
               " plugin_id) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)")                                   \
    X(DROP_TAGS, "DELETE FROM tags WHERE article_id=?1")                                           \
    X(SET_RESULT, "INSERT INTO results(article_id, version, plugin_id, input, answer, change_id)"  \
                  " VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET"                      \
                  " input=?4, answer=?5, change_id=?6")                                            \
    X(SET_DOCUMENT_RESULT, "INSERT INTO document_results(document_id, plugin_id, input, answer,"   \
                           " change_id) VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET"      \
                           " input=?3, answer=?4, change_id=?5")                                   \
    X(PLUGIN, "SELECT id FROM plugins WHERE kind=?1 AND name=?2 AND version=?3"                    \
              " AND fingerprint=?4")                                                               \
    X(ADD_PLUGIN, "INSERT INTO plugins(kind, name, version, fingerprint) VALUES(?1, ?2, ?3, ?4)")  \
    X(DOCUMENT_FAILURE, "SELECT id FROM quarantine WHERE document_id=?1 AND article_id IS NULL")   \
    X(ARTICLE_FAILURE, "SELECT id FROM quarantine WHERE article_id=?1 AND plugin=?2")              \
    X(ADD_FAILURE, "INSERT INTO quarantine(document_id, article_id, stage, plugin,"                \
                   " plugin_version, guard, message, traceback, at_us, tries)"                     \
                   " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1)")                               \
    X(FAILED_AGAIN, "UPDATE quarantine SET stage=?3, plugin=?4, plugin_version=?5, guard=?6,"      \
                    " message=?7, traceback=?8, at_us=?9, tries=tries+1 WHERE id=?1")              \
    X(DROP_DOCUMENT_FAILURE, "DELETE FROM quarantine WHERE document_id=?1 AND article_id IS NULL") \
    X(DROP_ARTICLE_FAILURE, "DELETE FROM quarantine WHERE article_id=?1 AND plugin=?2")            \
    X(DROP_ARTICLE_FAILURES, "DELETE FROM quarantine WHERE article_id=?1")                         \
    X(FAILURE, "SELECT document_id, article_id FROM quarantine WHERE id=?1")                       \
    X(RETRY_DOCUMENT, "UPDATE documents SET state='received' WHERE id=?1 AND state='failed'")      \
    X(RETRY_ALL, "UPDATE documents SET state='received' WHERE state='failed'")                     \
    TASK_STATEMENT_MAP(X)                                                                          \
    RUN_STATEMENT_MAP(X)                                                                           \
    X(PUT_HEALTH, "INSERT OR REPLACE INTO plugin_health(fingerprint, plugin, title, since_us,"     \
                  " seen_us, calls, time_us, longest_us, memory_most, failures, running, guard,"   \
                  " aside_us, again_us)"                                                           \
                  " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)")          \
    X(TRIM_HEALTH, "DELETE FROM plugin_health WHERE fingerprint NOT IN"                            \
                   " (SELECT fingerprint FROM plugin_health ORDER BY seen_us DESC LIMIT ?1)")

enum statement {
#define STATEMENT_ENUM(name, sql) STATEMENT_##name,
    STATEMENT_MAP(STATEMENT_ENUM)
#undef STATEMENT_ENUM
        STATEMENT_COUNT
};

extern const char *const statement_sql[STATEMENT_COUNT];
