/* A TLS server that shakes hands and then says nothing, so that conversations stay open and their
 * memory can be measured. For bench/run.py only.
 *
 *     tls_hold PORT CERTIFICATE KEY        prints "open N" each time another thousand is open */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS = 256 };

struct peer {
    SSL *ssl;
    int fd;
    int shaken;
};

static int listen_on(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = INADDR_ANY };
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 || listen(fd, 65535) != 0) {
        perror("tls_hold");
        exit(1);
    }
    return fd;
}

static void take_all(int epoll, int listener, SSL_CTX *context)
{
    int fd;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct peer *p = calloc(1, sizeof(*p));
        if (!p)
            abort();
        p->fd = fd;
        p->ssl = SSL_new(context);
        SSL_set_fd(p->ssl, fd);
        SSL_set_accept_state(p->ssl);
        struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = p };
        epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev);
    }
}

static void go_on(struct peer *p, long *open)
{
    char unused[4096];
    ERR_clear_error();
    int n = SSL_do_handshake(p->ssl);
    if (!p->shaken && n == 1) {
        p->shaken = 1;
        if (++*open % 500 == 0)
            printf("open %ld\n", *open);
    }
    while (p->shaken && n > 0)
        n = SSL_read(p->ssl, unused, sizeof(unused));
    int reason = n > 0 ? SSL_ERROR_NONE : SSL_get_error(p->ssl, n);
    if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) {
        *open -= p->shaken;
        SSL_free(p->ssl);
        close(p->fd);
        free(p);
    }
}

int main(int argc, char **argv)
{
    long open = 0;
    struct rlimit limit = { 40000, 40000 };
    if (argc != 4)
        return 2;
    setrlimit(RLIMIT_NOFILE, &limit);
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0);
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    if (SSL_CTX_use_certificate_file(context, argv[2], SSL_FILETYPE_PEM) != 1 ||
        SSL_CTX_use_PrivateKey_file(context, argv[3], SSL_FILETYPE_PEM) != 1)
        return 1;
    int epoll = epoll_create1(0), listener = listen_on(atoi(argv[1]));
    struct epoll_event ev = { .events = EPOLLIN, .data.ptr = NULL };
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &ev);
    for (;;) {
        struct epoll_event events[EVENTS];
        int n = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr)
                go_on(events[i].data.ptr, &open);
            else
                take_all(epoll, listener, context);
        }
    }
}
