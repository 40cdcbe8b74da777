/* Facts, collections and the names of enumerations. */
#include "unit/check.h"

#include "record/record.c"

struct fixture {
    struct arena arena;
    struct visit visit;
    struct observation *o;
};

static int setup(void **state)
{
    static struct fixture f;
    arena_init(&f.arena, 4 << 20);
    struct endpoint e = { .address = { 4, { 127, 0, 0, 1 } }, .port = 6379 };
    visit_init(&f.visit, &f.arena, &e);
    f.o = visit_observe(&f.visit, "redis", KIND_STORE);
    *state = &f;
    return f.o ? 0 : -1;
}

static int teardown(void **state)
{
    arena_release(&((struct fixture *)*state)->arena);
    return 0;
}

static void test_new_observation_knows_nothing(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(f->o->records, COUNT_UNKNOWN);
    assert_int_equal(f->o->bytes, COUNT_UNKNOWN);
    assert_int_equal(f->o->collection_count, COUNT_UNKNOWN);
    assert_int_equal(f->o->outcome, OUTCOME_NOT_MINE);
    assert_null(fact_get(f->o, "version"));
    assert_int_equal(fact_get_text(f->o, "version").len, 0);
}

static void test_facts_are_copied_and_replaced(void **state)
{
    struct fixture *f = *state;
    char bytes[] = "7.0.15";
    fact_text(f->o, "version", span_str(bytes), "redis.info", SPAN("redis_version:7.0.15"));
    bytes[0] = '9';
    assert_true(span_is(fact_get_text(f->o, "version"), "7.0.15"));
    assert_true(span_is(fact_get(f->o, "version")->proof, "redis_version:7.0.15"));
    fact_number(f->o, "version", 8, NULL, SPAN_NONE);
    assert_int_equal(f->o->facts.len, 1);
    assert_int_equal(fact_get(f->o, "version")->type, FACT_NUMBER);
    assert_int_equal(fact_get_text(f->o, "version").len, 0);
    fact_bool(f->o, "cluster", true, NULL, SPAN_NONE);
    fact_time(f->o, "started", 1234, NULL, SPAN_NONE);
    assert_int_equal(fact_get(f->o, "cluster")->number, 1);
    assert_int_equal(fact_get(f->o, "started")->type, FACT_TIME);
}

static void test_facts_are_cut(void **state)
{
    struct fixture *f = *state;
    static uint8_t big[3 * FACT_TEXT_MAX];
    memset(big, 'x', sizeof(big));
    fact_text(f->o, "motd", span_of(big, sizeof(big)), NULL, span_of(big, sizeof(big)));
    assert_int_equal(fact_get_text(f->o, "motd").len, FACT_TEXT_MAX);
    assert_int_equal(fact_get(f->o, "motd")->proof.len, PROOF_MAX);
}

static void test_bad_keys_set_nothing(void **state)
{
    struct fixture *f = *state;
    static const char *const BAD[] = {
        "",
        "Version",
        "a b",
        "a\n",
        "ä",
        "a/b",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    };
    for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++)
        fact_number(f->o, BAD[i], 1, NULL, SPAN_NONE);
    assert_int_equal(f->o->facts.len, 0);
    assert_true(fact_key_ok(SPAN("tls.certificate.not_after-2")));
}

static void test_lists_have_ceilings(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < FACTS_MAX + 10; i++)
        fact_number(f->o, arena_printf(&f->arena, "n%d", i), i, NULL, SPAN_NONE);
    assert_int_equal(f->o->facts.len, FACTS_MAX);
    for (int i = 0; i < COLLECTIONS_LISTED_MAX + 10; i++)
        observation_collect(f->o, SPAN("index"), 2, COUNT_UNKNOWN, COUNT_UNKNOWN);
    assert_int_equal(f->o->collections.len, COLLECTIONS_LISTED_MAX);
    assert_int_equal(f->o->collection_count, COLLECTIONS_LISTED_MAX + 10);
    assert_int_equal(f->o->records, 2 * (COLLECTIONS_LISTED_MAX + 10));
    assert_int_equal(f->o->bytes, COUNT_UNKNOWN);
    int made = 1;
    while (visit_observe(&f->visit, "tls", KIND_TLS))
        made++;
    assert_int_equal(made, OBSERVATIONS_MAX);
}

