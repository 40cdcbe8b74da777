/* Reverse names over real sockets on loopback: one question serves an address, a dead server is given
 * up, what is learned becomes facts. */
#include "sweep/reverse.c"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_resolv_conf(void **state)
{
    (void)state;
    struct reverse_servers s;
    reverse_servers_read(SPAN("# nameserver 10.0.0.1\nsearch a.b\nnameserver\t10.0.0.2 \nnameserver fe80::1%eth0\n"
                              "nameserver nonsense\nnameserver fd00::53\r\nnameserver 10.0.0.3\nnameserver 10.0.0.4"),
                         &s);
    assert_int_equal(s.len, REVERSE_SERVERS_MAX);
    char text[ENDPOINT_TEXT_MAX];
    assert_string_equal(endpoint_text(&s.at[0], text), "10.0.0.2:53");
    assert_string_equal(endpoint_text(&s.at[1], text), "[fd00::53]:53");
    assert_string_equal(endpoint_text(&s.at[2], text), "10.0.0.3:53");
    reverse_servers_read(SPAN("\0\xff nameserver"), &s);
    assert_int_equal(s.len, 0);
}

/* A server on a thread of its own. It answers every question by one fixed record. */
struct server {
    int fd;
    uint16_t port;
    bool silent;
    atomic_uint questions;
    pthread_t thread;
};

static void *serve(void *arg)
{
    struct server *s = arg;
    for (;;) {
        uint8_t m[512], out[1024];
        struct sockaddr_in from;
        socklen_t len = sizeof(from);
        ssize_t n = recvfrom(s->fd, m, sizeof(m), 0, (struct sockaddr *)&from, &len);
        if (n == 1)
            return NULL;
        atomic_fetch_add(&s->questions, 1);
        if (n < 17 || s->silent)
            continue;
        bool ptr = m[n - 3] == 12;
        static const uint8_t NAME[] = "\xc0\x0c\x00\x0c\x00\x01\x00\x00\x00\x3c\x00\x0c\x02" "db\x04" "shop\x02" "cn";
        static const uint8_t A[] = "\xc0\x0c\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\x0a\x00\x00\x05";
        memcpy(out, m, (size_t)n);
        out[2] = 0x81, out[3] = 0x80, out[7] = 1;
        size_t add = ptr ? sizeof(NAME) : sizeof(A) - 1;
        memcpy(out + n, ptr ? NAME : A, add);
        uint8_t other[1024];
        memcpy(other, out, (size_t)n + add);
        other[0] ^= 1; /* somebody guesses first */
        sendto(s->fd, other, (size_t)n + add, 0, (struct sockaddr *)&from, len);
        sendto(s->fd, out, (size_t)n + add, 0, (struct sockaddr *)&from, len);
    }
}

static void server_start(struct server *s)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t len = sizeof(at);
    s->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(s->fd, (struct sockaddr *)&at, sizeof(at)), 0);
    assert_int_equal(getsockname(s->fd, (struct sockaddr *)&at, &len), 0);
    s->port = ntohs(at.sin_port);
    assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void server_stop(struct server *s)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(s->port),
                              .sin_addr = { htonl(INADDR_LOOPBACK) } };
    sendto(s->fd, "x", 1, 0, (struct sockaddr *)&at, sizeof(at));
    pthread_join(s->thread, NULL);
    close(s->fd);
}

struct asking {
    struct reverse *reverse;
    struct fiber_loop *loop;
    struct visit *visits;
    size_t count, sent;
};

static void on_question(void *self, const struct endpoint *server, const struct ask *a, struct span bytes)
{
    struct asking *x = self;
    x->sent++;
    assert_int_equal(server->address.bytes[0], 127);
    assert_int_equal(ask_match(a, bytes), bytes.len);
}

static void ask_all(void *arg)
{
    struct asking *x = arg;
    struct reverse_ear ear = { on_question, x };
    for (size_t i = 0; i < x->count; i++)
        reverse_add_facts(x->reverse, x->loop, &ear, &x->visits[i]);
}

