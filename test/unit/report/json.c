/* Every line that the JSON report can write is read back and held against doc/output.schema.json,
 * also with the worst names a peer can send. */
#include "report/json.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "text/node.h"

enum { ARENA_BYTES = 64 * 1024 * 1024, SCHEMA_DEPTH_MAX = 12 };

/* ---- as much of JSON Schema as the schema uses ---- */

static const struct node *SCHEMA;

static bool type_fits(struct span type, const struct node *n)
{
    switch (n->kind) {
    case NODE_NULL:
        return span_is(type, "null");
    case NODE_BOOL:
        return span_is(type, "boolean");
    case NODE_NUMBER:
        return span_is(type, "number") || (span_is(type, "integer") && n->is_integer);
    case NODE_TEXT:
        return span_is(type, "string");
    case NODE_LIST:
        return span_is(type, "array");
    case NODE_MAP:
        return span_is(type, "object");
    }
    return false;
}

static bool valid(const struct node *schema, const struct node *n, int depth);

static bool type_valid(const struct node *type, const struct node *n)
{
    if (!type)
        return true;
    if (type->kind == NODE_TEXT)
        return type_fits(type->text, n);
    for (const struct node *t = type->first; t; t = t->next)
        if (type_fits(t->text, n))
            return true;
    return false;
}

static bool map_valid(const struct node *schema, const struct node *n, int depth)
{
    const struct node *required = node_get(schema, "required"), *properties = node_get(schema, "properties"),
                      *rest = node_get(schema, "additionalProperties");
    for (const struct node *r = required ? required->first : NULL; r; r = r->next)
        if (!node_get_span(n, r->text)) {
            print_error("missing: %.*s\n", SPAN_FMT(r->text));
            return false;
        }
    for (const struct node *child = n->first; child; child = child->next) {
        const struct node *known = node_get_span(properties, child->key);
        const struct node *is = known ? known : rest && rest->kind == NODE_MAP ? rest : NULL;
        if (is ? !valid(is, child, depth + 1) : rest && rest->kind == NODE_BOOL && !rest->integer) {
            print_error("wrong: %.*s\n", SPAN_FMT(child->key));
            return false;
        }
    }
    return true;
}

static bool valid(const struct node *schema, const struct node *n, int depth)
{
    assert_true(depth < SCHEMA_DEPTH_MAX);
    const struct node *ref = node_get(schema, "$ref");
    if (ref)
        return valid(node_get_span(node_get(SCHEMA, "$defs"), span_from(ref->text, sizeof("#/$defs/") - 1)),
                     n, depth + 1);
    const struct node *constant = node_get(schema, "const"), *words = node_get(schema, "enum"),
                      *items = node_get(schema, "items");
    if (!type_valid(node_get(schema, "type"), n) || (constant && !span_eq(constant->text, n->text)))
        return false;
    bool found = !words;
    for (const struct node *w = words ? words->first : NULL; w; w = w->next)
        found = found || (n->kind == NODE_TEXT && span_eq(w->text, n->text));
    for (const struct node *i = items && n->kind == NODE_LIST ? n->first : NULL; i; i = i->next)
        found = found && valid(items, i, depth + 1);
    return found && (n->kind != NODE_MAP || map_valid(schema, n, depth));
}

/* ---- the fixture ---- */

struct fixture {
    struct arena arena;
    struct buf out;
    struct visit visit;
};

static struct span read_schema(struct arena *a)
{
    FILE *f = fopen("doc/output.schema.json", "r");
    uint8_t *bytes = arena_alloc(a, 65536);
    assert_non_null(f);
    assert_non_null(bytes);
    size_t n = fread(bytes, 1, 65536, f);
    fclose(f);
    return span_of(bytes, n);
}

static int setup(void **state)
{
    struct fixture *x = calloc(1, sizeof(*x));
    struct error e = { "" };
    struct endpoint at = { .port = 6379, .name = "db.example.org" };
    arena_init(&x->arena, ARENA_BYTES);
    buf_init(&x->out, ARENA_BYTES);
    SCHEMA = json_parse(&x->arena, read_schema(&x->arena), &e);
    if (!SCHEMA)
        fail_msg("%s", e.text);
    assert_true(address_parse(SPAN("127.0.0.1"), &at.address));
    visit_init(&x->visit, &x->arena, &at);
    *state = x;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *x = *state;
    arena_release(&x->arena);
    buf_release(&x->out);
    free(x);
    return 0;
}