/* Of more collections than are listed the largest stay, whenever they come, and in one order. */
static void test_the_largest_stay(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 3 * COLLECTIONS_LISTED_MAX; i++) {
        int64_t records = (i * 7919LL) % (3 * COLLECTIONS_LISTED_MAX); /* each once, in no order */
        char *name = arena_printf(&f->arena, "c%06d", (int)(records * 31 % 997) * 10000 + (int)records);
        observation_collect(f->o, span_str(name), records, COUNT_UNKNOWN, COUNT_UNKNOWN);
    }
    visit_settle(&f->visit);
    assert_int_equal(f->o->collections.len, COLLECTIONS_LISTED_MAX);
    for (size_t i = 0; i < COLLECTIONS_LISTED_MAX; i++) {
        const struct collection *c = &f->o->collections.at[i];
        assert_true(c->records >= 2 * COLLECTIONS_LISTED_MAX);
        assert_true(!i || span_compare(c[-1].name, c->name) < 0);
    }
}

static void test_totals_saturate(void **state)
{
    struct fixture *f = *state;
    observation_collect(f->o, SPAN("a"), INT64_MAX, INT64_MIN, -7);
    observation_collect(f->o, SPAN("b"), INT64_MAX, 5, 9);
    assert_int_equal(f->o->records, INT64_MAX);
    assert_int_equal(f->o->bytes, 5);
    assert_int_equal(f->o->collections.at[0].bytes, COUNT_UNKNOWN);
    assert_int_equal(f->o->collections.at[0].created_ms, COUNT_UNKNOWN);
    assert_int_equal(f->o->collections.at[1].created_ms, 9);
}

static void test_full_arena_sets_nothing(void **state)
{
    struct fixture *f = *state;
    for (uint64_t nth = 1; nth <= 3; nth++) {
        f->arena.fail_at = nth;
        fact_text(f->o, "version", SPAN("1"), NULL, SPAN("proof"));
        assert_null(fact_get(f->o, "version"));
        assert_true(arena_failed(&f->arena));
    }
    while (f->visit.observations.len < f->visit.observations.cap)
        assert_non_null(visit_observe(&f->visit, "tls", KIND_TLS));
    size_t before = f->visit.observations.len;
    f->arena.fail_at = 1;
    assert_null(visit_observe(&f->visit, "tls", KIND_TLS));
    assert_int_equal(f->visit.observations.len, before);
}

static void test_names(void **state)
{
    (void)state;
    for (int k = KIND_STORE; k <= KIND_LAST; k++) {
        enum kind back;
        assert_true(kind_parse(span_str(kind_name((enum kind)k)), &back));
        assert_int_equal(back, k);
    }
    for (int s = SEVERITY_INFO; s <= SEVERITY_CRITICAL; s++) {
        enum severity back;
        assert_true(severity_parse(span_str(severity_name((enum severity)s)), &back));
        assert_int_equal(back, s);
    }
    enum kind k;
    assert_false(kind_parse(SPAN("stor"), &k));
    assert_false(kind_parse(SPAN(""), &k));
    assert_string_equal(outcome_name(OUTCOME_NOT_MINE), "not-mine");
    assert_string_equal(outcome_name((enum outcome)77), "unknown");
}

static void test_endpoint_text(void **state)
{
    (void)state;
    char text[ENDPOINT_TEXT_MAX];
    struct endpoint e = { .address = { 4, { 127, 0, 0, 1 } }, .port = 6379 };
    assert_string_equal(endpoint_text(&e, text), "127.0.0.1:6379");
    e = (struct endpoint){ .address = { 6, { [15] = 1 } }, .port = 65535 };
    assert_string_equal(endpoint_text(&e, text), "[::1]:65535");
    e = (struct endpoint){ .port = 0 };
    assert_string_equal(endpoint_text(&e, text), "-:0");
    memset(e.address.bytes, 0xff, 16);
    e.address.family = 6;
    e.port = 12345;
    assert_int_equal(strlen(endpoint_text(&e, text)), 47);
    e.transport = TRANSPORT_UDP;
    assert_int_equal(strlen(endpoint_text(&e, text)), 51);
    e = (struct endpoint){ .address = { 4, { 10, 0, 0, 5 } }, .port = 161, .transport = TRANSPORT_UDP };
    assert_string_equal(endpoint_text(&e, text), "10.0.0.5:161/udp");
    struct endpoint back = e;
    endpoint_set_port(&back, endpoint_port(&e));
    assert_int_equal(back.port, 161);
    assert_int_equal(back.transport, TRANSPORT_UDP);
    endpoint_set_port(&back, 161);
    assert_int_equal(back.transport, TRANSPORT_TCP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_new_observation_knows_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_facts_are_copied_and_replaced, setup, teardown),
        cmocka_unit_test_setup_teardown(test_facts_are_cut, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_keys_set_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lists_have_ceilings, setup, teardown),
        cmocka_unit_test_setup_teardown(test_the_largest_stay, setup, teardown),
        cmocka_unit_test_setup_teardown(test_totals_saturate, setup, teardown),
        cmocka_unit_test_setup_teardown(test_full_arena_sets_nothing, setup, teardown),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_endpoint_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
