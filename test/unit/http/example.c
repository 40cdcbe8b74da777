/* The shipped catalog: it loads, its examples hold, no entry recognises another's, every request it
 * can send renders and is recognised again; and a wrong example is noticed. */
#include "unit/check.h"

#include "http/example.c"

#include <unistd.h>

static const char *const DIRS[] = { "catalog" };

static int setup(void **state)
{
    static struct arena a;
    struct error e;
    arena_init(&a, 64 << 20);
    *state = catalog_load(&a, DIRS, 1, &e);
    if (!*state)
        print_error("%s\n", e.text);
    return *state ? 0 : -1;
}

static int teardown(void **state)
{
    arena_release(((struct catalog *)*state)->arena);
    return 0;
}

static void test_examples_hold(void **state)
{
    struct error e;
    size_t count = 0;
    if (!catalog_check_examples(*state, &e, &count))
        fail_msg("%s", e.text);
    assert_true(count >= 50);
}

/* Two requests may not share a name, and each must survive its way out and back. */
static void test_asks(void **state)
{
    for (size_t i = 0; catalog_ask(*state, i); i++) {
        const struct ask *a = catalog_ask(*state, i);
        struct span values[4] = { { 0 } };
        uint8_t bytes[ASK_SENT_MAX];
        struct writer w = writer_over(bytes, sizeof(bytes));
        size_t holes = 0;
        for (size_t p = 0; p < ASK_PARTS_MAX && a->parts[p].kind != PART_END; p++)
            if (a->parts[p].kind == PART_HOLE)
                values[holes++] = strcmp(a->parts[p].label, "base path") == 0 ? SPAN("/kibana/s") : SPAN("x");
        assert_true(holes >= 2);
        assert_string_equal(a->parts[1].label, "base path");
        assert_true(ask_render(a, values, holes, &w));
        struct span sent = writer_span(&w);
        assert_int_equal(ask_match(a, sent), sent.len);
        assert_true(span_has(sent, "\r\nUser-Agent: ajar/"));
        assert_false(span_has(sent, "uthorization:") || span_has(sent, "ookie:") || span_has(sent, "oken:"));
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(a->name, catalog_ask(*state, k)->name);
    }
}

/* The case that the design must always pass: the store is behind the dashboard. */
static void test_nested_asks_are_declared(void **state)
{
    static const char *const names[] = { "kibana.legacy.elasticsearch.root",
                                         "kibana.legacy.elasticsearch.indices",
                                         "kibana.console.elasticsearch.indices",
                                         "opensearch-dashboards.console.opensearch.indices" };
    for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
        size_t i = 0;
        while (catalog_ask(*state, i) && strcmp(catalog_ask(*state, i)->name, names[n]) != 0)
            i++;
        if (!catalog_ask(*state, i))
            fail_msg("not declared: %s", names[n]);
    }
}

static struct entry *find(struct catalog *c, const char *name)
{
    for (size_t i = 0; i < c->entries.len; i++)
        if (strcmp(c->entries.at[i]->product.name, name) == 0)
            return c->entries.at[i];
    fail();
    return NULL;
}

static void test_wrong_examples_are_noticed(void **state)
{
    struct catalog *c = *state;
    struct error e;
    size_t count;
    struct entry *es = find(c, "elasticsearch"), *os = find(c, "opensearch");
    struct example *own = es->examples.at;
    size_t len = es->examples.len;
    es->examples.at = os->examples.at;
    es->examples.len = os->examples.len;
    assert_false(catalog_check_examples(c, &e, &count));
    assert_non_null(strstr(e.text, "the product is \"opensearch\""));
    es->examples.at = own;
    es->examples.len = len;
    struct example lying = own[0];
    lying.expect = os->examples.at[0].expect;
    es->examples.at = &lying;
    es->examples.len = 1;
    assert_false(catalog_check_examples(c, &e, &count));
    assert_non_null(strstr(e.text, "the version is \"5.5.3\""));
    es->examples.at = own;
    es->examples.len = len;
    assert_true(catalog_check_examples(c, &e, &count));
}

static void test_cross_check(void **state)
{
    struct catalog *c = *state;
    struct error e;
    size_t count;
    struct entry *etcd = find(c, "etcd"), *es = find(c, "elasticsearch");
    const struct condition *status = find(c, "clickhouse")->suspect;
    struct test any = { .kind = TEST_STATUS, .statuses = { 200 }, .status_count = 1 };
    struct condition greedy = { .kind = CONDITION_TESTS, .request = es->requests.at[0] };
    greedy.tests.at = &any;
    greedy.tests.len = 1;
    const struct condition *list[] = { &greedy };
    assert_non_null(status);
    __typeof__(etcd->identify) kept = etcd->identify;
    etcd->identify.at = list;
    etcd->identify.len = 1;
    assert_false(catalog_check_examples(c, &e, &count));
    etcd->identify = kept;
    assert_true(catalog_check_examples(c, &e, &count));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_examples_hold, setup, teardown),
        cmocka_unit_test_setup_teardown(test_asks, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nested_asks_are_declared, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrong_examples_are_noticed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cross_check, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
