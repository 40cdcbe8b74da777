/* TLS on the socket back, by OpenSSL. Its error queue belongs to the thread, not to the fiber: it
 * is cleared before each call and read before each wait. */
#include "wire/socket.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>

/* A chain of many names and authorities; OpenSSL's own ceiling is a tenth of it. */
enum { CHAIN_BYTES_MAX = 1 << 20 };

struct tls_client {
    SSL_CTX *context;
};

/* Runs when the server asks for a certificate; we have none, and that it asked is a fact. */
static int note_certificate_request(SSL *ssl, X509 **certificate, EVP_PKEY **key)
{
    struct socket_back *b = SSL_get_app_data(ssl);
    (void)certificate, (void)key;
    b->client_cert_asked = true;
    return 0;
}

struct tls_client *tls_client_new(struct error *e)
{
    struct tls_client *c = calloc(1, sizeof(*c));
    if (c)
        c->context = SSL_CTX_new(TLS_client_method());
    if (!c || !c->context) {
        error_set(e, "OpenSSL cannot be set up");
        tls_client_free(c);
        return NULL;
    }
    SSL_CTX_set_min_proto_version(c->context, TLS1_VERSION);
    SSL_CTX_set_cipher_list(c->context, "ALL:COMPLEMENTOFALL:@SECLEVEL=0");
    SSL_CTX_set_options(c->context, SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_TICKET);
    SSL_CTX_set_mode(c->context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE);
    SSL_CTX_set_max_cert_list(c->context, CHAIN_BYTES_MAX);
    SSL_CTX_set_session_cache_mode(c->context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(c->context, SSL_VERIFY_NONE, NULL);
    SSL_CTX_set_client_cert_cb(c->context, note_certificate_request);
    return c;
}

void tls_client_free(struct tls_client *c)
{
    if (!c)
        return;
    SSL_CTX_free(c->context);
    free(c);
}

/* Whether the peer's first bytes were no TLS at all, rather than TLS that OpenSSL cannot speak. */
static bool is_no_tls(unsigned long error)
{
    switch (ERR_GET_REASON(error)) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_UNEXPECTED_MESSAGE:
    case SSL_R_RECORD_LENGTH_MISMATCH:
        return true;
    default:
        return false;
    }
}

/* What to do after a call returned <= 0: WIRE_FINE = try again, else the fault. */
static enum wire_fault after(struct socket_back *b, int result, int64_t deadline_ms)
{
    int saved = errno;
    int reason = SSL_get_error(b->ssl, result);
    bool no_tls = reason == SSL_ERROR_SSL && is_no_tls(ERR_peek_error());
    int error = reason == SSL_ERROR_SSL ? ERR_GET_REASON(ERR_peek_error()) : 0;
    if (error >= SSL_AD_REASON_OFFSET && error <= SSL_AD_REASON_OFFSET + UINT8_MAX)
        b->alert = error - SSL_AD_REASON_OFFSET;
    ERR_clear_error();
    switch (reason) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return socket_wait(b, reason == SSL_ERROR_WANT_WRITE, deadline_ms) ? WIRE_FINE : WIRE_TIMEOUT;
    case SSL_ERROR_ZERO_RETURN:
        return WIRE_CLOSED;
    case SSL_ERROR_SYSCALL:
        return saved == ECONNRESET || saved == EPIPE ? WIRE_RESET : WIRE_CLOSED;
    default:
        return no_tls ? WIRE_MALFORMED : WIRE_TLS;
    }
}

static bool copy_chain(SSL *ssl, struct arena *a, struct wire_tls *ret)
{
    STACK_OF(X509) *chain = SSL_get_peer_cert_chain(ssl);
    int count = chain ? sk_X509_num(chain) : 0;
    enum { CHAIN_MAX = sizeof(ret->chain) / sizeof(ret->chain[0]) };
    for (int i = 0; i < count && i < CHAIN_MAX; i++) {
        uint8_t *der = NULL;
        int len = i2d_X509(sk_X509_value(chain, i), &der);
        if (len <= 0)
            continue;
        ret->chain[ret->chain_len] = arena_copy(a, span_of(der, (size_t)len));
        OPENSSL_free(der);
        if (ret->chain[ret->chain_len].len == 0)
            return false;
        ret->chain_len++;
    }
    return true;
}

enum wire_fault socket_tls_start(struct socket_back *b, const struct endpoint *e, struct arena *a,
                                 struct wire_tls *ret, int64_t deadline_ms)
{
    b->ssl = SSL_new(b->thread->tls->context);
    if (!b->ssl || !SSL_set_fd(b->ssl, b->fd) || !SSL_set_app_data(b->ssl, b) ||
        (e->name && !SSL_set_tlsext_host_name(b->ssl, e->name))) {
        ERR_clear_error();
        return WIRE_MEMORY;
    }
    enum wire_fault f = WIRE_FINE;
    int result = 0;
    b->alert = -1;
    while (f == WIRE_FINE && result != 1) {
        ERR_clear_error();
        result = SSL_connect(b->ssl);
        if (result != 1)
            f = after(b, result, deadline_ms);
    }
    ret->client_cert_asked = b->client_cert_asked;
    ret->alerted = b->alert >= 0;
    ret->alert = (uint8_t)(b->alert < 0 ? 0 : b->alert);
    const SSL_CIPHER *chosen = result == 1 ? SSL_get_current_cipher(b->ssl) : SSL_get_pending_cipher(b->ssl);
    if (!chosen)
        return f;
    ret->version = SSL_get_version(b->ssl);
    ret->cipher = SSL_CIPHER_get_name(chosen);
    if (f == WIRE_CLOSED || f == WIRE_RESET)
        f = WIRE_TLS; /* it had chosen a suite: TLS it speaks */
    return copy_chain(b->ssl, a, ret) ? f : WIRE_MEMORY;
}

enum wire_fault socket_tls_send(struct socket_back *b, struct span s, int64_t deadline_ms)
{
    while (s.len) {
        size_t n = 0;
        ERR_clear_error();
        int result = SSL_write_ex(b->ssl, s.at, s.len, &n);
        if (result == 1) {
            s = span_from(s, n);
            continue;
        }
        enum wire_fault f = after(b, result, deadline_ms);
        if (f != WIRE_FINE)
            return f;
    }
    return WIRE_FINE;
}

enum wire_fault socket_tls_recv(struct socket_back *b, struct span *ret, int64_t deadline_ms)
{
    for (;;) {
        size_t n = 0;
        ERR_clear_error();
        int result = SSL_read_ex(b->ssl, b->thread->scratch, sizeof(b->thread->scratch), &n);
        if (result == 1) {
            *ret = span_of(b->thread->scratch, n);
            return WIRE_FINE;
        }
        enum wire_fault f = after(b, result, deadline_ms);
        if (f != WIRE_FINE)
            return f;
    }
}

/* close_notify is sent once and not waited for: the peer's answer would change nothing. */
void socket_tls_close(struct socket_back *b)
{
    ERR_clear_error();
    if (SSL_is_init_finished(b->ssl))
        SSL_shutdown(b->ssl);
    SSL_free(b->ssl);
    ERR_clear_error();
    b->ssl = NULL;
}
