#include "unit/check.h"

#include "fiber/fiber.c"

#include <fcntl.h>
#include <fenv.h>
#include <sys/mman.h>
#include <sys/socket.h>

static struct fiber_loop *new_loop(size_t max)
{
    struct error e;
    struct fiber_loop *l = fiber_loop_new(max, &CLOCK_SYSTEM, &e);
    assert_non_null(l);
    return l;
}

struct trace {
    struct fiber_loop *loop;
    char text[64];
    size_t len;
};

static void writes_a(void *arg)
{
    struct trace *t = arg;
    t->text[t->len++] = 'a';
    fiber_yield(t->loop);
    t->text[t->len++] = 'A';
}

static void writes_b(void *arg)
{
    struct trace *t = arg;
    t->text[t->len++] = 'b';
    fiber_yield(t->loop);
    t->text[t->len++] = 'B';
}

static void takes_turns(void **state)
{
    struct trace t = { .loop = new_loop(2) };
    (void)state;
    assert_true(fiber_spawn(t.loop, writes_a, &t));
    assert_true(fiber_spawn(t.loop, writes_b, &t));
    assert_false(fiber_spawn(t.loop, writes_b, &t));
    fiber_loop_run(t.loop);
    assert_string_equal(t.text, "abAB");
    assert_int_equal(fiber_loop_live(t.loop), 0);
    fiber_loop_free(t.loop);
}

static void sleeps(void *arg)
{
    struct trace *t = arg;
    int64_t before = fiber_now(t->loop);
    fiber_sleep_until(t->loop, before + 30);
    assert_true(fiber_now(t->loop) >= before + 30);
    t->len++;
}

static void many_sleep_at_once(void **state)
{
    enum { COUNT = 300 };
    struct trace t = { .loop = new_loop(COUNT) };
    (void)state;
    int64_t before = clock_mono_ms(&CLOCK_SYSTEM);
    for (int i = 0; i < COUNT; i++)
        assert_true(fiber_spawn(t.loop, sleeps, &t));
    fiber_loop_run(t.loop);
    assert_int_equal(t.len, COUNT);
    assert_true(clock_mono_ms(&CLOCK_SYSTEM) - before < 2000);
    fiber_loop_free(t.loop);
}

struct pair {
    struct fiber_loop *loop;
    int fd[2];
    bool heard, timed_out;
};

static void listens(void *arg)
{
    struct pair *p = arg;
    struct fiber_watch w;
    char c;
    assert_true(fiber_watch(p->loop, &w, p->fd[0]));
    /* The watch reports that the socket can be written to; that is no byte to read. */
    while (read(p->fd[0], &c, 1) != 1)
        if (!fiber_wait(p->loop, &w, fiber_now(p->loop) + 1000))
            return;
    p->heard = c == 'x';
    w.ready = false;
    p->timed_out = !fiber_wait(p->loop, &w, fiber_now(p->loop) + 20);
}

static void speaks(void *arg)
{
    struct pair *p = arg;
    fiber_sleep_until(p->loop, fiber_now(p->loop) + 20);
    assert_int_equal(write(p->fd[1], "x", 1), 1);
}

static void hears_and_times_out(void **state)
{
    struct pair p = { .loop = new_loop(4) };
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, p.fd), 0);
    fiber_spawn(p.loop, listens, &p);
    fiber_spawn(p.loop, speaks, &p);
    fiber_loop_run(p.loop);
    assert_true(p.heard);
    assert_true(p.timed_out);
    close(p.fd[0]);
    close(p.fd[1]);
    fiber_loop_free(p.loop);
}

struct chain {
    struct fiber_loop *loop;
    size_t started, ended;
};

static void link_in_chain(void *arg)
{
    struct chain *c = arg;
    fiber_sleep_until(c->loop, fiber_now(c->loop) + 2);
    c->ended++;
}

static void feeds(void *arg)
{
    struct chain *c = arg;
    while (c->started < 1000) {
        if (fiber_spawn(c->loop, link_in_chain, c))
            c->started++;
        else
            fiber_wait_for_end(c->loop, fiber_now(c->loop) + 1000);
    }
}

static void reuses_stacks(void **state)
{
    struct chain c = { .loop = new_loop(8) };
    (void)state;
    fiber_spawn(c.loop, feeds, &c);
    fiber_loop_run(c.loop);
    assert_int_equal(c.ended, 1000);
    fiber_loop_free(c.loop);
}

/* Callee-saved registers: values that the compiler keeps in them survive the others' use, and so
 * does the rounding mode that a fiber sets for itself. */
