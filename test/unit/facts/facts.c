/* Facts that are worked out: each name says what it is to say, and nothing where it does not apply. */
#include "unit/check.h"

#include <string.h>

#include "base/clock.h"
#include "facts/facts.h"

static struct arena arena;
static struct visit visit;
static struct providers facts;
static struct error error;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 64 << 20);
    facts_init(&facts, tables_load(&arena, "data", NULL, &error));
    return facts.at[1].self ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

static int64_t day(int year, int month, int day_of_month)
{
    return time_from_civil(year, month, day_of_month, 0, 0, 0);
}

static struct observation *see(const char *product, enum kind kind)
{
    visit_init(&visit, &arena, &(struct endpoint){ .port = 1 });
    return visit_observe(&visit, product, kind);
}

/* What the one provider that answers for `name` says. */
static struct value ask(const struct observation *o, const char *name)
{
    for (size_t i = 0; i < facts.len; i++)
        for (size_t k = 0; facts.at[i].names[k]; k++) {
            struct value values[COMPUTED_MAX] = { { 0 } };
            if (strcmp(facts.at[i].names[k], name) != 0)
                continue;
            assert_true(facts.at[i].tell(facts.at[i].self, o, day(2026, 11, 22), &arena, values));
            return values[k];
        }
    fail_msg("nobody answers for %s", name);
    return value_none();
}

static void is_number(const struct observation *o, const char *name, int64_t n)
{
    struct value v = ask(o, name);
    assert_int_equal(v.type, VALUE_NUMBER);
    if (v.number != n)
        fail_msg("%s is %lld, not %lld", name, (long long)v.number, (long long)n);
}

static void is_unknown(const struct observation *o, const char *name)
{
    if (ask(o, name).type != VALUE_NONE)
        fail_msg("%s is known", name);
}

static void is_text(const struct observation *o, const char *name, const char *text)
{
    struct value v = ask(o, name);
    if (v.type != VALUE_TEXT || !span_is(v.text, text))
        fail_msg("%s is %.*s, not %s", name, SPAN_FMT(v.text), text);
}

static struct observation *certificate(int64_t from_ms, int64_t until_ms)
{
    struct observation *o = see("certificate", KIND_TLS);
    fact_time(o, "cert.not_before", from_ms, "tls", SPAN_NONE);
    fact_time(o, "cert.not_after", until_ms, "tls", SPAN_NONE);
    return o;
}

static void test_certificate(void **state)
{
    (void)state;
    const struct observation *o = certificate(day(2026, 11, 12), day(2026, 12, 2));
    is_number(o, "cert.days_left", 10);
    is_number(o, "cert.life_days", 20);
    is_number(o, "cert.share_left", 50);
    is_unknown(o, "cert.expired_days");
    is_unknown(o, "cert.starts_in_days");
    o = certificate(day(2017, 9, 1), day(2018, 9, 1));
    is_number(o, "cert.days_left", -3004);
    is_number(o, "cert.expired_days", 3004);
    is_number(o, "cert.share_left", 0);
    o = certificate(day(2026, 11, 22) + 1, day(2027, 11, 22));
    is_number(o, "cert.starts_in_days", 1); /* rounded up: not yet is not today */
    is_number(o, "cert.share_left", 100);
    o = certificate(day(2027, 1, 1), day(2026, 1, 1)); /* ends before it begins */
    is_unknown(o, "cert.life_days");
    is_unknown(o, "cert.share_left");
    o = see("certificate", KIND_TLS);
    fact_time(&visit.observations.at[0], "cert.not_after", day(2027, 1, 1), "tls", SPAN_NONE);
    is_unknown(o, "cert.days_left"); /* one day is none */
}

static void test_version(void **state)
{
    (void)state;
    struct observation *o = see("elasticsearch", KIND_STORE);
    is_unknown(o, "lifecycle.state");
    fact_text(o, "version", SPAN("5.5.3"), "test", SPAN_NONE);
    is_text(o, "lifecycle.state", "unsupported");
    assert_int_equal(ask(o, "lifecycle.since").type, VALUE_TIME);
    is_unknown(o, "lifecycle.how");
    is_unknown(o, "exploited.cve");
    o = see("elasticsearch", KIND_STORE);
    fact_text(o, "version", SPAN("1.4.2"), "test", SPAN_NONE);
    is_text(o, "exploited.cve", "CVE-2015-1427");
    assert_true(ask(o, "exploited.count").number >= 1);
    is_unknown(o, "exploited.distribution");
    o = see("elasticsearch", KIND_STORE);
    fact_text(o, "version", SPAN("what is no version"), "test", SPAN_NONE);
    is_unknown(o, "lifecycle.state");
    o = see("a product of nobody", KIND_STORE);
    fact_text(o, "version", SPAN("1.0"), "test", SPAN_NONE);
    is_text(o, "lifecycle.state", "unknown");
}

/* Without tables nobody knows about versions, and certificates are as ever. */
static void test_without_tables(void **state)
{
    (void)state;
    facts_init(&facts, NULL);
    struct observation *o = see("elasticsearch", KIND_STORE);
    fact_text(o, "version", SPAN("5.5.3"), "test", SPAN_NONE);
    is_unknown(o, "lifecycle.state");
    is_number(certificate(day(2026, 11, 12), day(2026, 12, 2)), "cert.days_left", 10);
}

/* A name that two answer for would be the first's, whatever the second says; and all must fit. */
static void test_names(void **state)
{
    (void)state;
    const char *all[COMPUTED_MAX + 1];
    size_t len = 0;
    for (size_t i = 0; i < facts.len; i++)
        for (size_t k = 0; facts.at[i].names[k]; k++) {
            assert_true(len < COMPUTED_MAX && fact_key_ok(span_str(facts.at[i].names[k])));
            for (size_t n = 0; n < len; n++)
                assert_string_not_equal(all[n], facts.at[i].names[k]);
            all[len++] = facts.at[i].names[k];
        }
    assert_true(len > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_certificate, setup, teardown),
        cmocka_unit_test_setup_teardown(test_version, setup, teardown),
        cmocka_unit_test_setup_teardown(test_without_tables, setup, teardown),
        cmocka_unit_test_setup_teardown(test_names, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
