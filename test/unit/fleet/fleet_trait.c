/* Patterns of names, classes of values, and what becomes a trait of an observation. */
#include "unit/check.h"

#include "fleet/fleet_trait.c"

static void assert_pattern(const char *name, const char *pattern)
{
    char text[TRAIT_TEXT_MAX];
    struct span got = span_of(text, name_pattern(span_str(name), text));
    if (!span_is(got, pattern))
        fail_msg("%s became %.*s, not %s", name, SPAN_FMT(got), pattern);
}

static void test_patterns(void **state)
{
    (void)state;
    assert_pattern("logstash-2017.09.08", "logstash-#");
    assert_pattern("Customer_20190101_v2", "customer_#_v#");
    assert_pattern("orders", "orders");
    assert_pattern("x-2024-01-02-000001", "x-#");
    assert_pattern("shop-0a1b2c3d4e5f", "shop-#");
    assert_pattern("deadbeef", "deadbeef"); /* letters only: a word */
    assert_pattern("facade01", "#");
    assert_pattern("9f0c6a7e-11d2-4c3b-9e55-0123456789ab", "#");
    assert_pattern("t-9f0c6a7e-11d2-4c3b-9e55-0123456789ab.x", "t-#.x");
    assert_pattern("9f0c6a7e-11d2-4c3b-9e55", "#d#c#b-#e#"); /* short runs may be words */
    assert_pattern("", "");
    assert_pattern("2024", "#");
}

static void test_pattern_is_bounded(void **state)
{
    static char name[5000], text[TRAIT_TEXT_MAX];
    (void)state;
    memset(name, 'a', sizeof(name));
    assert_int_equal(name_pattern(span_of(name, sizeof(name)), text), TRAIT_TEXT_MAX);
    memset(name, '7', sizeof(name));
    assert_int_equal(name_pattern(span_of(name, sizeof(name)), text), 1);
    for (size_t i = 0; i < sizeof(name); i++)
        name[i] = i % 2 ? '.' : '1';
    assert_true(name_pattern(span_of(name, sizeof(name)), text) <= 3);
    memset(name, 0xff, sizeof(name));
    assert_int_equal(name_pattern(span_of(name, sizeof(name)), text), TRAIT_TEXT_MAX);
}

static void test_classes(void **state)
{
    (void)state;
    assert_int_equal(class_of_name(SPAN("logstash-#")), CLASS_STOCK);
    assert_int_equal(class_of_name(SPAN(".kibana_#")), CLASS_STOCK);
    assert_int_equal(class_of_name(SPAN("orders")), CLASS_USUAL);
    assert_int_equal(class_of_name(SPAN("kestova_orders")), CLASS_OWN);
    assert_int_equal(class_of_cluster(SPAN("docker-cluster")), CLASS_STOCK);
    assert_int_equal(class_of_cluster(SPAN("kestova-prod")), CLASS_OWN);
    assert_int_equal(class_of_port(9200), CLASS_STOCK);
    assert_int_equal(class_of_port(19200), CLASS_USUAL);
    assert_int_equal(class_of_port(28411), CLASS_OWN);
    assert_int_equal(class_of_port(1), CLASS_OWN);
    assert_int_equal(class_of_certificate(SPAN("*.corp.test"), SPAN("CN=*.corp.test")), CLASS_SHARED);
    assert_int_equal(class_of_certificate(SPAN_NONE, SPAN("CN=Node-0.EXAMPLE.com")), CLASS_STOCK);
    assert_int_equal(class_of_certificate(SPAN("es.corp.test"), SPAN_NONE), CLASS_OWN);
}

struct told {
    struct trait_seen at[64];
    char text[64][TRAIT_TEXT_MAX];
    size_t len;
};

static void take(void *self, const struct trait_seen *t)
{
    struct told *told = self;
    assert_true(told->len < 64);
    struct span text = span_first(t->text, TRAIT_TEXT_MAX);
    told->at[told->len] = *t;
    memcpy(told->text[told->len], text.at, text.len);
    told->at[told->len].text = span_of(told->text[told->len], text.len);
    told->len++;
}

static const struct trait_seen *find(const struct told *t, enum trait_kind kind)
{
    for (size_t i = 0; i < t->len; i++)
        if (t->at[i].kind == kind)
            return &t->at[i];
    return NULL;
}

static void test_observation(void **state)
{
    struct arena a;
    struct visit v;
    struct told told = { .len = 0 };
    struct endpoint e = { .port = 9200 };
    (void)state;
    arena_init(&a, 1 << 20);
    visit_init(&v, &a, &e);
    struct observation *o = visit_observe(&v, "elasticsearch", KIND_STORE);
    fact_text(o, "version", SPAN("5.5.3"), "x", SPAN_NONE);
    fact_text(o, "cluster", SPAN("shop-prod-01"), "x", SPAN_NONE);
    fact_text(o, "node", SPAN("shop-7"), "x", SPAN_NONE);
    fact_text(o, "error", SPAN("something else each time"), "x", SPAN_NONE);
    fact_text(o, "tag.owner", SPAN("the shop"), NULL, SPAN_NONE);
    observation_collect(o, SPAN("shop-orders-2024.01"), 1, 1, -1);
    traits_of(o, 9200, take, &told);
    assert_true(span_is(find(&told, TRAIT_PRODUCT)->text, "elasticsearch"));
    assert_true(span_is(find(&told, TRAIT_CLUSTER)->text, "shop-prod-#"));
    assert_true(span_is(find(&told, TRAIT_NAMES)->text, "shop-orders-#"));
    assert_true(span_is(find(&told, TRAIT_HEADER)->text, "shop-#"));
    assert_true(span_is(find(&told, TRAIT_DRESS)->text, "clear"));
    assert_int_equal(find(&told, TRAIT_PORT)->port, 9200);
    size_t headers = 0;
    for (size_t i = 0; i < told.len; i++)
        headers += told.at[i].kind == TRAIT_HEADER;
    assert_int_equal(headers, 1); /* neither the error nor the owner says how it was set up */
    arena_release(&a);
}

static void test_web_server_is_no_product(void **state)
{
    struct arena a;
    struct visit v;
    struct told told = { .len = 0 };
    struct endpoint e = { .port = 80 };
    (void)state;
    arena_init(&a, 1 << 20);
    visit_init(&v, &a, &e);
    struct observation *o = visit_observe(&v, "web", KIND_WEB);
    fact_text(o, "http.server", SPAN("nginx/1.18.0"), "x", SPAN_NONE);
    fact_text(o, "http.title", SPAN("Kestova portal"), "x", SPAN_NONE);
    traits_of(o, 80, take, &told);
    assert_null(find(&told, TRAIT_PRODUCT));
    for (size_t i = 0; i < told.len; i++)
        if (told.at[i].kind == TRAIT_HEADER)
            assert_int_equal(told.at[i].class, span_is(told.at[i].slot, "http.server") ? CLASS_STOCK : CLASS_OWN);
    arena_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_patterns),
        cmocka_unit_test(test_pattern_is_bounded),
        cmocka_unit_test(test_classes),
        cmocka_unit_test(test_observation),
        cmocka_unit_test(test_web_server_is_no_product),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
