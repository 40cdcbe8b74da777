/* The pipe's messages from hostile bytes, and whole sweeps over loopback: every endpoint is told of
 * exactly once, and the counters add up. */
#include "unit/check.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>

#include "sweep/sweep.c"

enum { TURNS_MAX = 600, SEEN_MAX = 8 << 20 };

/* ---- messages -------------------------------------------------------------------------------- */

static bool cut(const char *bytes, size_t len, enum sweep_message *kind, struct span *body, size_t *left, bool *bad)
{
    struct span s = span_of(bytes, len);
    bool got = sweep_message_cut(&s, kind, body, bad);
    *left = s.len;
    assert_false(got && *bad);
    if (!got)
        assert_int_equal(s.len, len); /* nothing is taken */
    return got;
}

#define CUT(text) cut((text), sizeof(text) - 1, &kind, &body, &left, &bad)

static void messages(void **state)
{
    enum sweep_message kind;
    struct span body;
    size_t left;
    bool bad;
    (void)state;
    assert_true(CUT("V\3\0\0\0abcE\0\0\0\0"));
    assert_int_equal(kind, SWEEP_VISIT);
    assert_true(span_is(body, "abc"));
    assert_int_equal(left, 5);
    assert_true(CUT("E\0\0\0\0"));
    assert_int_equal(kind, SWEEP_END);
    assert_int_equal(body.len, 0);
    assert_int_equal(left, 0);
    assert_true(CUT("F\2\0\0\0no"));
    assert_int_equal(kind, SWEEP_ERROR);
    assert_true(CUT("T\2\0\0\0no"));
    assert_int_equal(kind, SWEEP_SENT);
}

static void not_whole_yet(void **state)
{
    static const char WHOLE[] = "V\3\0\0\0abc";
    enum sweep_message kind;
    struct span body;
    size_t left;
    bool bad;
    (void)state;
    for (size_t n = 0; n < sizeof(WHOLE) - 1; n++) {
        assert_false(cut(WHOLE, n, &kind, &body, &left, &bad));
        assert_false(bad);
    }
    assert_false(CUT("V\0\0\x80\0")); /* as long as a visit may be */
    assert_false(bad);
}

static void no_messages(void **state)
{
    enum sweep_message kind;
    struct span body;
    size_t left;
    bool bad;
    (void)state;
    assert_false(CUT("V\1\0\x80\0"));
    assert_true(bad);
    assert_false(CUT("V\xff\xff\xff\xff"));
    assert_true(bad);
    assert_false(CUT("V\0\0\0\xff"));
    assert_true(bad);
    for (int c = 0; c < 256; c++) {
        char text[6] = { (char)c, 1, 0, 0, 0, 'x' };
        bool known = c == 'V' || c == 'N' || c == 'T' || c == 'R' || c == 'E' || c == 'F';
        assert_int_equal(cut(text, sizeof(text), &kind, &body, &left, &bad), known);
        assert_int_equal(bad, !known);
    }
}

/* ---- sweeps ---------------------------------------------------------------------------------- */

struct listed {
    struct turn turns[TURNS_MAX];
    const char *skip[TURNS_MAX];
    size_t len, at;
};

static bool next_listed(void *self, struct turn *ret, const char **ret_skip)
{
    struct listed *l = self;
    if (l->at == l->len)
        return false;
    *ret = l->turns[l->at];
    *ret_skip = l->skip[l->at];
    l->at++;
    return true;
}

static void list(struct listed *l, uint16_t port, const char *skip)
{
    assert_true(l->len < TURNS_MAX);
    l->skip[l->len] = skip;
    l->turns[l->len] = (struct turn){ .place = l->len,
                                      .endpoint = { .address = { 4, { 127, 0, 0, 1 } }, .port = port } };
    l->len++;
}

/* A socket on a port of its own; where it does not listen, connections are refused. */
static int bound(uint16_t *port)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t len = sizeof(a);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    *port = ntohs(a.sin_port);
    return fd;
}

/* Greets as nobody known does and hangs up, until it is shut down: quick to visit. */
static void *serve(void *arg)
{
    int listener = *(int *)arg;
    for (;;) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0)
            return NULL;
        static const char HELLO[] = "HELLO test\r\n";
        send(fd, HELLO, sizeof(HELLO) - 1, MSG_NOSIGNAL);
        shutdown(fd, SHUT_WR);
        char gone[64];
        while (recv(fd, gone, sizeof(gone), 0) > 0)
            ;
        close(fd);
    }
}

struct run {
    struct listed *list;
    struct sweep_config config;
    struct sweep_progress progress;
    int pipe[2];
    bool ok;
    struct error error;
};

