/* One Detection Finding a finding, whose activity and status follow the history. */
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

static void one(struct hostile *h, const struct report_history *past, int64_t type, int64_t status, int64_t since_ms)
{
    struct ocsf x = { 0 };
    struct report_run run = { .ajar_version = "0.1.0", .started_ms = 1656633600000, .history = past };
    buf_reset(&h->out);
    begin(&x, &run, &h->out);
    visit(&x, &h->visit, &h->finding, 1, &h->out);
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
    struct report_exposure x = { "0123456789abcdef0123456789abcdef", SEVERITY_LOW, 1600000000000, 0, COUNT_UNKNOWN };
    struct report_acceptance taken = { x.fingerprint, 1656633600001, SPAN("known") };
    struct report_history none = { 0 }, open = { &x, 1, NULL, 0 }, accepted = { &x, 1, &taken, 1 };
    (void)state;
    arena_init(&h.arena, HOSTILE_MAX);
    buf_init(&h.out, HOSTILE_MAX);
    hostile_make(&h, SPAN("a\nb"));
    one(&h, NULL, 200401, 1, 1656633600000);
    one(&h, &none, 200401, 1, 1656633600000);
    one(&h, &open, 200402, 2, 1600000000000);
    one(&h, &accepted, 200402, 3, 1600000000000);
    taken.until_ms = 1656633600000;
    one(&h, &accepted, 200402, 2, 1600000000000);
    arena_release(&h.arena);
    buf_release(&h.out);
}

static void check(struct span out, struct span bad)
{
    struct arena a;
    arena_init(&a, HOSTILE_MAX);
    hostile_nothing_raw(out, false);
    if (bad.len)
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
        cmocka_unit_test(test_hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
