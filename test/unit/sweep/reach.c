/* The connections of one visit, over loopback; where the test says so it is taken for a far address. */
#include "unit/check.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sweep/reach.c"

enum { CEILING = 1 << 20, MUCH = 256 * 1024 };

struct play {
    struct fiber_loop *loop;
    struct busy busy;
    struct socket_thread *thread;
    struct memory memory;
    _Atomic uint64_t connections;
    struct reach_shared shared;
    struct turn turn;
    int listener;
    unsigned accepted;
    enum wire_fault found;
    struct reach reach;
    void (*visit)(struct play *p);
};

static bool nothing(void *self, struct turn *ret, const char **ret_skip)
{
    (void)self, (void)ret, (void)ret_skip;
    return false;
}

static struct play *new_play(void (*visit)(struct play *p))
{
    static const struct pace_limits LIMITS = { .all_per_second = 1e6, .net_per_second = 1e6, .address_per_second = 1e6 };
    static const struct pace_source SOURCE = { .next = nothing };
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof(a);
    struct error e;
    struct play *p = calloc(1, sizeof(*p));
    assert_non_null(p);
    p->loop = fiber_loop_new(3, &CLOCK_SYSTEM, &e);
    p->thread = calloc(1, sizeof(*p->thread));
    assert_true(p->loop && p->thread);
    p->thread->loop = p->loop;
    p->thread->clock = &CLOCK_SYSTEM;
    busy_init(&p->busy, p->loop, 8);
    p->memory.ceiling = CEILING;
    p->shared = (struct reach_shared){ pacer_new(&LIMITS, &SOURCE, 4, 1, &e), paths_new(2000, 1, &e), mutes_new(1, &e),
                                       &p->memory, &p->connections };
    assert_true(p->shared.pacer && p->shared.paths && p->shared.mutes);
    p->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(p->listener, (struct sockaddr *)&a, len), 0);
    assert_int_equal(listen(p->listener, 8), 0);
    assert_int_equal(getsockname(p->listener, (struct sockaddr *)&a, &len), 0);
    p->turn.endpoint = (struct endpoint){ .port = ntohs(a.sin_port), .address = { 4, { 127, 0, 0, 1 } } };
    p->visit = visit;
    return p;
}

static void visit_fiber(void *arg)
{
    struct play *p = arg;
    fiber_goes_deep(p->loop);
    reach_init(&p->reach, &p->shared, p->thread, &p->busy, &p->turn);
    p->visit(p);
    reach_end(&p->reach);
}

static void end_play(struct play *p)
{
    assert_int_equal(p->memory.held, 0);
    assert_int_equal(p->memory.passes, 0);
    assert_int_equal(p->busy.count, 0);
    pacer_free(p->shared.pacer);
    paths_free(p->shared.paths);
    mutes_free(p->shared.mutes);
    fiber_loop_free(p->loop);
    close(p->listener);
    free(p->thread);
    free(p);
}

/* ---- the first connection ------------------------------------------------------------------------ */

static const struct wire_limits LIMITS = { .connect_ms = 2000, .patience_ms = 1000, .session_ms = 5000, .budget_bytes = 1 << 20 };

static void talks_over_a_wire(struct play *p)
{
    struct arena a;
    arena_init(&a, 1 << 20);
    assert_int_equal(reach_first(&p->reach), WIRE_FINE);
    int peer = accept(p->listener, NULL, NULL);
    struct wire *w = wire_new(&a, &p->reach.socket.back, &p->turn.endpoint, &LIMITS, &CLOCK_SYSTEM, NULL);
    assert_true(wire_again(w, WIRE_PLAIN)); /* that is the one which stands */
    assert_int_equal(p->connections, 1);
    assert_int_equal(write(peer, "hello", 5), 5);
    assert_true(span_is(wire_need(w, 5), "hello"));
    assert_true(wire_again(w, WIRE_PLAIN)); /* and this another */
    assert_int_equal(p->connections, 2);
    wire_end(w);
    arena_release(&a);
    close(peer);
}

static void the_first_connection_is_the_wires(void **state)
{
    struct play *p = new_play(talks_over_a_wire);
    (void)state;
    assert_true(fiber_spawn(p->loop, visit_fiber, p));
    fiber_loop_run(p->loop);
    end_play(p);
}

static void is_refused(struct play *p)
{
    close(p->listener);
    p->listener = -1;
    assert_int_equal(reach_first(&p->reach), WIRE_REFUSED);
    assert_int_equal(p->reach.socket.error, ECONNREFUSED);
    assert_int_equal(p->connections, 1);
}

