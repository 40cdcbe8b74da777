/* The scale of doc/rules.md, cell by cell. */
#include "rules/severity.c"

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
    *state = calloc(1, sizeof(struct fixture));
    return 0;
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    arena_release(&x->arena);
    free(x);
    return 0;
}

static struct observation *at(struct fixture *x, const char *address)
{
    struct endpoint e = { .port = 1 };
    arena_release(&x->arena);
    arena_init(&x->arena, 1024 * 1024);
    assert_true(address_parse(span_str(address), &e.address));
    visit_init(&x->visit, &x->arena, &e);
    return visit_observe(&x->visit, "redis", KIND_STORE);
}

static enum severity weigh(struct fixture *x, enum severity base, enum weighing weighing)
{
    struct severity_rule r = { .base = base, .weigh = weighing };
    struct subject s = subject_of(&x->visit, &x->visit.observations.at[0], 0);
    return severity_judge(&r, &s);
}

enum { EMPTY, SOME, MUCH };

static void test_table(void **state)
{
    static const struct { const char *address; enum severity is[3]; } ROWS[] = {
        { "127.0.0.1", { SEVERITY_INFO, SEVERITY_MEDIUM, SEVERITY_HIGH } },
        { "::1", { SEVERITY_INFO, SEVERITY_MEDIUM, SEVERITY_HIGH } },
        { "10.0.0.1", { SEVERITY_LOW, SEVERITY_HIGH, SEVERITY_CRITICAL } },
        { "fd00::1", { SEVERITY_LOW, SEVERITY_HIGH, SEVERITY_CRITICAL } },
        { "11.22.33.44", { SEVERITY_HIGH, SEVERITY_CRITICAL, SEVERITY_CRITICAL } },
    };
    struct fixture *x = *state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(*ROWS); i++)
        for (int amount = EMPTY; amount <= MUCH; amount++) {
            struct observation *o = at(x, ROWS[i].address);
            o->records = amount == EMPTY ? 0 : amount == SOME ? 3 : MANY_RECORDS;
            if (amount == EMPTY)
                fact_bool(o, "writable", false, NULL, SPAN_NONE);
            assert_int_equal(weigh(x, SEVERITY_HIGH, WEIGH_DATA), ROWS[i].is[amount]);
        }
}

static void test_place(void **state)
{
    struct fixture *x = *state;
    at(x, "127.0.0.1")->records = 0;
    assert_int_equal(weigh(x, SEVERITY_MEDIUM, WEIGH_PLACE), SEVERITY_LOW);
    assert_int_equal(weigh(x, SEVERITY_INFO, WEIGH_PLACE), SEVERITY_INFO);
    assert_int_equal(weigh(x, SEVERITY_MEDIUM, WEIGH_NOTHING), SEVERITY_MEDIUM);
    at(x, "10.0.0.1");
    assert_int_equal(weigh(x, SEVERITY_MEDIUM, WEIGH_PLACE), SEVERITY_MEDIUM);
    at(x, "11.22.33.44");
    assert_int_equal(weigh(x, SEVERITY_MEDIUM, WEIGH_PLACE), SEVERITY_HIGH);
    assert_int_equal(weigh(x, SEVERITY_CRITICAL, WEIGH_PLACE), SEVERITY_CRITICAL);
}

static void test_rights(void **state)
{
    struct fixture *x = *state;
    struct observation *o = at(x, "127.0.0.1");
    o->records = 3;
    fact_bool(o, "writable", false, NULL, SPAN_NONE);
    assert_int_equal(weigh(x, SEVERITY_HIGH, WEIGH_DATA), SEVERITY_MEDIUM); /* the floor of data */
    o = at(x, "10.0.0.1");
    o->records = 3;
    fact_bool(o, "superuser", true, NULL, SPAN_NONE);
    assert_int_equal(weigh(x, SEVERITY_HIGH, WEIGH_DATA), SEVERITY_CRITICAL);
    o = at(x, "10.0.0.1");
    o->bytes = MANY_BYTES;
    assert_int_equal(weigh(x, SEVERITY_HIGH, WEIGH_DATA), SEVERITY_CRITICAL);
    o = at(x, "10.0.0.1"); /* empty, yet anyone can fill it */
    o->records = 0;
    fact_bool(o, "writable", true, NULL, SPAN_NONE);
    assert_int_equal(weigh(x, SEVERITY_HIGH, WEIGH_DATA), SEVERITY_HIGH);
    at(x, "10.0.0.1"); /* unknown is not empty */
    assert_int_equal(weigh(x, SEVERITY_HIGH, WEIGH_DATA), SEVERITY_HIGH);
}

