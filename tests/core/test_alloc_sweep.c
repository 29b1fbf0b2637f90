/* The allocation-failure sweep. A scenario does a representative piece of work and gives 0 or an
 * error. It is run again and again with the 1st, 2nd, 3rd ... allocation failing, until it passes
 * untouched: each time it must say ERR_NOMEM, free what it took (the asan preset looks), and leave
 * nothing half done that a later run trips over.
 *
 * To add one: write `static int NAME(struct error *err)` in this file, or in a header beside it
 * for a large one, and name it in SCENARIOS. */
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/file.h"
#include "model/json.h"
#include "model_help.h"
#include "model_sample.h"

static char folder[64];

/* ---- base ---- */

static int buffers(struct error *err)
{
    BUF_AUTO struct buf buf = BUF_INIT;
    for (int i = 0; i < 200; i++)
        buf_printf(&buf, "line %d\n", i);
    size_t len;
    MEM_AUTO char *taken = buf_take(&buf, &len);
    return taken ? 0 : error_set(err, ERR_NOMEM, "out of memory");
}

static int arenas(struct error *err)
{
    ARENA_AUTO struct arena *arena = arena_new(1 << 20);
    if (!arena)
        return error_set(err, ERR_NOMEM, "out of memory");
    for (int i = 0; i < 300; i++) {
        if (!arena_printf(arena, "%0100d", i))
            return error_set(err, ERR_NOMEM, "out of memory");
    }
    return 0;
}

static int files(struct error *err)
{
    MEM_AUTO char *path = file_join(folder, "file");
    MEM_AUTO char *real = NULL, *program = NULL;
    BUF_AUTO struct buf text = BUF_INIT;
    if (!path)
        return error_set(err, ERR_NOMEM, "out of memory");
    int rc = file_replace(path, "some text", 9, err);
    if (rc == 0)
        rc = file_read(path, 100, &text, NULL, err);
    if (rc == 0)
        rc = file_real_path(path, &real, err);
    return rc ? rc : file_program_dir(&program, err);
}

/* ---- model ---- */

static int wire(struct error *err)
{
    ARENA_AUTO struct arena *arena = arena_new(1 << 20);
    BUF_AUTO struct buf bytes = BUF_INIT;
    msgpack_packer packer;
    msgpack_zone zone;
    msgpack_object value;
    struct article read;
    wire_packer(&packer, &bytes);
    if (!arena || article_pack(&packer, &sample_article) < 0)
        return error_set(err, ERR_NOMEM, "out of memory");
    assert_true(msgpack_zone_init(&zone, 4096));
    int rc = wire_unpack(bytes.at, bytes.len, "article", &zone, &value, err);
    if (rc == 0)
        rc = article_unpack(&value, arena, &read, err);
    msgpack_zone_destroy(&zone);
    return rc;
}

static int extras(struct error *err)
{
    ARENA_AUTO struct arena *arena = arena_new(1 << 20);
    BUF_AUTO struct buf bytes = BUF_INIT;
    msgpack_packer packer;
    struct article read = {0};
    wire_packer(&packer, &bytes);
    if (!arena || extras_pack(&packer, &sample_article) < 0)
        return error_set(err, ERR_NOMEM, "out of memory");
    return extras_unpack(bytes.at, bytes.len, arena, &read, err);
}

/* Answers are packed before the sweep begins to count: only reading them is of interest. */
static struct bench drafts_answer, tags_answer;

static int answers(struct error *err)
{
    ARENA_AUTO struct arena *arena = arena_new(1 << 20);
    struct article_list drafts;
    struct tag_list tags;
    if (!arena)
        return error_set(err, ERR_NOMEM, "out of memory");
    int rc = drafts_unpack(&drafts_answer.value, 100, arena, &drafts, err);
    if (rc == 0)
        rc = tags_unpack(&tags_answer.value, &sample_article, arena, &tags, err);
    return rc;
}

