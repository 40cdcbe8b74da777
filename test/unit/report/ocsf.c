/* One Detection Finding a finding, whose activity and status follow its life. */
#include "report/ocsf.c"

#include "unit/report/hostile.h"
#include "text/node.h"

static const struct node *line_of(struct arena *a, struct span *rest)
{
    struct error e = { "" };
    const struct node *n = json_parse(a, span_cut(rest, '\n'), &e);
    if (!n)
        fail_msg("%s", e.text);
    return n;
}

static void one(struct hostile *h, int64_t type, int64_t status, int64_t since_ms)
{
    struct ocsf x = { 0 };
    struct report_run run = { .ajar_version = "0.1.0", .started_ms = 1656633600000 };
    buf_reset(&h->out);
    begin(&x, &run, &h->out);
    report_tell_visit(&report_ocsf, &x, &h->visit, &h->finding, 1, &h->out);
    struct span rest = buf_span(&h->out);
    const struct node *n = line_of(&h->arena, &rest);
    assert_int_equal(node_get(n, "class_uid")->integer, 2004);
    assert_int_equal(node_get(n, "type_uid")->integer, type);
    assert_int_equal(node_get(n, "status_id")->integer, status);
    assert_int_equal(node_get(n, "severity_id")->integer, 5);
    assert_int_equal(node_get(n, "time")->integer, 1656633600000);
    assert_int_equal(node_path(n, SPAN("finding_info.first_seen_time"))->integer, since_ms);
    assert_true(span_is(node_text(node_path(n, SPAN("remediation.desc"))), "a\nb"));
    assert_true(span_is(node_text(node_path(n, SPAN("resources.0.uid"))), "192.0.2.7:6379"));
    assert_int_equal(node_path(n, SPAN("evidences.0.dst_endpoint.port"))->integer, 6379);
    assert_int_equal(rest.len, 0);
}

static void test_life(void **state)
{
    struct hostile h = { 0 };
    (void)state;
    arena_init(&h.arena, HOSTILE_MAX);
    buf_init(&h.out, HOSTILE_MAX);
    hostile_make(&h, SPAN("a\nb"));
    one(&h, 200401, 1, 1656633600000);
    h.finding.life = (struct finding_life){ .known = true, .is_new = true, .first_ms = 1656633600000,
                                            .opened_ms = 1656633600000 };
    one(&h, 200401, 1, 1656633600000);
    h.finding.life = (struct finding_life){ .known = true, .first_ms = 1600000000000, .opened_ms = 1610000000000 };
    one(&h, 200402, 2, 1600000000000);
    h.finding.accepted_until_ms = 1656633600001;
    h.finding.accepted_why = SPAN("known");
    one(&h, 200402, 3, 1600000000000);
    assert_true(span_has(buf_span(&h.out), "\"created_time\":1610000000000"));
    assert_true(span_has(buf_span(&h.out), "\"comment\":\"known\""));
    arena_release(&h.arena);
    buf_release(&h.out);
}

/* What closed is told once, under the same uid. */
static void test_closed(void **state)
{
    struct hostile h = { 0 };
    struct ocsf x = { 0 };
    struct report_run run = { .started_ms = 1656633600000 };
    (void)state;
    arena_init(&h.arena, HOSTILE_MAX);
    buf_init(&h.out, HOSTILE_MAX);
    hostile_make(&h, SPAN("x"));
    struct stored_finding gone = { .finding = h.finding, .exposure = { .opened_ms = 1000, .seen_ms = 2000, .closed_ms = 3000, .proof = PROOF_REFUSED },
                                   .first_ms = 500, .records = 5, .bytes = COUNT_UNKNOWN, .accepted_until_ms = COUNT_UNKNOWN };
    struct finding_view view = view_of_stored(&gone);
    begin(&x, &run, &h.out);
    closed(&x, &view, &h.out);
    struct span rest = buf_span(&h.out);
    const struct node *n = line_of(&h.arena, &rest);
    assert_int_equal(node_get(n, "activity_id")->integer, 3);
    assert_int_equal(node_get(n, "type_uid")->integer, 200403);
    assert_true(span_is(node_text(node_get(n, "activity_name")), "Close"));
    assert_int_equal(node_get(n, "status_id")->integer, 4);
    assert_true(span_is(node_text(node_get(n, "status")), "Resolved"));
    assert_true(span_starts(node_text(node_get(n, "status_detail")), SPAN("Closed 1970-01-01: asked again, it refuses now.")));
    assert_int_equal(node_get(n, "time")->integer, 3000);
    assert_int_equal(node_path(n, SPAN("finding_info.modified_time"))->integer, 3000);
    assert_int_equal(node_path(n, SPAN("finding_info.last_seen_time"))->integer, 2000);
    assert_int_equal(node_path(n, SPAN("finding_info.first_seen_time"))->integer, 500);
    assert_true(span_is(node_text(node_path(n, SPAN("finding_info.uid"))), "0123456789abcdef0123456789abcdef"));
    arena_release(&h.arena);
    buf_release(&h.out);
}

static void test_whose(void **state)
{
    struct hostile h = { 0 };
    struct ocsf x = { 0 };
    struct report_run run = { .started_ms = 1656633600000 };
    struct attribution who = { "provider", SPAN("Shop Ltd"), STRENGTH_LIKELY };
    struct since since = { "process", 1590969600000, STRENGTH_HINT, SPAN("runs") };
    (void)state;
    arena_init(&h.arena, HOSTILE_MAX);
    buf_init(&h.out, HOSTILE_MAX);
    hostile_make(&h, SPAN("x"));
    h.finding.owner = SPAN("Shop");
    h.finding.tier = SPAN("finance");
    h.finding.contact = SPAN("a@b.example");
    h.finding.owners.at = &who;
    h.finding.since.at = &since;
    h.finding.owners.len = h.finding.since.len = 1;
    begin(&x, &run, &h.out);
    report_tell_visit(&report_ocsf, &x, &h.visit, &h.finding, 1, &h.out);
    struct span rest = buf_span(&h.out);
    const struct node *n = line_of(&h.arena, &rest);
    assert_true(span_is(node_text(node_path(n, SPAN("resources.0.data.owner"))), "Shop"));
    assert_true(span_is(node_text(node_path(n, SPAN("resources.0.criticality"))), "finance"));
    assert_true(span_is(node_text(node_path(n, SPAN("resources.0.data.contact"))), "a@b.example"));
    assert_true(span_is(node_text(node_path(n, SPAN("enrichments.0.value"))), "Shop Ltd"));
    assert_true(span_is(node_text(node_path(n, SPAN("enrichments.0.data.strength"))), "likely"));
    assert_true(span_is(node_text(node_path(n, SPAN("enrichments.1.value"))), "2020-06-01T00:00:00Z"));
    assert_true(span_is(node_text(node_path(n, SPAN("enrichments.1.data.strength"))), "hint"));
    arena_release(&h.arena);
    buf_release(&h.out);
}

static void check(struct span out, struct span bad)
{
    struct arena a;
    arena_init(&a, HOSTILE_MAX);
    hostile_nothing_raw(out, false);
    for (int i = 0; bad.len && i < 3; i++) /* the finding, what closed, and what nobody knows */
        hostile_nothing_raw(node_text(node_path(line_of(&a, &out), SPAN("message"))), false);
    assert_int_equal(out.len, 0);
    arena_release(&a);
}

static void test_hostile(void **state)
{
    (void)state;
    hostile_run(&report_ocsf, check);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_life),
        cmocka_unit_test(test_closed),
        cmocka_unit_test(test_whose),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
