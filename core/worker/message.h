/* What host and worker say to each other. Each frame is [type, sequence, payload]; a worker answers
 * jobs in the order in which they came.
 *
 * Setup (host to worker, once, before the walls close):
 *   SETUP  { native = [paths], state_bytes, call_ms, unsafe... }   -> READY { pid, services } or
 * FAULT then, walls closed: PLUGIN { index, kind, name, files = { name = bytes }, lib = { name =
 * bytes }, options = {} } stored, not run; a plugin is loaded when a job first needs it. No answer.
 *   JOB    { op, ... }                          -> ANSWER {...} | FAULT { guard, message,
 * traceback, plugin } Payloads by op, and what the ANSWER holds: CONFIG   { name, bytes } -> {
 * config = {...} }     desk.lua, evaluated MANIFEST { plugin }                         -> {
 * manifest = {...} } INGEST   { plugins = [index...], document } -> { plugin = index, encoding,
 * notes = [text], text_len, answer = drafts as Lua gave them, text (only when `want_text`) }
 *   ARTICLE  { plugins = [index...], words, article }
 *              -> { results = [ { plugin, answer } | { plugin, fault = {...} } ], words = bin }
 *              Field suggestions (language ...) are applied in the worker between plugins, and by
 *              the host again from the checked answers. `words` true: index words wanted.
 *   EXPORT_OPEN  { plugin, options, context }   -> { files = [...] }
 *   EXPORT_WRITE { articles = [..] }            -> { files = [ { name, append = bin } ... ] }
 *   EXPORT_CLOSE { }                            -> { files = [...] }
 *   TEST     { plugin, case }                   -> { cases, name, passed, message, answer }
 *              case 0 asks for the number of cases.
 *   LOG (worker to host, any time within a job): { level, plugin, text }
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
};

const char *guard_word(enum guard guard);