static void *run_thread(void *arg)
{
    struct run *r = arg;
    r->ok = sweep_run(&r->config, &r->progress, r->pipe[1], &r->error);
    close(r->pipe[1]);
    return NULL;
}

static struct run *run_new(struct listed *l, unsigned loops, const struct catalog *c)
{
    struct run *r = calloc(1, sizeof(*r));
    assert_non_null(r);
    r->list = l;
    r->config = (struct sweep_config){
        .catalog = c,
        .pace = { .all_per_second = 100, .net_per_second = 20, .address_per_second = 2 },
        .source = { .next = next_listed, .self = l },
        .limits = { .connect_ms = 2000, .patience_ms = 500, .session_ms = 4000, .budget_bytes = 1 << 20 },
        .parallel = 16, .loops = loops, .seed = 3, .memory_bytes = 64 << 20,
    };
    assert_int_equal(pipe(r->pipe), 0);
    return r;
}

static struct buf read_all(int fd)
{
    struct buf b;
    uint8_t piece[4096];
    ssize_t n;
    buf_init(&b, SEEN_MAX);
    while ((n = read(fd, piece, sizeof(piece))) > 0)
        buf_put(&b, span_of(piece, (size_t)n));
    return b;
}

struct told {
    unsigned places[TURNS_MAX], visits, answered, skipped, refused;
    enum sweep_message last;
};

static void take_visit(struct told *t, struct span body)
{
    struct arena a;
    struct visit v;
    struct verdict bad;
    struct reader r = reader_over(&bad, body);
    arena_init(&a, 16 << 20);
    assert_true(visit_decode(&r, &a, &v));
    assert_true(v.place < TURNS_MAX);
    t->places[v.place]++;
    t->visits++;
    t->answered += v.answered;
    t->refused += v.refused;
    t->skipped += v.end == END_SKIPPED;
    arena_release(&a);
}

static struct told told_of(struct span bytes)
{
    struct told t = { .last = SWEEP_VISIT };
    enum sweep_message kind;
    struct span body;
    bool bad;
    while (sweep_message_cut(&bytes, &kind, &body, &bad)) {
        assert_int_not_equal(t.last, SWEEP_END); /* nothing comes after the end */
        t.last = kind;
        if (kind == SWEEP_VISIT)
            take_visit(&t, body);
    }
    assert_false(bad);
    assert_int_equal(bytes.len, 0);
    return t;
}

static struct catalog *load(struct arena *a)
{
    static const char *const DIRS[] = { "catalog" };
    struct error e;
    arena_init(a, 64 << 20);
    struct catalog *c = catalog_load(a, DIRS, 1, &e);
    if (!c)
        fail_msg("%s", e.text);
    return c;
}

static void every_endpoint_once(void **state)
{
    struct arena a;
    const struct catalog *c = load(&a);
    (void)state;
    for (unsigned loops = 1; loops <= 3; loops++) {
        static struct listed l;
        uint16_t open_port, closed_port;
        pthread_t server, sweeper;
        int listener = bound(&open_port), closed = bound(&closed_port);
        assert_int_equal(listen(listener, 100), 0);
        assert_int_equal(pthread_create(&server, NULL, serve, &listener), 0);
        l.len = l.at = 0;
        for (int i = 0; i < 300; i++)
            list(&l, i % 30 ? closed_port : open_port, i % 7 == 3 ? "excluded" : NULL);
        struct run *r = run_new(&l, loops, c);
        assert_int_equal(pthread_create(&sweeper, NULL, run_thread, r), 0);
        struct buf b = read_all(r->pipe[0]);
        pthread_join(sweeper, NULL);
        if (!r->ok)
            fail_msg("%s", r->error.text);
        struct told t = told_of(buf_span(&b));
        assert_int_equal(t.last, SWEEP_END);
        for (size_t i = 0; i < l.len; i++)
            assert_int_equal(t.places[i], 1);
        assert_int_equal(t.visits, 300);
        assert_int_equal(t.skipped, r->progress.skipped);
        assert_int_equal(t.answered, r->progress.answered);
        assert_int_equal(r->progress.done + r->progress.skipped + r->progress.failed, 300);
        assert_int_equal(r->progress.failed, 0);
        assert_int_equal(r->progress.in_flight, 0);
        assert_true(t.answered > 0 && t.refused > 0 && t.skipped > 0);
        assert_int_equal(t.answered + t.refused + t.skipped, 300);
        shutdown(listener, SHUT_RDWR);
        pthread_join(server, NULL);
        close(listener), close(closed), close(r->pipe[0]);
        buf_release(&b);
        free(r);
    }
    arena_release(&a);
}

