/* The parts of config.c and config_check.c. */
#pragma once

#include <lua.h>

enum config_type {
    FIELD_TEXT,
    FIELD_SPAN,    /* "500ms", "7d" */
    FIELD_CHOICE,  /* one of the words in `choices` */
    FIELD_SPAN_OR, /* a span, or one of the words in `choices` */
    FIELD_FLAG,
    FIELD_WHOLE,
    FIELD_TABLE,
    FIELD_TEXTS, /* a list of texts */
};

struct config_field {
    const char *name; /* NULL ends */
    enum config_type type;
    const char *choices; /* parted by blanks */
};

/* Raises "desk.lua:LINE: desk.SETTING: why; write it as in: ...". */
int config_refuse(lua_State *L, const char *setting, const char *why);

/* Checks the key at -2 and the value at -1 against `fields`; raises an error that names the nearest
 * field or says what fits. */
void config_check_field(lua_State *L, const char *setting, const struct config_field *fields);
