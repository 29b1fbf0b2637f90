/* The jobs that a worker serves, asked through the pool, with the text plugin loaded. */
#include "pool_harness.h"
#include "worker/frame.h"

#include <copydesk/text.h>

/* One job of any kind; the answer is kept until the next. */
struct asked {
    struct harness *h;
    struct pool_frame *frame;
    const msgpack_object *value;
};

static struct asked *now;

static void on_done(struct pool_job *job, const struct pool_answer *answer)
{
    pool_frame_free(now->frame);
    now->frame = pool_answer_keep(answer);
    now->value = answer->value;
    harness_done(job, answer);
}

static struct harness_job *begin(struct asked *asked, enum job_op op, msgpack_packer *packer,
                                 unsigned keys)
{
    struct harness_job *j = harness_article(asked->h, 0);
    j->job.op = op;
    j->job.done = on_done;
    buf_clear(&j->job.payload);
    wire_packer(packer, &j->job.payload);
    msgpack_pack_map(packer, keys);
    return j;
}

static const msgpack_object *finish(struct asked *asked, struct harness_job *j)
{
    now = asked;
    asked->value = NULL;
    harness_submit(asked->h, j);
    harness_run(asked->h);
    return asked->value;
}

static struct asked open_with_text(void)
{
    const char *native[] = {"text"};
    struct asked asked = {.h = harness_open(&(struct pool_options){
                              .workers = 1, .native = native, .native_count = 1, .call_ms = 3000})};
    return asked;
}

static void close_asked(struct asked *asked)
{
    pool_frame_free(asked->frame);
    harness_close(asked->h);
}

static void pack_list(msgpack_packer *packer, const char *key, const uint32_t *at, size_t count)
{
    wire_pack_key(packer, key);
    msgpack_pack_array(packer, count);
    for (size_t i = 0; i < count; i++)
        msgpack_pack_uint32(packer, at[i]);
}

static const char *text_of(const msgpack_object *map, const char *key)
{
    static char text[4][4096];
    static int turn;
    char *out = text[turn++ % 4];
    out[0] = '\0';
    harness_text(wire_get(map, key), out, 4096);
    return out;
}

static int64_t number_of(const msgpack_object *map, const char *key)
{
    int64_t number = -1;
    struct error err = {0};
    wire_int(wire_get(map, key), key, INT64_MIN, INT64_MAX, &number, &err);
    return number;
}

#define INGEST(name, claim, headline)                                                              \
    "return { kind = 'ingest', name = '" name "', version = '1.0.0', api = 1, about = 'Test.',\n"  \
    "  claims = function(document) return " claim " end,\n"                                        \
    "  run = function(document) return { { headline = " headline ", body = document.text,\n"       \
    "    range = { 1, #document.text } } } end }\n"

static const msgpack_object *ingest(struct asked *asked, const char *bytes, size_t len,
                                    uint32_t plugins, bool want_text, struct harness_job **job)
{
    msgpack_packer packer;
    static const uint32_t indexes[] = {0, 1, 2};
    struct document document = {
        .bytes = {bytes, len}, .name = STR_LIT("x.txt"), .source = STR_LIT("folder")};
    struct harness_job *j = begin(asked, JOB_INGEST, &packer, 3);
    pack_list(&packer, "plugins", indexes, plugins);
    wire_pack_key(&packer, "want_text");
    want_text ? msgpack_pack_true(&packer) : msgpack_pack_false(&packer);
    wire_pack_key(&packer, "document");
    document_pack(&packer, &document);
    if (job)
        *job = j;
    return finish(asked, j);
}

