/* A task's commands in the store: one change, once, and laid over what plugins say. */
#include "store_help.h"

#define JOB "morning"

static const struct hash print = {{7}};

struct told {
    struct command at[8];
    size_t count;
    struct store_task task;
};

static struct command tag_command(enum command_kind kind, int64_t article, const char *label)
{
    return (struct command){.kind = kind,
                            .article = article,
                            .scheme = STR_LIT("desk"),
                            .label = str_of(label),
                            .score = 1};
}

static struct store_request task_request(struct told *told, const char *name, int64_t instant_us)
{
    told->task = (struct store_task){
        .said = {.kind = STR_LIT("task"),
                 .name = str_of(name),
                 .version = STR_LIT("1.0.0"),
                 .plugin = print,
                 .answer = STR_LIT("\x90")},
        .job = instant_us ? STR_LIT(JOB) : STR_NONE,
        .instant_us = instant_us,
        .upto_seq = instant_us ? 100 : 0,
        .commands = told->at,
        .command_count = told->count,
    };
    return (struct store_request){.op = STORE_TASK, .bytes = 1000, .task = &told->task};
}

static void tell(struct desk *desk, struct told *told, const char *name, int64_t instant_us)
{
    struct store_request request = task_request(told, name, instant_us);
    desk_do_well(desk, &request);
}

static int64_t add(struct desk *desk, const char *headline)
{
    return desk_add(desk, (struct article){.headline = str_of(headline),
                                           .body = STR_LIT("One two three four five six seven.")})
        .article_id;
}

static const struct tag *find_tag(const struct article *article, const char *label)
{
    for (size_t i = 0; i < article->tags.count; i++)
        if (str_is(article->tags.at[i].label, label))
            return &article->tags.at[i];
    return NULL;
}

static void a_tag_of_a_task_names_the_task(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    int64_t id = add(desk, "A");
    struct told told = {.at = {tag_command(COMMAND_ADD_TAG, id, "read")}, .count = 1};
    tell(desk, &told, "digest", 0);
    struct article article = desk_article(desk, id);
    assert_int_equal(article.tags.count, 1);
    assert_text(article.tags.at[0].plugin, "task/digest@1.0.0");
    assert_text(article.tags.at[0].scheme, "desk");
    assert_int_equal(told.task.tags, 1);
}

static void revise(struct desk *desk, int64_t id, const char *label)
{
    struct tag tag = {.scheme = STR_LIT("topic"),
                      .label = str_of(label),
                      .score = 1,
                      .plugin = STR_LIT("tag/topic@1.0.0")};
    struct store_piece piece = {.article = desk_article(desk, id)};
    piece.article.tags = (struct tag_list){&tag, 1};
    piece.article.language = STR_LIT("en");
    struct store_request request = {
        .op = STORE_REVISE, .bytes = 1000, .pieces = &piece, .piece_count = 1};
    desk_do_well(desk, &request);
}

static void what_a_task_said_outlives_a_run_of_the_tag_plugins(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    int64_t id = add(desk, "A");
    revise(desk, id, "rail");
    struct command gone = tag_command(COMMAND_REMOVE_TAG, id, "rail");
    gone.scheme = STR_LIT("topic");
    struct command field = {.kind = COMMAND_SET_FIELD,
                            .article = id,
                            .field = STR_LIT("language"),
                            .value = STR_LIT("fr")};
    struct told told = {.at = {tag_command(COMMAND_ADD_TAG, id, "read"), gone, field}, .count = 3};
    tell(desk, &told, "digest", 0);
    revise(desk, id, "rail");
    struct article article = desk_article(desk, id);
    assert_non_null(find_tag(&article, "read"));
    assert_null(find_tag(&article, "rail"));
    assert_text(article.language, "fr");
    revise(desk, id, "tram");
    article = desk_article(desk, id);
    assert_non_null(find_tag(&article, "read"));
    assert_non_null(find_tag(&article, "tram"));
    assert_int_equal(article.tags.count, 2);
}

