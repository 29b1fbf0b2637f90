/* What host and worker say to each other. Each frame is one msgpack array [type, sequence, ...]; a
 * worker answers jobs in the order in which they came.
 *
 * Host to worker
 *   [SETUP, 0, {native, lib, env, state_bytes, worker_bytes, call_ms}]
 *       once, before the walls close. Answer: READY, or FAULT when a native plugin does not load.
 *   [PLUGIN, 0, {index, kind, name, native, files, options}]
 *       kept, not run: a plugin is loaded when a job first needs it. No answer.
 *   [JOB, sequence, op, session, {...}]
 *       answer: ANSWER or FAULT with the same sequence.
 *   [FORGET, 0, session]
 *       the session's state is dropped. No answer.
 * Worker to host
 *   [READY, 0, {pid, services}]
 *   [ANSWER, sequence, {...}]
 *   [FAULT, sequence, guard, plugin or -1, message, traceback]
 *   [LOG, sequence, level, plugin, text]     any time within a job
 *
 * Jobs by op, and what the ANSWER holds
 *   CONFIG    {name, bytes} -> {config}                      desk.lua, evaluated
 *   MANIFEST  {plugin} -> {manifest}
 *   INGEST    {plugins = [index], document, want_text, want_cost}
 *             -> {plugin, encoding, notes = [text], text_len, answer, text (only if wanted)}
 *             With claims = true the half before: -> {plugin, claim}, claim 0: nobody's;
 *             with chosen = true (and one plugin) the half behind; with decode = true no
 *             plugin is asked: -> {text}. With want_cost the
 *             answer ends in cost = {cpu_us, bytes, peak}; so does each result with an
 *             answer of ARTICLE.
 *   ARTICLE   {plugins = [index], article, want_cost, as_given}
 *             -> {results = [{plugin, answer} | {plugin, fault = {guard, message,
 *             traceback}}]}
 *             Tags are packed by tags_put, unless they are wanted as given.
 *             Field suggestions (language ...) and tags are applied between plugins, by
 *             suggest_apply() (worker/suggest.h), and by the host again from the checked answers.
 *   EXPORT_OPEN  {plugin, options} -> {files = [{name, append}]}     all three within a session
 *   EXPORT_WRITE {articles} -> {files}
 *   EXPORT_CLOSE {} -> {files}
 *   TASK_PAGE {articles} -> {}      within a session: articles that its TASK will be about
 *   TASK      {plugin, event} -> {answer}    with a session it ends it; without, no articles
 *   TEST      {plugin, case} -> {cases, name, passed, message, traceback, golden,
 *             golden_text, answer}    case 0: the number alone
 *   CHECK     {plugin} -> {issues = [{file, line, level, text}]}
 */
#pragma once

#include "lua/guard.h"

enum message_type {
    MESSAGE_SETUP = 1,
    MESSAGE_READY,
    MESSAGE_PLUGIN,
    MESSAGE_JOB,
    MESSAGE_ANSWER,
    MESSAGE_FAULT,
    MESSAGE_LOG,
    MESSAGE_FORGET,
};

enum job_op {
    JOB_CONFIG = 1,
    JOB_MANIFEST,
    JOB_INGEST,
    JOB_ARTICLE,
    JOB_EXPORT_OPEN,
    JOB_EXPORT_WRITE,
    JOB_EXPORT_CLOSE,
    JOB_TEST,
    JOB_TASK_PAGE,
    JOB_TASK,
    JOB_CHECK,
    JOB_OP_END, /* one past the last */
};

const char *guard_word(enum guard guard);
