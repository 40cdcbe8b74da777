#include "unit/check.h"

#include "wire/socket.c"

#include <arpa/inet.h>
#include <stdlib.h>

/* One fiber listens and answers, the other reads through the back. */
struct play {
    struct fiber_loop *loop;
    int listener;
    struct endpoint at;
    enum wire_fault connected, first, second;
    size_t got;
};

static void listen_on_loopback(struct play *p)
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(a);
    p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(p->listener, (struct sockaddr *)&a, len), 0);
    assert_int_equal(listen(p->listener, 1), 0);
    assert_int_equal(getsockname(p->listener, (struct sockaddr *)&a, &len), 0);
    p->at = (struct endpoint){ .port = ntohs(a.sin_port) };
    p->at.address.family = 4;
    memcpy(p->at.address.bytes, &a.sin_addr, 4);
}

static void answers_and_closes(void *arg)
{
    struct play *p = arg;
    fiber_sleep_until(p->loop, fiber_now(p->loop) + 20); /* until the reader waits */
    int fd = accept(p->listener, NULL, NULL);
    assert_int_equal(send(fd, "whole", 5, 0), 5);
    close(fd);
}

static void reads_to_the_end(void *arg)
{
    struct play *p = arg;
    struct socket_thread *thread = calloc(1, sizeof(*thread));
    struct socket_back b;
    struct span s;
    assert_non_null(thread);
    thread->loop = p->loop;
    thread->clock = &CLOCK_SYSTEM;
    socket_back_init(&b, thread);
    p->connected = b.back.connect(&b.back, &p->at, fiber_now(p->loop) + 1000);
    p->first = b.back.recv(&b.back, &s, fiber_now(p->loop) + 1000);
    p->got = s.len;
    p->second = b.back.recv(&b.back, &s, fiber_now(p->loop) + 300);
    b.back.close(&b.back);
    free(thread);
}

/* Bytes and close come as one event, and epoll tells of no other. */
static void sees_a_close_that_came_with_the_bytes(void **state)
{
    struct error e;
    struct play p = { .loop = fiber_loop_new(2, &CLOCK_SYSTEM, &e) };
    (void)state;
    assert_non_null(p.loop);
    listen_on_loopback(&p);
    assert_true(fiber_spawn(p.loop, reads_to_the_end, &p));
    assert_true(fiber_spawn(p.loop, answers_and_closes, &p));
    fiber_loop_run(p.loop);
    assert_int_equal(p.connected, WIRE_FINE);
    assert_int_equal(p.first, WIRE_FINE);
    assert_int_equal(p.got, 5);
    assert_int_equal(p.second, WIRE_CLOSED);
    close(p.listener);
    fiber_loop_free(p.loop);
}

/* ---- whose fault ---------------------------------------------------------------------------------- */

static void what_fails_at_once_is_ours_and_later_the_networks(void **state)
{
    static const int LATER[] = { ENETUNREACH, EHOSTUNREACH, EACCES, EPERM, EHOSTDOWN, ENETDOWN, ENOPROTOOPT, EPROTO,
                                 EMSGSIZE, EOPNOTSUPP, ENONET };
    (void)state;
    for (size_t i = 0; i < sizeof(LATER) / sizeof(LATER[0]); i++) {
        assert_int_equal(socket_fault(LATER[i]), WIRE_UNREACHABLE);
        assert_int_equal(fault_at_once(LATER[i]), WIRE_LOCAL);
    }
    assert_int_equal(socket_fault(ECONNREFUSED), WIRE_REFUSED);
    assert_int_equal(fault_at_once(ECONNREFUSED), WIRE_REFUSED);
    assert_int_equal(fault_at_once(EMFILE), WIRE_LOCAL);
    assert_int_equal(fault_at_once(EADDRNOTAVAIL), WIRE_LOCAL);
    assert_int_equal(socket_fault(ENOBUFS), WIRE_LOCAL);
    assert_int_equal(socket_fault(ETIMEDOUT), WIRE_CONNECT_TIMEOUT);
    assert_int_equal(fault_within(ETIMEDOUT), WIRE_TIMEOUT);
    assert_int_equal(fault_within(ECONNRESET), WIRE_RESET);
}

