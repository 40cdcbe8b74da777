/* The judge as its callers see it: all shipped rules and their examples, findings for whole visits,
 * stable fingerprints, hostile names, an arena that is too small. */
#include "rules/judge.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "facts/facts.h"

enum { RULES_BYTES = 64 * 1024 * 1024 };

struct fixture {
    struct arena rules_arena, arena;
    struct providers facts;
    struct rules *rules;
    struct visit visit;
    struct findings found;
};

static const char *rules_dir(void)
{
    const char *dir = getenv("AJAR_RULES");
    return dir ? dir : "rules";
}

static int setup(void **state)
{
    struct fixture *x = calloc(1, sizeof(*x));
    struct error e = { "" };
    arena_init(&x->rules_arena, RULES_BYTES);
    arena_init(&x->arena, RULES_BYTES);
    facts_init(&x->facts, NULL);
    x->rules = rules_load(&x->rules_arena, rules_dir(), &x->facts, &e);
    if (!x->rules)
        print_error("%s\n", e.text);
    *state = x;
    return x->rules ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    arena_release(&x->rules_arena);
    arena_release(&x->arena);
    free(x);
    return 0;
}

static void start(struct fixture *x, const char *address, uint16_t port)
{
    struct endpoint e = { .port = port };
    assert_true(address_parse(span_str(address), &e.address));
    visit_init(&x->visit, &x->arena, &e);
    x->found = (struct findings){ 0 };
}

static void judge(struct fixture *x)
{
    int64_t now_ms = time_from_civil(2026, 11, 22, 0, 0, 0);
    assert_true(judge_visit(x->rules, &x->visit, now_ms, &x->arena, &x->found));
}

static const struct finding *finding_of(const struct fixture *x, const char *rule)
{
    for (size_t i = 0; i < x->found.list.len; i++)
        if (strcmp(x->found.list.at[i].rule, rule) == 0)
            return &x->found.list.at[i];
    return NULL;
}

static struct observation *see(struct fixture *x, const char *product, enum kind kind, enum outcome outcome)
{
    struct observation *o = visit_observe(&x->visit, product, kind);
    assert_non_null(o);
    o->outcome = outcome;
    return o;
}

static void test_examples(void **state)
{
    struct fixture *x = *state;
    struct error e = { "" };
    size_t examples = 0;
    const struct tables *tables = tables_load(&x->rules_arena, "data", NULL, &e);
    struct providers facts;
    facts_init(&facts, tables);
    const struct rules *r = tables ? rules_load(&x->rules_arena, rules_dir(), &facts, &e) : NULL;
    if (!r || !rules_check_examples(r, &e, &examples))
        fail_msg("%s", e.text);
    assert_true(examples >= 2 * rules_count(r));
    assert_true(rules_count(r) >= 16);
    assert_null(rules_id(r, rules_count(r)));
}

/* Each block stands where its word stood, for the address as nginx and nft want it. */
static void test_blocks_of_fixes(void **state)
{
    struct fixture *x = *state;
    start(x, "2001:db8::5", 8265);
    struct fix fix = { SPAN_NONE, SPAN("a {product}\n{tls-proxy}\nb\n{firewall}\n{ {port}\n{login-proxy}\nc {"), true };
    assert_true(fix_is_live(fix.text));
    assert_false(fix_is_live(SPAN("{porta} {proxy} {")));
    struct span made = fix_render(&fix, &x->visit, "ray", &x->arena);
    assert_true(span_starts(made, SPAN("a ray\n# nginx takes its place")));
    assert_true(span_has(made, "  listen [2001:db8::5]:8265 ssl;\n"));
    assert_true(span_has(made, "nginx -t && systemctl reload nginx\nb\nnft -f -"));
    assert_true(span_has(made, "table inet ajar_8265 {\n"));
    assert_true(span_has(made, "END\n{ 8265\n# nginx takes its place"));
    assert_true(span_has(made, "/etc/nginx/ajar-8265.users"));
    assert_true(span_is(span_from(made, made.len - 4), "\nc {"));
    assert_false(span_has(made, "-proxy}") || span_has(made, "{port}"));
}

