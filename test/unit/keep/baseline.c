/* What a baseline accepts, and what it refuses to. */
#include "keep/baseline.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { JANUARY_31_2027_NOON = 1801396800 };
static const int64_t NOON_MS = JANUARY_31_2027_NOON * 1000LL;

static const char TEXT[] = "accepted:\n"
                           "  - {finding: 0123abcd, until: 2027-01-31, why: moves, who: ops}\n"
                           "  - {rule: open-store, endpoint: \"10.0.0.5:6379\", product: redis, until: 2027-01-31, why: w, "
                           "who: o}\n"
                           "  - {rule: open-store, endpoint: \"10.0.0.6:443 (db.corp)\", until: 2027-01-31, why: w, who: o}\n";

static void test_accepts(void **state)
{
    struct arena a;
    struct error e;
    struct baseline b;
    struct finding f = { .rule = "open-store", .product = "redis", .endpoint = { .address = { 4, { 10, 0, 0, 4 } }, .port = 6379 } };
    (void)state;
    arena_init(&a, 1 << 20);
    if (!baseline_parse(&a, "b.yaml", span_str(TEXT), &b, &e))
        fail_msg("%s", e.text);
    memcpy(f.fingerprint, "0123abcdef", 11);
    assert_non_null(baseline_find(&b, &f, NOON_MS));
    assert_non_null(baseline_find(&b, &f, NOON_MS + DAY_MS / 2 - 1));
    assert_null(baseline_find(&b, &f, NOON_MS + DAY_MS / 2)); /* its last day is over */
    memcpy(f.fingerprint, "0123abce", 9);
    assert_null(baseline_find(&b, &f, NOON_MS));
    f.endpoint.address.bytes[3] = 5;
    assert_non_null(baseline_find(&b, &f, NOON_MS));
    f.product = "valkey";
    assert_null(baseline_find(&b, &f, NOON_MS));
    f.endpoint = (struct endpoint){ .address = { 4, { 10, 0, 0, 6 } }, .port = 443, .name = "db.corp" };
    assert_non_null(baseline_find(&b, &f, NOON_MS));
    f.endpoint.name = NULL;
    assert_null(baseline_find(&b, &f, NOON_MS)); /* another name is another door */
    assert_null(baseline_find(NULL, &f, NOON_MS));
    arena_release(&a);
}

static void test_refuses(void **state)
{
    static const struct {
        const char *text, *word;
    } WRONG[] = {
        { "accepted: [{finding: 0123abcd, until: 2027-01-31, why: x}]", "\"who\" is missing: an accepted risk" },
        { "accepted: [{finding: 0123abcd, why: x, who: y}]", "\"until\" is missing: an accepted risk" },
        { "accepted: [{finding: 0123abcd, until: 2027-01-31, who: y}]", "\"why\" is missing: an accepted risk" },
        { "accepted: [{finding: 0123, until: 2027-01-31, why: x, who: y}]", "at least 8" },
        { "accepted: [{finding: 0123abcg, until: 2027-01-31, why: x, who: y}]", "at least 8" },
        { "accepted: [{finding: 0123abcd, until: soon, why: x, who: y}]", "2027-01-31" },
        { "accepted: [{rule: r, until: 2027-01-31, why: x, who: y}]", "belong together" },
        { "accepted: [{until: 2027-01-31, why: x, who: y}]", "either finding" },
        { "accepted: [{finding: 0123abcd, rule: r, until: 2027-01-31, why: x, who: y}]", "either finding" },
        { "accpted: []", "accpted" },
        { "[", "b.yaml" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof(WRONG) / sizeof(*WRONG); i++) {
        struct arena a;
        struct error e;
        struct baseline b;
        arena_init(&a, 1 << 20);
        if (baseline_parse(&a, "b.yaml", span_str(WRONG[i].text), &b, &e) || !strstr(e.text, WRONG[i].word) ||
            !strstr(e.text, "b.yaml"))
            fail_msg("%s: %s", WRONG[i].text, e.text);
        arena_release(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepts),
        cmocka_unit_test(test_refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
