/* What is old enough for desk.keep, said once for removing and for counting. ?1: the time in
 * microseconds before which things go. */
#pragma once

#define KEPT_DOCUMENTS_SQL                                                                         \
    " FROM documents AS d WHERE d.state='done' AND d.dropped_us IS NULL AND d.received_us<?1"
/* The version that the index holds stays until the index has the one that is shown. */
#define KEPT_VERSIONS_SQL                                                                          \
    " FROM articles AS a JOIN versions AS v ON v.article_id=a.id AND v.version<a.version"          \
    " WHERE a.version>1 AND EXISTS (SELECT 1 FROM versions AS n WHERE n.article_id=a.id"           \
    " AND n.version>v.version AND n.received_us<?1) AND NOT EXISTS (SELECT 1 FROM index_row AS i"  \
    " WHERE i.article_id=a.id AND i.version=v.version)"
#define KEPT_RESULTS_SQL " FROM results AS r JOIN changes AS c ON c.id=r.change_id WHERE c.at_us<?1"
#define KEPT_DOCUMENT_RESULTS_SQL                                                                  \
    " FROM document_results AS r JOIN changes AS c ON c.id=r.change_id WHERE c.at_us<?1"
#define KEPT_RUNS_SQL                                                                              \
    " FROM task_answers AS t JOIN changes AS c ON c.id=t.change_id WHERE c.at_us<?1"
#define KEPT_RUN_ROWS_SQL                                                                          \
    " FROM runs AS r WHERE r.state NOT IN ('waiting', 'running') AND r.ended_us<?1"
#define KEPT_EVENTS_SQL " FROM events AS e WHERE e.at_us<?1"
#define KEPT_FILES_SQL                                                                             \
    " FROM files AS f WHERE f.at_us<?1 AND f.outcome IN ('done', 'duplicate')"                     \
    " AND f.state IN ('moved', 'deleted', 'gone')"
