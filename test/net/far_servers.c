/* One epoll loop for all servers of the far network. What they say is no more than what tells them apart. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "far.h"

enum { FDS_MAX = 200000, EVENTS = 256, HEAVY_KEYS = 80000 };

struct peer {
    enum served_kind kind;
    bool listens, says_more;
    size_t said;
};

struct servers {
    int epoll;
    struct peer *peers; /* by descriptor */
    char *heavy;
    size_t heavy_len;
};

enum served_kind served_kind(const char *word)
{
    static const char *const WORDS[] = { "redis", "mute", "reset", "heavy" };
    for (size_t i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (strcmp(word, WORDS[i]) == 0)
            return (enum served_kind)i;
    exit(2);
}

/* {"k00000":"aa...",...}: about a megabyte of small keys. */
static void make_heavy(struct servers *s)
{
    size_t cap = HEAVY_KEYS * 16 + 512;
    char *body = malloc(cap), *at = body;
    s->heavy = malloc(cap);
    if (!body || !s->heavy)
        exit(1);
    for (int i = 0; i < HEAVY_KEYS; i++)
        at += sprintf(at, "%s\"k%05d\":%d", i ? "," : "{", i, i % 10);
    at += sprintf(at, "}");
    s->heavy_len = (size_t)sprintf(s->heavy, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
                                             "Connection: close\r\n\r\n%s", (size_t)(at - body), body);
    free(body);
}

static void watch(struct servers *s, int fd, enum served_kind kind, bool listens)
{
    struct epoll_event e = { .events = EPOLLIN | (listens ? 0 : EPOLLOUT | EPOLLET), .data.fd = fd };
    if (fd >= FDS_MAX || epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &e) != 0) {
        close(fd);
        return;
    }
    s->peers[fd] = (struct peer){ .kind = kind, .listens = listens };
}

static void hang_up(int fd)
{
    struct linger now = { 1, 0 };
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(fd);
}

static void accept_all(struct servers *s, int listener)
{
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        if (s->peers[listener].kind == KIND_RESET)
            hang_up(fd);
        else
            watch(s, fd, s->peers[listener].kind, false);
    }
}

static bool say(int fd, const char *text)
{
    return send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text);
}

static const char INFO[] =
    "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n# Memory\r\nused_memory:1000\r\n"
    "# Replication\r\nrole:master\r\n# Keyspace\r\ndb0:keys=5,expires=0,avg_ttl=0\r\n";

/* Answers one command; false where it ends the session. */
static bool answer_redis_line(int fd, const char *line)
{
    static const struct { const char *command, *answer; } ANSWERS[] = {
        { "PING", "+PONG\r\n" }, { "EXISTS", ":0\r\n" }, { "GETEX", "$-1\r\n" }, { "DBSIZE", ":5\r\n" },
    };
    char text[1024];
    if (strncmp(line, "INFO", 4) == 0) {
        snprintf(text, sizeof(text), "$%zu\r\n%s\r\n", strlen(INFO), INFO);
        return say(fd, text);
    }
    for (size_t i = 0; i < sizeof(ANSWERS) / sizeof(ANSWERS[0]); i++)
        if (strncmp(line, ANSWERS[i].command, strlen(ANSWERS[i].command)) == 0)
            return say(fd, ANSWERS[i].answer);
    return strncmp(line, "QUIT", 4) != 0 && say(fd, "-ERR unknown command\r\n");
}

static bool answer_redis(int fd, char *asked)
{
    char *left = NULL;
    for (char *line = strtok_r(asked, "\r\n", &left); line; line = strtok_r(NULL, "\r\n", &left))
        if (!answer_redis_line(fd, line))
            return false;
    return true;
}

static bool go_on(struct servers *s, int fd)
{
    struct peer *p = &s->peers[fd];
    while (p->says_more && p->said < s->heavy_len) {
        ssize_t n = send(fd, s->heavy + p->said, s->heavy_len - p->said, MSG_NOSIGNAL);
        if (n < 0)
            return errno == EAGAIN;
        p->said += (size_t)n;
    }
    return !p->says_more;
}

/* False where the conversation is over. */
static bool hear(struct servers *s, int fd)
{
    char asked[4096];
    ssize_t n;
    struct peer *p = &s->peers[fd];
    while ((n = recv(fd, asked, sizeof(asked) - 1, 0)) > 0) {
        asked[n] = '\0';
        if (p->kind == KIND_REDIS && !answer_redis(fd, asked))
            return false;
        p->says_more |= p->kind == KIND_HEAVY;
    }
    return (n < 0 && errno == EAGAIN) && go_on(s, fd);
}

static int listen_on(uint16_t port)
{
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 || listen(fd, 4096) != 0) {
        perror("far: a port to serve");
        exit(1);
    }
    return fd;
}

void serve_all(const struct served *list, size_t count)
{
    struct servers s = { .epoll = epoll_create1(EPOLL_CLOEXEC), .peers = calloc(FDS_MAX, sizeof(*s.peers)) };
    struct rlimit many = { FDS_MAX, FDS_MAX };
    setrlimit(RLIMIT_NOFILE, &many);
    if (!s.peers)
        exit(1);
    make_heavy(&s);
    for (size_t i = 0; i < count; i++)
        watch(&s, listen_on(list[i].port), list[i].kind, true);
    for (;;) {
        struct epoll_event events[EVENTS];
        int n = epoll_wait(s.epoll, events, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (s.peers[fd].listens)
                accept_all(&s, fd);
            else if (!hear(&s, fd))
                close(fd);
        }
    }
}
