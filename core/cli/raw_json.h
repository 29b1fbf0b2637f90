/* A plugin's answer as it gave it, as JSON. */
#pragma once

#include <jansson.h>
#include <msgpack.h>

/* A new reference; NULL: out of memory. */
json_t *raw_to_json(const msgpack_object *value);