/* No route: said at once, by this machine, which keeps what it was told. Class E has none anywhere. */
static void connects_to_nowhere(void *arg)
{
    struct play *p = arg;
    struct socket_thread *thread = calloc(1, sizeof(*thread));
    struct socket_back b;
    assert_non_null(thread);
    *thread = (struct socket_thread){ .loop = p->loop, .clock = &CLOCK_SYSTEM };
    socket_back_init(&b, thread);
    p->at = (struct endpoint){ .address = { 4, { 255, 255, 255, 255 } }, .port = 9 };
    p->connected = b.back.connect(&b.back, &p->at, fiber_now(p->loop) + 1000);
    p->got = (size_t)b.error;
    assert_int_equal(b.fd, -1);
    free(thread);
}

static void keeps_what_the_machine_said(void **state)
{
    struct error e;
    struct play p = { .loop = fiber_loop_new(1, &CLOCK_SYSTEM, &e) };
    (void)state;
    assert_non_null(p.loop);
    assert_true(fiber_spawn(p.loop, connects_to_nowhere, &p));
    fiber_loop_run(p.loop);
    assert_int_equal(p.connected, WIRE_LOCAL);
    assert_true(p.got == ENETUNREACH || p.got == EACCES);
    fiber_loop_free(p.loop);
}

/* ---- what has come and when ------------------------------------------------------------------------ */

static void greets(void *arg)
{
    struct play *p = arg;
    int fd = accept(p->listener, NULL, NULL);
    assert_int_equal(send(fd, "hello", 5, 0), 5);
    fiber_sleep_until(p->loop, fiber_now(p->loop) + 60);
    assert_int_equal(send(fd, "again", 5, 0), 5);
    close(fd);
}

/* The greeting may come in the very event that tells of the connection, or before the first read. */
static void reads_twice(void *arg)
{
    struct play *p = arg;
    struct socket_thread *thread = calloc(1, sizeof(*thread));
    struct socket_back b;
    struct span s;
    assert_non_null(thread);
    *thread = (struct socket_thread){ .loop = p->loop, .clock = &CLOCK_SYSTEM };
    socket_back_init(&b, thread);
    b.measures = true;
    p->connected = b.back.connect(&b.back, &p->at, fiber_now(p->loop) + 1000);
    assert_true(b.syn.known);
    assert_int_equal(b.syn.resent, 0);
    assert_in_range(b.syn.trip_ms, 0, 50);
    if (p->got)
        fiber_sleep_until(p->loop, fiber_now(p->loop) + (int64_t)p->got);
    p->first = b.back.recv(&b.back, &s, fiber_now(p->loop) + 1000);
    assert_int_equal(s.len, 5);
    /* 30 ms of patience, and 100 ms that were ours: the conversation's clock knows nothing of them. */
    int64_t deadline_ms = b.back.now_ms(&b.back) + 30;
    socket_excuse(&b, 100);
    p->second = b.back.recv(&b.back, &s, deadline_ms);
    b.back.close(&b.back);
    free(thread);
}

static void hears_a_greeting_and_excuses_our_own_delay(void **state)
{
    (void)state;
    for (size_t pause_ms = 0; pause_ms <= 20; pause_ms += 10) {
        struct error e;
        struct play p = { .loop = fiber_loop_new(2, &CLOCK_SYSTEM, &e), .got = pause_ms };
        assert_non_null(p.loop);
        listen_on_loopback(&p);
        assert_true(fiber_spawn(p.loop, reads_twice, &p));
        assert_true(fiber_spawn(p.loop, greets, &p));
        fiber_loop_run(p.loop);
        assert_int_equal(p.connected, WIRE_FINE);
        assert_int_equal(p.first, WIRE_FINE);
        assert_int_equal(p.second, WIRE_FINE);
        close(p.listener);
        fiber_loop_free(p.loop);
    }
}

/* ---- asks that belong together -------------------------------------------------------------------------- */

/* Without a loop: both ends in one hand. */
struct pair {
    struct play play;
    struct socket_thread *thread;
    struct socket_back b;
    int peer;
};

static void connect_pair(struct pair *p)
{
    *p = (struct pair){ .thread = calloc(1, sizeof(*p->thread)) };
    assert_non_null(p->thread);
    p->thread->clock = &CLOCK_SYSTEM;
    listen_on_loopback(&p->play);
    socket_back_init(&p->b, p->thread);
    assert_int_equal(p->b.back.connect(&p->b.back, &p->play.at, clock_mono_ms(&CLOCK_SYSTEM) + 1000), WIRE_FINE);
    p->peer = accept(p->play.listener, NULL, NULL);
    assert_true(p->peer >= 0);
}

