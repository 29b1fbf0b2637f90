/* copydesk why */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/beside.h"
#include "cli/commands.h"
#include "cli/common.h"
#include "cli/output.h"
#include "control/protocol.h"
#include "model/json.h"
#include "watch/why.h"

static const struct cli_option options[] = {CLI_JSON_OPTION, CLI_END};

static const char *const outcomes[] = {
    [STORE_FILE_DONE] = "done",
    [STORE_FILE_DUPLICATE] = "duplicate",
    [STORE_FILE_FAILED] = "failed",
    [STORE_FILE_UNREADABLE] = "unreadable",
};

static const char *const states[] = {
    [STORE_FILE_MOVING] = "to be moved to",
    [STORE_FILE_MOVED] = "moved to",
    [STORE_FILE_DELETING] = "to be deleted",
    [STORE_FILE_DELETED] = "deleted",
    [STORE_FILE_KEPT] = "left where it is",
    [STORE_FILE_RETRY] = "to be tried again",
    [STORE_FILE_GONE] = "taken away by somebody else before it was moved",
};

/* What the running desk knows beyond what lies there; it may be busy, or of an older release. */
struct alive {
    bool running;
    json_t *answer; /* NULL: it said nothing */
};

static const char *stuck_of(const struct alive *alive)
{
    return json_string_value(json_object_get(alive->answer, "stuck"));
}

static const char *store_problem_of(const struct alive *alive)
{
    return json_string_value(json_object_get(alive->answer, "store_problem"));
}

static void ask_running(struct desk *desk, const char *path, struct alive *out)
{
    LINE_AUTO struct control_client *client = NULL;
    *out = (struct alive){.running = control_connect(desk_store_folder(desk), &client, NULL) >= 0};
    if (!out->running)
        return;
    control_patience(client, CONTROL_ASK_MS);
    json_t *fields = json_pack("{s:o}", "path", control_path(path));
    if (!fields || control_ask(client, "why", fields, NULL, NULL, &out->answer, NULL) >= 0)
        return;
    json_decref(out->answer);
    out->answer = NULL;
}

/* ---- for a person ---- */

/* How much of the desk's folder is the person's: of a folder of `copydesk watch` not the small desk
 * inside. */
static size_t base_length(struct desk *desk)
{
    const struct str dir = str_of(desk_folder(desk));
    return str_ends(dir, "/.copydesk") ? dir.len - strlen("/.copydesk") : dir.len;
}

/* Below the desk's folder as the person writes it there. */
static struct str shorter(struct desk *desk, struct str path)
{
    const char *dir = desk_folder(desk);
    const size_t len = base_length(desk);
    if (path.len > len + 1 && memcmp(path.at, dir, len) == 0 && path.at[len] == '/')
        return (struct str){path.at + len + 1, path.len - len - 1};
    return path;
}

static void print_path(struct desk *desk, struct str path)
{
    output_line(shorter(desk, path), UINT32_MAX);
}

/* "640 ms", "12 s" */
static void print_span(int64_t us)
{
    if (us < 10 * INT64_C(1000000))
        printf("%" PRId64 " ms", us / 1000);
    else
        printf("%" PRId64 " s", us / 1000000);
}

static void print_document(struct desk *desk, const struct store_file *file)
{
    const bool duplicate = file->outcome == STORE_FILE_DUPLICATE;
    if (file->document_id == 0)
        return;
    printf("%sdocument %" PRId64, duplicate ? "same content as " : "", file->document_id);
    if (file->document_state.len == 0) {
        fputs(" (forgotten since)", stdout);
    } else if (duplicate) {
        fputs(" (", stdout);
        print_path(desk, file->document_path.len ? file->document_path : file->document_name);
        putchar(')');
    }
    fputs(", ", stdout);
}

static bool has_target(const struct store_file *file)
{
    return file->state == STORE_FILE_MOVING || file->state == STORE_FILE_MOVED;
}

