#include "unit/check.h"

#include "fiber/fiber.c"

#include <fcntl.h>
#include <fenv.h>
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_turns),     cmocka_unit_test(many_sleep_at_once),
        cmocka_unit_test(hears_and_times_out), cmocka_unit_test(reuses_stacks),
        cmocka_unit_test(keeps_registers), cmocka_unit_test(thousands_live_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
