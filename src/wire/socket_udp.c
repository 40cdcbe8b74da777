/* UDP without blocking the thread. The socket is bound to nobody: an answer may come from another port of the address
 * that was asked (TFTP), and everything else is thrown away. Errors of the network come through the queue of errors,
 * which says who sent them: only the host itself can say that its port is shut. */
#include "wire/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

enum { STRAYS_MAX = 64 /* datagrams of others that one wait reads away */ };

enum wire_fault socket_udp_open(struct socket_back *b, const struct endpoint *e)
{
    int family = e->address.family == 4 ? AF_INET : AF_INET6;
    b->drained = false;
    b->syn.known = false;
    b->rejected = false;
    b->error = 0;
    b->fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);
    if (b->fd < 0 || (b->thread->loop && !fiber_watch(b->thread->loop, &b->watch, b->fd))) {
        b->error = errno;
        b->back.close(&b->back);
        return WIRE_LOCAL;
    }
    socket_keep_errors(b, family, 1);
    b->to = e;
    return WIRE_FINE;
}

/* What no ICMP message stands behind, this machine said of itself. */
static enum wire_fault fault_from(struct socket_back *b, int error)
{
    struct address who;
    b->error = error;
    if (!socket_icmp_error(b, &who))
        return WIRE_LOCAL;
    enum wire_fault f = socket_fault(error);
    bool is_host = address_compare(&who, &b->to->address) == 0;
    b->rejected = f == WIRE_REFUSED && !is_host;
    return f == WIRE_REFUSED && is_host ? f : WIRE_UNREACHABLE;
}

enum wire_fault socket_udp_send(struct socket_back *b, struct span s)
{
    struct sockaddr_storage to;
    socklen_t len = socket_address(b->to, &to);
    ssize_t n;
    do
        n = sendto(b->fd, s.at, s.len, MSG_NOSIGNAL, (struct sockaddr *)&to, len);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EAGAIN)
        return WIRE_FINE; /* the queue of the device is full: as good as lost, and asked again like that */
    return n < 0 ? fault_from(b, errno) : WIRE_FINE;
}

static bool is_answer(const struct socket_back *b, const struct sockaddr_storage *from)
{
    struct address a = { .family = b->to->address.family };
    uint16_t port;
    if (from->ss_family == AF_INET && a.family == 4) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)from;
        memcpy(a.bytes, &v4->sin_addr, 4);
        port = ntohs(v4->sin_port);
    } else if (from->ss_family == AF_INET6 && a.family == 6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)from;
        memcpy(a.bytes, &v6->sin6_addr, 16);
        port = ntohs(v6->sin6_port);
    } else {
        return false;
    }
    return address_compare(&a, &b->to->address) == 0 && (b->back.any_port || port == b->to->port);
}

enum wire_fault socket_udp_recv(struct socket_back *b, struct span *ret, int64_t deadline_ms)
{
    for (unsigned strays = 0; strays < STRAYS_MAX;) {
        struct sockaddr_storage from;
        socklen_t len = sizeof(from);
        while (b->drained && !(b->thread->loop && b->watch.readable)) {
            if (!socket_wait(b, false, deadline_ms))
                return WIRE_TIMEOUT;
            b->drained = b->thread->loop != NULL;
        }
        ssize_t n = recvfrom(b->fd, b->thread->scratch, sizeof(b->thread->scratch), 0, (struct sockaddr *)&from, &len);
        int error = errno;
        b->drained = n < 0 && error == EAGAIN;
        if (b->drained)
            b->watch.readable = false;
        if (n > 0 && is_answer(b, &from)) {
            *ret = span_of(b->thread->scratch, (size_t)n);
            return WIRE_FINE;
        }
        strays += n >= 0;
        if (n < 0 && error != EAGAIN && error != EINTR)
            return fault_from(b, error);
    }
    return WIRE_TIMEOUT; /* drowned */
}