static void test_decoy(void **state)
{
    struct fixture *x = *state;
    struct observation *o = at(x, "11.22.33.44");
    fact_text(o, "decoy", SPAN("constant ids"), NULL, SPAN_NONE);
    assert_int_equal(weigh(x, SEVERITY_HIGH, WEIGH_DATA), SEVERITY_INFO);
    assert_int_equal(weigh(x, SEVERITY_HIGH, WEIGH_PLACE), SEVERITY_INFO);
    o = at(x, "11.22.33.44");
    fact_bool(o, "decoy", false, NULL, SPAN_NONE);
    assert_int_equal(weigh(x, SEVERITY_HIGH, WEIGH_DATA), SEVERITY_CRITICAL);
}

static void test_steps(void **state)
{
    struct fixture *x = *state;
    struct value redis = { .type = VALUE_TEXT, .text = SPAN("redis") };
    struct condition yes = { .op = CONDITION_IS, .field = { .id = FIELD_PRODUCT }, .values = &redis, .count = 1 };
    struct step steps[] = {
        { &yes, true, 0, SEVERITY_LOW },       /* raise to low: already above */
        { &yes, true, 9, SEVERITY_INFO },      /* nine up stops at critical */
        { &yes, false, -1, SEVERITY_INFO },    /* one down */
        { &yes, false, 0, SEVERITY_CRITICAL }, /* lower to critical: already below */
    };
    struct severity_rule r = { .base = SEVERITY_MEDIUM, .steps = { steps, 4, 4 } };
    at(x, "10.0.0.1");
    struct subject s = subject_of(&x->visit, &x->visit.observations.at[0], 0);
    assert_int_equal(severity_judge(&r, &s), SEVERITY_HIGH);
}

/* A tier that weighs puts one step on top of everything above info, and nothing on a decoy. */
static void test_tier(void **state)
{
    struct fixture *x = *state;
    struct observation *o = at(x, "10.0.0.1");
    o->records = 5;
    fact_text(o, "tag.tier", SPAN("production"), NULL, SPAN_NONE);
    assert_int_equal(weigh(x, SEVERITY_HIGH, WEIGH_DATA), SEVERITY_HIGH);
    fact_text(o, "tag.tier", SPAN("Health"), NULL, SPAN_NONE);
    assert_int_equal(weigh(x, SEVERITY_HIGH, WEIGH_DATA), SEVERITY_CRITICAL);
    assert_int_equal(weigh(x, SEVERITY_CRITICAL, WEIGH_DATA), SEVERITY_CRITICAL);
    assert_int_equal(weigh(x, SEVERITY_MEDIUM, WEIGH_NOTHING), SEVERITY_HIGH);
    assert_int_equal(weigh(x, SEVERITY_INFO, WEIGH_NOTHING), SEVERITY_INFO);
    fact_text(o, "decoy", SPAN("ours"), NULL, SPAN_NONE);
    assert_int_equal(weigh(x, SEVERITY_HIGH, WEIGH_DATA), SEVERITY_INFO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_table, setup, teardown),
        cmocka_unit_test_setup_teardown(test_place, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rights, setup, teardown),
        cmocka_unit_test_setup_teardown(test_decoy, setup, teardown),
        cmocka_unit_test_setup_teardown(test_steps, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tier, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
