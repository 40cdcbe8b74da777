/* What counts as one service. */
#include "unit/check.h"

#include "record/services.c"

static struct arena arena;

static bool added(struct services *s, const char *name, uint16_t port, const char *product, enum kind kind,
                  const char *id)
{
    struct endpoint e = { { 4, { 10, 0, 0, 5 } }, port, TRANSPORT_TCP, name, NULL };
    struct visit v;
    visit_init(&v, &arena, &e);
    struct observation *o = visit_observe(&v, product, kind);
    o->outcome = OUTCOME_OPEN;
    if (id)
        fact_text(o, "id", span_str(id), "x.y", SPAN_NONE);
    return services_add(s, &v, o);
}

static void test_names(void **state)
{
    struct services s;
    (void)state;
    arena_init(&arena, 1 << 20);
    services_init(&s, &arena, 7);
    assert_true(added(&s, NULL, 6379, "redis", KIND_STORE, "a"));
    assert_false(added(&s, "db.corp", 6379, "redis", KIND_STORE, "a"));
    assert_true(added(&s, "db.corp", 6379, "redis", KIND_STORE, "b")); /* another behind a balancer */
    assert_true(added(&s, "db.corp", 6380, "redis", KIND_STORE, "a"));
    assert_true(added(&s, NULL, 11211, "memcached", KIND_STORE, NULL));
    assert_false(added(&s, "db.corp", 11211, "memcached", KIND_STORE, NULL));
    assert_true(added(&s, "one.corp", 443, "grafana", KIND_DASHBOARD, NULL));
    assert_true(added(&s, "two.corp", 443, "grafana", KIND_DASHBOARD, NULL));
    assert_false(added(&s, "two.corp", 443, "grafana", KIND_DASHBOARD, NULL));
    arena_release(&arena);
}

/* Two stores of one product behind one dashboard, without a word that tells them apart. */
static void test_two_in_one_visit(void **state)
{
    struct services s;
    struct endpoint e = { { 4, { 10, 0, 0, 5 } }, 5601, TRANSPORT_TCP, NULL, NULL };
    struct visit v;
    (void)state;
    arena_init(&arena, 1 << 20);
    services_init(&s, &arena, 7);
    visit_init(&v, &arena, &e);
    for (int i = 0; i < 2; i++)
        visit_observe(&v, "elasticsearch", KIND_STORE)->via = "kibana";
    assert_true(services_add(&s, &v, &v.observations.at[0]));
    assert_true(services_add(&s, &v, &v.observations.at[1]));
    assert_false(services_add(&s, &v, &v.observations.at[0]));
    arena_release(&arena);
}

/* Without memory it counts on. */
static void test_memory_runs_out(void **state)
{
    struct services s;
    (void)state;
    arena_init(&arena, 1 << 20);
    services_init(&s, &arena, 7);
    struct arena none;
    arena_init(&none, 0);
    s.seen.arena = &none;
    assert_true(added(&s, NULL, 6379, "redis", KIND_STORE, "a"));
    assert_true(added(&s, NULL, 6379, "redis", KIND_STORE, "a"));
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_two_in_one_visit),
        cmocka_unit_test(test_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
