/* The smallest server that Prometheus can scrape. It reads at most METRICS_REQUEST_MAX bytes of a
 * request, gives nobody more than CLIENT_MS, and is never waited for. */
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "watch/metrics.h"

enum { CLIENT_MS = 5000, BACKLOG = 16 };

bool metrics_listen(struct metrics_server *s, const struct host_port *at, struct error *e)
{
    struct address a;
    struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(at->port) };
    struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(at->port),
                                .sin6_addr = IN6ADDR_LOOPBACK_INIT };
    int on = 1;
    s->fd = -1;
    for (size_t i = 0; i < METRICS_CLIENTS_MAX; i++)
        s->clients[i].fd = -1;
    if (!address_parse(span_str(at->host), &a) || (a.family == 4 && a.bytes[0] != 127) ||
        (a.family != 4 && memcmp(a.bytes, &six.sin6_addr, 16) != 0))
        return error_set(e, "metrics are served on loopback only, not on %s", at->host);
    memcpy(&four.sin_addr, a.bytes, 4);
    s->fd = socket(a.family == 4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s->fd >= 0 && setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
        bind(s->fd, a.family == 4 ? (struct sockaddr *)&four : (struct sockaddr *)&six,
             a.family == 4 ? sizeof(four) : sizeof(six)) == 0 &&
        listen(s->fd, BACKLOG) == 0)
        return true;
    error_set(e, "cannot listen on %s:%u: %s", at->host, at->port, strerror(errno));
    metrics_close(s);
    return false;
}

static void drop(struct metrics_client *c)
{
    close(c->fd);
    c->fd = -1;
}

void metrics_close(struct metrics_server *s)
{
    if (s->fd < 0)
        return;
    for (size_t i = 0; i < METRICS_CLIENTS_MAX; i++)
        if (s->clients[i].fd >= 0)
            drop(&s->clients[i]);
    close(s->fd);
    s->fd = -1;
}

size_t metrics_poll(const struct metrics_server *s, struct pollfd *p)
{
    size_t n = 0;
    if (s->fd < 0)
        return 0;
    p[n++] = (struct pollfd){ .fd = s->fd, .events = POLLIN };
    for (size_t i = 0; i < METRICS_CLIENTS_MAX; i++)
        if (s->clients[i].fd >= 0)
            p[n++] = (struct pollfd){ .fd = s->clients[i].fd, .events = POLLIN };
    return n;
}

/* One send: the kernel's buffer holds the whole answer, and who does not read it gets no more. */
static void answer(struct metrics_client *c, struct span text)
{
    struct span request = span_of(c->request, c->len), line = span_cut(&request, '\n');
    struct span method = span_cut(&line, ' '), path = span_cut(&line, ' ');
    bool get = span_is(method, "GET"), headless = span_is(method, "HEAD");
    const char *status = !get && !headless            ? "405 Method Not Allowed"
                         : span_is(path, "/metrics") ? "200 OK"
                                                     : "404 Not Found";
    struct span body = status[0] == '2' ? text : SPAN("only GET /metrics is answered here\n");
    struct buf out;
    buf_init(&out, METRICS_BYTES_MAX + 1024);
    buf_printf(&out, "HTTP/1.1 %s\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: %zu\r\n"
                     "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
               status, body.len);
    if (!headless)
        buf_put(&out, body);
    if (buf_ok(&out) && send(c->fd, out.at, out.len, MSG_NOSIGNAL | MSG_DONTWAIT) > 0)
        shutdown(c->fd, SHUT_WR);
    buf_release(&out);
}

static void hear(struct metrics_client *c, struct span text, int64_t mono_ms)
{
    ssize_t n = recv(c->fd, c->request + c->len, sizeof(c->request) - c->len, MSG_DONTWAIT);
    if (n > 0)
        c->len += (size_t)n;
    if (span_find(span_of(c->request, c->len), SPAN("\r\n\r\n")) != SIZE_MAX) {
        answer(c, text);
        drop(c);
    } else if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) || c->len == sizeof(c->request) ||
               mono_ms >= c->deadline_ms) {
        drop(c);
    }
}

void metrics_serve(struct metrics_server *s, struct span text, int64_t mono_ms)
{
    if (s->fd < 0)
        return;
    for (size_t i = 0; i < METRICS_CLIENTS_MAX; i++) {
        struct metrics_client *c = &s->clients[i];
        if (c->fd >= 0)
            hear(c, text, mono_ms);
        if (c->fd < 0 && (c->fd = accept4(s->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
            c->len = 0;
            c->deadline_ms = mono_ms + CLIENT_MS;
            hear(c, text, mono_ms);
        }
    }
}