static void print_past(struct desk *desk, const struct store_file *file, bool went_there)
{
    fputs("  seen at ", stdout);
    output_time(file->seen_us);
    if (went_there) {
        fputs(" as ", stdout);
        print_path(desk, file->path);
    }
    if (file->events)
        printf(", %s", counted((uint64_t)file->events, "event", "events"));
    else
        fputs(", found by a walk", stdout);
    if (file->outcome != STORE_FILE_UNREADABLE) {
        fputs(", settled after ", stdout);
        print_span(file->settle_us);
    }
    printf(
        "\n  %s%s%s: ", output_style(file->outcome >= STORE_FILE_FAILED ? STYLE_BAD : STYLE_BOLD),
        outcomes[file->outcome], output_style(STYLE_PLAIN));
    print_document(desk, file);
    fputs(states[file->state], stdout);
    if (has_target(file)) {
        putchar(' ');
        print_path(desk, file->target);
    }
    putchar('\n');
    if (file->reason.len)
        output_wrapped(file->reason, 4);
}

static void print_waits(const struct why *why, const struct alive *alive)
{
    const char *problem = store_problem_of(alive);
    const char *next = problem          ? "the running desk takes it in when its store can write:"
                       : alive->running ? "the running desk takes it in"
                                        : "`copydesk run` takes it in (no desk runs now)";
    if (why->now == WHY_HELD) {
        printf("  waits: somebody has it open for writing; when that one closes it, %s\n", next);
    } else if (why->now == WHY_RESTS) {
        fputs("  waits: it changed, and is to rest for another ", stdout);
        print_span(why->wait_us);
        printf("; then %s\n", next);
    } else {
        printf("  waits: it is settled; %s\n", next);
    }
    if (problem)
        output_wrapped(str_of(problem), 4);
}

static void print_now(const struct why *why, const struct alive *alive)
{
    switch (why->now) {
    case WHY_GONE:
        return;
    case WHY_DECIDED:
        return;
    case WHY_OUTSIDE:
        if (!why->went_there)
            puts("  in no watched folder (desk.watch in desk.lua names them)");
        return;
    case WHY_EXCLUDED:
        if (!why->went_there)
            printf("  not taken in: it lies in %s\n", why->rule);
        return;
    case WHY_IGNORED:
        printf("  ignored: '%s' of %s\n", why->rule,
               why->own_rule ? "ignore in desk.lua" : "the names that are always ignored");
        return;
    case WHY_TOO_DEEP:
        puts("  not taken in: it lies in a folder inside, and recursive is false in desk.lua");
        return;
    case WHY_LINK:
        puts("  not taken in: a symbolic link, which is never followed");
        return;
    case WHY_WATCHED:
        puts("  a watched folder: what is dropped into it is taken in (ask for a file in it)");
        return;
    case WHY_FOLDER:
        puts("  a folder inside a watched one: the files in it are taken in (ask for one of them)");
        return;
    case WHY_NO_FILE:
        puts("  not taken in: it is no file");
        return;
    case WHY_UNREADABLE:
        printf("  cannot be read: %s\n", why->rule);
        return;
    case WHY_HELD:
    case WHY_RESTS:
    case WHY_WAITS:
        print_waits(why, alive);
        return;
    }
}

static void print_person(struct desk *desk, const struct why *why, const struct alive *alive)
{
    const char *stuck = stuck_of(alive);
    fputs(output_style(STYLE_BOLD), stdout);
    print_path(desk, str_of(why->path));
    puts(output_style(STYLE_PLAIN));
    if (stuck) {
        puts("  decided, but it cannot be moved; the running desk tries again:");
        output_wrapped(str_of(stuck), 4);
    } else {
        print_now(why, alive);
    }
    for (size_t i = 0; i < why->past_count; i++)
        print_past(desk, &why->past[i], why->went_there);
}

/* ---- JSON ---- */

static json_t *past_to_json(const struct store_file *file)
{
    static const char *const words[] = {
        [STORE_FILE_MOVING] = "moving",     [STORE_FILE_MOVED] = "moved",
        [STORE_FILE_DELETING] = "deleting", [STORE_FILE_DELETED] = "deleted",
        [STORE_FILE_KEPT] = "kept",         [STORE_FILE_RETRY] = "retry",
        [STORE_FILE_GONE] = "gone",
    };
    char seen[CLOCK_TEXT_SIZE], at[CLOCK_TEXT_SIZE];
    json_t *object = json_pack(
        "{s:o, s:s, s:I, s:I, s:s, s:s, s:s, s:o, s:o}", "path", str_to_json(file->path), "seen",
        clock_format(file->seen_us, seen), "events", (json_int_t)file->events, "settled_ms",
        (json_int_t)(file->settle_us / 1000), "outcome", outcomes[file->outcome], "state",
        words[file->state], "decided", clock_format(file->at_us, at), "target",
        str_to_json(file->target), "reason", str_to_json(file->reason));
    if (object && file->document_id)
        json_object_set_new(object, "document",
                            json_pack("{s:I, s:o, s:o}", "id", (json_int_t)file->document_id,
                                      "state", str_to_json(file->document_state), "path",
                                      str_to_json(file->document_path)));
    return object;
}