/* Parses and checks the line, and moves *rest past it. */
static const struct node *next_line(struct fixture *x, struct span *rest, const char *type)
{
    struct error e = { "" };
    assert_true(rest->len > 0 && span_index(*rest, '\n') < rest->len);
    struct span line = span_cut(rest, '\n');
    const struct node *n = json_parse(&x->arena, line, &e);
    if (!n)
        fail_msg("%s: %.*s", e.text, SPAN_FMT(line));
    assert_true(span_is(node_text(node_get(n, "type")), type));
    if (!valid(node_get_span(node_get(SCHEMA, "$defs"), span_str(type)), n, 0))
        fail_msg("does not fit the schema: %.*s", SPAN_FMT(line));
    return n;
}

static bool text_is(const struct node *n, const char *path, const char *wanted)
{
    return span_is(node_text(node_path(n, span_str(path))), wanted);
}

static struct finding finding_for(const struct fixture *x)
{
    return (struct finding){
        .fingerprint = "0123456789abcdef0123456789abcdef", .rule = "open-store", .title = "Open",
        .severity = SEVERITY_HIGH, .endpoint = x->visit.endpoint, .product = "redis",
        .why = SPAN("because"), .fix = SPAN("a\nb"),
    };
}

static void test_run_and_summary(void **state)
{
    struct fixture *x = *state;
    struct report_run run = { .ajar_version = "0.1.0", .started_ms = time_from_civil(2026, 11, 22, 3, 6, 0),
                              .endpoints = 65536, .seed = 0xabc };
    struct report_summary s = { .done = 3, .findings = { 1, 2, 3, 4, 5 }, .took_ms = 1250, .rate = 123.44,
                                .loss = 0.01254, .missed = 2.34, .interrupted = true };
    report_json.begin(NULL, &run, &x->out);
    report_json.end(NULL, &s, &x->out);
    struct span rest = buf_span(&x->out);
    const struct node *n = next_line(x, &rest, "run");
    assert_true(text_is(n, "started", "2026-11-22T03:06:00Z"));
    assert_true(text_is(n, "seed", "0000000000000abc"));
    assert_int_equal(node_get(n, "endpoints")->integer, 65536);
    n = next_line(x, &rest, "summary");
    assert_int_equal(node_path(n, SPAN("findings.critical"))->integer, 5);
    assert_int_equal(node_path(n, SPAN("findings.info"))->integer, 1);
    assert_true(span_has(buf_span(&x->out), "\"seconds\":1.3,\"rate\":123.4,\"loss\":0.0125,\"missed\":2.3,\"interrupted\":true"));
    assert_int_equal(rest.len, 0);
}

static void test_service_and_finding(void **state)
{
    struct fixture *x = *state;
    struct observation *o = visit_observe(&x->visit, "redis", KIND_STORE);
    o->outcome = OUTCOME_OPEN;
    o->at_ms = time_from_civil(1969, 12, 31, 23, 59, 59);
    fact_text(o, "version", SPAN("7.0.15"), "redis.info", SPAN("redis_version:7.0.15\r\n\x01\""));
    fact_bool(o, "writable", true, NULL, SPAN_NONE);
    fact_time(o, "started", time_from_civil(2022, 7, 1, 0, 0, 0), "redis.info", SPAN("uptime"));
    fact_number(o, "clients", INT64_MIN, "redis.info", SPAN("c"));
    observation_collect(o, SPAN("db0"), 3, COUNT_UNKNOWN, time_from_civil(2020, 2, 29, 0, 0, 0));
    struct finding f = finding_for(x);
    f.version = SPAN("7.0.15");
    f.evidence.at = o->facts.at;
    f.evidence.len = o->facts.len;
    report_tell_visit(&report_json, NULL, &x->visit, &f, 1, &x->out);
    struct span rest = buf_span(&x->out);
    const struct node *n = next_line(x, &rest, "service");
    assert_true(text_is(n, "endpoint", "127.0.0.1:6379"));
    assert_true(text_is(n, "name", "db.example.org"));
    assert_true(text_is(n, "at", "1969-12-31T23:59:59Z"));
    assert_true(text_is(n, "collection_list.0.created", "2020-02-29T00:00:00Z"));
    assert_int_equal(node_get(n, "records")->integer, 3);
    assert_int_equal(node_get(n, "bytes")->kind, NODE_NULL);
    assert_true(text_is(n, "facts.started", "2022-07-01T00:00:00Z"));
    assert_true(text_is(n, "proof.0.shows", "redis_version:7.0.15\\r\\n\\x01\""));
    assert_int_equal(node_get(n, "proof")->count, 3);
    assert_null(node_get(n, "via"));
    n = next_line(x, &rest, "finding");
    assert_true(text_is(n, "fix", "a\nb"));
    assert_int_equal(node_get(n, "evidence")->count, 4);
    assert_int_equal(node_path(n, SPAN("evidence.1.ask"))->kind, NODE_NULL);
    assert_int_equal(rest.len, 0);
}

