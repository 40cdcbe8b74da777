/* TCP without blocking the thread, and what it shares with UDP. Every wait carries an absolute deadline. */
#include "wire/socket.h"

#include <errno.h>
#include <time.h> /* errqueue.h needs it */
#include <linux/errqueue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

bool socket_wait(struct socket_back *b, bool for_write, int64_t deadline_ms)
{
    deadline_ms += b->ours_ms;
    if (b->thread->loop)
        return fiber_wait(b->thread->loop, &b->watch, deadline_ms);
    int64_t left = deadline_ms - clock_mono_ms(b->thread->clock);
    struct pollfd p = { .fd = b->fd, .events = for_write ? POLLOUT : POLLIN };
    return left > 0 && poll(&p, 1, (int)left) > 0;
}

static int64_t socket_now(struct wire_back *back)
{
    const struct socket_back *b = (struct socket_back *)back;
    const struct socket_thread *t = b->thread;
    return (t->loop ? fiber_now(t->loop) : clock_mono_ms(t->clock)) - b->ours_ms;
}

void socket_excuse(struct socket_back *b, int64_t ms)
{
    b->ours_ms += ms;
}

/* connect() itself failed: nothing has left this machine, which has no route, no port, no descriptor for it, or
 * whose own firewall said no. */
static enum wire_fault fault_at_once(int error)
{
    return error == ECONNREFUSED ? WIRE_REFUSED : WIRE_LOCAL;
}

/* The connection failed later. What the kernel says then came from the network, as a RST or as one of the many
 * ICMP and ICMPv6 messages of routers and firewalls (ENETUNREACH, EHOSTUNREACH, EACCES, ENOPROTOOPT, ...), but for
 * what it says of itself. */
enum wire_fault socket_fault(int error)
{
    switch (error) {
    case ECONNREFUSED:
        return WIRE_REFUSED;
    case ECONNRESET:
    case EPIPE:
        return WIRE_RESET;
    case ETIMEDOUT:
        return WIRE_CONNECT_TIMEOUT;
    case ENOMEM:
    case ENOBUFS:
    case EADDRNOTAVAIL:
    case EBADF:
    case EINVAL:
        return WIRE_LOCAL;
    default:
        return WIRE_UNREACHABLE;
    }
}

/* The same on a connection that stood: silence is the peer's then. */
static enum wire_fault fault_within(int error)
{
    return error == ETIMEDOUT ? WIRE_TIMEOUT : socket_fault(error);
}

unsigned socket_address(const struct endpoint *e, struct sockaddr_storage *ret)
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

