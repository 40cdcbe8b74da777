/* What is concluded of ways: on networks that the test makes up, with a share of packets lost that it knows. */
#include "unit/check.h"

#include "sweep/path.c"

enum { CEILING_MS = 3000 };

static struct paths *new_paths(int64_t ceiling_ms)
{
    struct error e;
    struct paths *p = paths_new(ceiling_ms, 3, &e);
    assert_non_null(p);
    return p;
}

static struct address in_net(unsigned net, unsigned host)
{
    return (struct address){ 4, { 10, (uint8_t)(net >> 8), (uint8_t)net, (uint8_t)host } };
}

/* One service on a way that loses so many packets each way; false where it was given up. */
static bool ask(struct paths *p, struct random *r, const struct address *a, double loss, int64_t trip_ms, unsigned *ret_syns)
{
    for (int tries = 0; tries < 2; tries++) {
        int64_t wait_ms = paths_patience(p, a);
        for (unsigned n = 0; (int64_t)n * PATH_AGAIN_MS + trip_ms <= wait_ms; n++) {
            ++*ret_syns;
            bool lost = (double)random_below(r, 1000000) < loss * 1e6 || (double)random_below(r, 1000000) < loss * 1e6;
            if (lost)
                continue;
            paths_answered(p, a, n, n ? -1 : trip_ms, true);
            return true;
        }
        if (!paths_again(p, a, wait_ms))
            return false;
    }
    return false;
}

static void waits_by_what_is_known(void **state)
{
    struct paths *p = new_paths(CEILING_MS);
    struct address near = in_net(1, 1), neighbour = in_net(1, 200), elsewhere = in_net(2, 1), far = in_net(3, 1);
    (void)state;
    assert_int_equal(paths_patience(p, &near), PATH_AGAIN_MS + PATH_TRIP_UNKNOWN_MS);
    for (int i = 0; i < 200; i++) {
        paths_answered(p, &near, 0, 2, true);
        paths_answered(p, &far, 0, 600, true);
    }
    /* A second SYN always has its chance, and the answer to it the time that answers take there. */
    assert_int_equal(paths_patience(p, &neighbour), PATH_AGAIN_MS + PATH_TRIP_LEAST_MS);
    assert_in_range(paths_patience(p, &far), PATH_AGAIN_MS + 600, PATH_AGAIN_MS + 800);
    assert_int_equal(paths_patience(p, &elsewhere), PATH_AGAIN_MS + PATH_TRIP_UNKNOWN_MS);
    paths_free(p);
    p = new_paths(500); /* the user's own ceiling is above all */
    assert_int_equal(paths_patience(p, &near), 500);
    paths_free(p);
}

static void tries_again_only_where_it_is_worth_it(void **state)
{
    struct paths *p = new_paths(CEILING_MS);
    struct address lives = in_net(1, 1), dead = in_net(2, 1);
    (void)state;
    assert_false(paths_again(p, &dead, 2000)); /* no sign of life */
    paths_answered(p, &lives, 0, 10, false);
    assert_true(paths_again(p, &lives, 2000)); /* little is known of the loss yet */
    assert_false(paths_again(p, &dead, 2000));
    for (int i = 0; i < 100; i++)
        paths_answered(p, &lives, 0, 10, false);
    assert_false(paths_again(p, &lives, 2000)); /* nothing is ever lost: silence is an answer */
    assert_false(paths_lossy(p, &lives));
    for (int i = 0; i < 30; i++)
        paths_answered(p, &lives, 1, -1, false);
    assert_true(paths_again(p, &lives, 2000));
    assert_true(paths_lossy(p, &lives));
    assert_false(paths_again(p, &dead, 2000));
    assert_true(paths_patience(p, &lives) > 2 * PATH_AGAIN_MS); /* and a third SYN gets its chance */
    paths_free(p);
}