static void test_behind_and_certificate(void **state)
{
    struct fixture *x = *state;
    struct observation *o = visit_observe(&x->visit, "elasticsearch", KIND_STORE);
    o->outcome = OUTCOME_OPEN;
    o->via = "kibana";
    o->tls = true;
    o = visit_observe(&x->visit, "certificate", KIND_TLS);
    o->at_ms = time_from_civil(2026, 11, 22, 0, 0, 0);
    fact_text(o, "cert.subject", SPAN("CN=a"), "tls", SPAN_NONE);
    fact_text(o, "cert.names", SPAN("a.example, b.example ,,c"), "tls", SPAN_NONE);
    fact_time(o, "cert.not_after", time_from_civil(2018, 9, 1, 0, 0, 0), "tls", SPAN_NONE);
    fact_bool(o, "cert.self_signed", true, "tls", SPAN_NONE);
    report_tell_visit(&report_json, NULL, &x->visit, NULL, 0, &x->out);
    struct span rest = buf_span(&x->out);
    const struct node *n = next_line(x, &rest, "service");
    assert_true(text_is(n, "via", "kibana"));
    assert_true(text_is(n, "transport", "tls"));
    n = next_line(x, &rest, "certificate");
    assert_int_equal(node_get(n, "names")->count, 3);
    assert_true(text_is(n, "names.1", "b.example"));
    assert_int_equal(node_get(n, "days_left")->integer, -3004);
    assert_int_equal(node_get(n, "self_signed")->integer, 1);
    assert_int_equal(node_get(n, "name_match")->kind, NODE_NULL);
    assert_int_equal(rest.len, 0);
}

/* Everything that may be known of a finding beside what was seen, and a fleet, said by `word`. */
static void put_more(struct fixture *x, struct span word)
{
    struct attribution who[] = { { "scope file", word, STRENGTH_PROVEN }, { "provider", word, STRENGTH_HINT } };
    struct since since[] = { { "process", 1590969600000, STRENGTH_LIKELY, word }, { "certificate", INT64_MIN, STRENGTH_HINT, word } };
    struct finding f = finding_for(x);
    f.owner = f.tier = f.contact = f.accepted_why = word;
    f.accepted_until_ms = INT64_MAX;
    f.life = (struct finding_life){ .known = true, .is_new = true, .first_ms = INT64_MIN, .opened_ms = 1640995200000,
                                    .reopened = 2 };
    f.owners.at = who;
    f.since.at = since;
    f.owners.len = f.since.len = 2;
    report_tell_visit(&report_json, NULL, &x->visit, &f, 1, &x->out);
    struct fleet_reason why[] = { { "index names", word, 2 }, { "ports", SPAN("5601"), 1 } };
    struct fleet_member members[2] = {
        { .endpoint = x->visit.endpoint, .product = "kibana", .version = word, .outcome = OUTCOME_OPEN, .records = 7,
          .bytes = COUNT_UNKNOWN, .worst = "0123456789abcdef0123456789abcdef", .severity = SEVERITY_HIGH },
        { .endpoint = x->visit.endpoint, .product = "kibana", .outcome = OUTCOME_LOCKED, .records = COUNT_UNKNOWN,
          .bytes = COUNT_UNKNOWN },
    };
    struct fleet fleet = { .fingerprint = "fedcba9876543210fedcba9876543210", .score = 0.97, .severity = SEVERITY_HIGH,
                           .product = "kibana", .accepted_until_ms = 1672444800000, .title = word, .member_count = 2, .open = 1, .locked = 1, .records = 7, .bytes = COUNT_UNKNOWN };
    fleet.reasons.at = why;
    fleet.members.at = members;
    fleet.reasons.len = fleet.members.len = 2;
    report_json.fleets(NULL, &fleet, 1, &x->out);
}

