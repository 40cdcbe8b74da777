/* The ports that are asked by default, chosen from as many products as will be known one day. */
#include "unit/check.h"

#include "cmd/known_ports.c"

#include <stdio.h>

static struct arena arena;
static struct error error;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena, 64 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_release(&arena);
    return 0;
}

/* 250 products with five ports each, of which ten are known for leaks. */
static struct known_ports of_many(void)
{
    enum { PRODUCTS = 250, EACH = 5 };
    static uint16_t ports[PRODUCTS][EACH + 1];
    static struct ports_of_product products[PRODUCTS];
    struct known_ports k;
    for (unsigned i = 0; i < PRODUCTS; i++) {
        for (unsigned n = 0; n < EACH; n++)
            ports[i][n] = (uint16_t)(20000 + i * 7 + n * 2000);
        if (i % 25 == 7)
            ports[i][EACH - 1] = RANKED[i / 25];
        products[i] = (struct ports_of_product){ ports[i], NULL, false };
    }
    if (!known_ports_choose(&arena, products, PRODUCTS, &k, &error))
        fail_msg("%s", error.text);
    assert_int_equal(k.all.len, PRODUCTS * EACH - 10 + 10 + 6 - 3);
    return k;
}

static void test_a_default_that_ends(void **state)
{
    (void)state;
    struct known_ports k = of_many();
    assert_int_equal(k.usual.len, USUAL_PORTS_MAX);
    assert_int_equal(ports_common(&k.usual, &k.all), USUAL_PORTS_MAX);
    for (size_t i = 0; i < 10; i++) /* also where the product names it last */
        assert_true(ports_has(&k.usual, RANKED[i]));
    for (size_t i = 0; WEB[i]; i++)
        assert_true(ports_has(&k.usual, WEB[i]));
    assert_true(ports_has(&k.usual, 20000)); /* the first port of the first product, not its second */
    assert_false(ports_has(&k.usual, 22000));
}

/* What the program knows today: no port of the usual ones is one that nothing of ours is at. */
static void test_todays_products(void **state)
{
    (void)state;
    const char *dir = "catalog";
    const struct catalog *c = catalog_load(&arena, &dir, 1, &error);
    struct known_ports k;
    assert_non_null(c);
    assert_true(known_ports_make(&arena, c, &k, &error));
    assert_true(k.usual.len <= USUAL_PORTS_MAX + USUAL_UDP_PORTS_MAX);
    size_t udp = 0;
    for (size_t i = 0; i < k.usual.len; i++)
        udp += ports_at(&k.usual, i) & PORT_UDP ? 1 : 0;
    assert_int_equal(udp, USUAL_UDP_PORTS_MAX); /* each has a product of ours */
    static const uint16_t SURE[] = { 9200, 27017, 6379, 5601, 5432, 3306, 11211, 9090, 2181, 443 };
    for (size_t i = 0; i < sizeof(SURE) / sizeof(SURE[0]); i++)
        assert_true(ports_has(&k.usual, SURE[i]));
    assert_false(ports_has(&k.all, 9100)); /* printers print what they are sent */
    for (size_t i = 0; i < sizeof(RANKED) / sizeof(RANKED[0]); i++)
        for (size_t n = i + 1; n < sizeof(RANKED) / sizeof(RANKED[0]); n++)
            assert_true(RANKED[i] != RANKED[n]);
}

static void expect(const char *text, const char *ports)
{
    static const uint32_t ALL[] = { 80, 443, 9999 };
    const struct known_ports k = { .all = { ALL, 3 }, .usual = { ALL, 1 }, .ranked = ALL, .ranked_len = 3 };
    struct ports p;
    if (!known_ports_parse(&arena, &k, span_str(text), &p, &error))
        fail_msg("%s: %s", text, error.text);
    assert_string_equal(ports_text(&arena, &p), ports);
    assert_true(known_ports_parse(&arena, NULL, span_str(text), &p, &error));
}

static void expect_error(const char *text, const char *part)
{
    struct ports p;
    assert_false(known_ports_parse(&arena, NULL, span_str(text), &p, &error));
    if (!strstr(error.text, part))
        fail_msg("%s: %s", text, error.text);
}

static void test_words(void **state)
{
    (void)state;
    expect("usual", "80");
    expect("all-known", "80,443,9999");
    expect("usual,12345", "80,12345");
    expect("6379, all-known ,9200-9202", "80,443,6379,9200-9202,9999");
    expect("usual,all-known", "80,443,9999");
    expect("1-65535,usual", "1-65535");
    expect("7,9", "7,9");
    expect("top:1", "80");
    expect("top:2,7", "7,80,443");
    expect("top:65535", "80,443,9999");
    expect("http,https", "80,443");
    expect_error("top:0", "top:20");
    expect_error("top:x", "top:20");
    expect_error("usual,", "port is missing");
    expect_error(",usual", "port is missing");
    expect_error("", "port is missing");
    expect_error("Usual", "write a number");
    expect_error("usual,70000", "70000");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = { TEST(test_a_default_that_ends), TEST(test_todays_products), TEST(test_words) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