static void a_refusal_leaves_nothing_behind(void **state)
{
    struct play *p = new_play(is_refused);
    (void)state;
    assert_true(fiber_spawn(p->loop, visit_fiber, p));
    fiber_loop_run(p->loop);
    end_play(p);
}

/* ---- memory ---------------------------------------------------------------------------------------- */

static void sends_much(void *arg)
{
    struct play *p = arg;
    static char bytes[MUCH];
    fiber_sleep_until(p->loop, fiber_now(p->loop) + 10);
    int fd = accept(p->listener, NULL, NULL), size = 2 * MUCH;
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
    assert_int_equal(send(fd, bytes, sizeof(bytes), 0), sizeof(bytes));
    close(fd);
}

/* Somebody else holds more than there is, and lets go of it later. */
static void lets_go(void *arg)
{
    struct play *p = arg;
    fiber_sleep_until(p->loop, fiber_now(p->loop) + 400);
    atomic_fetch_sub(&p->memory.held, 2 * CEILING);
}

static size_t receive_all(struct play *p, int64_t deadline_ms, enum wire_fault *ret)
{
    size_t got = 0;
    struct span s;
    while ((*ret = p->reach.socket.back.recv(&p->reach.socket.back, &s, deadline_ms)) == WIRE_FINE)
        got += s.len;
    return got;
}

static void receives_when_there_is_room(struct play *p)
{
    struct wire_back *back = &p->reach.socket.back;
    enum wire_fault f;
    atomic_fetch_add(&p->memory.passes, MEMORY_PASSES);
    atomic_fetch_add(&p->memory.held, 2 * CEILING);
    assert_int_equal(reach_first(&p->reach), WIRE_FINE);
    int64_t from_ms = fiber_now(p->loop), own_ms = back->now_ms(back);
    /* 200 ms of patience, and 400 ms of waiting for memory, which are nobody's but ours. */
    assert_int_equal(receive_all(p, own_ms + 200, &f), MUCH);
    assert_int_equal(f, WIRE_CLOSED);
    assert_true(fiber_now(p->loop) - from_ms >= 300);
    assert_in_range(back->now_ms(back) - own_ms, 0, 200);
    assert_int_equal(p->memory.held, MUCH);
    atomic_fetch_sub(&p->memory.passes, MEMORY_PASSES);
}

static void waiting_for_memory_counts_against_no_peer(void **state)
{
    struct play *p = new_play(receives_when_there_is_room);
    (void)state;
    assert_true(fiber_spawn(p->loop, visit_fiber, p));
    assert_true(fiber_spawn(p->loop, sends_much, p));
    assert_true(fiber_spawn(p->loop, lets_go, p));
    fiber_loop_run(p->loop);
    end_play(p);
}

static void receives_by_a_pass(struct play *p)
{
    enum wire_fault f;
    atomic_fetch_add(&p->memory.held, 2 * CEILING);
    assert_int_equal(reach_first(&p->reach), WIRE_FINE);
    int64_t from_ms = fiber_now(p->loop);
    assert_int_equal(receive_all(p, from_ms + 200, &f), MUCH);
    assert_true(p->reach.has_pass);
    assert_in_range(fiber_now(p->loop) - from_ms, 0, 200);
    atomic_fetch_sub(&p->memory.held, 2 * CEILING);
}

static void a_few_go_on_all_the_same(void **state)
{
    struct play *p = new_play(receives_by_a_pass);
    (void)state;
    assert_true(fiber_spawn(p->loop, visit_fiber, p));
    assert_true(fiber_spawn(p->loop, sends_much, p));
    fiber_loop_run(p->loop);
    end_play(p);
}

/* ---- brief visits ---------------------------------------------------------------------------------- */

static void speaks_late(void *arg)
{
    struct play *p = arg;
    fiber_sleep_until(p->loop, fiber_now(p->loop) + 10);
    int fd = accept(p->listener, NULL, NULL);
    fiber_sleep_until(p->loop, fiber_now(p->loop) + 500);
    assert_int_equal(send(fd, "hello", 5, 0), 5);
    fiber_sleep_until(p->loop, fiber_now(p->loop) + 700);
    assert_int_equal(send(fd, "again", 5, 0), 5);
    close(fd);
}

