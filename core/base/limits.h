/* Every limit of the host, with its name. A message that refuses something says the name, so that
 * a person can find it here.
 *
 * X(NAME, value, unit, what it bounds) */
#pragma once

#define KIB 1024UL
#define MIB (1024UL * KIB)

#define LIMIT_MAP(X)                                                                               \
    X(DOCUMENT_BYTES, 32 * MIB, "bytes", "a document as it comes in")                              \
    X(DECODED_BYTES, 64 * MIB, "bytes", "a document's text after decoding")                        \
    X(FRAME_BYTES, 96 * MIB, "bytes", "one message between host and worker")                       \
    X(FRAME_DEPTH, 24, "levels", "nesting in a message")                                           \
    X(FRAME_ITEMS, 2 * 1000 * 1000UL, "values", "values in one message")                           \
    X(ARTICLES_PER_DOCUMENT, 20000, "articles", "drafts an ingest plugin may give")                \
    X(HEADLINE_BYTES, 2 * KIB, "bytes", "a headline")                                              \
    X(FIELD_BYTES, 8 * KIB, "bytes", "any short field: byline, note, url")                         \
    X(BODY_BYTES, 16 * MIB, "bytes", "an article's text")                                          \
    X(CAPTIONS_PER_ARTICLE, 1000, "captions", "captions of one article")                           \
    X(CAPTION_BYTES, 16 * KIB, "bytes", "a caption")                                               \
    X(EVIDENCE_PER_ARTICLE, 200, "entries", "evidence for one cut")                                \
    X(LINES_PER_ARTICLE, 1000 * 1000, "lines", "line numbers a draft may name")                    \
    X(TAGS_PER_ANSWER, 1000, "tags", "tags in one plugin's answer")                                \
    X(TAGS_PER_ARTICLE, 20000, "tags", "tags of one article, of all plugins")                      \
    X(TAG_BYTES, 512, "bytes", "a tag's scheme, label or code")                                    \
    X(SPANS_PER_TAG, 2000, "spans", "spans of one tag or summary")                                 \
    X(SUMMARY_BYTES, 64 * KIB, "bytes", "a summary")                                               \
    X(WRITE_BYTES, 64 * MIB, "bytes", "memory of the store thread for one write")                  \
    X(PLUGIN_FILES, 64, "files", "files of one plugin")                                            \
    X(PLUGIN_BYTES, 8 * MIB, "bytes", "all files of one plugin")                                   \
    X(GRANT_BYTES, 32 * MIB, "bytes", "all files outside its folder that a plugin may read")       \
    X(PLUGINS, 256, "plugins", "plugins of one desk")                                              \
    X(CONFIG_BYTES, 1 * MIB, "bytes", "desk.lua")                                                  \
    X(STATE_BYTES, 256 * MIB, "bytes", "memory of one Lua state")                                  \
    X(WORKER_BYTES, 1536 * MIB, "bytes", "address space of a worker")                              \
    X(CALL_MS, 5000, "ms", "one call into a plugin, before the soft stop")                         \
    X(CALL_GRACE_MS, 1000, "ms", "from the soft stop to SIGKILL")                                  \
    X(LOAD_MS, 3000, "ms", "loading a plugin or evaluating desk.lua")                              \
    X(WORKER_START_MS, 20000, "ms", "a worker's start, before SIGKILL")                            \
    X(WORKERS, 64, "processes", "workers of one host")                                             \
    X(INFLIGHT_BYTES, 16 * MIB, "bytes", "documents and articles in flight in the host")           \
    X(INFLIGHT_ITEMS, 1024, "documents", "documents in flight in the host")                        \
    X(ANSWERS_BYTES, 16 * MIB, "bytes", "answers of ingest plugins held by the host")              \
    X(LIVE_STOP_MS, 10 * 1000, "ms", "for what is in workers when a running desk is told to end")  \
    X(LIVE_LOOK_MS, 1000, "ms", "between two looks of a running desk at its lock and socket")      \
    X(LIVE_LOST_MS, 5000, "ms", "without its lock or socket, before a running desk ends")          \
    X(MANAGER_STATUS_MS, 3000, "ms", "between two lines of status for a service manager")          \
    X(RELOAD_SETTLE_MS, 40, "ms", "without a change of desk.lua or a plugin, before a reload")     \
    X(RELOAD_CALLS, 16, "requests", "commands that wait for one reload")                           \
    X(RELOAD_FOLDERS, 2000, "folders", "of plugins that a running desk keeps an eye on")           \
    X(INFLOW_OFFERS, 512, "files", "files offered to a running desk and not read yet")             \
    X(INFLOW_ITEMS, 128, "documents",                                                              \
      "documents that a running desk has in flight for its watches")                               \
    X(INFLOW_RETRY_MIN_MS, 1000, "ms", "from a failed write of a running desk to the next try")    \
    X(INFLOW_RETRY_MAX_MS, 60 * 1000, "ms", "the same, after many")                                \
    X(WORKER_QUEUE_BYTES, 4 * MIB, "bytes", "jobs sent to one worker and not answered")            \
    X(WORKER_QUEUE_ITEMS, 16, "jobs", "jobs sent to one worker and not answered")                  \
    X(WORKER_QUEUE_MOST, 128, "jobs", "the same of jobs that take no time")                        \
    X(WORKER_QUEUE_US, 8000, "us", "what these may take together")                                 \
    X(STORE_QUEUE_BYTES, 16 * MIB, "bytes", "writes waiting for the store thread")                 \
    X(STORE_QUEUE_ITEMS, 2048, "writes", "writes waiting for the store thread")                    \
    X(INDEX_GROUP, 1000, "articles", "articles indexed in one transaction under load")             \
    X(COMMIT_GROUP, 1000, "writes", "writes in one transaction")                                   \
    X(COMMIT_ENOUGH, 128, "writes", "writes that wait, before a commit waits for no more")         \
    X(COMMIT_GATHER_MS, 100, "ms", "how long a write may wait for others to commit with")          \
    X(INDEX_LINGER_MS, 50, "ms", "without a write, before waiting articles are indexed")           \
    X(RECEIPT_SYNC_MS, 20, "ms", "from the commit of a receipt to its sync, at the latest")        \
    X(LOG_PAGES, 8000, "pages", "in the store's log before writes wait until it is brought home")  \
    X(LOG_REST_MS, 25, "ms", "without a write, before a long log is brought home")                 \
    X(LOCK_WAIT_MS, 1000, "ms", "how long the lock of a host that is gone is waited for")          \
    X(STORE_WAIT_MS, 5000, "ms", "how long a database that is held by another is waited for")      \
    X(CACHE_WRITER_BYTES, 16 * MIB, "bytes", "SQLite's page cache of the store thread")            \
    X(CACHE_READER_BYTES, 2 * MIB, "bytes", "SQLite's page cache of a reader")                     \
    X(IDENTITY_CANDIDATES, 16, "articles", "newest of an identity that are compared")              \
    X(IDENTITY_DAYS, 7, "days", "between two versions known by headline, not by URL")              \
    X(IDENTITY_WORDS, 20000, "words", "of each text, when two are compared")                       \
    X(SCAN_DEPTH, 64, "levels", "folders in folders")                                              \
    X(SCAN_PENDING, 4096, "names", "names read ahead from folders")                                \
    X(PATH_BYTES, 4096, "bytes", "a path")                                                         \
    X(QUERY_BYTES, 4 * KIB, "bytes", "a query")                                                    \
    X(QUERY_TERMS, 64, "terms", "terms in a query")                                                \
    X(QUERY_DEPTH, 16, "levels", "parentheses in a query")                                         \
    X(QUERY_WORDS, 256, "words", "index words of a query")                                         \
    X(RANKED_ROWS, 4000, "articles", "newest matches that --sort rank ranks")                      \
    X(SNIPPET_BYTES, 256 * KIB, "bytes", "how far into a body a snippet is looked for")            \
    X(EXPORT_FILES, 100 * 1000, "files", "files of one export")                                    \
    X(EXPORT_FILE_BYTES, 1024 * MIB, "bytes", "one exported file")                                 \
    X(EXPORT_BYTES, 8UL * 1024 * MIB, "bytes", "all files of one export")                          \
    X(EXPORT_OPEN_FILES, 64, "files", "exported files open at once")                               \
    X(EXPORT_NAME_BYTES, 200, "bytes", "a part of an exported file's name")                        \
    X(LOG_LINE_BYTES, 4 * KIB, "bytes", "a line that a plugin logs")                               \
    X(LOG_LINES_PER_CALL, 100, "lines", "lines that one call may log")                             \
    X(ANSWER_BYTES, 64 * MIB, "bytes", "one plugin's answer to one item")                          \
    X(ANSWER_DEPTH, 16, "levels", "nesting in a plugin's answer")                                  \
    X(ANSWER_KEYS, 100 * 1000, "fields", "named fields of one table in a plugin's answer")         \
    X(JSON_BYTES, 8 * MIB, "bytes", "a text for desk.json.decode")                                 \
    X(JSON_DEPTH, 100, "levels", "nesting in desk.json")                                           \
    X(JSON_VALUES, 1000 * 1000, "values", "values for desk.json.encode")                           \
    X(TASK_ARTICLES, 20000, "articles", "articles that one call of a task is given")               \
    X(TASK_BYTES, 64 * MIB, "bytes", "texts of the articles that one call of a task is given")     \
    X(TASK_ITEMS, 1000, "events", "events that one call of a task is given")                       \
    X(TASK_COMMANDS, 100 * 1000, "commands", "commands in a task's answer")                        \
    X(TASK_TEXT_BYTES, 16 * MIB, "bytes", "text of one command of a task")                         \
    X(NOTE_BYTES, 1 * KIB, "bytes", "a task's note on an article")                                 \
    X(TASK_EXPORTS, 16, "exports", "exports that a task's answer may ask for")                     \
    X(TASK_NOTIFICATIONS, 10, "notifications", "notifications that a task's answer may ask for")   \
    X(NOTIFY_BYTES, 64 * KIB, "bytes", "text handed to a granted command")                         \
    X(NOTIFY_MS, 30000, "ms", "how long a granted command may take")                               \
    X(NOTIFY_OUTPUT, 4 * KIB, "bytes", "output of a granted command that is kept")                 \
    X(FORGET_GROUP, 100, "articles", "articles forgotten in one transaction")                      \
    X(KEEP_LEAST, 24, "hours", "shortest time that desk.keep takes")                               \
    X(KEEP_GROUP, 500, "rows", "rows that desk.keep removes in one transaction")                   \
    X(TEST_CASES, 10 * 1000, "cases", "cases of one test.lua")                                     \
    X(CONFIG_ENTRIES, 1000, "entries", "entries of one kind in desk.lua")                          \
    X(WATCHES, 64, "folders", "folders that a desk watches (desk.watch)")                          \
    X(WATCH_SPAN, 24 * 3600, "seconds", "settle, rescan and poll of a watched folder")             \
    X(WATCH_FILES, 8192, "files", "files of watched folders looked at at once")                    \
    X(WATCH_BYTES, 4 * MIB, "bytes", "memory for their names")                                     \
    X(WATCH_FOLDERS, 65536, "folders", "folders within watched folders that inotify tells of")     \
    X(WATCH_FOLDER_BYTES, 16 * MIB, "bytes", "memory for their names")                             \
    X(WATCH_SAME_NAMES, 1000 * 1000, "names", "files of one name in done/: a (2), a (3) ...")      \
    X(CONTROL_LINE_BYTES, 256 * KIB, "bytes", "a line over the control socket")                    \
    X(CONTROL_CLIENTS, 64, "clients", "clients of the control socket")                             \
    X(CONTROL_REQUESTS, 16, "requests", "requests at work for one client")                         \
    X(CONTROL_OUTPUT_BYTES, 4 * MIB, "bytes", "answers waiting for a client that reads slowly")    \
    X(CONTROL_ALIVE_MS, 2000, "ms", "between signs of life while a request is at work")            \
    X(CONTROL_SILENCE_MS, 30000, "ms", "that a command waits for a word of the running desk")      \
    X(CONTROL_ASK_MS, 5000, "ms", "the same of status, why, reload, stop, which need no time")     \
    X(CONTROL_IDLE_MS, 1000, "ms", "that a client may ask for nothing when others find no place")  \
    X(CONTROL_BEGIN_MS, 1000, "ms", "for a desk that begins to run to listen for commands")        \
    X(CONTROL_STOP_MS, 120000, "ms", "that `copydesk stop` waits for the desk's end")              \
    X(CONTROL_STOP_NOW_MS, 5000, "ms", "that `copydesk stop --now` waits before it kills")         \
    X(CONTROL_CLOSE_MS, 2000, "ms", "for clients to read their last answers when a desk stops")    \
    X(ZONE_BYTES, 1 * MIB, "bytes", "a time zone's file")                                          \
    X(JOBS, 256, "jobs", "jobs of one desk")                                                       \
    X(JOB_WINDOW, 366 * 24 * 3600, "seconds", "window and deadline of a job")                      \
    X(JOB_SPREAD, 24 * 3600, "seconds", "jitter and debounce of a job")                            \
    X(JOB_TIMEOUT, 7 * 24 * 3600, "seconds", "timeout of a job")                                   \
    X(JOB_RETRIES, 20, "tries", "retry of a job")                                                  \
    X(JOB_FAILURES, 1000 * 1000, "runs", "pause_after of a job")                                   \
    X(RUNS_AT_ONCE, 2, "runs", "runs at work at once")                                             \
    X(RUNS_QUEUED, 100, "runs", "instants of one job that wait their turn")                        \
    X(RUNS_BACKFILLED, 1000, "runs", "instants of one backfill")                                   \
    X(SCHEDULE_TICK_MS, 60000, "ms", "between two looks at the clock")                             \
    X(EVENTS_KEPT, 10000, "events", "newest events that the store keeps")                          \
    X(ESCAPE_CALL_MS, 400, "ms", "one call of an escape that doctor --sandbox tries")              \
    X(ESCAPE_STATE_BYTES, 64 * MIB, "bytes", "memory of an escape's Lua state")                    \
    X(ESCAPE_WORKER_BYTES, 512 * MIB, "bytes", "address space of an escape's worker")              \
    X(SAMPLE_ITEMS, 10 * 1000, "items", "articles or documents of plugin bench and plugin diff")   \
    X(SAMPLE_BYTES, 256 * MIB, "bytes", "all of them")                                             \
    X(HEALTH_KEPT, 512, "plugins", "versions of plugins whose calls and failures are known")       \
    X(ASIDE_AFTER, 5, "failures", "in a row, before a plugin is set aside (desk.aside)")           \
    X(ASIDE_AGAIN_S, 60, "seconds", "until one item tries a plugin that was set aside")            \
    X(ASIDE_SPAN_S, 366UL * 24 * 3600, "seconds", "longest span of desk.aside")                    \
    X(FIXTURE_FILES, 5000, "files", "files and folders of a fixture")                              \
    X(FIXTURE_BYTES, 1024 * MIB, "bytes", "all files of a fixture")                                \
    X(FIXTURE_DEPTH, 6, "levels", "folders in folders of a fixture")                               \
    X(FIXTURE_CALLS, 256, "calls", "calls of a fixture")                                           \
    X(FIXTURE_CALL_BYTES, 24 * MIB, "bytes", "one call of a fixture, as JSON")                     \
    X(QUARANTINE_TEXT, 16 * KIB, "bytes", "a traceback kept in quarantine")

enum limit {
#define LIMIT_ENUM(name, value, unit, what) LIMIT_##name##_INDEX,
    LIMIT_MAP(LIMIT_ENUM)
#undef LIMIT_ENUM
        LIMIT_COUNT
};

struct limit_info {
    const char *name, *unit, *what;
    unsigned long value;
};
extern const struct limit_info limit_table[LIMIT_COUNT];

/* The value, as unsigned long: LIMIT(DOCUMENT_BYTES). Its name for a message: LIMIT_NAME(...). */
#define LIMIT(which)      (limit_table[LIMIT_##which##_INDEX].value)
#define LIMIT_NAME(which) (limit_table[LIMIT_##which##_INDEX].name)

/* The first limit of the table in bytes that has this value, or NULL. */
const struct limit_info *limit_in_bytes(unsigned long value);