static void holds_values(void *arg)
{
    struct trace *t = arg;
    register uint64_t a = t->len + 1, b = a * 3, c = b * 5, d = c * 7, e = d * 11, f = e * 13;
    volatile double x = 1.5 * (double)a;
    int mode = t->len % 2 ? FE_UPWARD : FE_DOWNWARD;
    uint64_t wanted = a ^ b ^ c ^ d ^ e ^ f;
    t->len++;
    fesetround(mode);
    for (int i = 0; i < 50; i++) {
        fiber_yield(t->loop);
        assert_int_equal(a ^ b ^ c ^ d ^ e ^ f, wanted);
        assert_true(x == 1.5 * (double)a);
        assert_int_equal(fegetround(), mode);
    }
}

static void keeps_registers(void **state)
{
    struct trace t = { .loop = new_loop(20) };
    int before = fegetround();
    (void)state;
    for (int i = 0; i < 20; i++)
        fiber_spawn(t.loop, holds_values, &t);
    fiber_loop_run(t.loop);
    assert_int_equal(fegetround(), before);
    fiber_loop_free(t.loop);
}

static void uses_much_stack(void *arg)
{
    struct trace *t = arg;
    volatile char deep[FIBER_STACK_BYTES / 4];
    memset((char *)deep, 7, sizeof(deep));
    fiber_yield(t->loop);
    t->len += deep[sizeof(deep) / 2] == 7;
}

static void thousands_live_at_once(void **state)
{
    enum { COUNT = 3000 };
    struct trace t = { .loop = new_loop(COUNT) };
    (void)state;
    for (int i = 0; i < COUNT; i++)
        assert_true(fiber_spawn(t.loop, uses_much_stack, &t));
    fiber_loop_run(t.loop);
    assert_int_equal(t.len, COUNT);
    fiber_loop_free(t.loop);
}

/* ---- a loop that was held up ------------------------------------------------------------------- */

/* A clock of the test's own on top of the system's: what is added to it looks like time that was lost. */
static int64_t added_ms;

static int64_t jumping_ms(void *self)
{
    (void)self;
    return clock_mono_ms(&CLOCK_SYSTEM) + added_ms;
}

static const struct clock JUMPING = { .mono_ms = jumping_ms };

struct held {
    struct fiber_loop *loop;
    int fd[2];
    int64_t waited_ms;
    bool heard;
};

static void waits_100_ms(void *arg)
{
    struct held *h = arg;
    struct fiber_watch w;
    assert_true(fiber_watch(h->loop, &w, h->fd[0]));
    int64_t from_ms = fiber_now(h->loop);
    while (!w.readable && fiber_wait(h->loop, &w, from_ms + 100))
        ;
    h->heard = w.readable;
    h->waited_ms = fiber_now(h->loop) - from_ms;
}

/* Keeps the loop for itself for half a second, and then yields only to do it again. */
static void holds_the_loop(void *arg)
{
    struct held *h = arg;
    for (int i = 0; i < 3; i++) {
        fiber_sleep_until(h->loop, fiber_now(h->loop) + 2);
        added_ms += 500;
    }
    assert_int_equal(write(h->fd[1], "x", 1), 1);
}

static void our_own_delay_is_nobody_elses(void **state)
{
    struct error e;
    struct held h = { .loop = fiber_loop_new(2, &JUMPING, &e) };
    (void)state;
    assert_non_null(h.loop);
    int64_t clock_ms = fiber_clock(h.loop);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, h.fd), 0);
    assert_true(fiber_spawn(h.loop, waits_100_ms, &h));
    assert_true(fiber_spawn(h.loop, holds_the_loop, &h));
    fiber_loop_run(h.loop);
    assert_true(h.heard); /* 1500 ms later by the clock, and well within 100 ms of its own */
    assert_in_range(h.waited_ms, 0, 99);
    int64_t passed_ms = fiber_clock(h.loop) - clock_ms; /* more than we added, where the machine is busy */
    assert_true(passed_ms >= 1500);
    assert_in_range(fiber_lost(h.loop), 1500 - 6 * FIBER_TURN_MS, passed_ms);
    close(h.fd[0]), close(h.fd[1]);
    fiber_loop_free(h.loop);
}

