#include "watch/net.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

static bool wait_for(const struct net *n, short events, struct error *e)
{
    for (;;) {
        int64_t left = n->deadline_ms - clock_mono_ms(&CLOCK_SYSTEM);
        struct pollfd p = { .fd = n->fd, .events = events };
        if (left <= 0)
            return error_set(e, "no answer in time");
        int got = poll(&p, 1, left > 60000 ? 60000 : (int)left);
        if (got > 0)
            return true;
        if (got < 0 && errno != EINTR)
            return error_set(e, "cannot wait: %s", strerror(errno));
    }
}

/* ---- opening ---- */

static bool connect_one(struct net *n, const struct addrinfo *a, struct error *e)
{
    int wrong = 0;
    socklen_t size = sizeof(wrong);
    n->fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, a->ai_protocol);
    if (n->fd < 0)
        return error_set(e, "cannot open a socket: %s", strerror(errno));
    if (connect(n->fd, a->ai_addr, a->ai_addrlen) == 0)
        return true;
    if (errno != EINPROGRESS && errno != EAGAIN)
        error_set(e, "cannot connect: %s", strerror(errno));
    else if (wait_for(n, POLLOUT, e)) {
        if (getsockopt(n->fd, SOL_SOCKET, SO_ERROR, &wrong, &size) == 0 && wrong == 0)
            return true;
        error_set(e, "cannot connect: %s", strerror(wrong));
    }
    close(n->fd);
    n->fd = -1;
    return false;
}

bool net_open(struct net *n, const char *host, uint16_t port, bool datagram, int64_t timeout_ms, struct error *e)
{
    struct addrinfo want = { .ai_socktype = datagram ? SOCK_DGRAM : SOCK_STREAM, .ai_flags = AI_NUMERICSERV }, *list;
    char service[8];
    *n = (struct net){ .fd = -1, .deadline_ms = clock_mono_ms(&CLOCK_SYSTEM) + timeout_ms };
    snprintf(service, sizeof(service), "%u", port);
    int wrong = getaddrinfo(host, service, &want, &list);
    if (wrong)
        return error_set(e, "%s: %s", host, gai_strerror(wrong));
    bool ok = false;
    int64_t end_ms = n->deadline_ms, left = 0;
    for (const struct addrinfo *a = list; a; a = a->ai_next)
        left++;
    /* A silent address may not eat the time of the next: each gets an even share of what is left. */
    for (const struct addrinfo *a = list; a && !ok; a = a->ai_next, left--) {
        int64_t now_ms = clock_mono_ms(&CLOCK_SYSTEM);
        n->deadline_ms = now_ms + (end_ms - now_ms) / left;
        ok = connect_one(n, a, e);
    }
    n->deadline_ms = end_ms;
    freeaddrinfo(list);
    return ok || error_in(e, "%s:%u", host, port);
}

bool net_open_local(struct net *n, const char *path, int64_t timeout_ms, bool *ret_stream, struct error *e)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    *n = (struct net){ .fd = -1, .deadline_ms = clock_mono_ms(&CLOCK_SYSTEM) + timeout_ms };
    if (strlen(path) >= sizeof(at.sun_path))
        return error_set(e, "%s is too long for a socket", path);
    memcpy(at.sun_path, path, strlen(path));
    for (int stream = 0; stream < 2; stream++) {
        struct addrinfo a = { .ai_family = AF_UNIX, .ai_socktype = stream ? SOCK_STREAM : SOCK_DGRAM,
                              .ai_addr = (struct sockaddr *)&at, .ai_addrlen = sizeof(at) };
        *ret_stream = stream != 0;
        if (connect_one(n, &a, e))
            return true;
    }
    return error_in(e, "%s", path);
}

/* ---- bytes ---- */

bool net_send(struct net *n, struct span s, struct error *e)
{
    while (s.len) {
        ssize_t sent = send(n->fd, s.at, s.len, MSG_NOSIGNAL);
        if (sent < 0 && errno != EAGAIN && errno != EINTR)
            return error_set(e, "cannot send: %s", strerror(errno));
        if (sent < 0 && errno == EAGAIN && !wait_for(n, POLLOUT, e))
            return false;
        s = span_from(s, sent > 0 ? (size_t)sent : 0);
    }
    return true;
}

bool net_recv(struct net *n, void *at, size_t room, size_t *ret_len, struct error *e)
{
    for (;;) {
        ssize_t got = recv(n->fd, at, room, 0);
        *ret_len = got > 0 ? (size_t)got : 0;
        if (got >= 0)
            return true;
        if (errno != EAGAIN && errno != EINTR)
            return error_set(e, "the connection broke: %s", strerror(errno));
        if (errno == EAGAIN && !wait_for(n, POLLIN, e))
            return false;
    }
}

void net_finish(struct net *n)
{
    shutdown(n->fd, SHUT_WR);
}

void net_close(struct net *n)
{
    if (n->fd >= 0)
        close(n->fd);
    *n = (struct net){ .fd = -1 };
}
