/* Each service is one l9format event, with the worst finding's severity and no credential. */
#include "report/l9.c"

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

static void test_event(void **state)
{
    struct hostile h = { 0 };
    (void)state;
    arena_init(&h.arena, HOSTILE_MAX);
    buf_init(&h.out, HOSTILE_MAX);
    hostile_make(&h, SPAN("CN=a.example, O=x"));
    struct observation *locked = visit_observe(&h.visit, "mysql", KIND_STORE);
    locked->outcome = OUTCOME_LOCKED;
    struct finding f[2] = { h.finding, h.finding };
    f[0].severity = SEVERITY_LOW;
    f[1].rule = "ransom-note";
    f[1].life = (struct finding_life){ .known = true, .is_new = true };
    f[1].accepted_until_ms = 1;
    f[1].owner = SPAN("Shop");
    f[1].tier = SPAN("finance");
    report_tell_visit(&report_l9, NULL, &h.visit, f, 2, &h.out);
    struct span rest = buf_span(&h.out);
    const struct node *n = line_of(&h.arena, &rest);
    assert_true(span_is(node_text(node_get(n, "event_type")), "leak"));
    assert_true(span_is(node_text(node_get(n, "port")), "6379"));
    assert_true(span_is(node_text(node_path(n, SPAN("leak.severity"))), "critical"));
    assert_true(span_is(node_text(node_path(n, SPAN("leak.type"))), "ransom-note"));
    assert_int_equal(node_path(n, SPAN("leak.dataset.infected"))->integer, 1);
    assert_int_equal(node_path(n, SPAN("leak.dataset.collections"))->integer, 1);
    assert_true(span_is(node_text(node_path(n, SPAN("ssl.certificate.cn"))), "a.example"));
    assert_int_equal(node_path(n, SPAN("ssl.certificate.domain"))->count, 2);
    assert_int_equal(node_path(n, SPAN("service.credentials.noauth"))->integer, 1);
    assert_int_equal(node_path(n, SPAN("service.credentials.password"))->text.len, 0);
    assert_int_equal(node_get(n, "tags")->count, 4);
    assert_true(span_is(node_text(node_path(n, SPAN("tags.0"))), "new"));
    assert_true(span_is(node_text(node_path(n, SPAN("tags.1"))), "accepted"));
    assert_true(span_is(node_text(node_path(n, SPAN("tags.2"))), "owner:Shop"));
    assert_true(span_is(node_text(node_path(n, SPAN("tags.3"))), "tier:finance"));
    n = line_of(&h.arena, &rest);
    assert_true(span_is(node_text(node_get(n, "event_type")), "service"));
    assert_int_equal(node_path(n, SPAN("leak.dataset.rows"))->integer, 0);
    assert_int_equal(node_path(n, SPAN("service.credentials.noauth"))->integer, 0);
    assert_int_equal(rest.len, 0);
    arena_release(&h.arena);
    buf_release(&h.out);
}

/* What closed leaks no more: a service, under the fingerprint of its leak. */
static void test_closed(void **state)
{
    struct hostile h = { 0 };
    (void)state;
    arena_init(&h.arena, HOSTILE_MAX);
    buf_init(&h.out, HOSTILE_MAX);
    hostile_make(&h, SPAN("7.0"));
    struct stored_finding gone = { .finding = h.finding, .exposure = { .opened_ms = 1000, .seen_ms = 2000, .closed_ms = 3000, .proof = PROOF_REFUSED },
                                   .records = 5, .bytes = COUNT_UNKNOWN, .accepted_until_ms = COUNT_UNKNOWN };
    gone.finding.version = SPAN("7.0.15");
    struct finding_view view = view_of_stored(&gone);
    closed(NULL, &view, &h.out);
    struct span rest = buf_span(&h.out);
    const struct node *n = line_of(&h.arena, &rest);
    assert_true(span_is(node_text(node_get(n, "event_type")), "service"));
    assert_true(span_is(node_text(node_get(n, "event_fingerprint")), "0123456789abcdef0123456789abcdef"));
    assert_true(span_is(node_text(node_get(n, "time")), "1970-01-01T00:00:03Z"));
    assert_true(span_starts(node_text(node_get(n, "summary")), SPAN("Closed 1970-01-01: asked again, it refuses now.")));
    assert_true(span_is(node_text(node_path(n, SPAN("leak.stage"))), "closed"));
    assert_true(span_is(node_text(node_path(n, SPAN("leak.type"))), "open-store"));
    assert_true(span_is(node_text(node_path(n, SPAN("service.software.version"))), "7.0.15"));
    assert_int_equal(node_path(n, SPAN("service.credentials.noauth"))->integer, 0);
    assert_true(span_is(node_text(node_path(n, SPAN("tags.0"))), "closed"));
    assert_true(span_is(node_text(node_path(n, SPAN("tags.1"))), "refused"));
    arena_release(&h.arena);
    buf_release(&h.out);
}

static void check(struct span out, struct span bad)
{
    struct arena a;
    arena_init(&a, HOSTILE_MAX);
    hostile_nothing_raw(out, false);
    if (bad.len)
        hostile_nothing_raw(node_text(node_path(line_of(&a, &out), SPAN("service.software.version"))), false);
    if (bad.len) /* what closed */
        hostile_nothing_raw(node_text(node_path(line_of(&a, &out), SPAN("summary"))), false);
    if (bad.len) /* what nobody knows */
        hostile_nothing_raw(node_text(node_path(line_of(&a, &out), SPAN("summary"))), false);
    assert_int_equal(out.len, 0);
    arena_release(&a);
}

static void test_hostile(void **state)
{
    (void)state;
    hostile_run(&report_l9, check);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_event),
        cmocka_unit_test(test_closed),
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
