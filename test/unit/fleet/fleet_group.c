/* How well fleets are found in simulated scans: bench/fleet/simulate.h says what is simulated. */
#include "unit/check.h"

#include "fleet/fleet_group.c"

#include "../../../bench/fleet/measure.c"
#include "../../../bench/fleet/simulate.c"

struct sums {
    uint64_t right, found, shown_right, shown_true;
};

static void add(struct sums *s, enum sim_world world, uint64_t seed)
{
    struct sim_result r;
    assert_true(sim_measure(&(struct sim_plan){ world, seed, 1000, 40 }, &r, NULL));
    assert_true(r.deployments > 900 && r.shown_true > 1000);
    s->right += r.pairs_right;
    s->found += r.pairs_found;
    s->shown_right += r.shown_right;
    s->shown_true += r.shown_true;
}

static void assert_share(const char *what, uint64_t part, uint64_t whole, double least)
{
    double share = (double)part / (double)whole;
    if (share < least)
        fail_msg("%s is %.4f, less than %.2f", what, share, least);
}

static void test_usual_world(void **state)
{
    struct sums s = { 0 };
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++)
        add(&s, WORLD_USUAL, seed);
    assert_share("precision", s.right, s.found, 0.98);
    assert_share("recall", s.shown_right, s.shown_true, 0.98);
}

/* Other products and habits and twice the drift; nothing was tuned to it. */
static void test_other_world(void **state)
{
    struct sums s = { 0 };
    (void)state;
    for (uint64_t seed = 1; seed <= 8; seed++)
        add(&s, WORLD_OTHER, seed);
    assert_share("precision", s.right, s.found, 0.96);
    assert_share("recall", s.shown_right, s.shown_true, 0.96);
}

/* Twice as many deployments cost about twice as many comparisons. */
static void test_no_square(void **state)
{
    struct sim_result small, large;
    (void)state;
    assert_true(sim_measure(&(struct sim_plan){ WORLD_USUAL, 1, 2000, 80 }, &small, NULL));
    assert_true(sim_measure(&(struct sim_plan){ WORLD_USUAL, 1, 8000, 320 }, &large, NULL));
    assert_true(large.measure.comparisons < 10 * small.measure.comparisons);
    assert_true(large.measure.comparisons < 8000 * 120);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usual_world),
        cmocka_unit_test(test_other_world),
        cmocka_unit_test(test_no_square),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
