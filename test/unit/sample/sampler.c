/* What the room may send, when it refuses, and what becomes a fact. */
#include "unit/check.h"

#include "sample/sampler.c"

#include "wire/back.h"

static const struct endpoint HERE = { .address = { 4, { 127, 0, 0, 1 } }, .port = 1 };
static const struct ask ASK = { .name = "sample.t.x" };

static int64_t no_time(struct wire_back *b)
{
    (void)b;
    return 0;
}

/* A wire that leads nowhere. */
static struct wire *no_wire(struct arena *a)
{
    static struct wire_back back = { .now_ms = no_time };
    static const struct wire_limits limits = { .budget_bytes = 1 };
    return wire_new(a, &back, &HERE, &limits, &CLOCK_SYSTEM, NULL);
}

static void every_ask_reads_records_by_name_and_class(void **state)
{
    size_t count = 0;
    (void)state;
    for (const struct ask *a; (a = sample_ask(count)); count++) {
        assert_int_equal(a->class, ASK_SAMPLE);
        assert_true(span_starts(span_str(a->name), SPAN("sample.")));
        for (size_t i = 0; i < count; i++)
            assert_string_not_equal(a->name, sample_ask(i)->name);
    }
    assert_true(count >= 20);
}

static const char *refuses(void *self, const struct endpoint *e)
{
    (void)e;
    return self;
}

static void the_owner_comes_first(void **state)
{
    struct arena a;
    struct visit v;
    char why[] = "no";
    struct sample_config yes = { .records = 5, .refusal = refuses }, no = { .records = 5, .refusal = refuses, .self = why };
    (void)state;
    arena_init(&a, 1 << 20);
    visit_init(&v, &a, &HERE);
    struct observation *o = visit_observe(&v, "redis", KIND_STORE);
    o->outcome = OUTCOME_OPEN;
    assert_true(sample_concerns(o));
    assert_string_equal(sample_refusal(&no, &HERE, o), "no");
    assert_null(sample_refusal(&yes, &HERE, o));
    o->via = "kibana";
    assert_non_null(sample_refusal(&yes, &HERE, o));
    o->product = "elasticsearch";
    assert_null(sample_refusal(&yes, &HERE, o));
    assert_string_equal(sample_refusal(&no, &HERE, o), "no");
    o->via = "grafana";
    assert_non_null(sample_refusal(&yes, &HERE, o));
    o->via = NULL;
    o->product = "redis";
    o->records = 0;
    assert_non_null(sample_refusal(&yes, &HERE, o));
    o->records = 9;
    o->product = "memcached";
    assert_non_null(sample_refusal(&yes, &HERE, o));
    o->product = "redis";
    fact_text(o, "decoy", SPAN("it is one"), NULL, SPAN_NONE);
    assert_non_null(sample_refusal(&yes, &HERE, o));
    arena_release(&a);
}

static void only_open_stores_are_concerned(void **state)
{
    (void)state;
    for (int kind = KIND_STORE; kind <= KIND_LAST; kind++)
        for (int outcome = OUTCOME_IDENTIFIED; outcome <= OUTCOME_UNCLEAR; outcome++) {
            struct observation o = { .kind = (enum kind)kind, .outcome = (enum outcome)outcome };
            bool holds = kind == KIND_STORE || kind == KIND_QUEUE || kind == KIND_DIRECTORY || kind == KIND_COORDINATION;
            assert_int_equal(sample_concerns(&o), holds && outcome == OUTCOME_OPEN);
        }
}

static void rows_become_facts(void **state)
{
    static const struct sampler S = { .how = "by hand", .asks = { &ASK } };
    struct arena a;
    struct visit v;
    struct draw d = { .rows = { 0 } };
    (void)state;
    arena_init(&a, 1 << 20);
    visit_init(&v, &a, &HERE);
    struct observation *o = visit_observe(&v, "redis", KIND_STORE);
    d.wire = no_wire(&a);
    struct draw_row rows[] = {
        { .collection = SPAN("db0"), .field = SPAN("a"), .type = "phone", .label = "telephone", .passed = 3, .shaped = 9 },
        { .collection = SPAN("db0"), .field = SPAN("b"), .type = "cn-id", .label = "ID", .confirmed = true,
          .passed = 9, .shaped = 9, .log10_odds = 8.9 },
        { .collection = SPAN("db1"), .field = SPAN("c"), .type = "cn-id", .label = "ID", .confirmed = true, .passed = 9,
          .shaped = 9, .log10_odds = 7 },
        { .collection = SPAN("db1"), .field = SPAN("d"), .type = "bank-card", .label = "card", .confirmed = true,
          .test_data = true, .passed = 9, .shaped = 9, .log10_odds = 99 },
    };
    d.rows.at = rows;
    d.rows.len = 4;
    d.sums = (struct draw_sums){ .drawn = 20, .collections = 2, .personal = true, .records_low = 5, .records = 7,
                                 .records_high = 9, .sizes_known = true };
    state_all(&d, o, &S, NULL);
    assert_true(span_is(fact_get_text(o, "sample.personal"), "ID"));
    assert_true(span_is(fact_get_text(o, "sample.suspected"), "telephone"));
    assert_true(span_is(fact_get_text(o, "sample.field.1"), "cn-id confirmed 9/9 8 db0 / b"));
    assert_true(span_is(fact_get_text(o, "sample.type.cn-id"), "confirmed"));
    assert_true(span_is(fact_get_text(o, "sample.type.bank-card"), "test-data"));
    assert_int_equal(fact_get(o, "sample.personal.records.low")->number, 5);
    assert_int_equal(fact_get(o, "sample.personal.records.high")->number, 9);
    assert_null(fact_get(o, "sample.personal.persons.low"));
    for (size_t i = 0; i < o->facts.len; i++)
        assert_int_equal(o->facts.at[i].proof.len, 0);
    arena_release(&a);
}

static void nothing_drawn_is_a_refusal(void **state)
{
    static const struct sampler S = { .asks = { &ASK } };
    struct arena a;
    struct visit v;
    struct draw d = { .sums = { .skipped = 1, .skip_why = "too large" } };
    (void)state;
    arena_init(&a, 1 << 20);
    visit_init(&v, &a, &HERE);
    struct observation *o = visit_observe(&v, "redis", KIND_STORE);
    state_all(&d, o, &S, NULL);
    assert_true(span_is(fact_get_text(o, "sample.refused"), "too large"));
    assert_int_equal(o->facts.len, 1);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_ask_reads_records_by_name_and_class),
        cmocka_unit_test(the_owner_comes_first),
        cmocka_unit_test(only_open_stores_are_concerned),
        cmocka_unit_test(rows_become_facts),
        cmocka_unit_test(nothing_drawn_is_a_refusal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