static void run(struct server *s, struct visit *visits, size_t count, struct asking *ret)
{
    struct error e = { "" };
    struct reverse_servers servers = { .len = 1 };
    servers.at[0] = (struct endpoint){ .port = s->port };
    assert_true(address_parse(SPAN("127.0.0.1"), &servers.at[0].address));
    *ret = (struct asking){ .reverse = reverse_new(&servers, &e), .visits = visits, .count = count };
    assert_non_null(ret->reverse);
    ret->loop = fiber_loop_new(2, &CLOCK_SYSTEM, &e);
    assert_non_null(ret->loop);
    assert_true(fiber_spawn(ret->loop, ask_all, ret));
    fiber_loop_run(ret->loop);
    fiber_loop_free(ret->loop);
}

static void visit(struct visit *v, struct arena *a, const char *address, uint16_t port, bool seen)
{
    struct endpoint e = { .port = port };
    assert_true(address_parse(span_str(address), &e.address));
    visit_init(v, a, &e);
    if (seen)
        visit_observe(v, "redis", KIND_STORE);
}

static void test_names(void **state)
{
    (void)state;
    struct arena a;
    struct visit v[4];
    struct server s = { .silent = false };
    struct asking x;
    arena_init(&a, 1 << 20);
    server_start(&s);
    visit(&v[0], &a, "10.0.0.5", 1, true);
    visit(&v[1], &a, "10.0.0.5", 2, true);
    visit(&v[2], &a, "10.0.0.6", 1, true);
    visit(&v[3], &a, "10.0.0.7", 1, false);
    run(&s, v, 4, &x);
    server_stop(&s);
    assert_int_equal(atomic_load(&s.questions), 4); /* a name and a check for .5 and for .6 */
    assert_int_equal(x.sent, 4);
    for (size_t i = 0; i < 3; i++) {
        const struct observation *o = &v[i].observations.at[0];
        assert_true(span_is(fact_get_text(o, "reverse.name"), "db.shop.cn"));
        assert_int_equal(fact_get(o, "reverse.confirmed")->number, i < 2);
    }
    assert_false(reverse_lost(x.reverse));
    reverse_free(x.reverse);
    arena_release(&a);
}

/* A port where nobody listens refuses at once; after REVERSE_LOST_MAX of that nobody is asked. */
static void test_given_up(void **state)
{
    (void)state;
    struct arena a;
    struct visit v[REVERSE_LOST_MAX + 3];
    struct server s = { .silent = false };
    struct asking x;
    arena_init(&a, 1 << 20);
    server_start(&s);
    server_stop(&s);
    for (size_t i = 0; i < REVERSE_LOST_MAX + 3; i++) {
        char text[16] = "10.0.0.1";
        text[7] = (char)('1' + i);
        visit(&v[i], &a, text, 1, true);
    }
    run(&s, v, REVERSE_LOST_MAX + 3, &x);
    assert_true(reverse_lost(x.reverse));
    assert_int_equal(x.sent, REVERSE_LOST_MAX);
    assert_null(fact_get(&v[0].observations.at[0], "reverse.name"));
    reverse_free(x.reverse);
    arena_release(&a);
}

static void test_silence(void **state)
{
    (void)state;
    struct arena a;
    struct visit v;
    struct server s = { .silent = true };
    struct asking x;
    arena_init(&a, 1 << 20);
    server_start(&s);
    visit(&v, &a, "10.0.0.5", 1, true);
    int64_t began_ms = clock_mono_ms(&CLOCK_SYSTEM);
    run(&s, &v, 1, &x);
    int64_t took_ms = clock_mono_ms(&CLOCK_SYSTEM) - began_ms;
    server_stop(&s);
    assert_true(took_ms >= REVERSE_WAIT_MS - 50 && took_ms < REVERSE_WAIT_MS + 700);
    assert_null(fact_get(&v.observations.at[0], "reverse.name"));
    reverse_free(x.reverse);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resolv_conf),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_given_up),
        cmocka_unit_test(test_silence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
