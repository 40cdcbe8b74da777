/* Patterns and operators, with the rule that what is not known proves nothing. */
#include "rules/condition.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

struct fixture {
    struct arena arena;
    struct visit visit;
};

static int setup(void **state)
{
    struct fixture *x = calloc(1, sizeof(*x));
    struct endpoint e = { .port = 6379 };
    arena_init(&x->arena, 4 * 1024 * 1024);
    assert_true(address_parse(SPAN("10.0.0.5"), &e.address));
    visit_init(&x->visit, &x->arena, &e);
    struct observation *o = visit_observe(&x->visit, "redis", KIND_STORE);
    o->outcome = OUTCOME_OPEN;
    fact_text(o, "text", SPAN("Hello"), "a.b", SPAN("x"));
    fact_number(o, "number", 5, "a.b", SPAN("x"));
    fact_bool(o, "yes", true, "a.b", SPAN("x"));
    observation_collect(o, SPAN("orders"), 3, 4, COUNT_UNKNOWN);
    observation_collect(o, SPAN("READ_ME_NOW"), 1, 1, COUNT_UNKNOWN);
    *state = x;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    arena_release(&x->arena);
    free(x);
    return 0;
}

static bool holds(struct fixture *x, const char *yaml)
{
    struct error e = { "" };
    struct mapper m = { .arena = &x->arena, .error = &e, .file = "c.yaml" };
    struct node *n = map_parse(&m, span_str(yaml));
    struct condition *c = n ? condition_compile(&m, n) : NULL;
    if (!c)
        fail_msg("%s: %s", yaml, e.text);
    struct subject s = subject_of(&x->visit, &x->visit.observations.at[0], 0);
    return condition_holds(c, &s);
}

static void test_operators(void **state)
{
    static const char *const TRUE[] = {
        "{fact: text, is: Hello}", "{fact: text, not: hello}", "{fact: text, matches: 'h*o'}",
        "{fact: text, in: [a, Hello]}", "{fact: number, is: 5}", "{fact: number, above: 4}",
        "{fact: number, at_least: 5}", "{fact: number, below: 6}", "{fact: number, above: 4, below: 6}",
        "{fact: yes, is: true}", "{fact: none, exists: false}", "{fact: text, exists: true}",
        "{fact: port, is: 6379}", "{fact: product, is: redis}", "{fact: kind, is: store}",
        "{fact: outcome, is: open}", "{fact: address.class, is: private}", "{fact: tls, is: false}",
        "{fact: collections, is: 2}", "{fact: records, is: 4}", "{fact: bytes, is: 5}",
        "{fact: collections.names, matches: ['read_me*']}", "{fact: collections.names, is: orders}",
        "{fact: address, is: 10.0.0.5}", "{fact: endpoint, is: '10.0.0.5:6379'}",
        "{any: [{fact: number, is: 6}, {fact: number, is: 5}]}",
        "{all: [{fact: number, is: 5}, {not: {fact: text, is: x}}]}",
        "{fact: via, exists: false}", "{fact: name, exists: false}", "{fact: front.text, exists: false}",
    };
    static const char *const FALSE[] = {
        "{fact: text, is: hello}", "{fact: text, is: 5}", "{fact: number, is: '5'}", "{fact: text, above: 1}",
        "{fact: number, above: 5}", "{fact: number, below: 5}", "{fact: number, at_least: 6}",
        "{fact: none, is: x}", "{fact: none, not: x}", "{fact: none, below: 9}", "{fact: none, in: [x]}",
        "{fact: none, matches: '*'}", "{fact: text, exists: false}", "{fact: yes, is: false}",
        "{fact: number, matches: '5'}", "{fact: collections.names, matches: 'read_me'}",
        "{fact: number, above: 4, below: 5}", "{all: [{fact: number, is: 5}, {fact: number, is: 6}]}",
        "{any: [{fact: none, is: a}, {fact: none, not: a}]}", "{not: {fact: number, is: 5}}",
        "{fact: cert.days_left, below: 100}",
    };
    struct fixture *x = *state;
    for (size_t i = 0; i < sizeof(TRUE) / sizeof(*TRUE); i++)
        if (!holds(x, TRUE[i]))
            fail_msg("should hold: %s", TRUE[i]);
    for (size_t i = 0; i < sizeof(FALSE) / sizeof(*FALSE); i++)
        if (holds(x, FALSE[i]))
            fail_msg("should not hold: %s", FALSE[i]);
}

static bool fits(struct fixture *x, const char *pattern, struct span name)
{
    struct error e = { "" };
    struct mapper m = { .arena = &x->arena, .error = &e, .file = "c.yaml" };
    struct node n = { .kind = NODE_TEXT, .text = span_str(pattern) };
    struct glob g;
    assert_true(glob_compile(&m, &n, &g));
    return glob_fits(&g, name);
}

static void test_patterns(void **state)
{
    struct fixture *x = *state;
    assert_true(fits(x, "read_me*", SPAN("READ_ME_TO_RECOVER")));
    assert_true(fits(x, "*-MEOW", SPAN("g3x1ab-meow")));
    assert_true(fits(x, "*", SPAN("")));
    assert_true(fits(x, "a?c", SPAN("aBc")));
    assert_true(fits(x, "*a*b*", SPAN("xxaxxbxx")));
    assert_true(fits(x, "**a", SPAN("ba")));
    assert_false(fits(x, "read_me", SPAN("read_me_")));
    assert_false(fits(x, "read_me", SPAN("")));
    assert_false(fits(x, "a?c", SPAN("ac")));
    assert_false(fits(x, "*a", SPAN("ab")));
    assert_false(fits(x, "a", SPAN("\0")));
}

/* The worst pattern on the longest name takes pattern times name steps, not more. */
static void test_patterns_are_bounded(void **state)
{
    struct fixture *x = *state;
    static uint8_t name[1024 * 1024];
    memset(name, 'a', sizeof(name));
    assert_false(fits(x, "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b", span_of(name, sizeof(name))));
    assert_true(fits(x, "a*", span_of(name, sizeof(name))));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_operators, setup, teardown),
        cmocka_unit_test_setup_teardown(test_patterns, setup, teardown),
        cmocka_unit_test_setup_teardown(test_patterns_are_bounded, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
