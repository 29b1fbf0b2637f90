/* How plugins do, as the pipeline counts it. */
#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "store/sqlite/reader.h"
#include "store/sqlite/writer.h"

static int put(struct engine_writer *writer, const struct store_health *health, int64_t now_us,
               struct error *err)
{
    sqlite3_stmt *stmt = writer_statement(writer, STATEMENT_PUT_HEALTH, err);
    if (!stmt)
        return err->code;
    sq_bind_blob(stmt, 1, health->fingerprint.bytes, HASH_SIZE);
    sq_bind_text(stmt, 2, health->plugin);
    sq_bind_text(stmt, 3, health->title);
    sq_bind_int(stmt, 4, health->since_us);
    sq_bind_int(stmt, 5, now_us);
    sq_bind_int(stmt, 6, health->calls);
    sq_bind_int(stmt, 7, health->us);
    sq_bind_int(stmt, 8, health->most_us);
    sq_bind_int(stmt, 9, health->most_bytes);
    sq_bind_text(stmt, 10, health->failures);
    sq_bind_int(stmt, 11, health->running);
    sq_bind_text(stmt, 12, health->guard);
    sq_bind_int(stmt, 13, health->aside_us);
    sq_bind_int(stmt, 14, health->again_us);
    return sq_run(stmt, err);
}

int writer_health(struct engine_writer *writer, struct store_request *request, struct error *err)
{
    const int64_t now_us = clock_wall_us();
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < request->health_count; i++)
        rc = put(writer, &request->health[i], now_us, err);
    return rc == 0 ? writer_run(writer, STATEMENT_TRIM_HEALTH, (int64_t)LIMIT(HEALTH_KEPT), err)
                   : rc;
}

static void take(sqlite3_stmt *row, struct store_health *out)
{
    const struct str fingerprint = sq_blob(row, 0);
    *out = (struct store_health){
        .plugin = sq_text(row, 1),
        .title = sq_text(row, 2),
        .since_us = sqlite3_column_int64(row, 3),
        .calls = sqlite3_column_int64(row, 4),
        .us = sqlite3_column_int64(row, 5),
        .most_us = sqlite3_column_int64(row, 6),
        .most_bytes = sqlite3_column_int64(row, 7),
        .failures = sq_text(row, 8),
        .running = sqlite3_column_int64(row, 9),
        .guard = sq_text(row, 10),
        .aside_us = sqlite3_column_int64(row, 11),
        .again_us = sqlite3_column_int64(row, 12),
    };
    if (fingerprint.len == HASH_SIZE)
        memcpy(out->fingerprint.bytes, fingerprint.at, HASH_SIZE);
}

int reader_health(struct engine_reader *reader,
                  int (*each)(const struct store_health *health, void *data), void *data,
                  struct error *err)
{
    SQ_AUTO sqlite3_stmt *row = NULL;
    int rc = sq_prepare(reader->db,
                        "SELECT fingerprint, plugin, title, since_us, calls, time_us, longest_us,"
                        " memory_most, failures, running, guard, aside_us, again_us"
                        " FROM plugin_health ORDER BY seen_us",
                        false, &row, err);
    while (rc >= 0 && (rc = sq_row(row, err)) > 0) {
        struct store_health health;
        take(row, &health);
        if (each(&health, data) != 0)
            return 0;
    }
    return rc < 0 ? rc : 0;
}