static void test_rules_that_speak_of_doors(void **state)
{
    struct fixture *x = *state;
    assert_true(rules_speak_of_doors(x->rules, "open-store"));
    assert_false(rules_speak_of_doors(x->rules, "certificate-expired"));
    assert_false(rules_speak_of_doors(x->rules, "no-such-rule"));
}

static void test_shanghai(void **state)
{
    struct fixture *x = *state;
    start(x, "11.22.33.44", 5601);
    struct observation *o = see(x, "kibana", KIND_DASHBOARD, OUTCOME_OPEN);
    o->tls = true;
    fact_text(o, "version", SPAN("5.5.3"), "kibana.status", SPAN("kbn-version: 5.5.3"));
    o = see(x, "elasticsearch", KIND_STORE, OUTCOME_OPEN);
    o->via = "kibana";
    o->tls = true;
    observation_collect(o, SPAN("person"), 969830266, 23100000000000, COUNT_UNKNOWN);
    o = see(x, "certificate", KIND_TLS, OUTCOME_IDENTIFIED);
    fact_time(o, "cert.not_before", time_from_civil(2017, 9, 1, 0, 0, 0), "tls", SPAN_NONE);
    fact_time(o, "cert.not_after", time_from_civil(2018, 9, 1, 0, 0, 0), "tls", SPAN_NONE);
    judge(x);
    const char *const rules[] = { "open-dashboard", "store-behind-open-dashboard", "certificate-expired" };
    assert_int_equal(x->found.list.len, 3);
    for (size_t i = 0; i < 3; i++) {
        const struct finding *f = finding_of(x, rules[i]);
        assert_non_null(f);
        assert_int_equal(f->severity, SEVERITY_CRITICAL);
        assert_true(f->why.len > 0 && f->fix.len > 0);
        assert_int_equal(strlen(f->fingerprint), 32);
    }
    const struct finding *behind = finding_of(x, "store-behind-open-dashboard");
    assert_string_equal(behind->product, "elasticsearch");
    assert_string_equal(behind->via, "kibana");
    assert_true(span_has(behind->why, "through kibana 5.5.3"));
    const struct finding *dashboard = finding_of(x, "open-dashboard");
    assert_true(span_is(dashboard->version, "5.5.3"));
    assert_int_equal(dashboard->evidence.len, 1);
    assert_true(span_is(dashboard->evidence.at[0].proof, "kbn-version: 5.5.3"));
}

static void test_closed_and_locked_say_nothing(void **state)
{
    struct fixture *x = *state;
    start(x, "127.0.0.1", 6379);
    size_t before = x->arena.held;
    judge(x);
    assert_int_equal(x->found.list.len, 0);
    assert_int_equal(x->arena.held, before);
    see(x, "redis", KIND_STORE, OUTCOME_LOCKED);
    see(x, "redis", KIND_STORE, OUTCOME_UNCLEAR);
    judge(x);
    assert_int_equal(x->found.list.len, 0);
}

/* A changed value here loses every user's history: the fingerprint is a promise. */
static void test_fingerprint(void **state)
{
    struct fixture *x = *state;
    char first[FINGERPRINT_MAX];
    start(x, "10.0.0.5", 6379);
    struct observation *o = see(x, "redis", KIND_STORE, OUTCOME_OPEN);
    fact_text(o, "version", SPAN("7.0.15"), "redis.info", SPAN("x"));
    judge(x);
    memcpy(first, finding_of(x, "open-store")->fingerprint, sizeof(first));
    assert_string_equal(first, "0822e10396585c553e7250883104ffdb");

    start(x, "10.0.0.5", 6379);
    o = see(x, "redis", KIND_STORE, OUTCOME_OPEN);
    fact_text(o, "version", SPAN("8.0.0"), "redis.info", SPAN("x"));
    o->records = 1000000;
    judge(x);
    assert_string_equal(first, finding_of(x, "open-store")->fingerprint);
    assert_string_not_equal(first, finding_of(x, "data-protocol-in-plain-text")->fingerprint);

    start(x, "10.0.0.5", 6380);
    see(x, "redis", KIND_STORE, OUTCOME_OPEN);
    judge(x);
    assert_string_not_equal(first, finding_of(x, "open-store")->fingerprint);

    start(x, "10.0.0.5", 6379);
    o = see(x, "redis", KIND_STORE, OUTCOME_OPEN);
    o->tls = true;
    judge(x);
    assert_string_not_equal(first, finding_of(x, "open-store")->fingerprint);
}

