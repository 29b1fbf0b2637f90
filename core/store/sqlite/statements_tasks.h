/* The statements of task.c, forget.c and keep.c. */
#pragma once

#include "store/sqlite/kept.h"

#define TASK_STATEMENT_MAP(X)                                                                      \
    X(RUN_CHANGE, "SELECT id FROM changes WHERE job=?1 AND instant_us=?2")                         \
    X(ADD_TASK_CHANGE, "INSERT INTO changes(kind, at_us, plugin_id, job, instant_us)"              \
                       " VALUES('task', ?1, ?2, ?3, ?4)")                                          \
    X(ADD_TASK_ANSWER, "INSERT INTO task_answers(change_id, after_seq, upto_seq, answer)"          \
                       " VALUES(?1, ?2, ?3, ?4)")                                                  \
    X(TASK_TAG, "INSERT INTO task_tags(article_id, scheme, label, code, plugin_id, gone, score,"   \
                " change_id) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO UPDATE SET"     \
                " gone=?6, score=?7, change_id=?8")                                                \
    X(TASK_TAG_OPPOSITE, "DELETE FROM task_tags WHERE article_id=?1 AND scheme=?2 AND label=?3"    \
                         " AND gone<>?5 AND (?4='' OR code='' OR code=?4)")                        \
    X(TASK_FIELD, "INSERT INTO task_fields(article_id, field, value, plugin_id, change_id)"        \
                  " VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET value=?3, plugin_id=?4,"  \
                  " change_id=?5")                                                                 \
    X(TASK_NOTE, "INSERT INTO task_notes(article_id, plugin_id, text, change_id)"                  \
                 " VALUES(?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET text=?3, change_id=?4")        \
    X(DROP_TASK_NOTE, "DELETE FROM task_notes WHERE article_id=?1 AND plugin_id=?2")               \
    X(HAS_TASK_TAGS, "SELECT 1 FROM task_tags WHERE article_id=?1 LIMIT 1")                        \
    X(HAS_TASK_FIELDS, "SELECT 1 FROM task_fields WHERE article_id=?1 LIMIT 1")                    \
    X(LIFT_TAGS, "DELETE FROM tags WHERE article_id=?1 AND plugin_id IN"                           \
                 " (SELECT id FROM plugins WHERE kind='task')")                                    \
    X(HIDE_TAGS, "DELETE FROM tags WHERE article_id=?1 AND EXISTS (SELECT 1 FROM task_tags AS t"   \
                 " WHERE t.article_id=?1 AND t.gone=1 AND t.scheme=tags.scheme"                    \
                 " AND t.label=tags.label AND (t.code='' OR t.code=tags.code))")                   \
    X(LAY_TAGS, "INSERT INTO tags(article_id, position, scheme, label, key, code, score,"          \
                " plugin_id) SELECT ?1, (SELECT coalesce(max(position), -1) FROM tags"             \
                " WHERE article_id=?1) + row_number() OVER (ORDER BY scheme, label, code,"         \
                " plugin_id), scheme, label, desk_key(label), code, score, plugin_id"              \
                " FROM task_tags WHERE article_id=?1 AND gone=0")                                  \
    X(COUNT_TAGS, "SELECT count(*) FROM tags WHERE article_id=?1")                                 \
    X(LAY_FIELDS, "UPDATE articles SET"                                                            \
                  " language=coalesce((SELECT value FROM task_fields WHERE article_id=?1"          \
                  " AND field='language'), language),"                                             \
                  " genre=coalesce((SELECT value FROM task_fields WHERE article_id=?1"             \
                  " AND field='genre'), genre),"                                                   \
                  " byline=coalesce((SELECT value FROM task_fields WHERE article_id=?1"            \
                  " AND field='byline'), byline),"                                                 \
                  " dateline=coalesce((SELECT value FROM task_fields WHERE article_id=?1"          \
                  " AND field='dateline'), dateline) WHERE id=?1")                                 \
    X(FORGET_ANSWERS, "DELETE FROM task_answers WHERE (after_seq=0 AND upto_seq=0) OR ("           \
                      "upto_seq>=(SELECT seq FROM articles WHERE id=?1) AND after_seq<(SELECT"     \
                      " max(seq) FROM versions WHERE article_id=?1))")                             \
    X(FORGET_TAGS, "DELETE FROM tags WHERE article_id=?1")                                         \
    X(FORGET_TASK_TAGS, "DELETE FROM task_tags WHERE article_id=?1")                               \
    X(FORGET_FIELDS, "DELETE FROM task_fields WHERE article_id=?1")                                \
    X(FORGET_NOTES, "DELETE FROM task_notes WHERE article_id=?1")                                  \
    X(FORGET_RESULTS, "DELETE FROM results WHERE article_id=?1")                                   \
    X(FORGET_FAILURES, "DELETE FROM quarantine WHERE article_id=?1")                               \
    X(FORGET_CHANGES, "UPDATE changes SET article_id=NULL, document_id=NULL"                       \
                      " WHERE article_id=?1")                                                      \
    X(FORGET_SOURCES, "DELETE FROM article_documents WHERE article_id=?1")                         \
    X(FORGET_VERSIONS, "DELETE FROM versions WHERE article_id=?1")                                 \
    X(FORGET_ARTICLE, "DELETE FROM articles WHERE id=?1")                                          \
    X(FORGET_BYTES, "DELETE FROM document_bytes WHERE document_id=?1")                             \
    X(FORGET_DOCUMENT_RESULTS, "DELETE FROM document_results WHERE document_id=?1")                \
    X(FORGET_RECEIPTS, "DELETE FROM receipts WHERE document_id=?1")                                \
    X(FORGET_DOCUMENT_FAILURES, "DELETE FROM quarantine WHERE document_id=?1")                     \
    X(FORGET_DOCUMENT_CHANGES, "UPDATE changes SET document_id=NULL WHERE document_id=?1")         \
    X(FORGET_FILES, "DELETE FROM files WHERE document_id=?1 AND document_id>0 AND state IN"        \
                    " ('moved', 'deleted', 'gone')")                                               \
    X(FORGET_DOCUMENT, "DELETE FROM documents WHERE id=?1")                                        \
    X(COUNT_VERSIONS, "SELECT count(*) FROM versions WHERE article_id=?1")                         \
    X(COUNT_SOURCES, "SELECT count(*) FROM article_documents WHERE article_id=?1")                 \
    X(SOURCES, "SELECT DISTINCT document_id FROM article_documents WHERE article_id=?1")           \
    X(GIVES_OTHERS, "SELECT 1 FROM article_documents WHERE document_id=?1 LIMIT 1")                \
    X(HAS_BYTES, "SELECT 1 FROM document_bytes WHERE document_id=?1")                              \
    X(SET_DROPPED, "UPDATE documents SET dropped_us=?2 WHERE id=?1")                               \
    X(KEEP_DOCUMENTS,                                                                              \
      "UPDATE documents SET dropped_us=?3 WHERE id IN (SELECT d.id" KEPT_DOCUMENTS_SQL             \
      " ORDER BY d.id LIMIT ?2)")                                                                  \
    X(KEEP_BYTES, "DELETE FROM document_bytes WHERE document_id IN"                                \
                  " (SELECT id FROM documents WHERE dropped_us=?1)")                               \
    X(KEEP_VERSION_RESULTS,                                                                        \
      "DELETE FROM results WHERE (article_id, version) IN"                                         \
      " (SELECT v.article_id, v.version" KEPT_VERSIONS_SQL " ORDER BY v.id LIMIT ?2)")             \
    X(KEEP_VERSIONS, "DELETE FROM versions WHERE id IN (SELECT v.id" KEPT_VERSIONS_SQL             \
                     " ORDER BY v.id LIMIT ?2)")                                                   \
    X(KEEP_RESULTS, "DELETE FROM results WHERE (article_id, version, plugin_id) IN"                \
                    " (SELECT r.article_id, r.version, r.plugin_id" KEPT_RESULTS_SQL               \
                    " ORDER BY r.article_id, r.version, r.plugin_id LIMIT ?2)")                    \
    X(KEEP_DOCUMENT_RESULTS, "DELETE FROM document_results WHERE (document_id, plugin_id) IN"      \
                             " (SELECT r.document_id, r.plugin_id" KEPT_DOCUMENT_RESULTS_SQL       \
                             " ORDER BY r.document_id, r.plugin_id LIMIT ?2)")                     \
    X(KEEP_RUNS, "DELETE FROM task_answers WHERE change_id IN"                                     \
                 " (SELECT t.change_id" KEPT_RUNS_SQL " ORDER BY t.change_id LIMIT ?2)")           \
    X(KEEP_EVENTS,                                                                                 \
      "DELETE FROM events WHERE id IN (SELECT e.id" KEPT_EVENTS_SQL " ORDER BY e.id LIMIT ?2)")    \
    X(KEEP_FILES,                                                                                  \
      "DELETE FROM files WHERE id IN (SELECT f.id" KEPT_FILES_SQL " ORDER BY f.id LIMIT ?2)")      \
    X(FORGET_OUTPUTS,                                                                              \
      "UPDATE runs SET outputs='', error='' WHERE id IN (SELECT a.run_id FROM run_articles"        \
      " AS a JOIN snapshots AS s ON s.id=a.snapshot_id WHERE s.article_id=?1)")