static void what_a_task_said_outlives_a_new_version(void **state)
{
    struct desk *desk = *state;
    struct article article = {.headline = STR_LIT("A"),
                              .url = STR_LIT("https://example.org/a"),
                              .body = STR_LIT("One two three four five six seven.")};
    desk_start(desk);
    int64_t id = desk_add(desk, article).article_id;
    struct told told = {.at = {tag_command(COMMAND_ADD_TAG, id, "read")}, .count = 1};
    tell(desk, &told, "digest", 0);
    article.body = STR_LIT("One two three four five six seven eight.");
    struct store_piece piece = desk_add(desk, article);
    assert_int_equal(piece.article_id, id);
    assert_int_equal(piece.outcome, STORE_VERSION);
    article = desk_article(desk, id);
    assert_int_equal(article.version, 2);
    assert_non_null(find_tag(&article, "read"));
}

static void two_tasks_are_told_apart_and_the_last_word_counts(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    int64_t id = add(desk, "A");
    struct told told = {.at = {tag_command(COMMAND_ADD_TAG, id, "read")}, .count = 1};
    tell(desk, &told, "one", 0);
    tell(desk, &told, "two", 0);
    struct article article = desk_article(desk, id);
    assert_int_equal(article.tags.count, 2);
    told.at[0].kind = COMMAND_REMOVE_TAG;
    tell(desk, &told, "two", 0);
    article = desk_article(desk, id);
    assert_int_equal(article.tags.count, 0);
    told.at[0].kind = COMMAND_ADD_TAG;
    tell(desk, &told, "one", 0);
    article = desk_article(desk, id);
    assert_int_equal(article.tags.count, 1);
    assert_text(article.tags.at[0].plugin, "task/one@1.0.0");
}

static void a_run_has_one_change_however_often_it_is_done(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    int64_t id = add(desk, "A");
    struct told told = {.at = {tag_command(COMMAND_ADD_TAG, id, "read")}, .count = 1};
    struct store_request first = task_request(&told, "digest", 1000);
    desk_do_well(desk, &first);
    assert_false(first.known);
    told.at[0] = tag_command(COMMAND_ADD_TAG, id, "other");
    struct store_request again = task_request(&told, "digest", 1000);
    desk_do_well(desk, &again);
    assert_true(again.known);
    assert_int_equal(again.change_id, first.change_id);
    struct article article = desk_article(desk, id);
    assert_null(find_tag(&article, "other"));
    assert_int_equal(told.task.tags, 0);
    struct store_request next = task_request(&told, "digest", 2000);
    desk_do_well(desk, &next);
    assert_false(next.known);
    article = desk_article(desk, id);
    assert_non_null(find_tag(&article, "other"));
}

static void a_run_s_answer_is_given_again(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    int64_t change = 0;
    BUF_AUTO struct buf answer = BUF_INIT;
    desk_start(desk);
    int64_t id = add(desk, "A");
    struct told told = {.at = {tag_command(COMMAND_ADD_TAG, id, "read")}, .count = 1};
    struct store_request request = task_request(&told, "digest", 1000);
    desk_do_well(desk, &request);
    struct store_reader *reader = desk_reader(desk);
    assert_int_equal(store_task_answer(reader, STR_LIT(JOB), 1000, &answer, &change, &err), 1);
    assert_int_equal(change, request.change_id);
    assert_int_equal(answer.len, 1);
    assert_int_equal(store_task_answer(reader, STR_LIT(JOB), 999, &answer, &change, &err), 0);
    assert_int_equal(store_task_answer(reader, STR_LIT("x"), 1000, &answer, &change, &err), 0);
}

static void an_article_that_is_not_there_undoes_the_whole_change(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    int64_t id = add(desk, "A");
    struct told told = {.at = {tag_command(COMMAND_ADD_TAG, id, "read"),
                               tag_command(COMMAND_ADD_TAG, id + 5, "read")},
                        .count = 2};
    struct store_request request = task_request(&told, "digest", 1000);
    assert_int_equal(desk_do(desk, &request), ERR_NOTFOUND);
    assert_has(request.error.text, "answer[2].article: there is no article");
    struct article article = desk_article(desk, id);
    assert_int_equal(article.tags.count, 0);
    told.count = 1;
    request = task_request(&told, "digest", 1000);
    desk_do_well(desk, &request);
    assert_false(request.known);
}