static void the_highest_claim_ingests(void **state)
{
    (void)state;
    struct asked asked = open_with_text();
    harness_ship_lua(asked.h, 0, "ingest", "low", INGEST("low", "0.2", "'low'"));
    harness_ship_lua(asked.h, 1, "ingest", "high", INGEST("high", "0.8", "document.encoding"));
    harness_ship_lua(asked.h, 2, "ingest", "same", INGEST("same", "0.8", "'same'"));
    const msgpack_object *answer = ingest(&asked, "Some text.\n", 11, 3, true, NULL);
    if (!answer)
        fail_msg("%s", asked.h->jobs[0].message);
    assert_int_equal(number_of(answer, "plugin"), 1);
    assert_int_equal(number_of(answer, "text_len"), 11);
    assert_string_equal(text_of(answer, "encoding"), "UTF-8");
    assert_string_equal(text_of(answer, "text"), "Some text.\n");
    const msgpack_object *drafts = wire_get(answer, "answer");
    assert_int_equal(drafts->via.array.size, 1);
    assert_string_equal(text_of(&drafts->via.array.ptr[0], "headline"), "UTF-8");
    close_asked(&asked);
}

static void other_encodings_are_decoded_and_said(void **state)
{
    (void)state;
    struct asked asked = open_with_text();
    harness_ship_lua(asked.h, 0, "ingest", "any", INGEST("any", "1", "'any'"));
    static const char latin[] = "Caf\xe9 cr\xe8me et th\xe9 \xe0 Paris, o\xf9 l'on s'ennuie.\n";
    const msgpack_object *answer = ingest(&asked, latin, sizeof latin - 1, 1, true, NULL);
    if (!answer)
        fail_msg("%s", asked.h->jobs[0].message);
    assert_string_not_equal(text_of(answer, "encoding"), "UTF-8");
    assert_non_null(strstr(text_of(answer, "text"), "Caf\xc3\xa9"));
    close_asked(&asked);
}

static void what_is_no_text_is_an_input_fault(void **state)
{
    (void)state;
    struct asked asked = open_with_text();
    struct harness_job *job = NULL;
    harness_ship_lua(asked.h, 0, "ingest", "any", INGEST("any", "1", "'any'"));
    char noise[512];
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (char)(1 + i % 7);
    assert_null(ingest(&asked, noise, sizeof noise, 1, false, &job));
    assert_int_equal(job->guard, GUARD_INPUT);
    assert_int_equal(job->plugin, -1);
    close_asked(&asked);
}

static void a_document_that_nobody_claims_is_an_input_fault(void **state)
{
    (void)state;
    struct asked asked = open_with_text();
    struct harness_job *job = NULL;
    harness_ship_lua(asked.h, 0, "ingest", "shy", INGEST("shy", "0", "'x'"));
    assert_null(ingest(&asked, "text", 4, 1, false, &job));
    assert_int_equal(job->guard, GUARD_INPUT);
    assert_non_null(strstr(job->message, "no ingest plugin claims this document"));
    assert_non_null(strstr(job->message, "shy"));
    close_asked(&asked);
}

static void an_error_at_claiming_is_that_plugins_fault(void **state)
{
    (void)state;
    struct asked asked = open_with_text();
    struct harness_job *job = NULL;
    harness_ship_lua(asked.h, 0, "ingest", "any", INGEST("any", "1", "'any'"));
    harness_ship_lua(asked.h, 1, "ingest", "bad", INGEST("bad", "error('no idea')", "'x'"));
    assert_null(ingest(&asked, "text", 4, 2, false, &job));
    assert_int_equal(job->guard, GUARD_ERROR);
    assert_int_equal(job->plugin, 1);
    assert_non_null(strstr(job->message, "no idea"));
    close_asked(&asked);
}

#define TAG(name, body)                                                                            \
    "return { kind = 'tag', name = '" name "', version = '1.0.0', api = 1, about = 'Test.',\n"     \
    "  run = function(article, options) " body " end }\n"

static const msgpack_object *article(struct asked *asked, uint32_t plugins, struct article *about)
{
    msgpack_packer packer;
    static const uint32_t indexes[] = {0, 1, 2};
    struct harness_job *j = begin(asked, JOB_ARTICLE, &packer, 2);
    pack_list(&packer, "plugins", indexes, plugins);
    wire_pack_key(&packer, "article");
    article_pack(&packer, about);
    return finish(asked, j);
}