/* With MSG_MORE, more follows at once: it goes into the same segment. */
static enum wire_fault send_all(struct socket_back *b, struct span s, int flags, int64_t deadline_ms)
{
    if (b->unheard && !b->no_delay) {
        int on = 1;
        setsockopt(b->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        b->no_delay = true;
    }
    b->unheard |= flags != MSG_MORE;
    while (s.len) {
        ssize_t n = send(b->fd, s.at, s.len, MSG_NOSIGNAL | flags);
        if (n > 0)
            s = span_from(s, (size_t)n);
        else if (errno != EAGAIN && errno != EINTR)
            return fault_within(errno);
        else if (errno == EAGAIN && !socket_wait(b, true, deadline_ms))
            return WIRE_TIMEOUT;
    }
    return WIRE_FINE;
}

/* Asks that follow each other without a read between them leave in one segment: each is held until it is known
 * whether another follows. */
static enum wire_fault send_held(struct socket_back *b, int flags, int64_t deadline_ms)
{
    struct span held = span_of(b->held, b->held_len);
    b->held_len = 0;
    return held.len ? send_all(b, held, flags, deadline_ms) : WIRE_FINE;
}

/* What was asked last, a goodbye mostly, goes out with the FIN, unless bytes that nobody read make a RST of that. */
static void socket_close(struct wire_back *back)
{
    struct socket_back *b = (struct socket_back *)back;
    if (b->fd >= 0 && b->held_len)
        (void)!send(b->fd, b->held, b->held_len, MSG_NOSIGNAL | (b->drained && !b->watch.readable ? MSG_MORE : 0));
    b->held_len = 0;
    if (b->ssl)
        socket_tls_close(b);
    if (b->fd >= 0)
        close(b->fd);
    b->fd = -1;
}

/* TCP_INFO also tells of a connection that was refused: the counter outlives it. */
static void measure(struct socket_back *b, enum wire_fault f, int64_t from_ms)
{
    struct tcp_info info;
    socklen_t len = sizeof(info);
    if (!b->measures || (f != WIRE_FINE && f != WIRE_REFUSED) ||
        getsockopt(b->fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0 || len < sizeof(info))
        return;
    b->syn = (struct socket_syn){ .known = true, .resent = info.tcpi_total_retrans, .trip_ms = -1 };
    if (!b->syn.resent)
        b->syn.trip_ms = f == WIRE_FINE ? (info.tcpi_rtt + 999) / 1000 : socket_now(&b->back) - from_ms;
    if (f == WIRE_FINE && b->syn.trip_ms > 0)
        b->back.trip_ms = b->syn.trip_ms;
}

/* On a loop the event itself says whether there is an error to ask for. */
static enum wire_fault finish_connect(struct socket_back *b, int64_t deadline_ms)
{
    socklen_t len = sizeof(b->error);
    int64_t from_ms = socket_now(&b->back);
    if (!socket_wait(b, true, deadline_ms))
        return WIRE_CONNECT_TIMEOUT;
    if ((!b->thread->loop || b->watch.ended) && getsockopt(b->fd, SOL_SOCKET, SO_ERROR, &b->error, &len) != 0)
        b->error = errno;
    /* A RST that answers the SYN is ECONNREFUSED: any other came behind what accepted it. */
    b->cut = b->error == ECONNRESET || b->error == EPIPE;
    if (b->cut)
        b->error = 0;
    enum wire_fault f = b->error ? socket_fault(b->error) : WIRE_FINE;
    measure(b, f, from_ms);
    b->drained = b->thread->loop && !b->watch.readable;
    return f;
}

void socket_keep_errors(const struct socket_back *b, int family, int on)
{
    if (family == AF_INET)
        setsockopt(b->fd, IPPROTO_IP, IP_RECVERR, &on, sizeof(on));
    else
        setsockopt(b->fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof(on));
}

static void take_offender(const struct sockaddr_storage *from, struct address *ret)
{
    *ret = (struct address){ .family = from->ss_family == AF_INET ? 4 : from->ss_family == AF_INET6 ? 6 : 0 };
    if (ret->family == 4)
        memcpy(ret->bytes, &((const struct sockaddr_in *)from)->sin_addr, 4);
    else if (ret->family == 6)
        memcpy(ret->bytes, &((const struct sockaddr_in6 *)from)->sin6_addr, 16);
}

bool socket_icmp_error(const struct socket_back *b, struct address *ret_from)
{
    union {
        struct cmsghdr head; /* aligns it */
        char bytes[512];
    } control;
    struct msghdr m = { .msg_control = &control, .msg_controllen = sizeof(control) };
    if (recvmsg(b->fd, &m, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
        return false;
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c)) {
        struct {
            struct sock_extended_err error;
            struct sockaddr_storage offender; /* as much of it as the family has */
        } e = { 0 };
        bool is_error = (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_RECVERR) ||
                        (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_RECVERR);
        if (!is_error || c->cmsg_len < CMSG_LEN(sizeof(e.error)))
            continue;
        size_t len = c->cmsg_len - CMSG_LEN(0);
        memcpy(&e.error, CMSG_DATA(c), sizeof(e.error));
        len = len - sizeof(e.error) < sizeof(e.offender) ? len - sizeof(e.error) : sizeof(e.offender);
        memcpy(&e.offender, CMSG_DATA(c) + sizeof(e.error), len);
        take_offender(&e.offender, ret_from);
        if (e.error.ee_origin == SO_EE_ORIGIN_ICMP || e.error.ee_origin == SO_EE_ORIGIN_ICMP6)
            return true;
    }
    return false;
}

/* Whether this machine itself sent the message, as it does where nobody answers its ARP or neighbour solicitation. */
static bool is_own(const struct socket_back *b, const struct address *from)
{
    struct sockaddr_storage own = { 0 };
    socklen_t len = sizeof(own);
    struct address here;
    if (getsockname(b->fd, (struct sockaddr *)&own, &len) != 0)
        return false;
    take_offender(&own, &here);
    return here.family && address_compare(&here, from) == 0;
}

static enum wire_fault socket_connect(struct wire_back *back, const struct endpoint *e, int64_t deadline_ms)
{
    struct socket_back *b = (struct socket_back *)back;
    struct sockaddr_storage to;
    struct address who;
    b->to = NULL;
    if (e->transport == TRANSPORT_UDP)
        return socket_udp_open(b, e);
    socklen_t to_len = socket_address(e, &to);
    b->cut = b->drained = b->unheard = b->no_delay = b->client_cert_asked = false;
    b->held_len = 0;
    b->syn.known = false;
    b->error = 0;
    b->fd = socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    enum wire_fault f = WIRE_FINE;
    if (b->fd >= 0)
        socket_keep_errors(b, to.ss_family, 1);
    if (b->fd < 0 || (connect(b->fd, (struct sockaddr *)&to, to_len) != 0 && errno != EINPROGRESS) ||
        (b->thread->loop && !fiber_watch(b->thread->loop, &b->watch, b->fd))) {
        b->error = errno;
        f = fault_at_once(b->error);
    } else {
        f = finish_connect(b, deadline_ms);
    }
    b->rejected = f == WIRE_REFUSED && socket_icmp_error(b, &who);
    b->nobody = f == WIRE_UNREACHABLE && b->error == EHOSTUNREACH && socket_icmp_error(b, &who) && is_own(b, &who);
    if (b->rejected)
        f = WIRE_UNREACHABLE;
    if (f != WIRE_FINE)
        socket_close(back);
    else
        socket_keep_errors(b, to.ss_family, 0);
    return f;
}

static enum wire_fault socket_send(struct wire_back *back, struct span s, int64_t deadline_ms)
{
    struct socket_back *b = (struct socket_back *)back;
    if (b->to)
        return socket_udp_send(b, s);
    if (b->ssl)
        return socket_tls_send(b, s, deadline_ms);
    if (b->cut)
        return WIRE_RESET;
    enum wire_fault f = send_held(b, MSG_MORE, deadline_ms);
    if (f != WIRE_FINE || s.len > sizeof(b->held))
        return f != WIRE_FINE ? f : send_all(b, s, 0, deadline_ms);
    memcpy(b->held, s.at, s.len);
    b->held_len = (uint16_t)s.len;
    return WIRE_FINE;
}

static enum wire_fault socket_recv(struct wire_back *back, struct span *ret, int64_t deadline_ms)
{
    struct socket_back *b = (struct socket_back *)back;
    if (b->to)
        return socket_udp_recv(b, ret, deadline_ms);
    if (b->ssl)
        return socket_tls_recv(b, ret, deadline_ms);
    enum wire_fault f = send_held(b, 0, deadline_ms);
    if (f != WIRE_FINE)
        return f;
    b->unheard = false;
    for (;;) {
        while (b->drained && !(b->thread->loop && b->watch.readable)) {
            if (!socket_wait(b, false, deadline_ms))
                return WIRE_TIMEOUT;
            b->drained = b->thread->loop != NULL; /* poll() speaks of reading alone, the watch of writing, too */
        }
        ssize_t n = recv(b->fd, b->thread->scratch, sizeof(b->thread->scratch), 0);
        int error = errno;
        /* A short read empties the socket, unless the peer's close came in the same event. */
        b->drained = n < (ssize_t)sizeof(b->thread->scratch) && !b->watch.ended;
        if (b->drained)
            b->watch.readable = false;
        if (n > 0) {
            *ret = span_of(b->thread->scratch, (size_t)n);
            return WIRE_FINE;
        }
        if (n == 0) {
            b->drained = false; /* a close is seen again at once, without an event */
            return b->cut ? WIRE_RESET : WIRE_CLOSED;
        }
        if (error != EAGAIN && error != EINTR)
            return fault_within(error);
        b->drained = error == EAGAIN;
        b->watch.readable = error == EINTR;
    }
}

static enum wire_fault socket_start_tls(struct wire_back *back, const struct endpoint *e, struct arena *a,
                                        struct wire_tls *ret, int64_t deadline_ms)
{
    struct socket_back *b = (struct socket_back *)back;
    if (b->cut)
        return WIRE_RESET;
    enum wire_fault f = send_held(b, 0, deadline_ms);
    return f != WIRE_FINE ? f : socket_tls_start(b, e, a, ret, deadline_ms);
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