static void a_note_is_shown_with_who_says_so(void **state)
{
    struct desk *desk = *state;
    desk_start(desk);
    int64_t id = desk_add(desk, (struct article){.headline = STR_LIT("A"),
                                                 .body = STR_LIT("One two three."),
                                                 .note = STR_LIT("The editor's own.")})
                     .article_id;
    struct told told = {
        .at = {{.kind = COMMAND_NOTE, .article = id, .text = STR_LIT("Mind the gap.")}},
        .count = 1};
    tell(desk, &told, "one", 0);
    tell(desk, &told, "two", 0);
    assert_text(desk_article(desk, id).note, "The editor's own.\nMind the gap. (task/one@1.0.0)\n"
                                             "Mind the gap. (task/two@1.0.0)");
    told.at[0].text = STR_NONE;
    tell(desk, &told, "one", 0);
    tell(desk, &told, "two", 0);
    assert_text(desk_article(desk, id).note, "The editor's own.");
    id = add(desk, "B");
    told.at[0] = (struct command){.kind = COMMAND_NOTE, .article = id, .text = STR_LIT("New.")};
    tell(desk, &told, "one", 0);
    assert_text(desk_article(desk, id).note, "New. (task/one@1.0.0)");
}

static int count_hit(const struct store_hit *hit, void *data)
{
    int64_t *ids = data;
    ids[++ids[0]] = hit->article.id;
    return 0;
}

static void a_window_holds_the_articles_shown_since(void **state)
{
    struct desk *desk = *state;
    struct error err = {0};
    int64_t seq = 0, found[8] = {0};
    struct article article = {.headline = STR_LIT("A"),
                              .url = STR_LIT("https://example.org/a"),
                              .body = STR_LIT("One two three four five six seven.")};
    desk_start(desk);
    int64_t first = desk_add(desk, article).article_id;
    add(desk, "B");
    assert_int_equal(store_last_seq(desk_reader(desk), &seq, &err), 0);
    int64_t third = add(desk, "C");
    article.body = STR_LIT("One two three four five six seven eight.");
    desk_add(desk, article);
    struct store_page page = {.limit = 10, .after_seq = seq, .upto_seq = seq + 2};
    assert_int_equal(store_search(desk_reader(desk), NULL, &page, count_hit, found, NULL, &err), 0);
    assert_int_equal(found[0], 2);
    assert_int_equal(found[1], first);
    assert_int_equal(found[2], third);
    found[0] = 0;
    page = (struct store_page){.limit = 10, .upto_seq = seq};
    assert_int_equal(store_search(desk_reader(desk), NULL, &page, count_hit, found, NULL, &err), 0);
    assert_int_equal(found[0], 1); /* A shows a version of later */
}

static void many_commands_leave_no_article_over_the_limit_of_tags(void **state)
{
    struct desk *desk = *state;
    enum { COUNT = 20001 };
    desk_start(desk);
    int64_t id = add(desk, "A");
    struct command *all = calloc(COUNT, sizeof *all);
    for (int i = 0; i < COUNT; i++)
        all[i] = tag_command(COMMAND_ADD_TAG, id, arena_printf(desk->arena, "tag %d", i));
    struct told told = {.count = 0};
    struct store_request request = task_request(&told, "digest", 0);
    told.task.commands = all;
    told.task.command_count = COUNT;
    assert_int_equal(desk_do(desk, &request), ERR_LIMIT);
    assert_has(request.error.text, "TAGS_PER_ARTICLE");
    told.task.command_count = 10;
    desk_do_well(desk, &request);
    free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK_TEST(a_tag_of_a_task_names_the_task),
        DESK_TEST(what_a_task_said_outlives_a_run_of_the_tag_plugins),
        DESK_TEST(what_a_task_said_outlives_a_new_version),
        DESK_TEST(two_tasks_are_told_apart_and_the_last_word_counts),
        DESK_TEST(a_run_has_one_change_however_often_it_is_done),
        DESK_TEST(a_run_s_answer_is_given_again),
        DESK_TEST(an_article_that_is_not_there_undoes_the_whole_change),
        DESK_TEST(a_note_is_shown_with_who_says_so),
        DESK_TEST(a_window_holds_the_articles_shown_since),
        DESK_TEST(many_commands_leave_no_article_over_the_limit_of_tags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