static const char *label_of(const msgpack_object *answer)
{
    static char label[256];
    label[0] = '\0';
    harness_label(answer, label, sizeof label);
    return label;
}

static const msgpack_object *result(const msgpack_object *answer, uint32_t i)
{
    const msgpack_object *results = wire_get(answer, "results");
    assert_true(results && i < results->via.array.size);
    return &results->via.array.ptr[i];
}

static void later_plugins_see_what_earlier_ones_said(void **state)
{
    (void)state;
    struct asked asked = open_with_text();
    struct article about = {
        .id = 3, .headline = STR_LIT("A headline"), .body = STR_LIT("Le texte.")};
    harness_ship_lua(asked.h, 0, "tag", "language",
                     TAG("language", "return { { field = 'language', value = 'fr', score = 0.5 },\n"
                                     "{ field = 'language', value = 'oc', score = 0.4 },\n"
                                     "{ scheme = 'place', label = 'France' } }"));
    harness_ship_lua(asked.h, 1, "tag", "looks",
                     TAG("looks", "return { { scheme = 'test', label = article.language .. ' ' ..\n"
                                  "#article.tags .. ' ' .. article.tags[1].label } }"));
    const msgpack_object *answer = article(&asked, 2, &about);
    const msgpack_object *tags = wire_get(result(answer, 1), "answer");
    if (!tags)
        fail_msg("%s", text_of(wire_get(result(answer, 1), "fault"), "message"));
    assert_string_equal(label_of(tags), "fr 1 France");
    close_asked(&asked);
}

static void one_plugins_failure_is_its_own(void **state)
{
    (void)state;
    struct asked asked = open_with_text();
    struct article about = {.id = 3, .headline = STR_LIT("A headline"), .body = STR_LIT("Text.")};
    harness_ship_lua(asked.h, 0, "tag", "fails", TAG("fails", "error('broken')"));
    harness_ship_lua(
        asked.h, 1, "tag", "liar",
        TAG("liar", "return { { scheme = 's', label = 'x', spans = { { 1, 99 } } } }"));
    harness_ship_lua(asked.h, 2, "tag", "fine",
                     TAG("fine", "return { { scheme = 's', label = #article.tags .. '' } }"));
    const msgpack_object *answer = article(&asked, 3, &about);
    const msgpack_object *broken = wire_get(result(answer, 0), "fault");
    assert_int_equal(number_of(broken, "guard"), GUARD_ERROR);
    assert_non_null(strstr(text_of(broken, "message"), "broken"));
    assert_non_null(strstr(text_of(broken, "traceback"), "traceback"));
    assert_int_equal(number_of(wire_get(result(answer, 1), "fault"), "guard"), GUARD_ANSWER);
    const msgpack_object *fine = wire_get(result(answer, 2), "answer");
    assert_string_equal(label_of(fine), "0");
    close_asked(&asked);
}

static void a_plugin_that_does_not_load_is_a_fault_each_time(void **state)
{
    (void)state;
    struct asked asked = open_with_text();
    struct article about = {.id = 3, .headline = STR_LIT("A headline"), .body = STR_LIT("Text.")};
    harness_ship_lua(asked.h, 0, "tag", "syntax", "return {");
    for (int i = 0; i < 2; i++) {
        const msgpack_object *answer = article(&asked, 1, &about);
        const msgpack_object *fault = wire_get(result(answer, 0), "fault");
        assert_int_equal(number_of(fault, "guard"), GUARD_LOAD);
        assert_non_null(strstr(text_of(fault, "message"), "init.lua:1"));
    }
    close_asked(&asked);
}