static void estimates_what_is_lost(void **state)
{
    static const double LOSSES[] = { 0.01, 0.05, 0.2, 0.35 };
    (void)state;
    for (size_t i = 0; i < sizeof(LOSSES) / sizeof(LOSSES[0]); i++) {
        struct paths *p = new_paths(CEILING_MS);
        struct random r = { 11 + i };
        unsigned missed = 0, syns = 0;
        for (unsigned n = 0; n < 4000; n++) {
            struct address a = in_net(n % 16, n / 16);
            missed += !ask(p, &r, &a, LOSSES[i], 20, &syns);
        }
        struct paths_sum sum = paths_sum(p);
        if (sum.loss < LOSSES[i] / 1.5 || sum.loss > LOSSES[i] * 1.5)
            fail_msg("%.2f lost, estimated %.4f", LOSSES[i], sum.loss);
        if (sum.missed < missed / 2.0 - 5 || sum.missed > missed * 2.0 + 5)
            fail_msg("%.2f lost: %u missed, estimated %.1f", LOSSES[i], missed, sum.missed);
        paths_free(p);
    }
}

static void nothing_lost_is_nothing_missed(void **state)
{
    struct paths *p = new_paths(CEILING_MS);
    struct random r = { 1 };
    unsigned syns = 0;
    (void)state;
    assert_true(paths_sum(p).loss == 0 && paths_sum(p).missed == 0);
    for (unsigned n = 0; n < 1000; n++) {
        struct address a = in_net(n, 1);
        assert_true(ask(p, &r, &a, 0, 20, &syns));
    }
    assert_int_equal(syns, 1000);
    assert_true(paths_sum(p).loss == 0 && paths_sum(p).missed == 0);
    paths_free(p);
}

/* More networks than there is room for: what was counted is not lost with them. */
static void forgets_the_oldest(void **state)
{
    enum { NETS = 3 * SETS * WAYS };
    struct paths *p = new_paths(CEILING_MS);
    (void)state;
    for (unsigned n = 0; n < NETS; n++) {
        struct address a = in_net(n, 1);
        a.bytes[0] = (uint8_t)(n >> 16);
        paths_answered(p, &a, n % 2, n % 2 ? -1 : 5, true);
    }
    double services = 0;
    for (int n = 0; n <= SYNS_MAX; n++) {
        services += p->forgotten[n];
        for (const struct path *at = p->at; at < p->at + PATHS; at++)
            services += at->services[n];
    }
    assert_true(services == NETS);
    struct address last = in_net((NETS - 1) & 0xffff, 1);
    last.bytes[0] = (uint8_t)((NETS - 1) >> 16);
    assert_non_null(find(p, &last, false));
    paths_free(p);
}

/* Nobody has the address on our own link: it is waited for briefly, and only it, until somebody answers there. */
static void waits_briefly_for_nobody(void **state)
{
    struct paths *p = new_paths(CEILING_MS);
    struct address gone = in_net(1, 99), other = in_net(1, 98);
    (void)state;
    paths_note_absent(p, &gone);
    assert_true(paths_is_absent(p, &gone));
    assert_false(paths_is_absent(p, &other));
    assert_int_equal(paths_patience(p, &gone), PATH_ABSENT_MS);
    assert_int_equal(paths_patience(p, &other), PATH_AGAIN_MS + PATH_TRIP_UNKNOWN_MS);
    paths_answered(p, &gone, 0, 2, true);
    assert_false(paths_is_absent(p, &gone));
    assert_true(paths_patience(p, &gone) >= PATH_AGAIN_MS + PATH_TRIP_LEAST_MS);
    for (unsigned i = 0; i < 20000; i++) { /* fixed memory: the latest are known */
        struct address a = in_net(i / 250, i % 250);
        paths_note_absent(p, &a);
        assert_true(paths_is_absent(p, &a));
    }
    paths_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_by_what_is_known),
        cmocka_unit_test(tries_again_only_where_it_is_worth_it),
        cmocka_unit_test(waits_briefly_for_nobody),
        cmocka_unit_test(estimates_what_is_lost),
        cmocka_unit_test(nothing_lost_is_nothing_missed),
        cmocka_unit_test(forgets_the_oldest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
