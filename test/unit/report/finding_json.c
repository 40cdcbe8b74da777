/* One schema, whether a finding comes from a visit or out of the store. */
#include "report/finding_json.c"

#include "unit/check.h"

static bool gives(struct buf *b, const char *wanted)
{
    bool same = span_is(buf_span(b), wanted);
    if (!same)
        print_error("%.*s, not %s\n", SPAN_FMT(buf_span(b)), wanted);
    buf_reset(b);
    return same;
}

#define IDENTITY                                                                                         \
    "{\"fingerprint\":\"0123\",\"rule\":\"open-store\",\"severity\":\"high\",\"endpoint\":\"10.0.0.5:6379\"," \
    "\"address\":\"10.0.0.5\",\"port\":6379,\"name\":null,\"path\":null,\"product\":\"redis\",\"version\":null," \
    "\"via\":null,\"title\":\"T\",\"why\":\"W\",\"fix\":\"F\\n\","

static struct finding sample(void)
{
    struct finding f = { .fingerprint = "0123", .rule = "open-store", .title = "T", .severity = SEVERITY_HIGH,
                         .product = "redis", .why = SPAN("W"), .fix = SPAN("F\n") };
    f.endpoint.port = 6379;
    assert_true(address_parse(SPAN("10.0.0.5"), &f.endpoint.address));
    return f;
}

static void test_visit(void **state)
{
    struct observation o = { .product = "redis", .kind = KIND_STORE, .outcome = OUTCOME_OPEN, .records = 7,
                             .bytes = COUNT_UNKNOWN, .collection_count = 1, .at_ms = 5000 };
    struct visit v = { .endpoint.port = 6379 };
    struct attribution who = { "provider", SPAN("a\n"), STRENGTH_LIKELY };
    struct since since = { "process", 0, STRENGTH_HINT, SPAN("b") };
    struct finding f = sample();
    struct buf b;
    (void)state;
    buf_init(&b, 1 << 20);
    struct json j = json_over(&b);
    v.observations.at = &o;
    v.observations.len = 1;
    struct finding_view view = view_of_visit(&v, &f);
    json_object(&j, NULL);
    json_finding(&j, &view);
    json_close(&j);
    assert_true(gives(&b, IDENTITY "\"records\":7,\"bytes\":null,\"evidence\":[]}"));
    f.life = (struct finding_life){ .known = true, .is_new = true, .opened_ms = 1000, .reopened = 2 };
    f.accepted_until_ms = 2000;
    f.accepted_why = SPAN("w");
    f.owner = SPAN("o");
    f.tier = SPAN("t");
    f.contact = SPAN("c");
    f.owners.at = &who;
    f.since.at = &since;
    f.owners.len = f.since.len = 1;
    view = view_of_visit(&v, &f);
    json_object(&j, NULL);
    json_finding(&j, &view);
    json_close(&j);
    assert_true(gives(&b, IDENTITY "\"records\":7,\"bytes\":null,\"new\":true,\"first_seen\":\"1970-01-01T00:00:00Z\","
                          "\"opened\":\"1970-01-01T00:00:01Z\",\"last_seen\":\"1970-01-01T00:00:05Z\",\"closed\":null,"
                          "\"proof\":null,\"proof_detail\":null,\"not_seen_since\":null,\"not_seen\":null,"
                          "\"not_seen_detail\":null,"
                          "\"reopened\":2,\"accepted_until\":\"1970-01-01T00:00:02Z\",\"accepted_why\":\"w\",\"owner\":\"o\","
                          "\"tier\":\"t\",\"contact\":\"c\",\"owners\":[{\"who\":\"a\\n\",\"how\":\"provider\","
                          "\"strength\":\"likely\"}],\"since\":[{\"at\":\"1970-01-01T00:00:00Z\",\"source\":\"process\","
                          "\"strength\":\"hint\",\"text\":\"b\"}],\"evidence\":[]}"));
    buf_release(&b);
}

static void test_stored(void **state)
{
    struct stored_finding s = { .finding = sample(), .exposure = { .opened_ms = 1000, .seen_ms = 2000, .closed_ms = 3000,
                                                                          .proof = PROOF_SHUT, .proof_detail = SPAN("d") },
                                .first_ms = 500, .reopened = 1, .records = 7, .bytes = COUNT_UNKNOWN,
                                .accepted_until_ms = COUNT_UNKNOWN, .accepted_why = SPAN("of old") };
    struct buf b;
    (void)state;
    buf_init(&b, 1 << 20);
    struct json j = json_over(&b);
    struct finding_view view = view_of_stored(&s);
    json_object(&j, NULL);
    json_finding(&j, &view);
    json_close(&j);
    assert_true(gives(&b, IDENTITY "\"records\":7,\"bytes\":null,\"first_seen\":\"1970-01-01T00:00:00Z\","
                          "\"opened\":\"1970-01-01T00:00:01Z\",\"last_seen\":\"1970-01-01T00:00:02Z\","
                          "\"closed\":\"1970-01-01T00:00:03Z\",\"proof\":\"port-shut\",\"proof_detail\":\"d\","
                          "\"not_seen_since\":null,\"not_seen\":null,\"not_seen_detail\":null,\"reopened\":1,\"accepted_until\":null,\"accepted_why\":null}"));
    buf_release(&b);
}

/* What a finding speaks of is found by its place, and where that is another's, by its product. */
static void test_view(void **state)
{
    struct observation list[] = {
        { .product = "certificate", .kind = KIND_TLS, .outcome = OUTCOME_IDENTIFIED, .records = 3, .tls = true },
        { .product = "redis", .kind = KIND_STORE, .outcome = OUTCOME_OPEN, .records = 7, .collection_count = 2 },
        { .product = "redis", .via = "kibana", .kind = KIND_STORE, .outcome = OUTCOME_LOCKED, .records = 8 },
    };
    struct visit v = { .endpoint.port = 1 };
    struct finding f = { .product = "redis", .seen = 0 };
    (void)state;
    v.observations.at = list;
    v.observations.len = 3;
    struct finding_view view = view_of_visit(&v, &f);
    assert_ptr_equal(view.seen, &list[1]);
    assert_int_equal(view.records, 7);
    assert_string_equal(view.verdict, "open");
    assert_string_equal(view.transport, "tcp");
    assert_true(view.open);
    f.via = "kibana";
    assert_ptr_equal(view_of_visit(&v, &f).seen, &list[2]);
    f = (struct finding){ .product = "certificate", .seen = 0 };
    view = view_of_visit(&v, &f);
    assert_ptr_equal(view.seen, &list[0]);
    assert_null(view.verdict);
    assert_int_equal(view.records, COUNT_UNKNOWN);
    assert_string_equal(view.transport, "tls");
    f = (struct finding){ .product = "mysql", .seen = SIZE_MAX };
    view = view_of_visit(&v, &f);
    assert_null(view.seen);
    assert_null(view.transport);
    assert_int_equal(view.bytes, COUNT_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_visit),
        cmocka_unit_test(test_stored),
        cmocka_unit_test(test_view),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
