#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "control/client.h"
#include "torture.h"

#define QUIESCE_MS 90000
#define WORDS_MAX  16

/* Each line "== TITLE" begins an article; a text with FAIL makes the plugin raise an error. */
static const char plugin[] =
    "return {\n"
    "    kind = 'ingest', name = 'pieces', version = '1.0.0', api = 1, about = 'Cuts at ==.',\n"
    "    claims = function(document) return 1 end,\n"
    "    run = function(document)\n"
    "        if document.text:find('FAIL', 1, true) then error('as it was told') end\n"
    "        local drafts = desk.array {}\n"
    "        local from = 1\n"
    "        while true do\n"
    "            local at, _, title, body_at = document.text:find('== ([^\\n]+)\\n()', from)\n"
    "            if not at then return drafts end\n"
    "            local after = document.text:find('\\n== ', body_at, true)\n"
    "            local last = after or #document.text\n"
    "            drafts[#drafts + 1] = { headline = title, body = document.text:sub(body_at, "
    "last),\n"
    "                range = { at, last } }\n"
    "            from = last\n"
    "        end\n"
    "    end,\n"
    "}\n";

static const char settings[] = "desk.ingest { 'pieces' }\n"
                               "desk.tag { 'language', 'keywords' }\n"
                               "desk.watch { 'inbox', settle = '30ms' }\n"
                               "desk.job { 'past', cron = '* * * * *', tz = 'UTC',\n"
                               "    catchup = 'none', export = 'json',\n"
                               "    to = 'out/past-{date}-{time}.jsonl' }\n"
                               "desk.job { 'each', cron = '* * * * *', tz = 'UTC',\n"
                               "    catchup = 'all', window = '1d', export = 'json',\n"
                               "    to = 'out/each-{date}-{time}.jsonl' }\n";

void sleep_ms(unsigned ms)
{
    const struct timespec time = {ms / 1000, (long)(ms % 1000) * 1000000};
    nanosleep(&time, NULL);
}

static int say_errno(const char *what, const char *path)
{
    fprintf(stderr, "torture: %s %s: %s\n", what, path, strerror(errno));
    return -1;
}

/* ---- processes ---- */

/* What the children say goes to a file: a torture that fails shows its end. */
static pid_t start(const struct desk_under *desk, const char *const *words, const char *input)
{
    char log[700];
    const char *argv[WORDS_MAX] = {desk->program, "-C", desk->dir};
    size_t count = 3;
    for (size_t i = 0; words[i] && count + 1 < WORDS_MAX; i++)
        argv[count++] = words[i];
    snprintf(log, sizeof log, "%s/log", desk->top);
    const pid_t pid = fork();
    if (pid != 0)
        return pid;
    const int in = open(input ? input : "/dev/null", O_RDONLY);
    const int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0666);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    close_range(3, ~0U, 0);
    execv(desk->program, (char *const *)argv);
    _exit(127);
}

