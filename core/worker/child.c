/* `copydesk worker`: the process's life from its first instruction to its last. */
#include <jansson.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "model/wire.h"
#include "worker/confine.h"
#include "worker/frame.h"
#include "worker/link.h"
#include "worker/page.h"
#include "worker/pool.h"
#include "worker/serve.h"

#define KEPT_BYTES (8 * 1024 * 1024)

#ifdef COPYDESK_SANITIZED
void __lsan_do_leak_check(void) __attribute__((weak));
#endif

/* Before it is ready a worker can still say what is wrong: as a fault without a job. */
static int refuse(struct link *link, const struct error *why)
{
    struct error err = {0};
    msgpack_packer packer;
    size_t begun = frame_begin(&link->out);
    wire_packer(&packer, &link->out);
    msgpack_pack_array(&packer, 6);
    msgpack_pack_int(&packer, MESSAGE_FAULT);
    msgpack_pack_int(&packer, 0);
    msgpack_pack_int(&packer, GUARD_LOAD);
    msgpack_pack_int(&packer, -1);
    wire_pack_str(&packer, str_of(why->text));
    wire_pack_str(&packer, (struct str){"", 0});
    if (frame_end(&link->out, begun, &err) >= 0)
        link_flush(link, &err);
    return 1;
}

static int start(struct serve *serve, struct link *link, struct page *page, struct error *err)
{
    const uint8_t *body = NULL;
    size_t len = 0;
    int rc = link_next(link, &body, &len, err);
    if (rc == 0)
        return error_set(err, ERR_CANCELLED, "the host is gone");
    if (rc > 0)
        rc = serve_open(serve, link, page, body, len, err);
    if (rc < 0)
        return rc;
#ifdef COPYDESK_SANITIZED
    if (__lsan_do_leak_check) /* it cannot run behind the walls */
        __lsan_do_leak_check();
#endif
    /* libraries that read files at their first use: /dev/urandom, /etc/localtime */
    json_object_seed(0);
    tzset();
    struct confine walls = {
        .fd = link->fd, .address_bytes = serve->address_bytes, .page = page, .env = serve->env};
    rc = confine(&walls, err);
    if (rc < 0)
        return rc;
    atomic_store(&page->start_us, clock_thread_cpu_us());
    return serve_ready(serve, err);
}

static int serve_all(struct serve *serve, struct link *link, struct error *err)
{
    for (;;) {
        const uint8_t *body = NULL;
        size_t len = 0;
        int rc = link_next(link, &body, &len, err);
        if (rc > 0)
            rc = serve_frame(serve, body, len, err);
        if (rc < 0)
            return 1;
        if (!body)
            return 0;
    }
}

int worker_main(int fd)
{
    static struct serve serve; /* large; lives as long as the process */
    struct error err = {0};
    struct link link;
    struct page *page = NULL;
    signal(SIGPIPE, SIG_IGN);
    /* What one job frees the next one takes again: no giving back and faulting in between. */
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    mallopt(M_MMAP_THRESHOLD, KEPT_BYTES);
    if (close_range((unsigned)fd + 2, ~0U, 0) < 0 || page_map(fd + 1, &page, &err) < 0) {
        fputs("copydesk worker is started by copydesk itself, not by hand\n", stderr);
        return 2;
    }
    close(fd + 1);
    link_open(&link, fd);
    if (start(&serve, &link, page, &err) < 0)
        _exit(refuse(&link, &err));
    /* No exit handlers: there is nothing to tidy, and what plugins registered must not run. */
    _exit(serve_all(&serve, &link, &err));
}
