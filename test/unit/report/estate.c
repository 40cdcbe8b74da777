/* Renewals, shared keys and the order of an estate's certificates. */
#include "unit/check.h"

#include <stdio.h>

#include "report/estate.c"

static const int64_t DAY_MS = 86400000;
static struct arena arena;
static struct estate estate;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 256 << 20);
    estate_init(&estate, &arena, 1);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static void add(const char *hash, const char *subject, const char *key, int64_t from, int64_t until, uint16_t port, bool now)
{
    struct visit v;
    struct stored_certificate c = { .endpoint = { .address = { 4, { 10, 0, 0, 1 } }, .port = port }, .now = now,
                                    .first_ms = from * DAY_MS, .last_ms = until * DAY_MS };
    visit_init(&v, &arena, &c.endpoint);
    struct observation *o = visit_observe(&v, "certificate", KIND_TLS);
    if (hash)
        fact_text(o, "cert.sha256", span_str(hash), NULL, SPAN_NONE);
    fact_text(o, "cert.subject", span_str(subject), NULL, SPAN_NONE);
    if (key)
        fact_text(o, "cert.spki_sha256", span_str(key), NULL, SPAN_NONE);
    fact_time(o, "cert.not_before", from * DAY_MS, NULL, SPAN_NONE);
    fact_time(o, "cert.not_after", until * DAY_MS, NULL, SPAN_NONE);
    c.seen = o;
    assert_true(estate_add(&estate, &c));
}

static const struct estate_certificate *of(const char *hash)
{
    const struct estate_certificate *c = table_get(&estate.by_hash, span_str(hash));
    assert_non_null(c);
    return c;
}

static void test_renewals(void **state)
{
    (void)state;
    add("a1", "a", "k1", 0, 90, 1, false);
    add("a2", "a", "k2", 60, 150, 1, false);
    add("a3", "a", "k3", 122, 210, 1, true);
    add("b1", "b", "k4", 0, 90, 2, false);
    add("b2", "b", "k4", 100, 190, 2, true);
    add("c1", "c", "k5", 0, 90, 3, false);
    add("c2", "c", "k6", 60, 150, 4, true); /* elsewhere */
    add("d1", "d", NULL, 0, 365, 5, false);
    add("d2", "d", NULL, 300, 700, 5, false);
    add("d3", "d", NULL, 690, 1000, 5, true); /* once 65 days before, once 10 */
    add(NULL, "e", NULL, 0, 1, 6, true);
    assert_true(estate_settle(&estate));
    assert_int_equal(estate.all.len, 10);
    assert_int_equal(of("a3")->renewal, RENEWED_REGULAR);
    assert_int_equal(of("a3")->renewals, 2);
    assert_int_equal(of("a3")->lead_ms, 28 * DAY_MS);
    assert_false(of("a3")->keeps_key);
    assert_int_equal(of("b2")->renewal, RENEWED_LATE);
    assert_int_equal(of("b2")->lead_ms, -10 * DAY_MS);
    assert_true(of("b2")->keeps_key);
    assert_int_equal(of("c2")->renewal, RENEWED_NEVER);
    assert_int_equal(of("d3")->renewal, RENEWED);
    assert_false(of("d3")->keeps_key);
    /* What is shown now stands first, by its end. */
    static const char *const ORDER[] = { "c2", "b2", "a3", "d3", "a1", "b1", "c1", "a2", "d1", "d2" };
    for (size_t i = 0; i < sizeof(ORDER) / sizeof(ORDER[0]); i++)
        assert_true(span_is(estate.all.at[i]->sha256, ORDER[i]));
}

static void test_shared_keys(void **state)
{
    (void)state;
    add("a", "a", "k", 0, 90, 1, true);
    add("a", "a", "k", 0, 90, 2, true);
    add("a", "a", "k", 0, 90, 3, false);
    add("b", "b", "k", 0, 90, 4, true);
    add("c", "c", "k", 0, 90, 5, false);
    add("d", "d", NULL, 0, 90, 6, true);
    add("e", "e", NULL, 0, 90, 7, true);
    assert_true(estate_settle(&estate));
    assert_int_equal(of("a")->sharers, 1);
    assert_int_equal(of("a")->place_count, 3);
    assert_int_equal(of("a")->now_count, 2);
    assert_int_equal(of("b")->sharers, 1);
    assert_int_equal(of("c")->sharers, 2);
    assert_int_equal(of("d")->sharers, 0);
}

/* Thousands of one subject are no square of work. */
static void test_many_of_one_subject(void **state)
{
    (void)state;
    for (int i = 0; i < 20000; i++) {
        char hash[16];
        snprintf(hash, sizeof(hash), "h%d", i);
        add(hash, "localhost", hash, i, i + 10, (uint16_t)(1 + i % 60000), true);
    }
    assert_true(estate_settle(&estate));
    assert_int_equal(of("h19999")->renewal, RENEWED_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_renewals, setup, teardown),
        cmocka_unit_test_setup_teardown(test_shared_keys, setup, teardown),
        cmocka_unit_test_setup_teardown(test_many_of_one_subject, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
