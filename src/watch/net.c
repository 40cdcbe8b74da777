#include "watch/net.h"

#include <errno.h>
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "record/address.h"

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
    for (const struct addrinfo *a = list; a && !ok; a = a->ai_next)
        ok = connect_one(n, a, e);
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

/* ---- TLS ---- */

static bool tls_wrong(struct net *n, const char *host, struct error *e)
{
    long verdict = n->tls ? SSL_get_verify_result(n->tls) : X509_V_OK;
    unsigned long code = ERR_peek_error();
    if (verdict != X509_V_OK)
        error_set(e, "%s: its certificate is not accepted: %s", host, X509_verify_cert_error_string(verdict));
    else
        error_set(e, "%s: TLS failed: %s", host, code ? ERR_reason_error_string(code) : "the peer broke off");
    ERR_clear_error();
    return false;
}

/* What a call that did not succeed waits for; false where it has failed. */
static bool tls_again(struct net *n, int result, struct error *e)
{
    switch (SSL_get_error(n->tls, result)) {
    case SSL_ERROR_WANT_READ:
        return wait_for(n, POLLIN, e);
    case SSL_ERROR_WANT_WRITE:
        return wait_for(n, POLLOUT, e);
    default:
        return tls_wrong(n, "the receiver", e);
    }
}

static bool expect_host(SSL *tls, const char *host)
{
    struct address a;
    X509_VERIFY_PARAM *p = SSL_get0_param(tls);
    X509_VERIFY_PARAM_set_hostflags(p, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (address_parse(span_str(host), &a))
        return X509_VERIFY_PARAM_set1_ip_asc(p, host) == 1;
    return SSL_set1_host(tls, host) == 1 && SSL_set_tlsext_host_name(tls, host) == 1;
}

bool net_tls(struct net *n, const char *host, const char *ca_file, struct error *e)
{
    ERR_clear_error();
    SSL_CTX *c = n->context = SSL_CTX_new(TLS_client_method());
    if (!c || SSL_CTX_set_min_proto_version(c, TLS1_2_VERSION) != 1)
        return tls_wrong(n, host, e);
    if ((ca_file ? SSL_CTX_load_verify_locations(c, ca_file, NULL) : SSL_CTX_set_default_verify_paths(c)) != 1) {
        ERR_clear_error();
        return error_set(e, "%s: no certificates of authorities can be read", ca_file ? ca_file : "this machine");
    }
    SSL_CTX_set_verify(c, SSL_VERIFY_PEER, NULL);
    SSL *tls = n->tls = SSL_new(c);
    if (!tls || SSL_set_fd(tls, n->fd) != 1 || !expect_host(tls, host))
        return tls_wrong(n, host, e);
    for (;;) {
        ERR_clear_error();
        int result = SSL_connect(tls);
        if (result == 1)
            return true;
        int reason = SSL_get_error(tls, result);
        if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE)
            return tls_wrong(n, host, e);
        if (!wait_for(n, reason == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, e))
            return false;
    }
}

/* ---- bytes ---- */

bool net_send(struct net *n, struct span s, struct error *e)
{
    while (s.len) {
        size_t sent = 0;
        if (n->tls) {
            ERR_clear_error();
            int result = SSL_write_ex(n->tls, s.at, s.len, &sent);
            if (result != 1 && !tls_again(n, result, e))
                return false;
        } else {
            ssize_t got = send(n->fd, s.at, s.len, MSG_NOSIGNAL);
            if (got < 0 && errno != EAGAIN && errno != EINTR)
                return error_set(e, "cannot send: %s", strerror(errno));
            if (got < 0 && errno == EAGAIN && !wait_for(n, POLLOUT, e))
                return false;
            sent = got > 0 ? (size_t)got : 0;
        }
        s = span_from(s, sent);
    }
    return true;
}

bool net_recv(struct net *n, void *at, size_t room, size_t *ret_len, struct error *e)
{
    for (;;) {
        *ret_len = 0;
        if (n->tls) {
            ERR_clear_error();
            int result = SSL_read_ex(n->tls, at, room, ret_len);
            if (result == 1 || SSL_get_error(n->tls, result) == SSL_ERROR_ZERO_RETURN)
                return true;
            if (!tls_again(n, result, e))
                return false;
        } else {
            ssize_t got = recv(n->fd, at, room, 0);
            if (got >= 0) {
                *ret_len = (size_t)got;
                return true;
            }
            if (errno != EAGAIN && errno != EINTR)
                return error_set(e, "the connection broke: %s", strerror(errno));
            if (errno == EAGAIN && !wait_for(n, POLLIN, e))
                return false;
        }
    }
}

void net_finish(struct net *n)
{
    if (n->tls)
        SSL_shutdown(n->tls);
    shutdown(n->fd, SHUT_WR);
}

void net_close(struct net *n)
{
    SSL_free(n->tls);
    SSL_CTX_free(n->context);
    ERR_clear_error();
    if (n->fd >= 0)
        close(n->fd);
    *n = (struct net){ .fd = -1 };
}
