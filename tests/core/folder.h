/* Each test in an empty folder of its own: setup and teardown for cmocka, and what tests do there.
 */
#pragma once

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "unit.h"

static char folder_name[64];

static int folder_enter(void **state)
{
    (void)state;
    strcpy(folder_name, "/tmp/copydesk-test-XXXXXX");
    return mkdtemp(folder_name) && chdir(folder_name) == 0 ? 0 : -1;
}

static int folder_leave(void **state)
{
    (void)state;
    char command[160];
    snprintf(command, sizeof command, "chmod -R u+rwx '%s' && rm -rf '%s'", folder_name,
             folder_name);
    return chdir("/") == 0 && system(command) == 0 ? 0 : -1;
}

/* Makes the folders that lead to it, too. */
static inline void folder_put(const char *name, const char *text)
{
    char path[512];
    struct error err = {0};
    for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(path, sizeof path, "%.*s", (int)(slash - name), name);
        (void)mkdir(path, 0777);
    }
    /* not file_replace: a test needs no fsync */
    FILE_AUTO int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0 || file_write_fd(fd, name, text, strlen(text), &err) < 0)
        fail_msg("%s: %s", name, err.text);
}

static inline void folder_expect(const char *name, const char *text)
{
    struct error err = {0};
    BUF_AUTO struct buf bytes = BUF_INIT;
    if (file_read(name, 1 << 20, &bytes, NULL, &err) < 0)
        fail_msg("%s", err.text);
    assert_text(buf_view(&bytes), text);
}

static inline bool folder_has(const char *name)
{
    struct stat info;
    return lstat(name, &info) == 0;
}
