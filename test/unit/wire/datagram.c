/* UDP over loopback, with real sockets: whose datagrams are answers, what a shut port says, and how often is asked again. */
#include "unit/check.h"

#include "wire/socket_udp.c"

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum { PATIENCE_MS = 700, SESSION_MS = 3000, SENT_MAX = 8 };

static const struct ask HELLO = ASK_FIXED("test.hello", "to be answered", "hello");

struct play {
    struct arena arena;
    struct socket_thread *thread;
    struct socket_back back;
    struct endpoint at;
    int server, other; /* the one that is asked, and another port of the same address */
    struct wire *w;
    struct wire_limits limits;
    unsigned opened, sent;
};

static void on_opening(void *self, const struct endpoint *e, bool first)
{
    struct play *p = self;
    (void)e;
    assert_int_equal(first, p->opened == 0);
    p->opened++;
}

static void on_sent(void *self, const struct endpoint *e, const struct ask *a, struct span bytes)
{
    (void)e;
    ((struct play *)self)->sent++;
    assert_ptr_equal(a, &HELLO);
    assert_true(span_is(bytes, "hello"));
}

static int udp_socket(uint16_t *ret_port)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(a);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&a, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
    *ret_port = ntohs(a.sin_port);
    return fd;
}

static int setup(void **state)
{
    static struct wire_ear ear = { .opening = on_opening, .sent = on_sent };
    struct play *p = calloc(1, sizeof(*p));
    uint16_t unused;
    arena_init(&p->arena, 1 << 20);
    p->thread = calloc(1, sizeof(*p->thread));
    p->thread->clock = &CLOCK_SYSTEM;
    socket_back_init(&p->back, p->thread);
    p->at = (struct endpoint){ .address = { 4, { 127, 0, 0, 1 } }, .transport = TRANSPORT_UDP };
    p->server = udp_socket(&p->at.port);
    p->other = udp_socket(&unused);
    p->limits = (struct wire_limits){ .connect_ms = PATIENCE_MS, .patience_ms = PATIENCE_MS, .session_ms = SESSION_MS, .budget_bytes = 1 << 16 };
    ear.self = p;
    p->w = wire_new(&p->arena, &p->back.back, &p->at, &p->limits, &CLOCK_SYSTEM, &ear);
    *state = p;
    return p->w && wire_again(p->w, WIRE_PLAIN) ? 0 : -1;
}

static int teardown(void **state)
{
    struct play *p = *state;
    wire_end(p->w);
    if (p->server >= 0)
        close(p->server);
    close(p->other);
    arena_release(&p->arena);
    free(p->thread);
    free(p);
    return 0;
}

/* What was asked is taken from the server's socket; from `fd` comes the answer. */
static void answer(struct play *p, int fd, const char *text)
{
    char bytes[64];
    struct sockaddr_in from;
    socklen_t len = sizeof(from);
    ssize_t n = recvfrom(p->server, bytes, sizeof(bytes), MSG_PEEK, (struct sockaddr *)&from, &len);
    assert_true(n == 5);
    assert_true(sendto(fd, text, strlen(text), 0, (struct sockaddr *)&from, len) == (ssize_t)strlen(text));
}

static unsigned count_asked(struct play *p)
{
    char bytes[64];
    unsigned n = 0;
    while (recv(p->server, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
        n++;
    return n;
}

static void test_an_answer_is_a_datagram(void **state)
{
    struct play *p = *state;
    assert_int_equal(p->opened, 0); /* no datagram has left */
    assert_true(wire_ask(p->w, &HELLO));
    answer(p, p->server, "one");
    answer(p, p->server, "two");
    assert_true(span_is(wire_datagram(p->w), "one"));
    assert_true(span_is(wire_datagram_within(p->w, 100), "two"));
    assert_int_equal(wire_datagram_within(p->w, 20).len, 0);
    assert_true(wire_ok(p->w));
    assert_int_equal(wire_asked_bytes(p->w), 5);
    assert_int_equal(p->sent, 1);
    assert_int_equal(p->opened, 1);
}

static void test_strangers_are_not_heard(void **state)
{
    struct play *p = *state;
    assert_true(wire_ask(p->w, &HELLO));
    answer(p, p->other, "from another port");
    answer(p, p->server, "right");
    assert_true(span_is(wire_datagram(p->w), "right"));
    wire_from_any_port(p->w);
    assert_true(wire_ask(p->w, &HELLO));
    answer(p, p->other, "from another port");
    assert_true(span_is(wire_datagram(p->w), "from another port"));
}

/* Two thousand datagrams of somebody else do not keep it busy, and are no answer. */
static void test_a_flood_of_strangers(void **state)
{
    struct play *p = *state;
    assert_true(wire_ask(p->w, &HELLO));
    for (int i = 0; i < 2000; i++)
        answer(p, p->other, "x");
    assert_int_equal(wire_datagram(p->w).len, 0);
    assert_int_equal(wire_fault(p->w), WIRE_TIMEOUT);
    assert_true(p->sent <= WIRE_DATAGRAM_TRIES);
}

static void test_silence_is_asked_again_twice(void **state)
{
    struct play *p = *state;
    int64_t from_ms = clock_mono_ms(&CLOCK_SYSTEM);
    assert_true(wire_ask(p->w, &HELLO));
    assert_int_equal(wire_datagram(p->w).len, 0);
    int64_t took_ms = clock_mono_ms(&CLOCK_SYSTEM) - from_ms;
    assert_int_equal(wire_fault(p->w), WIRE_TIMEOUT);
    assert_int_equal(count_asked(p), WIRE_DATAGRAM_TRIES);
    assert_int_equal(p->opened, WIRE_DATAGRAM_TRIES); /* each keeps the pace */
    assert_true(took_ms >= PATIENCE_MS - 10 && took_ms < 2 * PATIENCE_MS);
}

static void test_a_shut_port_says_so(void **state)
{
    struct play *p = *state;
    close(p->server);
    p->server = -1;
    wire_ask(p->w, &HELLO);
    assert_int_equal(wire_datagram(p->w).len, 0);
    assert_int_equal(wire_fault(p->w), WIRE_REFUSED);
    assert_int_equal(p->sent, 1);
}

static void test_datagrams_have_a_ceiling(void **state)
{
    struct play *p = *state;
    unsigned n = 0;
    while (n <= WIRE_DATAGRAMS_MAX && wire_ask(p->w, &HELLO))
        n++;
    assert_int_equal(n, WIRE_DATAGRAMS_MAX);
    assert_int_equal(wire_fault(p->w), WIRE_BUDGET);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_an_answer_is_a_datagram, setup, teardown),
        cmocka_unit_test_setup_teardown(test_strangers_are_not_heard, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_flood_of_strangers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_silence_is_asked_again_twice, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_shut_port_says_so, setup, teardown),
        cmocka_unit_test_setup_teardown(test_datagrams_have_a_ceiling, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
