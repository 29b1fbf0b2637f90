#include "schedule/report.h"

#include "base/clock.h"
#include "model/json.h"

json_t *schedule_report_json(const struct schedule_report *report)
{
    char at[CLOCK_TEXT_SIZE];
    json_t *outputs = json_array();
    for (size_t i = 0; i < report->output_count; i++)
        json_array_append_new(outputs, str_to_json(str_of(report->outputs[i])));
    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:o, s:o}", "job", report->job, "at",
                     clock_format(report->at_us, at), "local", report->local, "state",
                     report->state, "articles", (json_int_t)report->articles, "files",
                     (json_int_t)report->files, "after_seq", (json_int_t)report->after_seq,
                     "upto_seq", (json_int_t)report->upto_seq, "outputs", outputs, "error",
                     report->error ? str_to_json(str_of(report->error->text)) : json_null());
}