static void test_two_stores_behind_one_dashboard(void **state)
{
    struct fixture *x = *state;
    start(x, "10.0.0.5", 3000);
    for (int i = 0; i < 2; i++)
        see(x, "elasticsearch", KIND_STORE, OUTCOME_OPEN)->via = "grafana";
    judge(x);
    assert_int_equal(x->found.list.len, 2);
    assert_string_not_equal(x->found.list.at[0].fingerprint, x->found.list.at[1].fingerprint);
}

/* Data sources of one dashboard in the given order, each with one collection and perhaps an identity of its own.
 * `ret[i]` is what the i-th of `names` is called. */
static void behind_grafana(struct fixture *x, const char *const *names, const int *order, size_t n, bool identified,
                           char ret[][FINGERPRINT_MAX])
{
    start(x, "10.0.0.5", 3000);
    see(x, "grafana", KIND_DASHBOARD, OUTCOME_OPEN);
    for (size_t i = 0; i < n; i++) {
        struct observation *o = see(x, "elasticsearch", KIND_STORE, OUTCOME_OPEN);
        o->via = "grafana";
        observation_collect(o, span_str(names[order[i]]), 7, 7, COUNT_UNKNOWN);
        if (identified)
            fact_text(o, "cluster.uuid", span_str(names[order[i]]), NULL, SPAN_NONE);
    }
    judge(x);
    for (size_t i = 0; i < x->found.list.len; i++) {
        const struct finding *f = &x->found.list.at[i];
        if (strcmp(f->rule, "store-behind-open-dashboard") == 0)
            memcpy(ret[order[f->seen - 1]], f->fingerprint, FINGERPRINT_MAX);
    }
}

/* Another order, and one more in front of them, change no name. */
static void test_order_of_data_sources_changes_nothing(void **state)
{
    static const char *const NAMES[] = { "public-demo", "metrics", "patients" };
    static const int ORDERS[][3] = { { 1, 0, 2 }, { 2, 1, 0 }, { 0, 2, 1 } };
    struct fixture *x = *state;
    for (int identified = 0; identified < 2; identified++) {
        char two[3][FINGERPRINT_MAX] = { "" }, three[3][FINGERPRINT_MAX];
        behind_grafana(x, NAMES, (const int[]){ 0, 1 }, 2, identified, two);
        assert_string_not_equal(two[0], two[1]);
        for (size_t i = 0; i < 3; i++) {
            memset(three, 0, sizeof(three));
            behind_grafana(x, NAMES, ORDERS[i], 3, identified, three);
            assert_string_equal(two[0], three[0]);
            assert_string_equal(two[1], three[1]);
            assert_string_not_equal(three[2], two[0]);
        }
    }
}

/* One store by two ways is one finding. */
static void test_one_store_by_two_ways(void **state)
{
    struct fixture *x = *state;
    static const char *const NAMES[] = { "logs" };
    char name[1][FINGERPRINT_MAX] = { "" };
    size_t rows = 0;
    behind_grafana(x, NAMES, (const int[]){ 0, 0 }, 2, true, name);
    for (size_t i = 0; i < x->found.list.len; i++)
        rows += strcmp(x->found.list.at[i].rule, "store-behind-open-dashboard") == 0;
    assert_int_equal(rows, 1);
}