static int wait_end(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int desk_command(const struct desk_under *desk, const char *const *words, const char *input)
{
    const pid_t pid = start(desk, words, input);
    return pid < 0 ? -1 : wait_end(pid);
}

pid_t desk_begin(const struct desk_under *desk, const char *const *words)
{
    return start(desk, words, NULL);
}

int desk_start(struct desk_under *desk)
{
    static const char *const words[] = {"run", "--log-level", "error", NULL};
    desk->host = start(desk, words, NULL);
    desk->starts++;
    return desk->host < 0 ? say_errno("cannot start", desk->program) : 0;
}

void desk_kill(struct desk_under *desk)
{
    if (desk->host <= 0)
        return;
    kill(desk->host, SIGKILL);
    /* it may have ended by itself, as on a full disk */
    if (wait_end(desk->host) == 128 + SIGKILL)
        desk->kills++;
    else
        desk->refusals++;
    desk->host = 0;
}

bool desk_kill_worker(struct desk_under *desk, struct chance *chance)
{
    char path[64], line[1024] = "";
    long pids[32];
    unsigned count = 0;
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", desk->host, desk->host);
    FILE *file = fopen(path, "re");
    if (!file)
        return false;
    if (!fgets(line, sizeof line, file))
        line[0] = '\0';
    fclose(file);
    for (char *at = line, *end; count < 32; at = end) {
        pids[count] = strtol(at, &end, 10);
        if (end == at)
            break;
        count++;
    }
    if (count == 0)
        return false;
    desk->worker_kills++;
    return kill((pid_t)pids[chance_below(chance, count)], SIGKILL) == 0;
}

/* ---- an end that waits ---- */

/* Whether the host listens; not one that was killed, whose socket a worker may hold that it had
 * just forked. */
static bool host_listens(const struct desk_under *desk)
{
    char dir[700];
    struct error err = {0};
    struct control_client *client = NULL;
    snprintf(dir, sizeof dir, "%s/.copydesk", desk->dir);
    if (control_connect(dir, &client, &err) < 0)
        return false;
    const bool own = control_pid(client) == desk->host;
    control_hang_up(client);
    return own;
}

/* It may have been started just now: until it listens nobody can tell it to stop. One that found
 * the lock still held by such a worker has ended, and is started again. */
static int wait_for_host(struct desk_under *desk, int64_t until_us)
{
    while (!host_listens(desk)) {
        if (clock_mono_us() > until_us) {
            fprintf(stderr, "torture: the host does not listen\n");
            return -1;
        }
        if (waitpid(desk->host, NULL, WNOHANG) != 0) {
            desk->refusals++;
            if (desk_start(desk) < 0)
                return -1;
        }
        sleep_ms(5);
    }
    return 0;
}

static int wait_for_inbox(const struct desk_under *desk, int64_t until_us)
{
    char inbox[700];
    snprintf(inbox, sizeof inbox, "%s/inbox", desk->dir);
    while (folder_entries(inbox) > 0) {
        if (clock_mono_us() > until_us) {
            fprintf(stderr, "torture: the inbox did not empty within %d ms\n", QUIESCE_MS);
            return -1;
        }
        sleep_ms(10);
    }
    return 0;
}

/* A run that is cut short by the end of its desk is done by the next one. */
static int wait_for_runs(const struct desk_under *desk, int64_t until_us)
{
    while (jobs_at_work(desk)) {
        if (clock_mono_us() > until_us) {
            fprintf(stderr, "torture: runs did not end within %d ms\n", QUIESCE_MS);
            return -1;
        }
        sleep_ms(10);
    }
    return 0;
}

/* Lets the inbox empty and runs end, then ends the host. */
static int end_host(struct desk_under *desk)
{
    static const char *const stop[] = {"stop", NULL};
    desk_free(desk);
    if (desk->host <= 0 && desk_start(desk) < 0)
        return -1;
    const int64_t until_us = clock_mono_us() + (int64_t)QUIESCE_MS * 1000;
    int code = wait_for_host(desk, until_us);
    if (code >= 0)
        code = wait_for_inbox(desk, until_us);
    if (code >= 0)
        code = wait_for_runs(desk, until_us);
    if (code >= 0 && desk_command(desk, stop, NULL) != 0) {
        fprintf(stderr, "torture: copydesk stop failed\n");
        code = -1;
    }
    if (code < 0)
        return code;
    const int ended = wait_end(desk->host);
    desk->host = 0;
    if (ended == 0)
        return 0;
    fprintf(stderr, "torture: a desk that was told to end gave %d\n", ended);
    return -1;
}

/* A minute may pass between the last look and the end: then once more. */
int desk_quiesce(struct desk_under *desk)
{
    const int code = end_host(desk);
    return code >= 0 && jobs_at_work(desk) ? end_host(desk) : code;
}

/* ---- the disk ---- */

static void filler_name(const struct desk_under *desk, char out[700])
{
    snprintf(out, 700, "%s/filler", desk->top);
}

bool desk_fill(struct desk_under *desk)
{
    static const char block[65536];
    char path[700];
    if (!desk->own_disk)
        return false;
    filler_name(desk, path);
    FILE_AUTO int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (fd < 0)
        return false;
    for (size_t size = sizeof block; size >= 4096;)
        if (write(fd, block, size) <= 0)
            size /= 16;
    desk->fills++;
    return true;
}

void desk_free(struct desk_under *desk)
{
    char path[700];
    filler_name(desk, path);
    unlink(path);
}

/* ---- making it ---- */

static int write_file(const char *folder, const char *name, const char *text)
{
    char path[700];
    struct error err = {0};
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (file_replace(path, text, strlen(text), &err) >= 0)
        return 0;
    fprintf(stderr, "torture: %s\n", err.text);
    return -1;
}

static int make_folders(const struct desk_under *desk)
{
    static const char *const folders[] = {"scripts/ingest", "scripts/ingest/pieces"};
    char path[700];
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", desk->dir, folders[i]);
        if (mkdir(path, 0777) < 0 && errno != EEXIST)
            return say_errno("cannot make", path);
    }
    return 0;
}

int desk_make(struct desk_under *desk, const char *program, const char *base, unsigned mib)
{
    char options[64];
    *desk = (struct desk_under){.program = program};
    snprintf(desk->top, sizeof desk->top, "%s/copydesk-torture-XXXXXX", base);
    if (!mkdtemp(desk->top))
        return say_errno("cannot make", desk->top);
    snprintf(options, sizeof options, "size=%um,mode=755", mib);
    desk->own_disk = mount("torture", desk->top, "tmpfs", 0, options) == 0;
    snprintf(desk->dir, sizeof desk->dir, "%s/desk", desk->top);
    snprintf(desk->stage, sizeof desk->stage, "%s/stage", desk->top);
    if (mkdir(desk->stage, 0777) < 0)
        return say_errno("cannot make", desk->stage);
    const char *const init[] = {"init", desk->dir, NULL};
    if (mkdir(desk->dir, 0777) < 0 || desk_command(desk, init, NULL) != 0)
        return say_errno("cannot make a desk in", desk->dir);
    return make_folders(desk) < 0 || write_file(desk->dir, "desk.lua", settings) < 0 ||
                   write_file(desk->dir, "scripts/ingest/pieces/init.lua", plugin) < 0
               ? -1
               : 0;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

void desk_remove(struct desk_under *desk)
{
    desk_kill(desk);
    if (desk->own_disk)
        umount2(desk->top, MNT_DETACH);
    nftw(desk->top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