/* It lay there before the deadline; nobody had looked. */
static void asks_late(void *arg)
{
    struct held *h = arg;
    struct fiber_watch w;
    assert_true(fiber_watch(h->loop, &w, h->fd[0]));
    assert_int_equal(write(h->fd[1], "x", 1), 1);
    h->heard = fiber_wait(h->loop, &w, fiber_now(h->loop) - 50) && w.readable;
    w.readable = false;
    assert_false(fiber_wait(h->loop, &w, fiber_now(h->loop) - 50));
}

static void what_has_arrived_is_seen_first(void **state)
{
    struct held h = { .loop = new_loop(1) };
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, h.fd), 0);
    assert_true(fiber_spawn(h.loop, asks_late, &h));
    fiber_loop_run(h.loop);
    assert_true(h.heard);
    close(h.fd[0]), close(h.fd[1]);
    fiber_loop_free(h.loop);
}

enum { CROWD = 3 * EVENTS_A_TURN };

struct crowd {
    struct fiber_loop *loop;
    struct held each[CROWD];
    size_t waiting;
};

static void is_one_of_many(void *arg)
{
    struct held *h = arg;
    waits_100_ms(h);
}

static void answers_all_at_once(void *arg)
{
    struct crowd *c = arg;
    fiber_sleep_until(c->loop, fiber_now(c->loop) + 30);
    for (size_t i = 0; i < CROWD; i++)
        assert_int_equal(write(c->each[i].fd[1], "x", 1), 1);
    /* As if the loop looked again only when all the deadlines were over. */
    c->loop->now_ms += 200;
}

static void more_events_than_one_look_takes(void **state)
{
    static struct crowd c;
    (void)state;
    c.loop = new_loop(CROWD + 1);
    for (size_t i = 0; i < CROWD; i++) {
        c.each[i].loop = c.loop;
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, c.each[i].fd), 0);
        assert_true(fiber_spawn(c.loop, is_one_of_many, &c.each[i]));
    }
    assert_true(fiber_spawn(c.loop, answers_all_at_once, &c));
    fiber_loop_run(c.loop);
    for (size_t i = 0; i < CROWD; i++) {
        assert_true(c.each[i].heard);
        close(c.each[i].fd[0]), close(c.each[i].fd[1]);
    }
    fiber_loop_free(c.loop);
}

/* ---- memory -------------------------------------------------------------------------------------- */

static void goes_deep(void *arg)
{
    struct trace *t = arg;
    fiber_goes_deep(t->loop);
    uses_much_stack(arg);
}

static void only_waits(void *arg)
{
    struct trace *t = arg;
    fiber_sleep_until(t->loop, fiber_now(t->loop) + 10);
    t->len++;
}

static size_t stack_pages_held(const struct fiber_loop *l)
{
    size_t page = l->stacks.guard_bytes, pages = l->stacks.count * l->stacks.stride / page, held = 0;
    unsigned char *in_core = malloc(pages);
    assert_non_null(in_core);
    assert_int_equal(mincore(l->stacks.slab, pages * page, in_core), 0);
    for (size_t i = 0; i < pages; i++)
        held += in_core[i] & 1;
    free(in_core);
    return held;
}

static void waiting_costs_a_page_and_deep_stacks_go_back(void **state)
{
    enum { COUNT = 3000 };
    struct trace t = { .loop = new_loop(COUNT) };
    (void)state;
    for (int i = 0; i < COUNT; i++)
        assert_true(fiber_spawn(t.loop, only_waits, &t));
    fiber_loop_run(t.loop);
    if (!FIBER_ASAN) /* its frames are larger */
        assert_in_range(stack_pages_held(t.loop), 1, COUNT + COUNT / 10);
    for (int i = 0; i < COUNT; i++)
        assert_true(fiber_spawn(t.loop, goes_deep, &t));
    fiber_loop_run(t.loop);
    assert_int_equal(t.len, 2 * COUNT);
    size_t deep = FIBER_STACK_BYTES / 4 / t.loop->stacks.guard_bytes + 2;
    assert_in_range(stack_pages_held(t.loop), 1, FIBER_DEEP_KEPT * (deep + 2) + COUNT + COUNT / 10);
    fiber_loop_free(t.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_turns),     cmocka_unit_test(many_sleep_at_once),
        cmocka_unit_test(hears_and_times_out), cmocka_unit_test(reuses_stacks),
        cmocka_unit_test(keeps_registers), cmocka_unit_test(thousands_live_at_once),
        cmocka_unit_test(our_own_delay_is_nobody_elses), cmocka_unit_test(what_has_arrived_is_seen_first),
        cmocka_unit_test(more_events_than_one_look_takes),
        cmocka_unit_test(waiting_costs_a_page_and_deep_stacks_go_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
