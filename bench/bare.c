/* The floor: one epoll loop, no fibers, no facts, that holds the conversation which Ajar holds with
 * an open Redis (PING, INFO, the two questions about its rights, QUIT) and reads every answer whole. For
 * bench/run only.
 *
 *     bare FIRST_ADDRESS COUNT PORT PARALLEL        prints answered, seconds and endpoints a second */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 256, ANSWER_MAX = 16384 };

static const char RIGHTS[] =
    "EXISTS ajar:no-such-key:5d1f9b3ca27e8046\r\nGETEX ajar:no-such-key:5d1f9b3ca27e8046\r\n";

enum stage { CONNECTING, PINGED, INFORMED };

struct conversation {
    int fd;
    enum stage stage;
    size_t len;
    char answer[ANSWER_MAX];
};

struct bench {
    int epoll;
    uint32_t first, count, next;
    uint16_t port;
    uint32_t open, answered, failed;
};

static void start(struct bench *b, struct conversation *c)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(b->port),
                              .sin_addr.s_addr = htonl(b->first + b->next++) };
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    c->stage = CONNECTING;
    c->len = 0;
    if (c->fd < 0 || (connect(c->fd, (struct sockaddr *)&to, sizeof(to)) != 0 && errno != EINPROGRESS))
        abort();
    struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c };
    if (epoll_ctl(b->epoll, EPOLL_CTL_ADD, c->fd, &ev) != 0)
        abort();
    b->open++;
}

static void end(struct bench *b, struct conversation *c, bool answered)
{
    close(c->fd);
    b->open--;
    b->answered += answered;
    b->failed += !answered;
    if (b->next < b->count)
        start(b, c);
}

static bool say(struct conversation *c, const char *text)
{
    c->len = 0;
    return send(c->fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text);
}

/* Whether the bulk answer "$LENGTH\r\n...\r\n" and the two short ones behind it are whole. */
static bool answers_whole(const struct conversation *c)
{
    const char *newline = memchr(c->answer, '\n', c->len);
    size_t short_ones = strlen(":0\r\n$-1\r\n");
    return newline && c->len >= (size_t)(newline + 1 - c->answer) + (size_t)atol(c->answer + 1) + 2 + short_ones;
}

static void advance(struct bench *b, struct conversation *c)
{
    if (c->stage == CONNECTING) {
        int error = 0;
        socklen_t len = sizeof(error);
        getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len);
        if (error || !say(c, "PING\r\n")) {
            end(b, c, false);
            return;
        }
        c->stage = PINGED;
        return;
    }
    ssize_t n = recv(c->fd, c->answer + c->len, ANSWER_MAX - 1 - c->len, 0);
    if (n <= 0) {
        if (n == 0 || errno != EAGAIN)
            end(b, c, false);
        return;
    }
    c->len += (size_t)n;
    c->answer[c->len] = '\0';
    if (c->stage == PINGED && c->answer[c->len - 1] == '\n') {
        if (!say(c, "INFO\r\n") || !say(c, RIGHTS))
            end(b, c, false);
        c->stage = INFORMED;
    } else if (c->stage == INFORMED && answers_whole(c)) {
        say(c, "QUIT\r\n");
        end(b, c, true);
    }
}

int main(int argc, char **argv)
{
    struct bench b = { .epoll = epoll_create1(EPOLL_CLOEXEC) };
    struct timespec from, to;
    if (argc != 5)
        return 2;
    b.first = ntohl(inet_addr(argv[1]));
    b.count = (uint32_t)atoi(argv[2]);
    b.port = (uint16_t)atoi(argv[3]);
    uint32_t parallel = (uint32_t)atoi(argv[4]);
    struct conversation *all = calloc(parallel, sizeof(*all));
    if (!all)
        return 1;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (uint32_t i = 0; i < parallel && b.next < b.count; i++)
        start(&b, &all[i]);
    while (b.open) {
        struct epoll_event events[EVENTS];
        int n = epoll_wait(b.epoll, events, EVENTS, -1);
        for (int i = 0; i < n; i++)
            advance(&b, events[i].data.ptr);
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    double s = (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
    printf("%u answered, %u failed, %.3f s, %.0f a second\n", b.answered, b.failed, s, b.count / s);
    free(all);
    return b.failed != 0;
}