static void test_known_beside(void **state)
{
    struct fixture *x = *state;
    put_more(x, SPAN("Shop"));
    struct span rest = buf_span(&x->out);
    const struct node *n = next_line(x, &rest, "finding");
    assert_int_equal(node_get(n, "new")->integer, 1);
    assert_true(text_is(n, "opened", "2022-01-01T00:00:00Z"));
    assert_int_equal(node_get(n, "reopened")->integer, 2);
    assert_true(text_is(n, "accepted_why", "Shop"));
    assert_true(text_is(n, "tier", "Shop"));
    assert_true(text_is(n, "owners.1.strength", "hint"));
    assert_true(text_is(n, "owners.1.how", "provider"));
    assert_true(text_is(n, "since.0.at", "2020-06-01T00:00:00Z"));
    assert_true(text_is(n, "since.0.strength", "likely"));
    n = next_line(x, &rest, "fleet");
    assert_true(text_is(n, "fingerprint", "fedcba9876543210fedcba9876543210"));
    assert_int_equal(node_get(n, "members")->integer, 2);
    assert_true(text_is(n, "product", "kibana"));
    assert_true(text_is(n, "accepted_until", "2022-12-31T00:00:00Z"));
    assert_true(text_is(n, "reasons.1.value", "5601"));
    assert_true(text_is(n, "member_list.0.finding", "0123456789abcdef0123456789abcdef"));
    assert_null(node_path(n, SPAN("member_list.1.finding")));
    assert_int_equal(node_path(n, SPAN("member_list.1.version"))->kind, NODE_NULL);
    assert_int_equal(node_get(n, "bytes")->kind, NODE_NULL);
    assert_int_equal(rest.len, 0);
    /* Without a store, nothing of it is there. */
    struct finding f = finding_for(x);
    buf_reset(&x->out);
    report_tell_visit(&report_json, NULL, &x->visit, &f, 1, &x->out);
    rest = buf_span(&x->out);
    n = next_line(x, &rest, "finding");
    static const char *const ABSENT[] = { "new", "first_seen", "opened", "reopened", "accepted_until", "owner", "tier", "contact",
                                          "owners", "since" };
    for (size_t i = 0; i < sizeof(ABSENT) / sizeof(*ABSENT); i++)
        assert_null(node_get(n, ABSENT[i]));
}

static void test_ends(void **state)
{
    struct fixture *x = *state;
    report_tell_visit(&report_json, NULL, &x->visit, NULL, 0, &x->out);
    assert_int_equal(x->out.len, 0); /* done and closed: no line */
    x->visit.end = END_FAILED;
    x->visit.why = "no route";
    report_tell_visit(&report_json, NULL, &x->visit, NULL, 0, &x->out);
    x->visit.end = END_SKIPPED;
    x->visit.why = NULL;
    report_tell_visit(&report_json, NULL, &x->visit, NULL, 0, &x->out);
    struct span rest = buf_span(&x->out);
    assert_true(text_is(next_line(x, &rest, "endpoint"), "why", "no route"));
    assert_true(text_is(next_line(x, &rest, "endpoint"), "end", "skipped"));
}

