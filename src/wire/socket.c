/* TCP without blocking the thread. Every wait carries an absolute deadline. */
#include "wire/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

bool socket_wait(struct socket_back *b, bool for_write, int64_t deadline_ms)
{
    if (b->thread->loop)
        return fiber_wait(b->thread->loop, &b->watch, deadline_ms);
    int64_t left = deadline_ms - clock_mono_ms(b->thread->clock);
    struct pollfd p = { .fd = b->fd, .events = for_write ? POLLOUT : POLLIN };
    return left > 0 && poll(&p, 1, (int)left) > 0;
}

static int64_t socket_now(struct wire_back *back)
{
    struct socket_thread *t = ((struct socket_back *)back)->thread;
    return t->loop ? fiber_now(t->loop) : clock_mono_ms(t->clock);
}

static enum wire_fault fault_of(int error)
{
    switch (error) {
    case ECONNREFUSED:
        return WIRE_REFUSED;
    case ECONNRESET:
    case EPIPE:
        return WIRE_RESET;
    case ETIMEDOUT:
        return WIRE_CONNECT_TIMEOUT;
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ENETDOWN:
        return WIRE_UNREACHABLE;
    default:
        return WIRE_LOCAL;
    }
}

static socklen_t to_sockaddr(const struct endpoint *e, struct sockaddr_storage *ret)
{
    memset(ret, 0, sizeof(*ret));
    if (e->address.family == 4) {
        struct sockaddr_in *a = (struct sockaddr_in *)ret;
        a->sin_family = AF_INET;
        a->sin_port = htons(e->port);
        memcpy(&a->sin_addr, e->address.bytes, 4);
        return sizeof(*a);
    }
    struct sockaddr_in6 *a = (struct sockaddr_in6 *)ret;
    a->sin6_family = AF_INET6;
    a->sin6_port = htons(e->port);
    memcpy(&a->sin6_addr, e->address.bytes, 16);
    return sizeof(*a);
}

static void socket_close(struct wire_back *back)
{
    struct socket_back *b = (struct socket_back *)back;
    if (b->ssl)
        socket_tls_close(b);
    if (b->fd >= 0)
        close(b->fd);
    b->fd = -1;
}

static enum wire_fault finish_connect(struct socket_back *b, int64_t deadline_ms)
{
    int error = 0;
    socklen_t len = sizeof(error);
    if (!socket_wait(b, true, deadline_ms))
        return WIRE_CONNECT_TIMEOUT;
    if (getsockopt(b->fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0 || error)
        return fault_of(error);
    return WIRE_FINE;
}

static enum wire_fault socket_connect(struct wire_back *back, const struct endpoint *e, int64_t deadline_ms)
{
    struct socket_back *b = (struct socket_back *)back;
    struct sockaddr_storage to;
    socklen_t to_len = to_sockaddr(e, &to);
    b->drained = b->unheard = b->no_delay = b->client_cert_asked = false;
    b->fd = socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (b->fd < 0)
        return WIRE_LOCAL;
    enum wire_fault f = WIRE_FINE;
    if (connect(b->fd, (struct sockaddr *)&to, to_len) != 0 && errno != EINPROGRESS)
        f = fault_of(errno);
    else if (b->thread->loop && !fiber_watch(b->thread->loop, &b->watch, b->fd))
        f = WIRE_LOCAL;
    else
        f = finish_connect(b, deadline_ms);
    if (f != WIRE_FINE)
        socket_close(back);
    return f;
}

static enum wire_fault socket_send(struct wire_back *back, struct span s, int64_t deadline_ms)
{
    struct socket_back *b = (struct socket_back *)back;
    if (b->ssl)
        return socket_tls_send(b, s, deadline_ms);
    if (b->unheard && !b->no_delay) {
        int on = 1;
        setsockopt(b->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        b->no_delay = true;
    }
    b->unheard = true;
    while (s.len) {
        ssize_t n = send(b->fd, s.at, s.len, MSG_NOSIGNAL);
        if (n > 0)
            s = span_from(s, (size_t)n);
        else if (errno != EAGAIN && errno != EINTR)
            return fault_of(errno);
        else if (errno == EAGAIN && !socket_wait(b, true, deadline_ms))
            return WIRE_TIMEOUT;
    }
    return WIRE_FINE;
}

static enum wire_fault socket_recv(struct wire_back *back, struct span *ret, int64_t deadline_ms)
{
    struct socket_back *b = (struct socket_back *)back;
    if (b->ssl)
        return socket_tls_recv(b, ret, deadline_ms);
    b->unheard = false;
    for (;;) {
        if (b->drained && !socket_wait(b, false, deadline_ms))
            return WIRE_TIMEOUT;
        ssize_t n = recv(b->fd, b->thread->scratch, sizeof(b->thread->scratch), 0);
        /* A short read empties the socket, unless the peer's close came in the same event. */
        b->drained = n < (ssize_t)sizeof(b->thread->scratch) && !b->watch.ended;
        if (n > 0) {
            *ret = span_of(b->thread->scratch, (size_t)n);
            return WIRE_FINE;
        }
        if (n == 0) {
            b->drained = false; /* a close is seen again at once, without an event */
            return WIRE_CLOSED;
        }
        if (errno != EAGAIN && errno != EINTR)
            return fault_of(errno);
        b->drained = errno == EAGAIN;
    }
}

static enum wire_fault socket_start_tls(struct wire_back *back, const struct endpoint *e, struct arena *a,
                                        struct wire_tls *ret, int64_t deadline_ms)
{
    return socket_tls_start((struct socket_back *)back, e, a, ret, deadline_ms);
}

void socket_back_init(struct socket_back *b, struct socket_thread *thread)
{
    *b = (struct socket_back){
        .back = { .connect = socket_connect, .send = socket_send, .recv = socket_recv,
                  .start_tls = socket_start_tls, .close = socket_close, .now_ms = socket_now },
        .thread = thread,
        .fd = -1,
    };
}
