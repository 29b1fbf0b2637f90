/* From measurements to the document: medians, ratios, and whether the targets are met. */
#pragma once

#include <jansson.h>
#include <stdint.h>

/* Processor, cores, versions, and how idle the machine is (looks for half a second). */
json_t *report_machine(void);
/* One size. `results`: {lane: {path: [...], floor: [...]}}; takes `search`. */
json_t *report_size(uint32_t articles, json_t *results, json_t *search);
/* The document; takes all three. */
json_t *report_all(json_t *machine, json_t *start, json_t *sizes);