static void desk_text_works_behind_the_walls(void **state)
{
    (void)state;
    struct asked asked = open_with_text();
    struct article about = {.id = 3, .headline = STR_LIT("A"), .body = STR_LIT("Text.")};
    harness_ship_lua(asked.h, 0, "tag", "folds",
                     TAG("folds",
                         "return { { scheme = 's', label = desk.text.fold('\xc4\x90or\xc4\x91"
                         "e') } }"));
    const msgpack_object *answer = article(&asked, 1, &about);
    const msgpack_object *tags = wire_get(result(answer, 0), "answer");
    if (!tags)
        fail_msg("%s", text_of(wire_get(result(answer, 0), "fault"), "message"));
    assert_string_equal(label_of(tags), "dorde");
    close_asked(&asked);
}

static void a_call_may_log_so_many_lines(void **state)
{
    (void)state;
    struct asked asked = open_with_text();
    struct article about = {.id = 3, .headline = STR_LIT("A"), .body = STR_LIT("Text.")};
    harness_ship_lua(asked.h, 0, "tag", "talks",
                     TAG("talks", "for i = 1, 1000 do desk.log.info('line ' .. i) end return {}"));
    const msgpack_object *answer = article(&asked, 1, &about);
    const msgpack_object *fault = wire_get(result(answer, 0), "fault");
    if (fault)
        fail_msg("%s", text_of(fault, "message"));
    assert_in_range(asked.h->logs, LIMIT(LOG_LINES_PER_CALL), LIMIT(LOG_LINES_PER_CALL) + 1);
    close_asked(&asked);
}

static void a_test_case_is_run(void **state)
{
    (void)state;
    struct asked asked = open_with_text();
    struct error err = {0};
    msgpack_packer packer;
    static const char code[] = TAG("tested", "return { { scheme = 's', label = 'x' } }");
    static const char cases[] = "return { { name = 'one', article = { id = 1, headline = 'H', "
                                "text = 'T' }, expect = { { label = 'x' } } } }";
    struct pool_file files[] = {{"init.lua", code, sizeof code - 1},
                                {"test.lua", cases, sizeof cases - 1}};
    struct pool_plugin plugin = {
        .index = 0, .kind = "tag", .name = "tested", .files = files, .file_count = 2};
    assert_int_equal(pool_ship(asked.h->pool, &plugin, &err), 0);
    struct harness_job *j = begin(&asked, JOB_TEST, &packer, 2);
    wire_pack_key(&packer, "plugin");
    msgpack_pack_int(&packer, 0);
    wire_pack_key(&packer, "case");
    msgpack_pack_int(&packer, 1);
    const msgpack_object *answer = finish(&asked, j);
    if (!answer)
        fail_msg("%s", j->message);
    assert_int_equal(number_of(answer, "cases"), 1);
    assert_true(wire_get(answer, "passed")->via.boolean);
    close_asked(&asked);
}

static void a_manifest_is_given(void **state)
{
    (void)state;
    struct asked asked = open_with_text();
    msgpack_packer packer;
    harness_ship_lua(asked.h, 0, "tag", "fine", TAG("fine", "return {}"));
    struct harness_job *j = begin(&asked, JOB_MANIFEST, &packer, 1);
    wire_pack_key(&packer, "plugin");
    msgpack_pack_int(&packer, 0);
    const msgpack_object *answer = finish(&asked, j);
    if (!answer)
        fail_msg("%s", j->message);
    assert_string_equal(text_of(wire_get(answer, "manifest"), "name"), "fine");
    close_asked(&asked);
}

static void configuration_is_evaluated(void **state)
{
    (void)state;
    struct asked asked = open_with_text();
    msgpack_packer packer;
    static const char *const sources[] = {"desk.ingest { 'digest' }\n", "desk.ingest { 'digest'\n"};
    for (int i = 0; i < 2; i++) {
        struct harness_job *j = begin(&asked, JOB_CONFIG, &packer, 2);
        wire_pack_key(&packer, "name");
        wire_pack_str(&packer, STR_LIT("desk.lua"));
        wire_pack_key(&packer, "bytes");
        wire_pack_bin(&packer, sources[i], strlen(sources[i]));
        const msgpack_object *answer = finish(&asked, j);
        if (i == 0 && !answer)
            fail_msg("%s", j->message);
        if (i == 0)
            assert_int_equal(wire_get(answer, "config")->type, MSGPACK_OBJECT_MAP);
        else
            assert_true(j->faulted && strstr(j->message, "desk.lua:"));
    }
    close_asked(&asked);
}

