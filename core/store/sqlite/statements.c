#include "store/sqlite/statements.h"

const char *const statement_sql[STATEMENT_COUNT] = {
#define STATEMENT_SQL(name, sql) [STATEMENT_##name] = (sql),
    STATEMENT_MAP(STATEMENT_SQL)
#undef STATEMENT_SQL
};