/* Three hundred names of one address whose port is closed: asked for one of them (and for those that were under
 * way beside it), told of all. Without the wish to share, each is asked. */
static void names_share_what_was_refused(void **state)
{
    struct arena a;
    const struct catalog *c = load(&a);
    (void)state;
    for (int share = 0; share < 2; share++) {
        static struct listed l;
        static char names[300][24];
        uint16_t port;
        pthread_t sweeper;
        int closed = bound(&port);
        l.len = l.at = 0;
        for (int i = 0; i < 300; i++) {
            list(&l, port, NULL);
            snprintf(names[i], sizeof(names[i]), "n%d.corp", i);
            l.turns[i].endpoint.name = names[i];
        }
        struct run *r = run_new(&l, 2, c);
        r->config.many_names = share;
        assert_int_equal(pthread_create(&sweeper, NULL, run_thread, r), 0);
        struct buf b = read_all(r->pipe[0]);
        pthread_join(sweeper, NULL);
        assert_true(r->ok);
        struct told t = told_of(buf_span(&b));
        assert_int_equal(t.visits, 300);
        assert_int_equal(t.refused, 300);
        assert_int_equal(r->progress.done, 300);
        assert_int_equal(r->progress.skipped + r->progress.failed, 0);
        if (share)
            assert_true(r->progress.connections >= 1 && r->progress.connections <= 100);
        else
            assert_int_equal(r->progress.connections, 300);
        close(closed), close(r->pipe[0]);
        buf_release(&b);
        free(r);
    }
    arena_release(&a);
}

static void told_to_stop(void **state)
{
    static struct listed l;
    struct arena a;
    uint16_t port;
    pthread_t sweeper;
    int closed = bound(&port);
    (void)state;
    l.len = l.at = 0;
    for (int i = 0; i < 100; i++)
        list(&l, port, NULL);
    struct run *r = run_new(&l, 2, load(&a));
    atomic_store(&r->progress.stop, true);
    assert_int_equal(pthread_create(&sweeper, NULL, run_thread, r), 0);
    struct buf b = read_all(r->pipe[0]);
    pthread_join(sweeper, NULL);
    assert_true(r->ok);
    struct told t = told_of(buf_span(&b));
    assert_int_equal(t.last, SWEEP_END);
    assert_int_equal(t.visits, 0);
    assert_int_equal(r->progress.connections, 0);
    close(closed), close(r->pipe[0]);
    buf_release(&b);
    free(r);
    arena_release(&a);
}

/* The keeper is gone: the sweep ends by itself, long before its list does. */
static void nobody_listens(void **state)
{
    static struct listed l;
    struct arena a;
    uint16_t port;
    int closed = bound(&port);
    (void)state;
    l.len = l.at = 0;
    for (int i = 0; i < TURNS_MAX; i++)
        list(&l, port, i % 2 ? "excluded" : NULL);
    struct run *r = run_new(&l, 1, load(&a));
    close(r->pipe[0]);
    run_thread(r);
    assert_false(r->ok);
    assert_true(atomic_load(&r->progress.stop));
    close(closed);
    free(r);
    arena_release(&a);
}

/* What is sent is told, too, where it is asked for: the place, the ask's name, the bytes. */
static void the_transcript(void **state)
{
    static struct listed l;
    struct arena a;
    uint16_t port;
    pthread_t sweeper;
    char want[80];
    int listener = bound(&port);
    bool found = false;
    (void)state;
    assert_int_equal(listen(listener, 100), 0); /* accepts, and says nothing */
    l.len = l.at = 0;
    list(&l, port, NULL);
    struct run *r = run_new(&l, 1, load(&a));
    r->config.transcript = true;
    r->config.limits.session_ms = 700;
    assert_int_equal(pthread_create(&sweeper, NULL, run_thread, r), 0);
    struct buf b = read_all(r->pipe[0]);
    pthread_join(sweeper, NULL);
    snprintf(want, sizeof(want), "127.0.0.1:%u ladder.ping PING\r\n", port);
    struct span left = buf_span(&b), body;
    enum sweep_message kind;
    bool bad;
    while (sweep_message_cut(&left, &kind, &body, &bad))
        found |= kind == SWEEP_SENT && span_is(body, want);
    assert_true(found);
    close(listener), close(r->pipe[0]);
    buf_release(&b);
    free(r);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages),
        cmocka_unit_test(not_whole_yet),
        cmocka_unit_test(no_messages),
        cmocka_unit_test(every_endpoint_once),
        cmocka_unit_test(names_share_what_was_refused),
        cmocka_unit_test(told_to_stop),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(the_transcript),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
