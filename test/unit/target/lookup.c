/* Names looked up side by side, by a resolver of our own: fast, slow, dead, and with more addresses than
 * anybody wants. The limits of production but for the times that a test waits for. */
#include "unit/check.h"

#include "target/lookup.c"

#include <stdio.h>
#include <stdlib.h>

static struct arena arena;
static struct error error;
static const struct lookup_watcher NOBODY;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 256 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void nap(long ms)
{
    struct timespec t = { ms / 1000, ms % 1000 * 1000000 };
    nanosleep(&t, NULL);
}

/* "N.COUNT": so many addresses, 10.N...; "slow-MS.x", "dead.x", "stuck.x", "crash.x". */
static bool fake_resolve(void *self, const char *name, struct resolved *ret, struct error *e)
{
    unsigned n, count, ms;
    (void)self;
    if (sscanf(name, "slow-%u", &ms) == 1)
        nap(ms);
    if (strncmp(name, "stuck", 5) == 0)
        nap(3600000);
    if (strncmp(name, "crash", 5) == 0)
        _exit(9);
    if (strncmp(name, "dead", 4) == 0)
        return error_set(e, "Name or service not known");
    if (sscanf(name, "n%u.%u", &n, &count) != 2)
        n = 1, count = 1;
    ret->all = count;
    for (ret->len = 0; ret->len < count && ret->len < RESOLVED_MAX; ret->len++)
        ret->at[ret->len] = (struct address){ 4, { 10, (uint8_t)(n >> 8), (uint8_t)n, (uint8_t)ret->len } };
    return true;
}

static const struct resolver FAKE = { fake_resolve, NULL };

static struct lookup *list_of(const char *const *names, size_t count)
{
    struct lookup *l = arena_array(&arena, count, sizeof(*l));
    for (size_t i = 0; i < count; i++)
        l[i].name = names[i];
    return l;
}

static void test_each_gets_its_answer(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "n7.2", "dead.x", "n300.1", "n1.5000" };
    struct lookup *l = list_of(NAMES, 4);
    struct lookup_limits limits = lookup_limits(4);
    assert_true(lookup_all(&FAKE, l, 4, &limits, &NOBODY, &arena, &error));
    assert_int_equal(l[0].len, 2);
    assert_int_equal(l[0].at[1].bytes[2], 7);
    assert_int_equal(l[0].at[1].bytes[3], 1);
    assert_null(l[0].problem);
    assert_int_equal(l[1].len, 0);
    assert_string_equal(l[1].problem, "Name or service not known");
    assert_int_equal(l[2].at[0].bytes[1], 1);
    assert_int_equal(l[3].len, RESOLVED_MAX);
    assert_int_equal(l[3].all, 5000);
    assert_true(lookup_all(&FAKE, NULL, 0, &limits, &NOBODY, &arena, &error));
}

static void count_calls(void *self, size_t done)
{
    size_t *last = self;
    assert_true(done >= *last);
    *last = done;
}

/* Ten thousand names of 20 ms each: 200 s one after the other. */
static void test_side_by_side(void **state)
{
    (void)state;
    enum { NAMES = 10000 };
    static char names[NAMES][24];
    struct lookup *l = arena_array(&arena, NAMES, sizeof(*l));
    for (size_t i = 0; i < NAMES; i++) {
        snprintf(names[i], sizeof(names[i]), "slow-20.%zu", i);
        l[i].name = names[i];
    }
    size_t done = 0;
    struct lookup_limits limits = lookup_limits(NAMES);
    struct lookup_watcher watcher = { count_calls, &done };
    int64_t from_ms = clock_mono_ms(&CLOCK_SYSTEM);
    assert_true(lookup_all(&FAKE, l, NAMES, &limits, &watcher, &arena, &error));
    int64_t took_ms = clock_mono_ms(&CLOCK_SYSTEM) - from_ms;
    print_message("%d names of 20 ms: %.1f s\n", NAMES, (double)took_ms / 1e3);
    assert_true(took_ms < 60000);
    assert_true(done > NAMES / 2);
    for (size_t i = 0; i < NAMES; i++)
        assert_int_equal(l[i].len, 1);
}

/* Forty that never end hold no thread for longer than their time, and the others are found. */
static void test_stuck_names_lose_their_turn(void **state)
{
    (void)state;
    enum { STUCK = 40, NAMES = STUCK + 100 };
    static const char *names[NAMES];
    for (size_t i = 0; i < NAMES; i++)
        names[i] = i < STUCK ? "stuck.x" : "n2.1";
    struct lookup *l = list_of(names, NAMES);
    struct lookup_limits limits = lookup_limits(NAMES);
    limits.one_ms = 300;
    int64_t from_ms = clock_mono_ms(&CLOCK_SYSTEM);
    assert_true(lookup_all(&FAKE, l, NAMES, &limits, &NOBODY, &arena, &error));
    assert_true(clock_mono_ms(&CLOCK_SYSTEM) - from_ms < 5000);
    for (size_t i = 0; i < NAMES; i++)
        if (i < STUCK)
            assert_string_equal(l[i].problem, LATE);
        else
            assert_int_equal(l[i].len, 1);
}

static void test_the_whole_has_an_end(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "n7.1", "stuck.a", "stuck.b" };
    struct lookup_limits limits = lookup_limits(3);
    for (int i = 0; i < 2; i++) {
        struct lookup *l = list_of(NAMES, 3);
        *(i ? &limits.silent_ms : &limits.all_ms) = 400;
        int64_t from_ms = clock_mono_ms(&CLOCK_SYSTEM);
        assert_true(lookup_all(&FAKE, l, 3, &limits, &NOBODY, &arena, &error));
        int64_t took_ms = clock_mono_ms(&CLOCK_SYSTEM) - from_ms;
        assert_true(took_ms >= 350 && took_ms < 3000);
        assert_int_equal(l[0].len, 1);
        assert_string_equal(l[1].problem, LATE);
        assert_string_equal(l[2].problem, LATE);
        limits = lookup_limits(3);
    }
}

/* A resolver that dies takes nothing along but what it had not said. */
static void test_a_process_that_dies(void **state)
{
    (void)state;
    static const char *const NAMES[] = { "crash.x", "slow-200.x" };
    struct lookup *l = list_of(NAMES, 2);
    struct lookup_limits limits = lookup_limits(2);
    assert_true(lookup_all(&FAKE, l, 2, &limits, &NOBODY, &arena, &error));
    assert_string_equal(l[0].problem, LATE);
    assert_string_equal(l[1].problem, LATE);
}

/* The reading end believes nothing. */
static void test_answers_that_are_none(void **state)
{
    (void)state;
    static const uint8_t BAD[][HEAD_BYTES + ADDRESS_BYTES] = {
        { 9, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 4, 10 },  /* no such name */
        { 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 5, 10 },  /* no such family */
        { 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 4, 10 },  /* answered already */
    };
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
        struct lookup l[2] = { { .name = "a" }, { .name = "b", .problem = "gone" } };
        struct waiting w = { .list = l, .count = 2, .arena = &arena };
        buf_init(&w.in, READ_BYTES);
        buf_put(&w.in, span_of(BAD[i], sizeof(BAD[i])));
        take_answers(&w);
        assert_true(w.broken);
        assert_int_equal(w.answered, 0);
        buf_release(&w.in);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_each_gets_its_answer), TEST(test_side_by_side),        TEST(test_stuck_names_lose_their_turn),
        TEST(test_the_whole_has_an_end), TEST(test_a_process_that_dies), TEST(test_answers_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