static int json_out(struct error *err)
{
    BUF_AUTO struct buf text = BUF_INIT;
    json_t *article = article_to_json(&sample_article, true);
    json_t *draft = article ? draft_to_json(&sample_article) : NULL;
    int rc = draft ? json_to_buf(article, JSON_COMPACT, &text, err)
                   : error_set(err, ERR_NOMEM, "out of memory");
    if (rc == 0)
        rc = json_to_buf(draft, JSON_INDENT(2), &text, err);
    json_decref(draft);
    json_decref(article);
    return rc;
}

static int json_in(struct error *err)
{
    static const char line[] = "{\"id\": \"x\", \"title\": \"H\", \"text\": \"T\", \"tags\": [1]}";
    ARENA_AUTO struct arena *arena = arena_new(1 << 20);
    struct article article;
    if (!arena)
        return error_set(err, ERR_NOMEM, "out of memory");
    return article_from_json(line, sizeof line - 1, arena, &article, err);
}

/* Lower floors first. The store's scenarios follow the model's. */
#define SCENARIOS(X)                                                                               \
    X(buffers)                                                                                     \
    X(arenas)                                                                                      \
    X(files)                                                                                       \
    X(wire)                                                                                        \
    X(extras)                                                                                      \
    X(answers)                                                                                     \
    X(json_out)                                                                                    \
    X(json_in)

/* ---- the sweep ---- */

#define SWEEP_MAX 100000

static void sweep(const char *name, int (*scenario)(struct error *err))
{
    for (uint64_t nth = 1; nth < SWEEP_MAX; nth++) {
        struct error err = {0};
        mem_fail_nth(nth);
        int rc = scenario(&err);
        int fired = mem_fail_nth(0);
        if (!fired && rc < 0)
            fail_msg("%s fails with memory enough: %s", name, err.text);
        if (!fired && nth == 1)
            fail_msg("%s allocates nothing through base/alloc.h", name);
        if (!fired)
            return;
        if (rc >= 0)
            fail_msg("%s hides that allocation %d failed", name, (int)nth);
        if (rc != ERR_NOMEM || err.code != ERR_NOMEM || !err.text[0])
            fail_msg("%s, allocation %d: code %s, error %s \"%s\"", name, (int)nth, error_name(rc),
                     error_name(err.code), err.text);
    }
    fail_msg("%s never passes", name);
}

static int set_up(void **state)
{
    (void)state;
    json_set_alloc_funcs(mem_alloc, mem_free);
    strcpy(folder, "/tmp/copydesk-sweep-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    enter(&drafts_answer);
    from_json(&drafts_answer, "[{'headline': 'H', 'body': 'B', 'captions': [{'text': 'C',"
                              "  'repeats': [1]}], 'lines': {'body': [1, 2]},"
                              "  'evidence': [{'rule': 'r', 'weight': 1}]}]");
    enter(&tags_answer);
    from_json(&tags_answer, "[{'scheme': 'p', 'label': 'a', 'spans': [[1, 2]]},"
                            " {'scheme': 'p', 'label': 'a', 'spans': [[3, 4]]}]");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[128];
    leave(&drafts_answer);
    leave(&tags_answer);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

/* A write that failed must leave no temporary file behind. */
static void no_file_is_left_behind(void **state)
{
    (void)state;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (strstr(entry->d_name, ".part"))
            fail_msg("%s was left behind", entry->d_name);
    }
    closedir(dir);
}

#define SCENARIO_TEST(name)                                                                        \
    static void name##_survives_each_failure(void **state)                                         \
    {                                                                                              \
        (void)state;                                                                               \
        sweep(#name, name);                                                                        \
    }
SCENARIOS(SCENARIO_TEST)

int main(void)
{
    const struct CMUnitTest tests[] = {
#define SCENARIO_ROW(name) cmocka_unit_test(name##_survives_each_failure),
        SCENARIOS(SCENARIO_ROW)
#undef SCENARIO_ROW
            cmocka_unit_test(no_file_is_left_behind),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