static const msgpack_object *export_step(struct asked *asked, enum job_op op, int64_t session,
                                         unsigned articles)
{
    msgpack_packer packer;
    struct article about = {.id = 9, .headline = STR_LIT("News"), .body = STR_LIT("Text.")};
    struct harness_job *j = begin(asked, op, &packer, 1);
    j->job.session = session;
    if (op == JOB_EXPORT_WRITE) {
        wire_pack_key(&packer, "articles");
        msgpack_pack_array(&packer, articles);
        for (unsigned i = 0; i < articles; i++)
            article_pack(&packer, &about);
    } else {
        wire_pack_key(&packer, "plugin");
        msgpack_pack_int(&packer, 0);
    }
    const msgpack_object *answer = finish(asked, j);
    if (!answer)
        fail_msg("%s", j->message);
    return wire_get(answer, "files");
}

/* All that a step appended, whatever the file. */
static const char *appended(const msgpack_object *files)
{
    static char all[64];
    struct error err = {0};
    size_t used = 0;
    assert_int_equal(files->type, MSGPACK_OBJECT_ARRAY);
    for (uint32_t i = 0; i < files->via.array.size; i++) {
        struct str bytes;
        assert_string_equal(text_of(&files->via.array.ptr[i], "name"), "count.txt");
        assert_int_equal(wire_bin(wire_get(&files->via.array.ptr[i], "append"), "append",
                                  sizeof all - used - 1, &bytes, &err),
                         0);
        memcpy(all + used, bytes.at, bytes.len);
        used += bytes.len;
    }
    all[used] = '\0';
    return all;
}

static void two_exports_by_one_plugin_stay_apart(void **state)
{
    (void)state;
    struct asked asked = open_with_text();
    harness_ship_lua(asked.h, 0, "export", "count",
                     "local n, out\n"
                     "return { kind = 'export', name = 'count', version = '1.0.0', api = 1,\n"
                     "  about = 'Test.',\n"
                     "  open = function(ctx) n = 0 out = ctx:file('count.txt') end,\n"
                     "  write = function(article) n = n + 1 out:write('a') end,\n"
                     "  close = function() out:write(tostring(n)) end }\n");
    int64_t one = pool_session(asked.h->pool), two = pool_session(asked.h->pool);
    export_step(&asked, JOB_EXPORT_OPEN, one, 0);
    export_step(&asked, JOB_EXPORT_OPEN, two, 0);
    assert_string_equal(appended(export_step(&asked, JOB_EXPORT_WRITE, one, 3)), "aaa");
    assert_string_equal(appended(export_step(&asked, JOB_EXPORT_WRITE, two, 1)), "a");
    assert_string_equal(appended(export_step(&asked, JOB_EXPORT_CLOSE, one, 0)), "3");
    assert_string_equal(appended(export_step(&asked, JOB_EXPORT_CLOSE, two, 0)), "1");
    pool_session_end(asked.h->pool, one);
    pool_session_end(asked.h->pool, two);
    close_asked(&asked);
}

/* ---- tasks ---- */

static const char counting[] =
    "return { kind = 'task', name = 'count', version = '1.0.0', api = 1, about = 'Test.',\n"
    "  on = { 'schedule' }, run = function(event) return { { command = 'write', name = 'a',\n"
    "    text = #event.articles .. ' ' .. (#event.articles > 0 and\n"
    "      event.articles[#event.articles].headline or '-') } } end }\n";