static void end_pair(struct pair *p)
{
    close(p->peer);
    close(p->play.listener);
    free(p->thread);
}

static void ask(struct pair *p, const char *text)
{
    assert_int_equal(p->b.back.send(&p->b.back, span_str(text), clock_mono_ms(&CLOCK_SYSTEM) + 1000), WIRE_FINE);
}

static void peer_hears(struct pair *p, const char *text)
{
    char heard[64];
    ssize_t n = recv(p->peer, heard, sizeof(heard), 0);
    assert_int_equal(n, strlen(text));
    assert_memory_equal(heard, text, strlen(text));
}

static void asks_leave_when_an_answer_is_waited_for(void **state)
{
    struct pair p;
    struct span s;
    char heard[8];
    (void)state;
    connect_pair(&p);
    ask(&p, "one,");
    assert_int_equal(recv(p.peer, heard, sizeof(heard), MSG_DONTWAIT), -1);
    ask(&p, "two");
    assert_int_equal(p.b.back.recv(&p.b.back, &s, clock_mono_ms(&CLOCK_SYSTEM)), WIRE_TIMEOUT);
    peer_hears(&p, "one,two");
    ask(&p, "three");
    assert_int_equal(p.b.back.recv(&p.b.back, &s, clock_mono_ms(&CLOCK_SYSTEM)), WIRE_TIMEOUT);
    peer_hears(&p, "three");
    p.b.back.close(&p.b.back);
    end_pair(&p);
}

static void a_goodbye_leaves_with_the_close(void **state)
{
    struct pair p;
    (void)state;
    connect_pair(&p);
    ask(&p, "bye");
    p.b.back.close(&p.b.back);
    peer_hears(&p, "bye");
    assert_int_equal(recv(p.peer, &(char){ 0 }, 1, 0), 0);
    end_pair(&p);
}

/* A request for an upgrade whose answer is the handshake (MySQL's): it must be with the peer before it. */
static void an_ask_leaves_before_a_handshake(void **state)
{
    struct pair p;
    struct error e;
    struct arena arena;
    struct wire_tls seen = { 0 };
    char heard[64];
    (void)state;
    connect_pair(&p);
    arena_init(&arena, 1 << 16);
    p.thread->tls = tls_client_new(&e);
    assert_non_null(p.thread->tls);
    ask(&p, "upgrade");
    p.b.back.start_tls(&p.b.back, &p.play.at, &arena, &seen, clock_mono_ms(&CLOCK_SYSTEM) + 20);
    assert_int_equal(recv(p.peer, heard, 8, MSG_WAITALL), 8);
    assert_memory_equal(heard, "upgrade\x16", 8);
    p.b.back.close(&p.b.back);
    tls_client_free(p.thread->tls);
    arena_release(&arena);
    end_pair(&p);
}

static void what_is_too_long_to_be_held_follows_at_once(void **state)
{
    struct pair p;
    char ask_text[SOCKET_HELD_BYTES + 2] = { 0 }, heard[SOCKET_HELD_BYTES + 8];
    (void)state;
    connect_pair(&p);
    memset(ask_text, 'x', SOCKET_HELD_BYTES + 1);
    ask(&p, "short,");
    ask(&p, ask_text);
    assert_int_equal(recv(p.peer, heard, SOCKET_HELD_BYTES + 7, MSG_WAITALL), SOCKET_HELD_BYTES + 7);
    assert_memory_equal(heard, "short,xxx", 9);
    p.b.back.close(&p.b.back);
    end_pair(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asks_leave_when_an_answer_is_waited_for),
        cmocka_unit_test(a_goodbye_leaves_with_the_close),
        cmocka_unit_test(an_ask_leaves_before_a_handshake),
        cmocka_unit_test(what_is_too_long_to_be_held_follows_at_once),
        cmocka_unit_test(sees_a_close_that_came_with_the_bytes),
        cmocka_unit_test(what_fails_at_once_is_ours_and_later_the_networks),
        cmocka_unit_test(keeps_what_the_machine_said),
        cmocka_unit_test(hears_a_greeting_and_excuses_our_own_delay),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
