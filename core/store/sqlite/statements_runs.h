/* The statements of jobs.c, runs.c and run_inputs.c. */
#pragma once

#include "store/sqlite/kept.h"

#define RUN_COLUMNS                                                                                \
    "id, job, at_us, state, cause, ranged, after_seq, upto_seq, after_event, upto_event,"          \
    " window_start_us, inputs, tries, retry_us, started_us, ended_us, articles, files, error,"     \
    " outputs"

#define SEQ_AFTER_SQL                                                                              \
    "SELECT v.seq, c.at_us FROM versions AS v CROSS JOIN changes AS c ON c.id=v.change_id"         \
    " WHERE v.seq>?1 AND v.seq<=?2 ORDER BY v.seq"

/* Events that job ?1 may run on: not those of its own runs. */
#define EVENT_WANTED                                                                               \
    "id>?2 AND job<>?1 AND ((?3&2 AND kind='job.done') OR (?3&4 AND kind='job.failed')"            \
    " OR (?3&8 AND kind='item.quarantined'))"

#define RUN_STATEMENT_MAP(X)                                                                       \
    X(JOB, "SELECT mark, seen_us, covered_seq, covered_event, covered_us, paused_us, failures"     \
           " FROM jobs WHERE name=?1")                                                             \
    X(ADD_JOB, "INSERT INTO jobs(name, mark, seen_us, covered_seq, covered_event, covered_us,"     \
               " paused_us, paused_why, failures) VALUES(?1, ?2, ?3, ?4, ?5, 0, 0, '', 0)")        \
    X(MARK_JOB, "UPDATE jobs SET mark=?2, seen_us=?3 WHERE name=?1")                               \
    X(SEE_JOB, "UPDATE jobs SET seen_us=max(seen_us, ?2) WHERE name=?1")                           \
    X(PAUSE_JOB, "UPDATE jobs SET paused_us=?2, paused_why=?3 WHERE name=?1")                      \
    X(RESUME_JOB, "UPDATE jobs SET paused_us=0, paused_why='', failures=0 WHERE name=?1")          \
    X(COVER_JOB, "UPDATE jobs SET covered_seq=max(covered_seq, ?2),"                               \
                 " covered_event=max(covered_event, ?3), covered_us=max(covered_us, ?4)"           \
                 " WHERE name=?1")                                                                 \
    X(JOB_WELL, "UPDATE jobs SET failures=0 WHERE name=?1")                                        \
    X(JOB_FAILED, "UPDATE jobs SET failures=failures+1 WHERE name=?1 RETURNING failures")          \
    X(LAST_EVENT, "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name='events'), 0)")     \
    X(EVENTS, "SELECT id, kind FROM events WHERE " EVENT_WANTED " ORDER BY id LIMIT ?4")           \
    X(ADD_RUN_EVENT, "INSERT INTO events(kind, job, at_us, document_id, article_id, data)"         \
                     " VALUES(?1, ?2, ?3, 0, 0,"                                                   \
                     " json_object('job', ?2, 'at', ?4, 'message', ?5, 'to', ?6))")                \
    X(ADD_FAILURE_EVENT,                                                                           \
      "INSERT INTO events(kind, job, at_us, document_id, article_id, data)"                        \
      " SELECT 'item.quarantined', '', ?2, q.document_id, coalesce(q.article_id, 0),"              \
      " json_object('id', q.id, 'document', q.document_id, 'article', q.article_id,"               \
      " 'path', coalesce((SELECT path FROM receipts AS r WHERE r.document_id=d.id"                 \
      " ORDER BY at_us LIMIT 1), ''), 'name', d.name, 'headline', coalesce(v.headline, ''),"       \
      " 'stage', q.stage, 'plugin', q.plugin, 'version', q.plugin_version, 'guard', q.guard,"      \
      " 'message', q.message, 'traceback', q.traceback)"                                           \
      " FROM quarantine AS q JOIN documents AS d ON d.id=q.document_id"                            \
      " LEFT JOIN articles AS a ON a.id=q.article_id"                                              \
      " LEFT JOIN versions AS v ON v.article_id=a.id AND v.version=a.version WHERE q.id=?1")       \
    X(PRUNE_EVENTS, "DELETE FROM events WHERE id<=(SELECT seq FROM sqlite_sequence"                \
                    " WHERE name='events')-?1")                                                    \
    X(RUN, "SELECT " RUN_COLUMNS ", apart FROM runs WHERE job=?1 AND at_us=?2")                    \
    X(RUN_BY_ID, "SELECT " RUN_COLUMNS ", apart FROM runs WHERE id=?1")                            \
    X(ADD_RUN, "INSERT INTO runs(job, at_us, state, cause, ranged, after_seq, upto_seq,"           \
               " after_event, upto_event, window_start_us, apart, inputs, tries, retry_us,"        \
               " started_us, ended_us, articles, files, error, outputs)"                           \
               " VALUES(?1, ?2, ?3, ?4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ?5, 0, 0, ?6, '')")       \
    X(BEGIN_RUN, "UPDATE runs SET state='running', ranged=1, after_seq=?2, upto_seq=?3,"           \
                 " after_event=?4, upto_event=?5, window_start_us=?6, apart=?7, tries=?8,"         \
                 " retry_us=0, started_us=?9, ended_us=0, error='' WHERE id=?1")                   \
    X(END_RUN, "UPDATE runs SET state=?2, retry_us=?3, ended_us=?4, articles=?5, files=?6,"        \
               " error=?7, outputs=?8 WHERE id=?1")                                                \
    X(SEQ_AFTER, SEQ_AFTER_SQL)                                                                    \
    X(SNAPSHOT, "SELECT id FROM snapshots WHERE hash=?1")                                          \
    X(ADD_SNAPSHOT, "INSERT INTO snapshots(hash, article_id, size, bytes)"                         \
                    " VALUES(?1, ?2, ?3, ?4)")                                                     \
    X(DROP_INPUTS, "DELETE FROM run_articles WHERE run_id=?1")                                     \
    X(ADD_INPUT, "INSERT INTO run_articles(run_id, position, snapshot_id) VALUES(?1,"              \
                 " (SELECT coalesce(max(position), -1)+1 FROM run_articles WHERE run_id=?1), ?2)") \
    X(INPUTS_KEPT, "UPDATE runs SET inputs=1 WHERE id=?1")                                         \
    X(FORGET_INPUTS, "DELETE FROM run_articles WHERE snapshot_id IN (SELECT id FROM snapshots"     \
                     " WHERE article_id=?1)")                                                      \
    X(FORGET_SNAPSHOTS, "DELETE FROM snapshots WHERE article_id=?1")                               \
    X(FORGET_EVENTS, "DELETE FROM events WHERE article_id=?1 AND document_id>0")                   \
    X(FORGET_DOCUMENT_EVENTS, "DELETE FROM events WHERE document_id=?1 AND document_id>0")         \
    X(KEEP_RUN_ROWS,                                                                               \
      "DELETE FROM runs WHERE id IN (SELECT r.id" KEPT_RUN_ROWS_SQL " ORDER BY r.id LIMIT ?2)")    \
    X(KEEP_SNAPSHOTS, "DELETE FROM snapshots WHERE NOT EXISTS (SELECT 1 FROM run_articles AS r"    \
                      " WHERE r.snapshot_id=snapshots.id)")