static int print_json(const struct why *why, const struct alive *alive)
{
    const char *stuck = stuck_of(alive), *problem = store_problem_of(alive);
    json_t *past = json_array();
    for (size_t i = 0; i < why->past_count; i++)
        json_array_append_new(past, past_to_json(&why->past[i]));
    json_t *object = json_pack(
        "{s:o, s:o, s:s, s:o, s:b, s:o, s:o, s:o}", "path", str_to_json(str_of(why->path)),
        "folder", str_to_json(str_of(why->folder)), "now", why_now_name(why->now), "rule",
        str_to_json(str_of(why->rule)), "running", alive->running, "stuck",
        stuck ? str_to_json(str_of(stuck)) : json_null(), "store_problem",
        problem ? str_to_json(str_of(problem)) : json_null(), "seen", past);
    return output_json(object) < 0 ? CLI_FAILED : CLI_DONE;
}

static bool is_unknown(const struct why *why)
{
    return why->now == WHY_GONE && why->past_count == 0;
}

/* `copydesk -C desk why inbox/a.txt`: there is no such file here, but in the desk. */
static int ask_below_desk(struct desk *desk, const struct cli_args *args, struct arena *arena,
                          struct why *why, struct error *err)
{
    const char *given = args->operand[0];
    struct why other;
    if (!args->desk || given[0] == '/')
        return 0;
    MEM_AUTO char *base = mem_strndup(desk_folder(desk), base_length(desk));
    MEM_AUTO char *path = base ? file_join(base, given) : NULL;
    if (!path)
        return error_set(err, ERR_NOMEM, "out of memory");
    const int code = why_ask(desk, path, arena, &other, err);
    if (code >= 0 && !is_unknown(&other))
        *why = other;
    return code;
}

static int tell(const struct cli_args *args, struct desk *desk, const struct why *why)
{
    struct alive alive;
    int code = CLI_DONE;
    ask_running(desk, why->path, &alive);
    if (cli_has(args, "json"))
        code = print_json(why, &alive);
    else
        print_person(desk, why, &alive);
    json_decref(alive.answer);
    return is_unknown(why) ? CLI_FAILED : code;
}

static int run(const struct cli_args *args)
{
    DESK_AUTO struct desk *desk = NULL;
    ARENA_AUTO struct arena *arena = arena_new(LIMIT(CONFIG_BYTES));
    struct error err = {0};
    struct why why;
    if (!args->operand[0][0])
        return cli_misuse(args, "the path is empty; name a file");
    int code = open_desk(args, DESK_PLUGINS, false, &desk);
    if (code != CLI_DONE)
        return code;
    if (!arena)
        return error_set(&err, ERR_NOMEM, "out of memory"), cli_failed(args, &err);
    if (why_ask(desk, args->operand[0], arena, &why, &err) < 0 ||
        (is_unknown(&why) && ask_below_desk(desk, args, arena, &why, &err) < 0))
        return cli_failed(args, &err);
    if (is_unknown(&why) && !cli_has(args, "json")) {
        error_set(&err, ERR_NOTFOUND, "%s was never seen, and there is no file of that name",
                  args->operand[0]);
        return cli_failed(args, &err);
    }
    return tell(args, desk, &why);
}

const struct cli_command command_why = {
    .name = "why",
    .usage = "PATH",
    .about = "Say what was seen and decided for a file",
    .more =
        "PATH is a file in a watched folder (which may be gone by now), or where it was moved.\n"
        "Says when it was seen, when it was settled, what became of it and where it went; or\n"
        "what is in its way: the rule that ignores it, a writer that holds it, the rest of the\n"
        "time that it must stand still.\n",
    .options = options,
    .least = 1,
    .most = 1,
    .run = run,
};