static struct harness_job *task_job(struct asked *asked, enum job_op op, int64_t session)
{
    msgpack_packer packer;
    struct harness_job *j = begin(asked, op, &packer, op == JOB_TASK ? 2 : 1);
    j->job.session = session;
    if (op == JOB_TASK) {
        wire_pack_key(&packer, "plugin");
        msgpack_pack_uint32(&packer, 0);
        wire_pack_key(&packer, "event");
        msgpack_pack_map(&packer, 2);
        wire_pack_key(&packer, "kind");
        wire_pack_str(&packer, STR_LIT("schedule"));
        wire_pack_key(&packer, "at");
        wire_pack_str(&packer, STR_LIT("2026-03-01T07:00:00Z"));
        return j;
    }
    wire_pack_key(&packer, "articles");
    msgpack_pack_array(&packer, 2);
    for (int i = 0; i < 2; i++) {
        const struct article article = {.headline = i ? STR_LIT("second") : STR_LIT("first")};
        article_pack(&packer, &article);
    }
    return j;
}

static const char *text_of_command(const msgpack_object *value)
{
    const msgpack_object *answer = value ? wire_get(value, "answer") : NULL;
    if (!answer || answer->type != MSGPACK_OBJECT_ARRAY || answer->via.array.size != 1)
        fail_msg("no command");
    return text_of(&answer->via.array.ptr[0], "text");
}

static void a_task_is_given_all_pages_of_its_session(void **state)
{
    (void)state;
    struct asked asked = open_with_text();
    harness_ship_lua(asked.h, 0, "task", "count", counting);
    int64_t session = pool_session(asked.h->pool);
    for (int i = 0; i < 3; i++)
        assert_non_null(finish(&asked, task_job(&asked, JOB_TASK_PAGE, session)));
    const msgpack_object *answer = finish(&asked, task_job(&asked, JOB_TASK, session));
    assert_string_equal(text_of_command(answer), "6 second");
    answer = finish(&asked, task_job(&asked, JOB_TASK, session)); /* they are gone with it */
    assert_string_equal(text_of_command(answer), "0 -");
    pool_session_end(asked.h->pool, session);
    answer = finish(&asked, task_job(&asked, JOB_TASK, 0));
    assert_string_equal(text_of_command(answer), "0 -");
    close_asked(&asked);
}

static void a_task_s_articles_are_checked_like_any_input(void **state)
{
    (void)state;
    struct asked asked = open_with_text();
    harness_ship_lua(asked.h, 0, "task", "count", counting);
    int64_t session = pool_session(asked.h->pool);
    struct harness_job *j = task_job(&asked, JOB_TASK_PAGE, session);
    msgpack_packer packer;
    buf_clear(&j->job.payload);
    wire_packer(&packer, &j->job.payload);
    msgpack_pack_map(&packer, 1);
    wire_pack_key(&packer, "articles");
    msgpack_pack_array(&packer, 1);
    msgpack_pack_int(&packer, 7);
    assert_null(finish(&asked, j));
    assert_null(finish(&asked, task_job(&asked, JOB_TASK_PAGE, 0)));
    pool_session_end(asked.h->pool, session);
    close_asked(&asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_highest_claim_ingests),
        cmocka_unit_test(other_encodings_are_decoded_and_said),
        cmocka_unit_test(what_is_no_text_is_an_input_fault),
        cmocka_unit_test(a_document_that_nobody_claims_is_an_input_fault),
        cmocka_unit_test(an_error_at_claiming_is_that_plugins_fault),
        cmocka_unit_test(later_plugins_see_what_earlier_ones_said),
        cmocka_unit_test(one_plugins_failure_is_its_own),
        cmocka_unit_test(a_plugin_that_does_not_load_is_a_fault_each_time),
        cmocka_unit_test(desk_text_works_behind_the_walls),
        cmocka_unit_test(a_call_may_log_so_many_lines),
        cmocka_unit_test(a_test_case_is_run),
        cmocka_unit_test(a_manifest_is_given),
        cmocka_unit_test(configuration_is_evaluated),
        cmocka_unit_test(two_exports_by_one_plugin_stay_apart),
        cmocka_unit_test(a_task_is_given_all_pages_of_its_session),
        cmocka_unit_test(a_task_s_articles_are_checked_like_any_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
