/* What the pipeline said of a file, and what is done with the file then. */
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "watch/parts.h"

#define AGAIN_US INT64_C(1000000) /* until its document, which is at work, is done */
#define RETRY_US INT64_C(5000000) /* after what is no fault of the file: the disk is full */

void decide_queue(struct watch *watch, struct watch_file *file)
{
    file->stage = FILE_DECIDED;
    file->parked = false;
    file_list_add(&watch->decided, file);
}

void decide_later(struct watch *watch, struct watch_file *file, int64_t us)
{
    file->stage = FILE_NOTED;
    file->parked = true;
    table_due(watch->table, file, clock_mono_us() + us);
}

static void set_reason(struct watch_file *file, const char *text)
{
    mem_free(file->reason);
    file->reason = text && text[0] ? mem_strdup(text) : NULL;
}

static void decided(struct watch *watch, struct watch_file *file, enum store_file_outcome outcome,
                    int64_t document_id)
{
    file->outcome = outcome;
    file->document_id = document_id;
    file->decided = true;
    file->action = file->root->after == CONFIG_KEEP || outcome == STORE_FILE_UNREADABLE
                       ? ACTION_STAY
                       : ACTION_OUT;
    decide_queue(watch, file);
}

void decide_unreadable(struct watch *watch, struct watch_file *file, const struct error *why)
{
    set_reason(file, why->text);
    watch_problem(watch, why);
    decided(watch, file, STORE_FILE_UNREADABLE, 0);
}

/* Not now, and not the file's fault. */
static void again(struct watch *watch, struct watch_file *file, int64_t us)
{
    file->stage = FILE_NOTED;
    file->parked = false;
    table_due(watch->table, file, clock_mono_us() + us);
}

/* The same content in quarantine: to drop it again is to ask for another try. */
static bool try_document(struct watch *watch, struct watch_file *file, int64_t document_id)
{
    if (file->retried)
        return false;
    file->retried = true;
    file->document_id = document_id;
    file->retry = true;
    file->stage = FILE_READY;
    file_list_add(&watch->ready, file);
    return true;
}

static void known(struct watch *watch, struct watch_file *file, const struct ingest_report *report)
{
    const bool failed = report->known && strcmp(report->known, "failed") == 0;
    const bool at_work = report->known && strcmp(report->known, "received") == 0;
    set_reason(file, NULL);
    if (report->again && at_work)
        again(watch, file, AGAIN_US);
    else if (failed && !report->again && try_document(watch, file, report->document_id))
        return;
    else if (failed)
        decided(watch, file, STORE_FILE_FAILED, report->document_id);
    else if (file->decided && file->document_id == report->document_id)
        decided(watch, file, file->outcome, report->document_id); /* touched, and the same still */
    else
        decided(watch, file, report->again ? STORE_FILE_DONE : STORE_FILE_DUPLICATE,
                report->document_id);
}

static bool is_own_fault(int code)
{
    return code == ERR_INVALID || code == ERR_LIMIT;
}

static void refused(struct watch *watch, struct watch_file *file, const struct error *why)
{
    if (file->retry && (why->code == ERR_EXISTS || why->code == ERR_NOTFOUND)) {
        file->retry = false; /* its document is out of quarantine, or forgotten: as any other */
        again(watch, file, 0);
    } else if (why->code == ERR_NOTFOUND) {
        again(watch, file, 0); /* it went away; the next look sees that */
    } else if (why->code == ERR_DENIED) {
        decide_unreadable(watch, file, why);
    } else if (is_own_fault(why->code)) {
        set_reason(file, why->text);
        decided(watch, file, STORE_FILE_FAILED, 0);
    } else {
        watch_problem(watch, why);
        again(watch, file, RETRY_US);
    }
}

static void settled(struct watch *watch, struct watch_file *file,
                    const struct ingest_report *report)
{
    static const struct error unknown = {.code = ERR_IO, .text = "it could not be taken in"};
    const struct error *why = report->error ? report->error : &unknown;
    switch (report->outcome) {
    case INGEST_ADDED:
        set_reason(file, NULL);
        decided(watch, file, STORE_FILE_DONE, report->document_id);
        break;
    case INGEST_KNOWN:
        known(watch, file, report);
        break;
    case INGEST_FAILED:
        set_reason(file, why->text);
        decided(watch, file, STORE_FILE_FAILED, report->document_id);
        break;
    case INGEST_LATER: /* offered again when there is room */
        file->stage = FILE_READY;
        file_list_add(&watch->ready, file);
        break;
    default:
        refused(watch, file, why);
    }
}

void watch_settled(struct watch *watch, struct watch_file *file, const struct ingest_report *report)
{
    watch->at_work--;
    if (report)
        settled(watch, file, report);
    else
        again(watch, file, AGAIN_US);
    watch_pump(watch);
}