static void test_hostile_names_stay_bounded(void **state)
{
    struct fixture *x = *state;
    static uint8_t junk[FACT_TEXT_MAX * 2];
    for (size_t i = 0; i < sizeof(junk); i++)
        junk[i] = (uint8_t)(i * 37);
    start(x, "10.0.0.5", 6379);
    struct observation *o = see(x, "redis", KIND_STORE, OUTCOME_OPEN);
    for (size_t i = 0; i < 2000; i++)
        observation_collect(o, span_of(junk + i, 1000), INT64_MAX, INT64_MAX, INT64_MIN);
    fact_text(o, "version", span_of(junk, sizeof(junk)), "redis.info", span_of(junk, sizeof(junk)));
    for (int i = 0; i < 100; i++)
        fact_number(o, arena_printf(&x->arena, "k%d", i), INT64_MIN, "redis.info", SPAN("x"));
    judge(x);
    const struct finding *f = finding_of(x, "open-store");
    assert_non_null(f);
    assert_true(f->why.len <= WHY_BYTES_MAX);
    assert_true(f->evidence.len <= EVIDENCE_MAX);
    assert_int_equal(f->severity, SEVERITY_CRITICAL);
    assert_true(span_has(f->why, "and 1,995 more"));
}

static void test_hostile_certificate_dates(void **state)
{
    struct fixture *x = *state;
    const int64_t ends[] = { INT64_MIN, -1, 0, 1, INT64_MAX };
    for (size_t i = 0; i < 5; i++)
        for (size_t k = 0; k < 5; k++) {
            start(x, "10.0.0.5", 443);
            struct observation *o = see(x, "certificate", KIND_TLS, OUTCOME_IDENTIFIED);
            fact_time(o, "cert.not_before", ends[i], "tls", SPAN_NONE);
            fact_time(o, "cert.not_after", ends[k], "tls", SPAN_NONE);
            judge(x);
            bool future = ends[i] == INT64_MAX, past = ends[k] < INT64_MAX;
            assert_int_equal(finding_of(x, "certificate-expired") != NULL, past);
            assert_int_equal(finding_of(x, "certificate-not-yet-valid") != NULL, future);
        }
    /* A text where a time should be proves nothing. */
    start(x, "10.0.0.5", 443);
    struct observation *o = see(x, "certificate", KIND_TLS, OUTCOME_IDENTIFIED);
    fact_text(o, "cert.not_before", SPAN("2017"), "tls", SPAN_NONE);
    fact_text(o, "cert.not_after", SPAN("2018"), "tls", SPAN_NONE);
    judge(x);
    assert_int_equal(x->found.list.len, 0);
}

static void test_full_arena_is_said(void **state)
{
    struct fixture *x = *state;
    bool ever_full = false, ever_fine = false;
    for (uint64_t n = 1; n < 12; n++) {
        start(x, "10.0.0.5", 6379);
        see(x, "redis", KIND_STORE, OUTCOME_OPEN);
        x->arena.fail_at = n;
        bool ok = judge_visit(x->rules, &x->visit, 0, &x->arena, &x->found);
        x->arena.fail_at = 0;
        *(ok ? &ever_fine : &ever_full) = true;
        for (size_t i = 0; i < x->found.list.len; i++)
            assert_true(x->found.list.at[i].why.len && x->found.list.at[i].fix.len);
    }
    assert_true(ever_full && ever_fine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_examples, setup, teardown),
        cmocka_unit_test_setup_teardown(test_blocks_of_fixes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rules_that_speak_of_doors, setup, teardown),
        cmocka_unit_test_setup_teardown(test_shanghai, setup, teardown),
        cmocka_unit_test_setup_teardown(test_closed_and_locked_say_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_fingerprint, setup, teardown),
        cmocka_unit_test_setup_teardown(test_two_stores_behind_one_dashboard, setup, teardown),
        cmocka_unit_test_setup_teardown(test_order_of_data_sources_changes_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_one_store_by_two_ways, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hostile_names_stay_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hostile_certificate_dates, setup, teardown),
        cmocka_unit_test_setup_teardown(test_full_arena_is_said, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
