/* The floor: one epoll loop and OpenSSL, no fibers, no facts: a TLS handshake with each address, one request for a page,
 * its answer, the end. For bench/tls_rate.py only.
 *
 *     tls_bare FIRST_ADDRESS COUNT PORT PARALLEL [handshake]        prints answered, seconds and handshakes a second;
 *                                                                   with a last word it hangs up after the handshake */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, ANSWER_MAX = 16384 };

struct conversation {
    int fd;
    SSL *ssl;
    bool shaken;
};

struct bench {
    SSL_CTX *context;
    int epoll;
    uint32_t first, count, next;
    uint16_t port;
    uint32_t open, answered, failed;
    bool handshake_only;
};

static void start(struct bench *b, struct conversation *c)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(b->port),
                              .sin_addr.s_addr = htonl(b->first + b->next++) };
    *c = (struct conversation){ .fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
                                .ssl = SSL_new(b->context) };
    if (c->fd < 0 || !c->ssl || (connect(c->fd, (struct sockaddr *)&to, sizeof(to)) != 0 && errno != EINPROGRESS))
        abort();
    SSL_set_fd(c->ssl, c->fd);
    SSL_set_connect_state(c->ssl);
    struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c };
    if (epoll_ctl(b->epoll, EPOLL_CTL_ADD, c->fd, &ev) != 0)
        abort();
    b->open++;
}

static void end(struct bench *b, struct conversation *c, bool answered)
{
    SSL_shutdown(c->ssl);
    SSL_free(c->ssl);
    close(c->fd);
    b->open--;
    b->answered += answered;
    b->failed += !answered;
    if (b->next < b->count)
        start(b, c);
}

/* Goes on as far as it can without waiting. */
static void step(struct bench *b, struct conversation *c)
{
    static const char REQUEST[] = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    char answer[ANSWER_MAX];
    ERR_clear_error();
    if (!c->shaken) {
        int result = SSL_do_handshake(c->ssl);
        int why = SSL_get_error(c->ssl, result);
        if (result != 1 && (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE))
            return;
        if (result != 1 || b->handshake_only) {
            end(b, c, result == 1 && SSL_get0_peer_certificate(c->ssl));
            return;
        }
        c->shaken = true;
        if (SSL_write(c->ssl, REQUEST, sizeof(REQUEST) - 1) <= 0) {
            end(b, c, false);
            return;
        }
    }
    int n = SSL_read(c->ssl, answer, sizeof(answer));
    if (n <= 0 && SSL_get_error(c->ssl, n) == SSL_ERROR_WANT_READ)
        return;
    end(b, c, n > 12 && memcmp(answer, "HTTP/1.1 200", 12) == 0);
}

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    struct in_addr first;
    if (argc < 5 || inet_pton(AF_INET, argv[1], &first) != 1) {
        fprintf(stderr, "usage: tls_bare FIRST_ADDRESS COUNT PORT PARALLEL [handshake]\n");
        return 2;
    }
    struct bench b = { .context = SSL_CTX_new(TLS_client_method()), .epoll = epoll_create1(EPOLL_CLOEXEC),
                       .first = ntohl(first.s_addr), .count = (uint32_t)strtoul(argv[2], NULL, 10),
                       .port = (uint16_t)strtoul(argv[3], NULL, 10), .handshake_only = argc > 5 };
    uint32_t parallel = (uint32_t)strtoul(argv[4], NULL, 10);
    struct conversation *all = calloc(parallel, sizeof(*all));
    if (!b.context || !all)
        return 1;
    SSL_CTX_set_session_cache_mode(b.context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(b.context, SSL_OP_NO_TICKET);
    double began = seconds_now();
    for (uint32_t i = 0; i < parallel && b.next < b.count; i++)
        start(&b, &all[i]);
    while (b.open) {
        struct epoll_event events[EVENTS];
        int n = epoll_wait(b.epoll, events, EVENTS, 10000);
        for (int i = 0; i < n; i++)
            step(&b, events[i].data.ptr);
        if (n == 0)
            break;
    }
    double seconds = seconds_now() - began;
    printf("%u answered, %u failed, %.3f s, %.0f a second\n", b.answered, b.failed, seconds, b.answered / seconds);
    free(all);
    SSL_CTX_free(b.context);
    return b.answered == b.count ? 0 : 1;
}
