/* File names that a plugin might choose, given to the files of an export in a folder of its own,
 * beside which lies what must not be touched. */
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "pipeline/escapes_parts.h"
#include "pipeline/export_files.h"

static const char *const names[] = {
    "../secret",
    "a/../../secret",
    "/tmp/copydesk-was-here",
    "link/secret",
    "..",
    ".",
    "",
    ".hidden",
    "a//b",
    "a\\..\\secret",
    "CON",
    "aux.txt",
    "a\nb",
    "a\x1b[2Jb",
    "a\xff",
    ("a\xe2\x80\xae"
     "b"),
    "a. ",
    "C:secret",
    "a/./b",
    "~/../../secret/",
};

struct playground {
    char root[64], out[96], secret[96], link[112];
};

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info;
    (void)type;
    (void)walk;
    return remove(path);
}

/* root/secret, root/out/ and root/out/link -> root */
static int prepare(struct playground *ground, struct error *err)
{
    const char *base = getenv("TMPDIR");
    snprintf(ground->root, sizeof ground->root, "%.40s/copydesk-XXXXXX",
             base && base[0] == '/' && strlen(base) <= 40 ? base : "/tmp");
    if (!mkdtemp(ground->root))
        return error_errno(err, errno, "cannot make a folder in /tmp");
    snprintf(ground->out, sizeof ground->out, "%s/out", ground->root);
    snprintf(ground->secret, sizeof ground->secret, "%s/secret", ground->root);
    snprintf(ground->link, sizeof ground->link, "%s/link", ground->out);
    if (mkdir(ground->out, 0700) < 0 || symlink("..", ground->link) < 0)
        return error_errno(err, errno, "cannot prepare %s", ground->root);
    return file_replace(ground->secret, "untouched", 9, err);
}

/* The secret is as it was, and nothing lies beside it. */
static bool untouched(const struct playground *ground)
{
    BUF_AUTO struct buf text = BUF_INIT;
    unsigned beside = 0;
    if (file_read(ground->secret, 100, &text, NULL, NULL) < 0 ||
        !str_is(buf_view(&text), "untouched") || access("/tmp/copydesk-was-here", F_OK) == 0)
        return false;
    DIR *dir = opendir(ground->root);
    for (struct dirent *item; dir && (item = readdir(dir)) != NULL;)
        beside += strcmp(item->d_name, "out") != 0 && strcmp(item->d_name, "secret") != 0 &&
                  item->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return dir && beside == 0;
}

static int write_to(const struct playground *ground, const char *name, struct error *why)
{
    struct export_files *files = NULL;
    int code = export_files_open(ground->out, NULL, NULL, &files, why);
    if (code >= 0)
        code = export_files_append(files, str_of(name), STR_LIT("through"), why);
    if (code >= 0)
        code = export_files_commit(files, why);
    export_files_close(files);
    return code;
}

/* All names are one escape: what leads out of the folder, or is refused nowhere, is named. */
int escapes_names(void (*each)(const struct escape_report *report, void *data), void *data,
                  struct escape_counts *counts, struct error *err)
{
    struct playground ground;
    char message[256] = "";
    unsigned taken = 0;
    const int64_t begun_us = clock_mono_us();
    int code = prepare(&ground, err);
    if (code < 0)
        return code;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct error why = {0};
        const bool wrote = write_to(&ground, names[i], &why) >= 0;
        if (wrote || !untouched(&ground)) {
            taken++;
            snprintf(message, sizeof message, "the name number %zu was taken", i + 1);
        } else if (!message[0]) {
            snprintf(message, sizeof message, "%.200s", why.text);
        }
    }
    nftw(ground.root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    const struct escape_report result = {
        .name = "export-names",
        .about = "File names of an export that lead out of its folder.",
        .wall = taken ? "" : "name check",
        .message = message,
        .through = taken > 0,
        .expected = taken == 0,
        .took_us = clock_mono_us() - begun_us,
    };
    counts->tried++;
    counts->through += result.through;
    each(&result, data);
    return 0;
}
