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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sees_a_close_that_came_with_the_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
