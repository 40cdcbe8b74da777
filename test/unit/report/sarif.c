/* The SARIF log is one JSON document in which every result names its rule, and nothing that a peer
 * sent can act on who reads it. The official schema is asked by test/report/validate.mjs. */
#include "report/sarif.c"

#include "unit/report/hostile.h"
#include "text/node.h"

static const struct node *parse(struct arena *a, struct span out)
{
    struct error e = { "" };
    const struct node *n = json_parse(a, out, &e);
    if (!n)
        fail_msg("%s", e.text);
    return n;
}

static bool text_at(const struct node *n, const char *path, const char *wanted)
{
    struct span is = node_text(node_path(n, span_str(path)));
    if (!span_is(is, wanted))
        print_error("%s is %.*s\n", path, SPAN_FMT(is));
    return span_is(is, wanted);
}

static void test_results_and_rules(void **state)
{
    struct hostile h = { 0 };
    struct sarif s = { 0 };
    struct report_run run = { .ajar_version = "0.1.0", .started_ms = 1656633600000, .remembers = true };
    struct report_summary sum = { .took_ms = 1000 };
    (void)state;
    arena_init(&h.arena, HOSTILE_MAX);
    buf_init(&h.out, HOSTILE_MAX);
    hostile_make(&h, SPAN("7.0.15"));
    struct finding f[3] = { h.finding, h.finding, h.finding };
    f[0].severity = SEVERITY_LOW;
    f[1].rule = "other";
    memcpy(f[1].fingerprint, "fedcba9876543210fedcba9876543210", 33);
    f[2].severity = SEVERITY_MEDIUM;
    f[0].life = (struct finding_life){ .known = true, .first_ms = 1000, .opened_ms = 2000 };
    f[1].life = (struct finding_life){ .known = true, .is_new = true };
    f[1].accepted_until_ms = 1656633600001;
    f[1].accepted_why = SPAN("known");
    begin(&s, &run, &h.out);
    report_tell_visit(&report_sarif, &s, &h.visit, f, 2, &h.out);
    report_tell_visit(&report_sarif, &s, &h.visit, f + 2, 1, &h.out);
    end(&s, &sum, &h.out);
    const struct node *run0 = node_path(parse(&h.arena, buf_span(&h.out)), SPAN("runs.0"));
    assert_int_equal(node_get(run0, "results")->count, 3);
    assert_int_equal(node_path(run0, SPAN("tool.driver.rules"))->count, 2);
    assert_true(text_at(run0, "results.0.level", "note"));
    assert_true(text_at(run0, "results.1.level", "error"));
    assert_true(text_at(run0, "results.0.baselineState", "unchanged"));
    assert_true(text_at(run0, "results.1.baselineState", "new"));
    assert_int_equal(node_path(run0, SPAN("results.0.suppressions"))->count, 0);
    assert_true(text_at(run0, "results.1.suppressions.0.justification", "known"));
    assert_int_equal(node_path(run0, SPAN("results.1.ruleIndex"))->integer, 1);
    assert_int_equal(node_path(run0, SPAN("results.2.ruleIndex"))->integer, 0);
    assert_true(text_at(run0, "tool.driver.rules.0.defaultConfiguration.level", "warning"));
    assert_true(text_at(run0, "results.0.properties.security-severity", "2.5"));
    assert_true(text_at(run0, "results.0.locations.0.physicalLocation.artifactLocation.uri", "tcp://192.0.2.7:6379"));
    assert_true(text_at(run0, "results.0.locations.0.logicalLocations.0.kind", "resource"));
    assert_true(span_has(buf_span(&h.out), "\"ajarFinding/v1\":\"0123456789abcdef0123456789abcdef\""));
    assert_true(text_at(run0, "invocations.0.endTimeUtc", "2022-07-01T00:00:01Z"));
    arena_release(&h.arena);
    buf_release(&h.out);
}

/* What closed is there as absent; and where one result has a baseline and suppressions, all have. */
static void test_baseline(void **state)
{
    struct hostile h = { 0 };
    struct report_run run = { .ajar_version = "0.1.0", .started_ms = 1656633600000 };
    struct report_summary sum = { .took_ms = 1000 };
    (void)state;
    for (int remembers = 0; remembers < 2; remembers++) {
        struct sarif s = { 0 };
        run.remembers = remembers;
        arena_init(&h.arena, HOSTILE_MAX);
        buf_init(&h.out, HOSTILE_MAX);
        hostile_make(&h, SPAN("7.0.15"));
        hostile_more(&h, SPAN("7.0.15"));
        struct stored_finding gone = { .finding = h.finding, .exposure = { .opened_ms = 1000, .seen_ms = 2000, .closed_ms = 3000, .proof = PROOF_REFUSED },
                                       .records = 5, .bytes = COUNT_UNKNOWN, .accepted_until_ms = COUNT_UNKNOWN };
        struct finding_view view = view_of_stored(&gone);
        begin(&s, &run, &h.out);
        report_tell_visit(&report_sarif, &s, &h.visit, &h.finding, 1, &h.out);
        if (remembers)
            closed(&s, &view, &h.out);
        fleets(&s, &h.fleet, 1, &h.out);
        end(&s, &sum, &h.out);
        const struct node *run0 = node_path(parse(&h.arena, buf_span(&h.out)), SPAN("runs.0"));
        const struct node *results = node_get(run0, "results");
        assert_int_equal(results->count, 2 + remembers);
        for (size_t i = 0; i < results->count; i++) {
            char path[32];
            snprintf(path, sizeof(path), "results.%zu", i);
            const struct node *r = node_path(run0, span_str(path));
            assert_int_equal(node_get(r, "baselineState") != NULL, remembers);
            assert_int_equal(node_get(r, "suppressions") != NULL, remembers);
        }
        if (remembers) {
            assert_true(text_at(run0, "results.1.baselineState", "absent"));
            assert_true(span_starts(node_text(node_path(run0, SPAN("results.1.message.text"))), SPAN("Closed 1970-01-01: asked again, it refuses now.")));
            assert_true(text_at(run0, "results.1.properties.proof", "refused"));
            assert_true(text_at(run0, "results.1.properties.closed", "1970-01-01T00:00:03Z"));
            assert_true(text_at(run0, "results.2.baselineState", "unchanged"));
        }
        arena_release(&h.arena);
        buf_release(&h.out);
    }
}