static void is_brief_until_somebody_speaks(struct play *p)
{
    struct wire_back *back = &p->reach.socket.back;
    struct span s;
    for (int i = 0; i < MUTE_PORTS; i++)
        mutes_note(p->shared.mutes, &p->turn.endpoint.address, MUTE_SAID_NOTHING);
    p->reach.busy = NULL; /* taken for far */
    assert_int_equal(reach_first(&p->reach), WIRE_FINE);
    assert_true(p->reach.brief);
    int64_t begun_ms = back->now_ms(back);
    assert_int_equal(back->recv(back, &s, begun_ms + 3000), WIRE_TIMEOUT);
    assert_in_range(back->now_ms(back) - begun_ms, REACH_BRIEF_MS, REACH_BRIEF_MS + 100);
    assert_int_equal(back->recv(back, &s, begun_ms + 3000), WIRE_FINE);
    /* From now on it is a visit like any other, with all of its time before it. */
    assert_in_range(back->now_ms(back) - begun_ms, 0, 20);
    assert_int_equal(back->recv(back, &s, back->now_ms(back) + 3000), WIRE_FINE);
    assert_true(span_is(s, "again"));
}

static void who_speaks_is_heard_out(void **state)
{
    struct play *p = new_play(is_brief_until_somebody_speaks);
    (void)state;
    assert_true(fiber_spawn(p->loop, visit_fiber, p));
    assert_true(fiber_spawn(p->loop, speaks_late, p));
    fiber_loop_run(p->loop);
    p->reach.busy = NULL;
    busy_leave(&p->busy, &p->reach.lease, false);
    end_play(p);
}

/* ---- who has answered a packet ---------------------------------------------------------------------- */

enum { SHORT_MS = 300, FULL = 3 };

/* A SYN is dropped where the queue of who is to be accepted is full. */
static void fill_queue(struct play *p, int clients[FULL])
{
    struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                             .sin_port = htons(p->turn.endpoint.port) };
    assert_int_equal(listen(p->listener, 0), 0);
    for (int i = 0; i < FULL; i++) {
        clients[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        connect(clients[i], (struct sockaddr *)&a, sizeof(a));
    }
}

static void makes_room(void *arg)
{
    struct play *p = arg;
    fiber_sleep_until(p->loop, fiber_now(p->loop) + SHORT_MS + SHORT_MS / 2);
    assert_int_equal(listen(p->listener, 8), 0);
}

static void connects_from_afar(struct play *p)
{
    struct busy *near = p->reach.busy;
    p->reach.busy = NULL;
    p->found = reach_first(&p->reach);
    p->reach.busy = near;
}

static void play_lost(bool has_answered, enum wire_fault wanted, unsigned connections)
{
    struct error e;
    int clients[FULL];
    struct play *p = new_play(connects_from_afar);
    p->turn.has_answered = has_answered;
    paths_free(p->shared.paths);
    p->shared.paths = paths_new(SHORT_MS, 1, &e);
    fill_queue(p, clients);
    assert_true(fiber_spawn(p->loop, visit_fiber, p));
    assert_true(fiber_spawn(p->loop, makes_room, p));
    fiber_loop_run(p->loop);
    assert_int_equal(p->found, wanted);
    assert_int_equal(p->connections, connections);
    for (int i = 0; i < FULL; i++)
        close(clients[i]);
    end_play(p);
}

/* The network has shown no life otherwise: of anybody else a SYN that is lost is silence. */
static void silence_of_who_answered_is_loss(void **state)
{
    (void)state;
    play_lost(true, WIRE_FINE, 3);
    play_lost(false, WIRE_CONNECT_TIMEOUT, 1);
}

/* ---- who hangs up at once ---------------------------------------------------------------------------- */

/* The RST is there before anybody looks whether the connection stands. */
static void hangs_up(void *arg)
{
    struct play *p = arg;
    struct linger now = { .l_onoff = 1 };
    int fd = accept(p->listener, NULL, NULL);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(fd);
}

static void finds_a_reset(struct play *p)
{
    struct wire_back *back = &p->reach.socket.back;
    struct span s;
    assert_int_equal(reach_first(&p->reach), WIRE_FINE);
    assert_int_equal(back->send(back, SPAN("x"), back->now_ms(back) + 1000), WIRE_RESET);
    assert_int_equal(back->recv(back, &s, back->now_ms(back) + 1000), WIRE_RESET);
}

static void accepted_and_reset_is_accepted(void **state)
{
    struct play *p = new_play(finds_a_reset);
    (void)state;
    assert_true(fiber_spawn(p->loop, visit_fiber, p));
    assert_true(fiber_spawn(p->loop, hangs_up, p));
    fiber_loop_run(p->loop);
    end_play(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_connection_is_the_wires),
        cmocka_unit_test(a_refusal_leaves_nothing_behind),
        cmocka_unit_test(waiting_for_memory_counts_against_no_peer),
        cmocka_unit_test(a_few_go_on_all_the_same),
        cmocka_unit_test(who_speaks_is_heard_out),
        cmocka_unit_test(silence_of_who_answered_is_loss),
        cmocka_unit_test(accepted_and_reset_is_accepted),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
