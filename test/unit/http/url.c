/* Percent-encoding, and which redirects may name a base path. */
#include "unit/check.h"

#include "http/url.c"

static const struct span MARKS[] = { { (const uint8_t *)"/app/", 5 },
                                     { (const uint8_t *)"/login", 6 } };

static size_t base(const char *location, struct span *ret)
{
    return url_base(span_str(location), false, SPAN("dash.internal:5601"), MARKS, 2, ret, 2);
}

static void test_encode(void **state)
{
    struct arena a;
    (void)state;
    arena_init(&a, 1 << 16);
    assert_true(span_is(url_encode(&a, SPAN("logs/2020+x y")), "logs%2F2020%2Bx%20y"));
    assert_true(span_is(url_encode(&a, SPAN("a-b._~1")), "a-b._~1"));
    assert_true(span_is(url_encode(&a, SPAN("\r\n\xff")), "%0D%0A%FF"));
    arena_release(&a);
}

static void test_base(void **state)
{
    struct span s[2];
    (void)state;
    assert_int_equal(base("/kibana/app/home", s), 1);
    assert_true(span_is(s[0], "kibana"));
    assert_int_equal(base("/s/shop/login?next=%2F", s), 2);
    assert_true(span_is(s[0], "s") && span_is(s[1], "shop"));
    assert_int_equal(base("http://dash.internal:5601/kibana/", s), 1);
    assert_int_equal(base("HTTP://DASH.internal:5601/kibana", s), 1);
    assert_int_equal(base("/app/home", s), 0);
    assert_int_equal(base("/", s), 0);
    assert_int_equal(base("", s), 0);
}

static void test_never_leaves_the_host(void **state)
{
    struct span s[2];
    (void)state;
    assert_int_equal(base("http://other.internal:5601/kibana/app/home", s), 0);
    assert_int_equal(base("http://dash.internal/kibana", s), 0);
    assert_int_equal(base("https://dash.internal:5601/kibana", s), 0);
    assert_int_equal(base("//other.internal/kibana", s), 0);
    assert_int_equal(base("http://dash.internal:5601@evil/kibana", s), 0);
    assert_int_equal(base("kibana", s), 0);
}

static void test_refuses_odd_segments(void **state)
{
    struct span s[2];
    (void)state;
    assert_int_equal(base("/a/b/c", s), 0);
    assert_int_equal(base("/../x", s), 0);
    assert_int_equal(base("/a%0d%0aX: y", s), 0);
    assert_int_equal(base("/a b", s), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encode),
        cmocka_unit_test(test_base),
        cmocka_unit_test(test_never_leaves_the_host),
        cmocka_unit_test(test_refuses_odd_segments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