/* A scan that did not look at all says so where SARIF's readers look. */
static void test_remark(void **state)
{
    struct buf out;
    struct arena a;
    struct sarif s = { 0 };
    struct report_run run = { .ajar_version = "0.1.0" };
    struct report_summary sum = { .took_ms = 1000 };
    struct remark r = { REMARK_CUT, SPAN("big.corp"), SPAN("64 of 300 addresses are asked"), 236, true };
    (void)state;
    arena_init(&a, HOSTILE_MAX);
    buf_init(&out, HOSTILE_MAX);
    begin(&s, &run, &out);
    remark(&s, &r, &out);
    end(&s, &sum, &out);
    const struct node *n = node_path(parse(&a, buf_span(&out)), SPAN("runs.0.invocations.0"));
    assert_int_equal(node_get(n, "executionSuccessful")->integer, 0);
    assert_true(text_at(n, "toolExecutionNotifications.0.message.text", "big.corp: 64 of 300 addresses are asked"));
    arena_release(&a);
    buf_release(&out);
}

/* A fleet asks for nothing, and names its members. */
static void test_fleet(void **state)
{
    struct hostile h = { 0 };
    struct sarif s = { 0 };
    struct report_run run = { .ajar_version = "0.1.0", .started_ms = 1656633600000 };
    struct report_summary sum = { .took_ms = 1000 };
    (void)state;
    arena_init(&h.arena, HOSTILE_MAX);
    buf_init(&h.out, HOSTILE_MAX);
    hostile_make(&h, SPAN("5.5.3"));
    hostile_more(&h, SPAN("kibana 5.5.3"));
    h.fleet.member_count = 2;
    struct fleet list[2] = { h.fleet, h.fleet };
    list[1].members.len = 0;
    begin(&s, &run, &h.out);
    fleets(&s, list, 2, &h.out);
    end(&s, &sum, &h.out);
    const struct node *run0 = node_path(parse(&h.arena, buf_span(&h.out)), SPAN("runs.0"));
    assert_int_equal(node_get(run0, "results")->count, 1);
    assert_true(text_at(run0, "results.0.kind", "informational"));
    assert_true(text_at(run0, "results.0.level", "none"));
    assert_true(text_at(run0, "tool.driver.rules.0.id", "fleet"));
    assert_int_equal(node_path(run0, SPAN("results.0.relatedLocations"))->count, 2);
    assert_int_equal(node_path(run0, SPAN("results.0.properties.members"))->integer, 2);
    assert_true(span_starts(node_text(node_path(run0, SPAN("results.0.message.text"))),
                            SPAN("2 set up alike; 1 open, 1 half-open: ")));
    arena_release(&h.arena);
    buf_release(&h.out);
}

static void check(struct span out, struct span bad)
{
    struct arena a;
    arena_init(&a, HOSTILE_MAX);
    hostile_nothing_raw(out, false);
    const struct node *n = parse(&a, out);
    assert_int_equal(node_path(n, SPAN("runs.0.results"))->count, bad.len ? 4 : 0);
    if (bad.len) {
        const struct node *more = node_path(n, SPAN("runs.0.results.0.properties"));
        hostile_nothing_raw(node_text(node_get(more, "owner")), false);
        hostile_nothing_raw(node_text(node_path(more, SPAN("since.0.text"))), false);
        hostile_nothing_raw(node_text(node_path(n, SPAN("runs.0.results.1.message.text"))), false);
    }
    if (bad.len) /* also what a viewer decodes is harmless */
        hostile_nothing_raw(node_text(node_path(n, SPAN("runs.0.results.0.message.text"))), false);
    assert_true(out.len < 2 * 1024 * 1024);
    arena_release(&a);
}

static void test_hostile(void **state)
{
    (void)state;
    hostile_run(&report_sarif, check);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_results_and_rules),
        cmocka_unit_test(test_baseline),
        cmocka_unit_test(test_remark),
        cmocka_unit_test(test_fleet),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
