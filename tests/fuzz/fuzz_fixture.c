/* Fixtures of strangers: fixture.json or one call is any bytes. Reading never crashes, says what is
 * wrong, and what it accepts can be written as a test. The first byte says which of the two. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/file.h"
#include "base/limits.h"
#include "pipeline/fixture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char head[] =
    "{\"fixture\": 1, \"copydesk\": \"0.1.0\", \"native\": [], \"calls\": [\"1-a.json\"],"
    " \"document\": {\"name\": \"a\", \"path\": \"\", \"source\": \"folder\","
    " \"received\": \"2026-01-01T00:00:00Z\", \"sha256\":"
    " \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}}";
static const char call[] =
    "{\"asked\": [{\"plugin\": \"tag/a\", \"version\": \"1\", \"native\": false, \"options\": {},"
    " \"fingerprint\": \"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\"}],"
    " \"article\": {\"headline\": \"H\", \"body\": \"T\"}, \"answer\": []}";

static char folder[64];

static void put(const char *name, const void *bytes, size_t size)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        abort();
}

static void leave(void)
{
    static const char *const names[] = {
        "calls/1-a.json", "granted/1", "fixture.json", "document", "calls", "granted", ""};
    char path[128];
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        (void)remove(path);
    }
}

static void enter(void)
{
    char path[128];
    strcpy(folder, "/tmp/copydesk-fuzz-XXXXXX");
    if (!mkdtemp(folder) || atexit(leave) != 0)
        abort();
    snprintf(path, sizeof path, "%s/calls", folder);
    if (mkdir(path, 0700) < 0)
        abort();
    snprintf(path, sizeof path, "%s/granted", folder);
    if (mkdir(path, 0700) < 0)
        abort();
    put("document", "", 0);
    put("granted/1", "x", 1);
}

static void as_tests(const struct fixture *fixture)
{
    struct error err = {0};
    for (size_t i = 0; i < fixture->count; i++) {
        BUF_AUTO struct buf text = BUF_INIT;
        const struct fixture_call *one = &fixture->calls[i];
        if (one->count == 0 || (!one->left_out && !one->document && one->article.len == 0))
            abort();
        if (!one->left_out && fixture_test(fixture, one, "a", &text, &err) < 0)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = {0};
    struct fixture fixture;
    if (!folder[0])
        enter();
    const bool whole = size > 0 && data[0] == 'h';
    const void *bytes = size > 0 ? data + 1 : data;
    put("fixture.json", whole ? bytes : head, whole ? size - 1 : sizeof head - 1);
    put("calls/1-a.json", whole ? call : bytes, whole ? sizeof call - 1 : size > 0 ? size - 1 : 0);
    const int code = fixture_read(folder, &fixture, &err);
    if (code < 0 && !err.text[0])
        abort();
    if (code >= 0)
        as_tests(&fixture);
    fixture_free(&fixture);
    return 0;
}