static void test_hostile(void **state)
{
    static const struct span NASTY[] = {
        SPAN("\x1b[2J\x07\x08\r\n\t\0"), SPAN("\xe2\x80\xae\xe2\x81\xa6 evil"), SPAN("</script><b>\"'&\\"),
        SPAN("\xff\xfe\xc0\x80\xed\xa0\x80\xf5"), SPAN("{\"type\":\"summary\"}\n"), SPAN("\xc2"), SPAN(""),
        SPAN("\xe2\x80\xa8\xe2\x80\xa9\xef\xbb\xbf"), SPAN("\xf3\xa0\x80\x81"),
    };
    struct fixture *x = *state;
    for (size_t i = 0; i < sizeof(NASTY) / sizeof(*NASTY); i++) {
        struct span s = NASTY[i];
        buf_reset(&x->out);
        struct endpoint at = x->visit.endpoint;
        visit_init(&x->visit, &x->arena, &at);
        struct observation *o = visit_observe(&x->visit, "redis", KIND_STORE);
        o->outcome = OUTCOME_OPEN;
        fact_text(o, "version", s, "redis.info", s);
        observation_collect(o, s, INT64_MAX, INT64_MAX, INT64_MAX);
        o->at_ms = INT64_MAX;
        o = visit_observe(&x->visit, "certificate", KIND_TLS);
        fact_text(o, "cert.names", s, "tls", s);
        fact_text(o, "cert.subject", s, "tls", s);
        fact_time(o, "cert.not_after", INT64_MIN, "tls", s);
        struct finding f = finding_for(x);
        f.why = f.fix = f.version = s.len ? s : SPAN("x");
        f.evidence.at = x->visit.observations.at[0].facts.at;
        f.evidence.len = 1;
        report_tell_visit(&report_json, NULL, &x->visit, &f, 1, &x->out);
        x->visit.observations.len = 0;
        put_more(x, s);
        struct span rest = buf_span(&x->out);
        for (size_t k = 0; k < rest.len; k++)
            assert_true(rest.at[k] >= ' ' || rest.at[k] == '\n');
        assert_false(span_has(rest, "\xe2\x80\xae"));
        next_line(x, &rest, "service");
        next_line(x, &rest, "certificate");
        next_line(x, &rest, "finding");
        next_line(x, &rest, "finding");
        next_line(x, &rest, "fleet");
        assert_int_equal(rest.len, 0);
    }
}

/* What a scan left out is a line of its own, whatever its text holds. */
static void test_remark(void **state)
{
    struct fixture *x = *state;
    struct remark r = { REMARK_UNRESOLVED, SPAN("dead.corp"), SPAN("no \x1b[31m\xe2\x80\xae address"), 51, true };
    report_json.remark(NULL, &r, &x->out);
    struct span rest = buf_span(&x->out);
    assert_false(span_has(rest, "\x1b"));
    assert_false(span_has(rest, "\xe2\x80\xae"));
    const struct node *n = next_line(x, &rest, "remark");
    assert_true(span_is(node_text(node_get(n, "kind")), "unresolved"));
    assert_true(span_is(node_text(node_get(n, "about")), "dead.corp"));
    assert_int_equal(node_get(n, "count")->integer, 51);
    assert_int_equal(node_get(n, "incomplete")->integer, 1);
    assert_int_equal(rest.len, 0);
}

static void test_full_buffer_is_sticky(void **state)
{
    struct fixture *x = *state;
    struct finding f = finding_for(x);
    visit_observe(&x->visit, "redis", KIND_STORE);
    for (size_t max = 1; max < 700; max += 13) {
        struct buf small;
        buf_init(&small, max);
        report_tell_visit(&report_json, NULL, &x->visit, &f, 1, &small);
        assert_true(small.len <= max);
        buf_release(&small);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_run_and_summary, setup, teardown),
        cmocka_unit_test_setup_teardown(test_service_and_finding, setup, teardown),
        cmocka_unit_test_setup_teardown(test_behind_and_certificate, setup, teardown),
        cmocka_unit_test_setup_teardown(test_known_beside, setup, teardown),
        cmocka_unit_test_setup_teardown(test_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(test_hostile, setup, teardown),
        cmocka_unit_test_setup_teardown(test_remark, setup, teardown),
        cmocka_unit_test_setup_teardown(test_full_buffer_is_sticky, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
